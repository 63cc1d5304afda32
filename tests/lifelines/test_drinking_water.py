"""A district's emergency supply against litres counted by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.event import EventKind
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.water.catalogue import DOMAIN
from simulator.domains.water.events import BAD_ARRIVES, NOTICE_LIFTED
from simulator.lifelines import start
from simulator.lifelines.drinking_water.process import BOILED_L
from tests.codes import SOMETHING
from tests.ict.town import component, course, level, modes, run_to, town, world

PEOPLE = 8000
MUSTER_S = 900.0
"""From the call until a tanker leaves its depot."""

WELL_L_D = 17 * 60 * 8
"""Sphere: a hand pump gives 17 l a minute, eight hours a day: enough for 500 people at 15 l."""

ROADS = ("at-depot", "at-well", "at-hall")


def village(wells: int = 2, with_depot: bool = True) -> City:
    """One district, all in one place, with hand-pump wells that people walk to, and a depot three kilometres away.

    So many taps that tankers are never held up by queues.
    """
    parts = [
        component("supply", "drinking-water", "village", x_m=3000.0, taps=60.0),
        *(component(f"well-{i}", "emergency-well", "village", x_m=3300.0) for i in range(wells)),
        component("well-elsewhere", "emergency-well", "town"),
        component("pump", "pump", "village"),
        *(component(name, "road-node") for name in ROADS),
    ]
    links = [Link(f"road-well-{i}", LinkKind("road"), "at-well", f"well-{i}") for i in range(wells)]
    links.append(Link("road-supply", LinkKind("road"), "at-hall", "supply"))
    if with_depot:
        parts.append(component("depot", "depot"))
        links.append(Link("road-depot", LinkKind("road"), "at-depot", "depot"))
    districts = [District("village", "Village", PEOPLE, 3000, 0), District("town", "Town", 1, 0, 0)]
    owed = [level("litres-per-person", "village", 15.0), level("lifeline", "supply"), level("water-supply", "village")]
    return town(parts, links, districts, owed)


class Water:
    """Stands in for the water domain: what it measures, and its level."""

    def __init__(self, runtime: Runtime, tank_m3: float = 500.0) -> None:
        self.runtime = runtime
        self.ratio, self.tank_m3 = np.ones(1), np.full(1, tank_m3)
        for name, unit, values in (("water_supply_ratio", "1", self.ratio), ("tank_volume_m3", "m3", self.tank_m3)):
            runtime.quantities.register(Quantity(name, unit, ("village",), partial(np.copy, values)))

    def at(self, seconds: float, ratio: float, tank_m3: float) -> None:
        def change() -> None:
            self.ratio[0], self.tank_m3[0] = ratio, tank_m3
            self.runtime.levels.record("water-supply-village", ratio)

        self.runtime.clock.at(to_ticks(seconds), "water", change)


def test_network_tank_none_emergency_and_back_in_litres() -> None:
    runtime = world(village(), warmup_s=3600.0)
    water = Water(runtime)
    start(runtime)
    water.at(600, 1.0, 200.0)  # the pumps have stopped: the tank falls below half of its usual least
    water.at(1800, 0.6, 0.0)
    water.at(3000, 0.05, 0.0)
    water.at(20_000, 0.95, 500.0)
    run_to(runtime, 30_000)
    ready = 600 + 7200
    assert modes(runtime, "supply") == [(600.0, "tank"), (3000.0, "none"), (ready, "emergency"), (20_100.0, "network")]
    wells_l_d = 2 * WELL_L_D
    drive_s = 3000.0 / (30 / 3.6)
    tankers_l_d = 2 * 3000.0 * 86400 / (2 * drive_s + 1800)
    assert course(runtime, "litres-per-person-village") == [
        (-3600.0, 126.0),
        (1800.0, pytest.approx(0.6 * 126)),
        (3000.0, pytest.approx(0.05 * 126)),
        (ready, pytest.approx(0.05 * 126 + wells_l_d / PEOPLE)),
        (ready + MUSTER_S + drive_s, pytest.approx(0.05 * 126 + (wells_l_d + tankers_l_d) / PEOPLE)),
        (20_100.0, pytest.approx(0.95 * 126)),
    ]
    assert runtime.quantities.value("village", "litres_per_person_d") == pytest.approx(0.95 * 126)
    none = next(e for e in runtime.log.events if e.after == "none")
    assert [e.kind for e in runtime.log.trace(none.id)] == [EventKind.LEVEL_LOW, EventKind.MODE]


def test_a_district_on_its_tanks_names_what_is_behind_the_network() -> None:
    """No level has fallen yet: the tanks are low because of what the water domain says is behind its network."""
    runtime = world(village(), warmup_s=3600.0)
    water = Water(runtime)
    start(runtime)
    stopped: list[int] = []
    runtime.behind[DOMAIN] = lambda: stopped[-1] if stopped else None
    runtime.clock.at(to_ticks(500), "test", lambda: stopped.append(runtime.log.add(SOMETHING, "pump")))
    water.at(600, 1.0, 200.0)
    run_to(runtime, 1200)
    (low,) = (e for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == "supply" and e.at > 0)
    assert low.after == "tank" and low.cause == stopped[0]


def test_six_hours_of_tankers_are_rounds_times_loads() -> None:
    """By hand: 6 min to the hall and 6 back at 30 km/h, 30 min to fill and hand out: 42 min a round, 3 m3 a load. Two
    tankers that come 2 h (call-out), 15 min and 6 min after the water has gone bring 2 * 3 m3 * (t / 42 min) in t.
    """
    runtime = world(village(wells=0))
    water = Water(runtime)
    start(runtime)
    water.at(600, 0.0, 0.0)
    there = 600 + 7200 + MUSTER_S + 360
    run_to(runtime, there + 6 * 3600)
    steps = [*course(runtime, "litres-per-person-village"), (there + 6 * 3600.0, 0.0)]
    brought_m3 = sum(
        (until - max(since, there)) * value * PEOPLE / 86400 / 1000
        for (since, value), (until, _) in pairwise(steps)
        if until > there
    )
    assert brought_m3 == pytest.approx(2 * 3 * (6 * 60 / 42), rel=1e-6)
    assert brought_m3 == pytest.approx(51.43, abs=0.01)


def test_emergency_counts_only_wells_and_tankers_that_roads_lead_to() -> None:
    runtime = world(village())
    drive_s: dict[tuple[str, str], float] = {("at-depot", "at-well"): 400.0, ("at-depot", "at-hall"): 100.0}
    runtime.travel.provide(lambda a, b: drive_s.get((a, b)))
    water = Water(runtime)
    start(runtime)
    water.at(300, 0.0, 0.0)

    def brought(seconds: float) -> float:
        run_to(runtime, seconds)
        return PEOPLE * course(runtime, "litres-per-person-village")[-1][1]

    wells, tankers = 2 * WELL_L_D, 6000 * 86400 / (200 + 1800)
    assert brought(7800) == pytest.approx(wells)
    assert brought(7800 + MUSTER_S + 100.0) == pytest.approx(wells + tankers)
    runtime.faults.apply("well-1", "well-out", "dry", {})
    assert brought(9000) == pytest.approx(wells / 2 + tankers)
    del drive_s["at-depot", "at-hall"]  # the road floods; tankers unload at the well now, seen at the next poll
    assert brought(9300) == pytest.approx(wells / 2 + 6000 * 86400 / (800 + 1800))
    del drive_s["at-depot", "at-well"]
    assert brought(9600) == 0.0
    assert modes(runtime, "supply")[-1] == (9600.0, "none")
    drive_s["at-depot", "at-hall"] = 100.0
    assert brought(9900) == pytest.approx(tankers)


def test_a_depot_out_of_service_sends_nobody() -> None:
    runtime = world(village())
    water = Water(runtime)
    start(runtime)
    water.at(300, 0.0, 0.0)
    run_to(runtime, 8000)
    assert modes(runtime, "supply")[-1][1] == "emergency"
    runtime.faults.apply("depot", "site-out", "flood", {})
    run_to(runtime, 8001)
    assert modes(runtime, "supply")[-1] == (8000.0, "none")


def test_a_dip_that_passes_ends_the_call_out() -> None:
    runtime = world(village())
    water = Water(runtime)
    start(runtime)
    water.at(300, 0.0, 0.0)
    water.at(3000, 1.0, 500.0)
    water.at(7000, 0.0, 0.0)
    run_to(runtime, 20_000)
    assert modes(runtime, "supply") == [(300.0, "none"), (3000.0, "network"), (7200.0, "none"), (14_400.0, "emergency")]


def test_without_a_depot_nobody_comes() -> None:
    runtime = world(village(with_depot=False))
    water = Water(runtime)
    start(runtime)
    water.at(300, 0.0, 0.0)
    run_to(runtime, 20_000)
    assert modes(runtime, "supply") == [(300.0, "none")]


def test_without_a_water_network_the_network_counts_as_serving() -> None:
    runtime = world(village())
    start(runtime)
    run_to(runtime, 3600)
    assert modes(runtime, "supply") == []
    assert course(runtime, "litres-per-person-village") == [(0.0, 126.0)]


BOTTLES = 2.0 * 86_400.0 / 2.0
"""Two litres a person in stock, two a day: a day."""


def stocked(**supply: float) -> City:
    """The village with bottled water, without wells or depot."""
    city = village(wells=0, with_depot=False)
    given = {"bottled_l_person": 2.0, "bottled_s": 3600.0, "notice_s": 1800.0} | supply
    point = component("supply", "drinking-water", "village", **given)
    return replace(city, components={**city.components, "supply": point})


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ([], [(300.0, "none"), (3900.0, "bottled"), (3900.0 + BOTTLES, "none")]),
        (["bottles-missing"], [(300.0, "none")]),
    ],
)
def test_bottles_are_handed_out_until_they_are_gone(faults: list[str], expected: list[tuple[float, str]]) -> None:
    runtime = world(stocked())
    water = Water(runtime)
    start(runtime)
    for fault in faults:
        runtime.faults.apply("supply", fault, "x", {})
    water.at(300, 0.0, 0.0)
    run_to(runtime, 2 * 86_400)
    assert modes(runtime, "supply") == expected
    litres = [value for at, value in course(runtime, "litres-per-person-village") if at >= 300]
    assert max(litres) == (0.0 if faults else 2.0)


def test_bottles_that_are_left_last_for_the_next_time() -> None:
    """Half a day of bottles is used up in the first spell; the other half is there in the second."""
    runtime = world(stocked())
    water = Water(runtime)
    start(runtime)
    water.at(300, 0.0, 0.0)
    water.at(3900 + BOTTLES / 2, 1.0, 500.0)
    water.at(100_200, 0.0, 0.0)
    run_to(runtime, 4 * 86_400)
    again = 100_200 + 3600.0
    spells = [(at, mode) for at, mode in modes(runtime, "supply") if at > 90_000]
    assert spells == [(100_200.0, "none"), (again, "bottled"), (pytest.approx(again + BOTTLES / 2), "none")]


@pytest.mark.parametrize(
    ("notice", "faults", "expected"),
    [
        ("boil", [], [(300.0, "none"), (2100.0, "boiled")]),
        ("boil", ["notice-withheld"], [(300.0, "none")]),
        ("do-not-drink", [], [(300.0, "none"), (3900.0, "bottled")]),
    ],
)
def test_contaminated_water_counts_only_where_it_is_boiled(
    notice: str, faults: list[str], expected: list[tuple[float, str]]
) -> None:
    """All water is contaminated, and measured; ten litres a person and day are boiled half an hour later, if people are
    told to. Where nobody is told, nobody fetches water either."""
    city = stocked()
    runtime = world(replace(city, components={**city.components, "tank": component("tank", "tank")}))
    Water(runtime)
    share, notices = np.zeros(1), np.zeros(1)
    runtime.quantities.register(Quantity("contaminated_share", "1", ("village",), partial(np.copy, share)))
    runtime.quantities.register(Quantity("water_notice", "1", ("village",), partial(np.copy, notices)))
    start(runtime)
    for fault in faults:
        runtime.faults.apply("supply", fault, "x", {})

    def spoil() -> None:
        share[0], notices[0] = 1.0, {"boil": 1.0, "do-not-drink": 2.0}[notice]

    runtime.clock.at(to_ticks(300), "test", spoil)
    run_to(runtime, 10_000)
    assert modes(runtime, "supply") == expected
    litres = course(runtime, "litres-per-person-village")
    assert litres[-1][1] == (0.0 if faults else BOILED_L if expected[-1][1] == "boiled" else 2.0)
    assert litres[1] == (300.0, 0.0)
    share[0] = notices[0] = 0.0
    run_to(runtime, 10_500)
    assert modes(runtime, "supply")[-1] == (10_200.0, "network")


def test_bad_water_that_nobody_knows_of_is_behind_the_litres_missed_and_no_notice() -> None:
    """A notice about bad water that has gone is lifted after other bad water has come: that took no litres."""
    runtime = world(stocked())
    Water(runtime)
    share = np.zeros(1)
    runtime.quantities.register(Quantity("contaminated_share", "1", ("village",), partial(np.copy, share)))
    start(runtime)

    def spoil() -> None:
        share[0] = 1.0
        runtime.log.add(BAD_ARRIVES, "village")
        runtime.log.add(NOTICE_LIFTED, "village")

    runtime.clock.at(to_ticks(100), "test", spoil)
    run_to(runtime, 1000)
    (low,) = (e for e in runtime.log.events if e.kind is EventKind.LEVEL_LOW and "litres" in e.subject)
    assert low.cause is not None and runtime.log.event(low.cause).code == BAD_ARRIVES.name


def test_only_those_who_are_warned_boil() -> None:
    """Sirens alone: 54 % of the village hear them and boil 10 l each; after an hour 54 % of the others as well. Who
    knows goes on when the siren is out, but nobody else hears of it."""
    city = stocked()
    room = component("room", "public-warning", digital_share=0.0)
    parts = {"siren": component("siren", "siren", "village"), "room": room}
    runtime = world(replace(city, components={**city.components, **parts}))
    Water(runtime)
    for name in ("contaminated_share", "water_notice"):
        runtime.quantities.register(Quantity(name, "1", ("village",), partial(np.ones, 1)))
    start(runtime)
    run_to(runtime, 3000)
    assert course(runtime, "litres-per-person-village")[-1] == (1800.0, pytest.approx(0.54 * BOILED_L))
    run_to(runtime, 5500)
    assert course(runtime, "litres-per-person-village")[-1][1] == pytest.approx((1 - 0.46**2) * BOILED_L)
    runtime.faults.apply("siren", "siren-out", "x", {})
    run_to(runtime, 20_000)
    assert course(runtime, "litres-per-person-village")[-1][1] == pytest.approx((1 - 0.46**2) * BOILED_L)
