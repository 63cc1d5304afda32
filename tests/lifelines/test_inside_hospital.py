"""Inside a hospital: ventilation by hand, records on paper, water by tanker; what is lost, then mode and share."""

from __future__ import annotations

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import Value
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.lifelines import start
from simulator.lifelines.hospital.process import DRY_SHARE, SHARES
from simulator.lifelines.hospital.records import NO_RECORDS_SHARE
from simulator.lifelines.hospital.water import SHARES as WATER_SHARES
from tests.ict.town import component, control, course, data, level, modes, power, run_to, town, world

HOUR_S = 3600.0
LOST_S = 1000.0


def clinic(depot: bool = True, **house: Value) -> City:
    """100 beds at 144 l: a tanker of 3,600 l lasts six hours. Records on one server; ten minutes of battery."""
    parts = [
        component("bus", "bus"),
        component("main", "junction"),
        component("clinic", "hospital", beds=100.0, water_l_bed_d=144.0, **house),
        component("records", "patient-records", hospital="clinic", activate_s=600.0, paper_share=0.75),
        component("water", "hospital-water", hospital="clinic", tanker_l=3600.0, unload_s=1800.0),
        component("server", "server", cluster="his"),
        component("his", "service", cluster="his"),
        component("router", "router"),
    ]
    if depot:
        parts.append(component("yard", "depot", muster_s=900.0, x_m=5000.0))  # ten minutes away at 30 km/h
    links = [
        power("bus", "clinic", 600.0),
        Link("main>clinic", LinkKind("water"), "main", "clinic", autonomy_s=2 * HOUR_S),
        data("server", "router"),
        data("router", "records"),
        control("his", "records"),
    ]
    return town(parts, links, levels=[level("lifeline", x) for x in ("clinic", "records", "water")])


def running(city: City) -> Runtime:
    runtime = world(city)
    ict.start(runtime)
    start(runtime)
    return runtime


def lose(runtime: Runtime, *what: str, at_s: float = LOST_S, back_s: float | None = None) -> None:
    """Power or water is gone, or `target:fault` comes, and goes again."""

    def turn(one: str, on: bool) -> None:
        if one == "power":
            runtime.supply.offer("bus", LinkKind("power"), not on)
        elif one == "water":
            runtime.supply.offer("main", LinkKind("water"), not on)
        else:
            target, _, fault = one.partition(":")
            if on:
                runtime.faults.apply(target, fault, "test", {"share": 1.0} if fault == "staff-absent" else {})
            else:
                runtime.faults.clear(target, fault, "test")

    for one in what:
        runtime.clock.at(to_ticks(at_s), "test", lambda one=one: turn(one, True))  # type: ignore[misc]
        if back_s is not None:
            runtime.clock.at(to_ticks(back_s), "test", lambda one=one: turn(one, False))  # type: ignore[misc]


DARK_S = LOST_S + 600.0
"""When the battery is empty."""


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        (["power"], [(LOST_S, "battery"), (DARK_S, "manual"), (DARK_S + 6 * HOUR_S, "none")]),
        (["power", "clinic:staff-absent"], [(LOST_S, "battery"), (DARK_S, "none")]),
        (["power", "clinic:site-out"], [(LOST_S, "none")]),
    ],
)
def test_ventilation_by_hand(lost: list[str], expected: list[tuple[float, str]]) -> None:
    runtime = running(clinic())
    lose(runtime, *lost)
    run_to(runtime, 12 * HOUR_S)
    assert modes(runtime, "clinic") == expected


def test_how_long_staff_ventilate_by_hand_has_a_source_and_begins_anew_with_every_outage() -> None:
    (lasts,) = [p for p in registry().types["hospital"].parameters if p.name == "manual_s"]
    assert lasts.default == 6 * HOUR_S and "six hours" in lasts.source.of("en")
    runtime = running(clinic(manual_s=1000.0))
    lose(runtime, "power", back_s=2000.0)
    lose(runtime, "power", at_s=2000.0 + 8 * HOUR_S)  # the battery is full again
    run_to(runtime, 15 * HOUR_S)
    again = 2000.0 + 8 * HOUR_S + 600.0
    expected = [(DARK_S, "manual"), (2000.0, "mains"), (again - 600.0, "battery"), (again, "manual")]
    assert modes(runtime, "clinic")[1:] == [*expected, (again + 1000.0, "none")]


