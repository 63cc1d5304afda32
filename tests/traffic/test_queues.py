"""Queues, closures and dark signals against queueing in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.city.road_file import RoadLink, RoadNode, Trips
from simulator.contracts.city import City
from simulator.domains.traffic.signals import stop_delay_s
from tests.traffic import counts
from tests.traffic.grids import LANE_VEH_S, SPEED_M_S, at, component, grid, link, road, road_town, run, started

pytest.importorskip("uxsim", reason="the traffic engine is not installed")

DURATION_S = 3600.0


def test_drivers_turn_round_at_a_closure_at_once(tmp_path: Path) -> None:
    """Long before the next route update, half an hour into the run, all take the way round."""
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 1000, 0), RoadNode("c", 2000, 0), RoadNode("d", 1500, 800)]
    links = [road("ab", "a", "b", 1000.0), road("bc", "b", "c", 1000.0)]
    links += [road("bd", "b", "d", 950.0), road("dc", "d", "c", 950.0)]
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17 * 3600.0, 18 * 3600.0, 900)])
    world, traffic = started(city, 1800)
    at(world, 600, lambda: world.faults.apply("road-bc", "road-closed", "x", {}))
    run(world, 600)
    before = counts.entered(traffic.engine)
    run(world, 1500)
    ab, bc, bd, _ = (counts.entered(traffic.engine) - before).tolist()
    assert bc == before[2] == 0
    assert ab > 150 and abs(bd - ab) < 50


def test_who_has_no_other_way_waits_at_the_closure(tmp_path: Path) -> None:
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 1000, 0), RoadNode("c", 2000, 0), RoadNode("d", 1500, 800)]
    links = [road("ab", "a", "b", 1000.0), road("bc", "b", "c", 1000.0)]
    links += [road("bd", "b", "d", 950.0), road("db", "d", "b", 950.0)]
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17.2 * 3600, 17.4 * 3600, 100)])
    world, traffic = started(city, 7200)
    at(world, 60, lambda: world.faults.apply("road-bc", "road-closed", "x", {}))
    at(world, 3600, lambda: world.faults.clear("road-bc", "road-closed", "x"))
    run(world, 3599)
    waiting = len(traffic.trips.at_s) * traffic.trips.size
    assert counts.entered(traffic.engine).tolist() == [waiting, 0.0, 0.0, 0.0]
    assert world.quantities.value("road-ab", "vehicles") == waiting
    # All of them stand, against one platoon that is thought to flow.
    assert traffic.engine.travel_time_index() == pytest.approx(len(traffic.trips.at_s) + 1, rel=0.01)
    run(world)
    assert counts.arrived(traffic.engine) == waiting


def test_a_closed_road_beside_an_open_one_leaves_the_other_in_use(tmp_path: Path) -> None:
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 1000, 0), RoadNode("c", 2000, 0), RoadNode("d", 1500, 8000)]
    links = [road("ab", "a", "b", 1000.0), road("bc-old", "b", "c", 1000.0), road("bc-new", "b", "c", 1000.0)]
    links += [road("bd", "b", "d", 8000.0), road("dc", "d", "c", 8000.0)]
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17 * 3600.0, 18 * 3600.0, 600)])
    world, traffic = started(city, 5400)
    assert world.travel.time_s("road-node-b", "road-node-c") == pytest.approx(1000 / SPEED_M_S)
    world.faults.apply("road-bc-old", "road-closed", "x", {})
    at(world, 4000, lambda: world.faults.apply("road-bc-new", "road-closed", "x", {}))
    run(world, 3990)
    assert counts.entered(traffic.engine).tolist()[1:] == [0.0, len(traffic.trips.at_s) * traffic.trips.size, 0.0, 0.0]
    run(world)
    detour = world.travel.time_s("road-node-b", "road-node-c")
    assert detour == pytest.approx(16000 / SPEED_M_S)
    assert [ln.capacity_in for ln in traffic.engine._world.LINKS[1:3]] == [0.0, 0.0]


def bottleneck(folder: Path, trips_h: float, **parameters: float | bool) -> City:
    """One street of two lanes into a junction with a signal, fed evenly for an hour."""
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 2000, 0), RoadNode("c", 3000, 0)]
    links: list[RoadLink] = [road("in", "a", "b", 2000.0, lanes=2), road("out", "b", "c", 1000.0, lanes=2)]
    trips = [Trips("a", "c", 17 * 3600.0, 18 * 3600.0, trips_h)]
    signal = component("signal-b", "signal", **parameters)
    return road_town(folder, nodes, links, trips, [signal], [link("road", "road-node-b", "signal-b")])


def test_a_street_without_queue_keeps_free_flow(tmp_path: Path) -> None:
    world, traffic = started(bottleneck(tmp_path, 1200), DURATION_S)
    run(world, 2700)
    left = counts.left(traffic.engine)[0]
    run(world, 3000)
    value = world.quantities.value
    assert value("road-in", "travel_time_s") == pytest.approx(2000 / SPEED_M_S, rel=0.02)
    assert value("road-in", "speed_m_s") == pytest.approx(SPEED_M_S, rel=0.02)
    assert value("road-in", "flow_veh_h") == (counts.left(traffic.engine)[0] - left) * 12
    assert traffic.engine.travel_time_index() == pytest.approx(1.0, abs=0.05)
    # Vehicles on the road are flow times travel time (Little).
    assert value("road-in", "vehicles") == pytest.approx(1200 / 3600 * 2000 / SPEED_M_S, rel=0.5)
    assert value("signal-b", "queue_veh") == value("road-in", "vehicles")


def test_a_dark_signal_passes_its_capacity_and_the_rest_queues(tmp_path: Path) -> None:
    arriving, passing = 2000.0, 1400.0
    world, traffic = started(bottleneck(tmp_path, arriving), DURATION_S)
    at(world, 600, lambda: world.faults.apply("signal-b", "signal-dark", "x", {}))
    run(world, 900)
    traffic.engine.advance(900)
    left, index = counts.left(traffic.engine)[0], traffic.engine.travel_time_index()
    run(world, 2700)
    passed = counts.left(traffic.engine)[0] - left
    assert passed <= passing * 0.5 + traffic.trips.size
    assert passed >= 0.97 * passing * 0.5
    # Deterministic queueing: what arrives beyond the capacity since the signal went dark, on top of those who drive.
    driving = arriving / 3600 * 2000 / SPEED_M_S
    waiting = (arriving - passing) * 2100 / 3600
    assert world.quantities.value("signal-b", "queue_veh") == pytest.approx(driving + waiting, rel=0.1)
    assert traffic.engine.travel_time_index() > index + 0.5


def test_cars_lose_the_stop_at_a_dark_signal(tmp_path: Path) -> None:
    """Few cars on a street that is always green: nobody queues, so what they lose more is the stop alone."""
    delay_s, free_s = 30.0, 2000 / SPEED_M_S
    world, traffic = started(bottleneck(tmp_path, 120, dark_delay_s=delay_s), DURATION_S)
    at(world, 1200, lambda: world.faults.apply("signal-b", "signal-dark", "x", {}))
    for minute in (20, 40):
        run(world, minute * 60)
        times = traffic.engine._world.get_link("road-in").traveltime_actual
        there = float(np.median(times[(minute - 15) * 12 : (minute - 5) * 12]))
        # At 120 of 1,400 vehicles an hour, the stop costs a second more than for a car alone.
        assert there == pytest.approx(free_s + (delay_s + 1 if minute == 40 else 0.0), abs=5.0)
        told = world.travel.time_s("road-node-a", "road-node-b")
        assert told == pytest.approx(there, abs=10.0)


@pytest.mark.parametrize(
    ("share", "delay_s"),
    # By hand from the formula, four approaches and 1,440 veh/h: headways 3.9, 6.95 and 10.0 s.
    [(0.0, 6.9), (0.5, 6.9 + 3.05 + 6.748), (1.0, 6.9 + 6.1 + 67.082), (1.5, 6.9 + 6.1 + 67.082)],
)
def test_the_stop_costs_more_the_more_cars_come(share: float, delay_s: float) -> None:
    assert stop_delay_s(share * 1440, 1440, 4, 6.9) == pytest.approx(delay_s, abs=0.01)


def test_police_raise_what_a_dark_junction_passes(tmp_path: Path) -> None:
    city = bottleneck(tmp_path, 3000, police=True, police_s=900.0)
    world, traffic = started(city, DURATION_S)
    at(world, 300, lambda: world.faults.apply("signal-b", "signal-dark", "x", {}))
    passed = {}
    for minute in (6, 19, 22, 35):
        run(world, minute * 60)
        traffic.engine.advance(minute * 60)
        passed[minute] = counts.left(traffic.engine)[0]
    dark, police = (passed[19] - passed[6]) * 60 / 13, (passed[35] - passed[22]) * 60 / 13
    assert dark <= 1400 + traffic.trips.size * 60 / 13
    assert dark > 0.97 * 1400
    assert 0.97 * 2520 < police <= 2520 + traffic.trips.size * 60 / 13
    assert traffic.signals.mode("signal-b") == "police"


def test_a_dark_junction_never_passes_more_than_its_signal(tmp_path: Path) -> None:
    city = bottleneck(tmp_path, 3000, dark_veh_h=9000.0)
    world, traffic = started(city, DURATION_S)
    at(world, 300, lambda: world.faults.apply("signal-b", "signal-dark", "x", {}))
    run(world, 1000)
    assert traffic.engine._world.get_node("road-node-b").flow_capacity == pytest.approx(2 * LANE_VEH_S)


def test_nobody_drives_in_a_town_without_trips(tmp_path: Path) -> None:
    nodes, links = grid(2)
    world, traffic = started(road_town(tmp_path, nodes, links), 600)
    run(world)
    assert traffic.engine.travel_time_index() == 1.0
    assert not traffic.engine.vehicles.any()
    assert np.allclose(traffic.engine.travel_time_s, 300 / SPEED_M_S)
