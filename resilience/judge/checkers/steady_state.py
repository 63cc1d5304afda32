"""Was the town steady before anything was broken? If not, nothing that follows can be laid to the faults."""

from __future__ import annotations

from resilience.judge.checkers.context import Context, guarded, lasting
from resilience.judge.limits import level_limit, owed_text, shown_unit
from resilience.judge.time_series import spells, worst
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.scenario.scenario import LevelChoice, SteadyState
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import Text, Words, enumerated, quantity

_ = Words("resilience")


def check_steady_state(context: Context) -> tuple[Finding, ...]:
    """One finding for each steady state: every level keeps its limit from `for` before zero up to zero."""
    return tuple(
        guarded(item.id, Category.STEADY_STATE, _title(item, context), lambda item=item: _judge(item, context))  # type: ignore[misc]
        for item in context.scenario.steady_state
    )


def _title(item: SteadyState, context: Context) -> Text:
    what = _what(item.levels, context)
    return _("Steady start: {what}", what=what)


def _what(choice: LevelChoice, context: Context) -> Text:
    """Which levels were chosen, in words."""
    if choice.ids:
        return enumerated([context.label(context.city.levels[name]) for name in choice.ids], 3)
    if choice.measure:
        return registry().measures[choice.measure].service
    if choice.domain is not None:
        return registry().subsystems[choice.domain].title
    return _("all service levels")


def _judge(item: SteadyState, context: Context) -> Finding:
    start = -to_ticks(item.for_s)
    figures, unsteady = [], []
    for level in item.levels.of(context.city):
        limit, course = level_limit(item.limit, level), context.course(level)
        higher = limit.better == "higher"
        lowest = Figure("worst", worst(course, start, 0, higher), limit.unit, level.id)
        figures.append(lowest)
        below = sum(spell.length_s for spell in spells(course, limit.value, higher, start, 0))
        if below:
            unsteady.append((below, level, limit, lowest))
    length = quantity(item.for_s, "s")
    title, all_of_it = _title(item, context), tuple(figures)
    if not figures:
        reason = _("The city requires no such level.")
        return Finding(item.id, Category.STEADY_STATE, Value.INCONCLUSIVE, title, reason)
    if not unsteady:
        who = _("The one service level held")
        if len(figures) == 2:
            who = _("Both service levels held")
        elif len(figures) > 2:
            who = _("All {count} service levels held", count=len(figures))
        reason = _("{who} in the last {length} before the start.", who=who, length=length)
        return Finding(item.id, Category.STEADY_STATE, Value.PASS, title, reason, figures=all_of_it)
    unsteady.sort(key=lambda row: -row[0])
    below, level, limit, lowest = unsteady[0]
    place, owed, too_long = context.place(level).begun(), owed_text(limit, item.limit), lasting(below)
    value = limit.value if lowest.value is None else lowest.value
    said = registry().measures[level.measure].told(value, limit.value, shown_unit(limit))
    reason = _(
        "{place}: {too_long} not good enough even before the start, {said} at the worst moment; {owed}.",
        place=place,
        too_long=too_long,
        said=said,
        owed=owed,
    )
    subjects = tuple(row[1].id for row in unsteady)
    return Finding(
        item.id, Category.STEADY_STATE, Value.INCONCLUSIVE, title, reason, limit, lowest, all_of_it, subjects
    )
