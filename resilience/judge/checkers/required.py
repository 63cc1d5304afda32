"""Every required level is judged in every run: what no expectation asks for is held against its declared minimum.

A scenario may opt a level out by name, with a reason; nobody else can.
"""

from __future__ import annotations

from dataclasses import replace

from resilience.judge.checkers.context import Context, finding, guarded, judged
from resilience.judge.checkers.expectations import invariant_row
from resilience.judge.checkers.judged import left_to_judge
from resilience.judge.verdict import Category, Finding
from resilience.scenario.scenario import REQUIRED, Threshold
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("resilience")


def check_required(context: Context) -> tuple[Finding, ...]:
    """One finding for each measure of which levels are left that nothing else judges, in the order of the catalogue."""
    left = left_to_judge(context)
    of_measure = {name: [level for level in left if level.measure == name] for name in registry().measures}
    return tuple(
        guarded(
            f"{REQUIRED}{measure}",
            Category.REQUIRED,
            _title(measure),
            lambda measure=measure, levels=levels: _judge(measure, levels, context),  # type: ignore[misc]
        )
        for measure, levels in of_measure.items()
        if levels
    )


def _judge(measure: str, levels: list[ServiceLevel], context: Context) -> Finding:
    end = context.history.end
    rows = judged(levels, context, lambda level: invariant_row(level, Threshold(), None, None, (0, end), context))
    made = finding(f"{REQUIRED}{measure}", _title(measure), rows, context)
    return replace(made, category=Category.REQUIRED)


def _title(measure: str) -> Text:
    return _("Required: {service}", service=registry().measures[measure].service)
