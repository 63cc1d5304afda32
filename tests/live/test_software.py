"""New gateway software in a live run: it reaches the real process, a faulty one really sends what nobody can read, and
after the roll-back nothing is missing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stadtwerk.__main__ import main
from stadtwerk.live.run import run_live
from stadtwerk.live.settings import LiveSettings
from stadtwerk.runs.run import RunRequest
from tests.ingest.stored import read_rows
from tests.live.support import SCENARIO, Listener, Live, read_live, taken_by, write_scenario
from tests.live.test_device import check_of_a_live_run

GATEWAYS = ("gateway-d1", "gateway-d2")
TIMELINE = """\
timeline:
  - {id: roll-out, at: 1min, fault: firmware-update, target: gateway-d1, parameters: {payload: v2}}
  - {id: bad, at: 1min, fault: firmware-update, target: gateway-d2, parameters: {payload: v2, faulty: true}, for: 3min}
  - {id: worse, at: 6min, fault: firmware-update, target: gateway-d2, parameters: {payload: v1, faulty: true}}
expect:"""


@dataclass(frozen=True)
class Heard:
    """What a run left, and every message that a subscriber saw."""

    live: Live
    messages: tuple[tuple[str, bytes], ...]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    place = tmp_path_factory.mktemp("software")
    quiet, _, _ = SCENARIO.replace("20min", "10min").partition("timeline:")
    _, _, expect = SCENARIO.partition("expect:")
    scenario = write_scenario(place, f"{quiet}{TIMELINE}{expect}")
    listener = Listener()
    try:
        request = RunRequest(scenario, out=place / "run", speed=60.0)
        code = run_live(request, LiveSettings(gateways=2), listener).exit_code
    finally:
        listener.close()
    return Heard(read_live(place / "run", code), tuple(listener.heard))


@pytest.fixture(scope="module")
def live(heard: Heard) -> Live:
    return heard.live


def letters(live: Live) -> list[dict[str, str]]:
    return [json.loads(line) for line in (live.folder / "dead-letters.jsonl").read_bytes().splitlines()]


def payloads(live: Live, subject: str) -> list[tuple[str, str | None]]:
    mine = [event for event in live.journal if event["subject"] == subject]
    return [(event["code"], event.get("params", {}).get("payload")) for event in mine]


def test_the_city_says_so_and_the_process_is_told(live: Live) -> None:
    new, faulty, begun = "live.software", "live.software-faulty", "live.started"
    assert payloads(live, "gateway-d1") == [(begun, None), (new, "v2")]
    updates = [(faulty, "v2"), (new, "v1"), (faulty, "v1")]
    # The last one is never taken back in the scenario; so that its readings arrive it is at the end of the run.
    assert payloads(live, "gateway-d2") == [(begun, None), *updates, (new, "v1")]
    events = [json.loads(line) for line in (live.folder / "events.jsonl").read_text().splitlines()]
    causes = [
        event["cause"] for event in live.journal if event["code"].startswith("live.software") and "cause" in event
    ]
    assert [events[cause]["kind"] for cause in causes] == ["fault", "fault", "clear", "fault"]


def test_ingest_could_not_read_what_the_faulty_software_sent(live: Live) -> None:
    """Both wrong versions went out as bytes that end in the middle, and each was kept with the reason."""
    found = letters(live)
    assert {letter["reason"] for letter in found} == {"malformed"}
    assert {letter["topic"] for letter in found} == {f"city/{version}/gateway-d2/senml" for version in ("v1", "v2")}
    assert live.record["dead_letters"] == {"malformed": len(found)}


def test_nothing_is_lost_or_doubled_either_way(live: Live) -> None:
    taken = taken_by(live.folder, GATEWAYS)
    stored = {(row.gateway, row.sensor, row.time_ms): row.value for row in read_rows(live.folder / "store.sqlite")}
    assert stored == taken
    assert live.exit_code == 2, "the tally holds; that software made no difference to what is judged is inconclusive"
    tally = live.record["tally"]
    assert tally["acknowledged"] == tally["stored"] == tally["rows"] == len(taken)
    assert tally["missing"] == tally["doubled"] == tally["disordered"] == 0


def test_the_other_gateway_went_on_in_the_new_version(live: Live, tmp_path: Path) -> None:
    """What the run without processes knows of it stands in the same digest."""
    scenario = tmp_path / "live-short.yaml"
    scenario.write_text((live.folder / "scenario.yaml").read_text())
    main(["run", str(scenario), "--out", str(tmp_path / "run"), "--mqtt", "off", "--seed", "1"])
    told = [json.loads((folder / "run.json").read_bytes())["digests"] for folder in (live.folder, tmp_path / "run")]
    assert told[0]["readings"] == told[1]["readings"]
    assert told[0]["levels"] == told[1]["levels"]


def test_no_meter_of_a_household_is_ever_on_the_wire_or_in_a_file(heard: Heard) -> None:
    """Only sums are: the broker sees them, the store has them, and so has the run's own file."""
    packs = [(topic, payload) for topic, payload in heard.messages if topic.endswith("/senml")]
    assert {topic.split("/")[2] for topic, _ in packs} == set(GATEWAYS)
    for _, payload in heard.messages:
        assert b"meter-" not in payload and b"household_w/" not in payload
    for gateway in GATEWAYS:
        named = f"households-{gateway}/household_w_sum".encode()
        assert any(named in payload for topic, payload in packs if gateway in topic)
    stored = {row.sensor for row in read_rows(heard.live.folder / "store.sqlite")}
    table = pq.read_table(heard.live.folder / "readings.parquet")
    written = set(table.column("sensor").to_pylist())
    for sensors in (stored, written):
        assert "households-gateway-d1/household_w_sum" in sensors
        assert not any("meter-" in sensor for sensor in sensors)
    covered = {row.value for row in read_rows(heard.live.folder / "store.sqlite") if row.sensor.endswith("/covered")}
    assert min(covered) >= 5


def test_the_modbus_unit_of_the_city_was_asked_over_its_socket(live: Live) -> None:
    check_of_a_live_run(live)
