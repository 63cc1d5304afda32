"""The town cut into parts of people who live near each other, with outlines that meet and do not overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
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


def outlines(chosen: Floats, border: Sequence[tuple[float, float]]) -> list[Outline]:
    """The part of a convex border that is nearer to each middle than to any other (Voronoi cells)."""
    cells = []
    for i, middle in enumerate(chosen):
        ring = [(float(x), float(y)) for x, y in border]
        for j, other in enumerate(chosen):
            if i != j:
                ring = _nearer(ring, middle, other)
        cells.append(tuple((round(x, 2), round(y, 2)) for x, y in ring))
    return cells


def hull(x: Floats, y: Floats, margin: float = 0.0) -> Outline:
    """The convex hull of points (Andrew 1979), moved outwards from its middle by `margin` metres."""
    points = sorted({(float(a), float(b)) for a, b in zip(x, y, strict=True)})
    ring = _half(points)[:-1] + _half(points[::-1])[:-1]
    corners = np.array(ring)
    out = corners - corners.mean(axis=0)
    length = np.maximum(np.hypot(out[:, 0], out[:, 1]), 1e-9)
    corners = corners + out / length[:, None] * margin
    return tuple((float(a), float(b)) for a, b in corners)


def _half(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    chain: list[tuple[float, float]] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _nearer(ring: list[tuple[float, float]], middle: Floats, other: Floats) -> list[tuple[float, float]]:
    """The half of a convex ring on `middle`'s side of the line halfway to `other` (Sutherland and Hodgman 1974)."""
    across = other - middle
    limit = float(across @ (middle + other)) / 2
    kept: list[tuple[float, float]] = []
    for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        at_a, at_b = float(across @ np.array(a)) - limit, float(across @ np.array(b)) - limit
        if at_a <= 0:
            kept.append(a)
        if at_a * at_b < 0:
            share = at_a / (at_a - at_b)
            kept.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
    return kept
