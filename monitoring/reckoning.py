"""Dead reckoning: how full a store is whose reading is not believed, from what flows in, what flows out and what is
drawn at this hour, since it was last believed or since somebody read it on site.

It is on the safe side: what is not believed to flow in does not flow in. How far it may be off grows with time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.ordinary import DAY, MARGIN, Ordinary, drawn
from monitoring.picture import KEPT, STEP_S
from monitoring.playbooks import Balance, ControlFile

Floats = NDArray[np.float64]

BY_EYE_M = 0.1
"""How far a level that somebody reads on site may be off (assumption: a staff with marks every 10 cm)."""

LEAST_M = 0.3
"""A reading that is further off than this, and than reckoning may be, contradicts it (assumption)."""

BUSIEST, QUIETEST = 3.0, 0.5
"""Today is taken to draw at most and at least so many times what an ordinary day draws (assumption)."""


class Reckoning:
    """Stores of level controls that are not believed, by place in the picture: the level and how far it may be off."""

    def __init__(self, plan: ControlFile, ordinary: Ordinary, place: Mapping[str, int]) -> None:
        self._ordinary, self._place = ordinary, place
        self._balances = [one for one in plan.balances if one.id in ordinary.balances]
        self._in: dict[int, tuple[Balance, float]] = {
            place[store.reading]: (one, store.area_m2) for one in self._balances for store in one.stores
        }
        self._today = [1.0]
        self.levels: dict[int, tuple[float, float]] = {}
        self._one_sided: set[int] = set()
        """Those of which some flow was not known: they may hold more than is reckoned, by nobody knows how much."""

    def step(self, past: Sequence[Floats], step_of_day: int, doubted: frozenset[int], lately: frozenset[int]) -> None:
        """A step is over. `doubted` are places that are not believed now, `lately` those that were doubted within what
        is kept of the past."""
        self._look_at_today(past, step_of_day, doubted | lately)
        for at in [at for at in self.levels if at not in doubted]:
            del self.levels[at]
            self._one_sided.discard(at)
        for at in sorted(doubted & self._in.keys()):
            if at in self.levels:
                self.levels[at] = self._on(self.levels[at], at, past[-1], past[-2], step_of_day, doubted)
            elif len(past) > 1 and np.isfinite(past[0][at]):
                # what was read when somebody began to forge is not known: an hour ago it was in order
                level = float(past[0][at]), 0.0
                for ago in range(len(past) - 2, -1, -1):
                    now = len(past) - 1 - ago
                    level = self._on(level, at, past[now], past[now - 1], (step_of_day - ago) % DAY, doubted)
                self.levels[at] = level

    def read(self, at: int, level: float) -> None:
        """Somebody has read it on site."""
        if at in self._in:
            self.levels[at] = level, BY_EYE_M
            self._one_sided.discard(at)

    def contradicts(self, at: int, seen: float) -> float:
        """How far a reading is from what is reckoned, 1 at the limit; 0 where nothing is reckoned, or only that a store
        holds at least so much."""
        if at not in self.levels or at in self._one_sided or not np.isfinite(seen):
            return 0.0
        level, rough = self.levels[at]
        return abs(seen - level) / (rough + LEAST_M)

    def _look_at_today(self, past: Sequence[Floats], step: int, lately: frozenset[int]) -> None:
        """How much more than on an ordinary day is drawn, by the zones of which everything is believed; where there is
        none, as it was before anything was doubted."""
        now = usual = 0.0
        for row, one in enumerate(self._ordinary.balances):
            balance = next((b for b in self._balances if b.id == one), None)
            if balance is None or lately.intersection(self._place[name] for name in _series(balance)):
                continue
            here = drawn(past, balance, self._place)
            if np.isfinite(here):
                now, usual = now + here, usual + float(self._ordinary.drawn[row, step])
        known = usual > 0
        self._today.append(min(max(now / usual, QUIETEST), BUSIEST) if known else self._today[0])
        del self._today[:-KEPT]

    def _on(
        self,
        level: tuple[float, float],
        at: int,
        seen: Floats,
        before: Floats,
        step: int,
        doubted: frozenset[int],
    ) -> tuple[float, float]:
        """The level a step later."""
        balance, area_m2 = self._in[at]
        row = self._ordinary.balances.index(balance.id)
        flow = -self._today[-1] * float(self._ordinary.drawn[row, step])
        for name in balance.into:
            if self._place[name] not in doubted and np.isfinite(seen[self._place[name]]):
                flow += float(seen[self._place[name]])
            else:
                self._one_sided.add(at)
        for name in balance.out_of:
            place = self._place[name]
            known = place not in doubted and bool(np.isfinite(seen[place]))
            if not known:
                self._one_sided.add(at)
            flow -= float(seen[place] if known else self._ordinary.high[place])
        unknown_m2 = area_m2
        for store in balance.stores:
            other = self._place[store.reading]
            if other == at:
                continue
            rise = seen[other] - before[other]
            if other not in doubted and np.isfinite(rise):
                flow -= store.area_m2 * float(rise) / STEP_S
            else:
                unknown_m2 += store.area_m2  # those that nobody knows of are taken to rise and fall together
        rough = max(1.0, self._today[-1]) * float(self._ordinary.beyond[row]) / MARGIN
        value, off = level
        return value + flow * STEP_S / unknown_m2, off + rough * STEP_S / unknown_m2


def _series(balance: Balance) -> tuple[str, ...]:
    return (*balance.into, *balance.out_of, *(store.reading for store in balance.stores))
