"""How often it gets worse: the share of cases that cost more than so many person-hours, for today and each measure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from resilience.report.run.drawing import ValueAxis, decimal, element, picture, text
from resilience.report.run.wording import number
from simulator.contracts.words import SHARE

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 700, 260, 56, 24, 14, 34
DASHES = ("", "8 4", "2 3", "10 3 2 3", "5 5")
"""How lines are told apart without colour; more than these are not drawn."""


def exceedance_chart(hours: Sequence[tuple[str, Sequence[float]]], lang: str, label: str) -> str:
    """The drawing, empty if nothing was lost in any run. Values are sorted; at most as many lines as `DASHES`."""
    lines = [(name, values) for name, values in hours if values][: len(DASHES)]
    most = max((values[-1] for _, values in lines), default=0.0)
    if most <= 0:
        return ""
    across = ValueAxis.over((most,), 0.0, "person-h", 0.0, 1.0)
    up = ValueAxis(1.0, TOP, HEIGHT - BOTTOM, SHARE)

    def x(value: float) -> float:
        return LEFT + value / across.highest * (WIDTH - LEFT - RIGHT)

    parts = []
    for tick in up.ticks():
        parts.append(element("path", class_="grid", d=f"M{LEFT} {decimal(up.y(tick))}H{WIDTH - RIGHT}"))
        parts.append(text(LEFT - 6, up.y(tick) + 4, up.label(tick, lang), class_="tick", text_anchor="end"))
    for tick in (across.highest * share for share in (0.0, 0.25, 0.5, 0.75, 1.0)):
        decimals = 0 if across.highest >= 4 else 2
        parts.append(text(x(tick), HEIGHT - 12, number(tick, lang, decimals), class_="tick", text_anchor="middle"))
    for (_, values), dash in zip(lines, DASHES, strict=False):
        parts.append(
            element("path", class_="line", d=_path(values, x, up), **({"stroke_dasharray": dash} if dash else {}))
        )
    return picture(WIDTH, HEIGHT, parts, label, "chart")


def key(place: int) -> str:
    """The piece of line that stands for the line at this place in a legend; empty where it was not drawn."""
    if place >= len(DASHES):
        return ""
    dash = {"stroke_dasharray": DASHES[place]} if DASHES[place] else {}
    line = element("path", class_="line", d="M0 7H40", **dash)
    return element("svg", line, class_="chart swatch", viewBox="0 0 40 14", aria_hidden="true")


def _path(values: Sequence[float], x: Callable[[float], float], up: ValueAxis) -> str:
    """Across to each value, then down by the runs that cost no more."""
    parts = [f"M{LEFT} {decimal(up.y(1.0 - bisect_right(values, 0.0) / len(values)))}"]
    for value in dict.fromkeys(value for value in values if value > 0):
        share = 1.0 - bisect_right(values, value) / len(values)
        parts.append(f"H{decimal(x(value))}V{decimal(up.y(share))}")
    parts.append(f"H{WIDTH - RIGHT}")
    return "".join(parts)
