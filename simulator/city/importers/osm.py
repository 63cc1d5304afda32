"""OpenStreetMap extracts (.osm.pbf, .osm): roads for cars as GMNS tables, and the sites that types name by their tags.

`osmium` is loaded here alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from simulator.city.files import not_installed
from simulator.city.importers.assets import Asset, takes
from simulator.city.importers.gis import RoadLine, write_gmns
from simulator.city.importers.road_units import MILE_M
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import Verbatim, Words

_ = Words("simulator.city")

_CLASSES = """\
motorway 120, trunk 100, primary 50, secondary 50, tertiary 50, unclassified 50, residential 30, living_street 7,
motorway_link 60, trunk_link 60, primary_link 50, secondary_link 50, tertiary_link 50"""
SPEED_KM_H = {name: float(speed) for name, speed in (one.split() for one in _CLASSES.split(","))}
"""Classes of roads that cars use, with the speed where no sign is mapped (assumption: StVO § 3 in towns; residential
roads lie in 30 km/h zones, and in living streets cars walk). Service roads, tracks and paths are left out."""
LANES = {"motorway": 2.0, "trunk": 2.0}
"""Lanes in one direction where none are mapped; all other roads have one (assumption)."""


def is_osm(path: Path) -> bool:
    """Whether a file is an extract of OpenStreetMap, by its name."""
    return path.name.lower().endswith((".pbf", ".osm"))


def read_osm(path: Path, out: Path) -> tuple[Asset, ...]:
    """Write the roads of an extract as a GMNS folder, and return the sites in it. Raises `BadInput`."""
    name = str(path)
    try:
        import osmium
    except ModuleNotFoundError:
        raise not_installed(path, "osmium", _("install it with: pip install 'stadtwerk[{name}]'", name="osm")) from None
    if not path.is_file():
        raise BadInput([Problem(name, 0, "file", _("cannot be read (no such file)"), _("check the path"))])
    tags = {tag: kind for kind, one in registry().types.items() for tag in one.sited}
    ways: list[tuple[int, dict[str, str], list[tuple[int, float, float]]]] = []
    places: dict[str, list[Asset]] = {}
    try:
        found_in: Any = osmium.FileProcessor(name).with_locations()
        for one in found_in:
            said = {tag.k: tag.v for tag in one.tags}
            pairs = {f"{key}={value}" for key, value in said.items()}
            site = next((tag for tag in tags if tag in pairs), "")
            if site and (at := _middle(one)) is not None:
                found = places.setdefault(site, [])
                title = said.get("name", "")
                known = _parameters(said, tags[site])
                found.append(Asset(one.id, "", tags[site], *at, title, "", "", "", "", None, known))
            if one.is_way() and said.get("highway") in SPEED_KM_H and said.get("area") != "yes":
                ways.append((one.id, said, [(n.ref, n.lon, n.lat) for n in one.nodes if n.location.valid()]))
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:  # what it raises for a file that is none
        what = _("is no OpenStreetMap file ({reason})", reason=Verbatim(str(error)[:120]))
        raise BadInput([Problem(name, 0, "file", what, _("download the extract again"))]) from None
    lines = _split(ways)
    if not lines:
        raise BadInput([Problem(name, 0, "highway", _("holds no road"), _("take an extract of the whole town"))])
    write_gmns(lines, out)
    # of the tags of one type the first that is mapped counts: an ambulance station before a fire station
    kept = {kind: next((tag for tag in one.sited if tag in places), "") for kind, one in registry().types.items()}
    return tuple(asset for tag in kept.values() if tag for asset in places[tag])


def _middle(one: Any) -> tuple[float, float] | None:
    """Where a node stands, or the mean of the corners of a way."""
    if one.is_node():
        return (one.lon, one.lat) if one.location.valid() else None
    if one.is_way():
        at = [(n.lon, n.lat) for n in one.nodes if n.location.valid()]
        if at:
            return sum(x for x, _y in at) / len(at), sum(y for _x, y in at) / len(at)
    return None


def _parameters(said: dict[str, str], kind: str) -> dict[str, float | str | bool]:
    """Tags that are parameters of the type by their very name: `beds` of a hospital."""
    known = takes(kind)
    return {key: float(value) for key, value in said.items() if key in known and re.fullmatch(r"\d+", value)}


def _split(ways: list[tuple[int, dict[str, str], list[tuple[int, float, float]]]]) -> list[RoadLine]:
    """Ways cut where others meet them, for it is there that one may turn."""
    used: dict[int, int] = {}
    for _id, _said, nodes in ways:
        for place, (ref, _x, _y) in enumerate(nodes):
            used[ref] = used.get(ref, 0) + (2 if place in (0, len(nodes) - 1) else 1)
    lines: list[RoadLine] = []
    for ident, said, nodes in ways:
        way = said["highway"]
        oneway = said.get("oneway", "yes" if way == "motorway" or "roundabout" in said.values() else "no")
        points = nodes[::-1] if oneway == "-1" else nodes
        alone = oneway in ("yes", "true", "1", "-1")
        lanes = _lanes(said, way, alone)
        start = 0
        for end in range(1, len(points)):
            if used[points[end][0]] > 1:
                part = tuple((x, y) for _ref, x, y in points[start : end + 1])
                lines.append(RoadLine(f"{ident}-{start}", part, _speed(said.get("maxspeed", ""), way), lanes, alone))
                start = end
    return lines


def _speed(said: str, way: str) -> float:
    found = re.fullmatch(r"(\d+)( mph)?", said.strip())
    if found is None:
        return 7.0 if said.endswith("walk") else SPEED_KM_H[way]
    return float(found[1]) * (MILE_M / 1000 if found[2] else 1.0)


def _lanes(said: dict[str, str], way: str, alone: bool) -> float:
    """Lanes in one direction: those mapped, half of them where the road runs both ways."""
    value = said.get("lanes", "")
    if not value.isdigit() or int(value) == 0:
        return LANES.get(way, 1.0)
    return float(int(value) if alone else max(1, int(value) // 2))
