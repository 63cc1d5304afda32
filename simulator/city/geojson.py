"""Districts as GeoJSON (RFC 7946): polygons in longitude and latitude, or in metres of the city's map."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator.city.draft import DistrictDraft
from simulator.city.files import text_of
from simulator.city.frame import MapFrame, to_degrees
from simulator.city.where import Where
from simulator.contracts.document import Row
from simulator.contracts.problem import BadInput, Problem, Unable
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("simulator.city")

DEGREE_DIGITS = 7
"""Seven decimals of a degree are a centimetre."""

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What a feature says of its district beside the outline."""

    id: str
    title: str
    people: int | None


Naming = Callable[[Mapping[str, Any]], Named]
"""What a feature is called. Raises `Unable`."""


CONVERT = _("save it as GeoJSON: ogr2ogr -t_srs EPSG:4326 districts.geojson FILE")


def read_districts(path: Path, frame: MapFrame, where: Where) -> tuple[list[DistrictDraft], list[Problem]]:
    """The districts of a file, outlines in map metres; each feature needs an id and a Polygon or MultiPolygon.

    Holes are not kept. Raises `BadInput` if the file is no GeoJSON feature collection.
    """
    districts, problems, _data = read_features(path, frame, where, _as_written)
    return districts, problems


def read_features(
    path: Path, frame: MapFrame, where: Where, naming: Naming, foreign: bool = False
) -> tuple[list[DistrictDraft], list[Problem], Mapping[str, Any]]:
    """The same with ids, titles and people by a rule of the caller's, and all else that stands in the file.

    One that is `foreign` may be in a Windows code page.
    """
    name, text = str(path), text_of(path, foreign)
    try:
        data = json.loads(text)
    except RecursionError:
        raise BadInput(
            [Problem(name, 0, "json", _("is nested too deeply"), _("export the districts as a FeatureCollection"))]
        ) from None
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] == "<":  # KML, GML of a geoportal, or the page that it shows instead of a file
            raise BadInput([Problem(name, 1, "file", _("is XML or HTML, no GeoJSON"), CONVERT)]) from None
        raise BadInput(
            [Problem(name, error.lineno, "json", Verbatim(error.msg), _("fix the JSON here or just above"))]
        ) from None
    features = data.get("features") if isinstance(data, dict) else None
    if isinstance(data, dict) and data.get("type") == "Feature":
        features = [data]
    if isinstance(data, dict) and data.get("type") == "Topology":
        raise BadInput([Problem(name, 1, "type", _("is TopoJSON, no GeoJSON"), CONVERT)])
    if not isinstance(features, list):
        what = _("is no GeoJSON feature collection")
        raise BadInput([Problem(name, 1, "features", what, _("export the districts as a FeatureCollection"))])
    lines = _feature_lines(text, len(features))
    districts: list[DistrictDraft] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for i, feature in enumerate(features):
        try:
            district = _district(feature, frame, naming)
        except (LookupError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
            said: Text = error.text if isinstance(error, Unable) else _("is no feature with properties and a polygon")
            fix = _("give properties id and title, people if known, and a closed ring of [x, y] pairs")
            problems.append(Problem(name, lines[i], f"features[{i}]", said, fix))
            continue
        if district.id in seen:
            problems.append(
                Problem(
                    name, lines[i], f"features[{i}].id", _("{id} is used twice", id=repr(district.id)), _("rename one")
                )
            )
            continue
        seen.add(district.id)
        where.entry("districts", district.id, Row(name, lines[i], "districts"))
        districts.append(district)
    return districts, problems, data


def write_districts(path: Path, districts: Sequence[DistrictDraft], longitude_deg: float, latitude_deg: float) -> None:
    """Write districts, given in map metres, in longitude and latitude; one feature a line."""
    features = []
    for district in districts:
        rings = [
            [
                [round(value, DEGREE_DIGITS) for value in to_degrees(x, y, longitude_deg, latitude_deg)]
                for x, y in (*outline, outline[0])
            ]
            for outline in district.outlines
        ]
        properties: dict[str, Any] = {"id": district.id, "title": district.title}
        if district.people is not None:
            properties["people"] = district.people
        geometry = (
            {"type": "Polygon", "coordinates": rings}
            if len(rings) == 1
            else {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
        )
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    body = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n', encoding="utf-8")


def _as_written(feature: Mapping[str, Any]) -> Named:
    """As files of this project write it: id, title, people."""
    properties = feature.get("properties") or {}
    name = properties.get("id", feature.get("id"))
    if name in (None, ""):
        raise Unable(_("the feature has no id"))
    people = properties.get("people")
    if people is not None and (
        isinstance(people, bool) or not isinstance(people, int | float) or not math.isfinite(people)
    ):
        raise Unable(_("people of {name} is {value}, not a number", name=repr(name), value=repr(people)))
    title = str(properties.get("title") or properties.get("name") or name)
    return Named(str(name), title, None if people is None else round(people))


def _district(feature: Any, frame: MapFrame, naming: Naming) -> DistrictDraft:
    named = naming(feature)
    name = repr(named.id)
    geometry = feature["geometry"]
    shape, coordinates = geometry["type"], geometry["coordinates"]
    if shape not in ("Polygon", "MultiPolygon"):
        raise Unable(_("{name} is a {shape}, not a Polygon or MultiPolygon", name=name, shape=str(shape)))
    polygons = [coordinates] if shape == "Polygon" else coordinates
    outlines = tuple(_ring(polygon[0], frame, named.id) for polygon in polygons if polygon)
    if not outlines:
        raise Unable(_("{name} has no outline", name=name))
    return DistrictDraft(named.id, named.title, outlines, named.people)


def _ring(points: Any, frame: MapFrame, name: str) -> Ring:
    array = np.array([[float(point[0]), float(point[1])] for point in points], dtype=np.float64)
    if len(array) > 1 and (array[0] == array[-1]).all():
        array = array[:-1]
    if len(array) < 3 or not np.isfinite(array).all():
        raise Unable(_("the outline of {name} has fewer than three points, or one that is no number", name=repr(name)))
    x, y = frame.to_map(array[:, 0], array[:, 1])
    return tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))


def _feature_lines(text: str, count: int) -> list[int]:
    """The line in which each feature begins: `"Feature"` is written once in each, in whatever order of keys."""
    lines: list[int] = []
    at = text.find('"features"')
    line, counted = text.count("\n", 0, max(at, 0)) + 1, max(at, 0)
    while len(lines) < count and at >= 0:
        at = text.find('"Feature"', at + 1)
        if at >= 0:
            line, counted = line + text.count("\n", counted, at), at
            lines.append(line)
    return lines + [1] * (count - len(lines))
