"""GeoPackages and shapefiles: their layers as GeoJSON and GMNS tables in longitude and latitude, which others read.

GDAL opens a file by what is in it, and some forms of file name others: so only files that begin as these two do are
handed to it.
"""

from __future__ import annotations

import csv
import json
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from simulator.city.files import unreadable
from simulator.city.geopackage import gdal
from simulator.city.importers.reference import Reference, reference_of
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("simulator.city")

BEGINNINGS = {".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a"}
"""What the first bytes of a GeoPackage and of a shapefile are."""


@dataclass(frozen=True)
class GisLayer:
    """A layer as read: shapes in longitude and latitude, and the values of each field, row by row."""

    file: Path
    name: str
    shapes: Sequence[Any]
    fields: dict[str, Any]

    def problem(self, row: int, field: str, what: Text, fix: Text) -> Problem:
        """A problem of a row, the first being 1, told with its layer."""
        return Problem(str(self.file), 0, f"{self.name}[{row}].{field}" if field else f"{self.name}[{row}]", what, fix)

    def value(self, name: str, row: int) -> Any:
        """What stands in a field, None where nothing does."""
        found = self.fields[name][row]
        if isinstance(found, np.generic):
            found = found.item()
        return None if found is None or (isinstance(found, float) and math.isnan(found)) else found


_GIVEN = re.compile(r"(.*?\.(?:gpkg|shp))(?::([^/]*))?", re.IGNORECASE | re.DOTALL)
"""A file, and the name of its layer behind a colon, as in town.gpkg:roads."""


def is_gis(path: Path) -> bool:
    """Whether a file is a GeoPackage or a shapefile, by its name; a layer may be named behind it."""
    return _GIVEN.fullmatch(str(path)) is not None


def file_and_layer(path: Path) -> tuple[Path, str]:
    found = _GIVEN.fullmatch(str(path))
    return (path, "") if found is None else (Path(found[1]), found[2] or "")


