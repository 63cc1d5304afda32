"""Charts over time: a service level with its minimum, shortfall and faults; and the modes that were in force."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from resilience.judge.losses import LevelCourse
from resilience.report.run.content import ModeTimeline
from resilience.report.run.drawing import (
    TimeAxis,
    ValueAxis,
    element,
    line_path,
    picture,
    shortfall_path,
    shown_steps,
    text,
    thinned,
    title,
)
from resilience.report.run.texts import say
from resilience.report.run.wording import plain, quantity, unit_name
from resilience.scenario.moment import clock
from simulator.contracts.catalogue import State
from simulator.contracts.registry import registry
from simulator.contracts.words import SHARE

HALF_LABEL = 15
"""Half the width of a time of the day on the axis."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a drawing and the margins around its plot, in its own units (pixels at full width)."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    ticks: int

    def time_axis(self, start: datetime, begin_s: float, end_s: float) -> TimeAxis:
        return TimeAxis(start, begin_s, end_s, self.left, self.width - self.right)


WIDE = Frame(700, 132, 62, 62, 20, 24, 9)
SMALL = Frame(350, 128, 46, 50, 20, 20, 5)
COLUMN = 1.0
"""Width of the columns to which a curve is thinned: no finer than a pixel."""


@dataclass(frozen=True, slots=True)
class Band:
    """The time in which faults were in force, with the letters that the legend explains."""

    key: str
    begin_s: float
    end_s: float


def course_chart(
    course: LevelCourse, start: datetime, begin_s: float, end_s: float, bands: Sequence[Band], frame: Frame, lang: str
) -> str:
    """The drawing of one level. `begin_s` to `end_s` is the same for all drawings of a page."""
    x_axis = frame.time_axis(start, begin_s, end_s)
    steps = thinned(shown_steps(course.times_s, course.values, x_axis), x_axis, COLUMN)
    values = tuple(value for _, value in steps)
    y_axis = ValueAxis.over(values, course.minimum, course.unit, frame.top, frame.height - frame.bottom)
    shortfall = shortfall_path(steps, course.minimum, course.higher_is_better, x_axis, y_axis)
    parts = [
        *time_grid(x_axis, frame, lang),
        *_value_grid(y_axis, frame, lang),
        *fault_bands(bands, x_axis, frame.top, frame.height - frame.bottom),
    ]
    if shortfall:
        parts.append(element("path", d=shortfall, class_="short"))
    parts += _minimum(course, y_axis, frame, lang)
    line = line_path(steps, x_axis, y_axis)
    if line:
        parts.append(element("path", d=line, class_="line"))
    else:
        parts.append(text((frame.left + frame.width - frame.right) / 2, (frame.top + frame.height) / 2, "–"))
    return picture(frame.width, frame.height, parts, _described(course, lang), "chart")


def time_grid(axis: TimeAxis, frame: Frame, lang: str) -> list[str]:
    """Upright lines at whole clock times, labelled below."""
    bottom = frame.height - frame.bottom
    parts = []
    for i, at in enumerate(axis.ticks(frame.ticks)):
        x = axis.x(at)
        parts.append(element("path", d=f"M{x:.1f} {frame.top:g}V{bottom:g}", class_="grid"))
        # A label that would stick out of the drawing is left away; its line stays.
        if x - axis.left >= -1 and x <= axis.right + 1:
            kind = "tick odd" if i % 2 else "tick"
            # At the edges a label would lie on that of the value axis, or stick out.
            anchor = "start" if x - axis.left < HALF_LABEL else "end" if x > frame.width - HALF_LABEL else "middle"
            parts.append(text(x, frame.height - 5, axis.label(at, lang), class_=kind, text_anchor=anchor))
    return parts


def fault_bands(bands: Sequence[Band], axis: TimeAxis, top: float, bottom: float) -> list[str]:
    """Grey where any fault lasts, no darker for many; letters stand in flags above, which make way to the right."""
    parts: list[str] = []
    free = until = -math.inf
    for left, right in sorted((axis.x(band.begin_s), axis.x(band.end_s)) for band in bands):
        if right <= axis.left or left >= axis.right:
            continue
        new, right = max(left, until), max(right, left + 1.0)
        if right > new:
            parts.append(element("rect", x=new, y=top, width=right - new, height=bottom - top, class_="band"))
            until = right
    for band in bands:
        left, right = axis.x(band.begin_s), axis.x(band.end_s)
        if right <= axis.left or left >= axis.right:
            continue
        parts.append(element("path", d=f"M{left:.1f} {top - 4:g}V{bottom:g}", class_="onset"))
        width = 8 + 7.5 * len(band.key)
        at = min(max(left - 1, free), axis.right - width)
        free = at + width + 2
        flag = element("rect", x=at, y=top - 17, width=width, height=14, rx=2)
        parts.append(element("g", flag + text(at + width / 2, top - 6, band.key, text_anchor="middle"), class_="flag"))
    return parts


