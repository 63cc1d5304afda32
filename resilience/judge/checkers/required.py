"""Every required level is judged in every run: what no expectation asks for is held against its declared minimum.

What asking is, `resilience.judge.checkers.judged` says: a recovery asks for nothing while the level is away.

A scenario may opt a level out by name, with a reason; nobody else can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resilience.judge.checkers.context import Context, finding, guarded, judged
from resilience.judge.checkers.expectations import invariant_row
from resilience.judge.checkers.judged import Part, left_to_judge
from resilience.judge.verdict import Category, Finding
from resilience.scenario.scenario import REQUIRED, Threshold
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("resilience")


def check_required(context: Context) -> tuple[Finding, ...]:
    """One finding for each measure of which something is left that nothing else judges, in the catalogue's order."""
    left = left_to_judge(context)
    of_measure = {name: [part for part in left if part.level.measure == name] for name in registry().measures}
    return tuple(
        guarded(
            f"{REQUIRED}{measure}",
            Category.REQUIRED,
            _title(measure, parts, context),
            lambda measure=measure, parts=parts: _judge(measure, parts, context),  # type: ignore[misc]
        )
        for measure, parts in of_measure.items()
        if parts
    )


def _judge(measure: str, parts: Sequence[Part], context: Context) -> Finding:
    """Each level in the part of the run that is left of it."""
    spans = {part.level.id: (part.begin, part.end) for part in parts}
    rows = judged(
        [part.level for part in parts],
        context,
        lambda level: invariant_row(level, Threshold(), None, None, spans[level.id], context),
    )
    made = finding(f"{REQUIRED}{measure}", _title(measure, parts, context), rows, context)
    return replace(made, category=Category.REQUIRED)


def _title(measure: str, parts: Sequence[Part], context: Context) -> Text:
    """Names the part of the run, where that is not the whole and the same for all levels of the measure."""
    title = _("Required: {service}", service=registry().measures[measure].service)
    spans = {(part.begin, part.end) for part in parts}
    if len(spans) > 1:
        return title
    ((begin, end),) = spans
    late, early = begin > 0, end < context.history.end
    if late and early:
        return _("{title}, {begin} to {end}", title=title, begin=context.clock(begin), end=context.clock(end))
    if late:
        return _("{title}, from {begin} on", title=title, begin=context.clock(begin))
    if early:
        return _("{title}, until {end}", title=title, end=context.clock(end))
    return title
