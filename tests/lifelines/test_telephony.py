"""Who can telephone, and what comes late where nobody can: times by hand from batteries and ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.calls import DETOUR, ON_FOOT_M_S, SET_OFF_S
from simulator.coupling.runtime import Runtime
from simulator.lifelines import start
from tests.ict.town import component, course, level, modes, power, run_to, town, world
from tests.support.towns import link

HALF_HOUR_S, TWO_HOURS_S, FOUR_HOURS_S = 1800.0, 7200.0, 14_400.0
"""Half an hour: trade on Telekom's sites, by way of the BR (2022). Two hours: study for the Bundestag on O2 and E-Plus,
by way of the Tagesspiegel (2019). Four hours: the lower end of what the same source names with emergency power."""

PEOPLE = {"west": 6000, "east": 4000}
MUSTER_S = 600.0
DRIVE_S = 3000.0 / (30 / 3.6)


def valley() -> City:
    """Two districts with a mobile site each, an exchange and a depot, all on one bus; a pump three kilometres away."""
    parts = [
        component("bus", "bus"), component("exchange", "telephone-exchange", "west"),
        component("mobile-west", "mobile-site", "west"), component("mobile-east", "mobile-site", "east", x_m=3000.0),
        component("yard", "depot", "west", muster_s=MUSTER_S, night_share=1.0, crews=2.0),
        component("pump", "pump", "east", x_m=3000.0), component("room", "public-warning", "west"),
    ]  # fmt: skip
    links = [
        power("bus", "mobile-west", HALF_HOUR_S), power("bus", "mobile-east", TWO_HOURS_S),
        power("bus", "exchange", FOUR_HOURS_S), power("bus", "yard"),
        *(link("telephone", "exchange", name) for name in ("mobile-west", "mobile-east", "yard")),
    ]  # fmt: skip
    districts = [District(name, name, people, 0, 0) for name, people in PEOPLE.items()]
    return town(parts, links, districts, [level("lifeline", "exchange", 0.5), level("lifeline", "room", 0.5)])


def dark(runtime: Runtime) -> None:
    start(runtime)
    runtime.clock.at(0, "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))


def test_mobile_sites_go_silent_as_their_batteries_run_out() -> None:
    runtime = world(valley())
    dark(runtime)
    run_to(runtime, FOUR_HOURS_S + 1)
    assert modes(runtime, "exchange") == [(HALF_HOUR_S, "in-places"), (TWO_HOURS_S, "none")]
    assert course(runtime, "lifeline-exchange") == [(0.0, 1.0), (HALF_HOUR_S, 0.4), (TWO_HOURS_S, 0.0)]
    phones = course(runtime, "lifeline-room")
    assert phones == [(0.0, 0.75), (HALF_HOUR_S, pytest.approx(0.3)), (TWO_HOURS_S, 0.0)]


@pytest.mark.parametrize(
    ("called_s", "heard_s"),
    [
        (600.0, 600.0),  # mobile phones still work at both ends
        (3600.0, 3600.0 + SET_OFF_S + DRIVE_S),  # the depot's site is silent, its line dead with the power of the house
    ],
)
def test_without_telephones_the_call_itself_is_late(called_s: float, heard_s: float) -> None:
    """The messenger drives three kilometres at 30 km/h, a quarter of an hour after he has given up on the telephone."""
    runtime = world(valley())
    dark(runtime)
    done: list[float] = []
    call = lambda: runtime.crews.repair("pump", 60.0, None, lambda _: done.append(runtime.clock.now_s))  # noqa: E731
    runtime.clock.at(to_ticks(called_s), "test", call)
    run_to(runtime, 4 * 3600.0)
    assert done == [pytest.approx(heard_s + MUSTER_S + DRIVE_S + 60.0, abs=0.01)]
    assert ("crew.messenger" in [e.code for e in runtime.log.events]) == (heard_s > called_s)


def test_a_messenger_walks_where_no_road_is_open_and_is_overtaken_by_a_telephone_that_works_again() -> None:
    runtime = world(valley())
    dark(runtime)
    assert runtime.calls.messenger_s("pump", "yard") == pytest.approx(SET_OFF_S + DRIVE_S)
    runtime.travel.provide(lambda a, b: None)
    assert runtime.calls.messenger_s("pump", "yard") == pytest.approx(SET_OFF_S + DETOUR * 3000.0 / ON_FOOT_M_S)
    runtime.travel.time_s = lambda a, b: 30_000.0  # type: ignore[method-assign]
    runtime.clock.at(to_ticks(3 * 3600.0), "test", lambda: runtime.crews.repair("pump", 60.0, None, lambda _: None))
    back = to_ticks(4 * 3600.0)
    runtime.clock.at(back, "test", lambda: runtime.supply.offer("bus", LinkKind("power"), True))
    run_to(runtime, 5 * 3600.0)
    assert [e.at for e in runtime.log.events if e.code == "crew.called"] == [back]


def test_a_town_without_a_telephone_network_has_telephones_that_never_fail() -> None:
    city = valley()
    parts = [c for c in city.components.values() if c.kind not in ("telephone-exchange", "mobile-site")]
    runtime = world(town(parts, [power("bus", "yard")], list(city.districts.values())))
    dark(runtime)
    run_to(runtime, 3600.0)
    assert runtime.calls.reached("pump", "yard")


def test_police_come_late_to_a_dark_junction_where_nobody_can_telephone() -> None:
    """Half an hour until a team sets off, as always; before that the messenger's three kilometres, then its own."""
    city = valley()
    parts = [
        *city.components.values(),
        component("centre", "traffic-control-centre", "west"),
        component("station", "police-station", "west"),
        component("signal", "signal", "east", x_m=3000.0, police=True, police_s=1800.0),
    ]
    runtime = world(town(parts, city.links.values(), list(city.districts.values())))
    dark(runtime)
    lost_s = 10_000.0
    runtime.clock.at(to_ticks(lost_s), "test", lambda: runtime.faults.apply("signal", "signal-dark", "x", {}))
    run_to(runtime, 20_000.0)
    there = [e.at / 1000 for e in runtime.log.events if e.code == "police.arrive"]
    assert there == [pytest.approx(lost_s + SET_OFF_S + 2 * DRIVE_S + 1800.0, abs=0.01)]


