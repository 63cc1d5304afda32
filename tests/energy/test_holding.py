"""Power plants that hold their voltage, against pandapower: a second engine, with generators as PV nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.city.power_file import read_power_file
from simulator.contracts.ticks import to_ticks
from simulator.domains.energy.build import build_grid
from simulator.domains.energy.engine import Solver, load_dataset
from simulator.domains.energy.state import GridState
from tests.energy.support import chain, oberrhein, quiet, run, town, written
from tests.energy.test_agreement import difference, other

PUBLISHED = ("case9", "case14", "case30", "case39", "case57", "case118")
CLOSE_PU = 1e-4
HOUR = to_ticks(3600)


def solved(net: Any, path: Path, limits: bool) -> tuple[GridState, Solver, dict[int, float]]:
    """The net as the domain has it, and its voltages in p.u. by pandapower's bus index."""
    read = read_power_file(written(net, path))
    data = load_dataset(read.dataset)
    grid = build_grid(read, data, town(path))
    state, solver = GridState(grid), Solver(grid, data, read.frequency_hz, limits)
    flow = solver.solve(state.inputs())
    assert not flow.approximate
    return state, solver, by_bus(state, flow.voltage_pu)


def by_bus(state: GridState, voltage: Any) -> dict[int, float]:
    ids = (int(name.removeprefix("bus-")) for name in state.grid.bus_ids)
    return {i: float(u) if u > 0 else float("nan") for i, u in zip(ids, voltage, strict=True)}


@pytest.mark.parametrize("limits", [True, False])
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_cases_agree_with_pandapower(name: str, limits: bool, tmp_path: Path) -> None:
    """Every bus within 1e-4 p.u. of `runpp`, `enforce_q_lims` the same on both sides (3e-6 was seen)."""
    import pandapower.networks

    net = getattr(pandapower.networks, name)()
    _, _, ours = solved(net, tmp_path / "power.json", limits)
    assert difference(ours, other(net, enforce_q_lims=limits, init="dc")) < CLOSE_PU


@pytest.mark.parametrize(("name", "limits"), [("case145", True), ("case145", False), ("case300", False)])
def test_heavily_loaded_cases_are_solved_from_the_angles_of_their_transformers(
    name: str, limits: bool, tmp_path: Path
) -> None:
    """A linearised flow is no start for them: case145 has plants of 57 GW and reactances below zero. With limits
    case300 has no solution in pandapower either."""
    import pandapower.networks

    net = getattr(pandapower.networks, name)()
    _, _, ours = solved(net, tmp_path / "power.json", limits)
    assert difference(ours, other(net, enforce_q_lims=limits, init="dc")) < CLOSE_PU


@pytest.mark.parametrize(("name", "bound"), [("case39", 1), ("case118", 6)])
def test_limits_bind_where_pandapower_says_so(name: str, bound: int, tmp_path: Path) -> None:
    """What the comparison above would not show: that limits matter in these cases at all."""
    import pandapower.networks

    net = getattr(pandapower.networks, name)()
    _, _, free = solved(net, tmp_path / "free.json", False)
    _, _, kept = solved(net, tmp_path / "kept.json", True)
    other(net, enforce_q_lims=True, init="dc")
    at = np.isclose(net.res_gen.q_mvar, net.gen.max_q_mvar) | np.isclose(net.res_gen.q_mvar, net.gen.min_q_mvar)
    assert at.sum() == bound
    assert difference(free, kept) > CLOSE_PU


def test_lines_out_one_after_the_other_agree(tmp_path: Path) -> None:
    """The angles of the flow before are only where the next one starts: no state is carried from outage to outage."""
    import pandapower.networks

    net = pandapower.networks.case118()
    state, solver, _ = solved(net, tmp_path / "power.json", True)
    for line in (0, 40, 120):
        state.set_fault(f"line-{line}", "line-trip", 0)
        net.line.at[line, "in_service"] = False
        ours = by_bus(state, solver.solve(state.inputs()).voltage_pu)
        assert difference(ours, other(net, enforce_q_lims=True, init="dc")) < CLOSE_PU
        state.set_fault(f"line-{line}", "line-trip", None)
        net.line.at[line, "in_service"] = True


