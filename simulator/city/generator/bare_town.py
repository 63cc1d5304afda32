"""The town that rules build on: networks on one map, districts with people, and what lies nearest.

A town without districts is cut into parts of people who live near each other, with outlines that do not overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from simulator.contracts.component import Component, District
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry

Floats = NDArray[np.float64]
Outline = tuple[tuple[float, float], ...]

MOST_ROUNDS = 100


def middles(x: Floats, y: Floats, weight: Floats, count: int) -> Floats:
    """Middles of `count` parts, shape (count, 2), by Lloyd's algorithm with weights (Lloyd 1982).

    It starts at the weighted middle of all points and then always at the point farthest from the middles so far, so
    the result depends on the points alone. Raises `ValueError` for fewer points than parts.
    """
    points = np.column_stack([x, y])
    if len(np.unique(points, axis=0)) < count:
        raise ValueError(f"{len(points)} places cannot make {count} parts")
    centre = np.average(points, axis=0, weights=weight)
    chosen = points[[int(np.argmin(((points - centre) ** 2).sum(axis=1)))]]
    away = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chosen = np.vstack([chosen, points[int(np.argmax(away))]])
        away = np.minimum(away, ((points - chosen[-1]) ** 2).sum(axis=1))
    label = np.full(len(points), -1, dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        nearest = nearest_middle(points, chosen)
        if (nearest == label).all():
            break
        label = nearest
        total = np.bincount(label, weight, count)
        for axis in (0, 1):
            mean = np.bincount(label, weight * points[:, axis], count) / np.where(total > 0, total, 1.0)
            chosen[:, axis] = np.where(total > 0, mean, chosen[:, axis])
    return chosen


def nearest_middle(points: Floats, chosen: Floats) -> NDArray[np.int64]:
    """The index of the nearest middle for each point, shape (points,)."""
    best = np.full(len(points), np.inf)
    label = np.zeros(len(points), dtype=np.int64)
    for i, middle in enumerate(chosen):
        away = ((points - middle) ** 2).sum(axis=1)
        nearer = away < best
        best[nearer], label[nearer] = away[nearer], i
    return label


def outlines(chosen: Floats, border: Outline) -> list[Outline]:
    """The part of a convex border that is nearer to each middle than to any other (Voronoi cells).

    Each is what the half planes of its middle against each other one leave of the border. GEOS finds all cells at once,
    but of middles on a grid, where four are as near to one corner, it makes a cell that overlaps the others.
    """
    return [_ring(shapely.Polygon(_nearer(chosen, i, border))) for i in range(len(chosen))]


def _nearer(chosen: Floats, i: int, border: Outline) -> list[tuple[float, float]]:
    """Corners of the part of the border nearer to middle `i` than to any other (Sutherland and Hodgman 1974)."""
    ring, own = list(border), chosen[i]
    for other in np.delete(chosen, i, axis=0):
        along, half = other - own, (other @ other - own @ own) / 2
        ends = [((x, y), x * along[0] + y * along[1] - half) for x, y in ring]
        kept: list[tuple[float, float]] = []
        for (a, far_a), (b, far_b) in pairwise([*ends, *ends[:1]]):
            if far_a <= 0:
                kept.append(a)
            if (far_a < 0 < far_b) or (far_b < 0 < far_a):
                share = far_a / (far_a - far_b)
                kept.append((float(a[0] + share * (b[0] - a[0])), float(a[1] + share * (b[1] - a[1]))))
        ring = kept
    return ring


THIN = 0.02
"""A hull is no outline of a town if its area is less than this part of that of a square as wide as it is long."""
WIDTH_M = 100.0
"""Where points lie in a line or all at one place, an outline reaches at least so far to every side (assumption)."""


def is_thin(x: Floats, y: Floats) -> bool:
    """Whether points lie in a line, or at one place: no outline has them as its corners."""
    shape = shapely.MultiPoint(np.column_stack([x, y])).convex_hull
    return bool(shape.area <= THIN * max(1.0, shape.length / 2) ** 2 / 2)


def hull(x: Floats, y: Floats, margin: float = 0.0) -> Outline:
    """The convex hull of points, moved outwards from its middle by `margin` metres. A line of points gets a width."""
    shape = shapely.MultiPoint(np.column_stack([x, y])).convex_hull
    if is_thin(x, y):
        wide = shape.buffer(max(margin, WIDTH_M), cap_style="square", join_style="mitre").convex_hull
        return tuple(shapely.orient_polygons(wide).exterior.coords[:-1])
    corners = np.array(shapely.orient_polygons(shape).exterior.coords[:-1])
    out = corners - corners.mean(axis=0)
    length = np.maximum(np.hypot(out[:, 0], out[:, 1]), 1e-9)
    corners = corners + out / length[:, None] * margin
    return tuple((float(a), float(b)) for a, b in corners)


def _ring(polygon: shapely.Polygon) -> Outline:
    """Its corners counter-clockwise from the lowest of the leftmost, to the centimetre."""
    corners = [(round(x, 2), round(y, 2)) for x, y in shapely.orient_polygons(polygon).exterior.coords[:-1]]
    first = corners.index(min(corners))
    return (*corners[first:], *corners[:first])


CHUNK = 2_000_000
"""Distances held in memory at once."""


class Nearest:
    """Finds the nearest of some components; the first listed where two are as near."""

    def __init__(self, components: Iterable[Component]) -> None:
        self.components = tuple(components)
        self._x = np.array([c.x_m for c in self.components], dtype=np.float64)
        self._y = np.array([c.y_m for c in self.components], dtype=np.float64)

    def __bool__(self) -> bool:
        return bool(self.components)

    def at(self, x_m: float, y_m: float) -> Component:
        """The component nearest to a place. Raises `ValueError` if there is none."""
        return self.components[int(np.argmin((self._x - x_m) ** 2 + (self._y - y_m) ** 2))]

    def to(self, component: Component) -> Component:
        return self.at(component.x_m, component.y_m)

    def to_all(self, components: Sequence[Component]) -> list[Component]:
        """The nearest to each of many components."""
        x = np.array([c.x_m for c in components], dtype=np.float64)
        y = np.array([c.y_m for c in components], dtype=np.float64)
        step = max(1, CHUNK // max(1, len(self.components)))
        found: list[NDArray[np.int64]] = []
        for begin in range(0, len(components), step):
            part = slice(begin, begin + step)
            away = (x[part, None] - self._x) ** 2 + (y[part, None] - self._y) ** 2
            found.append(np.argmin(away, axis=1))
        return [self.components[i] for i in np.concatenate(found)] if found else []

    def within(self, x_m: float, y_m: float, count: int) -> list[Component]:
        """The `count` nearest, nearest first."""
        order = np.argsort((self._x - x_m) ** 2 + (self._y - y_m) ** 2, kind="stable")[:count]
        return [self.components[i] for i in order]


@dataclass(frozen=True, slots=True)
class Site:
    """Something that really stands in the town, where a list or a map of it says; rules lay none of that type beside.

    `parameters` are those of its type that are known.
    """

    kind: str
    x_m: float
    y_m: float
    title: str = ""
    parameters: Mapping[str, float | str | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class BareTown:
    """Network elements as placed components, and the districts.

    `weights` is an element's share in serving people (m3/s of a junction, W of a bus); `ends` the nodes that a
    line-like element joins; `traffic` the car trips a day that begin or end at a road node; `sites` what is known to
    stand there beside the networks.
    """

    components: Mapping[str, Component]
    weights: Mapping[str, float]
    ends: Mapping[str, tuple[str, str]]
    districts: tuple[District, ...]
    traffic: Mapping[str, float]
    sites: tuple[Site, ...] = ()

    def known(self, kind: str) -> tuple[Site, ...]:
        """What of a type really stands in the town, in the order of the list."""
        return tuple(site for site in self.sites if site.kind == kind)

    def district_at(self, x_m: float, y_m: float) -> District:
        """The district around a place, else the one with the nearest middle."""
        at = shapely.Point(x_m, y_m)
        around = [d for d in self.districts if len(d.outline) > 2 and shapely.Polygon(d.outline).covers(at)]
        return min(around or self.districts, key=lambda d: ((d.x_m - x_m) ** 2 + (d.y_m - y_m) ** 2, d.id))

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Component]]:
        found: dict[str, list[Component]] = {}
        for component in self.components.values():
            found.setdefault(component.kind, []).append(component)
        return found

    def of_kind(self, *kinds: str) -> tuple[Component, ...]:
        return tuple(c for kind in kinds for c in self._by_kind.get(kind, ()))

    @property
    def people(self) -> int:
        return sum(district.people for district in self.districts)

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of the town: the mean of its districts' centres, weighted by people."""
        people = self.people
        x = sum(d.x_m * d.people for d in self.districts) / people
        y = sum(d.y_m * d.people for d in self.districts) / people
        return x, y

    @property
    def central(self) -> District:
        """The district nearest to the centre of the town."""
        x, y = self.middle
        return min(self.districts, key=lambda d: ((d.x_m - x) ** 2 + (d.y_m - y) ** 2, d.id))

    def giving(self, kind: LinkKind) -> tuple[Component, ...]:
        """Elements of the networks at which links of this kind may start."""
        return self.of_kind(*registry().types_that(lambda one: one.from_file and kind in one.gives))

    def sources(self, kind: LinkKind) -> Nearest:
        """Those of them with consumers, where a house can be connected: all where none has any."""
        if kind not in self._sources:
            found = self.giving(kind)
            self._sources[kind] = Nearest([one for one in found if self.weights.get(one.id, 0.0) > 0] or found)
        return self._sources[kind]

    @cached_property
    def _sources(self) -> dict[LinkKind, Nearest]:
        return {}

    @cached_property
    def edges(self) -> tuple[tuple[Component, str, str], ...]:
        """What lies between two crossings of the network on which crews get about: a road, and the ids of its ends."""
        carriers = {registry().links[kind].carrier for kind in registry().access_links}
        ways = registry().types_that(lambda one: one.from_file and one.domain in carriers)
        return tuple((one, *self.ends[one.id]) for one in self.of_kind(*ways) if one.id in self.ends)
