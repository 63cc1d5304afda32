"""Invariant: a level is never worse than its limit for longer than allowed."""

from __future__ import annotations

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.rows import Row, finding, judged
from resilience.judge.time_series import TOLERANCE, cut, spells, worst
from resilience.judge.verdict import Figure, Finding, Value
from resilience.scenario.limits import level_limit, owed_text, shown_unit, time_limit
from resilience.scenario.scenario import Invariant, Threshold, TimeLimit
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Words, told_apart

_ = Words("resilience")


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
    place, phrase, unit = context.place(level).begun(), registry().measures[level.measure], shown_unit(limit)
    owed = owed_text(limit, threshold)
    if not bad:
        said = phrase.of(told_apart(lowest, limit.value, unit)[0])
        reason = _("{place}: {said} at the worst moment; {owed}.", place=place, said=said, owed=owed)
        margin = abs(lowest - limit.value)  # of those that held, the closest to its limit speaks
        return Row(level, Value.PASS, reason, -margin, limit, actual)
    spell = max(bad, key=lambda one: one.length_s)
    broken = spell.length_s > longest.seconds
    said, when = phrase.of(told_apart(spell.worst, limit.value, unit)[0]), context.clock(spell.begin)
    length, allowed = told_apart(spell.length_s, longest.seconds, "s")
    grace: Text = NO_TEXT
    if longest.seconds:  # then it is the length of the gap that decides
        limit, actual = time_limit(longest, "lower"), Figure("longest gap", spell.length_s, "s", level.id)
        grace = _("; gaps up to {allowed} allowed", allowed=allowed)
    values = cut(course, spell.begin, spell.end).values
    if float(values.max() - values.min()) <= TOLERANCE:
        found = _("{said} for {length} (from {when})", said=said, length=length, when=when)
    else:
        found = (
            _("too low for {length} (from {when}), {said} at the worst moment")
            if higher
            else _("too high for {length} (from {when}), {said} at the worst moment")
        ).filled(length=length, when=when, said=said)
    reason = _("{place}: {found}; {owed}{grace}.", place=place, found=found, owed=owed, grace=grace)
    return Row(level, Value.FAIL if broken else Value.PASS, reason, spell.length_s, limit, actual)
