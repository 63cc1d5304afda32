"""The elements of a SWMM input file, for the city."""

from __future__ import annotations

import math
from pathlib import Path

from simulator.city.components import NetworkElement
from simulator.domains.wastewater.engine import check_inp
from simulator.domains.wastewater.inp import InpFile, places, read_inp
from simulator.domains.wastewater.model import SewerNetwork


def read(path: Path) -> tuple[NetworkElement, ...]:
    """Every node, link and rain gage of a file, in the order of its sections.

    The weight of a node is its mean dry-weather flow in m3/s. A link stands halfway between its ends; a node without
    coordinates has none. Raises `BadInput` for what SWMM refuses.
    """
    inp = read_inp(path)
    check_inp(path)
    network, at = SewerNetwork.of(inp), places(inp)
    length = _lengths_m(inp)
    found = []
    for i, name in enumerate(network.nodes):
        x, y = at.get(name, (math.nan, math.nan))
        weight = float(network.dry_weather_m3_s[i])
        found.append(NetworkElement(network.node_kind[i], name, x, y, weight=weight))
    for i, name in enumerate(network.links):
        a, b = (network.nodes[int(end)] for end in network.ends[i])
        (ax, ay), (bx, by) = (at.get(end, (math.nan, math.nan)) for end in (a, b))
        middle = ((ax + bx) / 2, (ay + by) / 2)
        found.append(NetworkElement(network.link_kind[i], name, *middle, (a, b), length_m=length.get(name, 0.0)))
    for name in network.gages:
        x, y = at.get(name, _middle(at))
        found.append(NetworkElement("rain-gauge", name, x, y))
    return tuple(found)


def _lengths_m(inp: InpFile) -> dict[str, float]:
    return {row[0]: float(row[3]) * inp.length_m for row in inp.rows("CONDUITS", 4)}


def _middle(at: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """Where a gage stands that the file does not place: in the middle of all that it does."""
    if not at:
        return math.nan, math.nan
    xs, ys = zip(*at.values(), strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)
