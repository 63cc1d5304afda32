"""A city as one GeoJSON feature collection (RFC 7946), for QGIS and any other program that reads maps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely

from simulator.city.frame import to_degrees
from simulator.city.geojson import DEGREE_DIGITS
from simulator.city.networks import read_networks
from simulator.city.read import read_folder
from simulator.contracts.city import City
from simulator.contracts.codes import given_words
from simulator.contracts.component import Component, District
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.contracts.words import SOURCE

Extra = Mapping[str, Mapping[str, float | str | None]]
"""More properties, such as the results of a run, by the id of a district or component."""

Position = list[float]


def features(city: City, extra: Extra | None = None, lang: str = SOURCE) -> Iterator[dict[str, Any]]:
    """Districts as polygons, components as points, pipes, power lines, roads and links as lines; what each one is
    stands in `feature`.

    Names that a rule gave are in the language `lang`; ids, kinds and what the city's owner wrote are as they stand.
    """
    more = extra or {}
    for district in city.districts.values():
        yield _feature(district.id, _district_shape(district, city), _of_district(district, more))
    lines = line_ends(city)
    for component in city.components.values():
        ends = lines.get(component.id)
        shape: dict[str, Any] = {"type": "Point", "coordinates": _at(component.x_m, component.y_m, city)}
        if ends is not None:
            shape = _line(ends, city)
        yield _feature(component.id, shape, _of_component(component, more, lang))
    for link in city.links.values():
        ends = city.components[link.source], city.components[link.target]
        yield _feature(link.id, _line(ends, city), _of_link(link))


def _line(ends: tuple[Component, Component], city: City) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [_at(end.x_m, end.y_m, city) for end in ends]}


def line_ends(city: City) -> dict[str, tuple[Component, Component]]:
    """The two ends of every component without a shape of its own: a pipe, a power line, a road. Raises `BadInput`.

    They are straight: how a main or cable winds between its ends no file of the city says.
    """
    if city.folder is None:
        return {}
    reading = read_folder(city.folder)
    networks, _problems = read_networks(city.folder, reading.draft, reading.where)
    known = city.components
    return {
        name: (known[a], known[b])
        for name, (a, b) in networks.ends.items()
        if name in known and {a, b} <= known.keys() and not registry().types[known[name].kind].glyph
    }


def geojson(city: City, extra: Extra | None = None, lang: str = SOURCE) -> str:
    """The collection as text, one feature a line; the same city gives the same bytes."""
    body = ",\n".join(json.dumps(one, ensure_ascii=False, allow_nan=False) for one in features(city, extra, lang))
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def write_geojson(path: Path, city: City, extra: Extra | None = None, lang: str = SOURCE) -> None:
    """Raises `OSError` if the file cannot be written."""
    path.write_text(geojson(city, extra, lang), encoding="utf-8", newline="\n")


def _at(x_m: float, y_m: float, city: City) -> Position:
    return [round(d, DEGREE_DIGITS) for d in to_degrees(x_m, y_m, city.longitude_deg, city.latitude_deg)]


def _feature(name: str, geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in properties.items() if value not in (None, "")}
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": {"id": name, **kept}}


def _district_shape(district: District, city: City) -> dict[str, Any]:
    """Its outline, the ring counter-clockwise as RFC 7946 has it; the middle where no outline is known."""
    if len(district.outline) < 3:
        return {"type": "Point", "coordinates": _at(district.x_m, district.y_m, city)}
    ring = shapely.orient_polygons(shapely.Polygon(district.outline)).exterior.coords
    return {"type": "Polygon", "coordinates": [[_at(x, y, city) for x, y in ring]]}


def _of_district(district: District, extra: Extra) -> dict[str, Any]:
    return {"feature": "district", "title": district.title, "people": district.people, **extra.get(district.id, {})}


def _of_component(component: Component, extra: Extra, lang: str) -> dict[str, Any]:
    return {
        "feature": "component",
        "title": component.title or (given_words(component.given).of(lang) if component.given else ""),
        "kind": component.kind,
        "domain": component.domain.value,
        "district": component.district,
        "owner": component.owner,
        "maker": component.maker,
        "model": component.model,
        "firmware": component.firmware,
        "year": component.year,
        **extra.get(component.id, {}),
    }


def _of_link(link: Link) -> dict[str, Any]:
    return {
        "feature": "link",
        "kind": link.kind.value,
        "source": link.source,
        "target": link.target,
        "owner": link.owner,
        "autonomy_s": link.autonomy_s,
    }