@pytest.mark.parametrize(
    ("lost", "expected", "share"),
    [
        (["server:node-out"], [(LOST_S, "none"), (LOST_S + 600.0, "paper")], 0.75),
        (["router:node-out"], [(LOST_S, "none"), (LOST_S + 600.0, "paper")], 0.75),
        (["records:records-out"], [(LOST_S, "none"), (LOST_S + 600.0, "paper")], 0.75),
        (["records:records-out", "records:forms-missing"], [(LOST_S, "none")], NO_RECORDS_SHARE),
        (["records:records-out", "clinic:staff-absent"], [(LOST_S, "none")], 0.0),  # nobody treats anybody
        (["records:forms-missing"], [], 1.0),
    ],
)
def test_records_on_paper(lost: list[str], expected: list[tuple[float, str]], share: float) -> None:
    runtime = running(clinic())
    lose(runtime, *lost, back_s=5 * HOUR_S)
    run_to(runtime, 4 * HOUR_S)
    assert modes(runtime, "records") == expected
    assert course(runtime, "lifeline-clinic")[-1][1] == pytest.approx(share)
    run_to(runtime, 6 * HOUR_S)
    back = 5 * HOUR_S + (10.0 if "server:node-out" in lost else 0.0)  # the service needs its takeover time
    assert modes(runtime, "records")[len(expected) :] == ([(back, "online")] if expected else [])
    assert course(runtime, "lifeline-clinic")[-1][1] == 1.0


def test_water_by_tanker_as_long_as_tankers_come() -> None:
    """Called when the main fails: mustered, driven and unloaded before the roof tank is empty. Then every six hours."""
    runtime = running(clinic())
    lose(runtime, "water", back_s=20 * HOUR_S)
    run_to(runtime, 24 * HOUR_S)
    empty = LOST_S + 2 * HOUR_S
    assert modes(runtime, "water") == [(LOST_S, "tank"), (empty, "tanker"), (20 * HOUR_S, "network")]
    assert course(runtime, "lifeline-clinic") == [(0.0, 1.0), (empty, WATER_SHARES["tanker"]), (20 * HOUR_S, 1.0)]
    done = [e.at / 1000 for e in runtime.log.events if (e.code, e.params.get("task")) == ("crew.done", "water-tanker")]
    assert done[0] == LOST_S + 900.0 + 600.0 + 1800.0


@pytest.mark.parametrize("hindrance", ["no depot", "water:no-tankers", "yard:staff-absent"])
def test_without_tankers_the_roof_tank_is_all(hindrance: str) -> None:
    runtime = running(clinic(depot=hindrance != "no depot"))
    if hindrance != "no depot":
        lose(runtime, hindrance, at_s=500.0)
    lose(runtime, "water")
    run_to(runtime, 12 * HOUR_S)
    assert modes(runtime, "water") == [(LOST_S, "tank"), (LOST_S + 2 * HOUR_S, "none")]
    assert course(runtime, "lifeline-clinic")[-1][1] == DRY_SHARE


def test_a_load_that_is_used_up_before_the_next_one_comes_is_none() -> None:
    """Deliveries stop once the first load is there: it lasts six hours from when the roof tank is empty."""
    runtime = running(clinic())
    lose(runtime, "water")
    lose(runtime, "water:no-tankers", at_s=LOST_S + 3400.0)
    run_to(runtime, 12 * HOUR_S)
    empty = LOST_S + 2 * HOUR_S
    assert modes(runtime, "water") == [(LOST_S, "tank"), (empty, "tanker"), (empty + 6 * HOUR_S, "none")]


def test_everything_at_once_multiplies() -> None:
    runtime = running(clinic())
    lose(runtime, "power", "water", "server:node-out", "water:no-tankers")
    run_to(runtime, 4 * HOUR_S)
    assert course(runtime, "lifeline-clinic")[-1][1] == pytest.approx(SHARES["manual"] * 0.75 * DRY_SHARE)
