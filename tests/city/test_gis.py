"""GeoPackages, shapefiles and OpenStreetMap extracts as planners have them: made here by the libraries themselves."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import shapely

from simulator.city.export import geojson
from simulator.city.geopackage import LAYERS, write_geopackage, write_styles
from simulator.city.importers.gis import file_and_layer
from simulator.city.importing import ImportSources, import_city
from simulator.city.road_file import read_roads
from simulator.contracts.problem import BadInput
from tests.city.towns import WATER

pyogrio = pytest.importorskip("pyogrio", reason="the gis extra is not installed")
pyproj = pytest.importorskip("pyproj", reason="the import extra is not installed")

EAST, NORTH = 456_000.0, 5_428_000.0  # Karlsruhe in UTM 32
UTM = "EPSG:25832"


@pytest.fixture(autouse=True)
def without_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in ("balance.in_balance", "as_written.settings_told"):
        monkeypatch.setattr(f"simulator.domains.water.{rule}", lambda trial: trial.draft)


def water(folder: Path) -> Path:
    """The hamlet of `towns` in UTM."""
    text = dedent(WATER)
    head, coordinates = text.split("[COORDINATES]\n")
    rows = [line.split() for line in coordinates.splitlines() if line and not line.startswith("[")]
    moved = "".join(f"{name} {float(x) + EAST} {float(y) + NORTH}\n" for name, x, y in rows)
    path = folder / "town.inp"
    path.write_text(f"{head}[COORDINATES]\n{moved}[END]\n", encoding="utf-8")
    return path


def layer(path: Path, called: str, kind: str, shapes: list[Any], crs: str | None = UTM, **fields: list[Any]) -> Path:
    columns = [np.array(v, dtype=object if isinstance(v[0], str | None) else float) for v in fields.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a layer has no reference system is what a test is about
        pyogrio.raw.write(
            str(path), shapely.to_wkb(np.array(shapes, dtype=object)), columns, np.array(list(fields), dtype=object),
            layer=called, driver="ESRI Shapefile" if path.suffix == ".shp" else "GPKG", geometry_type=kind, crs=crs,
            append=path.exists(),
        )  # fmt: skip
    return path


def squares() -> list[Any]:
    return [shapely.box(EAST + x - 600, NORTH - 500, EAST + x, NORTH + 800) for x in (500, 1100)]


def town(folder: Path, **more: Any) -> ImportSources:
    return ImportSources("town", water=water(folder), crs=UTM, **more)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_districts_are_those_of_the_layer(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"stadt{suffix}"
    layer(path, "teile" if suffix == ".gpkg" else "stadt", "Polygon", squares(),
          Stadtteil=["Süd-Öd", "Nord"], Einwohner=[900.0, 1200.0])  # fmt: skip
    city = import_city(town(tmp_path, districts=path), tmp_path / "out").city
    assert {(d.title, d.people) for d in city.districts.values()} == {("Süd-Öd", 900), ("Nord", 1200)}
    south = next(d for d in city.districts.values() if d.people == 900)
    x, y = np.array(south.outline).T
    assert shapely.Polygon(south.outline).area == pytest.approx(
        600 * 1300, rel=5e-3
    )  # the map is a sphere's: 0.3 % at 49°
    assert city.components["junction-A"].district == south.id
    assert max(x) - min(x) == pytest.approx(math.hypot(600, 0), rel=0.05) and max(y) > min(y)


def test_a_layer_is_named_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "stadt.gpkg"
    for name, people in (("alt", 1.0), ("neu", 700.0)):
        layer(path, name, "Polygon", squares(), name=["a", "b"], people=[people, people])
    with pytest.raises(BadInput, match=r"has 2 layers of Polygon; name one: stadt.gpkg:LAYER \(alt, neu\)"):
        import_city(town(tmp_path, districts=path), tmp_path / "out")
    with pytest.raises(BadInput, match="has no layer 'new'; did you mean 'neu'"):
        import_city(town(tmp_path, districts=Path(f"{path}:new")), tmp_path / "out")
    city = import_city(town(tmp_path, districts=Path(f"{path}:neu")), tmp_path / "out").city
    assert {d.people for d in city.districts.values()} == {700}


def test_the_name_of_a_layer_stands_behind_the_first_colon() -> None:
    assert file_and_layer(Path("stadt.gpkg:a:b")) == (Path("stadt.gpkg"), "a:b")
    assert file_and_layer(Path("d.gpkg:e/stadt.GPKG:neu")) == (Path("d.gpkg:e/stadt.GPKG"), "neu")
    assert file_and_layer(Path("stadt.gpkg")) == (Path("stadt.gpkg"), "")


def test_a_mistake_is_told_of_the_layer_and_its_row(tmp_path: Path) -> None:
    path = layer(tmp_path / "s.gpkg", "teile", "Polygon", squares(), name=["a", "b"], einwohner=["800", "viele"])
    with pytest.raises(BadInput) as caught:
        import_city(town(tmp_path, districts=path), tmp_path / "out")
    (problem,) = caught.value.problems
    assert (problem.file, problem.field.split(".")[0]) == (str(path), "row 2") and "viele" in problem.what
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>", "is no .gpkg"),
        (b"SQLite format 3\x00", "cannot be read"),
        (b"", "is no .gpkg"),
    ],
)
def test_what_only_looks_like_a_layer_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    """A virtual file of GDAL names other files: nothing of it is followed."""
    path = tmp_path / "d.gpkg"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        import_city(town(tmp_path, districts=path), tmp_path / "out")


def test_a_layer_without_a_reference_system_asks_for_one(tmp_path: Path) -> None:
    path = layer(tmp_path / "d.shp", "d", "Polygon", squares(), crs=None, name=["a", "b"], people=[5.0, 6.0])
    with pytest.raises(BadInput, match="names no coordinate reference system"):
        import_city(ImportSources("town", water=water(tmp_path), districts=path), tmp_path / "out")
    assert import_city(town(tmp_path, districts=path), tmp_path / "out").city.people == 11


def test_roads_of_a_layer_are_as_long_as_the_ellipsoid_says(tmp_path: Path) -> None:
    corners = [(0, 0), (900, 0), (900, 700), (0, 700)]
    lines = [
        shapely.LineString([(EAST + a, NORTH + b) for a, b in (corners[i], corners[(i + 1) % 4])]) for i in range(4)
    ]
    path = layer(tmp_path / "r.gpkg", "strassen", "LineString", lines,
                 kennung=["a", "b", "c", "d"], maxspeed=[30.0, 50.0, math.nan, 50.0],
                 oneway=["yes", "no", "no", "no"])  # fmt: skip
    city = import_city(town(tmp_path, road_map=path), tmp_path / "out").city
    assert city.road_files is not None
    roads = {road.id: road for road in read_roads(city.road_files).links}
    assert set(roads) == {"a", "b", "b-back", "c", "c-back", "d", "d-back"}
    to_degrees = pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    earth = pyproj.Geod(ellps="WGS84")
    for name, line in zip("abcd", lines, strict=True):
        x, y = to_degrees.transform(*np.array(line.coords).T)
        assert roads[name].length_m == pytest.approx(earth.line_length(x, y), abs=0.06)
    assert [round(roads[name].free_speed_m_s * 3.6) for name in "abc"] == [30, 50, 50]
    assert len([one for one in city.components.values() if one.kind == "road-node"]) == 4


def test_assets_are_points_and_lines_of_layers(tmp_path: Path) -> None:
    """A hospital stands where its outline has its middle; the pipes of a utility's layer say when they were laid."""
    path = tmp_path / "bestand.gpkg"
    house = shapely.box(EAST + 190, NORTH + 90, EAST + 210, NORTH + 110)
    layer(path, "haeuser", "Polygon", [house], Art=["Krankenhaus"], Name=["St. Anna"], parameters=["beds=120"])
    ways = [shapely.LineString([(EAST + 100, NORTH + 100), (EAST + 500, NORTH + 100)])]
    layer(path, "rohre", "LineString", ways, id=["p1"], Baujahr=[1962.0], Betreiber=["Stadtwerke"], DN=[200.0])
    city = import_city(town(tmp_path, assets=Path(f"{path}:haeuser")), tmp_path / "out").city
    (hospital,) = city.of_kind("hospital")
    junction = city.components["junction-A"]  # at 100, 100
    assert (hospital.title, hospital.number("beds")) == ("St. Anna", 120.0)
    assert hospital.x_m - junction.x_m == pytest.approx(100, abs=1)
    assert hospital.y_m == pytest.approx(junction.y_m, abs=2)
    report = import_city(town(tmp_path, assets=Path(f"{path}:rohre")), tmp_path / "pipes")
    pipe = report.city.components["pipe-p1"]
    assert (pipe.year, pipe.owner) == (1962, "Stadtwerke")
    assert any("say nothing here: DN" in str(note.text) for note in report.assumptions)
    layer(path, "falsch", "LineString", ways, id=["p9"], Baujahr=[1962.0])
    with pytest.raises(BadInput, match="no network file has 'p9'"):
        import_city(town(tmp_path, assets=Path(f"{path}:falsch")), tmp_path / "wrong")


