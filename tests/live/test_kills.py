"""Both brokers, ingest and a gateway are killed in the middle of a live run: afterwards all that was acknowledged is in
the store exactly once. Counted here from the store's tables and from the run's own file of readings."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from stadtwerk.__main__ import main
from tests.ingest.stored import read_rows
from tests.live.support import Key, Live, read_live, taken_by, write_scenario

KILLED = ("broker-a", "broker-b", "ingest-1", "gateway-d3")
GATEWAYS = ("gateway-d1", "gateway-d2", "gateway-d3")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    place = tmp_path_factory.mktemp("live")
    # Each is down for 5 s of the wall clock, 300 s of the town's: A and ingest are away together, then B alone.
    drills = ("broker-a@200", "ingest@400", "gateway-d3@500", "broker-b@700")
    kills = [word for drill in drills for word in ("--kill", drill)]
    arguments = ["live", str(write_scenario(place)), "--out", str(place / "run"), "--speed", "60", "--gateways", "3"]
    return read_live(place / "run", main([*arguments, *kills]))


@pytest.fixture(scope="module")
def taken(live: Live) -> dict[Key, float]:
    return taken_by(live.folder, GATEWAYS)


def raw_rows(store: Path) -> Iterator[Key]:
    """Every row as it was written, nothing merged."""
    with closing(sqlite3.connect(store)) as database:
        query = (
            "select gateway, sensors, rows, first_ms, times from block join layout on layout.id = block.layout "
            "order by block.id"
        )
        for gateway, sensors, rows, first_ms, times in database.execute(query):
            stamps = [first_ms] * rows if times is None else np.frombuffer(times, dtype="<i8").tolist()
            yield from ((gateway, sensor, at) for sensor, at in zip(json.loads(sensors), stamps, strict=True))


@pytest.mark.parametrize("process", KILLED)
def test_each_was_killed_by_its_number_and_came_back_as_another(live: Live, process: str) -> None:
    events = [event for event in live.journal if event["subject"] == process]
    assert [event["code"] for event in events] == ["live.started", "live.killed", "live.started-again"]
    assert events[0]["value"] == events[1]["value"] != events[2]["value"]
    assert live.record["processes"][process] == {"starts": 2, "deaths": 1}


def test_everything_read_was_acknowledged(live: Live, taken: dict[Key, float]) -> None:
    assert live.exit_code == 0
    field = live.record["readings"]
    assert field["sent"] == field["acknowledged"] > live.record["leaving"] == len(taken) > 1500
    assert field["waiting"] == field["refused"] == field["dropped"] == 0


def test_each_acknowledged_reading_is_in_the_store_exactly_once(live: Live, taken: dict[Key, float]) -> None:
    rows = Counter(raw_rows(live.folder / "store.sqlite"))
    assert rows.keys() == taken.keys()
    assert set(rows.values()) == {1}


def test_each_series_was_written_in_order(live: Live) -> None:
    last: dict[tuple[str, str], int] = {}
    for gateway, sensor, at in raw_rows(live.folder / "store.sqlite"):
        assert at > last.get((gateway, sensor), 0), (gateway, sensor)
        last[gateway, sensor] = at


def test_each_series_reads_in_order_what_its_sensor_read(live: Live, taken: dict[Key, float]) -> None:
    stored: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in read_rows(live.folder / "store.sqlite"):
        stored.setdefault((row.gateway, row.sensor), []).append((row.time_ms, row.value))
    asked: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for (gateway, sensor, at), value in sorted(taken.items()):
        asked.setdefault((gateway, sensor), []).append((at, value))
    assert stored.keys() == asked.keys()
    for series, readings in stored.items():
        np.testing.assert_array_equal(np.array(readings), np.array(asked[series]), err_msg=str(series))


def test_the_run_counted_the_same(live: Live, taken: dict[Key, float]) -> None:
    tally = live.record["tally"]
    assert tally["acknowledged"] == tally["stored"] == tally["rows"] == len(taken)
    assert tally["missing"] == tally["doubled"] == tally["unasked"] == tally["disordered"] == 0
    assert live.record["drained"]
    assert live.record["holds"]
    assert not any(live.record["left_in_outboxes"].values())


def test_a_fault_of_a_gateway_killed_its_process_until_it_was_cleared(live: Live) -> None:
    events = {event["code"]: event for event in live.journal if event["subject"] == "gateway-d1"}
    assert live.told("gateway-d1") == ["live.started", "live.killed", "live.started-again"]
    log = [json.loads(line) for line in (live.folder / "events.jsonl").read_text().splitlines()]
    assert "gateway-d1" in log[events["live.killed"]["cause"]]["subject"]
    # The look at the city comes at its instant; the journal may be some steps of the pace later.
    assert 300 <= events["live.killed"]["t_s"] < 600 <= events["live.started-again"]["t_s"]


def test_a_cut_link_of_the_city_cut_the_real_one(live: Live) -> None:
    assert live.told("gateway-d2") == ["live.started", "live.link-cut", "live.link-mended"]
    cut, mended = (event for event in live.journal if event["code"].startswith("live.link"))
    assert (cut["t_s"], mended["t_s"]) == (480.0, 840.0)


def test_the_city_does_not_notice_that_its_telemetry_is_real(live: Live, tmp_path: Path) -> None:
    """Same scenario, same seed, as fast as possible and without a process: the same digest."""
    main(["run", str(write_scenario(tmp_path)), "--out", str(tmp_path / "run"), "--mqtt", "off"])
    told = [json.loads((folder / "run.json").read_bytes())["digests"] for folder in (live.folder, tmp_path / "run")]
    assert told[0] == told[1]


def test_no_process_is_left(live: Live) -> None:
    for event in live.journal:
        if event["code"].startswith("live.started"):
            with pytest.raises(ProcessLookupError):
                os.kill(int(event["value"]), 0)


def test_lag_is_recorded(live: Live) -> None:
    assert live.record["lag"].keys() == {"max_s", "behind_s", "behind_from_s"}
    assert live.record["lag"]["max_s"] >= 0
