"""SVG as text, seconds and values as places on paper, and step functions as paths that lose no extreme."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from resilience.report.run.wording import number, per_cent
from resilience.scenario.moment import clock, day
from simulator.contracts.words import SHARE

Attribute = str | float | int


def decimal(value: float, places: int = 1) -> str:
    """A coordinate with fixed places, without trailing zeros and without a minus before nothing."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(name: str, content: str | Iterable[str] = "", **attributes: Attribute) -> str:
    """`<name …>content</name>`. `content` is markup already; attribute values are escaped here.

    `_` in an attribute's name stands for `-`, and `class_` for `class`.
    """
    parts = []
    for key, value in attributes.items():
        shown = escape(value) if isinstance(value, str) else decimal(float(value))
        parts.append(f' {key.rstrip("_").replace("_", "-")}="{shown}"')
    inside = content if isinstance(content, str) else "".join(content)
    head = f"<{name}{''.join(parts)}"
    return f"{head}>{inside}</{name}>" if inside else head + "/>"


def text(x: float, y: float, words: str, **attributes: Attribute) -> str:
    """Words at a place; escaped here."""
    return element("text", escape(words), x=x, y=y, **attributes)


def title(words: str) -> str:
    """What a pointer resting on the surrounding element is told; escaped here."""
    return element("title", escape(words))


def picture(width: float, height: float, content: Iterable[str], label: str, class_: str) -> str:
    """A whole drawing that scales with the page. `label` says to a screen reader what there is to see."""
    return element(
        "svg", content, viewBox=f"0 0 {decimal(width)} {decimal(height)}", role="img", aria_label=label, class_=class_
    )


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
            return per_cent(number(100 * value, lang), lang)
        digits = 0 if self.highest >= 4 and self.highest % 2 == 0 else 1 if self.highest >= 1 else 2
        return number(value, lang, digits)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 6, 8, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return float(next(f * power for f in (1, 2, 3, 4, 5, 6, 8, 10) if f * power >= value * (1 - 1e-12)))


Step = tuple[float, float]
"""From this second on, this value; NaN for not known."""


def shown_steps(times_s: Sequence[float], values: Sequence[float], axis: TimeAxis) -> list[Step]:
    """The changes that lie on the axis; the value in force at its begin starts there."""
    steps: list[Step] = []
    for at, value in zip(times_s, values, strict=True):
        if at > axis.end_s:
            break
        if at <= axis.begin_s:
            steps = [(axis.begin_s, value)]
        elif not steps or not (value == steps[-1][1] or (math.isnan(value) and math.isnan(steps[-1][1]))):
            steps.append((at, value))
    return steps


def thinned(steps: Sequence[Step], axis: TimeAxis, width: float) -> list[Step]:
    """At most four steps in each column of `width`: the first, the lowest, the highest and the last.

    What is left reaches the same lowest and highest values as before, in the same columns. Gaps (NaN) stay.
    """
    out: list[Step] = []
    column: list[Step] = []
    here = -1

    def close() -> None:
        known = [s for s in column if not math.isnan(s[1])]
        keep = {column[0], column[-1]} if column else set()
        if known:
            keep |= {min(known, key=lambda s: s[1]), max(known, key=lambda s: s[1])}
        gaps = [s for i, s in enumerate(column) if math.isnan(s[1]) and (i == 0 or not math.isnan(column[i - 1][1]))]
        out.extend(s for s in column if s in keep or s in gaps)
        column.clear()

    for step in steps:
        place = int((axis.x(step[0]) - axis.left) / width)
        if place != here:
            close()
            here = place
        column.append(step)
    close()
    return out


def line_path(steps: Sequence[Step], x_axis: TimeAxis, y_axis: ValueAxis) -> str:
    """The curve: across for as long as a value holds, then straight up or down. A gap lifts the pen."""
    parts: list[str] = []
    pen = False
    for i, (at, value) in enumerate(steps):
        if math.isnan(value):
            pen = False
            continue
        x, y = decimal(x_axis.x(at)), decimal(y_axis.y(value))
        parts.append(f"V{y}" if pen else f"M{x} {y}")
        until = steps[i + 1][0] if i + 1 < len(steps) else x_axis.end_s
        parts.append(f"H{decimal(x_axis.x(until))}")
        pen = True
    return "".join(parts)


def worse(value: float, minimum: float, higher_is_better: bool) -> bool:
    """Whether a known value breaks what is owed."""
    return value < minimum - 1e-9 if higher_is_better else value > minimum + 1e-9


def shortfall_path(
    steps: Sequence[Step], minimum: float, higher_is_better: bool, x_axis: TimeAxis, y_axis: ValueAxis
) -> str:
    """The area between the curve and the minimum, wherever the value is worse than that."""
    base = decimal(y_axis.y(minimum))
    parts: list[str] = []
    open_ = False
    for (at, value), until in zip(steps, _ends(steps, x_axis.end_s), strict=True):
        if math.isnan(value) or not worse(value, minimum, higher_is_better):
            if open_:
                parts.append(f"V{base}Z")
            open_ = False
            continue
        if not open_:
            parts.append(f"M{decimal(x_axis.x(at))} {base}")
        parts.append(f"V{decimal(y_axis.y(value))}H{decimal(x_axis.x(until))}")
        open_ = True
    if open_:
        parts.append(f"V{base}Z")
    return "".join(parts)


def _ends(steps: Sequence[Step], end_s: float) -> Iterable[float]:
    return (*(at for at, _ in steps[1:]), end_s)[: len(steps)]
