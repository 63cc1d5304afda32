"""Level: kept for a share of the time, or at one moment."""

from __future__ import annotations

import math

from resilience.checkers.context import Context, clock
from resilience.checkers.rows import Row, finding, judged
from resilience.courses import TOLERANCE, NotRecorded, time_worse_s
from resilience.limits import level_limit, limit_text, scenario_limit
from resilience.scenario import LevelHolds
from resilience.text import Text, told_apart
from resilience.verdict import Figure, Finding, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.ticks import to_s, to_ticks


def judge_level(item: LevelHolds, title: Text, context: Context) -> Finding:
    by = _moment if item.share is None else _share
    return finding(item.id, title, judged(item.levels.of(context.city), context, lambda lv: by(item, lv, context)))


def _moment(item: LevelHolds, level: ServiceLevel, context: Context) -> Row:
    at = to_ticks(context.scenario.run.duration_s if item.at_s is None else item.at_s)
    if at > context.history.end:
        raise NotRecorded(f"the run ended at {to_s(context.history.end):g} s")
    limit, value = level_limit(item.limit, level), context.course(level).value_at(at)
    if math.isnan(value):
        raise NotRecorded(f"nothing was recorded at {to_s(at):g} s")
    gap = limit.value - value if limit.better == "higher" else value - limit.value
    name, asked, when = context.label(level), limit_text(limit), clock(at)
    said = told_apart(value, limit.value, limit.unit)[0]
    reason = Text(
        f"{name.de} lag {when.de} bei {said.de} (verlangt {asked.de}).",
        f"{name.en} was at {said.en} {when.en} (asked {asked.en}).",
    )
    verdict = Value.FAIL if gap > TOLERANCE else Value.PASS
    return Row(level, verdict, reason, gap, limit, Figure("value", value, limit.unit, level.id))


def _share(item: LevelHolds, level: ServiceLevel, context: Context) -> Row:
    start, end = context.ticks(item.window)
    owed = level_limit(item.limit, level)
    bad_s = time_worse_s(context.course(level), owed.value, owed.better == "higher", start, end)
    share, wanted = 1.0 - bad_s / to_s(end - start), item.share or 0.0
    name, asked = context.label(level), limit_text(owed)
    said, should = told_apart(100.0 * share, 100.0 * wanted, "%")
    reason = Text(
        f"{name.de} war {said.de} der Zeit in Ordnung ({asked.de}); verlangt sind {should.de}.",
        f"{name.en} held ({asked.en}) for {said.en} of the time; asked are {should.en}.",
    )
    verdict = Value.FAIL if share < wanted - TOLERANCE else Value.PASS
    limit = scenario_limit(wanted, "1", "higher")
    return Row(level, verdict, reason, wanted - share, limit, Figure("share of time", share, "1", level.id))
