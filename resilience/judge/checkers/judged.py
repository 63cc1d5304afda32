"""What of a run is judged: which levels, and over which part of it.

An expectation asks for a level where it holds it at least to what is required of it, at every moment:

    invariant        its window, unless one gap may be as long as that
    level            its window, if the level must be kept for a share of it; one moment is none
    budget           its window, if `time_below` is shorter than that; person-hours limit a sum, and no level
    link-continuity  from its fault on, from zero on if that is the first of all, unless one gap may be as long as that
    recovery         nothing: it says how soon a level is back, not how long it may be away
    delivery         nothing: it is about readings
    checker          nothing: nobody but the plug-in knows what it looks at

and its limit is the declared minimum or a stricter one. What is left of a required level is held against its declared
minimum, unless the scenario opts the level out by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resilience.judge.affected import Span, union
from resilience.judge.checkers.context import Context
from resilience.judge.checkers.expectations import begin_of, levels_of, origin_of
from resilience.judge.time_series import NotRecorded
from resilience.scenario.asking import asked_window
from resilience.scenario.scenario import (
    Budget,
    ByPlugin,
    Delivery,
    Expectation,
    Invariant,
    LevelHolds,
    LinkContinuity,
    Recovery,
)
from simulator.contracts.level import ServiceLevel
from simulator.contracts.ticks import to_s, to_ticks


@dataclass(frozen=True, slots=True)
class Part:
    """A level from `begin` to `end` (ticks)."""

    level: ServiceLevel
    begin: int
    end: int


def judged_parts(context: Context) -> tuple[Part, ...]:
    """What the expectations look at, and what they and the opt-outs of the scenario leave of every required level."""
    seen = tuple(part for item in context.scenario.expectations for part in parts_of(item, context))
    return (*seen, *left_to_judge(context))


def left_to_judge(context: Context) -> tuple[Part, ...]:
    """Of each level that the city requires, what no expectation asks for: from the first such moment to the last.

    Levels that are opted out are not among them, and none that is asked for throughout.
    """
    out = {level.id for item in context.scenario.not_asked for level in item.levels.of(context.city)}
    found = []
    for level in context.city.levels.values():
        span = None if level.id in out else _left(level, context)
        if span is not None:
            found.append(Part(level, *span))
    return tuple(found)


def _left(level: ServiceLevel, context: Context) -> Span | None:
    asked = union(span for item in context.scenario.expectations for span in asked_spans(item, level, context))
    begin, end = 0, context.history.end
    if asked and asked[0][0] == 0:
        begin = asked[0][1]
    if asked and asked[-1][1] == end:
        end = asked[-1][0]
    return (begin, end) if begin < end else None


def asked_spans(item: Expectation, level: ServiceLevel, context: Context) -> tuple[Span, ...]:
    """When an expectation holds a level at least to what is required of it; never longer than the run."""
    if level not in levels_of(item, context):
        return ()
    end = context.history.end
    try:
        if isinstance(item, LinkContinuity):
            begin = begin_of(item, context)
            return ((begin, end),) if item.longest.seconds < to_s(end - begin) else ()
        window = asked_window(item, level, context.scenario.run.duration_s)
        if window is None:
            return ()
        begin, until = context.ticks(window)
    except NotRecorded:  # what cannot be judged is judged by nobody
        return ()
    return ((begin, until),)


def parts_of(item: Expectation, context: Context) -> Iterator[Part]:
    """What an expectation looks at, whether or not it asks for all that is required."""
    try:
        span = _looked_at(item, context)
    except NotRecorded:  # what cannot be judged is judged by nobody
        return
    if span is not None:
        for level in levels_of(item, context):
            yield Part(level, *span)


def _looked_at(item: Expectation, context: Context) -> Span | None:
    end = context.history.end
    match item:
        case LevelHolds(share=None):
            at = end if item.at_s is None else to_ticks(item.at_s)
            return at, at + 1
        case Invariant() | LevelHolds() | Budget():
            return context.ticks(item.window)
        case Recovery():
            return origin_of(item, context), end
        case LinkContinuity():
            return begin_of(item, context), end
        case Delivery() | ByPlugin():
            return None
