"""A hazard and its area, out of a checked file."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.inject.draws.area import Point
from resilience.inject.draws.hazard import INTENSITY, Hazard, HazardType, Place
from resilience.scenario.fields import Fields
from resilience.scenario.reading import needed_text

FORMS = ("polygon", "geojson", "centre", "line", "district")
"""The ways to say where a hazard is; each file uses one of them."""


def build_hazard(item: Fields) -> Hazard:
    kind = HazardType(needed_text(item, "type"))
    peak = item.number(INTENSITY[kind])
    if peak is None:
        raise TypeError(f"{INTENSITY[kind]!r} is no number: this document was not checked")
    place = build_place(item.child("area"))
    return Hazard(kind, place, peak, item.number("edge"), item.number("fade_m"), item.seconds("over") or 0.0)


def build_place(area: Fields) -> Place:
    radius_m, width_m = area.number("radius_m") or 0.0, area.number("width_m") or 0.0
    geojson = area.child("geojson")
    if geojson.data:
        return _of_geojson(geojson, width_m)
    centre = area.data.get("centre")
    return Place(
        rings=(ring(area.data["polygon"]),) if "polygon" in area else (),
        centre=None if centre is None or isinstance(centre, str) else (float(centre[0]), float(centre[1])),
        component=centre if isinstance(centre, str) else "",
        radius_m=radius_m,
        line=points(area.data["line"]) if "line" in area else (),
        width_m=width_m,
        district=area.text("district") or "",
    )


def _of_geojson(geojson: Fields, width_m: float) -> Place:
    """The rings of a Polygon or MultiPolygon, or the course of a LineString, in longitude and latitude."""
    kind, coordinates = needed_text(geojson, "type"), geojson.data["coordinates"]
    if kind == "LineString":
        return Place(line=points(coordinates), width_m=width_m, degrees=True)
    polygons = [coordinates] if kind == "Polygon" else coordinates
    return Place(
        rings=tuple(ring(polygon[0]) for polygon in polygons),
        holes=tuple(tuple(ring(hole) for hole in polygon[1:]) for polygon in polygons),
        degrees=True,
    )


def points(raw: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """Pairs of numbers."""
    return tuple((float(point[0]), float(point[1])) for point in raw)


def ring(raw: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """The corners of a polygon; one that ends where it began is left open."""
    found = points(raw)
    return found[:-1] if len(found) > 1 and found[0] == found[-1] else found
