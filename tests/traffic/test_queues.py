"""Queues, closures and dark signals against queueing in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.city.road_file import RoadLink, RoadNode, Trips
from simulator.contracts.city import City
from simulator.contracts.level import ServiceLevel
from simulator.domains.traffic.catalogue import GRIDLOCK
from simulator.domains.traffic.model import Programme
from simulator.domains.traffic.signals import uncoordinated_delay_s, yielding_delay_s, yielding_veh_h
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
    level = ServiceLevel("flow", "travel-time-index", "city", 2.5, 100)
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17.2 * 3600, 17.205 * 3600, 100)], levels=[level])
    world, traffic = started(city, 7200)
    # All have set out by then, and nobody has reached the junction before the closure.
    at(world, 750, lambda: world.faults.apply("road-bc", "road-closed", "x", {}))
    at(world, 3600, lambda: world.faults.clear("road-bc", "road-closed", "x"))
    run(world, 3599)
    waiting = len(traffic.trips.at_s) * traffic.trips.size
    assert counts.entered(traffic.engine).tolist() == [waiting, 0.0, 0.0, 0.0]
    assert world.quantities.value("road-ab", "vehicles") == waiting
    # All of them stand, against one platoon that is thought to flow.
    assert traffic.engine.travel_time_index() == pytest.approx(len(traffic.trips.at_s) + 1, rel=0.01)
    # How many stand there is no travel time: told is that there is none.
    assert world.levels.courses()["flow"].values.max() == GRIDLOCK
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


def junction(folder: Path, main: float, minor: float, **parameters: float | bool) -> City:
    """A street with priority from west to east crosses one from south to north, one lane each; so many cars an hour."""
    nodes = [RoadNode("w", 0, 0), RoadNode("x", 2000, 0), RoadNode("e", 3000, 0)]
    nodes += [RoadNode("s", 2000, -2000), RoadNode("n", 2000, 1000)]
    side_m_s = SPEED_M_S - 0.1  # the faster street is the one with the priority signs
    links = [road("wx", "w", "x", 2000.0), road("xe", "x", "e", 1000.0)]
    links += [RoadLink("sx", "s", "x", 2000.0, side_m_s, LANE_VEH_S, 1)]
    links += [RoadLink("xn", "x", "n", 1000.0, side_m_s, LANE_VEH_S, 1)]
    hour = (17 * 3600.0, 18 * 3600.0)
    trips = [Trips("w", "e", *hour, main), Trips("s", "n", *hour, minor)]
    signal = component("signal-x", "signal", **parameters)
    return road_town(folder, nodes, links, trips, [signal], [link("road", "road-node-x", "signal-x")])


@pytest.mark.parametrize(
    ("main_veh_h", "passed_veh_h"),
    # Minor streams straight on, Highway Capacity Manual: 900 without main traffic, 320 beside 800 vehicles an hour; and
    # by hand for 400: 400 exp(-0.7222) / (1 - exp(-0.4444)).
    [(0.0, 900.0), (400.0, 541.6), (800.0, 320.4)],
)
def test_gaps_let_pass_what_the_manual_says(main_veh_h: float, passed_veh_h: float) -> None:
    assert yielding_veh_h(main_veh_h) == pytest.approx(passed_veh_h, abs=0.5)


@pytest.mark.parametrize(
    ("share", "delay_s"),
    # By hand from the formula for 450 veh/h, 8 s each: without queue 8 + 5; half full 225 (sqrt(0.25 + 4/112.5) - 0.5);
    # full 225 sqrt(8/112.5); beyond that the engine queues.
    [(0.0, 13.0), (0.5, 13.0 + 7.733), (1.0, 13.0 + 60.0), (1.5, 13.0 + 60.0)],
)
def test_giving_way_costs_more_the_more_cars_come(share: float, delay_s: float) -> None:
    assert yielding_delay_s(share * 450, 450) == pytest.approx(delay_s, abs=0.05)


def test_at_a_dark_signal_the_main_street_goes_through_and_the_other_gives_way(tmp_path: Path) -> None:
    """StVO § 37: without light signals the signs count. 800 cars an hour on the main street leave gaps for 320."""
    world, traffic = started(junction(tmp_path, 800, 600), DURATION_S)
    at(world, 600, lambda: world.faults.apply("signal-x", "signal-dark", "x", {}))
    run(world, 1200)
    traffic.engine.advance(1200)
    before = counts.left(traffic.engine)
    run(world, 3000)
    traffic.engine.advance(3000)
    main, _, minor, _ = (counts.left(traffic.engine) - before) * 2
    assert main == pytest.approx(800, rel=0.05)
    # Three cars less for six more on the main street, whose flow is counted over 5 min in platoons of five cars.
    assert minor == pytest.approx(320 - (main - 800) * 0.48, rel=0.1)
    # Deterministic queueing: what comes beyond the gaps since the signal went dark stands before the junction.
    standing = (600 - 320) * 2400 / 3600
    driving = (800 + 320) / 3600 * 2000 / SPEED_M_S
    assert world.quantities.value("signal-x", "held_up_veh") == pytest.approx(standing + driving, rel=0.15)


def test_police_let_both_streets_pass_in_turn(tmp_path: Path) -> None:
    """Each street has half of a cycle of 180 s, of which two changes of 6 s are lost, and passes 0.5 veh/s."""
    city = junction(tmp_path, 1500, 1500, police=True, police_s=900.0)
    world, traffic = started(city, DURATION_S)
    at(world, 300, lambda: world.faults.apply("signal-x", "signal-dark", "x", {}))
    passed = {}
    for minute in (6, 19, 22, 34):
        run(world, minute * 60)
        traffic.engine.advance(minute * 60)
        passed[minute] = counts.left(traffic.engine)[[0, 2]]
    dark, police = (passed[19] - passed[6]) * 60 / 13, (passed[34] - passed[22]) * 60 / 12
    assert dark[0] > 1400
    assert dark[1] < 0.2 * dark[0], "hardly a gap is left"
    assert police == pytest.approx([1800 * 0.5 * (1 - 12 / 180)] * 2, rel=0.06)
    assert traffic.signals.mode("signal-x") == "police"


def test_signals_that_a_centre_coordinates_are_quicker_than_those_on_their_own(tmp_path: Path) -> None:
    """Retiming in cities of the US and Canada cut delays at signals by 13 to 94 % (Sunkari 2004, ITE Journal); by the
    Highway Capacity Manual 2000 a progression of ratio 5/3 at 43 % green takes 51 % of 14.4 s off: 7.4 s a signal."""
    programme = Programme(0, (45.0, 45.0), (0, 1), (0, 1), (0.5, 0.5), (1, 1))
    green = 0.5 * (1 - 12 / 90)
    uniform_s = 0.5 * 90 * (1 - green) ** 2
    saved_s = uncoordinated_delay_s(programme)
    assert saved_s == pytest.approx(uniform_s * (1 - (1 - green * 5 / 3) / (1 - green)), abs=1e-9)
    assert saved_s == pytest.approx(7.4, abs=0.1)
    assert 0.13 < saved_s / uniform_s < 0.94
    _, traffic = started(junction(tmp_path, 120, 120), DURATION_S)
    assert traffic.signals.mode("signal-x") == "local"
    traffic.engine.advance(60)
    free_s = 2000 / SPEED_M_S
    west, south = traffic.engine._world.LINKS[0], traffic.engine._world.LINKS[2]
    assert 2000 / west.free_flow_speed == pytest.approx(free_s + saved_s, abs=0.01)
    assert south.free_flow_speed == SPEED_M_S - 0.1


def test_nobody_drives_in_a_town_without_trips(tmp_path: Path) -> None:
    nodes, links = grid(2)
    world, traffic = started(road_town(tmp_path, nodes, links), 600)
    run(world)
    assert traffic.engine.travel_time_index() == 1.0
    assert not traffic.engine.vehicles.any()
    assert np.allclose(traffic.engine.travel_time_s, 300 / SPEED_M_S)
