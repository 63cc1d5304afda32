"""Many levels, one finding: each level is judged for itself, and the worst speaks for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resilience.judge.checkers.context import Context
from resilience.judge.time_series import NotRecorded
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.words import NO_TEXT, Text, Words, enumerated

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class Row:
    """One level's judgement. `weight` says how bad it is, for finding the worst among those with the same value."""

    level: ServiceLevel
    value: Value
    reason: Text
    weight: float
    limit: Limit | None = None
    actual: Figure | None = None


def judged(levels: Sequence[ServiceLevel], context: Context, judge: Callable[[ServiceLevel], Row]) -> tuple[Row, ...]:
    """A row for each level; one that was not recorded is inconclusive."""
    rows = []
    for level in levels:
        try:
            rows.append(judge(level))
        except NotRecorded as error:
            name = context.label(level).begun()
            reason = _("{name}: cannot be judged ({error}).", name=name, error=str(error))
            rows.append(Row(level, Value.INCONCLUSIVE, reason, 0.0))
    return tuple(rows)


def finding(item: str, title: Text, rows: Sequence[Row], context: Context) -> Finding:
    """All rows as one finding: any fail fails, else any inconclusive is inconclusive. No rows: inconclusive."""
    if not rows:
        nothing = _("The city requires no such level.")
        return Finding(item, Category.EXPECTATION, Value.INCONCLUSIVE, title, nothing)
    order = (Value.FAIL, Value.INCONCLUSIVE, Value.PASS)
    ranked = sorted(rows, key=lambda row: (order.index(row.value), -row.weight))  # stable: ties stay in city order
    worst = ranked[0]
    like = [row for row in ranked if row.value is worst.value]
    reason: Text = worst.reason
    if len(rows) > 1:
        of_all = _("{count} of {total}", count=len(like), total=len(rows))
        others = enumerated([context.label(row.level) for row in like[1:]]) if like[1:] else NO_TEXT
        also = {
            Value.FAIL: _("missed"),
            Value.INCONCLUSIVE: _("open"),
        }.get(worst.value)
        if also is None:
            reason = reason + _(" All {count} were kept.", count=len(rows))
        elif others.en:
            reason = reason + _(" Also {also}: {others} ({of_all}).", also=also, others=others, of_all=of_all)
        else:
            reason = reason + _(" {of_all} {also}.", of_all=of_all, also=also)
    figures = tuple(row.actual for row in rows if row.actual is not None)
    subjects = tuple(row.level.id for row in like)
    return Finding(item, Category.EXPECTATION, worst.value, title, reason, worst.limit, worst.actual, figures, subjects)
