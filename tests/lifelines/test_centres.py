"""Control centres over the data network, and the town hall by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from simulator.contracts.city import City
from simulator.contracts.link import Fallback, LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.lifelines import start
from simulator.lifelines.traffic_control import process as traffic_control
from simulator.lifelines.waterworks import process as waterworks
from tests.ict.town import component, control, course, data, level, modes, power, run_to, town, world

SIGNALS = tuple(f"signal-{i}" for i in range(5))
PUMPS = tuple(f"pump-{i}" for i in range(4))


def crossroads() -> City:
    """A centre with five signals on one router, the first two on a bus; police have signals 0 and 4 on their list."""
    parts = [component("bus", "bus"), component("centre", "traffic-control-centre"), component("router", "router")]
    parts += [component(s, "signal", police=s in {"signal-0", "signal-4"}, police_s=1800.0) for s in SIGNALS]
    links = [data("centre", "router"), power("bus", "signal-0", 600.0), power("bus", "signal-1", 600.0)]
    links += [data("router", s) for s in SIGNALS] + [control("centre", s) for s in SIGNALS]
    return town(parts, links, levels=[level("lifeline", "centre", 0.9)])


def running(city: City, start_at: datetime = datetime(2024, 1, 10, 6, 0)) -> Runtime:
    runtime = world(city, start=start_at)
    ict.start(runtime)
    start(runtime)
    return runtime


def at(runtime: Runtime, seconds: float, target: str, fault: str, clear: bool = False) -> None:
    def act() -> None:
        if clear:
            runtime.faults.clear(target, fault, "test")
        else:
            runtime.faults.apply(target, fault, "test", {})

    runtime.clock.at(to_ticks(seconds), "test", act)


def test_police_stand_at_listed_junctions_after_their_time() -> None:
    runtime = running(crossroads())
    runtime.clock.at(to_ticks(100), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))
    runtime.clock.at(to_ticks(9000), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), True))
    run_to(runtime, 10_000)
    assert modes(runtime, "centre") == [(700.0, "none"), (2500.0, "police"), (9000.0, "central")]
    police = traffic_control.SHARES["police"]
    called = next(e for e in runtime.log.events if e.after == "police")
    assert runtime.log.trace(called.id)[0].subject in {"power-bus-signal-0", "power-bus-signal-1"}
    steps = [(0.0, 1.0), (700.0, pytest.approx(3 / 5)), (2500.0, pytest.approx((3 + police) / 5)), (9000.0, 1.0)]
    assert course(runtime, "lifeline-centre") == steps


def test_a_signal_that_goes_dark_again_waits_for_the_police_again() -> None:
    runtime = running(crossroads())
    for when, clear in ((100, False), (1100, True), (1500, False)):
        at(runtime, when, "signal-0", "signal-dark", clear)
    run_to(runtime, 5000)
    assert modes(runtime, "centre") == [(100.0, "none"), (1100.0, "central"), (1500.0, "none"), (3300.0, "police")]


def test_signals_run_their_own_programme_without_the_centre_and_none_is_none() -> None:
    runtime = running(crossroads())
    at(runtime, 100, "router", "node-out")
    at(runtime, 200, "router", "node-out", clear=True)
    at(runtime, 300, "centre", "site-out")
    for signal in SIGNALS[1:4]:
        at(runtime, 400, signal, "signal-dark")
    for signal in ("signal-0", "signal-4"):
        at(runtime, 500, signal, "signal-dark")
    run_to(runtime, 5000)
    found = modes(runtime, "centre")
    assert found == [(100.0, "local"), (200.0, "central"), (300.0, "local"), (400.0, "none"), (2300.0, "police")]
    local, police = traffic_control.SHARES["local"], traffic_control.SHARES["police"]
    expected = [1.0, local, 1.0, local, 2 * local / 5, 0.0, 2 * police / 5]
    assert [value for _, value in course(runtime, "lifeline-centre")] == pytest.approx(expected)


def test_waterworks_without_its_router_leaves_pumps_on_their_own_or_frozen() -> None:
    parts = [component("works", "waterworks"), component("router", "router"), *(component(p, "pump") for p in PUMPS)]
    links = [data("works", "router"), *(data("router", p) for p in PUMPS)]
    links += [control("works", p, Fallback.HOLD if p == "pump-3" else Fallback.LOCAL) for p in PUMPS]
    runtime = running(town(parts, links, levels=[level("lifeline", "works", 0.9)]))
    at(runtime, 50, "data-router-pump-0", "link-cut")
    at(runtime, 100, "router", "node-out")
    for pump in PUMPS:
        at(runtime, 200, pump, "pump-out")
        at(runtime, 300, pump, "pump-out", clear=True)
    at(runtime, 400, "router", "node-out", clear=True)
    run_to(runtime, 1000)
    assert modes(runtime, "works") == [(100.0, "local"), (200.0, "none"), (300.0, "local"), (400.0, "central")]
    local, held = waterworks.LOCAL_SHARE, waterworks.HELD_SHARE
    alone, one_cut = (3 * local + held) / 4, (3 + local) / 4
    expected = [1.0, one_cut, alone, 0.0, alone, one_cut]
    assert [value for _, value in course(runtime, "lifeline-works")] == pytest.approx(expected)


def offices() -> City:
    """A town hall on a switch, its services on two servers behind it."""
    parts = [
        component("hall", "town-hall", opens_s=8 * 3600.0, closes_s=18 * 3600.0, activate_s=3600.0),
        component("switch", "switch"),
        component("v1", "server", cluster="office", rank=1),
        component("v2", "server", cluster="office", rank=2),
        component("portal", "service", cluster="office"),
        component("bus", "bus"),
    ]
    links = [data("hall", "switch"), data("v1", "switch"), data("v2", "switch"), control("portal", "hall")]
    return town(parts, [*links, power("bus", "hall")], levels=[level("lifeline", "hall")])


@pytest.mark.parametrize("broken", ["switch", "power"])
def test_paper_counter_keeps_opening_hours(broken: str) -> None:
    """Start at 06:00. Lost at 06:30, ready at 07:30, open 08:00 to 18:00, back online at 09:00 on the second day.

    Behind a broken switch no server heard another, and none served: one takes over again first, warm in 10 s.
    """
    runtime = running(offices())
    hour = 3600.0
    if broken == "switch":
        at(runtime, 0.5 * hour, "switch", "node-out")
        at(runtime, 27 * hour, "switch", "node-out", clear=True)
    else:
        for when, up in ((0.5, False), (27.0, True)):
            runtime.clock.at(to_ticks(when * hour), "test", partial(runtime.supply.offer, "bus", LinkKind("power"), up))
    run_to(runtime, 48 * hour)
    steps = [(0.5, "none"), (2.0, "paper"), (12.0, "none"), (26.0, "paper"), (27.0, "online")]
    taken_over = 10.0 if broken == "switch" else 0.0
    at_s = [when * hour + (taken_over if when == 27.0 else 0.0) for when, _ in steps]
    assert modes(runtime, "hall") == [(t_s, mode) for t_s, (_, mode) in zip(at_s, steps, strict=True)]
    assert [value for _, value in course(runtime, "lifeline-hall")] == [1.0, 0.0, 0.3, 0.0, 0.3, 1.0]


def test_a_counter_may_be_open_beyond_midnight() -> None:
    """Start at 06:00, lost at once, ready at 07:00; open from 22:00 to 02:00."""
    city = offices()
    hall = city.components["hall"]
    night = replace(hall, parameters={**hall.parameters, "opens_s": 22 * 3600.0, "closes_s": 2 * 3600.0})
    runtime = running(replace(city, components={**city.components, "hall": night}))
    at(runtime, 600, "data-hall-switch", "link-cut")
    run_to(runtime, 24 * 3600)
    assert modes(runtime, "hall") == [(600.0, "none"), (16 * 3600.0, "paper"), (20 * 3600.0, "none")]


def test_paper_waits_until_it_is_set_up_in_the_middle_of_the_day() -> None:
    runtime = running(offices(), datetime(2024, 1, 10, 12, 0))
    at(runtime, 600, "data-hall-switch", "link-cut")
    run_to(runtime, 8 * 3600)
    assert modes(runtime, "hall") == [(600.0, "none"), (4200.0, "paper"), (6 * 3600.0, "none")]


def test_a_standby_server_keeps_the_town_hall_online_but_for_the_takeover() -> None:
    runtime = running(offices())
    at(runtime, 600, "v1", "node-out")
    run_to(runtime, 8 * 3600)
    assert modes(runtime, "hall") == [(600.0, "none"), (613.0, "online")]


def test_a_house_that_cannot_be_used_has_no_counter() -> None:
    runtime = running(offices(), datetime(2024, 1, 10, 12, 0))
    at(runtime, 600, "hall", "site-out")
    at(runtime, 9000, "hall", "site-out", clear=True)
    run_to(runtime, 10_000)
    assert modes(runtime, "hall") == [(600.0, "none"), (9000.0, "online")]


@pytest.mark.parametrize(("absent", "mode", "share"), [(0.0, "paper", 0.3), (0.5, "paper", 0.15), (1.0, "none", 0.0)])
def test_paper_needs_people(absent: float, mode: str, share: float) -> None:
    runtime = running(offices(), datetime(2024, 1, 10, 12, 0))
    at(runtime, 600, "switch", "node-out")
    runtime.faults.apply("hall", "staff-absent", "flu", {"share": absent})
    run_to(runtime, 5000)
    assert modes(runtime, "hall")[-1][1] == mode
    assert course(runtime, "lifeline-hall")[-1][1] == pytest.approx(share)
