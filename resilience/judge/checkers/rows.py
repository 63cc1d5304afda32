"""Many levels, one finding: each level is judged for itself, and the worst speaks for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resilience.judge.checkers.context import Context
from resilience.judge.courses import NotRecorded
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value
from resilience.words.text import Text, enumerated
from simulator.contracts.level import ServiceLevel


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
            reason = Text(f"{name.de}: nicht zu beurteilen ({error}).", f"{name.en}: cannot be judged ({error}).")
            rows.append(Row(level, Value.INCONCLUSIVE, reason, 0.0))
    return tuple(rows)


def finding(item: str, title: Text, rows: Sequence[Row], context: Context) -> Finding:
    """All rows as one finding: any fail fails, else any inconclusive is inconclusive. No rows: inconclusive."""
    if not rows:
        reason = Text("Die Stadt schuldet keine solche Leistung.", "The city owes no such level.")
        return Finding(item, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    order = (Value.FAIL, Value.INCONCLUSIVE, Value.PASS)
    ranked = sorted(rows, key=lambda row: (order.index(row.value), -row.weight))  # stable: ties stay in city order
    worst = ranked[0]
    like = [row for row in ranked if row.value is worst.value]
    reason = worst.reason
    if len(rows) > 1:
        of_all = Text(f"{len(like)} von {len(rows)}", f"{len(like)} of {len(rows)}")
        others = enumerated([context.label(row.level) for row in like[1:]]) if like[1:] else Text("", "")
        also = {
            Value.FAIL: Text("verfehlt", "missed"),
            Value.INCONCLUSIVE: Text("offen", "open"),
        }.get(worst.value)
        if also is None:
            reason = reason + Text(f" Alle {len(rows)} wurden eingehalten.", f" All {len(rows)} were kept.")
        elif others.en:
            reason = reason + Text(
                f" Auch {also.de}: {others.de} ({of_all.de}).", f" Also {also.en}: {others.en} ({of_all.en})."
            )
        else:
            reason = reason + Text(f" {of_all.de} {also.de}.", f" {of_all.en} {also.en}.")
    figures = tuple(row.actual for row in rows if row.actual is not None)
    subjects = tuple(row.level.id for row in like)
    return Finding(item, Category.EXPECTATION, worst.value, title, reason, worst.limit, worst.actual, figures, subjects)
