"""Levels of which nothing is said, because the data of the city are at odds there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from resilience.judge.approximations import HIGHEST, LOWEST
from resilience.judge.checkers.context import Context
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Finding, Value
from simulator.contracts.city import Finding as Odd
from simulator.contracts.history import Course
from simulator.contracts.registry import registry
from simulator.contracts.words import Words

_ = Words("resilience")


def unknown(context: Context, odd: Odd, best: bool) -> Context:
    """The run with all levels of the sub-systems that are at odds as good, or as bad, as can be throughout."""
    levels = dict(context.history.levels)
    for name in levels.keys() & context.city.levels.keys():
        measure = registry().measures[context.city.levels[name].measure]
        if measure.domain in odd.withholds or measure.of_network in odd.withholds:
            value = HIGHEST if best is measure.higher_is_better else LOWEST
            levels[name] = Course(levels[name].at, np.full(len(levels[name].at), value))
    return replace(context, history=replace(context.history, levels=MappingProxyType(levels)))


def withheld(
    findings: Sequence[Finding], best: Sequence[Finding], worst: Sequence[Finding], odd: Odd
) -> tuple[Finding, ...]:
    """The findings, inconclusive with the reason where what is asked leans on those levels."""
    others = {(one.category, one.id, one.value) for one in (*best, *worst)}
    made = []
    for one in findings:
        other = any((one.category, one.id, value) in others for value in Value if value is not one.value)
        if other and one.category in ASKED and one.value is not Value.INCONCLUSIVE:
            one = replace(one, value=Value.INCONCLUSIVE, reason=_("Not shown: {why}", why=odd.text))
        made.append(one)
    return tuple(made)
