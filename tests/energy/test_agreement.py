"""Power flow against pandapower, a second engine that shares no code with ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.city.importers.pandapower_rows import INFEED_SK_VA
from simulator.city.power_file import read_power_file
from simulator.domains.energy.build import build_grid
from simulator.domains.energy.engine import Solver, load_dataset
from simulator.domains.energy.state import GridState
from tests.energy.support import cases, chain, oberrhein, quiet, town, written

TIGHT = 1e-6


class Side:
    """Our side of a comparison: the grid of a file, as the domain builds it, at its rated load and given plants."""

    def __init__(self, file: Path) -> None:
        read = read_power_file(file)
        data = load_dataset(read.dataset)
        self.grid = build_grid(read, data, town(file))
        self.state = GridState(self.grid)
        self.solver = Solver(self.grid, data, read.frequency_hz)
        self.plants_w = self.grid.gen_w.copy()

    def voltage(self) -> dict[int, float]:
        """Voltage in p.u. by pandapower's bus index, NaN where dead; plants feed what the file says."""
        inputs = self.state.inputs()
        inputs.gen_w[:] = self.plants_w
        flow = self.solver.solve(inputs)
        assert not flow.approximate
        ids = (int(name.removeprefix("bus-")) for name in self.grid.bus_ids)
        return {i: float(u) if u > 0 else float("nan") for i, u in zip(ids, flow.voltage_pu, strict=True)}


def other(net: Any, **options: Any) -> dict[int, float]:
    import pandapower

    given = {"trafo_model": "pi", "tolerance_mva": 1e-9, "numba": False} | options
    quiet(pandapower.runpp, net, **given)
    return {int(i): float(u) for i, u in net.res_bus.vm_pu.items()}


def difference(ours: dict[int, float], theirs: dict[int, float]) -> float:
    a = np.array([ours[i] for i in ours])
    b = np.array([theirs[i] for i in ours])
    assert (np.isnan(a) == np.isnan(b)).all(), "not the same buses are dead"
    return float(np.nanmax(np.abs(a - b)))


def with_voltage_dependence(net: Any) -> Any:
    for column, percent in (("const_z_p", 30.0), ("const_z_q", 40.0), ("const_i_p", 20.0), ("const_i_q", 10.0)):
        net.load[f"{column}_percent"] = percent
    return net


@pytest.mark.parametrize("dependent", [False, True])
def test_oberrhein_before_and_after_a_line_trip_and_with_a_substation_out(tmp_path: Path, dependent: bool) -> None:
    """Every bus voltage agrees to 1e-6 p.u. (about 1e-7 was seen).

    Set the same on both sides: transformer model "pi" (half the magnetising branch at each side), tap changers of type
    Ratio at the file's positions, constant power, impedance and current shares of the loads, no PV. What remains: our
    infeed has a short-circuit power of 1e14 VA where pandapower's holds its voltage exactly (25 MVA / 1e14 VA), and
    both iterations stop at their tolerance. With "t" instead of "pi" the two differ by 3e-6.
    """
    net = with_voltage_dependence(oberrhein()) if dependent else oberrhein()
    side = Side(written(net, tmp_path / "power.json"))
    assert difference(side.voltage(), other(net)) < TIGHT

    side.state.set_fault("line-50", "line-trip", 0)
    net.line.at[50, "in_service"] = False
    after = side.voltage()
    assert difference(after, other(net)) < TIGHT
    assert np.isnan(list(after.values())).any(), "the tripped line fed nobody, the comparison would prove nothing"
    side.state.set_fault("line-50", "line-trip", None)
    net.line.at[50, "in_service"] = True

    side.state.set_fault("substation-0", "substation-out", 0)
    net.ext_grid.at[0, "in_service"] = False
    net.trafo.at[114, "in_service"] = False
    net.load["scaling"] *= 0.5
    side.state.load_factor[:] = 0.5
    for switch in side.grid.switches[:2]:
        side.state.closed[list(switch.ends)] = True
        net.switch.at[int(switch.id.removeprefix("grid-switch-")), "closed"] = True
    again = side.voltage()
    assert difference(again, other(net)) < TIGHT
    assert np.isnan(list(again.values())).sum() < 5, "the ring points should have brought the grid back"


