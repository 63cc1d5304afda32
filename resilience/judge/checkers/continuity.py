"""Link continuity: what breaks in one sub-system leaves the levels owed in the others at their declared minimum."""

from __future__ import annotations

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.invariant import invariant_row
from resilience.judge.checkers.rows import finding, judged
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import LinkContinuity, Threshold
from simulator.contracts.component import Domain
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("resilience")

CARRIER = {
    LinkKind.POWER: Domain.ENERGY,
    LinkKind.DATA: Domain.ICT,
    LinkKind.CONTROL: Domain.ICT,
    LinkKind.WATER: Domain.WATER,
    LinkKind.ROAD: Domain.TRAFFIC,
}
"""The sub-system that carries a kind of link."""


def judge_continuity(item: LinkContinuity, title: Text, context: Context) -> Finding:
    done = [act for act in context.executed(item.fault) if act.applied_at is not None]
    if not done:
        reason = _("The fault was not executed.")
        return Finding(item.id, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    broken = {_sub_system(act.target, context) for act in done}
    onset = min(act.applied_at for act in done if act.applied_at is not None)
    others = [
        level for level in context.city.levels.values() if registry().measures[level.measure].domain not in broken
    ]
    end = context.history.end
    rows = judged(others, context, lambda level: invariant_row(level, Threshold(), item.longest, onset, end, context))
    return finding(item.id, title, rows, context)


def _sub_system(target: str, context: Context) -> Domain:
    if target in context.city.links:
        return CARRIER[context.city.links[target].kind]
    return context.city.components[target].domain
