"""The reader of EPANET files, on published networks and on broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.city.water_file import read_water_elements
from simulator.contracts.problem import BadInput
from tests.water.networks import GRAVITY, micropolis, published, write

LITRES_PER_PERSON_DAY = 126.0


@pytest.mark.parametrize("name", ["Net1", "Net2", "Net3", "Net6", "ky4", "ky10"])
def test_published_networks_have_the_elements_that_wntr_finds(name: str) -> None:
    import wntr

    path = published(name)
    model = wntr.network.WaterNetworkModel(str(path))
    elements = {e.component_id: e for e in read_water_elements(path)}
    expected = {f"junction-{n}" for n in model.junction_name_list} | {f"tank-{n}" for n in model.tank_name_list}
    expected |= {f"reservoir-{n}" for n in model.reservoir_name_list} | {f"pipe-{n}" for n in model.pipe_name_list}
    expected |= {f"pump-{n}" for n in model.pump_name_list} | {f"valve-{n}" for n in model.valve_name_list}
    assert set(elements) == expected
    for link_name, link in model.links():
        element = elements[f"{link.link_type.lower()}-{link_name}"]
        assert element.ends == (link.start_node_name, link.end_node_name)
        (ax, ay), (bx, by) = link.start_node.coordinates, link.end_node.coordinates
        assert (element.x, element.y) == pytest.approx(((ax + bx) / 2, (ay + by) / 2))
    for node_name, junction in model.junctions():
        mean = sum(
            d.base_value * (1.0 if d.pattern is None else sum(d.pattern.multipliers) / len(d.pattern.multipliers))
            for d in junction.demand_timeseries_list
        )
        assert elements[f"junction-{node_name}"].weight == pytest.approx(max(0.0, mean), rel=1e-5, abs=1e-12)


def test_ky10_serves_a_town_of_65000() -> None:
    demand_m3_s = sum(e.weight for e in read_water_elements(published("ky10")))
    assert demand_m3_s * 86400 * 1000 / LITRES_PER_PERSON_DAY == pytest.approx(65_000, rel=0.02)


def test_micropolis_reads() -> None:
    elements = read_water_elements(micropolis())
    kinds = [e.kind for e in elements]
    assert (kinds.count("junction"), kinds.count("pump")) == (1574, 8)


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, GRAVITY.replace("B  12  10", "B  12  ten").replace("P3  B  C", "P3  B  X"))
    with pytest.raises(BadInput) as caught:
        read_water_elements(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    told = [(p.field, lines[p.line - 1].split()[0]) for p in caught.value.problems]
    assert told == [("[JUNCTIONS]", "B"), ("[PIPES]", "P3")]
    assert "202" in caught.value.problems[0].what and "203" in caught.value.problems[1].what


def test_a_mistake_of_the_whole_network_and_a_missing_file_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="EPANET error 224"):
        read_water_elements(write(tmp_path, "[JUNCTIONS]\nA 1\nB 1\n[PIPES]\np A B 1 1 1\n[END]\n"))
    with pytest.raises(BadInput, match="no such file"):
        read_water_elements(tmp_path / "none.inp")


def test_nodes_without_coordinates_lie_between_their_neighbours(tmp_path: Path) -> None:
    path = write(tmp_path, GRAVITY.replace("[END]", "[COORDINATES]\nR 0 0\nB 100 40\n[END]"))
    spots = {e.network_id: (e.x, e.y) for e in read_water_elements(path)}
    assert spots["A"] == (50.0, 20.0)
    assert spots["C"] == (100.0, 40.0)
    assert spots["P1"] == (25.0, 10.0)
