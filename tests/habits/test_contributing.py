"""The walk-throughs of CONTRIBUTING.md, applied as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.city.towns import CITY, COMPONENTS, LINKS, hamlet

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(walk: str) -> dict[str, str]:
    """The files that a walk-through writes, by name; its changes to others under `diff`."""
    (part,) = re.findall(rf"^## Walk-through: {walk}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    found = re.findall(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', part, re.MULTILINE | re.DOTALL)
    return {name or language: text for language, name, text in found}


def program(path: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(path), str(ROOT)]), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
def test_a_new_fault(tmp_path: Path) -> None:
    files = blocks("a new fault")
    for folder in (
        "simulator",
        "monitoring",
        "gateways",
        "resilience",
        "dashboards",
        "scenarios",
        "stadtwerk",
        "tests",
    ):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "*.mo")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    patched = subprocess.run(
        ["patch", "-p1", "--fuzz=0"], cwd=tmp_path, input=files.pop("diff"), capture_output=True, text=True, check=False
    )
    assert patched.returncode == 0, patched.stdout + patched.stderr
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    tests = [*files, "tests/contracts/test_registry.py"]
    ran = program(tmp_path, tmp_path, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    listed = program(tmp_path, tmp_path, "stadtwerk", "list", "faults")
    assert "counter-crowded" in listed.stdout and "left_share" in listed.stdout
    german = program(tmp_path, tmp_path, "stadtwerk", "list", "faults", "--lang", "de")
    assert "alle kommen zugleich an den Schalter" in german.stdout or "Andrang am Schalter" in german.stdout


def test_a_new_lifeline(tmp_path: Path) -> None:
    files = blocks("a new lifeline")
    site, town = tmp_path / "site", tmp_path / "town"
    for name in [name for name in files if name.startswith("pharmacy/")]:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(files.pop(name), encoding="utf-8")
    (site / "pharmacy" / "__init__.py").touch()
    project = tomllib.loads(files.pop("pyproject.toml"))["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in named.items())
        for group, named in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    town.mkdir()
    measured = "".join(line for line in CITY.splitlines(keepends=True) if "id: litres-west" not in line)
    hamlet(
        town,
        components=_with_row(COMPONENTS, files.pop("components.csv")),
        links=_with_row(LINKS, files.pop("links.csv")),
        city=measured.replace(
            "    sensors:", "      " + files.pop("city.yaml").replace("\n", "\n    ") + "sensors:", 1
        ),
    )
    (scenario,) = files
    (town / scenario).write_text(files[scenario], encoding="utf-8")
    ran = program(site, town, "stadtwerk", "run", scenario, "--mqtt", "off", "--out", str(tmp_path / "run"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    modes = [(e["t_s"], e["code"], e["after"]) for e in events if e["kind"] == "mode" and e["subject"] == "pharmacy-1"]
    assert modes == [(600.0, "pharmacy.writes", "paper"), (1800.0, "pharmacy.serves", "computer")]
    listed = program(site, town, "stadtwerk", "list", "plugins")
    assert "pharmacy.catalogue:CATALOGUE" in listed.stdout and "takes part" in listed.stdout
    assert "left out" not in listed.stderr
    assert "Apotheke" in program(site, town, "stadtwerk", "list", "kinds", "--lang", "de").stdout


def _with_row(table: str, row: str) -> str:
    return table + "    " + row


def test_what_the_text_names_is_there() -> None:
    for name in re.findall(r"`((?:tests|simulator|docs|deploy)/[\w./-]+)`", TEXT):
        assert (ROOT / name).exists(), name
    targets = re.findall(r"(?:`|^    )make (\w+)", TEXT, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    missing = [goal for goal in targets if not re.search(rf"^{goal}:", makefile, re.MULTILINE)]
    assert not missing
