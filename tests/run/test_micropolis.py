"""A published research city that nobody here wrote: imported without hand-editing, and put through a blackout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stadtwerk.__main__ import main
from stadtwerk.library import load_named_city
from tests.run.conftest import Run, read_run
from tests.support.shared import made_once

CASES = Path(os.environ.get("STADTWERK_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
MICROPOLIS = CASES / "micropolis"

pytestmark = pytest.mark.skipif(
    not MICROPOLIS.is_dir(),
    reason="the Micropolis files are not here; set STADTWERK_CASES to the folder that holds them",
)


FILES = {
    "--water": "water.inp", "--power": "power.json", "--roads-net": "transpo_net.tntp",
    "--roads-nodes": "transpo_node.tntp", "--roads-trips": "transpo_trips.tntp", "--links": "dependencies.csv",
}  # fmt: skip


def imported(factory: pytest.TempPathFactory) -> Path:
    """The folder of Micropolis as a city, which all workers share."""

    def bring(place: Path) -> None:
        arguments = [part for option, name in FILES.items() for part in (option, str(MICROPOLIS / name))]
        assert main(["city", "import", *arguments, "--name", "micropolis", "--out", str(place / "micropolis")]) == 0

    return made_once(factory, "micropolis", bring) / "micropolis"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory)


@pytest.fixture(scope="module")
def run(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("blackout") / "run"
    return read_run(out, main(["run", "blackout", "--city", str(city), "--out", str(out), "--mqtt", "off"]))


def test_pumps_hang_where_the_published_dependencies_say(city: Path, run: Run) -> None:
    town = load_named_city(str(city))
    rows = (MICROPOLIS / "dependencies.csv").read_text().splitlines()[1:]
    pumps = {f"pump-{row.split(',')[0]}" for row in rows}
    assert len(pumps) == 8
    assert {component.id for component in town.of_kind("pump")} == pumps
    stopped = {e["subject"] for e in run.events if e["kind"] == "stopped" and e["t_s"] == 1800.0}
    assert pumps <= stopped


def test_the_blackout_reaches_water_and_comes_back(run: Run) -> None:
    course = run.levels["water-supply-city"]
    before = [value for t, value in course if t <= 1800.0][-1]
    worst = min(value for t, value in course if 1800.0 < t <= 1800.0 + 8 * 3600.0)
    assert worst < before - 0.05
    assert run.levels["power-supply-city"][-1][1] == 1.0
    assert run.exit_code in (0, 1)


def test_the_report_lists_every_assumption(city: Path, run: Run) -> None:
    import html

    town = load_named_city(str(city))
    assert len(town.assumptions) > 20
    page = html.unescape((run.folder / "report.html").read_text(encoding="utf-8"))
    listed = (city / "assumptions.md").read_text(encoding="utf-8")
    for assumption in town.assumptions:
        assert assumption.text.en in page, assumption
        assert assumption.text.en.replace("|", "\\|") in listed, assumption
