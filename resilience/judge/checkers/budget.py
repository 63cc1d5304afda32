"""Budget: what the outage may cost in person-hours, or in time for each level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.rows import Row, finding, judged
from resilience.judge.time_series import TOLERANCE, time_worse_s
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.scenario.limits import level_limit, owed_text, scenario_limit, time_limit
from resilience.scenario.scenario import Budget, TimeLimit
from simulator.contracts.level import ServiceLevel
from simulator.contracts.words import Text, Words, number, told_apart

_ = Words("resilience")


def judge_budget(item: Budget, title: Text, context: Context) -> Finding:
    """Where both limits are given, both must hold; the one that does not speaks for the finding."""
    parts = []
    if item.person_hours is not None:
        parts.append(_person_hours(item, item.person_hours, title, context))
    if item.time_below is not None:
        allowed = item.time_below
        rows = judged(item.levels.of(context.city), context, lambda level: _time(item, allowed, level, context))
        parts.append(finding(item.id, title, rows, context))
    order = (Value.FAIL, Value.INCONCLUSIVE, Value.PASS)
    leading = min(parts, key=lambda part: order.index(part.value))
    return replace(leading, figures=tuple(figure for part in parts for figure in part.figures))


def _person_hours(item: Budget, budget: float, title: Text, context: Context) -> Finding:
    levels = _each_person_once(item.levels.of(context.city), context)
    rows = judged(levels, context, lambda level: _hours(item, level, context))
    if not rows:
        return finding(item.id, title, rows, context)
    open_ = [row for row in rows if row.value is Value.INCONCLUSIVE]
    total = sum(row.weight for row in rows)
    value = Value.FAIL if total > budget + TOLERANCE else (Value.INCONCLUSIVE if open_ else Value.PASS)
    spent, asked = number(total), number(budget)
    reason: Text = _(
        "{spent} person-hours without sufficient service, at most {asked} are allowed.", spent=spent, asked=asked
    )
    if open_ and value is Value.INCONCLUSIVE:
        reason = open_[0].reason
    ranked = sorted(rows, key=lambda row: -row.weight)
    return Finding(
        item.id,
        Category.EXPECTATION,
        value,
        title,
        reason,
        scenario_limit(budget, "person-h", "lower"),
        Figure("person-hours", total, "person-h"),
        tuple(row.actual for row in rows if row.actual is not None),
        tuple(row.level.id for row in ranked if row.weight > 0),
    )


def _each_person_once(levels: Sequence[ServiceLevel], context: Context) -> list[ServiceLevel]:
    """Without the whole city's level of a measure where districts' levels of it are chosen too."""
    districts = context.city.districts
    split = {level.measure for level in levels if level.subject in districts}
    return [level for level in levels if level.subject in districts or level.measure not in split]


def _hours(item: Budget, level: ServiceLevel, context: Context) -> Row:
    hours = level.people * _time_worse_s(item, level, context) / 3600.0
    said, name = number(hours), context.label(level).begun()
    reason = _("{name}: {said} person-hours.", name=name, said=said)
    return Row(level, Value.PASS, reason, hours, actual=Figure("person-hours", hours, "person-h", level.id))


def _time(item: Budget, allowed: TimeLimit, level: ServiceLevel, context: Context) -> Row:
    bad_s = _time_worse_s(item, level, context)
    name, owed = context.label(level).begun(), owed_text(level_limit(item.limit, level), item.limit)
    length, most = told_apart(bad_s, allowed.seconds, "s")
    reason: Text = _(
        "{name}: not good enough for {length} in sum ({owed}); {most} allowed.",
        name=name,
        length=length,
        owed=owed,
        most=most,
    )
    value = Value.FAIL if bad_s > allowed.seconds + TOLERANCE else Value.PASS
    figure = Figure("time below", bad_s, "s", level.id)
    return Row(level, value, reason, bad_s, time_limit(allowed, "lower"), figure)


def _time_worse_s(item: Budget, level: ServiceLevel, context: Context) -> float:
    start, end = context.ticks(item.window)
    limit = level_limit(item.limit, level)
    return time_worse_s(context.course(level), limit.value, limit.better == "higher", start, end)
