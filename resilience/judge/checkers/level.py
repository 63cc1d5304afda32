"""Level: kept for a share of the time, or at one moment."""

from __future__ import annotations

import math

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.rows import Row, finding, judged
from resilience.judge.time_series import TOLERANCE, NotRecorded, time_worse_s
from resilience.judge.verdict import Figure, Finding, Value
from resilience.scenario.limits import level_limit, owed_text, scenario_limit, shown_unit
from resilience.scenario.scenario import LevelHolds
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import SHARE, Text, Words, told_apart

_ = Words("resilience")


def judge_level(item: LevelHolds, title: Text, context: Context) -> Finding:
    by = _moment if item.share is None else _share
    rows = judged(item.levels.of(context.city), context, lambda lv: by(item, lv, context))
    return finding(item.id, title, rows, context)


def _moment(item: LevelHolds, level: ServiceLevel, context: Context) -> Row:
    at = to_ticks(context.scenario.run.duration_s if item.at_s is None else item.at_s)
    if at > context.history.end:
        raise NotRecorded(f"the run ended at {to_s(context.history.end):g} s")
    limit, value = level_limit(item.limit, level), context.course(level).value_at(at)
    if math.isnan(value):
        raise NotRecorded(f"nothing was recorded at {to_s(at):g} s")
    gap = limit.value - value if limit.better == "higher" else value - limit.value
    place, owed, when = context.place(level).begun(), owed_text(limit, item.limit), context.clock(at)
    said = registry().measures[level.measure].of(told_apart(value, limit.value, shown_unit(limit))[0])
    reason = _("{place}: {said} at {when}; {owed}.", place=place, said=said, when=when, owed=owed)
    verdict = Value.FAIL if gap > TOLERANCE else Value.PASS
    return Row(level, verdict, reason, gap, limit, Figure("value", value, limit.unit, level.id))


def _share(item: LevelHolds, level: ServiceLevel, context: Context) -> Row:
    start, end = context.ticks(item.window)
    owed = level_limit(item.limit, level)
    bad_s = time_worse_s(context.course(level), owed.value, owed.better == "higher", start, end)
    share, wanted = 1.0 - bad_s / to_s(end - start), item.share or 0.0
    name, asked = context.label(level).begun(), owed_text(owed, item.limit)
    said, should = told_apart(share, wanted, SHARE)
    reason = _(
        "{name}: kept for {said} of the time, asked for {should} of the time; {asked}.",
        name=name,
        said=said,
        should=should,
        asked=asked,
    )
    verdict = Value.FAIL if share < wanted - TOLERANCE else Value.PASS
    limit = scenario_limit(wanted, "1", "higher")
    return Row(level, verdict, reason, wanted - share, limit, Figure("share of time", share, "1", level.id))
