"""One place names the licence; what others ask of those who install Stadtwerk is listed as their packages say it."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from tools import notices

ROOT = Path(__file__).resolve().parents[2]
TITLES = {"Apache-2.0": ("Apache License", "Version 2.0, January 2004"), "MIT": ("MIT License",)}
"""How the standard text of a licence begins; add the one that you change to."""

MAY_NAME_LICENCES = {"LICENSE", "pyproject.toml", "THIRD_PARTY.md", "tests/habits/test_licence.py"}


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_text_is_that_of_the_licence_which_the_project_names() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title = TITLES[str(project()["license"])]
    assert tuple(lines[: len(title)]) == title
    assert "END OF TERMS AND CONDITIONS" in text, "the whole text, not a beginning"


def test_no_other_file_names_it() -> None:
    named = str(project()["license"]).split("-", maxsplit=1)[0]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("this is not a repository")
    others = [
        name
        for name in tracked.stdout.split("\n")
        if name.endswith((".md", ".py", ".toml", ".yaml", ".yml", ".cfg", ".j2")) and name not in MAY_NAME_LICENCES
    ]
    naming = [name for name in others if f"{named} " in (ROOT / name).read_text(encoding="utf-8", errors="replace")]
    assert not naming, f"to change the licence, {naming} would have to be changed as well"


def test_the_notices_are_those_of_the_packages() -> None:
    assert notices.FILE.read_text(encoding="utf-8") == notices.text(), "run: make notices"


def test_nothing_that_a_run_needs_binds_the_whole_program() -> None:
    bound = {name: notices.licence(name) for name in notices.needed() if set(notices.duties(name)) & {"GPL", "EUPL"}}
    assert not bound


def test_licences_with_duties_are_found_by_their_names() -> None:
    assert notices.duties("power-grid-model") == ["MPL"]
    assert notices.duties("paho-mqtt") == ["EPL"]
    assert notices.duties("simpy") == []


@pytest.mark.parametrize("pins", ["constraints.txt", "tests/grafana/schema/package-lock.json"])
def test_pins_are_names_and_versions_and_hold_no_address(pins: str) -> None:
    """Where packages come from is set where they are installed; a lock file names nobody's page or registry."""
    assert "://" not in (ROOT / pins).read_text(encoding="utf-8")