def test_pv_beside_voltage_dependent_loads(tmp_path: Path) -> None:
    """Pandapower scales the *net* injection of a bus by the voltage dependence of its loads, PV included; we scale the
    loads alone. That puts the two 1.07e-4 p.u. apart here. With every plant moved to a bus of its own, behind 10 mohm,
    pandapower has no load to mix it with, and agrees.
    """
    import pandapower as pp

    net = oberrhein()
    net.sgen["scaling"] = 0.5
    side = Side(written(net, tmp_path / "power.json"))
    assert difference(side.voltage(), other(net)) < TIGHT

    net = with_voltage_dependence(net)
    ours = Side(written(net, tmp_path / "both.json")).voltage()
    mixed = difference(ours, other(net))
    for plant, bus in net.sgen["bus"].items():
        own = pp.create_bus(net, 20.0)
        pp.create_line_from_parameters(net, int(bus), own, 1.0, 1e-2, 1e-2, 0.0, 1.0)
        net.sgen.at[plant, "bus"] = own
    apart = difference(ours, other(net))
    assert apart < TIGHT < 1e-5 < mixed


def test_taps_parallel_units_shunts_motors_storages_and_three_windings(tmp_path: Path) -> None:
    """A grid with one of everything; the tap also on the low side and between two steps."""
    import pandapower as pp

    net = chain([1.0, 0.5, 2.0], g_us_per_km=3.0)
    net.trafo["tap_pos"] = -3.0
    low = pp.create_bus(net, 0.4, geodata=(7.81, 48.4))
    pp.create_transformer_from_parameters(
        net, 3, low, sn_mva=0.63, vn_hv_kv=20.5, vn_lv_kv=0.42, vkr_percent=1.2, vk_percent=6.0, pfe_kw=1.3,
        i0_percent=0.3, shift_degree=150, tap_side="lv", tap_neutral=0, tap_min=-2, tap_max=2, tap_step_percent=2.5,
        tap_pos=1.5, tap_changer_type="Ratio", parallel=2,
    )  # fmt: skip
    pp.create_load(net, low, 0.4, 0.15)
    pp.create_motor(net, low, pn_mech_mw=0.1, cos_phi=0.85, efficiency_percent=90.0, loading_percent=80.0)
    pp.create_shunt(net, 4, q_mvar=-0.8, p_mw=0.05, step=2)
    pp.create_storage(net, 3, p_mw=0.2, max_e_mwh=1.0, sn_mva=0.5)
    medium, small = pp.create_bus(net, 20.0, geodata=(7.79, 48.4)), pp.create_bus(net, 10.0, geodata=(7.79, 48.41))
    pp.create_transformer3w_from_parameters(
        net, 0, medium, small, 110.0, 20.0, 10.0, 40.0, 25.0, 15.0, 10.4, 11.1, 12.2, 0.28, 0.31, 0.35, 30.0, 0.1,
        shift_mv_degree=0.0, shift_lv_degree=150.0, tap_side="hv", tap_neutral=0, tap_min=-8, tap_max=8, tap_pos=4,
        tap_step_percent=1.25, tap_changer_type="Ratio",
    )  # fmt: skip
    pp.create_load(net, medium, 8.0, 2.0)
    pp.create_load(net, small, 5.0, 1.0)
    side = Side(written(net, tmp_path / "power.json"))
    inputs = side.state.inputs()
    assert inputs.charge_w.tolist() == [0.0], "a battery stands by in the model, whatever the file says it takes"
    side.state.draw_w = np.zeros(0)
    net.storage["in_service"] = False
    assert difference(side.voltage(), other(net)) < TIGHT


@pytest.mark.parametrize("beside", ["alone", "a plant at its bus", "out of service"])
def test_the_inner_source_of_an_extended_ward_holds_the_voltage(tmp_path: Path, beside: str) -> None:
    import pandapower as pp

    net = chain([1.0, 0.5])
    before = other(net)
    pp.create_xward(net, 1, 0.1, 0.05, 0.02, 0.01, r_ohm=3.0, x_ohm=8.0, vm_pu=1.04)
    pp.create_xward(net, 2, 0.0, 0.0, 0.0, 0.0, r_ohm=0.0, x_ohm=20.0, vm_pu=0.99)
    if beside == "out of service":
        net.xward["in_service"] = [True, False]
    elif beside == "a plant at its bus":
        pp.create_gen(net, 1, 0.4, vm_pu=1.01, min_q_mvar=-99.0, max_q_mvar=99.0)
    theirs = other(net)
    ours = Side(written(net, tmp_path / "power.json")).voltage()
    assert difference({bus: ours[bus] for bus in theirs}, theirs) < TIGHT
    assert difference(before, theirs) > 1e-3, "it tells something"


