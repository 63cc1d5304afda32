"""The town cut into parts of people who live near each other, with outlines that meet and do not overlap."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

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
    """The part of a convex border that is nearer to each middle than to any other (Voronoi cells)."""
    town = shapely.Polygon(border)
    if len(chosen) == 1:
        return [_ring(town)]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(chosen), extend_to=town, ordered=True)
    return [_ring(cell.intersection(town)) for cell in cells.geoms]


def hull(x: Floats, y: Floats, margin: float = 0.0) -> Outline:
    """The convex hull of points, moved outwards from its middle by `margin` metres."""
    corners = np.array(
        shapely.orient_polygons(shapely.MultiPoint(np.column_stack([x, y])).convex_hull).exterior.coords[:-1]
    )
    out = corners - corners.mean(axis=0)
    length = np.maximum(np.hypot(out[:, 0], out[:, 1]), 1e-9)
    corners = corners + out / length[:, None] * margin
    return tuple((float(a), float(b)) for a, b in corners)


def _ring(polygon: shapely.Polygon) -> Outline:
    """Its corners counter-clockwise from the lowest of the leftmost, to the centimetre."""
    corners = [(round(x, 2), round(y, 2)) for x, y in shapely.orient_polygons(polygon).exterior.coords[:-1]]
    first = corners.index(min(corners))
    return (*corners[first:], *corners[:first])
