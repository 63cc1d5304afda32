"""Queues at signals: which ones a traffic centre wants to run the longest cycle, by the vehicles that are counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from monitoring.picture import Picture
from monitoring.playbooks import ControlFile, Queue
from simulator.contracts.ticks import to_ticks

STALE = to_ticks(300.0)
"""A count that is older is none (assumption: five periods of a minute)."""


class Queues:
    """`wanted(now, seats)` gives each signal that is to run another cycle from now on, with the count behind it."""

    def __init__(self, plan: ControlFile, picture: Picture) -> None:
        self._plan, self._picture = plan, picture
        self._long: set[str] = set()
        self._since: dict[str, int] = {}

    def wanted(self, now: int, seats: Sequence[str]) -> Iterator[tuple[Queue, float, float]]:
        for one in self._plan.queues:
            count = self._count(now, one.reading)
            long = one.device in self._long
            if one.seat not in seats or count is None or not (count < one.below if long else count > one.above):
                self._since.pop(one.device, None)
                continue
            if now - self._since.setdefault(one.device, now) >= to_ticks(one.lasts):
                del self._since[one.device]
                (self._long.discard if long else self._long.add)(one.device)
                yield one, 0.0 if long else 1.0, count

    def lost(self, device: str, setting: float) -> None:
        """An order did not arrive: the signal is as it was."""
        (self._long.discard if setting else self._long.add)(device)

    def _count(self, now: int, name: str) -> float | None:
        place = self._picture.place[name]
        value = float(self._picture.values[place])
        return value if now - int(self._picture.taken[place]) <= STALE and np.isfinite(value) else None
