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


def test_its_disruption_file_runs_as_it_is(city: Path, tmp_path: Path) -> None:
    """13 of its 14 rows name what these networks have; mains lose half of their section, lines trip, roads narrow."""
    scenario = tmp_path / "s.yaml"
    scenario.write_text(DISRUPTION.format(city=city, file=MICROPOLIS / "disruption_file.csv"), encoding="utf-8")
    out = tmp_path / "run"
    run = read_run(out, main(["run", str(scenario), "--out", str(out), "--mqtt", "off", "--no-twin"]))
    assert run.exit_code in (0, 1, 2)
    rows = [line.split(",") for line in (MICROPOLIS / "disruption_file.csv").read_text().splitlines()[1:]]
    broken = [e for e in run.events if e["code"] == "fault.applied" and "/" not in e["after"]]
    assert {e["t_s"] for e in broken} == {6000.0} and len(broken) == len(rows) - 1
    assert sum(e["params"]["fault"] == "burst" for e in broken) == 4
    assert sum(e["params"]["fault"] == "line-trip" for e in broken) == 5
    assert sum(e["params"]["fault"] == "road-narrowed" for e in broken) == 4
    said = [f["reason"]["en"] for f in run.verdict["findings"] if f["id"] == "damage" and "W_PMA549" in str(f)]
    assert len(said) == 1 and "left out: W_PMA549" in said[0]
    import pyarrow.parquet as pq

    table = pq.read_table(out / "recorded.parquet").to_pandas()
    lost = table.groupby("t_s")["value"].sum()
    assert list(lost.index) == [600.0 * i for i in range(13)]
    assert lost[5400.0] == 0.0 and lost[6000.0] > 0.0 and lost[7200.0] == 0.0  # closed off ten minutes later


DISRUPTION = """\
schema: stadtwerk/scenario/1
id: damage
title: {{en: Damage}}
question: {{en: "Does it hold?"}}
city: {{path: {city}}}
run: {{start: "2026-05-12T00:00", warmup: 1h, duration: 2h}}
crews: {{count: {{water: 3, electric: 2}}, priority: distance}}
record: [{{quantity: leak_m3_s, kind: pipe, every: 10min}}]
timeline: [{{id: damage, disruption: {file}, repair: {{}}, isolation: {{close: valves, after: 10min}}}}]
expect: [{{id: all, type: invariant, levels: all}}]
"""
