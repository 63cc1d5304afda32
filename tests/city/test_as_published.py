"""Files as others publish them, in which something is odd: read as it is meant, or refused in a line that says what."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from simulator.city.draft import CityDraft, DistrictDraft
from simulator.city.files import foreign_text, read_table
from simulator.city.frame import MapFrame
from simulator.city.geojson import read_districts
from simulator.city.importers.coordinates import SharedMap
from simulator.city.importers.districts import Columns, given_districts
from simulator.city.importers.pandapower_grid import import_pandapower
from simulator.city.importers.tntp import import_tntp
from simulator.city.importing import ImportSources, import_city
from simulator.city.networks import Networks
from simulator.city.plausible import impossible, too_many
from simulator.city.road_file import Roads, read_roads
from simulator.city.water_file import read_water_elements, without_coordinates
from simulator.city.where import Where
from simulator.contracts.city import RoadFiles
from simulator.contracts.component import Component
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from tests.city.towns import WATER as HAMLET

WATER = """[JUNCTIONS]
 A 10 5
 B 12 3
[RESERVOIRS]
 R 60
[PIPES]
 P R A 500 300 120 0 Open
 Q A B 400 200 120 0 Open
[COORDINATES]
 R {r}
 A {a}
 B 565500 5640400
[END]
"""


def test_a_node_that_was_forgotten_at_zero_stands_by_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "net.inp"
    path.write_text(WATER.format(r="0 0", a="565500 5640000"), encoding="utf-8")
    at = {e.network_id: (e.x, e.y) for e in read_water_elements(path)}
    assert at["R"] == (565500.0, 5640000.0) and without_coordinates(path) == 1
    path.write_text(WATER.format(r="0 0", a="0 300").replace("565500 5640400", "400 300"), encoding="utf-8")
    at = {e.network_id: (e.x, e.y) for e in read_water_elements(path)}
    assert at["R"] == (0.0, 0.0) and without_coordinates(path) == 0, "the near twin is drawn from a corner"


def test_a_file_that_is_no_text_is_none(tmp_path: Path) -> None:
    """EPANET reads up to a zero byte and goes on as if nothing followed: units were lost without a word."""
    path = tmp_path / "net.inp"
    path.write_bytes(b"[OPTIONS]\x00\n Units LPS\n")
    with pytest.raises(BadInput, match="is no text"):
        foreign_text(path)
    path.write_text("[OPTIONS]\n Units LPS\n", encoding="utf-16")
    assert foreign_text(path) == ("[OPTIONS]\n Units LPS\n", "utf-16")


def test_a_table_of_a_german_spreadsheet_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "node.csv"
    path.write_text("node_id;x_coord\n1;8,4\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_table(path, ("node_id", "x_coord"), ("node_id",))
    (problem,) = caught.value.problems
    assert "semicolons" in problem.what and "8.4" in problem.fix


LINKS = [(1, 2), (2, 3), (4, 5), (5, 6), (1, 4), (2, 5), (3, 6)]


def roads(folder: Path, scale: float, origin: tuple[float, float], length: float, minutes: float) -> tuple[Roads, str]:
    """Six nodes, two rows of three, `scale` apart, and roads between them."""
    net, node = folder / "net.tntp", folder / "node.tntp"
    rows = [f"{a}\t{b}\t1800\t{length}\t{minutes}\t.15\t4\t0\t0\t1\t;" for a, b in LINKS]
    net.write_text(
        "<NUMBER OF ZONES> 2\n<NUMBER OF NODES> 6\n<FIRST THRU NODE> 1\n<NUMBER OF LINKS> 7\n<END OF METADATA>\n~\t"
        "init_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;\n"
        + "\n".join(rows),
        encoding="utf-8",
    )
    places = [(origin[0] + scale * (i % 3), origin[1] + scale * (i // 3)) for i in range(6)]
    node.write_text(
        "node\tx\ty\t;\n" + "".join(f"{i}\t{x}\t{y}\t;\n" for i, (x, y) in enumerate(places, start=1)), encoding="utf-8"
    )
    notes = import_tntp(net, node, None, folder / "out")
    read = read_roads(RoadFiles(folder / "out" / "node.csv", folder / "out" / "link.csv", None))
    return read, " ".join(note.text.en for note in notes)


def test_coordinates_of_gauss_krueger_are_metres(tmp_path: Path) -> None:
    """0.8 in a minute on a map where that is 800: kilometres in metres (48 km/h), or thousand feet in feet."""
    read, told = roads(tmp_path, 800.0, (3.4e6, 5.8e6), 0.8, 1.0)
    assert {round(link.length_m, 1) for link in read.links} == {800.0} and ": kilometres," in told
    assert read.links[0].free_speed_m_s * 3.6 == pytest.approx(48) and "--roads-coordinates" not in told


def test_a_map_that_may_be_in_metres_or_in_feet_is_told_of(tmp_path: Path) -> None:
    read, told = roads(tmp_path, 800.0, (3000.0, 1000.0), 0.8, 1.0)
    assert "--roads-coordinates metres" in told and read.links[0].length_m == pytest.approx(243.84)
    read, told = roads(tmp_path, 2640.0, (680_000.0, 1_900_000.0), 2640.0, 1.0)
    assert "--roads-coordinates" not in told and read.links[0].length_m == pytest.approx(804.672)


def test_roads_without_length_and_time_are_as_long_as_the_earth_says(tmp_path: Path) -> None:
    """0.008 degrees of longitude at 52.5 degrees north are 0.008 x 111,195 m x cos 52.5 = 541 m."""
    read, told = roads(tmp_path, 0.008, (13.4, 52.5), 0.0, 0.0)
    assert read.links[0].length_m == pytest.approx(541.5, abs=2) and "straight lines" in told


def test_what_lies_nowhere_is_refused() -> None:
    domain = registry().types["junction"].domain
    places = [(0.0, 0.0), (1e308, 0.0), (float("nan"), 5.0)]
    components = [Component(f"junction-{i}", "junction", domain, *at, network_id=str(i)) for i, at in enumerate(places)]
    (problem,) = impossible(components, "net.inp")
    assert str(problem.what) == "2 elements lie nowhere (junction-1, junction-2)"


def test_more_people_than_on_a_continent_are_refused() -> None:
    """A trip table with a digit held down made a hospital for every 42,600 of 10 trillion people, without end."""
    (problem,) = too_many([5_000_000, 10**19], "d.geojson")
    assert problem.what == "1e+19 people would live here"
    assert not too_many([450_000_000, 1], "d.geojson")


def test_an_element_at_a_bus_that_there_is_none_is_refused(tmp_path: Path) -> None:
    pp = pytest.importorskip("pandapower", reason="the demo extra is not installed")
    net = pp.create_empty_network()
    bus = pp.create_bus(net, 20.0)
    pp.create_ext_grid(net, bus)
    pp.create_load(net, bus, 1.0)
    import_pandapower(net, tmp_path / "power.json")
    net.load.loc[0, "bus"] = 99
    with pytest.raises(BadInput) as caught:
        import_pandapower(net, tmp_path / "power.json")
    (problem,) = caught.value.problems
    assert problem.field == "load.0" and str(problem.what) == "bus 99 is no bus of the grid"


WEST = [[10.0, 51.0], [10.1, 51.0], [10.1, 51.1], [10.0, 51.1], [10.0, 51.0]]
EAST = [[x + 0.1, y] for x, y in WEST]
TIE = [WEST[0], WEST[2], WEST[1], WEST[3], WEST[0]]


def districts(
    folder: Path, west: dict[str, object], east: dict[str, object], ring: list[list[float]] = WEST
) -> tuple[tuple[DistrictDraft, ...], str]:
    """Two districts side by side, as a file has them, and what was assumed of them."""
    features = [
        {"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": [outline]}}
        for said, outline in ((west, ring), (east, EAST))
    ]
    path = folder / "d.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    draft = CityDraft("t", "T", "T", 51.05, 10.1, None)
    found, notes = given_districts(path, draft, SharedMap({}, 10.1, 51.05, (), True), Networks(), Columns(), "")
    return found, " ".join(note.text.en for note in notes)


def test_columns_that_are_like_the_known_ones_are_found_and_told(tmp_path: Path) -> None:
    west = {"OBJECTID": 1, "stadtteil_bezeichnung": "West", "einwohner_insgesamt": 1200, "einwohner_unter_18": 200}
    found, told = districts(tmp_path, west, west | {"stadtteil_bezeichnung": "Ost", "einwohner_insgesamt": "2.300"})
    assert [(one.title, one.people) for one in found] == [("West", 1200), ("Ost", 2300)]
    assert "einwohner_insgesamt" in told and "stadtteil_bezeichnung" in told


def test_of_several_counts_of_people_none_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--district-people"):
        districts(tmp_path, {"Name": "West", "einwohner_m": 600, "einwohner_w": 600}, {"Name": "Ost", "Einwohner": 5})


def test_a_file_that_says_nothing_of_people_is_told_of(tmp_path: Path) -> None:
    found, told = districts(tmp_path, {"Name": "West", "Leute": 900}, {"Name": "Ost", "Leute": 100})
    assert [one.people for one in found] == [None, None] and "Leute, Name" in told and "--district-people" in told


def test_a_point_between_thousands_that_became_a_fraction_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="between thousands"):
        districts(tmp_path, {"Name": "West", "Einwohner": 12.345}, {"Name": "Ost", "Einwohner": 2000})
    found, _told = districts(tmp_path, {"Name": "West", "Einwohner": 12345.0}, {"Name": "Ost", "Einwohner": "2.000"})
    assert [one.people for one in found] == [12345, 2000]


def test_an_outline_that_crosses_itself_is_told_of(tmp_path: Path) -> None:
    named = {"Name": "West", "Einwohner": 900}, {"Name": "Ost", "Einwohner": 100}
    assert "cross themselves: West" in districts(tmp_path, *named, ring=TIE)[1]
    assert "cross" not in districts(tmp_path, *named)[1]


def water_refused(tmp_path: Path, text: str) -> list[Problem]:
    file = tmp_path / "town.inp"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_city(ImportSources("w", water=file), tmp_path / "out")
    return list(caught.value.problems)


def test_one_node_far_away_is_told_by_name(tmp_path: Path) -> None:
    """A slip in one coordinate; where half of the network lies elsewhere, it is no slip of one."""
    text = dedent(HAMLET)
    (problem,) = water_refused(tmp_path, text.replace("T 900 300", "T 900000 300"))
    assert "check the coordinates of tank-T, pipe-p3" in problem.fix
    for name, at in (("A", "100 100"), ("B", "500 100"), ("C", "800 100")):
        text = text.replace(f"{name} {at}", f"{name} {at}0000")
    (problem,) = water_refused(tmp_path, text)
    assert "all else lies together" not in problem.fix and "--crs" in problem.fix


def test_decimal_commas_and_a_sewer_network_are_told_as_such(tmp_path: Path) -> None:
    found = water_refused(tmp_path, dedent(HAMLET).replace("A 10 2.0", "A 10 2,5"))
    assert (found[0].line, str(found[0].fix)) == (2, "write 2.5")
    sewers = (
        "[OPTIONS]\nFLOW_UNITS LPS\n[JUNCTIONS]\nJ 10 2 0 0 0\n[OUTFALLS]\nO 0 FREE NO\n[CONDUITS]\nC J O 9 .1 0 0\n"
    )
    (problem,) = water_refused(tmp_path, sewers)
    assert "sewer network of SWMM" in problem.what and "--wastewater" in problem.fix


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<?xml version='1.0'?>\n<kml></kml>", "is XML or HTML"),
        ("\n<!doctype html><html></html>", "is XML or HTML"),
        ('{"type": "Topology", "objects": {}, "arcs": []}', "is TopoJSON"),
    ],
    ids=["kml", "page", "topojson"],
)
def test_districts_in_another_form_are_told_with_the_command_that_converts_them(
    text: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "d.geojson"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_districts(file, MapFrame(), Where(str(file)))
    (problem,) = caught.value.problems
    assert said in problem.what and "ogr2ogr" in problem.fix


def test_a_single_feature_is_a_collection_of_one(tmp_path: Path) -> None:
    file = tmp_path / "d.geojson"
    ring = [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]
    one = {"type": "Feature", "properties": {"id": "d1"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    file.write_text(json.dumps(one), encoding="utf-8")
    (district,), problems = read_districts(file, MapFrame(), Where(str(file)))
    assert district.id == "d1" and not problems
