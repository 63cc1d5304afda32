"""The count at the end sees what is missing, what is doubled and what came late; the lag is that of the wall clock."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from gateways.ingest.columns import columns_of
from gateways.ingest.embedded_store import EmbeddedStore
from gateways.wire.payload import WireBatch, WireReading
from simulator.contracts.problem import BadInput
from simulator.contracts.sensor import Quality, SensorCohort, SensorGroup
from stadtwerk.live.feed import LagMeter
from stadtwerk.live.reconciliation import Reconciliation, reconcile, reconcile_by, row_count, seal
from stadtwerk.live.run import Delivery, LiveResult
from stadtwerk.live.settings import Drill, LiveSettings
from stadtwerk.live.southbound import FieldSums
from stadtwerk.runs.run import RunResult

GROUP = SensorGroup((SensorCohort("c", "g1", "flow_m3_s", "m3/s", ("a", "b"), 0.0, 60.0),))


def fill(path: Path, times_s: list[int]) -> None:
    """A store with a pack for each time, in the order given."""
    store = EmbeddedStore(path)
    for sequence, at in enumerate(times_s):
        readings = tuple(WireReading(name, float(at), 1.0, "m3/s", Quality.GOOD) for name in GROUP.sensors)
        store.commit([columns_of(WireBatch("g1", 1, sequence, readings))])
    store.close()


def asked(*times_s: int) -> dict[str, list[tuple[SensorGroup, int]]]:
    return {"g1": [(GROUP, at * 1000) for at in times_s]}


def test_all_there_once(tmp_path: Path) -> None:
    fill(tmp_path / "s", [60, 120, 180])
    counted = reconcile(asked(60, 120, 180), tmp_path / "s")
    assert counted.holds
    assert (counted.acknowledged, counted.rows, counted.stored, counted.unasked, counted.disordered) == (6, 6, 6, 0, 0)
    assert row_count(tmp_path / "s") == 6


def test_a_missing_one_fails(tmp_path: Path) -> None:
    fill(tmp_path / "s", [60, 180])
    counted = reconcile(asked(60, 120, 180), tmp_path / "s")
    assert not counted.holds
    assert (counted.missing, counted.doubled) == (2, 0)


def test_the_right_number_of_wrong_ones_fails(tmp_path: Path) -> None:
    fill(tmp_path / "s", [60, 240, 180])
    counted = reconcile(asked(60, 120, 180), tmp_path / "s")
    assert not counted.holds
    assert (counted.missing, counted.unasked, counted.disordered) == (2, 2, 0)


@pytest.mark.parametrize(
    ("times", "late"), [([60, 180, 120, 240], 2), ([240, 60, 120, 180], 6), ([60, 120, 180, 240], 0)]
)
def test_one_that_was_committed_after_a_later_one_fails(tmp_path: Path, times: list[int], late: int) -> None:
    fill(tmp_path / "s", times)
    counted = reconcile(asked(60, 120, 180, 240), tmp_path / "s")
    assert (counted.missing, counted.doubled, counted.disordered) == (0, 0, late)
    assert counted.holds is (late == 0)


def test_the_order_is_that_of_the_sensor_not_of_its_clock(tmp_path: Path) -> None:
    """A sensor whose clock goes back is in order if the store has its readings as it gave them."""
    fill(tmp_path / "s", [60, 180, 120])
    assert reconcile(asked(60, 180, 120), tmp_path / "s").holds


def test_a_doubled_row_fails(tmp_path: Path) -> None:
    fill(tmp_path / "s", [60, 120])
    seal(tmp_path / "s")
    with closing(sqlite3.connect(tmp_path / "s")) as database:
        columns = 'layout, rows, first_ms, last_ms, times, "values", quality'
        database.execute(f"insert into block({columns}) select {columns} from block where id = 1")
        database.commit()
    counted = reconcile(asked(60, 120), tmp_path / "s")
    assert not counted.holds
    assert (counted.missing, counted.doubled) == (0, 2)


def test_one_without_an_answer_is_no_mistake(tmp_path: Path) -> None:
    fill(tmp_path / "s", [60, 120])
    counted = reconcile(asked(60), tmp_path / "s")
    assert counted.holds
    assert counted.unasked == 2


def test_another_gateways_reading_is_not_mine(tmp_path: Path) -> None:
    fill(tmp_path / "s", [60])
    counted = reconcile({"g2": [(GROUP, 60_000)]}, tmp_path / "s")
    assert (counted.missing, counted.unasked) == (2, 2)


def test_nothing_asked_and_nothing_there(tmp_path: Path) -> None:
    fill(tmp_path / "s", [])
    assert reconcile({}, tmp_path / "s").holds
    assert row_count(tmp_path / "none") == 0


def test_what_a_database_has_is_counted_by_series_and_time() -> None:
    """Whoever asks is handed gateway, quantity and the span of time."""
    there = {"a": [60_000, 120_000, 120_000], "b": [60_000, 999_000]}
    said = []

    def times(gateway: str, quantity: str, first: int, last: int) -> dict[str, list[int]]:
        said.append((gateway, quantity, first, last))
        return there

    counted = reconcile_by(asked(60, 120), times)
    assert said == [("g1", "flow_m3_s", 60_000, 120_000)]
    assert counted == Reconciliation(4, 5, 4, 1, 1, 1, None)
    assert not counted.holds
    assert reconcile_by({"g1": []}, times).holds


def delivery(counted: Reconciliation | None, left: int = 0, **field: int) -> Delivery:
    return Delivery(FieldSums(**field), drained=True, left={"g1": left}, tally=counted)


@pytest.mark.parametrize(
    ("case", "holds"),
    [
        (delivery(Reconciliation(6, 6, 6, 0, 0, 0, 0), acknowledged=6), True),
        (delivery(Reconciliation(6, 4, 4, 2, 0, 0, 0), acknowledged=6), False),
        (delivery(Reconciliation(6, 8, 6, 0, 2, 0, 0), acknowledged=6), False),
        (delivery(Reconciliation(6, 6, 6, 0, 0, 0, 1), acknowledged=6), False),
        (delivery(Reconciliation(6, 6, 6, 0, 0, 0, 0), acknowledged=6, refused=2), False),
        (delivery(Reconciliation(6, 6, 6, 0, 0, 0, 0), acknowledged=6, dropped=2), False),
        (delivery(Reconciliation(6, 6, 6, 0, 0, 0, None), acknowledged=6), True),
        (delivery(Reconciliation(6, 5, 5, 1, 0, 0, None), left=1, acknowledged=6), False),
        (delivery(None, acknowledged=6), False),
    ],
)
@pytest.mark.parametrize("judged", [0, 1, 2])
def test_a_run_fails_if_readings_do_whatever_the_verdict(case: Delivery, holds: bool, judged: int) -> None:
    run = cast(RunResult, SimpleNamespace(verdict=SimpleNamespace(exit_code=judged)))
    assert case.holds is holds
    assert LiveResult(run, case).exit_code == (judged if holds else 1)
    assert ("holds" in case.sentence().en) is holds


def test_a_meter_shows_and_adds_up_what_it_sees() -> None:
    wall, said = np.array([0.0]), list[str]()
    meter = LagMeter(10.0, -5000, said.append, lambda: float(wall[0]))
    for tick, at in ((0, 0.5), (10_000, 1.5), (20_000, 4.5), (30_000, 5.5), (40_000, 6.5), (80_000, 8.5)):
        wall[0] = at
        meter(tick)
    # Due at 0.5, 1.5, 2.5, 3.5, 4.5, 8.5: 2 s late three times, on time before and after.
    assert meter.lag.max_s == pytest.approx(2.0)
    assert meter.lag.behind_s == pytest.approx(3.0 + 1.0 + 1.0)
    assert said == ["the city is 2.0 s behind the wall clock", "the city has caught up with the wall clock"]


def test_mistakes_on_the_command_line_come_all_at_once() -> None:
    with pytest.raises(BadInput) as bad:
        LiveSettings.from_arguments(0, 3, ["broker-a", "@5", "ingest@x"])
    fields = [problem.field for problem in bad.value.problems]
    assert fields == ["--gateways", "--ingests", "--kill", "--kill", "--kill"]
    right = LiveSettings.from_arguments(None, 1, ["ingest@5", "broker-b@-60.5"])
    assert right.drills == (Drill("ingest-1", 5.0), Drill("broker-b", -60.5))
