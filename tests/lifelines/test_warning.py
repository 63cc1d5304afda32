"""Who is warned: phones, sirens, vans; the shares are 1 - prod(1 - share), worked out by hand."""

from __future__ import annotations

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.lifelines import start
from tests.ict.town import component, control, course, data, level, modes, power, run_to, town, world

LOST_S, HOUR_S = 1000.0, 3600.0
PHONES, SIREN = 0.75, 0.54
PEOPLE = {"west": 6000, "east": 4000}


def valley(vans: int = 2) -> City:
    """Two districts with a siren each that dispatch sounds; the western one hangs on a bus, with a battery."""
    parts = [
        component("bus", "bus"), component("router", "router"), component("server", "server", cluster="w"),
        component("warn", "service", cluster="w"), component("dispatch", "rescue-dispatch"),
        component("room", "public-warning", "west", vans_s=900.0),
        *(component(f"siren-{d}", "siren", d, by_hand_s=1200.0) for d in PEOPLE),
        *(component(f"van-{i}", "loudspeaker-van", people_h=1500.0, endurance_s=4 * HOUR_S) for i in range(vans)),
    ]  # fmt: skip
    leaves = ("room", "dispatch", "siren-west", "siren-east", "server")
    links = [*(data("router", leaf) for leaf in leaves), control("warn", "room")]
    links += [control("dispatch", f"siren-{d}") for d in PEOPLE] + [power("bus", "siren-west", HOUR_S)]
    districts = [District(name, name, people, 0, 0) for name, people in PEOPLE.items()]
    return town(parts, links, districts, [level("lifeline", "room", 0.5)])


def share(phones: bool, west: bool, east: bool, vans: float = 0.0) -> float:
    """The people-weighted share by hand."""
    of = {
        name: 1 - (1 - PHONES * phones) * (1 - SIREN * heard) * (1 - vans)
        for name, heard in zip(PEOPLE, (west, east), strict=True)
    }
    return sum(of[name] * people for name, people in PEOPLE.items()) / sum(PEOPLE.values())


def running(city: City) -> Runtime:
    runtime = world(city)
    ict.start(runtime)
    start(runtime)
    return runtime


def break_at(runtime: Runtime, at_s: float, target: str, fault: str) -> None:
    def act() -> None:
        if target == "bus":
            runtime.supply.offer("bus", LinkKind("power"), False)
        else:
            runtime.faults.apply(target, fault, "test", {})

    runtime.clock.at(to_ticks(at_s), "test", act)


@pytest.mark.parametrize(
    ("lost", "expected", "last"),
    [
        ([], [], share(True, True, True)),
        (["server:node-out"], [(LOST_S, "sirens")], share(False, True, True)),
        (["room:warning-out"], [(LOST_S, "sirens")], share(False, True, True)),
        (["siren-west:siren-out"], [], share(True, False, True)),
        (["dispatch:site-out"], [], share(True, True, True)),  # silent for 1,200 s, then sounded by hand
        (
            ["server:node-out", "siren-west:siren-out"],
            [(LOST_S, "none"), (LOST_S + 900, "vans"), (LOST_S + 900 + 4 * HOUR_S, "none")],
            share(False, False, True),
        ),
        (
            ["server:node-out", "siren-west:siren-out", "siren-east:siren-out", "van-0:van-out", "van-1:van-out"],
            [(LOST_S, "none")],
            0.0,
        ),
        (
            ["server:node-out", "bus:"],
            [(LOST_S, "sirens"), (LOST_S + HOUR_S, "none"), (LOST_S + HOUR_S + 900, "vans"),
             (LOST_S + HOUR_S + 900 + 4 * HOUR_S, "none")],
            share(False, False, True),
        ),
    ],
)  # fmt: skip
def test_table(lost: list[str], expected: list[tuple[float, str]], last: float) -> None:
    runtime = running(valley())
    for one in lost:
        break_at(runtime, LOST_S, *one.split(":"))
    run_to(runtime, 8 * HOUR_S)
    assert modes(runtime, "room") == expected
    assert course(runtime, "lifeline-room")[-1][1] == pytest.approx(last)


def test_vans_warn_so_many_people_an_hour() -> None:
    """Two vans of 1,500 people an hour for 10,000 people, while the eastern siren still sounds."""
    runtime = running(valley())
    for target, fault in (("server", "node-out"), ("siren-west", "siren-out")):
        break_at(runtime, LOST_S, target, fault)
    break_at(runtime, 2 * HOUR_S, "van-0", "van-out")
    run_to(runtime, 3 * HOUR_S)
    steps = [value for _, value in course(runtime, "lifeline-room")]
    dark = [share(False, False, True, vans) for vans in (0.0, 0.3, 0.15)]
    assert steps == pytest.approx([share(True, True, True), *dark])


def test_sirens_that_nobody_reaches_are_silent_until_they_are_sounded_by_hand() -> None:
    runtime = running(valley())
    break_at(runtime, LOST_S, "dispatch", "site-out")
    run_to(runtime, 2 * HOUR_S)
    expected = [(0.0, share(True, True, True)), (LOST_S, share(True, False, False))]
    assert course(runtime, "lifeline-room") == [
        *((at, pytest.approx(value)) for at, value in expected),
        (LOST_S + 1200.0, pytest.approx(share(True, True, True))),
    ]


def test_the_shares_come_from_the_survey() -> None:
    assert all(
        "Warntag" in next(p for p in registry().types[kind].parameters if p.name == name).source.of("en")
        for kind, name in (("public-warning", "digital_share"), ("siren", "heard_share"))
    )