def test_without_its_exchange_no_site_and_no_line_is_of_any_use() -> None:
    runtime = world(valley())
    start(runtime)
    run_to(runtime, 10.0)
    runtime.faults.apply("exchange", "exchange-out", "x", {})
    run_to(runtime, 20.0)
    assert modes(runtime, "exchange") == [(10.0, "none")]
    assert not runtime.calls.reached("pump", "yard")


def test_a_portable_cell_goes_to_the_most_people_and_on_when_their_site_is_back() -> None:
    """One cell, two hours on its way. The west is silent after half an hour and is served from then on; from two hours
    on the east is silent; at 4 h 30 min the power is back in the west, and the cell is in the east two hours later.
    """
    city = valley()
    exchange = replace(city.components["exchange"], parameters={"portable_cells": 1.0, "portable_after_s": TWO_HOURS_S})
    runtime = world(replace(city, components={**city.components, "exchange": exchange}))
    start(runtime)
    cut, mend = runtime.faults.apply, runtime.faults.clear
    for site in ("mobile-west", "mobile-east"):
        runtime.clock.at(0, "test", lambda site=site: cut(f"power-bus-{site}", "link-cut", "x", {}))  # type: ignore[misc]
    back = to_ticks(FOUR_HOURS_S + HALF_HOUR_S)
    runtime.clock.at(back, "test", lambda: mend("power-bus-mobile-west", "link-cut", "x"))
    run_to(runtime, 8 * 3600.0)
    assert course(runtime, "lifeline-exchange") == [
        (0.0, 1.0),
        (HALF_HOUR_S, 0.4),
        (TWO_HOURS_S, 0.0),
        (HALF_HOUR_S + TWO_HOURS_S, 0.6),
        (FOUR_HOURS_S + HALF_HOUR_S + TWO_HOURS_S, 1.0),
    ]
    said = [event.code for event in runtime.log.events if event.code.startswith("telephony.cell")]
    assert said == [f"telephony.cell-{what}" for what in ("called", "up", "free", "called", "up")]


def test_of_several_operators_each_has_a_share_and_any_carries_a_call_for_help() -> None:
    """Köpenick 2019: batteries of two operators about two hours, the third with power (Tagesspiegel). TKG § 164: calls
    for help go over any network."""
    city = valley()
    more = [component(f"mobile-west-{i}", "mobile-site", "west") for i in range(2)]
    ties = [power("bus", "mobile-west-0", TWO_HOURS_S), *(link("telephone", "exchange", one.id) for one in more)]
    levels = [level("lifeline", "exchange", 0.5)]
    runtime = world(
        town([*city.components.values(), *more], [*city.links.values(), *ties], [*city.districts.values()], levels)
    )
    dark(runtime)
    run_to(runtime, FOUR_HOURS_S - 1)
    shares = [value for _, value in course(runtime, "lifeline-exchange")]
    assert shares == pytest.approx([1.0, 0.4 + 0.6 * 2 / 3, 0.6 / 3])
    assert runtime.calls.reached("exchange", "exchange") and not runtime.calls.reached("pump", "exchange")
