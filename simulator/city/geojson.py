"""Districts as GeoJSON (RFC 7946): polygons in longitude and latitude, or in metres of the city's map."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from simulator.city.draft import DistrictDraft
from simulator.city.frame import MapFrame, to_degrees
from simulator.city.where import Where
from simulator.contracts.document import Row
from simulator.contracts.problem import BadInput, Problem, Unable, reason_of
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("simulator.city")

DEGREE_DIGITS = 7
"""Seven decimals of a degree are a centimetre."""

Ring = tuple[tuple[float, float], ...]


def read_districts(path: Path, frame: MapFrame, where: Where) -> tuple[list[DistrictDraft], list[Problem]]:
    """The districts of a file, outlines in map metres; each feature needs an id and a Polygon or MultiPolygon.

    Holes are not kept. Raises `BadInput` if the file is no GeoJSON feature collection.
    """
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text)
    except OSError as error:
        raise BadInput(
            [Problem(name, 0, "file", _("cannot be read ({reason})", reason=reason_of(error)), _("check the path"))]
        ) from None
    except UnicodeDecodeError as error:
        raise BadInput(
            [Problem(name, 0, "file", _("is not UTF-8 text ({reason})", reason=error.reason), _("save it as UTF-8"))]
        ) from None
    except json.JSONDecodeError as error:
        raise BadInput(
            [Problem(name, error.lineno, "json", Verbatim(error.msg), _("fix the JSON here or just above"))]
        ) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        what = _("is no GeoJSON feature collection")
        raise BadInput([Problem(name, 1, "features", what, _("export the districts as a FeatureCollection"))])
    lines = _feature_lines(text, len(features))
    districts: list[DistrictDraft] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for i, feature in enumerate(features):
        try:
            district = _district(feature, frame)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
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
    return districts, problems


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


def _district(feature: Any, frame: MapFrame) -> DistrictDraft:
    properties = feature.get("properties") or {}
    name = properties.get("id", feature.get("id"))
    if name in (None, ""):
        raise Unable(_("the feature has no id"))
    people = properties.get("people")
    if people is not None and (isinstance(people, bool) or not isinstance(people, int | float)):
        raise Unable(_("people of {name} is {value}, not a number", name=repr(name), value=repr(people)))
    if people is not None and not math.isfinite(people):
        raise Unable(_("people of {name} is {value}, not a number", name=repr(name), value=repr(people)))
    geometry = feature["geometry"]
    shape, coordinates = geometry["type"], geometry["coordinates"]
    if shape not in ("Polygon", "MultiPolygon"):
        raise Unable(_("{name} is a {shape}, not a Polygon or MultiPolygon", name=repr(name), shape=shape))
    polygons = [coordinates] if shape == "Polygon" else coordinates
    outlines = tuple(_ring(polygon[0], frame, str(name)) for polygon in polygons if polygon)
    if not outlines:
        raise Unable(_("{name} has no outline", name=repr(name)))
    title = str(properties.get("title") or properties.get("name") or name)
    return DistrictDraft(str(name), title, outlines, None if people is None else round(people))


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