def read_layer(given: Path, crs: str, shapes: Sequence[str]) -> GisLayer:
    """A layer of these shapes: the one that is named, else the only one. Raises `BadInput`."""
    file, wanted = file_and_layer(given)
    name = str(file)
    pyogrio = gdal(file)
    try:
        with file.open("rb") as opened:
            first = opened.read(16)
    except OSError as error:
        raise unreadable(file, error) from None
    if not first.startswith(BEGINNINGS[file.suffix.lower()]):
        what = _("is no {form}, whatever its name says", form=file.suffix)
        raise BadInput([Problem(name, 0, "file", what, _("save it again as a GeoPackage"))])
    try:
        with warnings.catch_warnings():  # what GDAL finds odd is no mistake of the file; what it cannot read is raised
            warnings.simplefilter("ignore")
            listed = pyogrio.list_layers(str(file))
        there = {str(one): str(shape) for one, shape in listed.tolist() if shape is not None}
        fit = [one for one, shape in there.items() if any(form in shape for form in shapes)]
        if wanted and wanted not in there:
            what = _("has no layer {name}", name=repr(wanted))
            raise BadInput([Problem(name, 0, "layer", what, suggestion(wanted, there, ", ".join(there)))])
        if not wanted and len(fit) != 1:
            what = _("has {n} layers of {shapes}", n=len(fit), shapes=", ".join(shapes))
            fix = _("name one: {file}:LAYER ({names})", file=file.name, names=", ".join(fit or there) or "-")
            raise BadInput([Problem(name, 0, "layer", what, fix)])
        layer = wanted or fit[0]
        meta, _fids, wkb, columns = pyogrio.raw.read(str(file), layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        what = _("cannot be read ({reason})", reason=Verbatim(str(error)[:200]))
        raise BadInput([Problem(name, 0, "file", what, _("save it again as a GeoPackage"))]) from None
    said = meta["crs"] or crs
    if not said:
        fix = _("name it: --crs EPSG:25832, or save the file with its reference system")
        raise BadInput([Problem(name, 0, layer, _("names no coordinate reference system"), fix)])
    reference = reference_of(str(said), file, layer)
    found = [_degrees(shape, reference) for shape in shapely.from_wkb(wkb, on_invalid="ignore")]
    return GisLayer(file, layer, found, dict(zip(map(str, meta["fields"]), columns, strict=True)))


def _degrees(shape: Any, reference: Reference) -> Any:
    if shape is None or reference.geographic:
        return None if shape is None else shapely.force_2d(shape)
    return shapely.transform(
        shapely.force_2d(shape), lambda at: np.column_stack(reference.all_degrees(at[:, 0], at[:, 1]))
    )


def districts_as_geojson(given: Path, said: str, out: Path) -> None:
    """Write the polygons of a layer as GeoJSON, with all their fields. Raises `BadInput`."""
    layer = read_layer(given, said, ("Polygon",))
    features = []
    for row, shape in enumerate(layer.shapes):
        properties = {name: layer.value(name, row) for name in layer.fields}
        kept = {name: value for name, value in properties.items() if isinstance(value, str | int | float)}
        geometry = None if shape is None or shape.is_empty else json.loads(shapely.to_geojson(shape))
        features.append({"type": "Feature", "properties": kept, "geometry": geometry})
    body = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    crs = '{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}'
    text = f'{{"type": "FeatureCollection", "crs": {crs}, "features": [\n{body}\n]}}\n'
    out.write_text(text, encoding="utf-8")


SPEEDS = ("maxspeed", "free_speed", "speed", "speed_kmh", "v_max", "geschwindigkeit")
LANES = ("lanes", "fahrstreifen", "spuren")
ONE_WAY = ("oneway", "one_way", "einbahn", "directed")
IDS = ("link_id", "id", "osm_id", "fid", "kennung")
"""How the fields of a road layer are called, in the order in which they count; capitals make no difference."""

SAME_PLACE_DIGITS = 6
"""Ends of roads that agree to so many digits of a degree, a decimetre, are one junction (assumption)."""


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A road between two junctions: its points in degrees, metres along it, and what is known of it."""

    id: str
    points: tuple[tuple[float, float], ...]
    speed_km_h: float | None = None
    lanes: float | None = None
    one_way: bool = False


def roads_as_gmns(given: Path, crs: str, out: Path) -> None:
    """Write the lines of a layer as a GMNS folder. Raises `BadInput` with every row that cannot be read."""
    layer = read_layer(given, crs, ("LineString",))
    names = {name.casefold(): name for name in reversed(layer.fields)}
    columns = [next((names[one] for one in some if one in names), "") for some in (IDS, SPEEDS, LANES, ONE_WAY)]
    problems: list[Problem] = []
    lines: list[RoadLine] = []
    taken: set[str] = set()
    for row, shape in enumerate(layer.shapes):
        if shape is None or shape.is_empty:
            problems.append(layer.problem(row + 1, "", _("has no geometry"), _("draw it, or take the row out")))
            continue
        said = [layer.value(name, row) if name else None for name in columns]
        speed, lanes = (
            _number(layer, row, name, value, problems) for name, value in zip(columns[1:3], said[1:3], strict=True)
        )
        parts = shape.geoms if hasattr(shape, "geoms") else (shape,)
        for number, part in enumerate(parts):
            name = f"{row + 1}" if said[0] is None else str(said[0])
            name = name if number == 0 and name not in taken else f"{name}-{row + 1}-{number}"
            taken.add(name)
            points = tuple((float(x), float(y)) for x, y in part.coords)
            one_way = str(said[3]).casefold() in ("yes", "true", "1", "1.0", "ja", "-1")
            lines.append(RoadLine(name, points[::-1] if str(said[3]) == "-1" else points, speed, lanes, one_way))
    if not lines and not problems:
        problems.append(layer.problem(0, "", _("holds no road"), _("name another layer")))
    if problems:
        raise BadInput(problems)
    write_gmns(lines, out)


def _number(layer: GisLayer, row: int, name: str, value: Any, problems: list[Problem]) -> float | None:
    if value is None or value == "":
        return None
    try:
        return float(str(value).split(";")[0])
    except ValueError:
        what = _("{value} is not a number", value=repr(value)[:80])
        problems.append(layer.problem(row + 1, name, what, _("write a number, or leave it empty")))
        return None


def write_gmns(lines: Sequence[RoadLine], out: Path) -> None:
    """Lines as GMNS tables: a junction where ends meet, lengths along them on the ellipsoid (WGS84)."""
    from pyproj import Geod

    earth = Geod(ellps="WGS84")
    out.mkdir(parents=True, exist_ok=True)
    nodes: dict[tuple[float, float], str] = {}
    rows: list[tuple[object, ...]] = []

    def node(point: tuple[float, float]) -> str:
        at = (round(point[0], SAME_PLACE_DIGITS), round(point[1], SAME_PLACE_DIGITS))
        return nodes.setdefault(at, str(len(nodes) + 1))

    for line in lines:
        ends = node(line.points[0]), node(line.points[-1])
        length_m = float(earth.line_length([x for x, _y in line.points], [y for _x, y in line.points]))
        if ends[0] == ends[1] or length_m <= 0:
            continue  # a roundabout or a drive that leads back to itself joins nothing
        said = ("" if one is None else f"{one:g}" for one in (line.speed_km_h, line.lanes))
        shape = shapely.LineString(line.points).wkt
        rows.append((line.id, *ends, int(line.one_way), f"{length_m:.1f}", *said, shape))
    tables: tuple[tuple[str, Sequence[str], Iterator[tuple[object, ...]]], ...] = (
        ("config.csv", ("long_length", "speed", "crs"), iter([("m", "km/h", "EPSG:4326")])),
        ("node.csv", ("node_id", "x_coord", "y_coord"), ((name, x, y) for (x, y), name in nodes.items())),
        (
            "link.csv",
            ("link_id", "from_node_id", "to_node_id", "directed", "length", "free_speed", "lanes", "geometry"),
            iter(rows),
        ),
    )
    for file, head, body in tables:
        with (out / file).open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened, lineterminator="\n").writerows([head, *body])
