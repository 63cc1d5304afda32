"""Signals, access, rescue and travel times as the rest of the town sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.city.road_file import RoadNode, Trips
from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import LinkKind
from simulator.contracts.problem import BadInput
from simulator.coupling import Runtime
from simulator.domains.traffic.model import build_model, two_phases
from tests.traffic import counts
from tests.traffic.grids import across, at, component, grid, link, read_roads, road, road_town, run, started

pytest.importorskip("uxsim", reason="the traffic engine is not installed")

BLOCK_S = 300 / (50 / 3.6)


def modes(world: Runtime) -> list[tuple[float, str | None, str | None]]:
    return [(e.at / 1000, e.before, e.after) for e in world.log.events if e.kind is EventKind.MODE]


def test_a_signal_falls_from_central_to_local_to_dark_to_police_and_back(tmp_path: Path) -> None:
    nodes, links = grid(3)
    parts = [
        component("signal-a", "signal", police=True, police_s=600.0),
        component("server-a", "server"),
        component("feed", "server"),
    ]
    ties = [
        link("road", "road-node-n11", "signal-a"),
        link("control", "server-a", "signal-a"),
        link("power", "feed", "signal-a", autonomy_s=120.0),
    ]
    world, _ = started(road_town(tmp_path, nodes, links, (), parts, ties), 3600)
    at(world, 60, lambda: world.faults.apply("server-a", "node-out", "x", {}))
    at(world, 300, lambda: world.faults.apply("feed", "node-out", "x", {}))
    at(world, 1800, lambda: world.faults.clear("feed", "node-out", "x"))
    at(world, 2400, lambda: world.faults.clear("server-a", "node-out", "x"))
    run(world)
    assert modes(world) == [
        (60.0, "central", "local"),
        (420.0, "local", "dark"),
        (1020.0, "dark", "police"),
        (1800.0, "police", "local"),
        (2400.0, "local", "central"),
    ]
    dark = next(e for e in world.log.events if e.after == "dark")
    chain = [(e.kind, e.subject) for e in world.log.trace(dark.id)]
    assert chain[0] == (EventKind.FAULT, "feed")
    assert (EventKind.AUTONOMY_USED, "signal-a") in chain


def test_police_do_not_come_for_a_signal_that_is_back(tmp_path: Path) -> None:
    nodes, links = grid(3)
    signal = component("signal-a", "signal", police=True, police_s=600.0)
    city = road_town(tmp_path, nodes, links, (), [signal], [link("road", "road-node-n11", "signal-a")])
    world, _ = started(city, 3600)
    for begin, end in ((0, 300), (400, 900)):
        at(world, begin, lambda: world.faults.apply("signal-a", "signal-dark", "x", {}))
        at(world, end, lambda: world.faults.clear("signal-a", "signal-dark", "x"))
    run(world)
    assert [after for _, _, after in modes(world)] == ["dark", "local", "dark", "local"]


def test_opposite_approaches_are_green_together(tmp_path: Path) -> None:
    nodes, links = grid(3)
    city = road_town(tmp_path, nodes, links)
    assert city.road_files is not None
    model = build_model(city, read_roads(city.road_files))
    programme = two_phases(model, model.node_index["road-node-n11"], 90.0)
    groups = {model.roads[r]: g for r, g in zip(programme.approaches, programme.groups, strict=True)}
    assert groups["road-01-11"] == groups["road-21-11"] != groups["road-10-11"] == groups["road-12-11"]
    assert programme.greens_s == (45.0, 45.0)
    # Four approaches of 0.5 veh/s, each green for half the time, of which two changes of 6 s in 90 s are lost.
    assert programme.capacity_veh_s == pytest.approx(1 - 12 / 90)


def test_signals_without_a_place_are_refused_all_at_once(tmp_path: Path) -> None:
    nodes, links = grid(2)
    parts = [component(name, "signal") for name in ("lost", "first", "second")]
    ties = [link("road", "road-node-n00", "first"), link("road", "road-node-n00", "second")]
    with pytest.raises(BadInput) as refused:
        started(road_town(tmp_path, nodes, links, (), parts, ties), 600)
    assert [problem.field for problem in refused.value.problems] == ["lost", "second"]


def test_travel_times_follow_closures_and_end_where_no_road_leads(tmp_path: Path) -> None:
    nodes, links = grid(2)
    nodes.append(RoadNode("island", 9000, 9000))
    links.append(road("out", "island", "n00"))
    world, _ = started(road_town(tmp_path, nodes, links), 600)
    a, b, island = "road-node-n00", "road-node-n10", "road-node-island"
    assert world.travel.time_s(a, a) == 0.0
    assert world.travel.time_s(a, b) == pytest.approx(BLOCK_S)
    assert world.travel.time_s(island, b) == pytest.approx(2 * BLOCK_S)
    assert world.travel.time_s(a, island) is None
    world.faults.apply("road-00-10", "road-closed", "x", {})
    run(world, 0)
    assert world.travel.time_s(a, b) == pytest.approx(3 * BLOCK_S)
    world.faults.apply("road-11-10", "road-closed", "x", {})
    run(world, 1)
    assert world.travel.time_s(a, b) is None
    assert world.travel.time_s(b, a) == pytest.approx(BLOCK_S)
    world.faults.clear("road-00-10", "road-closed", "x")
    run(world, 2)
    assert world.travel.time_s(a, b) == pytest.approx(BLOCK_S)


def test_a_road_node_gives_access_until_its_last_road_in_is_closed(tmp_path: Path) -> None:
    nodes, links = grid(2)
    parts, ties = [component("depot-a", "depot")], [link("road", "road-node-n11", "depot-a")]
    world, _ = started(road_town(tmp_path, nodes, links, (), parts, ties), 600)
    tie = ties[0].id
    world.faults.apply("road-01-11", "road-closed", "x", {})
    run(world, 0)
    assert world.supply.link_up(tie)
    last = world.faults.apply("road-10-11", "road-closed", "x", {})
    run(world, 1)
    assert not world.supply.link_up(tie)
    assert world.travel.time_s("road-node-n00", "depot-a") is None
    down = next(e for e in world.log.events if e.kind is EventKind.LINK_DOWN)
    assert world.log.trace(down.id)[0].id == last
    world.faults.clear("road-01-11", "road-closed", "x")
    run(world, 2)
    assert world.supply.mains("depot-a", LinkKind("road"))


def test_the_travel_time_index_rises_with_dark_signals_and_says_why(tmp_path: Path) -> None:
    nodes, links = grid(4)
    inner = [f"n{i}{j}" for i in (1, 2) for j in (1, 2)]
    signals = [component(f"signal-{name}", "signal") for name in inner]
    ties = [link("road", f"road-node-{name}", f"signal-{name}") for name in inner]
    level = ServiceLevel("flow", "travel-time-index", "city", 1.5, 1000, basis="travel-time-index")
    city = road_town(tmp_path, nodes, links, across(4, 7000), signals, ties, [level])
    world, _ = started(city, 3600)
    for name in inner:
        at(world, 900, lambda name=name: world.faults.apply(f"signal-{name}", "signal-dark", "x", {}))
    run(world)
    calm, _ = started(city, 3600)
    run(calm)
    course, undisturbed = (each.levels.courses()["flow"] for each in (world, calm))
    assert course.value_at(900_000) == undisturbed.value_at(900_000) < 1.5
    assert course.values.max() > undisturbed.values.max() + 0.5
    low = next(e for e in world.log.events if e.kind is EventKind.LEVEL_LOW)
    assert world.log.trace(low.id)[0].kind is EventKind.FAULT


def test_a_narrowed_road_passes_its_share(tmp_path: Path) -> None:
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 1000, 0), RoadNode("c", 2000, 0)]
    links = [road("ab", "a", "b", 1000.0), road("bc", "b", "c", 1000.0)]
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17 * 3600.0, 18 * 3600.0, 1500)])
    world, traffic = started(city, 3600)
    world.faults.apply("road-bc", "road-narrowed", "x", {"capacity_share": 0.5})
    world.faults.apply("road-bc", "road-narrowed", "y", {"capacity_share": 0.2})
    entered = {}
    for seconds in (600, 1800, 2100, 3300):
        run(world, seconds)
        entered[seconds] = counts.entered(traffic.engine)[1]
        if seconds == 1800:
            world.faults.clear("road-bc", "road-narrowed", "y")
    # 0.5 veh/s by 1,200 s, times the smallest share in force.
    assert entered[1800] - entered[600] == pytest.approx(0.2 * 600, abs=traffic.trips.size)
    assert entered[3300] - entered[2100] == pytest.approx(0.5 * 600, abs=traffic.trips.size)


@pytest.mark.parametrize(("share", "full"), [(0.2, 1.0), (0.95, 0.0)])
def test_a_narrowed_road_is_saturated_only_where_more_want_to_pass(tmp_path: Path, share: float, full: float) -> None:
    """1,500 an hour come, and 0.5 veh/s would pass: 360 or 1,710 an hour."""
    nodes = [RoadNode("a", 0, 0), RoadNode("b", 1000, 0), RoadNode("c", 2000, 0)]
    links = [road("ab", "a", "b", 1000.0), road("bc", "b", "c", 1000.0)]
    city = road_town(tmp_path, nodes, links, [Trips("a", "c", 17 * 3600.0, 18 * 3600.0, 1500)])
    world, _ = started(city, 3600)
    run(world, 1800)
    assert world.quantities.value("road-bc", "saturated") == 0.0
    world.faults.apply("road-bc", "road-narrowed", "x", {"capacity_share": share})
    run(world, 3000)
    assert world.quantities.value("road-bc", "saturated") == full
    assert world.quantities.value("road-ab", "saturated") == 0.0
    world.faults.clear("road-bc", "road-narrowed", "x")
    assert world.quantities.value("road-bc", "saturated") == 0.0


def test_a_signal_that_goes_by_its_programme_holds_nobody_up(tmp_path: Path) -> None:
    nodes, links = grid(3)
    tie = link("road", "road-node-n11", "signal-a")
    world, _ = started(
        road_town(tmp_path, nodes, links, across(3, 3000), [component("signal-a", "signal")], [tie]), 2400
    )
    run(world, 1200)
    held = lambda: world.quantities.value("signal-a", "held_up_veh")  # noqa: E731
    assert world.quantities.value("signal-a", "queue_veh") > 0
    assert held() == 0.0
    world.faults.apply("signal-a", "signal-dark", "x", {})
    run(world, 1500)
    assert held() == world.quantities.value("signal-a", "queue_veh") > 0


SCRIPT = """
import hashlib, sys
from pathlib import Path
from tests.traffic import counts
from tests.traffic.grids import across, at, component, grid, link, road_town, run, started

nodes, links = grid(4)
tie = link("road", "road-node-n11", "signal-a")
city = road_town(Path(sys.argv[1]), nodes, links, across(4, 4000), [component("signal-a", "signal")], [tie])
world, traffic = started(city, 2400)
at(world, 600, lambda: world.faults.apply("signal-a", "signal-dark", "x", {}))
at(world, 900, lambda: world.faults.apply("road-11-21", "road-closed", "x", {}))
run(world)
state = [counts.entered(traffic.engine).tolist(), traffic.engine.travel_time_s.tolist(), str(world.log.events)]
print(hashlib.sha256(str(state).encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_run_under_any_hash_seed(tmp_path: Path) -> None:
    digests = set()
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / hash_seed)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert digests != {""}


def test_a_platoon_that_is_longer_than_a_road_is_said(tmp_path: Path) -> None:
    """Five cars move together and need 25 m."""
    nodes, links = grid(2)
    short = [*links, road("short", "n00", "n11", 20.0)]
    world, _ = started(road_town(tmp_path, nodes, short, across(2, 40.0)), 60.0)
    (said,) = [event for event in world.log.events if event.code == "traffic.lumped"]
    assert (said.value, said.params) == (1.0, {"platoon": 5})
