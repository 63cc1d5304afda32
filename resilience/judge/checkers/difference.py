"""Did the faults make a difference? The run beside its twin: the same town, day and seed without any of them.

A run that goes as its twin does has shown nothing of what its faults do: all that it finds, the twin finds as well. It
counts where that is the very point, N-1 or isolation, and the faults were seen to take effect.
"""

from __future__ import annotations

from dataclasses import replace

from resilience.judge.checkers.apart import SAME, furthest, is_own
from resilience.judge.checkers.context import Context, guarded
from resilience.judge.checkers.executed import check_evidence
from resilience.judge.checkers.judged import Part, judged_parts
from resilience.judge.time_series import NotRecorded, mode_course, outages
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.scenario.scenario import Delivery, Invariant, LevelHolds, LinkContinuity, Redundancy, level_of
from simulator.contracts.event import EventKind
from simulator.contracts.figures import Formula
from simulator.contracts.history import History
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words, enumerated

_ = Words("resilience")

DIFFERENCE = "difference"
"""The id of the finding."""
NAMED = 3


def check_difference(context: Context) -> tuple[Finding, ...]:
    """One finding for a run with faults whose twin is known; none for a baseline, or where nobody looked."""
    if not context.scenario.timeline or context.twin is None:
        return ()
    twin = context.twin
    title = _("The faults made a difference")
    return (guarded(DIFFERENCE, Category.DIFFERENCE, title, lambda: _judge(twin, title, context)),)


def _judge(twin: History, title: Text, context: Context) -> Finding:
    parts = judged_parts(context)
    levels = tuple(dict.fromkeys(part.level for part in parts))
    apart = {part.level.id for part in parts if differs(part, context.history, twin)}
    other = tuple(level for level in levels if level.id in apart)
    own = tuple(level for level in other if is_own(level, context, twin))
    felt = tuple(level for level in other if level not in own)
    called = tuple(item for item in context.scenario.redundancies if called_on(item, twin, context))
    figures = (Figure("levels that differ", float(len(felt)), "1"), Figure("fallbacks", float(len(called)), "1"))
    made = Finding(DIFFERENCE, Category.DIFFERENCE, Value.PASS, title, title, None, None, figures)
    subjects = tuple(level.id for level in felt) + tuple(item.component for item in called)
    reason: Text
    if felt:
        names = enumerated([context.label(level) for level in felt], NAMED)
        reason = _(
            "{count} of {total} judged levels went otherwise than without the faults: {names}.",
            count=len(felt),
            total=len(levels),
            names=names,
        )
        return replace(made, reason=reason, subjects=subjects)
    if called:
        names = enumerated([context.name(item.component) for item in called], NAMED)
        reason = _("The judged levels went as without the faults, as a fallback carried them: {names}.", names=names)
        return replace(made, reason=reason, subjects=subjects)
    nothing: Text = _("The faults made no difference to anything that was judged.")
    if own:
        names = enumerated([context.label(level) for level in own], NAMED)
        nothing += _(
            " What they broke, or what commands that, did less, but not less than is required: {names}.", names=names
        )
    if not absence_asked(context):
        return replace(made, value=Value.INCONCLUSIVE, reason=nothing)
    if all(found.value is Value.PASS for found in check_evidence(context)):
        reason = _("The faults took effect and made no difference to anything that was judged, as the scenario asks.")
        return replace(made, reason=reason)
    reason = nothing + _(" The scenario asks for just that, but not every fault was seen to take effect.")
    return replace(made, value=Value.INCONCLUSIVE, reason=reason)


def absence_asked(context: Context) -> bool:
    """Whether an expectation is about just that: that nothing differs, or that no reading is lost by what befell the
    network that brings them."""
    kinds = (Invariant, LevelHolds, LinkContinuity)
    asked = context.scenario.expectations
    if any(isinstance(item, kinds) and item.about for item in asked):
        return True
    return any(isinstance(item, Delivery) for item in asked) and _befell_readings(context)


def _befell_readings(context: Context) -> bool:
    """Whether a fault, or what came of it, befell sensors or the network by which readings arrive: that none is lost
    while a road is closed shows nothing of either."""
    city, known = context.city, registry()
    brings = {m.domain for m in known.measures.values() if any(f.formula is Formula.READINGS for f in m.figures)}
    after, befallen = set[int](), set[str]()
    for event in context.history.events:
        if event.kind is EventKind.FAULT or after.intersection(event.causes):
            after.add(event.id)
            befallen.add(event.subject)
    acts = [act for act in context.executed() if act.applied_at is not None]
    befallen |= {act.target for act in acts}
    return any(act.fault in known.faults_of_data for act in acts) or any(
        known.links[city.links[name].kind].carrier in brings
        if name in city.links
        else name in city.components and city.components[name].domain in brings
        for name in befallen
    )


def differs(part: Part, history: History, twin: History) -> bool:
    """Whether a level, as far as it is judged, went another way than in the twin.

    A level that one of the two did not record differs from one that was.
    """
    level = part.level
    one, other = history.levels.get(level.id), twin.levels.get(level.id)
    if one is None or other is None:
        return (one is None) != (other is None)
    if part.begin >= part.end:
        return False
    try:
        return furthest(one, other, part.begin, part.end) > SAME * max(abs(level.minimum), SAME)
    except NotRecorded:
        return True


def called_on(item: Redundancy, twin: History, context: Context) -> bool:
    """Whether the run needed a fallback that its twin did not, for something that is judged.

    A fallback on which no required level leans carries nothing that anybody judges: whether it took over makes no
    difference to the town. Only the level of the component itself leans on its modes; that the scenario names another
    one as what must be carried does not make it so.
    """
    level = level_of(item.component, context.city)
    if level is None or all(part.level != level for part in judged_parts(context)):
        return False
    modes = registry().types[context.city.components[item.component].kind].modes
    primary = modes.index(item.primary)
    lost = [outages(mode_course(item.component, modes, of), primary) for of in (context.history, twin)]
    return lost[0] != lost[1]
