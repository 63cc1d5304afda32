"""The true course of the service levels."""

from __future__ import annotations

import math

import numpy as np

from simulator.contracts.city import City
from simulator.contracts.history import Course
from simulator.contracts.registry import registry
from simulator.coupling.events import LEVEL_BACK, LEVEL_LOW
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog

NO_CHANGE = 1e-9
"""A level that moves by less than this has not changed."""


class LevelRecorder:
    """Keeps each level as a step function and logs when it falls below its minimum and when it is back."""

    def __init__(self, city: City, clock: Clock, log: EventLog) -> None:
        self._city, self._clock, self._log = city, clock, log
        self._at: dict[str, list[int]] = {level: [] for level in city.levels}
        self._values: dict[str, list[float]] = {level: [] for level in city.levels}
        self._people: dict[str, list[float]] = {}
        self._said: dict[str, tuple[float, float | None]] = {}
        self._low: dict[str, int] = {}

    @property
    def low(self) -> tuple[str, ...]:
        """The levels that are below their minimum now."""
        return tuple(self._low)

    def lacking(self, level: str) -> float:
        """How many people are concerned by a level that is low: as counted, else by the share that is missing."""
        owed = self._city.levels[level]
        value, people = self._said[level]
        if people is not None:
            return people
        measure = registry().measures[owed.measure]
        share = 1.0 - value if measure.unit == "1" and measure.higher_is_better else 1.0
        return owed.people * min(max(share, 0.0), 1.0)

    def record(self, level: str, value: float, cause: int | None = None, people: float | None = None) -> None:
        """The level has this value from now on. Raises `KeyError` for an undeclared level, `ValueError` for NaN.

        `people` are those for whom it is worse than its minimum, where whoever records it counts them; once, then
        always. Else all to whom it is owed count while it is low.
        """
        if self._said.get(level) == (value, people):
            return  # most levels are what they were, and are recorded at every solve
        if math.isnan(value):
            raise ValueError(f"service level {level!r} was recorded as NaN")
        at, values, now = self._at[level], self._values[level], self._clock.now
        counts = [] if people is None else self._people.setdefault(level, [])
        self._said[level] = value, people
        if at and at[-1] == now:
            values[-1] = value
            counts[-1:] = [] if people is None else [people]
        elif not values or abs(values[-1] - value) > NO_CHANGE or (people is not None and counts[-1] != people):
            at.append(now)
            values.append(value)
            counts += [] if people is None else [people]
        owed = self._city.levels[level]
        higher = registry().measures[owed.measure].higher_is_better
        low = value < owed.minimum - NO_CHANGE if higher else value > owed.minimum + NO_CHANGE
        if low and level not in self._low:
            required = {"required": owed.minimum}
            self._low[level] = self._log.add(LEVEL_LOW, level, required, cause=cause, value=value)
        elif not low and level in self._low:
            since = self._low.pop(level)
            self._log.add(LEVEL_BACK, level, cause=cause if cause is not None else since, value=value)

    def since(self, level: str, first: int) -> list[tuple[int, float, float | None]]:
        """The changes of a level from the one with this number on, as (tick, value, people below its minimum; None
        where nobody counts them). One at this instant may move."""
        at, values = self._at[level][first:], self._values[level][first:]
        people: list[float] | list[None] = self._people[level][first:] if level in self._people else [None] * len(at)
        return list(zip(at, values, people, strict=True))

    def courses(self) -> dict[str, Course]:
        """The levels that anybody recorded."""
        return {
            level: Course(
                np.array(self._at[level], dtype=np.int64),
                np.array(self._values[level], dtype=np.float64),
                np.array(self._people[level], dtype=np.float64) if level in self._people else None,
            )
            for level in self._city.levels
            if self._at[level]
        }
