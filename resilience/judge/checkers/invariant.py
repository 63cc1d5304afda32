"""Invariant: a level is never worse than its limit for longer than allowed."""

from __future__ import annotations

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.rows import Row, finding, judged
from resilience.judge.courses import TOLERANCE, cut, spells, worst
from resilience.judge.verdict import Figure, Finding, Value
from resilience.scenario.limits import level_limit, owed_text, shown_unit, time_limit
from resilience.scenario.scenario import Invariant, Threshold, TimeLimit
from resilience.words.phrases import PHRASES
from resilience.words.text import Text, told_apart
from simulator.contracts.level import ServiceLevel


def judge_invariant(item: Invariant, title: Text, context: Context) -> Finding:
    start, end = context.ticks(item.window)
    rows = judged(
        item.levels.of(context.city),
        context,
        lambda level: invariant_row(level, item.limit, item.longest, start, end, context),
    )
    return finding(item.id, title, rows, context)


def invariant_row(
    level: ServiceLevel, threshold: Threshold, longest: TimeLimit, start: int, end: int, context: Context
) -> Row:
    """One level in a window. The weight is the longest spell worse than the limit.

    The figure is the level's worst value or, where gaps are allowed and there was one, the length of the longest.
    """
    limit, course = level_limit(threshold, level), context.course(level)
    higher = limit.better == "higher"
    bad = spells(course, limit.value, higher, start, end)
    lowest = worst(course, start, end, higher)
    actual = Figure("worst", lowest, limit.unit, level.id)
    place, phrase, unit = context.place(level).begun(), PHRASES[level.measure], shown_unit(limit)
    owed = owed_text(limit, threshold)
    if not bad:
        said = phrase.of(told_apart(lowest, limit.value, unit)[0])
        reason = Text(
            f"{place.de}: im schlechtesten Moment {said.de}; {owed.de}.",
            f"{place.en}: {said.en} at the worst moment; {owed.en}.",
        )
        margin = abs(lowest - limit.value)  # of those that held, the closest to its limit speaks
        return Row(level, Value.PASS, reason, -margin, limit, actual)
    spell = max(bad, key=lambda one: one.length_s)
    broken = spell.length_s > longest.seconds
    said, when = phrase.of(told_apart(spell.worst, limit.value, unit)[0]), context.clock(spell.begin)
    length, allowed = told_apart(spell.length_s, longest.seconds, "s")
    grace = Text("", "")
    if longest.seconds:  # then it is the length of the gap that decides
        limit, actual = time_limit(longest, "lower"), Figure("longest gap", spell.length_s, "s", level.id)
        grace = Text(f", erlaubt sind Lücken bis {allowed.de}", f", allowed are gaps of up to {allowed.en}")
    values = cut(course, spell.begin, spell.end).values
    if float(values.max() - values.min()) <= TOLERANCE:
        found = Text(f"{said.de}, {length.de} lang (ab {when.de})", f"{said.en} for {length.en} (from {when.en})")
    else:
        found = Text(
            f"{length.de} lang zu schlecht (ab {when.de}), im schlechtesten Moment {said.de}",
            f"too low for {length.en} (from {when.en}), {said.en} at the worst moment",
        )
        if not higher:
            found = Text(found.de, found.en.replace("too low", "too high", 1))
    reason = Text(f"{place.de}: {found.de}; {owed.de}{grace.de}.", f"{place.en}: {found.en}; {owed.en}{grace.en}.")
    return Row(level, Value.FAIL if broken else Value.PASS, reason, spell.length_s, limit, actual)
