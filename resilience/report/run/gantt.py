"""Which way of working was in force when: one row a component, the mode as colour, texture and word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from resilience.report.run.content import ModeTimeline
from resilience.report.run.course_chart import Band, Frame, fault_bands, time_grid
from resilience.report.run.svg import element, picture, text, title
from resilience.report.run.texts import say
from resilience.scenario.moment import clock

LABEL, BAR, GAP = 22.0, 22.0, 8.0
LETTER = 7.0
"""Width of a letter at the drawing's own size; on a phone letters are 1.7 times as wide."""


NOTHING = ("none", "dark", "empty", "failed")
"""Modes in which the duty is not done at all."""


def rank_class(timeline: ModeTimeline, mode: str) -> str:
    """How good a mode is: `m0` the first choice, `m1` and `m2` the ways after it, `m3` nothing left."""
    if mode in NOTHING:
        return "m3"
    ways = [m for m in timeline.modes if m not in NOTHING]
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
