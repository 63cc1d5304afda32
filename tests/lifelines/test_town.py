"""All lifelines of one town together: cleared faults leave nothing behind, and a split run is the whole run."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.event import EventKind
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.domains.ict.catalogue import FLOODING
from simulator.domains.water.catalogue import COMMAND_FAULTS
from simulator.lifelines import start
from simulator.lifelines.process import Lifelines
from tests.ict.town import component, control, course, data, level, power, run_to, town, world

LIFELINES = ("clinic", "dispatch", "supply", "centre", "hall", "works", "records", "water", "room")


def everything() -> City:
    """One of each lifeline on two routers and two buses."""
    parts = [
        component("bus-a", "bus"),
        component("bus-b", "bus"),
        component("router-a", "router", "west"),
        component("router-b", "router", "east"),
        component("v1", "server", "west", cluster="data", rank=1),
        component("v2", "server", "east", cluster="data", rank=2),
        component("duty", "service", cluster="data"),
        component("site-w", "radio-site", "west", x_m=-500),
        component("site-e", "radio-site", "east", x_m=500),
        component("clinic", "hospital", "west", beds=100.0),
        component("dispatch", "rescue-dispatch", "west"),
        component("supply", "drinking-water", "east"),
        component("well", "emergency-well", "east"),
        component("depot", "depot", "east"),
        component("centre", "traffic-control-centre", "west"),
        component("hall", "town-hall", "east"),
        component("works", "waterworks", "east"),
        component("main", "junction", "west"),
        component("records", "patient-records", "west", hospital="clinic"),
        component("water", "hospital-water", "west", hospital="clinic"),
        component("room", "public-warning", "west"),
        *(component(f"siren-{d}", "siren", d) for d in ("west", "east")),
        component("van", "loudspeaker-van", "west"),
        *(component(f"signal-{i}", "signal", police=i == 0) for i in range(3)),
        *(component(f"pump-{i}", "pump") for i in range(2)),
    ]
    west = ("v1", "site-w", "dispatch", "centre", "signal-0", "pump-0", "records", "room", "siren-west")
    east = ("v2", "site-e", "hall", "works", "signal-1", "signal-2", "pump-1", "siren-east")
    links = [data("router-a", "router-b"), *(data("router-a", x) for x in west), *(data("router-b", x) for x in east)]
    links += [control("dispatch", s) for s in ("site-w", "site-e")] + [
        control("works", f"pump-{i}", Fallback.HOLD if i else Fallback.LOCAL) for i in range(2)
    ]
    links += [control("centre", f"signal-{i}") for i in range(3)] + [control("duty", "hall")]
    links += [
        control("duty", "records"),
        control("duty", "room"),
        Link("w", LinkKind("water"), "main", "clinic", autonomy_s=900.0),
    ]
    links += [control("dispatch", f"siren-{d}") for d in ("west", "east")]
    links += [power("bus-a", x, 120.0) for x in (*west, "router-a", "clinic")]
    links += [power("bus-b", x, 240.0) for x in (*east, "router-b", "depot")]
    districts = [District("west", "West", 700, -500, 0), District("east", "East", 300, 500, 0)]
    levels = [level("lifeline", name, 0.9) for name in (*LIFELINES, "well", "depot")]
    return town(parts, links, districts, [*levels, level("litres-per-person", "east", 15.0)])


CITY = everything()
PLAIN = {*LIFELINES, "depot"}
"""Of these every fault that needs no parameter is tried, of the others those that stop them."""
BREAKS = [
    (c.id, point.name)
    for c in CITY.components.values()
    for point in registry().types[c.kind].faults
    if point.disables or (c.id in PLAIN and point not in (FLOODING, *COMMAND_FAULTS))
]
BREAKS += [(room, fault) for room in ("centre", "works") for fault in ("loss-of-view", "loss-of-control")]
BREAKS += [(name, "flooding") for name in ("centre", "v1")]
BREAKS += [(link.id, "link-cut") for link in CITY.links.values()]
BREAKS += [("bus-a", "offer"), ("bus-b", "offer")]

Fault = tuple[tuple[str, str], int, int]
FAULTS = st.lists(st.tuples(st.sampled_from(BREAKS), st.integers(0, 5000), st.integers(1, 5000)), max_size=10)


def running() -> tuple[Runtime, Lifelines]:
    runtime = world(CITY)
    ict.start(runtime)
    return runtime, start(runtime)


def schedule(runtime: Runtime, faults: list[Fault]) -> None:
    for n, ((target, fault), at_s, lasts_s) in enumerate(faults):

        def turn(on: bool, target: str = target, fault: str = fault, cause: str = f"f{n}") -> None:
            if fault == "offer":
                runtime.supply.offer(target, LinkKind("power"), not on)
            elif on:
                runtime.faults.apply(target, fault, cause, {})
            else:
                runtime.faults.clear(target, fault, cause)

        runtime.clock.at(to_ticks(at_s), "inject", partial(turn, True))
        runtime.clock.at(to_ticks(at_s + lasts_s), "clear", partial(turn, False))


@settings(max_examples=40, deadline=None)
@given(FAULTS)
def test_inject_and_clear_is_baseline_and_every_mode_follows_the_one_before(faults: list[Fault]) -> None:
    runtime, lifelines = running()
    schedule(runtime, faults)
    run_to(runtime, 12_000)
    assert {name: lifelines.mode(name) for name in LIFELINES} == {
        name: registry().types[CITY.components[name].kind].modes[0] for name in LIFELINES
    }
    for name in CITY.levels:
        whole = {"litres-per-person-east": 126.0, "lifeline-room": pytest.approx(1 - 0.25 * 0.46)}.get(name, 1.0)
        assert course(runtime, name)[-1][1] == whole, name
    for name in LIFELINES:
        last = registry().types[CITY.components[name].kind].modes[0]
        for event in runtime.log.events:
            if event.kind is EventKind.MODE and event.subject == name:
                assert event.before == last != event.after
                assert event.after in registry().types[CITY.components[name].kind].modes
                assert event.cause is not None
                last = event.after


@settings(max_examples=20, deadline=None)
@given(FAULTS, st.lists(st.integers(1, 11_999), max_size=6).map(sorted))
def test_split_run_is_the_whole_run(faults: list[Fault], stops: list[int]) -> None:
    runs = []
    for parts in ([12_000], [*stops, 12_000]):
        runtime, _ = running()
        schedule(runtime, faults)
        for stop in parts:
            run_to(runtime, stop)
        runs.append((runtime.log.events, {name: course(runtime, name) for name in CITY.levels}))
    assert runs[0] == runs[1]
