"""What of a run is judged: which levels, and over which part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.expectations import origin_of, other_levels
from resilience.judge.time_series import NotRecorded
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
from simulator.contracts.ticks import to_ticks


@dataclass(frozen=True, slots=True)
class Part:
    """A level from `begin` to `end` (ticks). `throughout`: as far as somebody asks for it, it is judged over the run.

    One moment, or a part of the run, is not the run. Of a recovery it is settled how long the level may be away, of a
    continuity the run begins with the first fault.
    """

    level: ServiceLevel
    begin: int
    end: int
    throughout: bool


def judged_parts(context: Context) -> tuple[Part, ...]:
    """What the expectations judge, and every required level that they leave and the scenario does not opt out."""
    asked = tuple(part for item in context.scenario.expectations for part in _parts(item, context))
    rest = left_to_judge(context)
    return (*asked, *(Part(level, 0, context.history.end, True) for level in rest))


def left_to_judge(context: Context) -> tuple[ServiceLevel, ...]:
    """The levels that the city requires, without those that an expectation judges throughout or that are opted out."""
    out = {level.id for item in context.scenario.not_asked for level in item.levels.of(context.city)}
    for item in context.scenario.expectations:
        out.update(part.level.id for part in _parts(item, context) if part.throughout)
    return tuple(level for level in context.city.levels.values() if level.id not in out)


def _parts(item: Expectation, context: Context) -> Iterator[Part]:
    try:
        window = _window(item, context)
    except NotRecorded:  # what cannot be judged is judged by nobody
        return
    if window is None:
        return
    begin, end, throughout = window
    levels = other_levels(item, context) if isinstance(item, LinkContinuity) else _levels(item, context)
    for level in levels:
        yield Part(level, begin, end, throughout)


def _levels(item: Expectation, context: Context) -> tuple[ServiceLevel, ...]:
    return () if isinstance(item, ByPlugin | Delivery | LinkContinuity) else item.levels.of(context.city)


def _window(item: Expectation, context: Context) -> tuple[int, int, bool] | None:
    end = context.history.end
    match item:
        case LevelHolds(share=None):
            at = end if item.at_s is None else to_ticks(item.at_s)
            return at, at + 1, False
        case Invariant() | LevelHolds() | Budget():
            begin, until = context.ticks(item.window)
            return begin, until, begin <= 0 and until >= end
        case Recovery():
            return origin_of(item, context), end, True
        case LinkContinuity():
            done = [act.applied_at for act in context.executed(item.fault) if act.applied_at is not None]
            first = [act.applied_at for act in context.executed() if act.applied_at is not None]
            return (min(done), end, min(done) == min(first)) if done else None
        case Delivery() | ByPlugin():
            return None
