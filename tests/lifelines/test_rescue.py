"""Rescue dispatch on the data network: sites cut off, sites whose batteries run out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.lifelines import start
from simulator.lifelines.rescue.process import SHARES
from tests.ict.town import component, control, course, data, level, modes, power, run_to, town, world

BATTERY_S = 2 * 3600.0  # norm bos-base-station


def valley(direct_s: float = 300.0) -> City:
    """Two districts with a radio site each; both sites hang on one router, the upper one on a bus with a battery."""
    parts = [
        component("bus", "bus"),
        component("dispatch", "rescue-dispatch", direct_s=direct_s),
        component("router", "router"),
        component("upper-site", "radio-site", x_m=0, y_m=900),
        component("lower-site", "radio-site", x_m=0, y_m=-900),
        component("spare-site", "radio-site", x_m=0, y_m=-1000),
    ]
    links = [
        data("dispatch", "router"),
        data("router", "upper-site"),
        data("router", "lower-site"),
        control("dispatch", "upper-site"),
        control("dispatch", "lower-site"),
        power("bus", "upper-site", BATTERY_S),
    ]
    districts = [District("upper", "Upper", 3000, 0, 1000), District("lower", "Lower", 1000, 0, -1000)]
    return town(parts, links, districts, [level("lifeline", "dispatch", 0.5)])


def running(city: City) -> Runtime:
    runtime = world(city)
    ict.start(runtime)
    start(runtime)
    return runtime


def test_radio_battery_runs_out_after_its_autonomy_and_crews_switch() -> None:
    runtime = running(valley(direct_s=420.0))
    runtime.clock.at(to_ticks(60), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))
    runtime.clock.at(to_ticks(20_000), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), True))
    run_to(runtime, 30_000)
    dead = 60.0 + BATTERY_S
    assert modes(runtime, "dispatch") == [(dead, "none"), (dead + 420.0, "direct-mode"), (20_000.0, "trunked")]
    steps = course(runtime, "lifeline-dispatch")
    assert [at for at, _ in steps] == [0.0, dead, dead + 420.0, 20_000.0]
    expected = [1.0, 0.25, 0.25 + 0.75 * SHARES["direct-mode"], 1.0]
    assert [value for _, value in steps] == pytest.approx(expected)
    switched = [e for e in runtime.log.events if e.kind is EventKind.MODE and e.after == "direct-mode"]
    assert runtime.log.trace(switched[0].id)[0].subject == "power-bus-upper-site"


def test_a_site_that_dispatch_does_not_reach_is_an_isolated_cell() -> None:
    runtime = running(valley())
    runtime.faults.apply("data-router-lower-site", "link-cut", "digger", {})
    run_to(runtime, 10)
    assert modes(runtime, "dispatch") == [(0.0, "isolated-cell")]
    assert course(runtime, "lifeline-dispatch")[-1][1] == pytest.approx(0.75 + 0.25 * SHARES["isolated-cell"])
    runtime.faults.apply("router", "node-out", "fire", {})
    run_to(runtime, 20)
    assert course(runtime, "lifeline-dispatch")[-1][1] == pytest.approx(SHARES["isolated-cell"])
    runtime.faults.clear("router", "node-out", "fire")
    runtime.faults.clear("data-router-lower-site", "link-cut", "digger")
    run_to(runtime, 30)
    assert modes(runtime, "dispatch")[-1] == (20.0, "trunked")


def test_without_the_dispatch_centre_every_site_is_on_its_own() -> None:
    runtime = running(valley())
    runtime.faults.apply("dispatch", "site-out", "fire", {})
    run_to(runtime, 10)
    assert modes(runtime, "dispatch") == [(0.0, "isolated-cell")]
    assert course(runtime, "lifeline-dispatch")[-1][1] == pytest.approx(SHARES["isolated-cell"])


def test_a_site_back_before_crews_have_switched_ends_it() -> None:
    runtime = running(valley(direct_s=300.0))
    for at_s, what in ((100, "apply"), (250, "clear"), (350, "apply")):

        def act(what: str = what) -> None:
            if what == "apply":
                runtime.faults.apply("upper-site", "node-out", "storm", {})
            else:
                runtime.faults.clear("upper-site", "node-out", "storm")

        runtime.clock.at(to_ticks(at_s), "test", act)
    run_to(runtime, 1000)
    assert modes(runtime, "dispatch") == [(100.0, "none"), (250.0, "trunked"), (350.0, "none"), (650.0, "direct-mode")]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ([], [(0.0, "none"), (300.0, "direct-mode"), (7500.0, "none"), (8400.0, "runners")]),
        (["direct-mode-fails"], [(0.0, "none"), (900.0, "runners")]),
        (["direct-mode-fails", "staff-absent"], [(0.0, "none")]),
    ],
)
def test_runners_when_handsets_are_empty_or_fail(faults: list[str], expected: list[tuple[float, str]]) -> None:
    """Five minutes to switch, two hours of battery, a quarter of an hour until runners carry messages."""
    city = valley()
    dispatch = component("dispatch", "rescue-dispatch", direct_s=300.0, direct_lasts_s=7200.0, runners_s=900.0)
    runtime = running(replace(city, components={**city.components, "dispatch": dispatch}))
    for fault in faults:
        runtime.faults.apply("dispatch", fault, "x", {"share": 1.0} if fault == "staff-absent" else {})
    runtime.faults.apply("upper-site", "node-out", "storm", {})
    run_to(runtime, 20_000)
    assert modes(runtime, "dispatch") == expected
    if expected[-1][1] == "runners":
        assert course(runtime, "lifeline-dispatch")[-1][1] == pytest.approx(0.25 + 0.75 * SHARES["runners"])
    runtime.faults.clear("upper-site", "node-out", "storm")
    run_to(runtime, 20_100)
    assert modes(runtime, "dispatch")[-1] == (20_000.0, "trunked")
