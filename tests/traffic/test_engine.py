"""The engine against UXsim alone, against queueing in closed form, and against itself cut in pieces."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.city.road_file import RoadLink, RoadNode, Trips, read_roads
from simulator.contracts.city import City, RoadFiles
from simulator.contracts.problem import BadInput
from simulator.coupling import Runtime
from simulator.domains.traffic.demand import departures
from simulator.domains.traffic.process import Traffic
from tests.traffic.grids import LANE_VEH_S, SPEED_M_S, across, at, component, grid, link, road, road_town, run, started

pytest.importorskip("uxsim", reason="the traffic engine is not installed")

SIZE = 5
DURATION_S = 3600.0


@pytest.fixture
def busy(tmp_path: Path) -> City:
    """A grid in the rush hour, loaded near capacity, with a signal in the middle."""
    nodes, links = grid(SIZE)
    signal = component("signal-mid", "signal")
    tie = link("road", "road-node-n22", "signal-mid")
    return road_town(tmp_path, nodes, links, across(SIZE, 6000), [signal], [tie])


def uxsim_alone(files: RoadFiles, world: Runtime, seed: int) -> Any:
    """The same roads, signal and demand put into UXsim by hand and run in one call."""
    from uxsim import World

    roads = read_roads(files)
    trips = departures(roads.trips, {n.id: i for i, n in enumerate(roads.nodes)}, world.clock, world.streams)
    alone = World(
        name="",
        deltan=trips.size,
        tmax=DURATION_S,
        duo_update_time=1800,
        random_seed=seed,
        print_mode=0,
        save_mode=0,
        show_mode=0,
        vehicle_logging_timestep_interval=-1,
        cpp=True,
    )
    for node in roads.nodes:
        alone.addNode(node.id, node.x, node.y, signal=[45, 45] if node.id == "n22" else [0])
    across_street = {"21-22", "23-22"}
    along_street = {"12-22", "32-22"}
    assert across_street | along_street <= {ln.id for ln in roads.links}
    for ln in roads.links:
        alone.addLink(
            ln.id,
            ln.start,
            ln.end,
            length=ln.length_m,
            free_flow_speed=ln.free_speed_m_s,
            number_of_lanes=ln.lanes,
            jam_density_per_lane=0.2,
            capacity_in=ln.capacity_veh_s * ln.lanes,
            capacity_out=ln.capacity_veh_s * ln.lanes,
            signal_group=1 if ln.id in across_street else 0,
        )
    step = alone.DELTAT
    for time, a, b in zip(trips.at_s, trips.origin, trips.destination, strict=True):
        alone.addVehicle(roads.nodes[a].id, roads.nodes[b].id, time // step * step)
    alone.exec_simulation()
    return alone


def test_a_run_without_faults_equals_uxsim_alone(busy: City) -> None:
    world, traffic = started(busy, DURATION_S)
    seed = int(world.streams.stream("traffic", "engine").integers(2**31))
    run(world)
    assert busy.road_files is not None
    alone = uxsim_alone(busy.road_files, world, seed)
    assert traffic.engine.entered().tolist() == [ln.cum_arrival[-1] for ln in alone.LINKS]
    assert traffic.engine.left().tolist() == [ln.cum_departure[-1] for ln in alone.LINKS]
    assert traffic.engine.arrived() == alone.analyzer.trip_completed > 4000
    assert traffic.engine.arrived() < alone.analyzer.trip_all, "some are still on their way: the roads are loaded"


def trace(world: Runtime, traffic: Traffic) -> tuple[list[float], ...]:
    engine = traffic.engine
    return tuple(a.tolist() for a in (engine.entered(), engine.left(), engine.vehicles, engine.travel_time_s))


def disturb(world: Runtime) -> None:
    at(world, 777.7, lambda: world.faults.apply("road-12-22", "road-closed", "x", {}))
    at(world, 1234.5, lambda: world.faults.apply("signal-mid", "signal-dark", "x", {}))
    at(world, 2345.6, lambda: world.faults.clear("road-12-22", "road-closed", "x"))


@pytest.mark.parametrize("faults", [lambda world: None, disturb], ids=["calm", "disturbed"])
def test_a_split_run_is_the_whole_run(busy: City, faults: Callable[[Runtime], None]) -> None:
    world, whole = started(busy, DURATION_S)
    faults(world)
    run(world)
    again, split = started(busy, DURATION_S)
    for seconds in (777.7, 1234.5, 2345.6):
        at(again, seconds, lambda: split.engine.advance(again.clock.elapsed_s))
    faults(again)
    for seconds in (0.5, 17.3, 299.9, 300.0, 301.0, 1234.567, 2999.0):
        run(again, seconds)
        split.engine.advance(again.clock.elapsed_s)
    run(again)
    assert trace(world, whole) == trace(again, split)


FAULTS = [("road-12-22", "road-closed"), ("road-12-22", "road-narrowed"), ("signal-mid", "signal-dark")]


@pytest.mark.parametrize(("target", "fault"), FAULTS)
def test_inject_and_clear_at_the_same_instant_is_the_baseline(busy: City, target: str, fault: str) -> None:
    world, undisturbed = started(busy, DURATION_S)
    run(world)
    again, disturbed = started(busy, DURATION_S)
    at(again, 1234.5, lambda: again.faults.apply(target, fault, "x", {}))

    def clear() -> None:
        again.faults.clear(target, fault, "x")

    # Still the same instant, but after everybody has heard of the fault.
    at(again, 1234.5, lambda: again.clock.soon("test", lambda: again.clock.soon("test", clear)))
    run(again)
    assert len(again.log.events) >= 2
    assert trace(world, undisturbed) == trace(again, disturbed)


@pytest.mark.parametrize(("target", "fault"), FAULTS)
def test_a_fault_that_lasts_changes_the_run_and_leaves_the_capacities_as_they_were(
    busy: City, target: str, fault: str
) -> None:
    world, undisturbed = started(busy, DURATION_S)
    run(world)
    again, disturbed = started(busy, DURATION_S)
    link_of = disturbed.engine._world.get_link("road-12-22")
    node = disturbed.engine._world.get_node("road-node-n22")

    def state() -> tuple[object, ...]:
        flow = (link_of.capacity_in, link_of.capacity_out, link_of.capacity, link_of.u, link_of.w, link_of.delta)
        return (*flow, node.signal, node.flow_capacity)

    before = state()
    at(again, 600, lambda: again.faults.apply(target, fault, "x", {}))
    at(again, 700, lambda: again.faults.apply(target, fault, "y", {}))
    at(again, 1800, lambda: again.faults.clear(target, fault, "x"))
    run(again, 2000)
    assert state() != before
    at(again, 2400, lambda: again.faults.clear(target, fault, "y"))
    run(again)
    assert state() == before
    assert trace(world, undisturbed)[0] != trace(again, disturbed)[0]


def test_another_seed_gives_another_run(busy: City) -> None:
    runs = []
    for seed in (1, 2):
        world, traffic = started(busy, DURATION_S, seed=seed)
        run(world)
        runs.append(trace(world, traffic)[0])
    assert runs[0] != runs[1]


def test_a_closed_road_carries_no_vehicle_and_traffic_goes_round_it(busy: City) -> None:
    world, traffic = started(busy, 2 * DURATION_S)
    closed = traffic.model.road_index["road-12-22"]
    at(world, 600, lambda: world.faults.apply("road-12-22", "road-closed", "x", {}))
    run(world, 599)
    open_time = world.travel.time_s("road-node-n12", "road-node-n22")
    run(world, 600)
    entered = traffic.engine.entered()[closed]
    assert entered > 0
    closed_time = world.travel.time_s("road-node-n12", "road-node-n22")
    assert open_time is not None and closed_time is not None
    assert closed_time > 2 * open_time, "three blocks instead of one"
    run(world)
    assert traffic.engine.entered()[closed] == entered
    assert world.quantities.value("road-12-22", "vehicles") == 0
    assert traffic.engine.arrived() == len(traffic.trips.at_s) * traffic.trips.size, "all find another way"


def test_drivers_turn_round_at_a_closure_at_once(tmp_path: Path) -> None:
    """Long before the next route update, half an hour into the run, all take the way round."""
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 1000, 0), RoadNode("c", 2000, 0), RoadNode("d", 1500, 800)]
    links = [road("ab", "a", "b", 1000.0), road("bc", "b", "c", 1000.0)]
    links += [road("bd", "b", "d", 950.0), road("dc", "d", "c", 950.0)]
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17 * 3600.0, 18 * 3600.0, 900)])
    world, traffic = started(city, 1800)
    at(world, 600, lambda: world.faults.apply("road-bc", "road-closed", "x", {}))
    run(world, 600)
    before = traffic.engine.entered()
    run(world, 1500)
    ab, bc, bd, _ = (traffic.engine.entered() - before).tolist()
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
    assert traffic.engine.entered().tolist() == [waiting, 0.0, 0.0, 0.0]
    assert world.quantities.value("road-ab", "vehicles") == waiting
    # All of them stand, against one platoon that is thought to flow.
    assert traffic.engine.travel_time_index() == pytest.approx(len(traffic.trips.at_s) + 1, rel=0.01)
    run(world)
    assert traffic.engine.arrived() == waiting


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
    assert traffic.engine.entered().tolist()[1:] == [0.0, len(traffic.trips.at_s) * traffic.trips.size, 0.0, 0.0]
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
    left = traffic.engine.left()[0]
    run(world, 3000)
    value = world.quantities.value
    assert value("road-in", "travel_time_s") == pytest.approx(2000 / SPEED_M_S, rel=0.02)
    assert value("road-in", "speed_m_s") == pytest.approx(SPEED_M_S, rel=0.02)
    assert value("road-in", "flow_veh_h") == (traffic.engine.left()[0] - left) * 12
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
    left, index = traffic.engine.left()[0], traffic.engine.travel_time_index()
    run(world, 2700)
    passed = traffic.engine.left()[0] - left
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
        assert there == pytest.approx(free_s + (delay_s if minute == 40 else 0.0), abs=5.0)
        told = world.travel.time_s("road-node-a", "road-node-b")
        assert told == pytest.approx(there, abs=10.0)


def test_police_raise_what_a_dark_junction_passes(tmp_path: Path) -> None:
    city = bottleneck(tmp_path, 3000, police=True, police_s=900.0)
    world, traffic = started(city, DURATION_S)
    at(world, 300, lambda: world.faults.apply("signal-b", "signal-dark", "x", {}))
    counts = {}
    for minute in (6, 19, 22, 35):
        run(world, minute * 60)
        traffic.engine.advance(minute * 60)
        counts[minute] = traffic.engine.left()[0]
    dark, police = (counts[19] - counts[6]) * 60 / 13, (counts[35] - counts[22]) * 60 / 13
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


def test_close_gives_the_memory_back(busy: City) -> None:
    world, traffic = started(busy, DURATION_S)
    run(world, 600)
    engine = weakref.ref(traffic.engine._world)
    assert engine() is not None
    traffic.close()
    traffic.close()
    assert engine() is None, "nothing may keep the engine alive, without help of the garbage collector"


def test_a_city_with_roads_but_without_engine_is_told_what_to_install(
    busy: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"pip install stadtwerk\[traffic\]"):
        started(busy, DURATION_S)


def test_nobody_drives_in_a_town_without_trips(tmp_path: Path) -> None:
    nodes, links = grid(2)
    world, traffic = started(road_town(tmp_path, nodes, links), 600)
    run(world)
    assert traffic.engine.travel_time_index() == 1.0
    assert not traffic.engine.vehicles.any()
    assert np.allclose(traffic.engine.travel_time_s, 300 / SPEED_M_S)
