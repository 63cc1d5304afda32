"""The picture: of each series the newest reading that was delivered, how old it is, and the last hour in steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitoring.delivered import Delivered, Series
from simulator.contracts.ticks import to_ticks

STEP_S = 300.0
"""Steps in which the picture is kept for what needs the past, and in which is checked (assumption)."""

KEPT = 13
"""Steps that are kept: an hour, with both ends."""

NEVER = -(2**62)


class Picture:
    """What the room believes that the town is like. It was never anywhere: it knows what was delivered."""

    def __init__(self, series: tuple[Series, ...]) -> None:
        n = len(series)
        self.series = series
        self.place = {one.name: i for i, one in enumerate(series)}
        self.values = np.full(n, np.nan)
        self.taken = np.full(n, NEVER, dtype=np.int64)
        self.past: list[NDArray[np.float64]] = []
        self.since = np.full(n, NEVER, dtype=np.int64)
        """When each series began to read what it reads."""
        self.behind: dict[str, NDArray[np.int64]] = {}
        """By gateway, the series that should come in every step."""
        self.reading: dict[str, NDArray[np.int64]] = {}
        """By quantity, the series that read it."""
        for kept, by in (
            (self.behind, [(one.gateway, i) for i, one in enumerate(series) if one.period_s <= STEP_S]),
            (self.reading, [(one.quantity, i) for i, one in enumerate(series)]),
        ):
            places: dict[str, list[int]] = {}
            for name, i in by:
                places.setdefault(name, []).append(i)
            kept.update((name, np.array(own, dtype=np.int64)) for name, own in places.items())
        self.disputed = np.zeros(n, dtype=np.bool_)
        """Series of which two readings of one instant differed since the last step."""

    def take(self, delivered: Delivered) -> None:
        """Readings came; of several of one series the newest counts, of one instant the one that came last."""
        if not len(delivered):
            return
        series, taken, values = delivered.series, delivered.taken, delivered.values
        if np.bincount(series).max() > 1:  # else each series came once, as on ordinary days
            order = np.lexsort((np.arange(len(series)), taken, series))
            series, taken, values = series[order], taken[order], values[order]
            twice = (series[1:] == series[:-1]) & (taken[1:] == taken[:-1]) & (values[1:] != values[:-1])
            twice &= np.isfinite(values[1:]) & np.isfinite(values[:-1])
            self.disputed[series[1:][twice]] = True
            last = np.append(series[1:] != series[:-1], True)
            series, taken, values = series[last], taken[last], values[last]
        newer = taken >= self.taken[series]
        series, taken, values = series[newer], taken[newer], values[newer]
        other = ~(values == self.values[series])
        self.since[series[other]] = taken[other]
        self.values[series], self.taken[series] = values, taken

    def step(self, now: int, fresh: NDArray[np.int64]) -> NDArray[np.float64]:
        """Keep how things are now: NaN for what is older than `fresh` ticks. Returns it."""
        seen = np.where(now - self.taken <= fresh, self.values, np.nan)
        self.past.append(seen)
        del self.past[:-KEPT]
        return seen

    def fresh(self) -> NDArray[np.int64]:
        """How old a reading of each series may be: three of its periods, at least a step (assumption)."""
        return np.array([max(to_ticks(3 * one.period_s), to_ticks(STEP_S)) for one in self.series], dtype=np.int64)
