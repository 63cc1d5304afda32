"""Districts on the map: who stands in which, and how many people live there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from simulator.city.draft import DistrictDraft

SECONDS_PER_DAY = 86400.0

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ring = tuple[tuple[float, float], ...]


def inside(x: Floats, y: Floats, outline: Ring) -> Bools:
    """Which points lie in a ring, or on it."""
    area = shapely.Polygon(outline)
    shapely.prepare(area)
    found: Bools = shapely.intersects_xy(area, x, y)
    return found


def centre(outline: Ring) -> tuple[float, float]:
    """The centroid of a ring."""
    middle = shapely.Polygon(outline).centroid
    return middle.x, middle.y


def district_centre(district: DistrictDraft) -> tuple[float, float]:
    """The centre of a district's largest part."""
    return centre(largest(district))


def largest(district: DistrictDraft) -> Ring:
    """The largest outline of a district."""
    return max(district.outlines, key=lambda outline: shapely.Polygon(outline).area)


def assign(x: Floats, y: Floats, districts: Sequence[DistrictDraft]) -> NDArray[np.int64]:
    """The index of each point's district: the first that contains it, else the one with the nearest centre."""
    out = np.full(x.shape, -1, dtype=np.int64)
    for i, district in enumerate(districts):
        open_points = np.flatnonzero(out < 0)
        for outline in district.outlines:
            out[open_points[inside(x[open_points], y[open_points], outline)]] = i
    left = np.flatnonzero(out < 0)
    if left.size and districts:
        centres = np.array([district_centre(district) for district in districts])
        best = np.full(left.shape, np.inf)
        for i, (cx, cy) in enumerate(centres):
            away = (x[left] - cx) ** 2 + (y[left] - cy) ** 2
            nearer = away < best
            best[nearer] = away[nearer]
            out[left[nearer]] = i
    return out


def people_by_demand(
    weights: Mapping[str, float], district_of: Mapping[str, str], districts: Sequence[str], litres_per_person_day: float
) -> dict[str, int]:
    """People per district from water demand in m3/s, rounded so that their sum is the rounded sum of the town."""
    demand = dict.fromkeys(districts, 0.0)
    for name, weight in weights.items():
        demand[district_of[name]] += weight
    exact = {name: value * 1000 * SECONDS_PER_DAY / litres_per_person_day for name, value in demand.items()}
    people = {name: int(value) for name, value in exact.items()}
    missing = round(sum(exact.values())) - sum(people.values())
    by_remainder = sorted(exact, key=lambda name: (people[name] - exact[name], name))
    for name in by_remainder[:missing]:
        people[name] += 1
    return people
