"""A part of the town's map: a polygon, a circle, or a strip along a line, in metres of the map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

Point = tuple[float, float]


class Area(Protocol):
    """What a hazard covers."""

    def inward_m(self, x_m: float, y_m: float) -> float:
        """How far inside the area a place lies: metres to its border, 0 on it, negative outside."""
        ...


@dataclass(frozen=True, slots=True)
class Circle:
    """All places within a distance of a centre."""

    x_m: float
    y_m: float
    radius_m: float

    def inward_m(self, x_m: float, y_m: float) -> float:
        return self.radius_m - math.hypot(x_m - self.x_m, y_m - self.y_m)


@dataclass(frozen=True, slots=True)
class Strip:
    """All places within half of `width_m` of a line, such as a river's course."""

    line: tuple[Point, ...]
    width_m: float

    def inward_m(self, x_m: float, y_m: float) -> float:
        return self.width_m / 2 - _to_line(self.line, x_m, y_m)


@dataclass(frozen=True, slots=True)
class Polygons:
    """The inside of one ring or of several; a ring is closed by itself. `holes` are those of each ring, in order."""

    rings: tuple[tuple[Point, ...], ...]
    holes: tuple[tuple[tuple[Point, ...], ...], ...] = ()

    def inward_m(self, x_m: float, y_m: float) -> float:
        holes = self.holes or ((),) * len(self.rings)
        return max(
            min([self._of(ring, x_m, y_m), *(-self._of(hole, x_m, y_m) for hole in inner)])
            for ring, inner in zip(self.rings, holes, strict=True)
        )

    @staticmethod
    def _of(ring: tuple[Point, ...], x_m: float, y_m: float) -> float:
        distance = _to_line((*ring, ring[0]), x_m, y_m)
        return distance if _inside(ring, x_m, y_m) else -distance


def _to_line(line: Sequence[Point], x_m: float, y_m: float) -> float:
    """Distance to the nearest of a line's pieces; to its point where it has only one."""
    if len(line) == 1:
        return math.dist(line[0], (x_m, y_m))
    return min(_to_piece(a, b, x_m, y_m) for a, b in pairwise(line))


def _to_piece(a: Point, b: Point, x_m: float, y_m: float) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    along = 0.0 if square == 0 else max(0.0, min(1.0, ((x_m - a[0]) * dx + (y_m - a[1]) * dy) / square))
    return math.hypot(x_m - a[0] - along * dx, y_m - a[1] - along * dy)


def _inside(ring: Sequence[Point], x_m: float, y_m: float) -> bool:
    """Whether a ray to the east crosses the ring an odd number of times."""
    odd = False
    for (ax, ay), (bx, by) in pairwise((*ring, ring[0])):
        if (ay > y_m) != (by > y_m) and x_m < ax + (y_m - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd
