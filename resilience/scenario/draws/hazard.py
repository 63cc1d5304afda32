"""A natural hazard over an area of the town, as a scenario asks for it: polygons, a circle, or a strip."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from resilience.scenario.draws.field import Grid, laid_over
from simulator.contracts.city import City
from simulator.contracts.failure import HazardType
from simulator.contracts.place import to_metres

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


@dataclass(frozen=True, slots=True)
class Place:
    """An area as written. One of them is set: `rings`, `centre` (or `component`), `line`, `district`, `grid`.

    `holes` are those of each ring, in its order. `degrees` says that rings, holes and line are longitude and latitude
    (RFC 7946), else they are metres of the city's map.
    """

    rings: tuple[tuple[Point, ...], ...] = ()
    holes: tuple[tuple[tuple[Point, ...], ...], ...] = ()
    centre: Point | None = None
    component: str = ""
    radius_m: float = 0.0
    line: tuple[Point, ...] = ()
    width_m: float = 0.0
    district: str = ""
    degrees: bool = False
    grid: Grid | None = None

    def in_city(self, city: City) -> Area:
        """The area on a city's map; of a grid its frame says nothing, see `Hazard.over`.

        Raises `KeyError` for a district or component that the city does not have.
        """
        if self.district:
            return Polygons((city.districts[self.district].outline,))
        if self.component:
            centre = city.components[self.component]
            return Circle(centre.x_m, centre.y_m, self.radius_m)
        if self.centre is not None:
            return Circle(*self.centre, self.radius_m)
        if self.line:
            return Strip(self._metres(self.line, city), self.width_m)
        rings = tuple(self._metres(ring, city) for ring in self.rings)
        return Polygons(rings, tuple(tuple(self._metres(hole, city) for hole in inner) for inner in self.holes))

    def _metres(self, points: tuple[Point, ...], city: City) -> tuple[Point, ...]:
        if not self.degrees:
            return points
        return tuple(to_metres(x, y, city.longitude_deg, city.latitude_deg) for x, y in points)


@dataclass(frozen=True, slots=True)
class Hazard:
    """A hazard: `peak` is its intensity inside the area, `edge` that at the border (None: the same everywhere).

    Between the border and `fade_m` metres inside the intensity grows evenly. `over_s` is the time within which the
    damage comes, at a moment drawn for each component; 0 for all at once.
    """

    type: HazardType
    place: Place
    peak: float
    edge: float | None = None
    fade_m: float | None = None
    over_s: float = 0.0

    def over(self, city: City) -> Callable[[float, float], float | None]:
        """The intensity at each place of a city's map; None where the hazard does not come."""
        if self.place.grid is not None:
            return laid_over(self.place.grid, city).intensity
        area = self.place.in_city(city)
        return lambda x_m, y_m: self.intensity(area.inward_m(x_m, y_m))

    def intensity(self, inward_m: float) -> float | None:
        """The intensity so far inside the area (see `Area.inward_m`); None outside."""
        if inward_m < 0:
            return None
        if self.edge is None:
            return self.peak
        fade_m = self._fade_m
        share = 1.0 if fade_m <= 0 else min(1.0, inward_m / fade_m)
        return self.edge + (self.peak - self.edge) * share

    @property
    def _fade_m(self) -> float:
        if self.fade_m is not None:
            return self.fade_m
        return self.place.radius_m or self.place.width_m / 2
