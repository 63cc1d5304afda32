"""Where a sub-system's figures were approximations, and which judgements lean on them.

A solver that finds no exact solution says so in the log and goes on with the best it has. A judgement that would be
another one if the levels of that sub-system had been as good, or as bad, as can be meanwhile shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from resilience.judge.checkers.context import Context
from resilience.judge.leaning import Spans, leaning, united
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.words.events import sentence
from simulator.contracts.city import City
from simulator.contracts.codes import event_codes
from simulator.contracts.event import Event, EventCode
from simulator.contracts.history import Course, History
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Text, Words, enumerated, quantity

_ = Words("resilience")

LOWEST, HIGHEST = 0.0, 1e9
"""Bounds of what a level can have been while nobody knows: none of anything, and more than anybody asks for."""


@dataclass(frozen=True, slots=True)
class Approximation:
    """From `begin` to `end` (ticks, within the run) figures of a sub-system are approximations, as the event says."""

    code: EventCode
    begin: int
    end: int
    event: Event


def approximations(history: History) -> tuple[Approximation, ...]:
    """Every stretch of approximate figures after zero, in the order in which they begin."""
    codes, open_, found = event_codes(), dict[str, Event](), list[Approximation]()
    for event in history.events:
        code = codes.get(event.code)
        if code is None:
            continue
        if code.rough:
            open_.setdefault(code.name, event)
        elif code.settles in open_:
            begun = open_.pop(code.settles)
            found.append(Approximation(codes[code.settles], begun.at, event.at, begun))
    found += [Approximation(codes[name], begun.at, history.end, begun) for name, begun in open_.items()]
    within = (replace(one, begin=max(0, one.begin)) for one in found)
    return tuple(sorted((one for one in within if one.end > one.begin), key=lambda one: (one.begin, one.code.name)))


def named(rough: Sequence[Approximation], weighty: Sequence[Finding], city: City) -> tuple[Finding, ...]:
    """One finding for each kind of approximation: how often and how long, and whether a judgement leans on any."""
    found = []
    for name in dict.fromkeys(one.code.name for one in rough):
        of = [one for one in rough if one.code.name == name]
        lasted_s = sum(to_s(one.end - one.begin) for one in of)
        times = _("{n} times", n=len(of)) if len(of) > 1 else _("once")
        title = _("Approximate figures: {what}", what=sentence(of[0].event, city))
        lasted = quantity(lasted_s, "s")
        reason: Text = _("{times}, for {lasted} in all.", times=times, lasted=lasted).begun()
        if not weighty:
            reason = reason + _(" No judgement leans on it.")
        figures = (Figure("times", float(len(of)), "1"), Figure("approximate for", lasted_s, "s"))
        found.append(Finding(name, Category.APPROXIMATION, Value.PASS, title, reason, figures=figures))
    return tuple(found)


def leant_on(rough: Sequence[Approximation], city: City) -> Text:
    """Why a finding that leans on these shows nothing."""
    kinds = enumerated([sentence(one.event, city) for one in {of.code.name: of for of in rough}.values()])
    return _("Not shown, for it leans on approximate figures: {kinds}.", kinds=kinds)


def weighed(
    findings: Sequence[Finding],
    best: Sequence[Finding],
    worst: Sequence[Finding],
    why: Text,
) -> tuple[Finding, ...]:
    """The findings, inconclusive and with this reason where they would differ with the best or the worst values."""
    others = {(f.category, f.id): [f.value] for f in best}
    for one in worst:
        others.setdefault((one.category, one.id), []).append(one.value)
    made = []
    for finding in findings:
        leans = finding.category in ASKED and any(
            value is not finding.value for value in others.get((finding.category, finding.id), ())
        )
        if leans and finding.value is not Value.INCONCLUSIVE:
            finding = replace(finding, value=Value.INCONCLUSIVE, reason=why)
        made.append(finding)
    return tuple(made)


def bounded(context: Context, rough: Sequence[Approximation], best: bool) -> Context:
    """The run with the levels that lean on approximate figures as good, or as bad, as can be while they were."""
    levels = dict(context.history.levels)
    by_network: dict[str, Spans] = {}
    for one in rough:
        by_network[one.code.rough] = united(by_network.get(one.code.rough, ()), ((one.begin, one.end),))
    for name, spans in leaning(by_network, context.city).items():
        if name in levels:
            higher = registry().measures[context.city.levels[name].measure].higher_is_better
            levels[name] = _replaced(levels[name], spans, HIGHEST if best is higher else LOWEST)
    return replace(context, history=replace(context.history, levels=MappingProxyType(levels)))


def _replaced(course: Course, spans: Sequence[tuple[int, int]], value: float) -> Course:
    """The course with this value within the spans."""
    at = np.unique(np.concatenate([course.at, *(np.array(span, dtype=np.int64) for span in spans)]))
    values = np.array([course.value_at(int(tick)) for tick in at])
    for begin, end in spans:
        values[(at >= begin) & (at < end)] = value
    return Course(at, values)
