"""Crews by trade and shift, which job comes first, drawn repair times, spare parts, fuel trucks, absent staff."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from simulator.contracts.city import City
from simulator.contracts.component import Component, District, Value
from simulator.contracts.crews import CrewPolicy, Priority, crews_of, repair_class, trade_of
from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.coupling import Runtime
from simulator.coupling.crews import drawn_work_s
from simulator.coupling.networks import Ways
from simulator.kernel.streams import Streams
from tests.codes import SOMETHING
from tests.support.towns import component, link, runtime

HOUR_S = 3600.0
DRIVE_S, MUSTER_S = 120.0, 600.0
TRADES = {"electric_crews", "water_crews", "ict_crews", "roads_crews", "drivers"}


def yard(name: str = "yard", **given: Value) -> Component:
    """A depot with no crew but those given, by day and night, ten minutes from leaving; its trucks burn nothing."""
    none: dict[str, Value] = {"crews": 0.0, "night_share": 1.0, "muster_s": MUSTER_S, "van_l_h": 0.0, "truck_l_h": 0.0}
    return component(name, "depot", **(none | given))


def works(
    *depots: Component, others: tuple[Component, ...] = (), links: tuple[Link, ...] = (), seed: int = 1
) -> Runtime:
    """A town where every place is two minutes from every other; it is 17:00."""
    parts = [*depots, *others, *(component(f"pump-{i}", "pump") for i in range(4)), component("line-1", "line")]
    districts = {name: District(name, name, people, 0.0, 0.0) for name, people in (("d1", 100), ("d2", 900))}
    levels = [ServiceLevel("clinic", "lifeline", "clinic", 0.5, 500)]
    city = City(
        "t", "T", "T", 48.0, 8.0, {c.id: c for c in parts}, {ln.id: ln for ln in links}, districts,
        {lv.id: lv for lv in levels},
    )  # fmt: skip
    r = runtime(city, duration_s=4 * 86400.0, seed=seed)
    r.travel.time_s = lambda a, b: DRIVE_S  # type: ignore[method-assign]
    return r


def send(r: Runtime, done: list[tuple[str, float]], *jobs: str, work_s: float | None = 300.0, **more: str) -> None:
    for target in jobs:

        def tell(_: int, target: str = target) -> None:
            done.append((target, r.clock.now_s))

        r.crews.repair(target, work_s, None, tell, **more)


def run_to(r: Runtime, seconds: float) -> None:
    r.clock.run_until(round(seconds * 1000))


FIRST_S = MUSTER_S + DRIVE_S + 300.0
NEXT_S = DRIVE_S + FIRST_S


def test_a_crew_does_only_its_trade_and_one_of_all_trades_does_any() -> None:
    done: list[tuple[str, float]] = []
    r = works(yard(electric_crews=1.0))
    send(r, done, "pump-0", "line-1")
    run_to(r, 4 * HOUR_S)
    assert done == [("line-1", FIRST_S)]
    assert any((e.code, e.params.get("trade")) == ("crew.no-trade", "water") for e in r.log.events)
    r = works(yard(electric_crews=1.0, crews=1.0))
    done.clear()
    send(r, done, "pump-0", "line-1", "pump-1")
    run_to(r, 4 * HOUR_S)
    assert done == [("pump-0", FIRST_S), ("line-1", FIRST_S), ("pump-1", FIRST_S + NEXT_S)]


def test_every_kind_that_can_break_has_a_trade_and_every_repair_is_of_a_kind() -> None:
    assert all(trade_of(kind.name, kind.domain) in registry().trades for kind in registry().types.values())
    assert all(kind.repair.median_s > 0 for kind in registry().types.values())
    assert {p.name for p in registry().types["depot"].parameters} >= TRADES | {"crews"}
    assert crews_of(yard(water_crews=2.0, drivers=1.0)) == {Trade("water"): 2, Trade("driver"): 1}


@pytest.mark.parametrize(
    ("crews", "night_share", "expected"),
    [
        (3.0, 0.5, (3, 2, 3)),
        (2.0, 0.5, (2, 1, 2)),
        (3.0, 0.0, (3, 0, 3)),
        (4.0, 0.25, (4, 1, 4)),
        (1.0, 1.0, (1, 1, 1)),
    ],
)
def test_crews_on_duty_by_the_clock(crews: float, night_share: float, expected: tuple[int, int, int]) -> None:
    """Start at 17:00; night is from 22:00 to 06:00."""
    r = works(yard(water_crews=crews, night_share=night_share))
    found = []
    for seconds in (5 * HOUR_S - 1, 5 * HOUR_S, 13 * HOUR_S):
        run_to(r, seconds)
        found.append(r.quantities.value("yard", "crews_on_duty"))
    assert tuple(found) == expected


def test_a_job_at_night_waits_for_the_day_shift_and_a_crew_that_is_out_finishes() -> None:
    done: list[tuple[str, float]] = []
    r = works(yard(water_crews=1.0, night_share=0.0))
    run_to(r, 5 * HOUR_S - 60)  # a minute before the end of the shift
    send(r, done, "pump-0")
    run_to(r, 6 * HOUR_S)
    send(r, done, "pump-1")
    run_to(r, 20 * HOUR_S)
    assert done == [("pump-0", 5 * HOUR_S - 60 + FIRST_S), ("pump-1", 13 * HOUR_S + FIRST_S)]
    assert next(e.code for e in r.log.events if e.subject == "pump-1") == "crew.waits-for-crew"


def leaning() -> tuple[tuple[Component, ...], tuple[Link, ...]]:
    """bus-a feeds a clinic in d1, bus-b houses in d2, bus-c a town hall in d1, bus-d nothing of note."""
    parts = [component(f"bus-{x}", "bus") for x in "abcd"]
    parts += [component("clinic", "hospital", beds=1.0), component("hall", "town-hall"), component("tap", "pump")]
    homes = Component("homes", "gateway", registry().types["gateway"].domain, 0.0, 0.0, "d2", parameters={})
    return (*parts, homes), (
        link("power", "bus-a", "clinic"), link("power", "bus-b", "homes"), link("power", "bus-c", "hall"),
        link("power", "bus-d", "tap"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "order"),
    [
        (CrewPolicy(Priority.LIFELINES), "acbd"),  # a clinic, a town hall, then in the order of the calls
        (CrewPolicy(Priority.PEOPLE), "badc"),  # 1,000 in both districts, 500 lean on the clinic, 100 live in d1
        (CrewPolicy(Priority.CAPACITY), "cabd"),  # 9, 5, 2 and no kilowatts
        (CrewPolicy(Priority.LIST, ("bus-c", "bus-d")), "cdba"),  # as listed, then in the order of the calls
        (CrewPolicy(Priority.CENTRALITY), "dbac"),  # 13, 5, 5 and no pairs of others are joined by it
        (CrewPolicy(Priority.DISTANCE), "cabd"),  # 1, 2, 3 and 4 minutes away
        (CrewPolicy(Priority.ZONE, zones=("d2", "d0")), "dcba"),  # d stands in d2, c in d0, b and a in neither
        (CrewPolicy(None), "acbd"),  # as the depot does: lifelines
    ],
)
def test_the_first_job_by_each_policy(policy: CrewPolicy, order: str) -> None:
    """Five jobs for one crew, called in the order b, d, c, a behind one that is being done."""
    others, links = leaning()
    zones = {"bus-c": "d0", "bus-d": "d2"} if policy.zones else {}
    others = tuple(replace(one, district=zones.get(one.id, one.district)) for one in others)
    r, done = works(yard(crews=1.0), others=others, links=links), []
    minutes = {"bus-c": 1, "bus-a": 2, "bus-b": 3, "bus-d": 4}
    if policy.priority is Priority.DISTANCE:
        r.travel.time_s = lambda a, b: 60.0 * minutes.get(b, 2)  # type: ignore[method-assign]
    r.crews.set_policy(policy)
    r.crews.provide_capacity({"bus-a": 5e3, "bus-b": 2e3, "bus-c": 9e3})
    # a path of c - a - d - b with two more ends at d and one at b
    path = [("c", "a"), ("a", "d"), ("d", "b"), ("d", "e"), ("d", "f"), ("b", "g")]
    edges = {f"line-{a}{b}": (f"bus-{a}", f"bus-{b}") for a, b in path}
    r.networks.provide(Ways({f"bus-{x}": f"bus-{x}" for x in "abcdefg"}, edges))
    send(r, done, "pump-0")
    run_to(r, 1)
    send(r, done, *(f"bus-{x}" for x in "bdca"))
    run_to(r, 6 * HOUR_S)
    assert "".join(name[-1] for name, _ in done[1:]) == order


def test_a_scenario_says_how_many_crews_there_are() -> None:
    """Three over two depots are two and one, each with a vehicle though the depots had fewer."""
    r, done = works(yard("a", crew_vehicles=0.0), yard("b", crew_vehicles=1.0)), list[tuple[str, float]]()
    r.crews.set_policy(CrewPolicy(None, count={Trade("water"): 3}))
    assert [r.crews.depot(name).on_duty(Trade("water")) for name in "ab"] == [2, 1]
    send(r, done, *(f"pump-{i}" for i in range(4)))
    run_to(r, 6 * HOUR_S)
    assert [when for _, when in done] == [FIRST_S] * 3 + [FIRST_S + NEXT_S]


def test_a_depot_brings_its_own_policy_and_what_the_log_says_counts() -> None:
    """Nothing hangs on either line by a link; but because of line-1 the clinic has lost its power."""
    others = (component("clinic", "hospital", beds=1.0), component("line-2", "line"))
    r, done = works(yard(crews=1.0, priority="lifelines"), others=others), []
    send(r, done, "pump-0")
    run_to(r, 1)
    broken = [r.log.add(SOMETHING, line, kind=EventKind.FAULT) for line in ("line-2", "line-1")]
    dead = r.log.add(SOMETHING, "bus", cause=broken[1])
    r.log.add(SOMETHING, "clinic", kind=EventKind.SUPPLY_LOST, cause=dead)
    for line, cause in zip(("line-2", "line-1"), broken, strict=True):
        r.crews.repair(line, 60.0, cause, lambda _, line=line: done.append((line, 0.0)))  # type: ignore[misc]
    run_to(r, 6 * HOUR_S)
    assert [name for name, _ in done] == ["pump-0", "line-1", "line-2"]
    listed = works(yard(crews=1.0, priority="list", priority_list="pump-3 pump-2"))
    done.clear()
    send(listed, done, "pump-0", "pump-1", "pump-2", "pump-3")
    run_to(listed, 6 * HOUR_S)
    assert [name for name, _ in done] == ["pump-3", "pump-2", "pump-0", "pump-1"]


def test_repair_times_are_lognormal_and_depend_on_seed_and_job_alone() -> None:
    """Median and spread of 4,000 draws against their class; three standard errors are allowed."""
    work = repair_class("pump")
    logs = np.log([drawn_work_s(Streams(seed), work, "", "pump-0") for seed in range(4000)])
    assert abs(logs.mean() - math.log(work.median_s)) < 3 * work.sigma / math.sqrt(4000)
    assert abs(logs.std() - work.sigma) < 3 * work.sigma / math.sqrt(2 * 4000)
    assert drawn_work_s(Streams(7), work, "a", "pump-0") == drawn_work_s(Streams(7), work, "a", "pump-0")
    assert len({drawn_work_s(Streams(7), work, job, name) for job in "ab" for name in ("pump-0", "pump-1")}) == 4


def test_what_breaks_twice_does_not_take_the_same_time_twice() -> None:
    r, times = works(yard(water_crews=1.0)), []
    for _ in range(2):
        begun = r.clock.now_s
        over: list[float] = []
        r.crews.repair("pump-0", None, None, lambda event, over=over: over.append(r.clock.now_s))
        r.clock.run_until(r.clock.now + 86_400_000)
        times.append(over[0] - begun - MUSTER_S - DRIVE_S)
    assert times == [
        pytest.approx(drawn_work_s(Streams(1), repair_class("pump"), "", "pump-0", again), abs=0.01) for again in (1, 2)
    ]
    assert times[0] != pytest.approx(times[1], rel=0.01)


def test_a_drawn_repair_takes_as_long_as_drawn_whoever_else_is_mended() -> None:
    done: list[tuple[str, float]] = []
    r = works(yard(crews=3.0), seed=5)
    send(r, done, "pump-1", "pump-0", work_s=None)
    run_to(r, 90 * HOUR_S)
    alone = works(yard(crews=1.0), seed=5)
    only: list[tuple[str, float]] = []
    send(alone, only, "pump-0", work_s=None)
    run_to(alone, 90 * HOUR_S)
    expected = MUSTER_S + DRIVE_S + drawn_work_s(Streams(5), repair_class("pump"), "", "pump-0")
    assert dict(done)["pump-0"] == pytest.approx(expected, abs=0.01)
    assert only == [("pump-0", dict(done)["pump-0"])]


def test_spare_parts_run_out_and_come_back_and_work_that_needs_none_goes_on() -> None:
    done: list[tuple[str, float]] = []
    r = works(yard(crews=4.0, parts=1.0, parts_delivery_s=30 * HOUR_S))
    send(r, done, "pump-0", "pump-1", work_s=None)
    send(r, done, "pump-2", "line-1")  # a job of given length takes no part
    run_to(r, 29 * HOUR_S)
    assert {name for name, _ in done} == {"pump-0", "pump-2", "line-1"}
    assert any(e.code == "crew.waits-for-part" for e in r.log.events if e.subject == "pump-1")
    run_to(r, 90 * HOUR_S)
    work_s = drawn_work_s(Streams(1), repair_class("pump"), "", "pump-1")
    assert dict(done)["pump-1"] == pytest.approx(30 * HOUR_S + MUSTER_S + DRIVE_S + work_s, abs=0.01)


def test_fuel_trucks_carry_so_much_one_after_the_other_and_the_store_runs_dry() -> None:
    generators = tuple(component(f"diesel-{i}", "generator", fuel_l=1.0, tank_l=9000.0, burn_l_h=1.0) for i in range(3))
    r = works(yard(drivers=2.0, fuel_trucks=1.0, truck_l=3000.0, fuel_store_l=4000.0), others=generators)
    got: list[tuple[str, float, float]] = []
    for one in generators:

        def tell(_: int, litres: float, name: str = one.id) -> float:
            got.append((name, litres, r.clock.now_s))
            return litres

        r.crews.deliver_fuel(one.id, 2500.0, 300.0, None, tell)
    assert r.quantities.value("yard", "fuel_trucks") == 1
    run_to(r, 24 * HOUR_S)
    assert got == [("diesel-0", 2500.0, FIRST_S), ("diesel-1", 1500.0, FIRST_S + NEXT_S)]
    assert r.quantities.value("yard", "fuel_store_l") == 0
    assert any((e.code, e.params["task"]) == ("crew.waits-for-truck", "fuel-delivery") for e in r.log.events)


@pytest.mark.parametrize(
    ("drivers", "trucks", "rounds_at_once"), [(1, 1, 1), (2, 1, 1), (1, 2, 1), (2, 2, 2), (3, 2, 2)]
)
def test_a_day_of_fuel_is_rounds_times_loads(drivers: int, trucks: int, rounds_at_once: int) -> None:
    """By hand: a round is 10 min until a truck leaves, 2 min to drive, 5 min to pump and 2 min back, 1140 s; the first
    load is there after 1020 s. In six hours a truck with a driver of its own brings 1 + (21600 - 1020) / 1140 = 19.05,
    so 19 loads of 700 l. The rest of the fuel stays in the store.
    """
    hungry = component("diesel", "generator", fuel_l=1.0, tank_l=1e6, burn_l_h=1.0)
    store_l, load_l = 40_000.0, 700.0
    given = {"drivers": float(drivers), "fuel_trucks": float(trucks), "truck_l": load_l, "fuel_store_l": store_l}
    r = works(yard(**given), others=(hungry,))
    got: list[float] = []

    def more() -> None:
        r.crews.deliver_fuel("diesel", 2000.0, 300.0, None, tell)

    def tell(_: int, litres: float) -> float:
        got.append(litres)
        more()
        return litres

    for _ in range(5):  # five generators' worth of orders are open at any time
        more()
    run_to(r, 6 * HOUR_S)
    assert got == [load_l] * 19 * rounds_at_once
    on_the_road = rounds_at_once * load_l
    assert r.quantities.value("yard", "fuel_store_l") in (store_l - sum(got), store_l - sum(got) - on_the_road)


@pytest.mark.parametrize("place", ["yard", "diesel"])
def test_a_delivery_that_is_stopped_waits_and_a_truck_on_its_way_turns_back(place: str) -> None:
    others = (component("diesel", "generator", fuel_l=1.0, tank_l=9000.0, burn_l_h=1.0),)
    r = works(yard(drivers=1.0), others=others)
    got: list[float] = []

    def tell(_: int, litres: float) -> float:
        got.append(r.clock.now_s)
        return litres

    r.crews.deliver_fuel("diesel", 1000.0, 300.0, None, tell)
    run_to(r, 60)
    stopped = r.faults.apply(place, "fuel-not-delivered", "strike", {})
    run_to(r, 2 * HOUR_S)
    assert not got and r.quantities.value("yard", "fuel_store_l") == 20_000
    assert r.quantities.value("yard", "fuel_trucks") == (0 if place == "yard" else 1)
    waits = next(event for event in r.log.events if event.code == "crew.waits-for-truck")
    assert any(stopped in {one.id for one in r.log.trace(cause)} for cause in waits.causes), "and why stands in the log"
    r.faults.clear(place, "fuel-not-delivered", "strike")
    run_to(r, 5 * HOUR_S)
    assert got == [2 * HOUR_S + FIRST_S]


def test_why_a_depot_sends_nobody_stands_in_the_log_as_the_cause() -> None:
    r, done = works(yard(water_crews=1.0)), list[tuple[str, float]]()
    out = r.faults.apply("yard", "site-out", "fire", {})
    run_to(r, 60)
    send(r, done, "pump-1")
    run_to(r, HOUR_S)
    waits = next(event for event in r.log.events if event.code == "crew.waits-for-depot")
    assert not done and any(out in {one.id for one in r.log.trace(cause)} for cause in waits.causes)


@pytest.mark.parametrize(("absent", "on_duty"), [((), 4), ((0.5,), 2), ((0.3,), 2), ((0.5, 0.5), 1), ((1.0,), 0)])
def test_absent_staff_means_fewer_crews(absent: tuple[float, ...], on_duty: int) -> None:
    r, done = works(yard(water_crews=4.0)), []
    for i, share in enumerate(absent):
        r.faults.apply("yard", "staff-absent", f"flu-{i}", {"share": share})
    assert r.quantities.value("yard", "staff_share") == pytest.approx(math.prod(1 - share for share in absent))
    assert r.quantities.value("yard", "crews_on_duty") == on_duty
    send(r, done, *(f"pump-{i}" for i in range(4)))
    run_to(r, FIRST_S)
    assert len(done) == on_duty
    for i in range(len(absent)):
        r.faults.clear("yard", "staff-absent", f"flu-{i}")
    run_to(r, 24 * HOUR_S)
    assert len(done) == 4 and r.crews.waiting == 0
