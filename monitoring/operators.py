"""People at a seat: each deals with one alarm at a time, and takes his time for it. What waits, waits."""

from __future__ import annotations

import heapq
from collections import deque

from monitoring.delivered import Raised
from simulator.contracts.ticks import to_ticks


class Operators:
    """`people` of one seat. Alarms are dealt with in the order in which they were raised (assumption): in a flood
    nobody knows which one matters."""

    def __init__(self, people: int, decide_s: float) -> None:
        self._decide = to_ticks(decide_s)
        self._free = [0] * people
        self._begun = False
        self._waiting: deque[tuple[int, Raised]] = deque()
        self._busy: list[tuple[int, int, int, Raised]] = []

    def hear(self, now: int, alarm: Raised) -> None:
        self._waiting.append((now, alarm))

    def dealt_with(self, now: int) -> list[tuple[Raised, int]]:
        """Alarms that somebody has taken note of by now, with how long after they were raised (ticks)."""
        if not self._begun:
            self._free, self._begun = [now] * len(self._free), True
        while self._waiting:
            free = min(self._free)
            raised, alarm = self._waiting[0]
            begin = max(free, raised)
            if begin > now:
                break
            self._waiting.popleft()
            self._free[self._free.index(free)] = begin + self._decide
            heapq.heappush(self._busy, (begin + self._decide, alarm.alarm, raised, alarm))
        done = []
        while self._busy and self._busy[0][0] <= now:
            end, _number, raised, alarm = heapq.heappop(self._busy)
            done.append((alarm, end - raised))
        return done

    def away(self, now: int) -> None:
        """The seat is lost: nobody deals with anything, and what was in hand is begun anew."""
        for _end, _number, raised, alarm in sorted(self._busy, reverse=True):
            self._waiting.appendleft((raised, alarm))
        self._busy.clear()
        self._free = [now] * len(self._free)
