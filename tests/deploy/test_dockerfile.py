"""The Dockerfile: pinned bases, no root, nothing in an image but what is named. It is not built here: its steps are
installs that `make test` makes too, and a test of its own runs what the light image runs."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.deploy.compose import ROOT, services

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n", " ", TEXT).splitlines()


def stages() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in LINES:
        if match := re.match(r"FROM (\S+) AS (\S+)", line):
            found[match[2]] = [match[1]]
        elif line.strip() and not line.startswith("#"):
            list(found.values())[-1].append(line)
    return found


def base_of(stage: str) -> str:
    """The image that a stage begins with, through the stages before it."""
    first = stages()[stage][0]
    return base_of(first) if first in stages() else first


def test_bases_are_pinned() -> None:
    for stage in stages():
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", base_of(stage)), base_of(stage)


def test_nothing_that_runs_is_root() -> None:
    built = {service["build"]["target"] for service in services().values() if "build" in service}
    assert built == set(stages()) - {"build", "base"}
    for stage in built:
        users = [line for name in ("base", stage) for line in stages()[name] if line.startswith("USER")]
        assert users and all(int(user.split()[1].split(":")[0]) > 0 for user in users), stage


def test_what_is_copied_exists_and_is_let_in() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for lines in stages().values():
        for line in lines:
            if line.startswith("COPY") and "--from" not in line:
                *sources, _ = [word for word in line.split()[1:] if not word.startswith("--")]
                for source in sources:
                    assert (ROOT / source).exists(), source
                    assert source in allowed, f"{source} is kept out by .dockerignore"


def test_no_secret_can_enter_an_image() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignore[1] == "*", "nothing but what is named"
    assert not any("secrets" in line and line.startswith("!") and "gateways" not in line for line in ignore[1:])


def test_every_package_of_ours_is_copied() -> None:
    packages = {
        path.parent.name
        for path in ROOT.glob("*/__init__.py")
        if path.parent.name not in ("tests", "benchmarks", "tools")
    }
    copied = {line.split()[1] for line in stages()["build"] if line.startswith("COPY")}
    assert packages <= copied


@pytest.mark.parametrize("module", ["gateways.gateway.node", "gateways.ingest", "gateways.alive"])
def test_the_light_image_needs_the_base_install_only(module: str) -> None:
    """Each service of it imports nothing but the standard library, ourselves and what the base install brings."""
    code = (
        "import importlib, json, sys\n"
        f"importlib.import_module('{module}.__main__' if '{module}' != 'gateways.alive' else '{module}')\n"
        "import gateways.ingest.service, gateways.stores.influx.writer, gateways.network.tls_proxy\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    loaded = set(re.findall(r'"(\w+)"', out))
    extras = {"uxsim", "pandapower", "pandas", "wntr", "scipy", "cryptography", "pymodbus", "matplotlib", "networkx"}
    assert not loaded & extras


def test_commands_of_compose_exist() -> None:
    for name, service in services().items():
        command = service.get("command", [])
        if command[:2] == ["python", "-m"]:
            module = command[2].replace(".", "/")
            ours = (ROOT / module / "__main__.py").exists() or (ROOT / f"{module}.py").exists()
            assert ours or command[2].split(".")[0] in sys.stdlib_module_names, name
            helped = subprocess.run(
                [sys.executable, "-m", command[2], "--help"], capture_output=True, text=True, cwd=ROOT, check=True
            ).stdout
            for word in command[3:]:
                if word.startswith("--"):
                    assert word in helped, f"{name}: {command[2]} has no {word}"
