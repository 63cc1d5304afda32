"""Looks for the states that faults wait for, and keeps what it saw, so that others can judge when a fault was due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from resilience.scenario.entry import Trigger
from simulator.contracts.history import Course

Measure = Callable[[str, str], float]
"""The true value of (component, quantity) now; raises `KeyError` if nothing measures it."""


class Signals:
    """What was seen of every signal that an entry waits for; a value is kept when it differs from the one before."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._seen: dict[tuple[str, str], tuple[list[int], list[float]]] = {}

    def look(self, entry: str, trigger: Trigger, target: str, now: int) -> float:
        """The signal's value now. Raises `KeyError` if nothing measures it."""
        value = float(self._measure(trigger.at(target), trigger.quantity))
        at, values = self._seen.setdefault((entry, trigger.name(target)), ([], []))
        if not at or values[-1] != value:
            if at and at[-1] == now:
                at.pop()
                values.pop()
            at.append(now)
            values.append(value)
        return value

    @property
    def courses(self) -> Mapping[tuple[str, str], Course]:
        """By (timeline entry, signal): the course as far as it was watched."""
        return MappingProxyType(
            {
                key: Course(np.array(at, dtype=np.int64), np.array(values, dtype=np.float64))
                for key, (at, values) in self._seen.items()
            }
        )


def due_at(course: Course, trigger: Trigger, earliest: int) -> int | None:
    """The first tick from `earliest` on at which the state was seen; None if it never was."""
    for i, (at, value) in enumerate(zip(course.at.tolist(), course.values.tolist(), strict=True)):
        if trigger.seen_in(value):
            until = int(course.at[i + 1]) if i + 1 < len(course.at) else None
            if until is None or until > earliest:
                return max(int(at), earliest)
    return None
