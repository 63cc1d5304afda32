"""A step function as an SVG path, thinned for drawing without losing its extremes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from resilience.report.run.axis import TimeAxis, ValueAxis
from resilience.report.run.svg import decimal

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
