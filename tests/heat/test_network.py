"""A small heating network in the town's own time: plant, pumps, store and homes, held against sums done by hand."""

from __future__ import annotations

import math

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from simulator.coupling.runtime import Runtime
from simulator.lifelines import start
from tests.ict.town import component, course, level, modes, power, run_to, town, world

H = 3600.0
PEAK_W = 3.2e6
"""100 kW for each kelvin between 20 °C inside and -12 °C outside; 2 MW at 0 °C."""
HOLD_W = 2.0e6
STORE_J = HOLD_W * 3 * H


def heat(source: str, target: str) -> Link:
    return Link(f"heat-{source}-{target}", LinkKind("district-heat"), source, target)


def heating(outdoor_c: float = 0.0, store_j: float = STORE_J, places: float = 0.0, plant_w: float = PEAK_W) -> City:
    parts = [
        component("bus", "bus"),
        component("plant", "heating-plant", rated_w=plant_w),
        component("pumps", "heating-pumps"),
        component("store", "heat-store", energy_j=store_j, rated_w=PEAK_W),
        component(
            "homes", "heated-homes", "west", people=1000.0, peak_w=PEAK_W, outdoor_c=outdoor_c, warm_room_places=places
        ),
    ]
    links = [power("bus", "plant"), power("bus", "pumps")]
    links += [heat("plant", "pumps"), heat("store", "pumps"), heat("pumps", "homes")]
    levels = [level("lifeline", "homes"), ServiceLevel("warm", "room-temperature", "west", 18.0, people=1000)]
    return town(parts, links, [District("west", "West", 1000, 0.0, 0.0)], levels)


def running(city: City) -> Runtime:
    runtime = world(city)
    assert start(runtime) is not None
    return runtime


def room_c(runtime: Runtime) -> float:
    return runtime.quantities.value("homes", "room_temperature_c")


def test_without_a_fault_rooms_stay_as_they_are_and_nothing_is_logged() -> None:
    runtime = running(heating())
    run_to(runtime, 48 * H)
    assert room_c(runtime) == 20.0
    assert modes(runtime, "homes") == []
    assert runtime.quantities.value("homes", "heat_w") == pytest.approx(HOLD_W)


def test_the_store_carries_the_homes_for_its_hours_and_then_they_cool() -> None:
    """3 h of store at 2 MW; then 20 exp(-t / 65 h): 18 °C are passed 6.85 h later."""
    runtime = running(heating())
    runtime.faults.apply("plant", "heating-plant-out", "test", {})
    run_to(runtime, 24 * H)
    cold_at = 3 * H + 65 * H * math.log(20 / 18)
    (store, _), (cooling, _), (cold, _) = found = modes(runtime, "homes")
    assert [mode for _, mode in found] == ["from-store", "cooling", "cold-homes"]
    assert (store, cooling, cold) == (0.0, pytest.approx(3 * H, abs=1), pytest.approx(cold_at, abs=1))
    assert room_c(runtime) == pytest.approx(20 * math.exp(-21 / 65), abs=1e-3)
    low = [e.at / 1000 for e in runtime.log.events if e.kind is EventKind.LEVEL_LOW and e.subject == "warm"]
    assert low == [pytest.approx(cold_at, abs=1)]


def test_a_plant_that_is_back_heats_with_all_it_has_and_charges_the_store_with_what_is_left() -> None:
    """From 16 °C at 0 °C outdoors 3.2 MW go for 32 °C: 20 °C are back after 65 h ln((32 - T) / 12)."""
    runtime = running(heating(plant_w=2 * PEAK_W))
    runtime.faults.apply("plant", "heating-plant-out", "test", {})
    run_to(runtime, 20 * H)
    before_c = room_c(runtime)
    runtime.faults.clear("plant", "heating-plant-out", "test")
    back_s = 65 * H * math.log((32 - before_c) / 12)
    run_to(runtime, 20 * H + back_s - 60)
    assert room_c(runtime) < 20.0
    run_to(runtime, 20 * H + back_s + 60)
    assert room_c(runtime) == 20.0
    run_to(runtime, 40 * H)
    assert runtime.quantities.value("store", "stored_heat_j") == pytest.approx(STORE_J)
    assert modes(runtime, "homes")[-1][1] == "network"


