"""How much a fallback carried while it was active: the level of what it stands in for, at its worst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resilience.judge.checkers.context import Context
from resilience.judge.time_series import Outage, worse, worst
from resilience.judge.verdict import Figure, Limit
from resilience.scenario.limits import level_limit, owed_text, shown_unit
from resilience.scenario.scenario import Redundancy, level_of
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words, told_apart

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class Carried:
    """The worst value of the level while the fallback was active, and whether that was too little."""

    limit: Limit
    actual: Figure
    too_little: bool
    reason: Text


def carried(item: Redundancy, outage: Outage, until: int, context: Context) -> Carried | None:
    """What the standby carried in an outage up to `until`; None where nothing is asked or it was never active."""
    if item.carries is None:
        return None
    level = context.city.levels[item.carries.level] if item.carries.level else level_of(item.component, context.city)
    if level is None:
        raise ValueError(f"no service level shows what {item.component!r} carries")
    limit, course = level_limit(item.carries.limit, level), context.course(level)
    higher = limit.better == "higher"
    lowest = [
        worst(course, stretch.begin, min(stretch.end, until), higher)
        for stretch in outage.stretches
        if stretch.mode == item.standby and stretch.begin < until
    ]
    if not lowest:
        return None
    least = min(lowest) if higher else max(lowest)
    owed = item.carries.limit
    said = registry().measures[level.measure].of(told_apart(least, limit.value, shown_unit(limit))[0])
    asked = owed_text(limit, owed)
    reason = _(" Carried: {said}; {asked}.", said=said, asked=asked)
    too_little = bool(worse(np.array([least]), limit.value, higher)[0])
    return Carried(limit, Figure("carried", least, limit.unit, level.id), too_little, reason)
