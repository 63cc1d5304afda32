"""What pandapower files hold beside lines and loads: converted, told with what it costs, or refused by name."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from simulator.city.importers.pandapower_grid import import_pandapower, quiet_pandapower
from simulator.city.power_file import PowerFile, read_power_file
from simulator.contracts.problem import BadInput
from tests.energy.support import chain

pp = pytest.importorskip("pandapower", reason="the demo extra is not installed")


def converted(net: Any, folder: Path) -> tuple[PowerFile, str]:
    notes = import_pandapower(net, folder / "power.json")
    return read_power_file(folder / "power.json"), " ".join(f"{n.subject.en}: {n.text.en}" for n in notes)


def solved(file: PowerFile) -> tuple[list[float], float]:
    """Voltages by bus, and what the infeed gives in MW, by power-grid-model alone."""
    from power_grid_model import PowerGridModel
    from power_grid_model.utils import json_deserialize

    model = PowerGridModel(json_deserialize(file.dataset), system_frequency=file.frequency_hz)
    found = model.calculate_power_flow(error_tolerance=1e-10)
    at = dict(zip(found["node"]["id"].tolist(), found["node"]["u_pu"].tolist(), strict=True))
    return [at[bus.node] for bus in file.buses], float(found["source"]["p"].sum()) / 1e6


def alike(net: Any, file: PowerFile) -> None:
    """As pandapower's own power flow has it."""
    with quiet_pandapower():
        pp.runpp(net, numba=False)
    voltages, infeed_mw = solved(file)
    assert voltages == pytest.approx(net.res_bus.vm_pu.tolist(), abs=1e-4)
    assert infeed_mw == pytest.approx(float(net.res_ext_grid.p_mw.sum()), rel=1e-4)


def test_single_phases_are_summed(tmp_path: Path) -> None:
    net = chain([1.0, 0.5])
    pp.create_asymmetric_load(net, 1, p_a_mw=0.1, p_b_mw=0.05, p_c_mw=0.02, q_a_mvar=0.03)
    pp.create_asymmetric_sgen(net, 2, p_a_mw=0.04, p_b_mw=0.0, p_c_mw=0.02)
    file, said = converted(net, tmp_path)
    alike(net, file)
    assert "phases are summed" in said


@pytest.mark.parametrize("to_earth", [{}, {"gf_pu": 0.05, "bf_pu": 0.2, "gt_pu": 0.02, "bt_pu": -0.1}])
def test_an_impedance_is_a_line(tmp_path: Path, to_earth: dict[str, float]) -> None:
    net = chain([1.0, 0.5])
    a, b = 1, int(pp.create_bus(net, float(net.bus.vn_kv.iloc[1])))
    pp.create_impedance(net, a, b, rft_pu=0.01, xft_pu=0.03, sn_mva=2.0, **to_earth)
    pp.create_load(net, b, 0.3, 0.1)
    file, said = converted(net, tmp_path)
    alike(net, file)
    assert "line without length" in said and "impedance-0" in {branch.id for branch in file.branches}


@pytest.mark.parametrize(
    "turned",
    [
        {"shift_degree": 3.0},
        {"shift_degree": 2.0, "tap_pos": 2, "tap_step_percent": 1.2, "tap_changer_type": "Ratio", "parallel": 2},
        {"tap_pos": 2, "tap_step_percent": 1.5, "tap_step_degree": 90.0, "tap_changer_type": "Ratio"},
        {
            "tap_side": "lv",
            "tap_pos": -2,
            "tap_step_percent": 1.5,
            "tap_step_degree": 60.0,
            "tap_changer_type": "Ratio",
        },
        {"tap_pos": 2, "tap_step_percent": 0.0, "tap_step_degree": 1.0, "tap_changer_type": "Ideal"},
    ],
    ids=["shift", "shift-and-tap", "quadrature", "quadrature-lv", "ideal"],
)
def test_a_transformer_that_turns_the_phase_drives_power_round_a_loop(tmp_path: Path, turned: dict[str, Any]) -> None:
    net = chain([1.0, 0.5])
    low = pp.create_bus(net, 10.0, geodata=(7.82, 48.41))
    common = {"sn_mva": 5.0, "vn_hv_kv": 20.5, "vn_lv_kv": 10.2, "vkr_percent": 1.0, "vk_percent": 8.0, "pfe_kw": 8.0}
    common |= {"i0_percent": 0.5, "tap_side": "hv", "tap_neutral": 0, "tap_min": -9, "tap_max": 9, "shift_degree": 0.0}
    pp.create_transformer_from_parameters(net, 1, low, **common)
    pp.create_transformer_from_parameters(net, 2, low, **(common | turned))
    pp.create_load(net, low, 1.0, 0.3)
    file, said = converted(net, tmp_path)
    alike(net, file)
    assert "rounded" not in said and "left out" not in said
    assert {branch.table for branch in file.branches if branch.kind == "transformer"} >= {"generic_branch"}


def test_a_direct_current_line_carries_its_power(tmp_path: Path) -> None:
    net = chain([1.0, 0.5])
    pp.create_dcline(net, 1, 2, p_mw=0.2, loss_percent=5.0, loss_mw=0.01, vm_from_pu=1.0, vm_to_pu=1.0)
    file, said = converted(net, tmp_path)
    _voltages, infeed_mw = solved(file)
    net.dcline["in_service"] = False
    pp.create_load(net, 1, 0.2, 0.0)
    pp.create_sgen(net, 2, 0.2 * 0.95 - 0.01)
    with quiet_pandapower():
        pp.runpp(net, numba=False)
    assert infeed_mw == pytest.approx(float(net.res_ext_grid.p_mw.sum()), rel=1e-4)
    assert "0.2 MW" in said and "holds no voltage" in said


