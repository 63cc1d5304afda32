"""Supplied beside required, component by component: shares of a moment, and the outage they amount to.

As published for interdependent networks: Balakrishnan and Cassottana, "InfraRisk: An open-source simulation platform
for resilience analysis in interconnected power-water-transport networks", Sustainable Cities and Society 83 (2022)
103963.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resilience.judge.courses import cut
from simulator.contracts.history import Course

Floats = NDArray[np.float64]


def ratios(supplied: ArrayLike, required: ArrayLike) -> Floats:
    """min(supplied / required, 1) for each component, in their order; NaN where nothing is required."""
    s, r = np.asarray(supplied, dtype=np.float64), np.asarray(required, dtype=np.float64)
    found = np.full(np.broadcast(s, r).shape, np.nan)
    np.divide(np.clip(s, 0.0, r), r, out=found, where=r > 0)
    return found


def pcs(supplied: ArrayLike, required: ArrayLike) -> float:
    """Prioritised consumer serviceability: sum of min(supplied, required) / sum required, of one moment.

    Who needs much weighs much. 1 where nothing is required. Same units for both (m3/s, W).
    """
    s, r = np.asarray(supplied, dtype=np.float64), np.asarray(required, dtype=np.float64)
    asked = r > 0
    total = float(r[asked].sum())
    return float(np.clip(s[asked], 0.0, r[asked]).sum()) / total if total else 1.0


def ecs(supplied: ArrayLike, required: ArrayLike) -> float:
    """Equitable consumer serviceability: the mean of `ratios` over who requires anything, of one moment.

    Everybody weighs the same. 1 where nothing is required.
    """
    found = ratios(supplied, required)
    found = found[~np.isnan(found)]
    return float(found.mean()) if len(found) else 1.0


def equivalent_outage_h(served: Course, start: int, end: int) -> float:
    """Hours of a full outage that would cost as much: the integral of 1 - `served` over a fixed window, in hours.

    `served` is a share over time (`pcs`, `ecs`, or one component's ratio), held from each change to the next: a step
    function, not a line between its points. Raises `NotRecorded`.
    """
    steps = cut(served, start, end)
    clipped = np.clip(steps.values, 0.0, 1.0)
    return float(np.dot(1.0 - clipped, steps.lengths_s)) / 3600.0
