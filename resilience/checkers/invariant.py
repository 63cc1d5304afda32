"""Invariant: a level is never worse than its limit for longer than allowed."""

from __future__ import annotations

from resilience.checkers.context import Context, clock, lasting
from resilience.checkers.rows import Row, finding, judged
from resilience.courses import spells, worst
from resilience.limits import level_limit, limit_text
from resilience.scenario import Invariant, Threshold, TimeLimit
from resilience.text import Text, told_apart
from resilience.verdict import Figure, Finding, Value
from simulator.contracts.level import ServiceLevel


def judge_invariant(item: Invariant, title: Text, context: Context) -> Finding:
    start, end = context.ticks(item.window)
    rows = judged(
        item.levels.of(context.city),
        context,
        lambda level: invariant_row(level, item.limit, item.longest, start, end, context),
    )
    return finding(item.id, title, rows)


def invariant_row(
    level: ServiceLevel, threshold: Threshold, longest: TimeLimit, start: int, end: int, context: Context
) -> Row:
    """One level in a window. The figure is its worst value; the weight is the longest spell beyond what is allowed."""
    limit, course = level_limit(threshold, level), context.course(level)
    higher = limit.better == "higher"
    bad = spells(course, limit.value, higher, start, end)
    lowest = worst(course, start, end, higher)
    actual = Figure("worst", lowest, limit.unit, level.id)
    name, asked, value = context.label(level), limit_text(limit), told_apart(lowest, limit.value, limit.unit)[0]
    if not bad:
        reason = Text(
            f"{name.de} war nie schlechter als {value.de} (verlangt {asked.de}).",
            f"{name.en} was never worse than {value.en} (asked {asked.en}).",
        )
        return Row(level, Value.PASS, reason, 0.0, limit, actual)
    spell = max(bad, key=lambda one: one.length_s)
    length, when = lasting(spell.length_s), clock(spell.begin)
    broken = spell.length_s > longest.seconds
    allowed = lasting(longest.seconds)
    grace = Text(f"; erlaubt {allowed.de}", f"; allowed {allowed.en}") if longest.seconds else Text("", "")
    reason = Text(
        f"{name.de} fiel auf {value.de} (verlangt {asked.de}), längstens {length.de} am Stück ab {when.de}{grace.de}.",
        f"{name.en} went to {value.en} (asked {asked.en}), at the longest for {length.en} from {when.en}{grace.en}.",
    )
    if not higher:
        reason = Text(reason.de.replace(" fiel auf ", " stieg auf ", 1), reason.en)
    return Row(level, Value.FAIL if broken else Value.PASS, reason, spell.length_s, limit, actual)
