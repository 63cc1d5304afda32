"""The shipped scenario `rollback`: new software comes and goes, and each reading is in the file once, and arrived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gateways.gateway.aggregation import all_aggregated
from gateways.gateway.legacy.registers import step_of
from simulator.contracts.city import City
from stadtwerk.__main__ import main
from stadtwerk.library import load_named_city

BAD_FROM_S, BAD_TO_S = 3600.0, 7200.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("rollback") / "run"
    assert main(["run", "rollback", "--out", str(out), "--mqtt", "off"]) == 0
    yield out


@pytest.fixture(scope="module")
def city() -> City:
    return load_named_city("demo")


@pytest.fixture(scope="module")
def table(folder: Path) -> dict[str, Any]:
    found = pq.read_table(folder / "readings.parquet")
    return {name: np.array(found.column(name).to_pylist()) for name in found.column_names}


def test_each_reading_that_was_due_is_there_once_and_arrived(city: City, folder: Path, table: dict[str, Any]) -> None:
    record = json.loads((folder / "run.json").read_text())
    due = 0
    for cohort in all_aggregated(city.cohorts):
        first = np.ceil((record["begin_s"] - cohort.phase_s) / cohort.period_s)
        last = np.floor((record["end_s"] - cohort.phase_s) / cohort.period_s)
        due += len(cohort.components) * int(last - first + 1)
    assert len(table["t_s"]) == due == len(set(zip(table["t_s"], table["sensor"], strict=True)))
    assert np.isfinite(table["delivered_s"]).all()


def test_only_what_the_faulty_software_spoilt_is_late_and_comes_with_the_roll_back(table: dict[str, Any]) -> None:
    waited = table["delivered_s"] - table["t_s"] > 1.0
    spoilt = (table["gateway"] == "gateway-d2") & (table["t_s"] >= BAD_FROM_S) & (table["t_s"] < BAD_TO_S)
    np.testing.assert_array_equal(waited, spoilt)
    assert spoilt.sum() > 1000
    np.testing.assert_allclose(table["delivered_s"][spoilt], BAD_TO_S, atol=1.0)


def test_series_arrive_in_the_order_in_which_they_were_read(table: dict[str, Any]) -> None:
    mine = table["gateway"] == "gateway-d2"
    for sensor in np.unique(table["sensor"][mine]):
        assert (np.diff(table["t_s"][table["sensor"] == sensor]) > 0).all()


def test_the_events_tell_of_roll_out_and_roll_back_by_their_cause(folder: Path) -> None:
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    told = [event for event in events if event["kind"] == "telemetry"]
    assert {event["subject"] for event in told} == {f"gateway-d{i}" for i in range(1, 9)}
    assert {events[event["cause"]]["kind"] for event in told} == {"fault", "clear"}
    back = next(event for event in told if event["t_s"] == BAD_TO_S)
    assert back["subject"] == "gateway-d2" and back["value"] > 1000


def test_values_of_the_old_unit_are_whole_steps_of_its_registers(city: City, table: dict[str, Any]) -> None:
    (old,) = [gateway.id for gateway in city.of_kind("gateway") if gateway.parameters["protocol"] == "modbus"]
    for cohort in (cohort for cohort in city.cohorts if cohort.gateway == old and not cohort.group_size):
        values = table["value"][np.isin(table["sensor"], cohort.sensors)]
        counts = values / (step_of(cohort.accuracy) if cohort.accuracy else 1.0)  # a switch is open or closed
        np.testing.assert_allclose(counts, np.rint(counts), atol=1e-6)
        assert len(values) > 0