def _value_grid(axis: ValueAxis, frame: Frame, lang: str) -> list[str]:
    parts = []
    for value in axis.ticks():
        y = axis.y(value)
        parts.append(element("path", d=f"M{frame.left:g} {y:.1f}H{frame.width - frame.right:g}", class_="grid"))
        parts.append(text(frame.left - 5, y + 4, axis.label(value, lang), class_="tick", text_anchor="end"))
    if axis.unit not in (SHARE, "1", ""):
        parts.append(text(frame.width - 2, 12, unit_name(axis.unit, lang), class_="tick", text_anchor="end"))
    return parts


def _minimum(course: LevelCourse, axis: ValueAxis, frame: Frame, lang: str) -> list[str]:
    y = axis.y(course.minimum)
    right = frame.width - frame.right
    sign = "≥" if course.higher_is_better else "≤"
    shown = quantity(course.minimum, SHARE, lang) if course.unit == SHARE else plain(course.minimum, lang)
    return [
        element("path", d=f"M{frame.left:g} {y:.1f}H{right:g}", class_="minimum"),
        text(right + 4, y + 4, f"{sign}\u00a0{shown}", class_="owed"),
    ]


def _described(course: LevelCourse, lang: str) -> str:
    """The drawing in a sentence, for those who do not see it."""
    from resilience.report.run.texts import say

    where = f"{course.measure_title.of(lang)}, {course.title.of(lang)}"
    if math.isnan(course.worst):
        return f"{where}: {say('no-data', lang)}"
    return (
        f"{where}: {say('worst', lang)} {quantity(course.worst, course.unit, lang)}, "
        f"{say('owed', lang)} {quantity(course.minimum, course.unit, lang)}"
    )


LABEL, BAR, GAP = 22.0, 22.0, 8.0
LETTER = 7.0
"""Width of a letter at the drawing's own size; on a phone letters are 1.7 times as wide."""


def rank_class(timeline: ModeTimeline, mode: str) -> str:
    """How good a mode is: `m0` the first choice, `m1` and `m2` the ways after it, `m3` nothing left."""
    kind = registry().types.get(timeline.kind)
    nothing = () if kind is None else tuple(one.name for one in kind.ladder if one.state is State.FAILED)
    if mode in nothing:
        return "m3"
    ways = [m for m in timeline.modes if m not in nothing]
    return f"m{min(ways.index(mode), 2)}" if mode in ways else "m2"


def mode_title(timeline: ModeTimeline, mode: str, lang: str) -> str:
    """What a mode is called; a mode the catalogue does not know keeps its own name."""
    return timeline.mode_titles[timeline.modes.index(mode)].of(lang) if mode in timeline.modes else mode


def gantt(
    timelines: Sequence[ModeTimeline], start: datetime, begin_s: float, end_s: float, bands: Sequence[Band], lang: str
) -> str:
    """The drawing of these timelines on the page's time axis."""
    row = LABEL + BAR + GAP
    frame = Frame(700, 22 + row * len(timelines) + 24, 4, 4, 22, 24, 9)
    axis = frame.time_axis(start, begin_s, end_s)
    bottom = frame.height - frame.bottom
    dated = end_s - begin_s > 86400
    parts = [*time_grid(axis, frame, lang), *fault_bands(bands, axis, frame.top, bottom)]
    for i, timeline in enumerate(timelines):
        top = frame.top + i * row
        parts.append(text(frame.left + 2, top + 17, timeline.label.of(lang), class_="row"))
        for span in timeline.spans:
            left, right = axis.x(span.begin_s), axis.x(span.end_s)
            if span.end_s < begin_s or span.begin_s > end_s:
                continue
            # A change of seconds in a day is thinner than a pixel; it is drawn one wide, so that it is seen at all.
            width = max(right - left, 1.0)
            name = mode_title(timeline, span.mode, lang)
            times = f"{clock(start, span.begin_s, lang, dated)}–{clock(start, span.end_s, lang, dated)}"
            box = element("rect", x=left, y=top + LABEL, width=width, height=BAR)
            bar = [title(f"{timeline.label.of(lang)}: {name}, {times}"), box]
            if width > LETTER * len(name) + 8:
                kind = "name" if width > 1.7 * LETTER * len(name) + 8 else "name tight"
                bar.append(text(left + 5, top + LABEL + 15.5, name, class_=kind))
            parts.append(element("g", bar, class_=rank_class(timeline, span.mode)))
    return picture(frame.width, frame.height, parts, say("gantt-label", lang), "chart gantt")
