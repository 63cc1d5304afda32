"""Failed controllers and surges of traffic; and that no order of faults leaves anything behind."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.city.road_file import RoadNode, Trips
from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.domains.traffic.process import Traffic
from simulator.lifelines import start as start_lifelines
from tests.traffic import counts
from tests.traffic.grids import across, component, grid, link, road, road_town, run, started

pytest.importorskip("uxsim", reason="the traffic engine is not installed")

RUSH = 17 * 3600.0


def crossing(folder: Path, main: float, minor: float = 0.0) -> City:
    """A street of two lanes from west to east crosses one of one lane from south to north; so many cars an hour."""
    nodes = [RoadNode("w", 0, 0), RoadNode("x", 500, 0), RoadNode("e", 1000, 0), RoadNode("s", 500, -500)]
    nodes.append(RoadNode("n", 500, 500))
    links = [road("wx", "w", "x", 500.0, 2), road("xe", "x", "e", 500.0, 2)]
    links += [road("sx", "s", "x", 500.0), road("xn", "x", "n", 500.0)]
    trips = [Trips("w", "e", RUSH, RUSH + 3600, main)] + ([Trips("s", "n", RUSH, RUSH + 3600, minor)] if minor else [])
    parts = [component("signal-x", "signal"), component("centre", "traffic-control-centre")]
    ties = [link("road", "road-node-x", "signal-x"), link("control", "centre", "signal-x")]
    return road_town(folder, nodes, links, trips, parts, ties)


def passed(world: Runtime, traffic: Traffic, road_name: str, from_s: float, to_s: float) -> float:
    """Vehicles a second that leave a road between two moments at which the roads are looked at (every 300 s)."""
    at = traffic.model.road_index[f"road-{road_name}"]
    run(world, from_s)
    before = float(counts.left(traffic.engine)[at])
    run(world, to_s)
    return (float(counts.left(traffic.engine)[at]) - before) / (to_s - from_s)


def test_fixed_greens_do_not_follow_what_the_roads_carry(tmp_path: Path) -> None:
    """Saturated, the main road passes its capacity of 1 veh/s times its share of green: two thirds, then a half.

    To within one step of 5 s in a phase of 45 s, in which UXsim counts.
    """
    world, traffic = started(crossing(tmp_path, 4000), 7200)
    assert passed(world, traffic, "wx", 600, 1500) == pytest.approx(2 / 3, rel=0.06)
    world.faults.apply("signal-x", "controller-failed", "x", {})
    assert passed(world, traffic, "wx", 1800, 2700) == pytest.approx(1 / 2, abs=5 / 90 + 0.01)
    world.faults.clear("signal-x", "controller-failed", "x")
    assert passed(world, traffic, "wx", 2700, 3600) == pytest.approx(2 / 3, rel=0.06)


def test_flashing_amber_passes_what_the_signs_let_pass(tmp_path: Path) -> None:
    """The main street goes through; beside its 800 cars an hour gaps are left for 320, beside 700 for 368 (Highway
    Capacity Manual, straight on)."""
    world, traffic = started(crossing(tmp_path, 800, 900), 7200)
    world.faults.apply("signal-x", "controller-failed", "x", {"fallback": "flashing"})
    run(world, 600)
    before = counts.left(traffic.engine)
    run(world, 3300)
    main, minor = ((counts.left(traffic.engine) - before)[[0, 2]] * 3600 / 2700).tolist()
    assert main == pytest.approx(800, rel=0.05)
    assert minor == pytest.approx(320 + (800 - main) * 0.48, rel=0.08)


def test_a_failed_controller_is_neither_commanded_nor_dark(tmp_path: Path) -> None:
    world, traffic = started(crossing(tmp_path, 100), 3600)
    lifelines = start_lifelines(world)
    assert traffic.signals.mode("signal-x") == "central"
    steps = [
        (partial(world.faults.apply, "signal-x", "controller-failed", "a", {}), "fixed"),
        (partial(world.faults.apply, "signal-x", "controller-failed", "b", {"fallback": "flashing"}), "flashing"),
        (partial(world.faults.apply, "signal-x", "signal-dark", "c", {}), "dark"),
        (partial(world.faults.clear, "signal-x", "controller-failed", "b"), "dark"),
        (partial(world.faults.clear, "signal-x", "signal-dark", "c"), "fixed"),
        (partial(world.faults.clear, "signal-x", "controller-failed", "a"), "central"),
    ]
    for i, (step, mode) in enumerate(steps, 1):
        step()
        run(world, 10.0 * i)
        assert traffic.signals.mode("signal-x") == mode
        assert (lifelines.mode("centre") == "central") is (mode == "central")
    assert world.supply.works("signal-x")


def surged(folder: Path, direction: str, clear_at: float | None = None) -> tuple[Runtime, Traffic]:
    nodes, links = grid(4)
    # Ordinary trips set out later than the run lasts, but say where people usually drive.
    city = road_town(folder, nodes, links, across(4, 200, 22 * 3600.0, 23 * 3600.0))
    world, traffic = started(city, 2 * 3600)
    run(world, 600)
    given = {"vehicles": 600.0, "over_s": 1200.0, "radius_m": 310.0, "direction": direction}
    world.faults.apply("road-node-n00", "demand-surge", "fire", given)
    if clear_at is not None:
        run(world, clear_at)
        world.faults.clear("road-node-n00", "demand-surge", "fire")
    run(world)
    return world, traffic


@pytest.mark.parametrize("direction", ["away", "towards"])
def test_a_surge_brings_so_many_cars_more_from_the_place_or_to_it(tmp_path: Path, direction: str) -> None:
    world, traffic = surged(tmp_path, direction)
    assert counts.arrived(traffic.engine) == 600
    added = counts.vehicles(traffic.engine)
    near = {"road-node-n00", "road-node-n10", "road-node-n01"}
    ends = [(car.orig.name in near, car.dest.name in near) for car in added]
    assert set(ends) == {(direction == "away", direction != "away")}
    leaves = np.array([car.departure_time_in_second for car in added])
    assert leaves.min() >= 600 - traffic.trips.size and leaves.max() < 1800 + traffic.trips.size
    assert np.median(leaves) == pytest.approx(1200, abs=120)
    assert any((e.code, e.params) == ("traffic.surge", {"cars": 600, "over_s": 1200.0}) for e in world.log.events)


def test_a_surge_that_is_over_keeps_the_others_at_home_and_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    _, first = surged(tmp_path / "a", "away", clear_at=1200)
    _, second = surged(tmp_path / "b", "away", clear_at=1200)
    assert 200 < counts.arrived(first.engine) < 400
    assert counts.left(first.engine).tolist() == counts.left(second.engine).tolist()


def test_what_a_surge_costs_is_put_down_to_it(tmp_path: Path) -> None:
    nodes, links = grid(3)
    level = ServiceLevel("flow", "travel-time-index", "city", 1.5, 1000, basis="travel-time-index")
    city = road_town(tmp_path, nodes, links, across(3, 100), levels=[level])
    world, _ = started(city, 3600)
    root = world.faults.apply(
        "road-node-n11", "demand-surge", "match", {"vehicles": 3000.0, "over_s": 900.0, "radius_m": 0.0}
    )
    run(world)
    low = next(e for e in world.log.events if e.kind is EventKind.LEVEL_LOW)
    assert world.log.trace(low.id)[0].id == root


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> City:
    nodes, links = grid(2)
    parts = [component(f"signal-{name}", "signal", police=name == "n00", police_s=300.0) for name in ("n00", "n11")]
    parts.append(component("server", "server"))
    ties = [link("road", f"road-node-{name}", f"signal-{name}") for name in ("n00", "n11")]
    ties += [link("control", "server", f"signal-{name}") for name in ("n00", "n11")]
    return road_town(tmp_path_factory.mktemp("roads"), nodes, links, across(2, 200), parts, ties)


POINTS = [("road-00-10", "road-closed"), ("road-00-10", "road-narrowed"), ("road-10-11", "road-closed")]
POINTS += [(f"signal-{n}", f) for n in ("n00", "n11") for f in ("signal-dark", "controller-failed")]
POINTS += [("road-node-n00", "demand-surge")]
TURNS = st.lists(
    st.tuples(st.sampled_from(POINTS), st.integers(0, 1500), st.integers(1, 1500), st.booleans()), max_size=8
)


@settings(max_examples=15, deadline=None)
@given(turns=TURNS)
def test_faults_in_any_overlapping_order_leave_the_roads_as_they_were(
    small: City, turns: list[tuple[tuple[str, str], int, int, bool]]
) -> None:
    world, traffic = started(small, 4 * 3600)
    speeds = [road.free_flow_speed for road in traffic.engine._world.LINKS]
    for n, ((target, fault), at_s, for_s, flag) in enumerate(turns):
        given_here: dict[str, float | str] = {"vehicles": 50.0} if fault == "demand-surge" else {}
        if fault == "controller-failed":
            given_here = {"fallback": "flashing" if flag else "fixed"}
        world.clock.at(to_ticks(at_s), "on", partial(world.faults.apply, target, fault, f"{n}", given_here))
        world.clock.at(to_ticks(at_s + for_s), "off", partial(world.faults.clear, target, fault, f"{n}"))
    run(world)
    engine = traffic.engine
    assert {traffic.signals.mode(f"signal-{n}") for n in ("n00", "n11")} == {"central"}
    assert not traffic.signals.disturbed and not engine._applied_passing and not engine.waiting
    assert engine.share.tolist() == [1.0] * len(traffic.model.roads)
    assert [road.free_flow_speed for road in engine._world.LINKS] == speeds
    assert [(road.capacity_in, road.capacity_out) for road in engine._world.LINKS] == list(
        zip(engine._entering, engine._leaving, strict=True)
    )
    assert engine.vehicles.sum() == 0, "somebody never arrives"
    engine.close()
