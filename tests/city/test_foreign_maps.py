"""Maps, units and places of files from elsewhere: read as they are meant, or refused with both extents."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from simulator.city.importers.reference import reference_of
from simulator.city.importers.road_units import RoadUnits
from simulator.city.importing import ImportReport, ImportSources, import_city
from simulator.city.road_file import read_roads
from simulator.contracts.city import City
from simulator.contracts.problem import BadInput, Problem
from tests.city.towns import WATER

KM = 1 / 111.195  # degrees of latitude in a kilometre


@pytest.fixture(autouse=True)
def without_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks here whether water stays in balance: that runs weeks."""
    monkeypatch.setattr("simulator.domains.water.balance.in_balance", lambda trial: trial.draft)


def said(report: ImportReport) -> str:
    return " ".join(f"{note.subject.en}: {note.text.en}" for note in report.assumptions)


def water(folder: Path, text: str = WATER) -> Path:
    path = folder / "town.inp"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def refused(sources: ImportSources, out: Path) -> tuple[Problem, ...]:
    with pytest.raises(BadInput) as caught:
        import_city(sources, out)
    assert not out.exists()
    return caught.value.problems


def geojson(folder: Path, features: list[tuple[dict[str, Any], list[list[float]]]], **members: Any) -> Path:
    made = [
        {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for named, ring in features
    ]
    path = folder / "d.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made} | members), encoding="utf-8")
    return path


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def gmns(folder: Path, nodes: str, links: str, config: str = "", demand: str = "") -> Path:
    for name, text in (("node", nodes), ("link", links), ("config", config), ("demand", demand)):
        if text:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


TRIPS = "o_zone_id,d_zone_id,volume\n1,2,300\n2,3,200\n"
NODES = "node_id,x_coord,y_coord,zone_id\n1,-84.2,40.743,1\n2,-84.185,40.744,2\n3,-84.191,40.735,3\n"
HEAD = "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes,allowed_uses\n"
LINKS = f"{HEAD}1,1,2,0,0.80,30,900,1,auto\n2,2,3,0,0.72,30,900,1,\n3,1,3,0,0.75,30,900,1,all\n"


def roads_of(city: City) -> list[tuple[float, float]]:
    assert city.road_files is not None
    return [(link.length_m, link.free_speed_m_s * 3.6) for link in read_roads(city.road_files).links]


@pytest.mark.parametrize(
    "config", ["", "dataset_name,long_length,speed,crs\nown,mile,mph,EPSG:4326\n"], ids=["", "config"]
)
def test_gmns_in_degrees_and_miles(tmp_path: Path, config: str) -> None:
    """Said by config.csv, and found from lengths that agree with the map where nothing says it."""
    city = import_city(ImportSources("r", gmns=gmns(tmp_path, NODES, LINKS, config, TRIPS)), tmp_path / "out").city
    assert roads_of(city)[0] == (pytest.approx(0.80 * 1609.344), pytest.approx(30 * 1.609344, rel=1e-6))
    assert city.longitude_deg == pytest.approx(-84.1925) and city.latitude_deg == pytest.approx(40.7395)
    x = [node.x_m for node in city.of_kind("road-node")]
    assert max(x) - min(x) == pytest.approx(0.015 / KM * 1000 * math.cos(math.radians(40.74)), rel=1e-3)


def test_gmns_links_that_no_car_may_use_or_without_lanes_are_left_out_and_counted(tmp_path: Path) -> None:
    more = LINKS + '4,1,3,1,0.75,8,0,0,"WALK, BIKE"\n5,2,3,1,0.75,30,0,0,\n6,1,2,1,0.8,30,900,1,"bike;auto"\n'
    report = import_city(ImportSources("r", gmns=gmns(tmp_path, NODES, more, "", TRIPS)), tmp_path / "out")
    assert len(roads_of(report.city)) == 7
    assert "1 links that no car may use" in said(report) and "1 links with 0 lanes are left out" in said(report)


def test_gmns_whose_speeds_are_none_is_refused_and_its_twin_read(tmp_path: Path) -> None:
    folder = gmns(tmp_path, NODES, LINKS.replace(",30,", ",0.5,"), "", TRIPS)
    (problem,) = refused(ImportSources("r", gmns=folder), tmp_path / "out")
    assert problem.file == str(folder / "link.csv") and "--roads-speed-unit" in problem.fix
    twin = ImportSources("r", gmns=folder, road_units=RoadUnits(speed="m/s"))
    assert refused(twin, tmp_path / "out")[0].field == "free_speed"
    gmns(tmp_path, NODES, LINKS.replace(",30,", ",13.4,"))
    assert roads_of(import_city(twin, tmp_path / "out").city)[0][1] == pytest.approx(48.24)


TNTP_NET = """<NUMBER OF ZONES> 3
<NUMBER OF NODES> 4
<FIRST THRU NODE> {first}
<NUMBER OF LINKS> 8
<END OF METADATA>
~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
"""
WAYS = [("1", "4", 700, 0.9), ("2", "4", 620, 0.8), ("3", "4", 800, 1.0), ("1", "2", 1050, 1.3)]


def tntp(folder: Path, nodes: str, factor: float = 1.0, first: int = 1, minute: float = 1.0) -> ImportSources:
    rows = [
        f"\t{a}\t{b}\t1500\t{length * factor}\t{time * minute}\t0.15\t4\t0\t0\t1\t;"
        for one, other, length, time in WAYS
        for a, b in ((one, other), (other, one))
    ]
    texts = {"net": TNTP_NET.format(first=first) + "\n".join(rows) + "\n", "node": nodes, "trips": TNTP_TRIPS}
    for name, text in texts.items():
        (folder / f"{name}.tntp").write_text(text, encoding="utf-8")
    net, node, trips = (folder / f"{name}.tntp" for name in ("net", "node", "trips"))
    return ImportSources("r", roads_net=net, roads_nodes=node, roads_trips=trips)


TNTP_TRIPS = "<NUMBER OF ZONES> 3\n<END OF METADATA>\nOrigin 1\n2 : 1000; 3 : 500;\nOrigin 2\n1 : 1000; 3 : 500;\n"
IN_DEGREES = "Node\tX\tY\t;\n1\t9.930\t53.550\t;\n2\t9.945\t53.551\t;\n3\t9.938\t53.541\t;\n4\t9.938\t53.548\t;\n"
DRAWN = "Node\tX\tY\t;\n1\t1\t5\t;\n2\t9\t5\t;\n3\t5\t1\t;\n4\t5\t4\t;\n"


@pytest.mark.parametrize(
    ("nodes", "factor", "minute", "place"),
    [(IN_DEGREES, 1.0, 1.0, 9.9375), (IN_DEGREES, 0.001, 1.0, 9.9375), (DRAWN, 1.0, 1.0, None)],
    ids=["degrees", "degrees-km", "drawing"],
)
def test_tntp_units_are_found_where_columns_agree(
    tmp_path: Path, nodes: str, factor: float, minute: float, place: float | None
) -> None:
    report = import_city(tntp(tmp_path, nodes, factor, minute=minute), tmp_path / "out")
    assert [round(length) for length, _speed in roads_of(report.city)[::2]] == [700, 620, 800, 1050]
    assert roads_of(report.city)[0][1] == pytest.approx(0.7 / 0.9 * 60)
    if place is not None:
        assert report.city.longitude_deg == pytest.approx(place)
    else:
        assert "taken as a drawing" in said(report)


def test_tntp_without_a_reading_is_refused_and_read_when_units_are_named(tmp_path: Path) -> None:
    sources = tntp(tmp_path, DRAWN, 1.0, minute=1e-5)
    (problem,) = refused(sources, tmp_path / "out")
    assert problem.file == str(tmp_path / "net.tntp") and "--roads-length-unit" in problem.fix
    named = tntp(tmp_path, DRAWN, 1.0, minute=60.0)
    units = RoadUnits("metres", "seconds", period="hour")
    report = import_city(replace(named, road_units=units), tmp_path / "out")
    assert roads_of(report.city)[0] == (700, pytest.approx(0.7 / 0.9 * 60))
    assert "a day has 12.1 times as many" in said(report)
    eight_metres = replace(named, road_units=replace(units, coordinates="metres"))
    (problem,) = refused(eight_metres, tmp_path / "other")
    assert "8 m wide" in problem.what and problem.file == str(tmp_path / "net.tntp")


def test_nobody_drives_through_a_zone(tmp_path: Path) -> None:
    report = import_city(tntp(tmp_path, IN_DEGREES, first=4), tmp_path / "out")
    assert report.city.road_files is not None
    roads = read_roads(report.city.road_files)
    starts, ends = {link.start for link in roads.links}, {link.end for link in roads.links}
    assert starts & ends == {"3", "4"}, "zone 3 has one neighbour and is no way through"
    assert {trip.destination for trip in roads.trips} == {"1-arrivals", "2-arrivals", "3"}
    assert "2 zones below node 4 may not be driven through" in said(report)


def test_water_in_degrees_is_placed_on_earth(tmp_path: Path) -> None:
    """Pipes tell: they are as long as the degrees between their ends."""
    text = dedent(WATER)
    for old, new in (("A 100 100", 0.1), ("B 500 100", 0.5), ("C 800 100", 0.8), ("R 0 0", 0.0), ("T 900 300", 0.9)):
        east = 11.5 + new * KM / math.cos(math.radians(48.1))
        text = text.replace(f"\n{old}\n", f"\n{old[0]} {east:.7f} {48.1 + (0.2 * KM if old[0] == 'T' else 0):.7f}\n")
    city = import_city(ImportSources("w", water=water(tmp_path, text)), tmp_path / "out").city
    assert city.longitude_deg == pytest.approx(11.506, abs=0.01)
    assert city.components["junction-B"].x_m - city.components["junction-A"].x_m == pytest.approx(400, abs=1)


def in_degrees(longitude: float, latitude: float, swap: bool = False) -> str:
    """The water network with its map in degrees, its first node there, or there with the two in the wrong order."""
    text = dedent(WATER)
    for old in ("A 100 100", "B 500 100", "C 800 100", "R 0 0", "T 900 300"):
        name, x, y = old.split()
        at = (
            longitude + float(x) / 1000 * KM / math.cos(math.radians(latitude)),
            latitude + float(y) / 1000 * KM,
        )
        first, second = at[::-1] if swap else at
        text = text.replace(f"\n{old}\n", f"\n{name} {first:.7f} {second:.7f}\n")
    return text


@pytest.mark.parametrize("factor", [0.1, 30.0], ids=["short", "long"])
def test_a_town_in_degrees_is_there_though_its_pipes_have_other_lengths(tmp_path: Path, factor: float) -> None:
    """A small map, far from 0, 0 and on no grid is no drawing; that its lengths do not fit is told."""
    text = in_degrees(11.5, 48.1)
    for length in (400, 300):
        text = text.replace(f" {length} 200 120", f" {length * factor:g} 200 120")
    report = import_city(ImportSources("w", water=water(tmp_path, text)), tmp_path / "out")
    city = report.city
    assert city.longitude_deg == pytest.approx(11.506, abs=0.01)
    assert city.components["junction-B"].x_m - city.components["junction-A"].x_m == pytest.approx(400, abs=1)
    assert "as long as the straight way between their ends" in said(report)
    fits = import_city(ImportSources("w", water=water(tmp_path, in_degrees(11.5, 48.1))), tmp_path / "fits")
    assert "as long as the straight way" not in said(fits)


@pytest.mark.parametrize(
    "place",
    [(0.3, 0.4), (40.0, 30.0)],
    ids=["at-the-origin", "wide"],
)
def test_a_drawing_that_degrees_could_hold_stays_one(tmp_path: Path, place: tuple[float, float]) -> None:
    text = in_degrees(*place)
    if place[0] == 40.0:  # on a grid, as people draw
        for old, new in (("A", "40 30"), ("B", "41 30"), ("C", "41 31"), ("R", "40 31"), ("T", "41 32")):
            text = "\n".join(
                f"{old} {new}" if line.startswith(f"{old} ") and line.count(".") == 2 else line
                for line in text.splitlines()
            )
    for length in (400, 300):
        text = text.replace(f" {length} 200 120", f" {length * 30} 200 120")
    report = import_city(ImportSources("w", water=water(tmp_path, text)), tmp_path / "out")
    assert "no file says where the town lies" in said(report)


def test_longitude_and_latitude_in_the_wrong_order_are_told(tmp_path: Path) -> None:
    """A place in Germany whose latitude stands first lies off Somalia. Who lives there says so."""
    file = water(tmp_path, in_degrees(11.5, 48.1, swap=True))
    (problem,) = refused(ImportSources("w", water=file), tmp_path / "out")
    assert problem.file == str(file) and problem.field == "coordinates" and "swapped" in problem.what
    assert "--crs EPSG:4326" in problem.fix
    there = import_city(ImportSources("w", water=file, crs="EPSG:4326"), tmp_path / "there").city
    assert there.latitude_deg == pytest.approx(11.506, abs=0.01)
    assert import_city(ImportSources("w", water=water(tmp_path, in_degrees(11.5, 48.1))), tmp_path / "twin").city


def test_districts_with_swapped_places_are_told_so(tmp_path: Path) -> None:
    ring = [[y, x] for x, y in square(11.45, 48.05, 11.6, 48.2)]
    file = geojson(tmp_path, [({"name": "Mitte", "einwohner": 900}, ring)])
    sources = ImportSources("w", water=water(tmp_path, in_degrees(11.5, 48.1)), districts=file)
    (problem,) = refused(sources, tmp_path / "out")
    assert problem.file == str(file) and "swapped" in problem.fix


def test_gmns_in_capitals_is_read_and_a_broken_node_table_is_told_once(tmp_path: Path) -> None:
    folder = gmns(tmp_path, NODES.upper(), LINKS, "", TRIPS)
    assert len(roads_of(import_city(ImportSources("r", gmns=folder), tmp_path / "out").city)) == 6
    gmns(tmp_path, NODES.replace(",", ";"), LINKS)
    (problem,) = refused(ImportSources("r", gmns=folder), tmp_path / "none")
    assert problem.file == str(folder / "node.csv") and "semicolons" in problem.what


def test_a_plane_with_a_reference_system_lies_where_it_is(tmp_path: Path) -> None:
    pytest.importorskip("pyproj")
    east, north = 565_000.0, 5_934_000.0  # Hamburg, UTM 32
    text = dedent(WATER)
    for old in ("A 100 100", "B 500 100", "C 800 100", "R 0 0", "T 900 300"):
        name, x, y = old.split()
        text = text.replace(f"\n{old}\n", f"\n{name} {float(x) + east} {float(y) + north}\n")
    ring = square(east - 100, north - 100, east + 1000, north + 400)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    districts = geojson(tmp_path, [({"id": "all", "people": 300}, ring)], crs=crs)
    sources = ImportSources("w", water=water(tmp_path, text), districts=districts, crs="EPSG:25832")
    city = import_city(sources, tmp_path / "out").city
    assert (city.longitude_deg, city.latitude_deg) == (pytest.approx(9.98, abs=0.02), pytest.approx(53.55, abs=0.02))
    assert math.dist(*[(city.components[f"junction-{n}"].x_m, city.components[f"junction-{n}"].y_m) for n in "AB"]) == (
        pytest.approx(400, rel=5e-3)  # the map is on a sphere, the system on an ellipsoid
    )
    outline = city.districts["all"].outline
    assert max(x for x, _ in outline) - min(x for x, _ in outline) == pytest.approx(1100, rel=0.02)
    with pytest.raises(BadInput) as caught:
        reference_of("EPSG:999999", "import", "--crs")
    assert "no coordinate reference system" in caught.value.problems[0].what


def test_districts_elsewhere_are_refused_with_both_extents(tmp_path: Path) -> None:
    districts = geojson(tmp_path, [({"id": "a", "people": 9}, square(50_000, 0, 60_000, 9000))])
    (problem,) = refused(ImportSources("w", water=water(tmp_path), districts=districts), tmp_path / "out")
    assert problem.file == str(districts) and "km east" in problem.what and "--crs" in problem.fix
    assert problem.what.count("km east") == 2


HALVES = [square(-50, -50, 400, 400), square(400, -50, 1000, 400)]


@pytest.mark.parametrize(
    ("first", "ids", "people"),
    [
        ({"Stadtteil": "Süd-Öd", "Einwohner": "1.900", "SCHLUESSEL": 1}, ["sued-oed", "b"], 1900),
        ({"gen": "Mitte", "EWZ": 12.0}, ["Mitte", "b"], 12),
        ({"NAME": "St. Georg", "population": 7}, ["st-georg", "b"], 7),
        ({"id": "Süd / Öd, #1", "people": 5}, ["sued-oed-1", "b"], 5),
        ({"id": 7, "people": 5}, ["7", "b"], 5),
        ({"EW": 8}, ["d1", "b"], 8),
    ],
)
def test_districts_as_towns_publish_them(tmp_path: Path, first: dict[str, Any], ids: list[str], people: int) -> None:
    districts = geojson(tmp_path, [(first, HALVES[0]), ({"id": "b", "people": 3}, HALVES[1])])
    city = import_city(ImportSources("w", water=water(tmp_path), districts=districts), tmp_path / "out").city
    assert list(city.districts) == ids and city.districts[ids[0]].people == people


def test_columns_of_districts_can_be_named(tmp_path: Path) -> None:
    rows = [({"schluessel": "N 1", "wohner": 40}, HALVES[0]), ({"schluessel": "N 2", "wohner": 50}, HALVES[1])]
    sources = ImportSources(
        "w",
        water=water(tmp_path),
        districts=geojson(tmp_path, rows),
        district_id="schluessel",
        district_people="wohner",
    )
    city = import_city(sources, tmp_path / "out").city
    assert {d.id: (d.title, d.people) for d in city.districts.values()} == {"n-1": ("N 1", 40), "n-2": ("N 2", 50)}
    wrong = refused(replace(sources, district_people="wohnr"), tmp_path / "other")
    assert "wohner" in wrong[0].what


def test_overlapping_districts_are_told(tmp_path: Path) -> None:
    rows = [({"id": "a", "people": 9}, square(-50, -50, 600, 400)), ({"id": "b", "people": 9}, HALVES[1])]
    report = import_city(ImportSources("w", water=water(tmp_path), districts=geojson(tmp_path, rows)), tmp_path / "out")
    assert "a and b overlap on 0.09 km²" in said(report)


def test_a_network_without_coordinates_is_drawn(tmp_path: Path) -> None:
    text = dedent(WATER).partition("[COORDINATES]")[0] + "[END]\n"
    report = import_city(ImportSources("w", water=water(tmp_path, text)), tmp_path / "out")
    assert "drawn as a tree" in said(report)
    places = {(c.x_m, c.y_m) for c in report.city.of_kind("junction", "tank", "reservoir")}
    assert len(places) == 5


@pytest.mark.parametrize(
    "coordinates", ["A 0 0\nB 0 0\nC 0 0\nR 0 0\nT 0 0\n", "A 100 0\nB 500 0\nC 800 0\nR 0 0\nT 1100 0\n"]
)
def test_all_at_one_place_or_in_a_line(tmp_path: Path, coordinates: str) -> None:
    text = dedent(WATER).partition("[COORDINATES]")[0] + f"[COORDINATES]\n{coordinates}[END]\n"
    report = import_city(ImportSources("w", water=water(tmp_path, text)), tmp_path / "out")
    assert "outlines reach 300 m" in said(report) or "drawn as a tree" in said(report)


def test_no_demand_is_refused_once_and_told_of_the_file(tmp_path: Path) -> None:
    text = dedent(WATER).replace("A 10 2.0", "A 10 0").replace("B 12 1.0", "B 12 0").replace("C 11 0.78", "C 11 0")
    path = water(tmp_path, text)
    (problem,) = refused(ImportSources("w", water=path), tmp_path / "out")
    assert problem.file == str(path) and "--districts" in problem.fix


@pytest.mark.parametrize("code", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_ids_in_any_code_that_windows_writes(tmp_path: Path, code: str) -> None:
    path = tmp_path / "town.inp"
    text = dedent(WATER).replace("\nT 60", "\nBehälter 60").replace("C T 300", "C Behälter 300")
    path.write_bytes(text.replace("\nT 900", "\nBehälter 900").encode(code))
    city = import_city(ImportSources("w", water=path), tmp_path / "out").city
    assert city.components["tank-Behälter"].network_id == "Behälter"


def test_a_town_too_wide_is_refused_with_the_extents(tmp_path: Path) -> None:
    text = dedent(WATER).replace("A B 400", "A B 400000").replace("B C 300", "B C 300000")
    path = water(tmp_path, text)
    problems = refused(ImportSources("w", water=path), tmp_path / "out")
    assert {p.field for p in problems} <= {"extent", "length"} and problems[0].file
