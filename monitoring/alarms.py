"""Alarms with their life (ISA-18.2, IEC 62682): raised, acknowledged by an operator, cleared.

Evidence of one subject and kind is one alarm, however many readings show it. What a gateway alone explains is grouped
under its alarm: while it is silent or forged, what its readings lack or say raises none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitoring.checks import DISTRUST, PERSISTS, Evidence
from monitoring.delivered import Cleared, Raised
from simulator.contracts.ticks import to_ticks

QUIET = to_ticks(1800.0)
"""An alarm whose evidence has been away for so long is cleared (assumption)."""

FAR_OFF = 2.0
"""A reading that only the vote of others speaks against is not believed if it is so many times the limit off
(assumption): a leak moves pressures, too, and then the level is right."""

Key = tuple[str, str]


@dataclass
class Alarm:
    """One alarm that stands."""

    raised: Raised
    at: int
    seen: int
    worst: float = 0.0
    acknowledged: bool = False
    done: set[str] = field(default_factory=set)
    """Playbooks that have been followed for it."""


class Alarms:
    """All that stand, and what may become one. `gateways` names the gateway of each series; `persists` is how long
    evidence of a kind must last, where that is not as usual."""

    def __init__(self, gateways: Mapping[str, str], persists: Mapping[str, int]) -> None:
        self._gateways = gateways
        self._persists = {**PERSISTS, **persists}
        self._first: dict[Key, tuple[int, int]] = {}
        self.open: dict[Key, Alarm] = {}
        self.count = 0

    def update(self, now: int, found: Iterable[Evidence]) -> tuple[list[Raised], list[Cleared]]:
        """Evidence of this step: new alarms, and those that are over."""
        raised: list[Raised] = []
        for one in self._grouped(found):
            key = (one.kind, one.subject)
            if key in self.open:
                self.open[key].seen = now
                self.open[key].worst = max(self.open[key].worst, one.score)
                continue
            first, last = self._first.get(key, (now, now))
            if now - last > QUIET:
                first = now
            self._first[key] = (first, now)
            if now - first >= self._persists.get(one.kind, 0):
                self.count += 1
                said = Raised(
                    self.count, one.kind, one.subject, one.seat, round(one.score, 3), one.series, one.districts
                )
                self.open[key] = Alarm(said, now, now, one.score)
                del self._first[key]
                raised.append(said)
        over = [key for key, alarm in self.open.items() if now - alarm.seen >= QUIET]
        return raised, [Cleared(self.open.pop(key).raised.alarm) for key in over]

    def distrusted(self) -> frozenset[str]:
        """Series that an alarm says are not to be believed."""
        odd = (alarm for alarm in self.open.values() if alarm.raised.kind in DISTRUST)
        sure = (alarm for alarm in odd if alarm.raised.kind != "contradiction" or alarm.worst >= FAR_OFF)
        return frozenset(name for alarm in sure for name in alarm.raised.series)

    def _grouped(self, found: Iterable[Evidence]) -> Sequence[Evidence]:
        """Readings that are out of order in one way behind one gateway are one alarm about the gateway."""
        alone: list[Evidence] = []
        behind: dict[Key, list[Evidence]] = {}
        for one in found:
            gateways = {self._gateways[name] for name in one.series}
            if one.kind in DISTRUST and len(gateways) == 1:
                behind.setdefault((one.kind, gateways.pop()), []).append(one)
            else:
                alone.append(one)
        for (kind, gateway), several in behind.items():
            standing = [one for one in several if (kind, one.subject) in self.open]
            if len(several) == 1 or standing:
                alone += several
                continue
            series = tuple(name for one in several for name in one.series)
            districts = tuple(dict.fromkeys(name for one in several for name in one.districts))
            alone.append(Evidence(kind, gateway, several[0].seat, max(e.score for e in several), series, districts))
        return alone
