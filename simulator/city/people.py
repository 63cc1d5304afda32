"""Districts on the map: who stands in which, and how many people live there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.city.draft import DistrictDraft

SECONDS_PER_DAY = 86400.0

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def inside(x: Floats, y: Floats, outline: Sequence[tuple[float, float]]) -> Bools:
    """Which points lie in a ring: a ray to the east crosses its edges an odd number of times."""
    ring = np.asarray(outline, dtype=np.float64)
    out = np.zeros(x.shape, dtype=np.bool_)
    (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
    near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    if near.size == 0:
        return out
    px, py = x[near], y[near]
    odd = np.zeros(near.shape, dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        crosses = (y1 > py) != (y2 > py)
        if crosses.any():
            at = x1 + (py - y1) * ((x2 - x1) / (y2 - y1) if y2 != y1 else 0.0)
            odd ^= crosses & (px < at)
    out[near] = odd
    return out


def centre(outline: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The centroid of a ring; of a ring without area, the mean of its points."""
    ring = np.asarray(outline, dtype=np.float64)
    origin = ring.mean(axis=0)
    points = ring - origin
    following = np.roll(points, -1, axis=0)
    cross = points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]
    area = float(cross.sum()) / 2
    if abs(area) < 1e-9:
        return float(origin[0]), float(origin[1])
    shift = ((points + following) * cross[:, None]).sum(axis=0) / (6 * area)
    return float(origin[0] + shift[0]), float(origin[1] + shift[1])


def district_centre(district: DistrictDraft) -> tuple[float, float]:
    """The centre of a district's largest part."""
    return centre(largest(district))


def largest(district: DistrictDraft) -> tuple[tuple[float, float], ...]:
    """The largest outline of a district."""
    return max(district.outlines, key=_area)


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


def _area(outline: Sequence[tuple[float, float]]) -> float:
    ring = np.asarray(outline, dtype=np.float64)
    ring = ring - ring[0]
    following = np.roll(ring, -1, axis=0)
    return abs(float((ring[:, 0] * following[:, 1] - following[:, 0] * ring[:, 1]).sum())) / 2
