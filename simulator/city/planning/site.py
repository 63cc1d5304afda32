"""Where a town stands: corners of its streets, the people at each, the streets between them, the height of the ground.

A jittered lattice fills a disc with lobes, denser towards the middle. Neighbours in the Gabriel graph are joined; of
these streets the longest are left out again, never so that a part is cut off, until a corner has as many as in towns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from simulator.city.planning.graph import spanning

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DENSITY_HA = 38.0
DENSITY_AT, DENSITY_POWER = 100_000, 0.12
"""People on a hectare of settled land at so many people, and how it grows with the town (assumption)."""

CORNER_PEOPLE = 35.0
"""People for each corner of streets; twice as many, and the dead ends are lost (assumption)."""

MOST_CORNERS = 4_000
"""Towns of more people have more of them at each corner: EPANET's cost grows faster than its nodes (assumption)."""

DEGREE = 2.95
"""Streets at a corner in the mean; 2.8 to 3.1 in towns (assumption)."""

JITTER = 0.38
"""Of the lattice's step by which a corner is moved at most (assumption; below 0.5, so that no two meet)."""

CENTRE_POWER = 1.12
"""Radii grow with this power of the lattice's: corners are denser in the middle (assumption)."""

LOBES = ((2, 0.10), (3, 0.07), (5, 0.04))
"""Waves round the edge of the town, and their height over its radius (assumption)."""

FALL = 2.0
"""People thin out with exp(-FALL * distance from the middle / radius of the town) (Clark 1951; slope assumed)."""
UNEVEN = 0.25
"""Logarithmic spread of the people from corner to corner (assumption)."""

RELIEF_M, RELIEF_LEAST_M, RELIEF_MOST_M = 45.0, 25.0, 110.0
RELIEF_FROM, RELIEF_LOG_M, RELIEF_SMALL_M = 20_000, 25.0, 40.0
"""Height between the lowest and highest corner: at most 40 m to 20,000 people, above 45 m and 25 m more for ten times
the people, never above 110 m (assumption: in steeper small towns most taps stand above 80 m)."""

BASE_M = 120.0
"""Height of the lowest corner above the sea (assumption; nothing depends on it)."""


@dataclass(frozen=True)
class Site:
    """Corners (x, y and height in m, people at each) and streets (pairs of corners, lengths in m)."""

    x_m: Floats
    y_m: Floats
    height_m: Floats
    people: Ints
    streets: Ints
    length_m: Floats
    radius_m: float
    area_ha: float

    @property
    def inhabitants(self) -> int:
        return int(self.people.sum())

    @property
    def degree(self) -> float:
        """Streets at a corner in the mean."""
        return 2 * len(self.streets) / len(self.x_m)


def draw_site(inhabitants: int, random: np.random.Generator) -> Site:
    """The site of a town of so many people."""
    density = DENSITY_HA * (inhabitants / DENSITY_AT) ** DENSITY_POWER
    area_ha = inhabitants / density
    radius = math.sqrt(area_ha * 1e4 / math.pi)
    count = min(MOST_CORNERS, round(inhabitants / CORNER_PEOPLE))
    x, y, share = _corners(count, radius, random)
    people = _whole(share, inhabitants)
    streets = _streets(x, y, random)
    length: Floats = np.hypot(x[streets[:, 0]] - x[streets[:, 1]], y[streets[:, 0]] - y[streets[:, 1]])
    height = _ground(x / radius, y / radius, inhabitants, random)
    return Site(x, y, height, people, streets, np.asarray(np.round(length, 1), dtype=np.float64), radius, area_ha)


