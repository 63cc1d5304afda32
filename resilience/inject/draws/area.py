"""A part of the town's map: a polygon, a circle, or a strip along a line, in metres of the map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

Point = tuple[float, float]
Ring = tuple[Point, ...]


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

    line: Ring
    width_m: float

    def inward_m(self, x_m: float, y_m: float) -> float:
        return self.width_m / 2 - float(_line(self.line).distance(_point(x_m, y_m)))


@dataclass(frozen=True, slots=True)
class Polygons:
    """The inside of one ring or of several; a ring is closed by itself. `holes` are those of each ring, in order."""

    rings: tuple[Ring, ...]
    holes: tuple[tuple[Ring, ...], ...] = ()

    def inward_m(self, x_m: float, y_m: float) -> float:
        at = _point(x_m, y_m)
        parts = (_polygon(*part) for part in zip(self.rings, self.holes or ((),) * len(self.rings), strict=True))
        return max((1 if part.contains(at) else -1) * float(part.boundary.distance(at)) for part in parts)


def _point(x_m: float, y_m: float) -> Any:
    import shapely  # 15 ms, and few scenarios have an area

    return shapely.Point(x_m, y_m)


@lru_cache
def _line(line: Ring) -> Any:
    import shapely

    return shapely.LineString(line) if len(line) > 1 else shapely.Point(line[0])


@lru_cache
def _polygon(ring: Ring, holes: tuple[Ring, ...]) -> Any:
    """A ring that crosses itself counts as the parts that it encloses."""
    import shapely

    return shapely.make_valid(shapely.Polygon(ring, holes))
