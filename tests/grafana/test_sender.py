"""The thread that writes a live run, and what it makes of what gateways and ingest tell."""

from __future__ import annotations

import threading
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import orjson

from gateways.stores.influx import InfluxWriter
from gateways.wire.topics import ack, health, status
from resilience.scenario.scenario import CityReference, RunSettings, Scenario
from simulator.contracts.words import Verbatim
from stadtwerk.influx.live import HealthWatch
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out, Sender
from tests.grafana.test_states import parse
from tests.influx.fake import Answer, Asked, FakeInflux, error
from tests.support.towns import component, town

LINES = [b"affected,run=r people=%di 1768406400000\n" % i for i in range(12_000)]


def sender(fake: FakeInflux) -> Sender:
    made = Sender(lambda: InfluxWriter(fake.url, "o", "b", "token", 5.0))
    made.start()
    return made


def test_a_database_that_is_away_for_a_while_gets_everything() -> None:
    asked: list[int] = []

    def away_at_first(one: Asked) -> Answer | None:
        asked.append(len(one.body.splitlines()))
        return error(503, "unavailable", "restarting", Retry_After="0") if len(asked) < 4 else None

    with FakeInflux(away_at_first) as fake:
        into = sender(fake)
        for first in range(0, len(LINES), 4_000):
            into.put(LINES[first : first + 4_000])
        into.put([])
        assert into.close(60.0)
        assert (into.written, into.reason) == (len(LINES), "")
        assert list(fake.taken) == [line.rstrip(b"\n") for line in LINES]
    assert max(asked) <= 5_000


def test_what_is_refused_is_told_and_holds_up_nothing() -> None:
    bad = LINES[5].rstrip(b"\n")

    def answers(one: Asked) -> Answer | None:
        return error(400, "invalid", "no such field") if bad in one.body.splitlines() else None

    with FakeInflux(answers) as fake:
        into = sender(fake)
        into.put(LINES[:20])
        into.put(LINES[20:40])
        assert not into.close(60.0)
        assert into.refused == 1
        assert "no such field" in into.reason
        assert len(fake.taken) == 39


def test_the_end_does_not_wait_for_ever_for_a_database_that_is_gone() -> None:
    waiting = threading.Event()

    def gone(one: Asked) -> Answer:
        waiting.set()
        return error(503, "unavailable", "gone", Retry_After="30")

    with FakeInflux(gone) as fake:
        into = sender(fake)
        into.put(LINES[:10])
        assert waiting.wait(60)
        assert not into.close(0.2)
        assert "gone" in into.reason


class Told:
    """A watch on one gateway that is told what brokers would tell it."""

    def __init__(self) -> None:
        self.city = town([component("gw", "gateway")])
        settings = RunSettings(datetime(2026, 1, 14), 0.0, 3600.0)
        scenario = Scenario("s", Verbatim("s"), Verbatim("?"), CityReference(), settings)
        self.run = RunIdentity("r", self.city, scenario, 1, 0, 3_600_000, 0)
        self.watch = HealthWatch(dict, ["gw"])

    def tell(self, broker: str, topic: str, **message: Any) -> None:
        self.watch._addresses.setdefault(broker, None)  # type: ignore[arg-type]
        self.watch._on_message(broker, None, None, SimpleNamespace(topic=topic, payload=orjson.dumps(message)))

    def rows(self, minute: int) -> dict[str, dict[str, str]]:
        out = Out(self.run)
        self.watch.write(out, self.run, Places(self.city), 60_000 * minute)
        found = {}
        for name, tags, fields in map(parse, out.take()):
            found[tags.get("gateway") or tags.get("ingest") or tags.get("broker") or name] = fields
        return found


def test_a_gateway_is_silent_while_ingest_stores_nothing_of_it() -> None:
    told = Told()
    told.tell("broker-a", status("gw"), gateway="gw", state="online", health={"acknowledged": 60, "in_outbox": 3})
    assert told.rows(1)["gw"]["rate_hz"] == "1.0"
    assert told.rows(2)["gw"]["silent_s"] == "60.0"
    told.tell("broker-a", ack("gw"), gateway="gw", restart=1, seq=4)
    row = told.rows(3)["gw"]
    assert (row["silent_s"], row["outbox"], row["delivered"]) == ("0.0", "3i", "60i")
    told.tell("broker-a", status("gw"), gateway="gw", state="online", health={"acknowledged": 6})
    assert told.rows(4)["gw"]["rate_hz"] == "0.1", "it started anew, and counts from zero"


def test_a_gateway_does_not_deliver_while_both_brokers_are_gone_whatever_it_said_last() -> None:
    told = Told()
    told.tell("broker-a", status("gw"), gateway="gw", state="online", health={"acknowledged": 60})
    assert [told.rows(minute)["gw"]["online"] for minute in (1, 2, 3, 4, 5)] == ["1i", "1i", "1i", "0i", "0i"]
    assert told.rows(6)["broker-a"] == {"up": "0i", "gateways": "0i", "state": '"gone"'}
    told.tell("broker-a", ack("gw"), gateway="gw", restart=1, seq=4)
    assert told.rows(7)["gw"]["online"] == "1i"


def test_the_will_at_a_broker_that_was_left_is_not_the_end() -> None:
    told = Told()
    told.tell("broker-a", status("gw"), gateway="gw", state="online", health={})
    told.tell("broker-b", status("gw"), gateway="gw", state="online", health={})
    told.tell("broker-a", status("gw"), gateway="gw", state="offline")
    rows = told.rows(1)
    assert (rows["gw"]["online"], rows["gw"]["broker"]) == ("1i", '"broker-b"')
    assert (rows["broker-a"]["gateways"], rows["broker-b"]["gateways"]) == ("0i", "1i")
    told.tell("broker-b", status("gw"), gateway="gw", state="offline")
    assert told.rows(2)["gw"]["online"] == "0i"


def test_ingest_tells_what_it_rejected() -> None:
    told = Told()
    counts = {"rejected": {"x": 2}, "refused_rows": 3}
    for written in (7, 8):
        told.tell("broker-a", health("ingest-1"), name="ingest-1", state="online", written=written, **counts)
    row = told.rows(1)["ingest-1"]
    assert (row["up"], row["written"], row["rejected"], row["dead_letters"]) == ("1i", "8i", "5i", "2i")
    told.watch._on_message("broker-a", None, None, SimpleNamespace(topic=status("gw"), payload=b"no json"))
    told.tell("broker-a", health("ingest-1"), name="ingest-1", state="offline")
    row = told.rows(2)["ingest-1"]
    assert (row["up"], row["written"]) == ("0i", "8i"), "a will knows no counts"