def test_windings_of_unlike_losses_have_the_star_of_their_reactances(tmp_path: Path) -> None:
    import pandapower as pp

    net = chain([1.0, 0.5])
    medium, small = pp.create_bus(net, 20.0, geodata=(7.79, 48.4)), pp.create_bus(net, 10.0, geodata=(7.79, 48.41))
    pp.create_transformer3w_from_parameters(
        net, 0, medium, small, 110.0, 20.0, 10.0, 40.0, 25.0, 15.0, 10.4, 6.1, 16.2, 3.0, 0.3, 0.4, 0.0, 0.0,
    )  # fmt: skip
    pp.create_load(net, medium, 8.0, 2.0)
    pp.create_load(net, small, 5.0, 1.0)
    assert difference(Side(written(net, tmp_path / "power.json")).voltage(), other(net)) < TIGHT


def test_micropolis_agrees_and_is_as_overloaded_as_published(tmp_path: Path) -> None:
    """A grid that nobody here wrote, in an older pandapower format: 1,225 buses, 789 transformers, 3 ring points."""
    import pandapower

    source = cases() / "micropolis" / "power.json"
    side = Side(written(source, tmp_path / "power.json"))
    net = quiet(pandapower.from_json, str(source))
    assert len(side.grid.bus_ids) == 1225
    assert len(side.grid.switches) == 3
    assert difference(side.voltage(), other(net)) < TIGHT
    side.state.set_fault("line-5", "line-trip", 0)
    net.line.at[5, "in_service"] = False
    assert difference(side.voltage(), other(net)) < TIGHT


def test_voltage_drop_of_two_buses_is_the_closed_form(tmp_path: Path) -> None:
    """One line, one load of constant power S at its end: u^4 + u^2 (2 (R P + X Q) - U^2) + |Z|^2 |S|^2 = 0.

    The impedance is the line's and the infeed's own: U^2 / sk with R/X = 0.1, worth 3e-8 p.u. here.
    """
    import pandapower as pp

    net = pp.create_empty_network()
    a, b = pp.create_bus(net, 20.0, geodata=(7.0, 48.0)), pp.create_bus(net, 20.0, geodata=(7.1, 48.0))
    pp.create_ext_grid(net, a, vm_pu=1.02)
    pp.create_line_from_parameters(net, a, b, 8.0, 0.3, 0.35, 0.0, 0.4)
    pp.create_load(net, b, 5.0, 2.0)
    side = Side(written(net, tmp_path / "power.json"))
    inner = 20.0**2 / (INFEED_SK_VA / 1e6) / np.hypot(1.0, 0.1)
    r, x, p, q, u0 = 8 * 0.3 + 0.1 * inner, 8 * 0.35 + inner, 5.0, 2.0, 20.0 * 1.02
    half = u0**2 / 2 - (r * p + x * q)
    expected = np.sqrt(half + np.sqrt(half**2 - (r**2 + x**2) * (p**2 + q**2))) / 20.0
    assert side.voltage()[1] == pytest.approx(expected, abs=1e-9)


def test_dead_buses_found_before_the_solver_are_those_the_solver_finds(tmp_path: Path) -> None:
    side = Side(written(oberrhein(), tmp_path / "power.json"))
    for line in range(0, 180, 9):
        name = f"line-{line}"
        if name not in side.grid.branch_at:
            continue
        side.state.set_fault(name, "line-trip", 0)
        live = dict(zip(side.grid.bus_ids, side.state.parts().live, strict=True))
        found = {f"bus-{i}": not np.isnan(u) for i, u in side.voltage().items()}
        assert live == found
        side.state.set_fault(name, "line-trip", None)


def test_an_unchanged_grid_is_not_solved_again(tmp_path: Path) -> None:
    side = Side(written(oberrhein(), tmp_path / "power.json"))
    first = side.voltage()
    assert (side.solver.solves, side.solver.skipped) == (1, 0)
    assert side.voltage() == first
    assert (side.solver.solves, side.solver.skipped) == (1, 1)