def _corners(count: int, radius: float, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Places of `count` corners and the share of the people at each: a lattice in the disc, the outermost left out."""
    step = math.sqrt(math.pi / count)
    half = math.ceil(1.2 / step)
    across, along = np.meshgrid(np.arange(-half, half + 1) * step, np.arange(-half, half + 1) * step)
    u = across.ravel() + random.uniform(-0.5, 0.5) * step + random.uniform(-JITTER, JITTER, across.size) * step
    v = along.ravel() + random.uniform(-0.5, 0.5) * step + random.uniform(-JITTER, JITTER, across.size) * step
    turn = random.uniform(0.0, math.pi / 2)
    u, v = u * math.cos(turn) - v * math.sin(turn), u * math.sin(turn) + v * math.cos(turn)
    out, angle = np.hypot(u, v), np.arctan2(v, u)
    edge = np.ones_like(out)
    for waves, high in LOBES:
        edge += high * np.cos(waves * angle + random.uniform(0.0, 2 * math.pi))
    kept = np.sort(np.argsort(out / edge, kind="stable")[:count])
    out, angle, edge = out[kept], angle[kept], edge[kept]
    scale = math.sqrt(1.0 / float(np.mean(edge**2)))
    far = radius * scale * edge * (out / edge) ** CENTRE_POWER
    share = np.exp(-FALL * out / edge) * (out / edge) ** (2 * CENTRE_POWER - 2)
    share *= random.lognormal(0.0, UNEVEN, count)
    return np.round(far * np.cos(angle), 1), np.round(far * np.sin(angle), 1), share / share.sum()


def _whole(share: Floats, total: int) -> Ints:
    """The total in whole numbers by the shares, at least one each; what is left goes to the largest remainders."""
    exact = share * (total - len(share))
    whole = np.floor(exact).astype(np.int64)
    most = np.argsort(whole - exact, kind="stable")[: total - len(share) - int(whole.sum())]
    whole[most] += 1
    return whole + 1


def _streets(x: Floats, y: Floats, random: np.random.Generator) -> Ints:
    """Pairs of corners: a Gabriel graph without its longest streets, in one piece."""
    pairs = gabriel_of(x, y)
    length = np.hypot(x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]])
    needed = spanning(len(x), pairs, length * random.lognormal(0.0, 0.3, len(pairs)))
    wanted = round(DEGREE * len(x) / 2)
    spare = np.flatnonzero(~needed)
    spare = spare[np.argsort(length[spare], kind="stable")][: max(0, wanted - int(needed.sum()))]
    kept = np.sort(np.concatenate([np.flatnonzero(needed), spare]))
    return np.asarray(pairs[kept], dtype=np.int64)


NEAR = 3.0
"""Links of at most so many mean distances between neighbours are looked at, beside those of the triangulation."""


def gabriel_of(x: Floats, y: Floats) -> Ints:
    """Pairs of points whose circle on the line between them holds no other point (Gabriel and Sokal 1969), sorted.

    They are links of the Delaunay triangulation, so only those are looked at; and near ones beside, since GEOS leaves
    out some links along the edge.
    """
    points = np.column_stack([x, y])
    number = {(float(a), float(b)): i for i, (a, b) in enumerate(points)}
    if len(number) < len(points):
        raise ValueError("two points lie at the same place")
    drawn = shapely.delaunay_triangles(shapely.MultiPoint(points), only_edges=True)
    ends = shapely.get_coordinates(drawn).reshape(-1, 2, 2).tolist()
    tree = shapely.STRtree(shapely.points(points))
    step = math.sqrt(float(np.ptp(x) * np.ptp(y)) / len(points))
    near = tree.query(shapely.points(points), predicate="dwithin", distance=NEAR * step).T.tolist()
    links = {(a, b) for a, b in near if a < b}
    for a, b in ends:
        one, other = number[tuple(a)], number[tuple(b)]
        links.add((min(one, other), max(one, other)))
    pairs = np.array(sorted(links))
    middle = (points[pairs[:, 0]] + points[pairs[:, 1]]) / 2
    radius = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T) / 2
    found = tree.query(shapely.points(middle), predicate="dwithin", distance=radius * (1 - 1e-9))
    inside = np.bincount(found[0], minlength=len(pairs))
    return np.asarray(pairs[inside == 0], dtype=np.int64)


def relief(inhabitants: int, random: np.random.Generator) -> float:
    """Height in m between the lowest and the highest corner."""
    if inhabitants <= RELIEF_FROM:
        return float(random.uniform(RELIEF_LEAST_M, RELIEF_SMALL_M))
    return min(RELIEF_MOST_M, RELIEF_M + RELIEF_LOG_M * math.log10(inhabitants / RELIEF_FROM))


def _ground(u: Floats, v: Floats, inhabitants: int, random: np.random.Generator) -> Floats:
    """Heights: a slope and two long waves, so that zones of pressure hang together."""
    angle = random.uniform(0.0, 2 * math.pi)
    height = u * math.cos(angle) + v * math.sin(angle)
    for high in (0.35, 0.2):
        across, along = random.uniform(-2.2, 2.2, 2)
        height = height + high * np.sin(across * u + along * v + random.uniform(0.0, 2 * math.pi))
    height = (height - height.min()) / (height.max() - height.min())
    return np.asarray(np.round(BASE_M + relief(inhabitants, random) * height, 1), dtype=np.float64)
