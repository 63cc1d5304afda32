"""Shifts, vehicles and fuel of depots: times by the law on working hours, litres by adding up."""

from __future__ import annotations

from itertools import pairwise

import pytest

from simulator.contracts.component import Component, Value
from simulator.contracts.event import Task
from simulator.contracts.link import Link
from simulator.contracts.words import Verbatim
from simulator.coupling import Runtime
from simulator.coupling.catalogue import DRIVER
from simulator.coupling.vehicles import VehicleKind
from tests.coupling.test_crews import DRIVE_S, HOUR_S, MUSTER_S, run_to, send, works
from tests.support.towns import component, link

WATCH = Task("watch", Verbatim("watch"))
THERE_S = MUSTER_S + DRIVE_S
LITRE = 0.001
"""What the balance may be off by: 1 ml, far below the decilitre to which any tank is rated."""


def depot(**given: Value) -> Component:
    none: dict[str, Value] = {"crews": 0.0, "night_share": 1.0, "muster_s": MUSTER_S}
    return component("yard", "depot", **(none | given))


def standing(r: Runtime, tour: VehicleKind | None = None) -> list[tuple[float, bool]]:
    """A post at pump-0, and when somebody was there (or not any more)."""
    course: list[tuple[float, bool]] = []
    r.crews.station(
        WATCH,
        "pump-0",
        None,
        lambda event: course.append((r.clock.now_s, True)),
        lambda event: course.append((r.clock.now_s, False)),
        None if tour is None else DRIVER,
        tour,
    )
    return course


def test_nobody_stands_longer_than_the_law_allows_and_two_crews_leave_no_gap() -> None:
    """ArbZG § 3: eight hours a working day, ten at most. After that the next shift musters."""
    r = works(depot(water_crews=1.0))
    course = standing(r)
    run_to(r, 24 * HOUR_S)
    gone = THERE_S + 10 * HOUR_S
    back = gone + DRIVE_S + THERE_S
    assert course == [(THERE_S, True), (gone, False), (back, True), (back + 10 * HOUR_S, False), (
        back + 10 * HOUR_S + DRIVE_S + THERE_S, True)]  # fmt: skip
    r = works(depot(water_crews=2.0))
    course = standing(r)
    run_to(r, 48 * HOUR_S)
    assert course == [(THERE_S, True)]
    times = [e.at / 1000 for e in r.log.events if e.code == "crew.arrived"]
    assert times[1] == THERE_S + 8 * HOUR_S + THERE_S, "called when eight hours are over"
    assert max(later - one for one, later in pairwise(times)) <= 10 * HOUR_S


def test_a_crew_without_a_vehicle_or_without_fuel_stays_at_home() -> None:
    done: list[tuple[str, float]] = []
    r = works(depot(water_crews=2.0, crew_vehicles=1.0))
    send(r, done, "pump-0", "pump-1")
    run_to(r, 6 * HOUR_S)
    assert [at for _, at in done] == [THERE_S + 300.0, 2 * (THERE_S + 300.0) + DRIVE_S]
    assert [e.subject for e in r.log.events if e.code == "crew.waits-for-vehicle"] == ["pump-1"]
    # 4 minutes to and fro at 3 l/h take 0.2 l: a store of 0.3 l and an empty tank are enough for one such way
    r, done = works(depot(water_crews=1.0, crew_vehicles=1.0, van_tank_l=0.2, fuel_store_l=0.3)), []
    send(r, done, "pump-0", "pump-1", "pump-2")
    run_to(r, 6 * HOUR_S)
    assert len(done) == 2 and [e.subject for e in r.log.events if e.code == "crew.waits-for-fuel"] == ["pump-2"]


def test_without_power_no_fuel_is_pumped_but_crews_leave_on_what_is_in_their_tanks() -> None:
    """A blackout does not lock the crews in: it stops the pumps of the store."""
    others = (component("bus", "bus"), component("diesel", "generator", fuel_l=1.0, tank_l=900.0, burn_l_h=1.0))
    links: tuple[Link, ...] = (link("power", "bus", "yard"),)
    r, done = (
        works(depot(water_crews=1.0, drivers=1.0, crew_vehicles=1.0, van_tank_l=0.3), others=others, links=links),
        [],
    )
    got: list[float] = []

    def tell(event: int, litres: float) -> float:
        got.append(r.clock.now_s)
        return litres

    r.supply.offer("bus", links[0].kind, False)
    run_to(r, 1)
    send(r, done, "pump-0", "pump-1")
    r.crews.deliver_fuel("diesel", 500.0, 300.0, None, tell)
    run_to(r, 3 * HOUR_S)
    assert [name for name, _ in done] == ["pump-0"] and not got
    r.supply.offer("bus", links[0].kind, True)
    run_to(r, 6 * HOUR_S)
    assert [name for name, _ in done] == ["pump-0", "pump-1"]
    assert got == [3 * HOUR_S + THERE_S + 300.0]


def test_what_does_not_fit_into_a_tank_comes_back_and_every_litre_is_somewhere() -> None:
    """Store + tanks + delivered + burnt stays what it was; 3 of 5 tankers are on the road for 60 h, one job of fuel."""
    r = works(
        depot(drivers=3.0, water_tankers=5.0, fuel_store_l=3000.0),
        others=(component("diesel", "generator", fuel_l=1.0, tank_l=400.0, burn_l_h=1.0),),
    )
    yard = r.crews.depot("yard")
    start_l = yard.fuel_l + sum(one.fuel_l for one in yard.fleet)
    taken: list[float] = []

    def tell(event: int, litres: float) -> float:
        taken.append(min(litres, 399.0))
        return taken[-1]

    r.crews.deliver_fuel("diesel", 1000.0, 300.0, None, tell)
    for _ in range(3):
        standing(r, VehicleKind.WATER_TANKER)
    run_to(r, 60 * HOUR_S)
    tanks, burnt = sum(one.fuel_l for one in yard.fleet), sum(one.burnt_l for one in yard.fleet)
    assert taken == [399.0]
    assert burnt > 2 * 60 * 10.0, "about ten litres an hour for each of three, but for the ways out and rests"
    assert yard.fuel_l + tanks + burnt + taken[0] == pytest.approx(start_l, abs=LITRE)


def test_a_tour_makes_room_for_a_job_that_ends() -> None:
    """The only tanker brings water to a district; a hospital calls for one load, and gets it within the hour."""
    r = works(depot(drivers=1.0, water_tankers=1.0), others=(component("clinic", "hospital", beds=1.0),))
    course = standing(r, VehicleKind.WATER_TANKER)
    came: list[float] = []
    run_to(r, 2 * HOUR_S)
    r.crews.dispatch(
        WATCH, "clinic", 60.0, None, lambda event: came.append(r.clock.now_s), DRIVER, VehicleKind.WATER_TANKER
    )
    run_to(r, 6 * HOUR_S)
    at = THERE_S + 2 * HOUR_S
    assert came == [at + DRIVE_S + THERE_S + 60.0]
    assert course == [(THERE_S, True), (at, False), (came[0] + DRIVE_S + THERE_S, True)]