def test_the_inner_source_of_a_ward_is_told_as_a_plant(tmp_path: Path) -> None:
    net = chain([1.0])
    pp.create_xward(net, 1, 0.1, 0.05, 0.02, 0.01, 0.1, 0.2, 1.0, name="next town")
    file, said = converted(net, tmp_path)
    assert "next town" in said and "power plant of 0 W" in said
    assert [(plant.id, plant.name, plant.rated_w) for plant in file.plants] == [("xward-0", "next town", 0.0)]
    assert "xward-0" in {branch.id for branch in file.branches}


@pytest.mark.parametrize(
    ("table", "column"), [("load", "p_mw"), ("line", "length_km"), ("ext_grid", "vm_pu"), ("bus", "vn_kv")]
)
def test_a_missing_value_is_refused_by_name_and_its_twin_read(tmp_path: Path, table: str, column: str) -> None:
    net = chain([1.0, 0.5])
    net[table]["name"] = "the mill"
    before = net[table].at[net[table].index[0], column]
    net[table].at[net[table].index[0], column] = math.nan
    with pytest.raises(BadInput) as caught:
        import_pandapower(net, tmp_path / "power.json")
    (problem,) = caught.value.problems
    assert problem.field.startswith(table) and "the mill" in problem.field and column in problem.what
    if table == "load":  # nobody misses it where it is out of service
        net.load.at[net.load.index[0], "in_service"] = False
    else:
        net[table].at[net[table].index[0], column] = before
    converted(net, tmp_path)


@pytest.mark.parametrize(("spread", "coordinates"), [(0.01, "lon-lat"), (1.0, "metres")])
def test_lines_tell_degrees_from_a_drawing(tmp_path: Path, spread: float, coordinates: str) -> None:
    net = chain([1.0, 0.5, 0.2])
    net.line["length_km"] = [1.2, 0.9, 1.1, 1.0][: len(net.line)]
    net.bus["geo"] = [f'{{"type": "Point", "coordinates": [10.0, {51 + i * spread}]}}' for i in range(len(net.bus))]
    file, said = converted(net, tmp_path)
    assert file.coordinates == coordinates and ("a drawing, scaled" in said) == (coordinates == "metres")
    reach = max(bus.y for bus in file.buses) - min(bus.y for bus in file.buses)
    if coordinates == "metres":
        assert 1000 < reach < 10_000


def test_a_part_that_is_drawn_small_does_not_make_a_drawing_of_a_map(tmp_path: Path) -> None:
    """Medium voltage huddled about its substation, one sixth as wide as its cables are long, beside overhead lines
    that are as long as their map: they tell the scale, though they are fewer."""
    net = chain([1.0, 0.5, 0.2, 0.3, 0.1])
    net.line["length_km"] = [9.0, 9.5, 1.3, 1.4, 1.5][: len(net.line)]
    north, at = 51.0, []
    for step_km in (0.0, 0.0, 9.0, 9.2, 0.2, 0.21, 0.22):
        north += step_km / 111.195
        at.append(f'{{"type": "Point", "coordinates": [10.0, {north}]}}')
    net.bus["geo"] = at[: len(net.bus)]
    file, said = converted(net, tmp_path)
    assert file.coordinates == "lon-lat" and "a drawing, scaled" not in said


@pytest.mark.parametrize(("middle", "coordinates"), [((0.5, 1.0), "metres"), ((10.0, 51.0), "lon-lat")])
def test_lines_of_one_length_tell_nothing_and_nobody_lives_at_sea(
    tmp_path: Path, middle: tuple[float, float], coordinates: str
) -> None:
    """MATPOWER's cases have 1 km for every line, and are drawn around 0, 0."""
    net = chain([1.0, 0.5, 0.2])
    net.line["length_km"] = 1.0
    (x, y), n = middle, len(net.bus)
    net.bus["geo"] = [f'{{"type": "Point", "coordinates": [{x}, {y + i * 0.4 - n * 0.2}]}}' for i in range(n)]
    file, said = converted(net, tmp_path)
    assert file.coordinates == coordinates and ("a drawing, scaled" in said) == (coordinates == "metres")


def test_a_transformer_with_a_negative_reactance_is_one(tmp_path: Path) -> None:
    """As a three-winding transformer's star has it, when somebody writes that as three."""
    net = chain([1.0, 0.5])
    low = pp.create_bus(net, 10.0, geodata=(7.82, 48.41))
    common = {"sn_mva": 5.0, "vn_hv_kv": 20.0, "vn_lv_kv": 10.0, "pfe_kw": 0.0, "i0_percent": 0.0, "vkr_percent": 0.1}
    pp.create_transformer_from_parameters(net, 2, low, vk_percent=-8.0, **common)
    pp.create_load(net, low, 1.0, 0.8)
    file, _said = converted(net, tmp_path)
    alike(net, file)
    assert solved(file)[0][-1] > solved(file)[0][2], "it lifts the voltage where reactive power is drawn"
