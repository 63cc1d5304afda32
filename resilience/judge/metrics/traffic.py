"""Figures of trips: what they lost beside a free road, and who came in time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

RESCUE_LIMIT_S = 12 * 60.0
"""Norm rescue-arrival: within 12 minutes, as Saxony rules (secondary source)."""


def total_delay_s(actual_s: ArrayLike, free_s: ArrayLike) -> float:
    """Vehicle-seconds lost: sum over trips of max(0, actual - free-flow travel time) (Highway Capacity Manual)."""
    actual, free = np.asarray(actual_s, dtype=np.float64), np.asarray(free_s, dtype=np.float64)
    return float(np.clip(actual - free, 0.0, None).sum())


def travel_time_index(actual_s: ArrayLike, free_s: ArrayLike) -> float:
    """Actual over free-flow travel time of all trips together (U4SSC indicators: <= 1.5 good, > 2.5 poor).

    Raises `ValueError` where nobody travels.
    """
    free = float(np.asarray(free_s, dtype=np.float64).sum())
    if free <= 0:
        raise ValueError("nobody travels: a travel-time index does not exist")
    return float(np.asarray(actual_s, dtype=np.float64).sum()) / free


def share_in_time(drive_s: ArrayLike, limit_s: float = RESCUE_LIMIT_S) -> float:
    """Share of emergency trips within the limit; one that never arrives is infinite. 1 where nobody called."""
    trips = np.asarray(drive_s, dtype=np.float64)
    return float((trips <= limit_s).mean()) if len(trips) else 1.0