def test_the_export_is_layers_with_lines_as_lines(tmp_path: Path) -> None:
    city = import_city(town(tmp_path), tmp_path / "out").city
    path = tmp_path / "town.gpkg"
    write_geopackage(path, city)
    assert {str(name) for name, _kind in pyogrio.list_layers(path)} == set(LAYERS)
    meta, _fids, wkb, columns = pyogrio.raw.read(path, layer="lines")
    fields = dict(zip(meta["fields"].tolist(), columns, strict=True))
    shapes = dict(zip(fields["id"].tolist(), shapely.from_wkb(wkb), strict=True))
    assert set(shapes) == {"pipe-p1", "pipe-p2", "pipe-p3"} and meta["crs"] == "EPSG:4326"
    earth = pyproj.Geod(ellps="WGS84")
    x, y = np.array(shapes["pipe-p1"].coords).T
    assert earth.line_length(x, y) == pytest.approx(400, rel=2e-3)
    places = pyogrio.raw.read(path, layer="places")
    assert len(places[2]) == len(city.components) - 3
    first = path.read_bytes()
    write_geopackage(path, city)
    assert path.read_bytes() == first
    assert '"LineString"' in next(line for line in geojson(city).splitlines() if '"id": "pipe-p1"' in line)


def test_styles_name_every_sub_system(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    styles = write_styles(tmp_path / "town.gpkg")
    assert [one.name for one in styles] == [f"town-{name}.qml" for name in LAYERS]
    found = ElementTree.fromstring(styles[1].read_text(encoding="utf-8"))
    values = {one.get("value") for one in found.iter("category")}
    assert {"water", "energy", "traffic", ""} <= values
    assert len(list(found.iter("symbol"))) == len(values)


OSM = """<osm version="0.6">
  <node id="1" lat="49.000" lon="8.400" version="1"/>
  <node id="2" lat="49.000" lon="8.405" version="1"><tag k="highway" v="traffic_signals"/></node>
  <node id="3" lat="49.000" lon="8.410" version="1"/>
  <node id="4" lat="49.004" lon="8.405" version="1"/>
  <node id="5" lat="48.997" lon="8.405" version="1"/>
  <node id="6" lat="49.001" lon="8.4035" version="1">
    <tag k="amenity" v="hospital"/><tag k="name" v="St. Anna"/><tag k="beds" v="120"/></node>
  <node id="7" lat="49.002" lon="8.407" version="1"><tag k="emergency" v="siren"/></node>
  <node id="8" lat="49.003" lon="8.402" version="1"><tag k="amenity" v="fire_station"/></node>
  <node id="9" lat="49.003" lon="8.403" version="1"><tag k="emergency" v="ambulance_station"/></node>
  <way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
    <tag k="highway" v="secondary"/><tag k="lanes" v="4"/></way>
  <way id="11" version="1"><nd ref="5"/><nd ref="2"/><nd ref="4"/>
    <tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
  <way id="12" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/></way>
</osm>
"""


def test_an_extract_brings_roads_and_what_stands_in_the_town(tmp_path: Path) -> None:
    """Ways are cut where they cross; four lanes are two each way; an ambulance station counts before a fire one."""
    osmium = pytest.importorskip("osmium", reason="the osm extra is not installed")
    text, path = tmp_path / "town.osm", tmp_path / "town.osm.pbf"
    text.write_text(OSM, encoding="utf-8")
    with osmium.SimpleWriter(str(path)) as writer:
        for one in osmium.FileProcessor(str(text)):
            writer.add(one)
    city = import_city(town(tmp_path, road_map=path), tmp_path / "out").city
    assert city.road_files is not None
    roads = {road.id: road for road in read_roads(city.road_files).links}
    assert set(roads) == {"10-0", "10-0-back", "10-1", "10-1-back", "11-0", "11-1"}
    assert (roads["10-0"].lanes, roads["11-0"].lanes) == (2, 1)
    assert [round(roads[one].free_speed_m_s * 3.6) for one in ("10-0", "11-0")] == [50, 30]
    earth = pyproj.Geod(ellps="WGS84")
    assert roads["10-0"].length_m == pytest.approx(earth.line_length([8.400, 8.405], [49.0, 49.0]), abs=0.06)
    (hospital,) = city.of_kind("hospital")
    assert (hospital.title, hospital.number("beds")) == ("St. Anna", 120.0)
    assert len(city.of_kind("siren")) == 1 and len(city.of_kind("rescue-station")) == 1
    (signal,) = city.of_kind("signal")
    crossing = city.components["road-node-2"]
    assert math.hypot(signal.x_m - crossing.x_m, signal.y_m - crossing.y_m) < 1


def test_what_is_no_extract_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("osmium", reason="the osm extra is not installed")
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(b"nothing of that kind")
    with pytest.raises(BadInput, match="is no OpenStreetMap file"):
        import_city(town(tmp_path, road_map=path), tmp_path / "out")


def test_published_networks_come_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not here is named; of one that is, its networks. The package here is made by hand."""
    with pytest.raises(BadInput, match="simbench:x:0: file: needs the package simbench; install it with: pip install"):
        import_city(ImportSources("town", power=Path("simbench:x")), tmp_path / "out")
    inside = tmp_path / "site" / "epyt" / "networks" / "some"
    inside.mkdir(parents=True)
    (tmp_path / "site" / "epyt" / "__init__.py").write_text("raise RuntimeError('nobody has to run this')\n")
    (inside / "Hamlet.inp").write_text(dedent(WATER), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(BadInput, match="no network here is called 'hamlet'; did you mean 'Hamlet'"):
        import_city(ImportSources("town", water=Path("epyt:hamlet")), tmp_path / "out")
    assert import_city(ImportSources("town", water=Path("epyt:Hamlet")), tmp_path / "out").city.people > 0
