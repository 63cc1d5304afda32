"""The face for programs: what it gives back is what the run folder holds, and what the command line says."""

from __future__ import annotations

import gc
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import stadtwerk
from simulator.contracts.event import Event, EventKind
from stadtwerk.api import Events
from stadtwerk.runs.folder import event_lines
from tests.campaign.town import CAMPAIGN, campaign_on_hamlet
from tests.city.towns import hamlet

SCENARIO = "road-closed"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api") / "run"


@pytest.fixture(scope="module")
def run(folder: Path) -> stadtwerk.Run:
    return stadtwerk.run(SCENARIO, seed=1, out=folder)


def test_importing_it_loads_nothing_else() -> None:
    code = "import sys; old = set(sys.modules); import stadtwerk; print(sorted(set(sys.modules) - old))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    ours = {"simulator", "gateways", "resilience", "dashboards", "numpy", "pyarrow", "argparse", "pydantic"}
    loaded = {name.split(".")[0] for name in json.loads(out.replace("'", '"'))}
    assert not loaded & ours, out


def test_every_name_that_it_offers_is_there() -> None:
    for name in stadtwerk.__all__:
        assert getattr(stadtwerk, name) is not None
    assert set(stadtwerk.__all__) <= set(dir(stadtwerk))
    with pytest.raises(AttributeError, match="rum"):
        _ = stadtwerk.rum


