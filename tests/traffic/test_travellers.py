"""Who drives when roads are gone or slow, and that no vehicle is lost or made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.city.road_file import RoadNode, Trips
from simulator.contracts.city import City
from simulator.domains.traffic.demand import Departures, Travellers, still_driving
from simulator.domains.traffic.process import Traffic
from tests.traffic import counts
from tests.traffic.grids import across, at, grid, road, road_town, run, started

pytest.importorskip("uxsim", reason="the traffic engine is not installed")

RUSH = 17 * 3600.0


class Known:
    """An outlook that is the same for all ways."""

    def __init__(self, slower: float, metres: float = 9000.0) -> None:
        self._slower, self._metres = slower, metres

    def slower(self, start: int, end: int) -> float:
        return self._slower

    def length_m(self, start: int, end: int) -> float:
        return self._metres


def travellers(count: int = 2000) -> Travellers:
    patience = np.random.default_rng(3).random(count)
    ends = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    return Travellers(Departures(5, np.arange(count, dtype=np.float64), *ends), patience)


def test_traffic_falls_with_travel_time_as_elasticity_says() -> None:
    """Goodwin 1996: elasticity of traffic with travel time -0.5 in the short run, 10 % slower is 5 % less traffic."""
    assert still_driving(2.5) == 1.0
    assert 1 - still_driving(2.5 * 1.1) == pytest.approx(0.05, abs=0.005)
    assert still_driving(10.0) == pytest.approx(0.5)
    assert still_driving(float("inf")) == 0.0
    some = travellers()
    list(some.due(2000.0, Known(10.0)))
    assert some.set_out / some.wanted == pytest.approx(0.5, abs=0.03)
    assert (some.on_foot, some.waiting) == (0, some.wanted - some.set_out)


def test_who_has_a_short_way_walks_and_the_others_leave_an_hour_later_or_stay_at_home() -> None:
    some = travellers(100)
    list(some.due(50.0, Known(float("inf"), 2000.0)))
    assert (some.set_out, some.on_foot, some.at_home) == (0, 250, 0)
    list(some.due(100.0, Known(float("inf"), 2001.0)))
    assert (some.on_foot, some.waiting) == (250, 250)
    later = [at_s for at_s, _, _ in some.due(3600.0 + 75.0, None)]
    assert later == [3600.0 + at_s for at_s in range(50, 75)]
    list(some.due(9999.0, Known(float("inf"))))
    assert (some.set_out, some.moved, some.at_home, some.waiting) == (125, 125, 125, 0)


def on_the_road(traffic: Traffic) -> tuple[int, int, int]:
    """Vehicles that wait where they live, drive and have arrived, as UXsim itself has them."""
    states = [vehicle.state for vehicle in counts.vehicles(traffic.engine)]
    found = [states.count(name) * traffic.trips.size for name in ("home", "run", "end")]
    found[0] += states.count("wait") * traffic.trips.size
    assert sum(found) == len(states) * traffic.trips.size, set(states)
    return found[0], found[1], found[2]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> City:
    nodes, links = grid(3)
    return road_town(tmp_path_factory.mktemp("roads"), nodes, links, across(3, 1500))


ROADS = [f"road-{name}" for name in ("00-10", "10-20", "01-11", "11-21", "11-12", "21-11", "10-00", "12-11", "01-00")]
CLOSED = st.lists(st.tuples(st.sampled_from(ROADS), st.integers(0, 3000), st.integers(60, 3000)), max_size=9)


@settings(max_examples=10, deadline=None)
@given(closed=CLOSED)
def test_no_vehicle_is_lost_or_made_up_whatever_is_closed(small: City, closed: list[tuple[str, int, int]]) -> None:
    """Conservation: who wanted to drive drives, has arrived, walked, stayed at home or leaves later, each once; and
    what entered a road and did not leave it is on it."""
    world, traffic = started(small, 5400)
    for n, (name, at_s, for_s) in enumerate(closed):
        at(world, at_s, lambda name=name, n=n: world.faults.apply(name, "road-closed", f"{n}", {}))
        at(world, at_s + for_s, lambda name=name, n=n: world.faults.clear(name, "road-closed", f"{n}"))
    some = traffic.engine.travellers
    for until_s in (1200, 2700, 5400):
        run(world, until_s)
        traffic.engine.advance(until_s)
        waiting, driving, arrived = on_the_road(traffic)
        assert some.wanted == some.set_out + some.on_foot + some.at_home + some.waiting
        assert some.set_out == waiting + driving + arrived
        assert counts.arrived(traffic.engine) == arrived
        inside = counts.entered(traffic.engine) - counts.left(traffic.engine)
        assert inside.sum() == driving and (inside >= 0).all()
    traffic.close()


def test_a_town_that_is_cut_in_two_walks_or_stays_at_home_until_the_bridge_is_open(tmp_path: Path) -> None:
    """The one bridge is closed for the first 40 min. Those at the river walk 1 km, those 5 km away leave later."""
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 4000, 0), RoadNode("c", 5000, 0)]
    links = [road("ab", "a", "b", 4000.0), road("bc", "b", "c", 1000.0)]
    trips = [Trips("a", "c", RUSH, RUSH + 3600, 300), Trips("b", "c", RUSH, RUSH + 3600, 300)]
    world, traffic = started(road_town(tmp_path, nodes, links, trips), 3 * 3600)
    world.faults.apply("road-bc", "road-closed", "flood", {})
    at(world, 2400, lambda: world.faults.clear("road-bc", "road-closed", "flood"))
    run(world)
    some = traffic.engine.travellers
    assert some.wanted == 600
    assert some.on_foot == pytest.approx(200, abs=40)
    assert some.moved == pytest.approx(200, abs=40)
    assert some.at_home == 0
    assert counts.arrived(traffic.engine) == 600 - some.on_foot
    told = [event for event in world.log.events if event.code.startswith(("traffic.stay", "traffic.drive-again"))]
    assert [event.code for event in told] == ["traffic.stay", "traffic.drive-again"]
    assert world.log.trace(told[0].id)[0].subject == "road-bc"
    assert told[1].params == {"moved": some.moved, "walked": some.on_foot, "home": 0}