def test_several_generators_at_one_bus_behind_a_tie_and_at_the_infeed(tmp_path: Path) -> None:
    import pandapower as pp

    net = chain([1.0, 0.5, 2.0])
    other_bar = pp.create_bus(net, 20.0, geodata=(7.81, 48.4))
    pp.create_switch(net, 3, other_bar, et="b", closed=True)
    for bus, power in ((3, 0.3), (3, 0.2), (other_bar, 0.4), (0, 1.0)):
        pp.create_gen(net, bus, p_mw=power, vm_pu=1.01 if bus else 1.0, min_q_mvar=-3.0, max_q_mvar=3.0)
    _, _, ours = solved(net, tmp_path / "power.json", True)
    assert difference(ours, other(net, enforce_q_lims=True)) < CLOSE_PU


def test_a_plant_out_holds_no_voltage_and_a_plant_alone_lights_nothing(tmp_path: Path) -> None:
    """No plant holds an island alone (assumption): what has lost its infeed is dark though a plant stands in it."""
    import pandapower as pp

    net = chain([1.0, 0.5, 2.0])
    pp.create_gen(net, 4, p_mw=1.5, vm_pu=1.03, min_q_mvar=-20.0, max_q_mvar=20.0)
    state, solver, ours = solved(net, tmp_path / "power.json", True)
    assert ours[4] == pytest.approx(1.03, abs=1e-6)
    state.set_fault("power-plant-0", "plant-out", 0)
    net.gen["in_service"] = False
    assert difference(by_bus(state, solver.solve(state.inputs()).voltage_pu), other(net)) < CLOSE_PU
    state.set_fault("power-plant-0", "plant-out", None)
    state.set_fault("line-1", "line-trip", 0)
    dark = solver.solve(state.inputs()).voltage_pu
    assert dark[3] == dark[4] == 0.0 < dark[2]


def test_oberrhein_with_a_generator_agrees(tmp_path: Path) -> None:
    import pandapower as pp

    net = oberrhein()
    net.sgen["in_service"] = False
    bus = int(net.load["bus"].iloc[-1])
    pp.create_gen(net, bus, p_mw=2.0, vm_pu=1.0, min_q_mvar=-1.0, max_q_mvar=0.5)
    _, _, ours = solved(net, tmp_path / "power.json", True)
    assert difference(ours, other(net, enforce_q_lims=True)) < CLOSE_PU


def test_plants_follow_the_load_of_the_day(tmp_path: Path) -> None:
    """So the infeed need not take back what they feed too much: every hour of a day has a solution, as in pandapower.

    A file is a dispatch at its load: both are scaled alike here and there.
    """
    import pandapower.networks

    net = quiet(pandapower.networks.case57)
    runtime, domain = run(town(written(net, tmp_path / "power.json")), hours=24.0)
    for hour in range(0, 25, 4):
        runtime.clock.run_until(hour * HOUR)
        assert not domain.readout._diverged
        net.load["scaling"] = net.gen["scaling"] = domain.state.load_factor[0]  # the same for all
        ours = by_bus(domain.state, domain.readout.voltage)
        assert difference(ours, other(net, enforce_q_lims=True, init="dc")) < CLOSE_PU


def test_a_file_with_one_generator_is_read_as_pandapower_reads_it(tmp_path: Path) -> None:
    """Its voltage control used to be left out: the last bus stood at 0.997 where `runpp` has 1.013 p.u."""
    import pandapower as pp

    net = pp.create_empty_network()
    high = pp.create_bus(net, 110.0, geodata=(10.0, 51.0))
    a, b, c = (pp.create_bus(net, 20.0, geodata=(10.01 + i / 100, 51.0)) for i in range(3))
    low = pp.create_bus(net, 0.4, geodata=(10.04, 51.01))
    pp.create_ext_grid(net, high)
    pp.create_transformer(net, high, a, "25 MVA 110/20 kV")
    pp.create_line_from_parameters(net, a, b, 5.0, 0.2, 0.12, 250.0, 0.3)
    pp.create_line_from_parameters(net, b, c, 5.0, 0.2, 0.12, 250.0, 0.3)
    pp.create_transformer(net, c, low, "0.63 MVA 20/0.4 kV")
    pp.create_load(net, b, 3.0, 1.0)
    pp.create_load(net, low, 0.4, 0.1)
    pp.create_gen(net, c, p_mw=2.0, vm_pu=1.03)
    net.trafo["shift_degree"] = 0.0
    _, _, ours = solved(net, tmp_path / "power.json", True)
    assert ours[c] == pytest.approx(1.03, abs=1e-6)
    assert difference(ours, other(net)) < CLOSE_PU
