"""Levels of which nothing is said, because the data of the city are at odds there."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from resilience.judge.approximations import HIGHEST, LOWEST
from resilience.judge.checkers.context import Context
from simulator.contracts.city import Finding as Odd
from simulator.contracts.history import Course
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

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


def at_odds(odd: Odd) -> Text:
    """Why a finding that leans on those levels shows nothing."""
    return _("Not shown: {why}", why=odd.text)
