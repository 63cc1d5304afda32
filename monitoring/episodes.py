"""How scores are summed over time, and how high they may go: by how often an alarm would be raised for nothing.

Alarms come in episodes: what stays out of the ordinary for a night is one alarm, not eight. So limits are set by the
number of episodes a week in readings that were not learned from, never by a share of hours.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEMORIES = (1.0, 0.4, 0.15, 0.05)
"""Weights of the newest distance in moving averages: at once, within hours, within a day, within days. Small lasting
deviations show in the long ones only."""

APART = 12
"""Steps without an exceedance after which the next one is another episode."""

A_WEEK = 0.2
"""Episodes a week that are allowed in readings without an incident. An estimate from what was not learned from is good
to a factor of two or three, so this promises fewer than one."""

STAYS = 0.6
"""A quick score of at least so much keeps an alarm: below the limit, so that it does not flutter (ISA-18.2 asks for a
deadband; its width is an assumption)."""

QUICK = 0.4
"""Only moving averages of at least this weight keep an alarm; slower ones remember long after its cause has gone."""

QUIET = 12
"""Steps in which nothing keeps an alarm, after which it is cleared (assumption)."""

ABOVE = 1 + 1e-9
"""A limit stands above the score that must not reach it, by more than rounding."""

COUNTABLE = 1.0
"""Episodes that must be allowed for their limit to be told by counting (assumption)."""

PEAKS = 20
"""Episodes from which the tail is carried on (assumption)."""

USUAL = 0.99
"""The share of the ordinary that scales each series, so that none is louder by its nature."""


def averaged(distance: Floats, memory: float) -> Floats:
    """The moving average of signed distances, shape (n, k), beginning at 0."""
    out, level = np.empty_like(distance), np.zeros(distance.shape[1])
    for row, now in enumerate(distance):
        level = memory * now + (1 - memory) * level
        out[row] = level
    return out


def episodes(score: Floats, limit: float) -> int:
    """How many episodes reach the limit."""
    rows = np.flatnonzero(score >= limit)
    return 1 + int((np.diff(rows) > APART).sum()) if len(rows) else 0


def limit_for(score: Floats, allowed: float) -> float:
    """The lowest limit that at most so many episodes reach.

    Where too few are allowed to count them (`COUNTABLE`), the tail is carried on: the highest `PEAKS` episodes exceed
    the level that they share by exponentially distributed amounts (peaks over threshold; Coles 2001, chapter 4).
    """
    if allowed >= COUNTABLE:
        return _counted(score, allowed)
    level = _counted(score, PEAKS)
    rows = np.flatnonzero(score >= level)
    if not len(rows):
        return level
    peaks = [one.max() for one in np.split(score[rows], np.flatnonzero(np.diff(rows) > APART) + 1)]
    beyond = float(np.mean(peaks)) - level
    return max(_counted(score, allowed), level + beyond * math.log(max(len(peaks) / max(allowed, 1e-3), 1.0)))


def _counted(score: Floats, allowed: float) -> float:
    for limit in np.unique(score)[::-1]:
        if episodes(score, float(limit)) > allowed:
            return float(limit) * ABOVE
    return float(score.min())


def limits(distance: Floats, steps_a_week: float, a_week: float = A_WEEK, usual: float = USUAL) -> Floats:
    """How far each series' moving averages may go.

    Parameters: distances of readings without an incident, shape (n, k), by forecasts that had not seen them.
    Returns the limits, shape (memories, k): together they are reached in at most `a_week` episodes a week, each memory
    with the same share of them.
    """
    distance = np.where(np.isfinite(distance), distance, 0.0)
    scales, highest = [], []
    for memory in MEMORIES:
        size = np.abs(averaged(distance, memory))
        scale = np.maximum(np.quantile(size, usual, axis=0), 1e-12)
        scales.append(scale)
        highest.append((size / scale).max(axis=1))
    allowed = a_week * len(distance) / steps_a_week
    low = 1 / len(MEMORIES)
    if (
        allowed * low >= COUNTABLE
    ):  # their episodes are partly the same ones: the share of each is as large as it can be
        high = 1.0
        for _halving in range(12):
            share = (low + high) / 2
            together = np.max([one / limit_for(one, allowed * share) for one in highest], axis=0)
            low, high = (share, high) if episodes(together, 1.0) <= allowed else (low, share)
    highest_scales = zip(scales, highest, strict=True)
    return np.array([scale * limit_for(one, allowed * low) for scale, one in highest_scales]) * ABOVE


def staying(distance: Floats, limits: Floats) -> float:
    """The quick score that keeps an alarm: as low as `STAYS`, unless ordinary readings reach that too often.

    An alarm whose cause has gone is cleared after `QUIET` steps below; in ordinary readings, shape (n, k), at most a
    fifth of such spans may have a step above.
    """
    distance = np.where(np.isfinite(distance), distance, 0.0)
    quick = [
        np.abs(averaged(distance, one)) / limit for one, limit in zip(MEMORIES, limits, strict=True) if one >= QUICK
    ]
    score = np.max(quick, axis=(0, 2))
    spans = np.lib.stride_tricks.sliding_window_view(score, QUIET).max(axis=1)
    return float(np.clip(np.quantile(spans, 0.8), STAYS, 0.95))


def run(flags: NDArray[np.bool_]) -> Floats:
    """For how many rows it has been so."""
    lasted, now = np.zeros(len(flags)), 0
    for row, one in enumerate(flags):
        now = now + 1 if one else 0
        lasted[row] = now
    return lasted