def test_a_run_is_what_its_folder_holds(run: stadtwerk.Run, folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (run.scenario, run.seed, run.digest) == (SCENARIO, 1, record["digest"])
    assert run.verdict.value.value == record["verdict"]
    assert run.verdict.exit_code == record["exit_code"]
    assert run.city.people == record["people"]
    assert run.figures.verdict == record["verdict"]


@pytest.mark.parametrize("name", ["levels", "gauges", "readings"])
def test_records_and_tables_have_the_rows_of_the_file(run: stadtwerk.Run, folder: Path, name: str) -> None:
    table = getattr(run, name)
    stored = pq.read_table(folder / f"{name}.parquet")
    assert table.arrow().equals(stored)
    assert len(table) == stored.num_rows > 0
    assert list(table.pandas().columns) == list(table.columns) == stored.column_names
    first = next(iter(table))
    assert tuple(getattr(first, column) for column in table.columns) == tuple(
        stored.slice(0, 1).to_pylist()[0].values()
    )


def test_every_record_of_a_long_table_comes_in_order(run: stadtwerk.Run) -> None:
    assert [reading.value for reading in run.readings] == run.readings.arrow()["value"].to_pylist()


def test_a_level_is_a_step_function_that_starts_before_zero(run: stadtwerk.Run) -> None:
    level = next(iter(run.city.levels))
    times, values = run.levels.series(level)
    assert times.shape == values.shape == (sum(change.level == level for change in run.levels),)
    assert list(times) == sorted(times)
    assert times[0] <= 0
    assert not any(math.isnan(value) for value in values)
    with pytest.raises(KeyError):
        run.levels.series("no-such-level")


def test_events_are_typed_and_lead_back_to_the_fault(run: stadtwerk.Run, folder: Path) -> None:
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    assert len(run.events) == len(lines) == run.events.arrow().num_rows
    by_id = {event.id: event for event in run.events}
    low = [event for event in run.events if event.kind is EventKind.LEVEL_LOW and event.at > 0]
    for event in low:
        while event.cause is not None:
            event = by_id[event.cause]
        assert event.kind is EventKind.FAULT
        assert run.sentence(event, "de") != run.sentence(event)
    codes = run.events.pandas()["code"]
    assert list(codes) == [event.code for event in run.events]
    assert all(json.loads(params) is not None for params in run.events.arrow()["params"].to_pylist())


def test_the_table_of_events_has_every_cause(tmp_path: Path) -> None:
    low = Event(2, 0, EventKind.LEVEL_LOW, "water", "level.low", cause=1, also=(0,))
    (tmp_path / "events.jsonl").write_bytes(event_lines((low, replace(low, id=3, also=()))))
    table = Events(tmp_path / "events.jsonl").arrow()
    assert (table["cause"].to_pylist(), table["also"].to_pylist()) == ([1, 1], [[0], []])


def test_without_a_place_the_folder_goes_with_the_run(folder: Path, run: stadtwerk.Run) -> None:
    passing = stadtwerk.run(SCENARIO, seed=1)
    place = passing.folder
    assert place.is_dir()
    assert passing.digest == run.digest
    assert len(passing.levels) == len(run.levels)
    del passing
    gc.collect()
    assert not place.parent.exists()


def test_a_run_can_be_opened_again(run: stadtwerk.Run, folder: Path) -> None:
    again = stadtwerk.open_run(folder)
    assert (again.digest, again.verdict, again.figures) == (run.digest, run.verdict, run.figures)
    with pytest.raises(stadtwerk.BadInput, match="is no run folder"):
        stadtwerk.open_run(folder.parent)


def test_a_run_finds_the_city_that_its_scenario_names_by_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path counts from the scenario, which a run does not keep: run and folder know where the city is."""
    scenario = campaign_on_hamlet(tmp_path).with_name("bad-day.yaml")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    ran = stadtwerk.run(scenario, seed=1)
    assert ran.verdict and len(ran.events)
    kept = stadtwerk.run(scenario, seed=1, out=tmp_path / "runs" / "one")
    assert stadtwerk.open_run(kept.folder).digest == ran.digest
    shutil.move(tmp_path / "city", tmp_path / "moved")
    with pytest.raises(stadtwerk.BadInput, match="leads nowhere from here; name the city: --city FOLDER"):
        stadtwerk.open_run(kept.folder)
    assert stadtwerk.open_run(kept.folder, city=tmp_path / "moved").digest == ran.digest


def test_mistakes_are_told_at_once_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(stadtwerk.BadInput, match="road-closed"):
        stadtwerk.run("road-closd", out=tmp_path / "a")
    with pytest.raises(stadtwerk.BadInput, match="below 0"):
        stadtwerk.run(SCENARIO, seed=-1, out=tmp_path / "a")
    with pytest.raises(stadtwerk.BadInput, match="did you mean"):
        stadtwerk.city("demmo")
    with pytest.raises(stadtwerk.BadInput) as bad:
        stadtwerk.audit("demo", limit=0, jobs=0)
    assert len(bad.value.problems) == 2
    with pytest.raises(stadtwerk.BadInput, match="powr"):
        stadtwerk.audit("demo", kinds=["powr"])
    with pytest.raises(stadtwerk.BadInput, match="has no meaning"):
        stadtwerk.campaign("winter-measures", jobs=1, dask="tcp://127.0.0.1:1")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        (lambda: stadtwerk.run("road-closed", seed="x"), ["seed"]),
        (lambda: stadtwerk.run(SCENARIO, seed=1.0), ["seed"]),
        (lambda: stadtwerk.run(SCENARIO, seed=True), ["seed"]),
        (
            lambda: stadtwerk.run("road-closd", city=3, seed="x", out=[], lang="fr"),
            ["city", "lang", "out", "scenario", "seed"],
        ),
        (lambda: stadtwerk.run(None, city=""), ["city", "scenario"]),
        (lambda: stadtwerk.open_run(7, city=b"demo"), ["city", "folder"]),
        (
            lambda: stadtwerk.audit("demmo", kinds=["powr", 3], pairs="yes", limit=0, jobs="2", settings={}),
            ["city", "jobs", "kinds", "kinds", "limit", "pairs", "settings"],
        ),
        (lambda: stadtwerk.audit("demo", kinds="power"), ["kinds"]),
        (
            lambda: stadtwerk.campaign("no-such", out=1, jobs=0, dask=5, keep_runs=1, lang=None),
            ["campaign", "dask", "jobs", "keep_runs", "lang", "out"],
        ),
        (lambda: stadtwerk.city(None), ["name"]),
    ],
)
def test_arguments_that_mean_nothing_are_refused_all_at_once(call: Callable[[], object], fields: list[str]) -> None:
    with pytest.raises(stadtwerk.BadInput) as bad:
        call()
    assert sorted(problem.field for problem in bad.value.problems) == fields, bad.value


def test_a_number_of_another_library_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(stadtwerk.BadInput, match="road-closd"):
        stadtwerk.run("road-closd", seed=np.int64(3))
    with pytest.raises(stadtwerk.BadInput, match="-3 is below 0"):
        stadtwerk.run(SCENARIO, seed=np.int64(-3))


def test_a_city_is_a_graph() -> None:
    city = stadtwerk.city("demo")
    assert city.people == sum(district.people for district in city.districts.values()) > 0
    assert all(link.source in city.components and link.target in city.components for link in city.links.values())


def test_an_audit_is_the_one_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    hamlet(tmp_path / "city")
    audit = stadtwerk.audit(tmp_path / "city", kinds=["power"], limit=4, jobs=2)
    table = audit.table()
    assert table.num_rows == len(audit.cases)
    assert audit.value.value in ("pass", "fail", "inconclusive")
    audit.write(tmp_path / "audit")
    stored = json.loads((tmp_path / "audit" / "audit.json").read_text(encoding="utf-8"))
    assert stored["value"] == audit.value.value
    assert [case["case"] for case in stored["cases"]] == table["case"].to_pylist()


def test_a_campaign_has_a_row_for_every_run(tmp_path: Path) -> None:
    file = campaign_on_hamlet(tmp_path, CAMPAIGN.replace("runs: 100", "runs: 2"))
    done = stadtwerk.campaign(file, out=tmp_path / "out", jobs=1)
    assert (done.runs, done.failed, done.found_done) == (4, 0, 0)
    assert len(done.table) == 4
    rows = list(done.table)
    assert {row["measure"] for row in rows} == {"today", "bigger-tank"}
    assert done.answer
    again = stadtwerk.campaign(file, out=tmp_path / "out", jobs=1)
    assert (again.found_done, again.digest) == (4, done.digest)
