"""`pytest` on scenario files, in a process of its own, as a build server runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite.support import CLOSED, CUT, UNSEEN, scenario, town

ROOT = Path(__file__).resolve().parents[2]


def run_pytest(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The plug-in is named, so that it is there without an installation; with one this changes nothing."""
    command = [sys.executable, "-m", "pytest", "-p", "stadtwerk.pytest_plugin", "-q", *arguments]
    settings = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    (place / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return subprocess.run(command, cwd=place, env=settings, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return town(tmp_path)


def test_a_folder_of_scenarios_is_run_and_what_failed_is_told_without_a_traceback(place: Path) -> None:
    scenario(place, "holds", seeds="1, 2")
    scenario(place, "weak", CUT, findings="hospital")
    scenario(place, "breaks", CLOSED)
    scenario(place, "open", UNSEEN)
    (place / "other.yaml").write_text("schema: stadtwerk/suite/1\n", encoding="utf-8")
    (place / "test_plain.py").write_text("def test_plain():\n    pass\n", encoding="utf-8")
    done = run_pytest(place)
    said = done.stdout
    assert done.returncode == 1, said + done.stderr
    assert "2 failed, 3 passed, 1 xfailed" in said
    assert "Traceback" not in said and "site-packages" not in said
    for part in (
        "Does breaks hold?",
        "No: the town does not hold.",
        "- water: ",
        "seed: 1",
        f"replay: stadtwerk run {place}/breaks.yaml --seed 1",
        "not shown: open",
    ):
        assert part in said
    report = next(line for line in said.splitlines() if "report: " in line).partition("report: ")[2]
    assert (place / report).is_file()


def test_in_german_if_asked_and_a_mistake_in_a_file_is_told_at_its_line(place: Path) -> None:
    scenario(place, "breaks", CLOSED)
    scenario(place, "wrong", "  - {id: x, at: 2h, fault: isolatd, target: junction-B}")
    scenario(place, "nowhere", "  - {id: x, at: 2min, fault: isolated, target: junction-Z}")
    done = run_pytest(place, "--stadtwerk-lang", "de", "--continue-on-collection-errors")
    assert done.returncode == 1
    assert "Hält breaks?" in done.stdout and "Wiederholen: stadtwerk run" in done.stdout
    assert f"{place}/wrong.yaml:9: timeline[0].fault: no fault is called 'isolatd'" in done.stdout
    assert f"{place}/nowhere.yaml:9: timeline[0].target: no component or link is called" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_suite_chooses_among_the_scenarios_that_ship(place: Path) -> None:
    def collected(*arguments: str) -> list[str]:
        done = run_pytest(place, "--collect-only", "-qq", *arguments)
        assert done.returncode in (0, 5), done.stdout + done.stderr
        return [line.split(":")[0].rpartition("/")[2] for line in done.stdout.splitlines() if ".yaml" in line]

    ships = str(ROOT / "scenarios")
    every = {path.name for path in Path(ships).rglob("*.yaml") if "schema: stadtwerk/scenario/1" in path.read_text()}
    assert set(collected(ships, "--suite", "all")) == every
    (place / "one.yaml").write_text(
        "schema: stadtwerk/suite/1\nid: one\ntitle: {de: eins, en: one}\nscenarios: [quiet-day]\n", encoding="utf-8"
    )
    assert collected(ships, "--suite", "one.yaml") == ["quiet-day.yaml"]
    assert collected(f"{ships}/road-closed.yaml", "--suite", "one.yaml") == ["road-closed.yaml"]
    smoke = set(collected(ships))
    assert {"quiet-day.yaml"} < every and 3 < len(smoke) < len(every)
    wrong = run_pytest(place, ships, "--suite", "nosuch")
    assert wrong.returncode == 4 and "nosuch:0: suite: is neither a file nor a suite that ships" in wrong.stderr


def test_an_ordinary_run_of_pytest_imports_nothing_of_the_simulator(place: Path) -> None:
    (place / "test_plain.py").write_text(
        "import sys\n\ndef test_plain():\n"
        "    ours = ('simulator', 'resilience', 'numpy', 'yaml')\n"
        "    assert not [name for name in sys.modules if name.split('.')[0] in ours]\n",
        encoding="utf-8",
    )
    (place / "settings.yaml").write_text("port: 1\n", encoding="utf-8")
    done = run_pytest(place)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
