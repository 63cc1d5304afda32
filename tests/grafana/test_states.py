"""The five classes of states, and points against their declaration."""

from __future__ import annotations

import re

import pytest

from gateways.stores.influx import PointWriter
from simulator.contracts.event import Event, EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.measurements import AFFECTED, COMPONENT, MODE, STORE
from simulator.contracts.registry import registry
from simulator.contracts.state import State, state_of_mode, state_under_fault, ways_of
from stadtwerk.influx.places import Places
from stadtwerk.influx.results import KIND_WORDS
from stadtwerk.influx.sender import Out
from stadtwerk.influx.states import States, Stores
from tests.support.towns import component, link, town


@pytest.mark.parametrize(("kind", "mode"), [(k.name, mode) for k in registry().types.values() for mode in k.modes])
def test_every_mode_of_every_kind_is_in_a_class(kind: str, mode: str) -> None:
    assert registry().types[kind].mode(mode) is not None
    assert isinstance(state_of_mode(kind, mode), State)


def test_the_best_mode_is_normal_and_none_is_failed() -> None:
    for kind in registry().types.values():
        if kind.modes:
            assert state_of_mode(kind.name, kind.modes[0]) is State.NORMAL
        if "none" in kind.modes:
            assert state_of_mode(kind.name, "none") is State.FAILED
    assert state_of_mode("hospital", "generator") is State.TECHNICAL
    assert state_of_mode("town-hall", "paper") is State.ANALOGUE
    assert state_under_fault("pipe", "burst") is State.DEGRADED
    assert state_under_fault("junction", "sensor-bias") is State.NORMAL


def test_ways_of_a_medium_are_modes_in_their_order() -> None:
    for kind, ways in {one.name: one.same_medium for one in registry().types.values() if one.same_medium}.items():
        modes = registry().types[kind].modes
        assert [mode for mode in modes if mode in ways] == list(ways)
        assert ways[0] == modes[0]
        assert ways_of(kind) == ways
    assert ways_of("town-hall") == ("online", "paper")


def test_every_kind_of_event_has_words() -> None:
    assert set(KIND_WORDS) == set(EventKind)


def parse(line: bytes) -> tuple[str, dict[str, str], dict[str, str]]:
    """Measurement, tags and fields of a line whose tags escape nothing but spaces."""
    head, _, rest = line.decode().replace("\\ ", "_").partition(" ")
    name, *tags = head.split(",")
    fields = re.findall(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^, ]+)', rest)
    return name, dict(one.split("=") for one in tags), dict(fields)


def at(kind: EventKind, subject: str, fault: str = "", at: int = 0, **more: object) -> Event:
    return Event(0, at, kind, subject, "", {"fault": fault}, **more)  # type: ignore[arg-type]


def test_a_component_goes_through_its_states(run_of_town: tuple[States, Out]) -> None:
    states, out = run_of_town

    def after(*events: Event) -> list[tuple[str, int]]:
        for event in events:
            states.event(event)
        states.flush(0)
        lines = [parse(line) for line in out.take()]
        return [(tags["component"], int(fields["state"][:-1])) for name, tags, fields in lines if name == "component"]

    lost = at(EventKind.SUPPLY_LOST, "hospital", via="power-bus-hospital", value=900.0)
    assert after(lost, at(EventKind.MODE, "hospital", before="mains", after="battery")) == [("hospital", 2)]
    assert after(at(EventKind.FAULT, "generator", "generator-fails", after="x")) == [("generator", 4)]
    assert after(at(EventKind.MODE, "hospital", before="battery", after="none")) == [("hospital", 4)]
    assert after(at(EventKind.CLEAR, "generator", "generator-fails", before="x")) == [("generator", 0)]
    assert after(at(EventKind.CLEAR, "generator", "generator-fails", before="y")) == []


def test_a_source_that_has_failed_is_no_fallback(run_of_town: tuple[States, Out]) -> None:
    states, out = run_of_town

    def left() -> int:
        states.flush(0)
        states.beat(0)
        rows = [parse(line) for line in out.take()]
        return next(int(f["fallbacks_left"][:-1]) for n, t, f in rows[::-1] if n == "mode" and t["kind"] == "hospital")

    assert left() == 2
    states.event(at(EventKind.MODE, "hospital", before="mains", after="battery"))
    assert left() == 1
    states.event(at(EventKind.FAULT, "generator", "generator-fails", after="x"))
    assert left() == 0
    states.event(at(EventKind.MODE, "hospital", before="battery", after="none"))
    assert left() == -1


@pytest.fixture
def run_of_town() -> tuple[States, Out]:
    from datetime import datetime

    from resilience.scenario.scenario import CityReference, RunSettings, Scenario
    from simulator.contracts.words import Verbatim
    from stadtwerk.influx.places import RunIdentity

    city = town(
        [component("hospital", "hospital", beds=10.0), component("generator", "generator"), component("bus", "bus")],
        [link("power", "bus", "hospital", 900.0), link("power", "generator", "hospital")],
    )
    assert city.links["power-bus-hospital"].kind == LinkKind("power")
    settings = RunSettings(datetime(2026, 1, 14), 0.0, 3600.0)
    scenario = Scenario("s", Verbatim("s"), Verbatim("?"), CityReference(), settings)
    run = RunIdentity("r", city, scenario, 1, 0, 3_600_000, 0)
    out = Out(run)
    places = Places(city)
    return States(run, places, Stores(places, out), out), out


def test_points_are_held_to_their_declaration() -> None:
    writer = PointWriter()
    tags = {"run": "a b", "city": "c,=d", "measure": ""}
    line = writer.point(AFFECTED, tags, {"people": 3, "person_hours": 0.1, "faults": None}, 12)
    assert line == b"affected,city=c\\,\\=d,measure=-,run=a\\ b people=3i,person_hours=0.1 12\n"
    assert writer.point(AFFECTED, tags, {"person_hours": float("nan")}, 12) == b""
    with pytest.raises(ValueError, match="has the tags"):
        writer.point(AFFECTED, {"run": "a"}, {"people": 3}, 12)
    for wrong in ({"people": 3.5}, {"people": "3"}, {"nobody": 1}):
        with pytest.raises(ValueError, match=r"affected"):
            writer.point(AFFECTED, tags, wrong, 12)
    with pytest.raises(ValueError, match="is a text"):
        writer.point(STORE, dict.fromkeys(STORE.tags, "x"), {"unit": 1.0}, 12)
    quoted = writer.point(MODE, dict.fromkeys(MODE.tags, "x"), {"mode": 'a "b"\\\n c'}, 12)
    assert quoted.count(b"\n") == 1
    assert b'mode="a \\"b\\"\\\\  c"' in quoted
    assert COMPONENT.field("lat").unit == "deg"
