"""Did every reading reach the store in time?"""

from __future__ import annotations

import numpy as np

from resilience.judge.checkers.context import Context
from resilience.judge.limits import scenario_limit
from resilience.judge.time_series import NotRecorded
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.scenario.scenario import Delivery
from simulator.contracts.history import HELD, LOST
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import SHARE, Text, Words, number, quantity, told_apart

_ = Words("resilience")


def judge_delivery(item: Delivery, title: Text, context: Context) -> Finding:
    """Readings whose time to arrive is over when the run ends count: those stored in time against all.

    Raises `NotRecorded` where nobody followed the readings.
    """
    past = context.history.deliveries
    if past is None:
        raise NotRecorded(_("what became of the readings was not recorded"))
    start, end = context.ticks(item.window)
    within = to_ticks(item.within.seconds)
    due = (past.taken >= start) & (past.taken < end) & (past.taken + within <= context.history.end)
    if item.gateways:
        due &= np.isin(past.gateway, [place for place, name in enumerate(past.names) if name in item.gateways])
    asked, stored, count = past.taken[due], past.stored[due], past.count[due]
    total = int(count.sum())
    allowed = quantity(item.within.seconds, "s")
    if not total:
        reason: Text = _("No reading was taken that had {allowed} to arrive.", allowed=allowed)
        return Finding(item.id, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    arrived, lost = (stored != LOST) & (stored != HELD), int(count[stored == LOST].sum())
    good = int(count[arrived & (stored - asked <= within)].sum())
    late = total - good - lost
    slowest = to_s(int((stored - asked)[arrived].max(initial=0)))
    share = good / total
    value = Value.PASS if share >= item.share else Value.FAIL
    of = {"good": number(good), "total": number(total), "allowed": allowed}
    reason = _("{good} of {total} readings were stored within {allowed}.", **of)
    if lost or late:
        reason += _(" {lost} were lost, {late} came later or not yet.", lost=number(lost), late=number(late))
    if item.share < 1.0:
        is_, asked_for = told_apart(share, item.share, SHARE)
        reason += _(" That is {share}; {asked} are asked for.", share=is_, asked=asked_for)
    figures = (
        Figure("readings lost", float(lost), "1"),
        Figure("readings late", float(late), "1"),
        Figure("slowest reading", slowest if bool(np.any(arrived)) else None, "s"),
    )
    limit, actual = scenario_limit(item.share, "1", "higher"), Figure("delivered in time", share, "1")
    return Finding(item.id, Category.EXPECTATION, value, title, reason, limit, actual, (actual, *figures))
