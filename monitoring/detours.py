"""Detours of a grid: which ring switches a control room wants closed, by the voltages that reach it.

A part is dark if every reading on that side says so, and fed if every one does. A reading that is missing says nothing:
nobody switches on what he does not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from monitoring.picture import Picture
from monitoring.playbooks import ControlFile, Detour
from simulator.contracts.ticks import to_ticks

STALE = to_ticks(180.0)
"""A voltage or a position that is older is none (assumption: three periods of a minute)."""


class Detours:
    """`wanted(now, ...)` gives each detour that is to be switched now, with the setting and the reading behind it."""

    def __init__(self, plan: ControlFile, picture: Picture) -> None:
        self._plan, self._picture = plan, picture
        self._since: dict[str, int] = {}
        self.closed: dict[str, int] = {}
        """By device, when it was ordered to close."""

    def wanted(self, now: int, seats: Sequence[str], again: int) -> Iterator[tuple[Detour, float, str, float]]:
        for one in self._plan.detours:
            if one.seat not in seats:
                continue
            ordered = self.closed.get(one.device)
            if ordered is not None:
                # what is open again, or never closed, is ordered open, so that it can be ordered closed another time
                if now - ordered >= again and self._value(now, one.position) == 0.0:
                    del self.closed[one.device]
                    self._since.pop(one.device, None)
                    yield one, 0.0, one.position, 0.0
                continue
            sides = [(one.here, one.there), (one.there, one.here)]
            dark = next(
                (d for d, fed in sides if self._all(now, one, d, True) and self._all(now, one, fed, False)), None
            )
            if dark is None:
                self._since.pop(one.device, None)
                continue
            since = self._since.setdefault(one.device, now)
            if now - since >= to_ticks(one.lasts):
                self.closed[one.device] = now
                yield one, 1.0, dark[0], float(self._picture.values[self._picture.place[dark[0]]])

    def _value(self, now: int, name: str) -> float | None:
        place = self._picture.place[name]
        value = float(self._picture.values[place])
        fresh = now - int(self._picture.taken[place]) <= STALE and bool(np.isfinite(value))
        return value if fresh else None

    def _all(self, now: int, one: Detour, names: Sequence[str], dark: bool) -> bool:
        for name in names:  # the first that says otherwise is enough, and on ordinary days that is the first
            value = self._value(now, name)
            if value is None or not (value < one.dead if dark else value >= one.alive):
                return False
        return True
