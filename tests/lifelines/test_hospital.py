"""The hospital's steps from the mains down to nothing and back, against the closed form of its batteries and tank."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.lifelines import start
from simulator.lifelines.hospital.process import DRY_SHARE, SHARES, UNSUPPLIED_SHARE
from tests.ict.town import component, course, level, modes, power, run_to, town, world


def clinic(with_generator: bool = True) -> City:
    """A hospital on a bus with half an hour of batteries, a generator, and two hours of water in its roof tank."""
    parts = [
        component("bus", "bus"),
        component("gen", "generator", fuel_l=100.0, tank_l=100.0, burn_l_h=10.0),
        component("main", "junction"),
        component("clinic", "hospital", beds=200.0),
    ]
    links = [power("bus", "clinic", 1800.0), Link("water", LinkKind("water"), "main", "clinic", autonomy_s=7200.0)]
    if with_generator:
        links.append(power("gen", "clinic"))
    return town(parts, links, levels=[level("lifeline", "clinic", 0.9)])


def offers(runtime: Runtime, source: str, kind: LinkKind, *steps: tuple[float, bool]) -> None:
    for at_s, up in steps:

        def tell(up: bool = up) -> None:
            runtime.supply.offer(source, kind, up)

        runtime.clock.at(to_ticks(at_s), "test", tell)


def test_mains_battery_generator_battery_none_and_back() -> None:
    runtime = world(clinic())
    offers(runtime, "gen", LinkKind("power"), (0.0, False), (112.0, True), (5000.0, False))
    offers(runtime, "bus", LinkKind("power"), (100.0, False), (9000.0, True))
    start(runtime)
    run_to(runtime, 10_000)
    # 12 s on batteries leave 1788 s; 4888 s on the generator recharge them at 1800 s in eight hours.
    left = min(1800.0, 1788.0 + 4888.0 * 1800.0 / (8 * 3600.0))
    assert modes(runtime, "clinic") == [
        (100.0, "battery"),
        (112.0, "generator"),
        (5000.0, "battery"),
        (pytest.approx(5000.0 + left, abs=0.002), "manual"),
        (9000.0, "mains"),
    ]
    values = [value for _, value in course(runtime, "lifeline-clinic")]
    assert values == [SHARES[m] for m in ("mains", "battery", "generator", "battery", "manual", "mains")]


def test_each_step_is_caused_by_the_bus() -> None:
    runtime = world(clinic(with_generator=False))
    offers(runtime, "bus", LinkKind("power"), (100.0, False))
    start(runtime)
    run_to(runtime, 3000)
    assert modes(runtime, "clinic") == [(100.0, "battery"), (1900.0, "manual")]
    last = [e for e in runtime.log.events if e.kind is EventKind.MODE][-1]
    chain = [e.kind for e in runtime.log.trace(last.id)]
    assert chain[0] is EventKind.LINK_DOWN
    assert EventKind.AUTONOMY_USED in chain
    low = next(e for e in runtime.log.events if e.kind is EventKind.LEVEL_LOW)
    assert runtime.log.trace(low.id)[0].subject == "power-bus-clinic"


def test_an_empty_roof_tank_halves_the_care_and_names_the_litres_to_bring() -> None:
    runtime = world(clinic())
    offers(runtime, "gen", LinkKind("power"), (0.0, False))
    offers(runtime, "main", LinkKind("water"), (600.0, False), (20_000.0, True))
    start(runtime)
    run_to(runtime, 30_000)
    assert modes(runtime, "clinic") == []
    assert course(runtime, "lifeline-clinic") == [(0.0, 1.0), (7800.0, DRY_SHARE), (20_000.0, 1.0)]
    notes = [(e.at / 1000, e.value) for e in runtime.log.events if e.kind is EventKind.NOTE]
    assert notes == [(7800.0, 200 * 150.0), (20_000.0, None)]


def test_a_closed_site_serves_nobody_whatever_its_power() -> None:
    runtime = world(clinic())
    offers(runtime, "gen", LinkKind("power"), (0.0, False))
    start(runtime)
    runtime.faults.apply("clinic", "site-out", "fire", {})
    run_to(runtime, 10)
    runtime.faults.clear("clinic", "site-out", "fire")
    run_to(runtime, 20)
    assert modes(runtime, "clinic") == [(0.0, "none"), (10.0, "mains")]


def test_without_a_road_no_emergency_is_brought_and_stocks_run_out() -> None:
    """42 % of the patients come as emergencies (Destatis for 2012); stocks of three days, as the BBK advises."""
    city = clinic()
    yard = component("yard", "depot")
    runtime = world(replace(city, components={**city.components, "yard": yard}))
    way: list[float] = [300.0]
    runtime.travel.time_s = lambda a, b: way[0] if way else None  # type: ignore[method-assign]
    start(runtime)
    day = 86_400.0
    runtime.clock.at(to_ticks(1000.0), "test", way.clear)
    runtime.clock.at(to_ticks(4 * day), "test", lambda: way.append(300.0))
    run_to(runtime, 5 * day)
    seen = 1800.0  # somebody looks every quarter of an hour
    assert course(runtime, "lifeline-clinic") == [
        (0.0, 1.0),
        (seen, pytest.approx(0.58)),
        (seen + 3 * day, pytest.approx(0.58 * UNSUPPLIED_SHARE)),
        (4 * day, 1.0),
    ]
    told = ["hospital.cut-off", "hospital.stock-used", "hospital.road-open"]
    assert [e.code for e in runtime.log.events if e.code in told] == told


def test_a_look_that_was_due_anyway_is_no_reason_for_what_else_changes_at_that_instant() -> None:
    """Staff is away from 60 s on; the hospital looks at its roads every 15 min, for the reason of then. The mains fail
    at the instant of such a look: it is they that put it on batteries."""
    runtime = world(clinic(with_generator=False))
    lifelines = start(runtime)
    assert lifelines is not None
    run_to(runtime, 60)
    runtime.faults.apply("clinic", "staff-absent", "flu", {"share": 0.4})
    absent = next(e.id for e in runtime.log.events if e.kind is EventKind.FAULT)
    looks = lifelines._lifelines["clinic"]._woken  # as its own clock would tell it
    runtime.clock.at(to_ticks(900.0), "test", lambda: looks(absent))
    offers(runtime, "bus", LinkKind("power"), (900.0, False))
    run_to(runtime, 1000)
    (battery,) = [e for e in runtime.log.events if e.kind is EventKind.MODE and e.after == "battery"]
    assert runtime.log.trace(battery.id)[0].subject == "power-bus-clinic" and not battery.also
