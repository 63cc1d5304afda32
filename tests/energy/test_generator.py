"""Emergency generators, in a town without a grid model: mains are links that are cut."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.crews import repair_class
from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.sources import source_text
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.coupling.crews import drawn_work_s
from simulator.domains.energy import start_generators
from simulator.kernel import Clock
from simulator.kernel.streams import Streams
from tests.energy.support import component, power

HOUR = to_ticks(3600)


def clinic(fuel_l: float = 400.0, depot: bool = True, seed: int = 1, **given: float) -> Runtime:
    """A hospital fed by a mains bus and by a generator of 100 l/h; 5 km from the depot."""
    diesel = component("diesel", "generator", fuel_l=fuel_l, tank_l=500.0, burn_l_h=100.0, **given)
    parts: list[Component] = [component("mains", "bus"), diesel, component("clinic", "hospital", beds=10.0)]
    if depot:
        parts.append(component("yard", "depot", 5000.0, 0.0))
    links = [power("mains", "clinic", autonomy_s=60.0), power("diesel", "clinic")]
    city = City("t", "T", "T", 48.0, 8.0, {p.id: p for p in parts}, {link.id: link for link in links}, {}, {})
    runtime = Runtime.build(city, Clock(datetime(2026, 1, 20), 0.0, 48 * 3600.0), seed)
    start_generators(runtime)
    return runtime


def cut(runtime: Runtime) -> int:
    return runtime.faults.apply("mains>clinic", "link-cut", "test", {})


def mend(runtime: Runtime) -> int:
    return runtime.faults.clear("mains>clinic", "link-cut", "test")


def modes(runtime: Runtime) -> list[tuple[str | None, float]]:
    found = [e for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == "diesel"]
    return [(e.after, e.at / 1000) for e in found]


def test_it_starts_within_its_time_and_the_battery_bridges() -> None:
    runtime = clinic()
    assert runtime.supply.live_links("clinic", LinkKind("power"))[0].source == "mains"
    runtime.clock.run_until(HOUR)
    assert modes(runtime) == []
    fault = cut(runtime)
    runtime.clock.run_until(HOUR + 20_000)
    assert modes(runtime) == [("starting", 3600.0), ("running", 3612.0)]
    assert runtime.supply.works("clinic")
    assert not [e for e in runtime.log.events if e.kind is EventKind.STOPPED]
    running = next(e for e in runtime.log.events if e.after == "running")
    assert runtime.log.trace(running.id)[0].id == fault


def test_fuel_lasts_tank_over_burn_and_without_a_truck_it_stops() -> None:
    """400 l at 100 l/h: four hours after it runs, 12 s after the cut."""
    runtime = clinic(depot=False)
    cut(runtime)
    runtime.clock.run_until(2 * HOUR)
    assert runtime.quantities.value("diesel", "fuel_l") == pytest.approx(400 - 100 * (7200 - 12) / 3600, abs=0.1)
    assert runtime.quantities.value("diesel", "fuel_hours") == pytest.approx(4 - (7200 - 12) / 3600, abs=0.001)
    runtime.clock.run_until(6 * HOUR)
    name, at = modes(runtime)[-1]
    assert (name, at) == ("empty", pytest.approx(4 * 3600 + 12, abs=0.1))
    assert not runtime.supply.works("clinic")
    assert any(e.code == "crew.no-depot" for e in runtime.log.events)


def test_a_fuel_truck_is_ordered_below_the_mark_and_keeps_it_going() -> None:
    """Half of 500 l is reached after 1.5 h; then muster 900 s, 600 s of road, 1,800 s of pumping."""
    runtime = clinic()
    cut(runtime)
    runtime.clock.run_until(24 * HOUR)
    ordered = next(e for e in runtime.log.events if e.code == "generator.orders-fuel")
    assert ordered.at == pytest.approx(1.5 * HOUR + 12_000, abs=100)
    filled = next(e for e in runtime.log.events if e.code == "generator.tank-filled")
    assert filled.at - ordered.at == pytest.approx(to_ticks(900 + 600 + 1800), abs=100)
    assert filled.value == pytest.approx(500.0)
    assert [name for name, _ in modes(runtime)] == ["starting", "running"]
    orders = [e for e in runtime.log.events if e.code == "generator.orders-fuel"]
    every_h = 2.5 + 3300 / 3600  # from a full tank down to the mark, and until the truck has filled it again
    assert len(orders) == 1 + int((24 - 1.5 - 12 / 3600) / every_h)


def test_it_stops_a_minute_after_mains_are_back_and_does_not_flap() -> None:
    runtime = clinic()
    cut(runtime)
    runtime.clock.run_until(HOUR)
    mend(runtime)
    runtime.clock.run_until(HOUR + 30_000)
    cut(runtime)
    runtime.clock.run_until(HOUR + 300_000)
    assert modes(runtime)[-1][0] == "running", "mains that come for 30 s do not stop it"
    mend(runtime)
    runtime.clock.run_until(2 * HOUR)
    assert modes(runtime)[-1] == ("standby", 3600.0 + 300.0 + 60.0)
    used = 400.0 - runtime.quantities.value("diesel", "fuel_l")
    assert used == pytest.approx(100 * (3960 - 12) / 3600, abs=0.1)


def test_a_short_dip_does_not_start_it() -> None:
    runtime = clinic()
    cut(runtime)
    runtime.clock.run_until(5_000)
    mend(runtime)
    runtime.clock.run_until(HOUR)
    assert [name for name, _ in modes(runtime)] == ["starting", "standby"]


def test_a_failed_generator_does_not_start_and_recovers() -> None:
    runtime = clinic()
    runtime.faults.apply("diesel", "generator-fails", "test", {})
    cut(runtime)
    runtime.clock.run_until(HOUR)
    assert modes(runtime)[-1][0] == "failed"
    assert not runtime.supply.works("clinic")
    runtime.faults.clear("diesel", "generator-fails", "test")
    runtime.clock.run_until(HOUR + 20_000)
    assert [name for name, _ in modes(runtime)] == ["failed", "standby", "starting", "running"]
    assert runtime.supply.works("clinic")


@pytest.mark.parametrize("before", [True, False])
def test_a_generator_that_is_missed_is_told_of_once_and_put_down_to_what_broke_it(before: bool) -> None:
    """Before the outage: without either of the two the clinic had its power. While it ran: by what broke it then."""
    runtime = clinic()
    first, second = ("generator-fails", "link-cut") if before else ("link-cut", "generator-fails")
    where = {"generator-fails": "diesel", "link-cut": "mains>clinic"}
    one = runtime.faults.apply(where[first], first, "test", {})
    runtime.clock.run_until(HOUR)
    other = runtime.faults.apply(where[second], second, "test", {})
    runtime.clock.run_until(2 * HOUR)
    missed = [event for event in runtime.log.events if event.code == "generator.missed"]
    assert len(missed) == 1 and missed[0].at == HOUR
    chain = {event.id for cause in missed[0].causes for event in runtime.log.trace(cause)}
    assert other in chain and (one in chain or not before)
    shows = next(point for point in registry().types["generator"].faults if point.name == "generator-fails").evidence
    assert "generator.missed" in {sign.quantity for sign in shows}


def test_two_generators_of_one_hospital_do_not_stand_down_for_each_other() -> None:
    parts = [component("mains", "bus"), component("clinic", "hospital", beds=10.0)]
    for name in ("one", "two"):
        parts.append(component(name, "generator", fuel_l=300.0, tank_l=300.0, burn_l_h=10.0))
    links = [power(source, "clinic") for source in ("mains", "one", "two")]
    city = City("t", "T", "T", 48.0, 8.0, {p.id: p for p in parts}, {link.id: link for link in links}, {}, {})
    runtime = Runtime.build(city, Clock(datetime(2026, 1, 20), 0.0, 8 * 3600.0), seed=1)
    start_generators(runtime)
    runtime.faults.apply("mains>clinic", "link-cut", "test", {})
    runtime.clock.run_until(4 * HOUR)
    after = [(e.subject, e.after) for e in runtime.log.events if e.kind is EventKind.MODE]
    assert after == [("one", "starting"), ("two", "starting"), ("one", "running"), ("two", "running")]


def test_one_that_does_not_start_is_mended_by_a_crew_and_tried_again() -> None:
    """The figure lies between the generator's first two draws: it fails once."""
    draws = {seed: Streams(seed).stream("diesel", "starts").random(2) for seed in range(1, 20)}
    seed = next(seed for seed, (first, second) in draws.items() if first < second)
    runtime = clinic(seed=seed, fail_on_demand=float(draws[seed].mean()))
    cut(runtime)
    runtime.clock.run_until(12 * HOUR)
    work_s = drawn_work_s(Streams(seed), repair_class("generator"), "", "diesel")
    mended = pytest.approx(12.0 + 900 + 600 + work_s, abs=0.01)
    after = pytest.approx(12.0 + 900 + 600 + work_s + 12.0, abs=0.01)
    expected = [("starting", 0.0), ("failed", 12.0), ("standby", mended), ("starting", mended), ("running", after)]
    assert modes(runtime) == expected
    assert runtime.supply.works("clinic")


def test_without_a_crew_it_stays_failed_and_its_draws_do_not_depend_on_others() -> None:
    runtime = clinic(depot=False, fail_on_demand=1.0)
    cut(runtime)
    runtime.clock.run_until(12 * HOUR)
    assert modes(runtime) == [("starting", 0.0), ("failed", 12.0)]
    default = next(p for p in registry().types["generator"].parameters if p.name == "fail_on_demand")
    assert default.default == 0.01 and "NUREG" in source_text(default.source).en
    drawn = [Streams(seed).stream("diesel", "starts").random() < 0.01 for seed in range(5000)]
    assert 50 - 3 * 7.1 < sum(drawn) < 50 + 3 * 7.1  # three standard deviations of the binomial


def test_an_empty_tank_is_told_and_filled_before_it_can_start() -> None:
    runtime = clinic(fuel_l=0.0)
    cut(runtime)
    runtime.clock.run_until(6 * HOUR)
    told = [(e.after, e.code) for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == "diesel"]
    assert told[:2] == [("empty", "generator.no-fuel"), ("standby", "generator.fuel-again")]
    assert told[-1] == ("running", "generator.runs")
