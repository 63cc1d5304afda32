"""The engine against UXsim alone, and against itself: cut in pieces, broken and mended, with another seed."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulator.city.road_file import read_roads
from simulator.contracts.city import City, RoadFiles
from simulator.contracts.problem import BadInput
from simulator.coupling import Runtime
from simulator.domains.traffic.demand import departures
from simulator.domains.traffic.engine import Engine
from simulator.domains.traffic.process import Traffic
from tests.traffic import counts
from tests.traffic.grids import across, at, component, grid, link, road_town, run, started

pytest.importorskip("uxsim", reason="the traffic engine is not installed")

SIZE = 5
DURATION_S = 3600.0


@pytest.fixture
def busy(tmp_path: Path) -> City:
    """A grid in the rush hour, loaded near capacity, with a signal in the middle that a centre commands."""
    nodes, links = grid(SIZE)
    parts = [component("signal-mid", "signal"), component("server", "server")]
    ties = [link("road", "road-node-n22", "signal-mid"), link("control", "server", "signal-mid")]
    return road_town(tmp_path, nodes, links, across(SIZE, 6000), parts, ties)


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
            # Two changes of phase of 6 s in a cycle of 90 s are green for nobody.
            capacity_out=ln.capacity_veh_s * ln.lanes * (1 - 12 / 90 if ln.end == "n22" else 1),
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
    assert counts.entered(traffic.engine).tolist() == [ln.cum_arrival[-1] for ln in alone.LINKS]
    assert counts.left(traffic.engine).tolist() == [ln.cum_departure[-1] for ln in alone.LINKS]
    assert counts.arrived(traffic.engine) == alone.analyzer.trip_completed > 4000
    assert counts.arrived(traffic.engine) < alone.analyzer.trip_all, "some are still on their way: the roads are loaded"


def trace(world: Runtime, traffic: Traffic) -> tuple[list[float], ...]:
    engine = traffic.engine
    return tuple(
        a.tolist() for a in (counts.entered(engine), counts.left(engine), engine.vehicles, engine.travel_time_s)
    )


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
    entered = counts.entered(traffic.engine)[closed]
    assert entered > 0
    closed_time = world.travel.time_s("road-node-n12", "road-node-n22")
    assert open_time is not None and closed_time is not None
    assert closed_time > 2 * open_time, "three blocks instead of one"
    run(world)
    assert counts.entered(traffic.engine)[closed] == entered
    assert world.quantities.value("road-12-22", "vehicles") == 0
    travellers = traffic.engine.travellers
    assert counts.arrived(traffic.engine) == travellers.set_out > 0.9 * travellers.wanted, "all find another way"


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


@pytest.mark.parametrize(
    ("length_m", "lanes", "platoon", "lumped"), [(24, 1, 5, 1), (25, 1, 5, 0), (13, 2, 5, 0), (4, 1, 1, 0)]
)
def test_roads_that_hold_less_than_a_platoon_are_counted(
    length_m: float, lanes: int, platoon: int, lumped: int
) -> None:
    """A standing car takes 5 m of a lane (UXsim's jam density); single cars are lumped nowhere."""
    model = SimpleNamespace(length_m=np.array([length_m, 300.0]), lanes=np.array([lanes, 1]))
    engine = SimpleNamespace(_model=model, platoon=platoon)
    assert Engine.lumped.fget(engine) == lumped  # type: ignore[attr-defined]
