"""The road tables of a city folder: written, read back, and refused with every mistake at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.city.road_file import RoadLink, RoadNode, Trips, read_road_elements, read_roads, write_roads
from simulator.contracts.city import RoadFiles
from simulator.contracts.problem import BadInput

NODES = [RoadNode("a", 0.0, 0.0), RoadNode("b", 1234.5, -10.0)]
LINKS = [
    RoadLink("ab", "a", "b", 1250.0, 50 / 3.6, 1800 / 3600, 2, "LINESTRING (0 0, 600 5, 1234.5 -10)"),
    RoadLink("ba", "b", "a", 1250.0, 30 / 3.6, 900 / 3600, 1),
]
TRIPS = [Trips("a", "b", 25200.0, 28800.0, 12.5)]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    roads = read_roads(write_roads(tmp_path / "new", NODES, LINKS, TRIPS))
    assert roads.nodes == tuple(NODES)
    assert roads.trips == tuple(TRIPS)
    for there, link in zip(roads.links, LINKS, strict=True):
        assert (there.id, there.start, there.end, there.lanes, there.geometry) == (
            *(link.id, link.start, link.end, link.lanes, link.geometry),
        )
        assert there.free_speed_m_s == pytest.approx(link.free_speed_m_s, rel=1e-9)
        assert there.capacity_veh_s == pytest.approx(link.capacity_veh_s, rel=1e-9)


def test_units_are_those_of_the_tables(tmp_path: Path) -> None:
    files = write_roads(tmp_path, NODES, LINKS)
    assert files.demand is None
    assert files.links.read_text().splitlines()[2] == "ba,b,a,1,1250,30,900,1,"


def test_elements_are_junctions_and_roads(tmp_path: Path) -> None:
    elements = read_road_elements(write_roads(tmp_path, NODES, LINKS))
    assert [e.component_id for e in elements] == ["road-node-a", "road-node-b", "road-ab", "road-ba"]
    assert (elements[2].x, elements[2].y, elements[2].ends) == (617.25, -5.0, ("a", "b"))


def test_more_columns_of_gmns_do_no_harm(tmp_path: Path) -> None:
    files = write_roads(tmp_path, NODES, LINKS)
    files.nodes.write_text("name,node_id,x_coord,y_coord,zone_id\nMarket,a,0,0,7\nGate,b,1,1,\n")
    assert [node.id for node in read_roads(files).nodes] == ["a", "b"]


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    files = RoadFiles(tmp_path / "node.csv", tmp_path / "link.csv", tmp_path / "demand.csv")
    files.nodes.write_text("node_id,x_coord,y_coord\nmarket,0,0\nmarket,1,1\ngate,east,1\n")
    files.links.write_text(
        "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes\n"
        "1,market,gaet,1,100,50,1800,1\n"
        "2,market,gate,1,-100,50,1800,1.5\n"
        "2,gate,gate,0,100,0,,1\n"
        "3,gate,market,1,100\n"
    )
    assert files.demand is not None
    files.demand.write_text(
        "origin,destination,start_s,end_s,trips\nmarket,gate,79200,90000,5\ngate,gate,0,3600,-1\nharbour,gate,0,3600,1\n"
    )
    with pytest.raises(BadInput) as refused:
        read_roads(files)
    told = [(Path(p.file).name, p.line, p.field) for p in refused.value.problems]
    assert told == [
        ("demand.csv", 2, "end_s"),
        ("demand.csv", 3, "destination"),
        ("demand.csv", 3, "trips"),
        ("demand.csv", 4, "origin"),
        ("link.csv", 2, "to_node_id"),
        ("link.csv", 3, "lanes"),
        ("link.csv", 3, "length"),
        ("link.csv", 4, "capacity"),
        ("link.csv", 4, "directed"),
        ("link.csv", 4, "free_speed"),
        ("link.csv", 4, "link_id"),
        ("link.csv", 4, "to_node_id"),
        ("link.csv", 5, "row"),
        ("node.csv", 3, "node_id"),
        ("node.csv", 4, "x_coord"),
    ]
    assert "did you mean 'gate'" in str(refused.value)


def test_a_missing_column_and_a_missing_file_are_told_together(tmp_path: Path) -> None:
    files = write_roads(tmp_path, NODES, LINKS, TRIPS)
    files.links.write_text("link_id,from_node_id,to_node_id,free_speed,capacity,lanes\n")
    assert files.demand is not None
    files.demand.unlink()
    with pytest.raises(BadInput) as refused:
        read_roads(files)
    told = {(Path(p.file).name, p.line): p.what for p in refused.value.problems}
    assert "length" in told["link.csv", 1]
    assert ("demand.csv", 0) in told
