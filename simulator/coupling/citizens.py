"""What citizens tell: late, without the place, more often the more are concerned, not where telephones are dead.

They call for two reasons: something that is required does not come, or they pass something broken in the street.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from numpy.random import Generator

from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.coupling.alarm import Alarm
from simulator.coupling.levels import LevelRecorder
from simulator.kernel.clock import Clock
from simulator.kernel.streams import Streams

PATIENCE_S = 900.0
"""How long people wait before anybody calls (assumption)."""

CALLS_PERSON_H = 1 / 500
"""Calls an hour and person without what is required (assumption)."""

SEEN_S = 12 * 3600.0
"""Mean time, by day, until somebody passes a thing that is broken in the street and calls. Losses of water are reckoned
with a day until a reported burst of a main is known (Lambert 1994, bursts and background estimates); half of it is
light (assumption)."""

NIGHT = 0.1
"""Share of the calls that come at night, from 22 to 6 o'clock (assumption: most sleep)."""


class Told(NamedTuple):
    """Somebody calls: something of this trade is out of order in this district."""

    trade: Trade
    district: str


class Citizens:
    """`heard` is asked now and again; each time it tells who has called since."""

    def __init__(self, city: City, clock: Clock, levels: LevelRecorder, alarm: Alarm, streams: Streams) -> None:
        self._city, self._clock, self._levels, self._alarm, self._streams = city, clock, levels, alarm, streams
        self._since: dict[str, int] = {}
        self._passed: dict[str, float] = {}
        self._until: dict[str, float] = {}
        self._draws: dict[str, Generator] = {}
        self._last = clock.now

    def heard(self, in_street: Iterable[tuple[str, Trade, str]] = ()) -> tuple[Told, ...]:
        """Calls since the last time. `in_street` are broken things that one sees: name, trade, district."""
        now = self._clock.now
        hours, self._last = (now - self._last) / 3_600_000, now
        hour = self._clock.time_of_day_s() / 3600
        awake = 1.0 if 6 <= hour < 22 else NIGHT
        found = registry()
        rates: dict[str, tuple[float, Told]] = {}
        for name in self._levels.low:
            level = self._city.levels[name]
            since = self._since.setdefault(name, now)
            if level.subject not in self._city.districts or now - since < PATIENCE_S * 1000:
                continue
            measure = found.measures[level.measure]
            trade = found.subsystems[measure.domain].trade
            if trade is None or not measure.for_people:
                continue  # what comes of several things at once, or what nobody feels
            rates[name] = self._levels.lacking(name) * CALLS_PERSON_H * awake, Told(trade, level.subject)
        for name in [name for name in self._since if name not in self._levels.low]:
            del self._since[name]
        for name, trade, district in in_street:
            if district not in self._city.districts:
                continue  # nobody could say where
            rates[name] = awake * 3600 / SEEN_S, Told(trade, district)
        told: list[Told] = []
        for name, (an_hour, what) in rates.items():
            if what.district in self._alarm.in_person:
                continue
            self._passed[name] = self._passed.get(name, 0.0) + an_hour * hours
            if name not in self._until:
                self._until[name] = self._drawn(name)
            if self._passed[name] >= self._until[name]:
                told.append(what)
                self._until[name] = self._passed[name] + self._drawn(name)
        for name in [name for name in self._passed if name not in rates]:
            del self._passed[name], self._until[name]
        return tuple(dict.fromkeys(told))

    def _drawn(self, name: str) -> float:
        if name not in self._draws:
            self._draws[name] = self._streams.stream(name, "calls")
        return float(self._draws[name].exponential())
