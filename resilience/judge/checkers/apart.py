"""What went otherwise in a run than in its twin without the faults, and what of that the faults are themselves."""

from __future__ import annotations

import numpy as np

from resilience.judge.checkers.context import Context
from resilience.judge.losses import low_spells
from resilience.judge.time_series import cut
from simulator.contracts.history import Course, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry

SAME = 1e-3
"""Courses whose values are never further apart than this share of the required minimum are the same (assumption): less
than that is the arithmetic of an engine that was asked at other moments, and nobody lives in it."""


def is_own(level: ServiceLevel, context: Context, twin: History) -> bool:
    """Whether a level says no more than what the faults are, and was kept all the same."""
    if low_spells(level, context.history):
        return False
    return _of_broken(level, context) or _only_broken(level, context, twin)


def _of_broken(level: ServiceLevel, context: Context) -> bool:
    """Whether a level is that of a component that a fault broke, or that commands one.

    It says what the fault is, not what it does: a fault's own record is never its evidence, and that a control room
    has a pump less to command is one. Where too little is left for those who lean on the component, they feel it.
    """
    city, kinds = context.city, registry().links
    broken = {act.target for act in context.executed() if act.applied_at is not None}
    commanded = {ln.target for ln in city.links_out_of(level.subject) if kinds[ln.kind].commands}
    its = level.subject in broken or bool(commanded & broken)
    return level.subject in city.components and its


def _only_broken(level: ServiceLevel, context: Context, twin: History) -> bool:
    """Whether a level that counts what works fell by what the faults broke of it and no more: that a broken router does
    not work is no effect of its loss."""
    city, history = context.city, context.history
    counted = city.of_kind(*registry().measures[level.measure].counts)
    names = {one.id for one in counted if level.subject in ("city", one.district)}
    one, other = history.levels.get(level.id), twin.levels.get(level.id)
    if not names or one is None or other is None:
        return False
    acts = [act for act in context.executed() if act.target in names]
    broken = [(act.target, act.applied_at, act.cleared_at) for act in acts if act.applied_at is not None]
    turns = sorted({0, *(at for _, *span in broken for at in span if at is not None and 0 < at < history.end)})
    for begin, end in zip(turns, (*turns[1:], history.end), strict=True):
        gone = {name for name, since, until in broken if since <= begin and (until is None or begin < until)}
        if furthest(one, other, begin, end) > len(gone) / len(names) + SAME:
            return False
    return True


def furthest(one: Course, other: Course, start: int, end: int) -> float:
    """How far two courses are apart at most in a window. Raises `NotRecorded`."""
    edges = np.union1d(cut(one, start, end).edges, cut(other, start, end).edges)[:-1]
    first, second = (course.values[np.searchsorted(course.at, edges, side="right") - 1] for course in (one, other))
    return float(np.nanmax(np.abs(first - second)))


def first_apart(context: Context, since: int) -> tuple[int, str] | None:
    """When, from a tick on, the first level went otherwise than in the twin, other than by being what is broken."""
    twin, found = context.twin, list[tuple[int, str]]()
    if twin is None:
        return None
    for level in context.city.levels.values():
        one, other = context.history.levels.get(level.id), twin.levels.get(level.id)
        if one is None or other is None or is_own(level, context, twin):
            continue
        at = np.union1d(one.at, other.at)
        at = at[at >= max(since, one.at[0], other.at[0])]
        first, second = (course.values[np.searchsorted(course.at, at, side="right") - 1] for course in (one, other))
        apart = at[np.abs(first - second) > SAME * max(abs(level.minimum), SAME)]
        if len(apart):
            found.append((int(apart[0]), level.id))
    return min(found, default=None)