def test_pumps_without_power_stop_the_heat_though_plant_and_store_are_well() -> None:
    runtime = running(heating())
    runtime.faults.apply("pumps", "heating-pumps-out", "test", {})
    run_to(runtime, 1 * H)
    assert runtime.quantities.value("homes", "heat_w") == 0.0
    assert runtime.quantities.value("store", "stored_heat_j") == STORE_J
    assert [mode for _, mode in modes(runtime, "homes")] == ["cooling"]


def test_plant_and_pumps_stop_when_their_bus_is_dead() -> None:
    runtime = running(heating())
    runtime.supply.offer("bus", LinkKind("power"), False)
    run_to(runtime, 1 * H)
    assert not runtime.supply.works("plant")
    assert not runtime.supply.works("pumps")
    assert room_c(runtime) == pytest.approx(20 * math.exp(-1 / 65), abs=1e-6)


def test_a_cold_spell_that_radiators_are_not_made_for_cools_the_rooms() -> None:
    """At -20 °C 3.2 MW hold 12 °C: the goal of a heat that is 32 K above outdoors."""
    runtime = running(heating())
    runtime.faults.apply("homes", "cold-spell", "test", {"outdoor_c": -20.0})
    run_to(runtime, 7 * 24 * H)
    assert room_c(runtime) == pytest.approx(12 + 8 * math.exp(-168 / 65), abs=1e-3)


def test_warm_rooms_take_in_as_many_as_they_have_places_for_once_they_are_open() -> None:
    runtime = running(heating(store_j=0.5, places=250.0))
    runtime.faults.apply("plant", "heating-plant-out", "test", {})
    run_to(runtime, 12 * H)
    found = modes(runtime, "homes")
    assert [mode for _, mode in found] == ["cooling", "cold-homes", "warm-rooms"]
    assert found[2][0] - found[1][0] == pytest.approx(7200.0, abs=1)
    assert course(runtime, "lifeline-homes")[-1][1] == 0.25
    runtime.faults.apply("homes", "warm-rooms-closed", "test", {})
    run_to(runtime, 13 * H)
    assert modes(runtime, "homes")[-1][1] == "cold-homes"


def test_a_weak_plant_gives_every_home_the_same_share() -> None:
    runtime = running(heating(plant_w=HOLD_W / 2, store_j=0.5))
    run_to(runtime, 7 * 24 * H)
    assert room_c(runtime) == pytest.approx(10 + 10 * math.exp(-168 / 65), abs=1e-3)


def test_heat_is_neither_lost_nor_made() -> None:
    """What the store gave and the walls lost is what went outdoors, over an outage with its return."""
    runtime = running(heating(plant_w=2 * PEAK_W))
    runtime.faults.apply("plant", "heating-plant-out", "test", {})
    ua_w_k, capacity_j_k = PEAK_W / 32, PEAK_W / 32 * 65 * H
    outdoors_j, arrived_j = 0.0, 0.0
    for minute in range(24 * 60):
        warm, watts = room_c(runtime), runtime.quantities.value("homes", "heat_w")
        run_to(runtime, (minute + 1) * 60.0)
        outdoors_j += ua_w_k * (warm + room_c(runtime)) / 2 * 60.0
        arrived_j += watts * 60.0
    assert arrived_j == pytest.approx(STORE_J, rel=2e-3)
    assert arrived_j + capacity_j_k * (20.0 - room_c(runtime)) == pytest.approx(outdoors_j, rel=2e-3)


def test_a_plant_that_is_a_little_too_small_keeps_rooms_warm_enough_and_says_so() -> None:
    """95 % of what holds 20 °C at 0 °C outdoors holds 19 °C."""
    runtime = running(heating(plant_w=0.95 * HOLD_W, store_j=0.5))
    run_to(runtime, 7 * 24 * H)
    assert room_c(runtime) == pytest.approx(19 + math.exp(-168 / 65), abs=1e-3)
    assert [e.code for e in runtime.log.events if e.subject == "homes"] == ["heat.weak"]
