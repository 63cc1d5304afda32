"""Seconds and values as places on paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from resilience.report.run.wording import number, unit_name
from resilience.scenario.moment import clock, day
from simulator.contracts.words import SHARE

TICK_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 345600, 604800)
"""Steps between two ticks of a time axis that a person can read off a clock or calendar."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Maps seconds from the scenario's zero, `begin_s` to `end_s`, to `left` to `right`."""

    start: datetime
    begin_s: float
    end_s: float
    left: float
    right: float

    def x(self, at_s: float) -> float:
        """The place of an instant; instants outside the axis lie on its ends."""
        span = self.end_s - self.begin_s
        share = 0.0 if span <= 0 else (at_s - self.begin_s) / span
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def ticks(self, most: int) -> tuple[float, ...]:
        """At most so many (4 or more) whole clock times on the axis, counted from the midnight before its start."""
        span = self.end_s - self.begin_s
        step = next((s for s in TICK_STEPS_S if span / s <= most - 1), math.ceil(span / (most - 1) / 604800) * 604800)
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        offset = (self.start - midnight).total_seconds()
        first = math.ceil((self.begin_s + offset) / step)
        last = math.floor((self.end_s + offset) / step)
        return tuple(i * step - offset for i in range(first, last + 1))

    def label(self, at_s: float, lang: str) -> str:
        """The clock time of a tick; at midnight, the day that begins."""
        at = self.start + timedelta(seconds=at_s)
        return day(at, lang) if at.hour == at.minute == at.second == 0 else clock(self.start, at_s, lang)


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """Maps values from 0 to `highest` to `bottom` up to `top`. It always begins at 0: a fall looks as deep as it is."""

    highest: float
    top: float
    bottom: float
    unit: str

    @classmethod
    def over(cls, values: tuple[float, ...], minimum: float, unit: str, top: float, bottom: float) -> ValueAxis:
        """An axis that shows every finite value and the minimum; shares end at 1 unless one is above."""
        finite = [v for v in (*values, minimum) if math.isfinite(v)]
        highest = max(finite, default=1.0)
        if unit == SHARE and highest <= 1.0 + 1e-9:
            return cls(1.0, top, bottom, unit)
        return cls(_round_up(max(highest, 1e-9)), top, bottom, unit)

    def y(self, value: float) -> float:
        """The height of a value; what lies outside (an infinite one) lies on the edge."""
        share = min(1.0, max(0.0, value / self.highest))
        return self.bottom - share * (self.bottom - self.top)

    def ticks(self) -> tuple[float, ...]:
        return (0.0, self.highest / 2, self.highest)

    def label(self, value: float, lang: str) -> str:
        """A tick's number with its unit where that is short; other units stand above the axis."""
        if self.unit == SHARE:
            gap = "\u00a0" if lang == "de" else ""
            return number(100 * value, lang) + gap + unit_name(self.unit, lang)
        digits = 0 if self.highest >= 4 and self.highest % 2 == 0 else 1 if self.highest >= 1 else 2
        return number(value, lang, digits)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 6, 8, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return float(next(f * power for f in (1, 2, 3, 4, 5, 6, 8, 10) if f * power >= value * (1 - 1e-12)))
