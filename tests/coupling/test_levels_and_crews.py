"""Service levels as step functions; crews that drive over the roads there are."""

from __future__ import annotations

import pytest

from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.coupling import Runtime
from simulator.coupling.crews import RETRY_S
from simulator.coupling.travel import Travel
from tests.codes import SOMETHING
from tests.support.towns import component, link, runtime, town

LEVEL = ServiceLevel("power-supply-d1", "power-supply", "d1", 0.9, 1000)


def test_a_level_is_kept_as_steps_and_its_fall_below_the_minimum_is_logged_with_the_cause() -> None:
    r = runtime(town([], levels=[LEVEL]))
    r.levels.record(LEVEL.id, 1.0)
    r.clock.run_until(5000)
    r.levels.record(LEVEL.id, 1.0)
    cause = r.log.add(SOMETHING, "x")
    r.clock.run_until(7000)
    r.levels.record(LEVEL.id, 0.4, cause)
    r.levels.record(LEVEL.id, 0.5, cause)
    r.clock.run_until(9000)
    r.levels.record(LEVEL.id, 0.9)
    course = r.levels.courses()[LEVEL.id]
    assert course.at.tolist() == [0, 7000, 9000]
    assert course.values.tolist() == [1.0, 0.5, 0.9]
    assert (course.value_at(6999), course.value_at(7000)) == (1.0, 0.5)
    kinds = [e.kind for e in r.log.events if e.subject == LEVEL.id]
    assert kinds == [EventKind.LEVEL_LOW, EventKind.LEVEL_BACK]


def test_for_an_index_lower_is_better() -> None:
    level = ServiceLevel("tti", "travel-time-index", "city", 2.5, 1000)
    r = runtime(town([], levels=[level]))
    r.levels.record("tti", 1.2)
    assert not r.log.events
    r.levels.record("tti", 2.6)
    assert r.log.events[-1].kind is EventKind.LEVEL_LOW


def test_not_a_number_is_refused() -> None:
    r = runtime(town([], levels=[LEVEL]))
    with pytest.raises(ValueError, match="NaN"):
        r.levels.record(LEVEL.id, float("nan"))


def crew_town(crews: float = 1.0, roads: bool = True) -> Runtime:
    parts = [
        component("depot-1", "depot", 0.0, 0.0, crews=crews, muster_s=600.0),
        component("pump-1", "pump", 1000.0, 0.0),
        component("road-node-1", "road-node"),
        component("road-node-2", "road-node"),
    ]
    access = [link("road", "road-node-1", "depot-1"), link("road", "road-node-2", "pump-1")] if roads else []
    return runtime(town(parts, access))


def test_without_a_road_network_the_way_is_a_straight_line() -> None:
    r = crew_town(roads=False)
    done: list[float] = []
    r.crews.repair("pump-1", 300.0, None, lambda _: done.append(r.clock.now_s))
    r.clock.run_until(r.clock.end)
    assert done == [pytest.approx(600.0 + 1000.0 / Travel.FALLBACK_M_S + 300.0, abs=0.01)]


def test_a_closed_road_holds_the_crew_until_it_opens() -> None:
    r, road_open, done = crew_town(), [False], []
    r.travel.provide(lambda a, b: 120.0 if road_open[0] else None)
    r.crews.repair("pump-1", 300.0, None, lambda _: done.append(r.clock.now_s))
    r.clock.run_until(3_600_000)
    assert not done
    road_open[0] = True
    r.clock.run_until(r.clock.end)
    tries = -(-3600.0 // RETRY_S) * RETRY_S if 3600.0 % RETRY_S else 3600.0 + RETRY_S
    assert done == [tries + 600.0 + 120.0 + 300.0]
    said = [e.code for e in r.log.events if e.kind is EventKind.CREW]
    assert said[0] == "crew.waits-for-road"


def test_a_cut_road_access_makes_a_place_unreachable() -> None:
    r = crew_town()
    r.travel.provide(lambda a, b: 60.0)
    assert r.travel.time_s("depot-1", "pump-1") == 60.0
    r.faults.apply("road-road-node-2-pump-1", "link-cut", "t1", {})
    assert r.travel.time_s("depot-1", "pump-1") is None
    assert r.crews.nearest("pump-1") is None


def test_one_crew_does_one_job_after_the_other() -> None:
    r, done = crew_town(), []
    r.travel.provide(lambda a, b: 120.0)
    for name in ("first", "second"):
        r.crews.repair("pump-1", 300.0, None, lambda _, name=name: done.append((name, r.clock.now_s)))
    r.clock.run_until(r.clock.end)
    assert done == [("first", 1020.0), ("second", 1020.0 + 120.0 + 1020.0)]


def test_a_city_without_depots_says_that_nobody_comes() -> None:
    r = runtime(town([component("pump-1", "pump")]))
    r.crews.repair("pump-1", 60.0, None, lambda _: pytest.fail("nobody can have come"))
    r.clock.run_until(r.clock.end)
    assert r.log.events[-1].code == "crew.no-depot"
