"""Where water is handed out: who comes there on foot, and what the queue leaves for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.coupling.calls import DETOUR

Floats = NDArray[np.float64]

CANDIDATES = 300
"""At most so many places are looked at for the stop of a tanker: those where most people lack water."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place where so many litres are handed out in a day."""

    x_m: float
    y_m: float
    litres_d: float


@dataclass(frozen=True, slots=True)
class Homes:
    """Places where people live: coordinates, and how many live there."""

    x_m: Floats
    y_m: Floats
    people: Floats

    def mean(self, values: Floats) -> float:
        """The mean over all people."""
        total = float(self.people.sum())
        return float((values * self.people).sum()) / total if total > 0 else float(values.mean())

    def ways_m(self, x_m: float, y_m: float) -> Floats:
        """How far people walk from each home: the straight line and `DETOUR`."""
        ways: Floats = DETOUR * np.hypot(self.x_m - x_m, self.y_m - y_m)
        return ways


def handed_out(homes: Homes, wanted_l: Floats, points: Sequence[Point], reach_m: float) -> Floats:
    """Litres a person and day that people of each home get. `wanted_l` is what each would fetch.

    Nobody walks farther than `reach_m`. Who has several points in reach goes to each in proportion to what it gives
    (assumption: queues even out). What a point gives is shared so that nobody gets more than somebody else there who
    still wants (assumption: a queue in which nobody is served twice before all are).
    """
    got = np.zeros(len(homes.people))
    if not points:
        return got
    comes = (wanted_l > 0) & (homes.people > 0)
    draws = np.array([one.litres_d * (comes & (homes.ways_m(one.x_m, one.y_m) <= reach_m)) for one in points])
    whole = draws.sum(axis=0)
    for point, draw in zip(points, draws, strict=True):
        there = np.flatnonzero(draw > 0)
        if len(there):
            part = draw[there] / whole[there]
            each = _each(homes.people[there] * part, wanted_l[there], point.litres_d)
            got[there] += part * np.minimum(wanted_l[there], each)
    return got


def _each(people: Floats, wanted_l: Floats, litres_d: float) -> float:
    """So much that all who want no more than this get what they want, all others this, and all of it is given."""
    order = np.argsort(wanted_l, kind="stable")
    people, wanted = people[order], wanted_l[order]
    left, coming = litres_d, float(people.sum())
    for count, most in zip(people.tolist(), wanted.tolist(), strict=True):
        if most * coming >= left:
            return left / coming
        left -= most * count
        coming -= count
    return float(wanted[-1])


def stops(homes: Homes, lacking: NDArray[np.bool_], points: Sequence[Point], reach_m: float, count: int) -> list[int]:
    """The homes at which tankers stop: one after the other where most people lack water who have no point in reach."""
    open_ = lacking & (homes.people > 0)
    for point in points:
        open_ &= homes.ways_m(point.x_m, point.y_m) > reach_m
    found: list[int] = []
    candidates = np.flatnonzero(lacking & (homes.people > 0))
    candidates = candidates[np.argsort(-homes.people[candidates], kind="stable")][:CANDIDATES]
    near = [homes.ways_m(homes.x_m[i], homes.y_m[i]) <= reach_m for i in candidates.tolist()]
    for _ in range(count):
        served = [float(homes.people[open_ & within].sum()) for within in near]
        if not served or max(served) <= 0:
            break
        best = int(np.argmax(served))
        found.append(int(candidates[best]))
        open_ &= ~near[best]
    return found
