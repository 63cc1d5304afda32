"""Recovery: a level is back for good, so long after an origin."""

from __future__ import annotations

from resilience.judge.checkers.context import Context, lasting
from resilience.judge.checkers.rows import Row, finding, judged
from resilience.judge.time_series import NotRecorded, cut, spells, worse
from resilience.judge.verdict import Figure, Finding, Value
from resilience.scenario.limits import level_limit, owed_text, time_limit
from resilience.scenario.scenario import Recovery
from simulator.contracts.level import ServiceLevel
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Text, Words, quantity, told_apart

_ = Words("resilience")


def judge_recovery(item: Recovery, title: Text, context: Context) -> Finding:
    origin = _origin(item, context)
    rows = judged(item.levels.of(context.city), context, lambda level: _row(item, level, origin, context))
    return finding(item.id, title, rows, context)


def _origin(item: Recovery, context: Context) -> int:
    """The tick from which the recovery counts. Raises `NotRecorded` if it never came."""
    if item.after == "heal":
        if context.scenario.run.heal_by_s is None:
            raise NotRecorded("the run heals nothing")
        return to_ticks(context.scenario.run.heal_by_s)
    done = [act for act in context.executed(item.fault) if act.applied_at is not None]
    onset = item.after == "onset"
    moments = [act.applied_at if onset else act.cleared_at for act in done]
    known = [moment for moment in moments if moment is not None]
    if not known or len(known) < len(moments):
        raise NotRecorded("the fault was never applied" if not done else "the fault was never cleared")
    return min(known) if onset else max(known)


def _row(item: Recovery, level: ServiceLevel, origin: int, context: Context) -> Row:
    limit, course, end = level_limit(item.limit, level), context.course(level), context.history.end
    higher, deadline = limit.better == "higher", origin + to_ticks(item.within.seconds)
    within = time_limit(item.within, "lower")
    name, owed, allowed = context.label(level).begun(), owed_text(limit, item.limit), quantity(item.within.seconds, "s")
    bad = spells(course, limit.value, higher, origin, end) if end > origin else ()
    last = bad[-1].end if bad else origin
    still = bool(worse(cut(course, end, end + 1).values, limit.value, higher)[0])
    if still:
        passed = lasting(to_s(end - origin))
        reason = _(
            "{name}: not back when the run ended after {passed}; {owed}, {allowed} allowed.",
            name=name,
            passed=passed,
            owed=owed,
            allowed=allowed,
        )
        verdict = Value.FAIL if end >= deadline else Value.INCONCLUSIVE
        return Row(level, verdict, reason, float("inf"), within, Figure("recovery", None, "s", level.id))
    took_s = to_s(last - origin)
    took, _allowed = told_apart(took_s, item.within.seconds, "s")
    if not bad:
        reason = _("{name}: kept from then on; {owed}.", name=name, owed=owed)
    else:
        reason = _(
            "{name}: back after {took}, {allowed} allowed; {owed}.", name=name, took=took, allowed=allowed, owed=owed
        )
    verdict = Value.PASS if last <= deadline else Value.FAIL
    return Row(level, verdict, reason, took_s, within, Figure("recovery", took_s, "s", level.id))
