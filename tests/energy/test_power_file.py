"""The importer's list of assumptions, and what a broken power file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.city.importers.pandapower_grid import import_pandapower
from simulator.city.power_file import named_loads, read_power_elements, read_power_file, write_power_file
from simulator.contracts.problem import BadInput
from tests.energy.support import cases, chain, oberrhein, written


def test_oberrhein_elements(tmp_path: Path) -> None:
    """Counted in pandapower's own documentation of the net: 179 buses, 181 lines, 2 transformers, 153 PV plants."""
    elements = read_power_elements(written(oberrhein(), tmp_path / "p.json"))
    kinds = [element.kind for element in elements]
    assert {k: kinds.count(k) for k in dict.fromkeys(kinds)} == {
        "substation": 2, "pv": 153, "bus": 179, "line": 181, "transformer": 2, "grid-switch": 6,
    }  # fmt: skip
    net = oberrhein()
    weight = sum(e.weight for e in elements if e.kind == "bus")
    assert weight == pytest.approx((net.load.p_mw * net.load.scaling).sum() * 1e6)
    bus = next(e for e in elements if e.component_id == "bus-0")
    assert (bus.x, bus.y) == pytest.approx((7.765225672614365, 48.41091584192147))
    assert len({e.component_id for e in elements}) == len(elements)
    ring = {e.network_id for e in elements if e.kind == "grid-switch"}
    assert ring == {str(i) for i in net.switch.index[~net.switch.closed]}


def test_micropolis_elements_and_named_motors(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    assumptions = import_pandapower(cases() / "micropolis" / "power.json", path)
    file = read_power_file(path)
    assert (len(file.buses), len(file.substations), len(file.switches)) == (1225, 1, 3)
    assert file.coordinates == "metres"
    loads = named_loads(file)
    assert loads["P_MP1"] == loads["P_MP2"] == "bus-1087"
    assert {"motor", "infeed", "coordinates"} <= {a.subject.of("en") for a in assumptions}
    assert len(file.substations[0].transformers) == 1


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    first = written(oberrhein(), tmp_path / "a.json")
    write_power_file(read_power_file(first), tmp_path / "b.json")
    assert read_power_file(tmp_path / "b.json") == read_power_file(first)


def test_every_thing_left_out_is_said(tmp_path: Path) -> None:
    import pandapower as pp

    net = chain([1.0, 1.0])
    pp.create_gen(net, 3, 0.5, vm_pu=1.01, name="hydro")
    pp.create_sgen(net, 3, 0.1, type="WP", name="wind")
    pp.create_load(net, 3, 1.0, in_service=False)
    pp.create_ward(net, 2, 0.1, 0.0, 0.1, 0.0)
    pp.create_impedance(net, 2, 3, 0.01, 0.01, 10.0)
    pp.create_storage(net, 3, 0.1, max_e_mwh=float("nan"))
    net.trafo["tap_changer_type"] = "Tabular"
    net.trafo["tap_pos"] = 2
    net.line.loc[0, "max_i_ka"] = float("nan")
    said = {(a.subject.of("en"), a.text.of("en")) for a in import_pandapower(net, tmp_path / "p.json")}
    for subject, part in (
        ("generation", "hydro): holds its voltage within its reactive power"),
        ("generation", "wind): not PV"),
        ("load", "out of service"),
        ("impedance", "taken as a line"),
        ("storage", "no rated power or energy"),
        ("transformer", "tap changer of type Tabular"),
        ("line", "no rated current"),
    ):
        assert any(s == subject and part in text for s, text in said), (subject, part, said)


def test_a_net_without_coordinates_is_drawn_and_says_so(tmp_path: Path) -> None:
    net = chain([1.0, 1.0, 1.0])
    net.bus["geo"] = None
    assumptions = import_pandapower(net, tmp_path / "p.json")
    assert any(a.subject.of("en") == "coordinates" and "drawn" in a.text.of("en") for a in assumptions)
    places = {(b.x, b.y) for b in read_power_file(tmp_path / "p.json").buses}
    assert len(places) == 5
    net = chain([1.0, 1.0, 1.0])
    net.bus.loc[3, "geo"] = None
    assumptions = import_pandapower(net, tmp_path / "p.json")
    assert any(a.subject.of("en") == "coordinates" and "bus 3" in a.text.of("en") for a in assumptions)


def broken(tmp_path: Path, change: Any) -> tuple[str, ...]:
    path = written(chain([1.0]), tmp_path / "p.json")
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))
    with pytest.raises(BadInput) as caught:
        read_power_file(path, "power.json")
    return tuple(str(problem) for problem in caught.value.problems)


def test_every_mistake_in_a_power_file_is_told_at_once(tmp_path: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["schema"] = "other"
        raw["frequency_hz"] = "fifty"
        raw["buses"][0]["load_w"] = "much"
        raw["branches"][0]["ends"] = ["0", "77"]
        del raw["pgm"]

    problems = "\n".join(broken(tmp_path, change))
    for field in ("schema", "frequency_hz", "buses[0].load_w", "branches[0].ends", "pgm"):
        assert f"power.json:0: {field}: " in problems


def test_unreadable_files(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    for text, line in (("{\n\n nonsense", 3), ("[]", 1)):
        path.write_text(text)
        with pytest.raises(BadInput) as caught:
            read_power_elements(path)
        assert caught.value.problems[0].line == line
    with pytest.raises(BadInput, match="cannot be read"):
        read_power_elements(tmp_path / "none.json")
    path.write_text("{}")
    with pytest.raises(BadInput):
        import_pandapower(path, tmp_path / "out.json")
    with pytest.raises(BadInput, match="not there"):
        import_pandapower(tmp_path / "none.json", tmp_path / "out.json")
