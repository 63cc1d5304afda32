"""Connected parts, and islands that a battery carries until it is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.component import Component
from simulator.contracts.event import EventKind
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling import Runtime
from simulator.domains.energy.demand import Demand
from simulator.domains.energy.islands import connected, enough
from simulator.domains.energy.process import EnergyDomain
from simulator.domains.energy.weather import ordinary_c
from tests.energy.support import WINTER_EVENING, Rated, chain, component, run, town, written

NIGHT = datetime(2026, 1, 20, 0, 0)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_connected_parts_are_those_of_networkx(count: int, pairs: list[tuple[int, int]]) -> None:
    import networkx as nx

    edges = [(a % count, b % count) for a, b in pairs]
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges)
    a, b = (np.array([edge[i] for edge in edges], dtype=np.int64) for i in (0, 1))
    label = connected(count, a, b)
    expected = {frozenset(part) for part in nx.connected_components(graph)}
    assert {frozenset(np.flatnonzero(label == part).tolist()) for part in np.unique(label)} == expected


def test_enough() -> None:
    load = np.array([5.0, 3.0, 2.0])
    order = np.array([0, 1, 2])
    assert enough(order, load, 0.0).tolist() == []
    assert enough(order, load, 5.0).tolist() == [0]
    assert enough(order, load, 5.1).tolist() == [0, 1]
    assert enough(order, load, 99.0).tolist() == [0, 1, 2]


def battery(bus: str, rated_w: float, energy_j: float, **given: float | bool) -> list[Component]:
    return [component("store", "battery", bus=bus, rated_w=rated_w, energy_j=energy_j, **given)]


def island(
    tmp_path: Path,
    loads: list[float],
    store: list[Component],
    start_at: datetime = WINTER_EVENING,
    hours: float = 24.0,
    priorities: Mapping[str, float] | None = None,
) -> tuple[Runtime, EnergyDomain]:
    file = written(chain(loads), tmp_path / "p.json")
    demand = Rated if start_at is WINTER_EVENING else Demand
    return run(town(file, store, priorities=priorities), start_at, hours, demand=demand)


def test_a_battery_carries_its_island_for_energy_over_power(tmp_path: Path) -> None:
    """Behind line 1: one load of 0.2 MW. Charge runs down with its energy: the integral of load over time."""
    energy = 0.4 * 3.6e9
    store = battery("bus-3", 1e6, energy / 0.8)
    runtime, domain = island(tmp_path, [0.3, 0.2], store, start_at=NIGHT, hours=12)

    def load_factor(when: datetime) -> float:
        return float(domain._demand.factor(when, ordinary_c(when))[-1])

    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(1000)
    assert runtime.quantities.value("bus-3", "energised") == 1.0
    assert runtime.quantities.value("store", "power_w") == pytest.approx(0.2e6 * load_factor(NIGHT), rel=1e-3)
    runtime.clock.run_until(to_ticks(12 * 3600))
    modes = [e for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == "store"]
    assert [(e.before, e.after) for e in modes] == [("standby", "island"), ("island", "empty")]
    used, at = 0.0, 0.0
    while True:
        step = 0.2e6 * load_factor(datetime(2026, 1, 20, int(at // 3600), int(at % 3600 // 60)))
        if used + step * 900 >= energy:
            break
        used, at = used + step * 900, at + 900
    assert to_s(modes[1].at) == pytest.approx(at + (energy - used) / step, rel=2e-3)
    assert runtime.quantities.value("store", "charge_j") == 0.0
    assert runtime.quantities.value("bus-3", "energised") == 0.0
    dead = next(
        e for e in runtime.log.events if e.code == "energy.buses-dead" and str(e.params["buses"]).startswith("bus-3")
    )
    assert dead.cause is not None and runtime.log.events[dead.cause].subject == "store"
    assert runtime.log.trace(dead.id)[0].kind is EventKind.FAULT


def test_an_island_sheds_by_priority_and_never_exceeds_the_rating(tmp_path: Path) -> None:
    """Rated 0.52 MW against 0.3 + 0.3 + 0.2 + 0.1 MW: both buses of priority 3 go, 2 and 1 stay."""
    priorities = {"bus-3": 1.0, "bus-4": 3.0, "bus-5": 2.0, "bus-6": 3.0}
    store = battery("bus-3", 0.52e6, 1e10)
    runtime, domain = island(tmp_path, [0.1, 0.3, 0.3, 0.2, 0.1], store, priorities=priorities)
    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(1000)
    shed = [name for name, out in zip(domain.state.grid.bus_ids, domain.state.shed, strict=True) if out]
    assert shed == ["bus-4", "bus-6"]
    assert 0 < runtime.quantities.value("store", "power_w") <= 0.52e6
    assert not domain.readout.up[domain.state.grid.bus_at["bus-4"]]  # type: ignore[index]
    runtime.faults.clear("line-1", "line-trip", "test")
    runtime.clock.run_until(2000)
    assert not domain.state.shed.any()
    assert domain.readout.up.all()  # type: ignore[union-attr]


def test_losses_count_against_the_rating_too(tmp_path: Path) -> None:
    """The loads alone fit by a hair, but not with the losses on the way to them."""
    import pandapower as pp

    net = chain([0.1, 0.1])
    far = pp.create_bus(net, 20.0, geodata=(7.9, 48.4))
    pp.create_line_from_parameters(net, 3, far, 40.0, 0.5, 0.3, 0.0, 0.3)
    pp.create_load(net, far, 3.0)
    file = written(net, tmp_path / "p.json")
    runtime, domain = run(town(file, battery("bus-3", 3.1001e6, 1e11)), demand=Rated)
    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(1000)
    assert runtime.quantities.value("store", "power_w") <= 3.1001e6 * (1 + 1e-6)
    assert domain.state.shed.sum() == 1


@pytest.mark.parametrize("why", ["battery-loss", "not forming", "empty"])
def test_an_island_is_dark_without_a_battery_that_can(tmp_path: Path, why: str) -> None:
    given = {"not forming": {"grid_forming": False}, "empty": {"initial_share": 0.0}}.get(why, {})
    runtime, _ = island(tmp_path, [0.3, 0.2], battery("bus-3", 1e6, 1e10, **given))
    if why == "battery-loss":
        runtime.faults.apply("store", "battery-loss", "test", {})
    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(1000)
    assert runtime.quantities.value("bus-3", "energised") == 0.0


def test_after_the_island_the_battery_is_charged_again_as_it_was(tmp_path: Path) -> None:
    runtime, _domain = island(tmp_path, [0.3, 0.2], battery("bus-3", 1e6, 3.6e9), start_at=NIGHT, hours=20)
    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(to_ticks(3600))
    low = runtime.quantities.value("store", "charge_j")
    assert low < 0.8 * 3.6e9
    runtime.faults.clear("line-1", "line-trip", "test")
    runtime.clock.run_until(to_ticks(3660))
    assert runtime.quantities.value("store", "power_w") == pytest.approx(-0.25e6)
    runtime.clock.run_until(to_ticks(20 * 3600))
    assert runtime.quantities.value("store", "charge_j") == pytest.approx(0.8 * 3.6e9, abs=500.0)
    assert runtime.quantities.value("store", "power_w") == 0.0


def test_plants_of_an_island_are_held_back_when_the_battery_is_full(tmp_path: Path) -> None:
    import pandapower as pp

    net = chain([0.3, 0.2])
    pp.create_sgen(net, 3, 2.0, type="PV")
    store = battery("bus-3", 0.4e6, 3.6e8, initial_share=1.0)
    runtime, _domain = run(town(written(net, tmp_path / "p.json"), store), datetime(2026, 6, 21, 12, 0), hours=2)
    assert runtime.quantities.value("pv-0", "power_w") > 1e6
    runtime.faults.apply("line-1", "line-trip", "test", {})
    runtime.clock.run_until(to_ticks(1800))
    assert runtime.quantities.value("bus-3", "energised") == 1.0
    assert abs(runtime.quantities.value("store", "power_w")) < 2e3
    assert runtime.quantities.value("store", "charge_j") == pytest.approx(3.6e8, rel=0.02)


@pytest.mark.parametrize("store", [None, False, True])
def test_inverters_feed_no_dead_part_but_an_island_that_something_holds(tmp_path: Path, store: bool | None) -> None:
    """VDE-AR-N 4105: without voltage from elsewhere an inverter disconnects, though the sun would carry the load. So a
    part that is cut off at noon is dead without a battery, and with one that holds no voltage; with one that does it
    lives, and what the sun and the battery give is what is taken, to the losses of a short line (energy balance).
    """
    import pandapower as pp

    net = chain([0.3, 0.2])
    pp.create_sgen(net, 3, 0.2, type="PV")
    parts = [] if store is None else battery("bus-3", 0.4e6, 3.6e9, grid_forming=store)
    runtime, _domain = run(town(written(net, tmp_path / "p.json"), parts), datetime(2026, 6, 21, 12, 0), hours=5)
    value = runtime.quantities.value
    assert value("pv-0", "power_w") > 0.5 * value("bus-3", "load_w") > 0
    runtime.faults.apply("line-1", "line-trip", "digger", {})
    begin = value("store", "charge_j") if store else 0.0
    sun = taken = 0.0
    for step in range(1, 4 * 60):
        runtime.clock.run_until(to_ticks(60 * step))
        assert value("bus-3", "energised") == (1.0 if store else 0.0)
        if not store:
            assert value("pv-0", "power_w") == 0.0
        sun, taken = sun + 60 * value("pv-0", "power_w"), taken + 60 * value("bus-3", "load_w")
    if store:
        given = begin - value("store", "charge_j")
        print(f"island over 4 h: {sun:.4g} J of sun, {given:.4g} J of the battery, {taken:.4g} J taken")
        assert sun + given == pytest.approx(taken, rel=0.01)
    runtime.faults.clear("line-1", "line-trip", "digger")
    runtime.clock.run_until(to_ticks(4 * 3600 + 1300))
    assert value("pv-0", "power_w") > 0.0, "it comes back a minute after its part does"
