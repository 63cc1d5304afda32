"""All dashboards, alert rules and provisioning as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboards import alerts, provision
from dashboards.city import city
from dashboards.compare import compare
from dashboards.control_room import control_room
from dashboards.domain import domain_page
from dashboards.health import health
from dashboards.resilience import resilience
from simulator.contracts.registry import registry
from simulator.contracts.words import LANGUAGES, Text, Words

_ = Words("dashboards")

DEFAULT = Path(__file__).resolve().parents[1] / "deploy" / "grafana"
"""Where the built files are kept."""


def built() -> dict[str, str]:
    """Every file by its path below the folder, in a fixed order."""
    pages: dict[str, Callable[[str], str]] = {"city": city}
    for domain in registry().pages:
        pages[domain.value] = lambda lang, domain=domain: domain_page(domain, lang)  # type: ignore[misc]
    pages |= {"control-room": control_room, "resilience": resilience, "health": health, "compare": compare}
    files = {f"dashboards/{lang}/{key}.json": make(lang) for lang in LANGUAGES for key, make in pages.items()}
    files["provisioning/datasources/stadtwerk.yaml"] = provision.datasources()
    files["provisioning/dashboards/stadtwerk.yaml"] = provision.providers()
    files["provisioning/alerting/stadtwerk.yaml"] = alerts.rules()
    return files


def write(folder: Path) -> list[Path]:
    """Write all files below `folder` and delete what is no longer built there."""
    files = built()
    written = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        written.append(path)
    for part in ("dashboards", "provisioning"):
        for path in (folder / part).rglob("*"):
            if path.is_file() and path not in written:
                path.unlink()
    return written


def differences(folder: Path) -> list[Text]:
    """What differs between the files below `folder` and what the code builds."""
    files = built()
    there = {
        path.relative_to(folder).as_posix()
        for part in ("dashboards", "provisioning")
        for path in (folder / part).rglob("*")
        if path.is_file()
    }
    found: list[Text] = [_("{name} is not built", name=name) for name in sorted(there - files.keys())]
    found += [_("{name} is missing", name=name) for name in sorted(files.keys() - there)]
    found += [
        _("{name} differs", name=name)
        for name in sorted(there & files.keys())
        if (folder / name).read_text("utf-8") != files[name]
    ]
    return found
