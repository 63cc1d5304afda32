"""Where the buses of a pandapower net stand on the map."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.city.importers.pandapower_rows import Tables

Point = tuple[float, float]
STEP_M = 100.0
"""Distance between neighbours in a drawn layout (assumption)."""


def places(net: Any, tables: Tables, edges: Sequence[tuple[int, int]], roots: Iterable[int]) -> dict[int, Point]:
    """A point for every bus: from its GeoJSON, else from the old table `bus_geodata`, else drawn or a neighbour's."""
    known = _from_geojson(net) or _from_table(net)
    known = {bus: point for bus, point in known.items() if bus in tables.node_of}
    buses = list(tables.node_of)
    if not known:
        tables.assume("coordinates", "the file has none; the grid was drawn as a tree from its infeeds", "assumption")
        return _tree(buses, edges, roots)
    missing = [bus for bus in buses if bus not in known]
    if missing:
        words = "without coordinates, placed at the nearest neighbour along the grid that has some"
        tables.assume_of("coordinates", [f"bus {bus}" for bus in missing], words)
        _borrow(known, buses, edges)
    return known


def frame(points: Iterable[Point]) -> str:
    """`lon-lat` if every point could be degrees, else `metres`. A small plane round its origin would be taken wrong."""
    return "lon-lat" if all(abs(x) <= 180.0 and abs(y) <= 90.0 for x, y in points) else "metres"


def _from_geojson(net: Any) -> dict[int, Point]:
    out: dict[int, Point] = {}
    if "geo" not in net.bus:
        return out
    for bus, geo in net.bus["geo"].items():
        try:
            x, y = json.loads(geo)["coordinates"][:2]
            out[int(bus)] = (float(x), float(y))
        except (TypeError, ValueError, KeyError, IndexError):
            continue
    return {bus: (x, y) for bus, (x, y) in out.items() if math.isfinite(x) and math.isfinite(y)}


def _from_table(net: Any) -> dict[int, Point]:
    frame = net.get("bus_geodata")
    if frame is None or not len(frame):
        return {}
    rows = zip(frame.index, frame["x"], frame["y"], strict=True)
    return {int(bus): (float(x), float(y)) for bus, x, y in rows if math.isfinite(x) and math.isfinite(y)}


def _neighbours(edges: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    out: dict[int, list[int]] = {}
    for a, b in edges:
        out.setdefault(a, []).append(b)
        out.setdefault(b, []).append(a)
    return out


def _borrow(known: dict[int, Point], buses: Sequence[int], edges: Sequence[tuple[int, int]]) -> None:
    near = _neighbours(edges)
    queue = deque(known)
    while queue:
        bus = queue.popleft()
        for other in near.get(bus, ()):
            if other not in known:
                known[other] = known[bus]
                queue.append(other)
    xs, ys = zip(*known.values(), strict=True)
    middle = (sum(xs) / len(xs), sum(ys) / len(ys))
    for bus in buses:
        known.setdefault(bus, middle)


def _tree(buses: Sequence[int], edges: Sequence[tuple[int, int]], roots: Iterable[int]) -> dict[int, Point]:
    """Rings round each infeed: the depth gives the radius, the order of discovery the angle."""
    near = _neighbours(edges)
    depth: dict[int, int] = {}
    for root in [*roots, *buses]:
        if root in depth:
            continue
        depth[root] = 0
        queue = deque([root])
        while queue:
            bus = queue.popleft()
            for other in near.get(bus, ()):
                if other not in depth:
                    depth[other] = depth[bus] + 1
                    queue.append(other)
    rings: dict[int, list[int]] = {}
    for bus, d in depth.items():
        rings.setdefault(d, []).append(bus)
    out = {}
    for d, ring in rings.items():
        radius = STEP_M * max(d, len(ring) / (2 * math.pi) if len(ring) > 1 else d)
        for i, bus in enumerate(ring):
            angle = 2 * math.pi * i / len(ring)
            out[bus] = (radius * math.cos(angle), radius * math.sin(angle))
    return out
