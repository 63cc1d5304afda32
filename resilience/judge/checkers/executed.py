"""Was executed what was asked, and did each fault take effect?

Another target, another time, a fault left out or added: each fails the run. A fault that nobody saw anything of proves
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from resilience.inject.injector import due_at, evidence_of
from resilience.judge.causes import faults_behind
from resilience.judge.checkers.apart import first_apart
from resilience.judge.checkers.context import Context, guarded, lasting
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.scenario.scenario import Case, TimelineEntry
from resilience.scenario.words import state_words
from simulator.contracts.event import Event, EventKind
from simulator.contracts.fault import Shows
from simulator.contracts.history import Executed
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import (
    NO_TEXT,
    Message,
    Text,
    Verbatim,
    Words,
    enumerated,
    joined,
    quantity,
    told_apart,
)

_ = Words("resilience")


AT_ONCE_S = 0.5
"""What is shorter is told in no number: it would round to 0 s."""


def check_executed(context: Context) -> tuple[Finding, ...]:
    """One finding for each timeline entry, one for the run's length, and one if something was done unasked."""
    findings = [_length(context)]
    for entry in context.scenario.timeline:
        title = _title(entry, context)
        findings.append(guarded(entry.id, Category.EXECUTION, title, partial(_judge, entry, context)))
    asked = {entry.id for entry in context.scenario.timeline}
    unasked = [done for done in context.history.executed if done.entry not in asked]
    if unasked:
        names = ", ".join(f"{done.fault} @ {done.target} [{done.entry}]" for done in unasked)
        title = _("Things unasked")
        reason = _("Executed, but not asked for: {names}.", names=names)
        subjects = tuple(done.target for done in unasked)
        findings.append(Finding("unasked", Category.EXECUTION, Value.FAIL, title, reason, subjects=subjects))
    return tuple(findings)


def _title(entry: TimelineEntry, context: Context) -> Text:
    what = context.fault(entry)
    return _("Executed as asked: {what}", what=what)


def _length(context: Context) -> Finding:
    asked, ran = to_ticks(context.scenario.run.duration_s), context.history.end
    title = _("Length of the run")
    lasted, should = told_apart(to_s(ran), to_s(asked), "s")
    if ran == asked:
        reason = _("The run lasted {should}, as asked.", should=should)
        return Finding("run-length", Category.EXECUTION, Value.PASS, title, reason)
    reason = _("The run lasted {lasted}, asked were {should}.", lasted=lasted, should=should)
    return Finding("run-length", Category.EXECUTION, Value.FAIL, title, reason)


def _judge(entry: TimelineEntry, context: Context) -> Finding:
    title = _title(entry, context)
    if entry.is_open:
        reason = _("Which components were meant was not kept.")
        return Finding(entry.id, Category.EXECUTION, Value.INCONCLUSIVE, title, reason)
    asked = {case.target: case for case in entry.acts}
    done: dict[str, list[Executed]] = {target: [] for target in asked}
    wrong: list[tuple[str, Text]] = []
    for act in context.executed(entry.id):
        if act.target not in done or act.fault != asked[act.target].fault:
            wrong.append((act.target, _("{fault} not asked for", fault=act.fault)))
        else:
            done[act.target].append(act)
    waited: dict[str, Text] = {}
    for target, acts in done.items():
        if len(acts) != 1:
            wrong.append((target, _("{count} times instead of once", count=len(acts))))
            continue
        moment = _due(entry, asked[target], context)
        due = None if isinstance(moment, Text) else moment
        if isinstance(moment, Text):
            waited[target] = moment
        wrong += [(target, difference) for difference in _differences(entry, asked[target], acts[0], due, context)]
    if wrong:
        return _something_else(entry, title, wrong)
    if not asked:
        nothing = _("No fault was drawn.")
        return Finding(entry.id, Category.EXECUTION, Value.INCONCLUSIVE, title, nothing)
    came = {target: acts for target, acts in done.items() if target not in waited}
    if not came:
        why = next(iter(waited.values()))
        return Finding(entry.id, Category.EXECUTION, Value.INCONCLUSIVE, title, why, subjects=tuple(done))
    said: Text = _as_asked(came, context)
    if entry.left_out:
        names = ", ".join(entry.left_out)
        said = said + _(" The file names what this city does not have, which was left out: {names}.", names=names)
    return Finding(entry.id, Category.EXECUTION, Value.PASS, title, said, subjects=tuple(came))


def _as_asked(came: dict[str, list[Executed]], context: Context) -> Text:
    names = enumerated([context.name(target) for target in came]).begun()
    end = _end_text(came, context)
    begins = {act.applied_at for acts in came.values() for act in acts if act.applied_at is not None}
    if len(begins) != 1:
        return _("{names}: exactly as asked.", names=names)
    begin = context.clock(begins.pop())
    return _("{names}: from {begin}{end}, exactly as asked.", names=names, begin=begin, end=end)


def _something_else(entry: TimelineEntry, title: Text, wrong: list[tuple[str, Text]]) -> Finding:
    found = joined([Verbatim(f"{target}: ") + text for target, text in wrong], Verbatim("; "))
    reason = _("Something else was executed: {found}.", found=found)
    subjects = tuple(dict.fromkeys(target for target, _ in wrong))
    return Finding(entry.id, Category.EXECUTION, Value.FAIL, title, reason, subjects=subjects)


def _due(entry: TimelineEntry, case: Case, context: Context) -> int | Text:
    """When the fault was to come at a target; where it was not to come, why it was not."""
    target, earliest = case.target, to_ticks(case.at_s)
    if entry.when is None:
        return earliest
    state = state_words(entry.when, target, context.city)
    course = context.history.signals.get((entry.id, entry.when.name(target)))
    if course is None:
        return _("Cannot be judged: {state} was not watched.", state=state)
    found = due_at(course, entry.when, earliest)
    if found is not None:
        return found
    return _("Not needed: the state never came ({state}).", state=state)


def _differences(entry: TimelineEntry, case: Case, act: Executed, due: int | None, context: Context) -> list[Text]:
    """What was otherwise than asked at one target; `due` is when the fault was to come, None for not at all."""
    if act.applied_at is None:
        return [] if due is None else [_("never applied")]
    if due is None:
        return [_moment(_("applied: {was} instead of {should}"), act.applied_at, None)]
    found = []
    if act.applied_at != due:
        found.append(_moment(_("applied: {was} instead of {should}"), act.applied_at, due))
    run, cleared = context.scenario.run, act.cleared_at
    heal = None if run.heal_by_s is None else to_ticks(run.heal_by_s)
    own = None if case.length_s is None else due + to_ticks(case.length_s)
    if entry.repair is not None:
        latest = context.history.end if heal is None else heal
        work_s = case.work_s or entry.repair.work_s or 0.0
        too_early = cleared is not None and cleared < due + to_ticks(work_s)
        too_late = (cleared is None and heal is not None) or (cleared is not None and cleared > latest)
        # heal_by, or the fault's own end, may cut a repair short, so an end exactly then is as asked
        if (too_early and cleared not in (heal, own)) or too_late:
            found.append(_moment(_("cleared: {was} instead of {should}"), cleared, latest))
        return found
    end = heal
    if own is not None:
        end = own if heal is None else min(own, heal)
        if end > context.history.end:  # by its state or its draw it came so late that the run was over first
            end = None
    if cleared != end:
        found.append(_moment(_("cleared: {was} instead of {should}"), cleared, end))
    return found


def _end_text(done: dict[str, list[Executed]], context: Context) -> Text:
    """Until when, if that is the same everywhere."""
    ends = {act.cleared_at for acts in done.values() for act in acts}
    if len(ends) != 1:
        return NO_TEXT
    end = ends.pop()
    if end is None:
        return _(" to the end of the run")
    return _(" until {end}", end=context.clock(end))


def _moment(sentence: Message, is_: int | None, due: int | None) -> Text:
    never = _("never")
    was = never if is_ is None else quantity(to_s(is_), "s")
    should = never if due is None else quantity(to_s(due), "s")
    return sentence.filled(was=was, should=should)


EFFECTS = (
    EventKind.SUPPLY_LOST,
    EventKind.AUTONOMY_USED,
    EventKind.STOPPED,
    EventKind.MODE,
    EventKind.LINK_DOWN,
    EventKind.SWITCH,
    EventKind.LEVEL_LOW,
    EventKind.TELEMETRY,
)
"""Events that show an effect when a fault stands at the head of their chain of causes."""


def check_evidence(context: Context) -> tuple[Finding, ...]:
    """One finding for each timeline entry.

    With evidence asked for, the signal must have been seen to change in time at every target. Without, one of the signs
    that the fault declares must have been seen: in a quantity of the broken thing, or in the log as an effect on
    something else; what the log says of the broken thing itself only repeats the fault. Whatever one solve finds is put
    down to all that it answers, but for those of which a measurement says that they stopped nothing.

    What goes otherwise than in the same run without the fault is an effect of it as well, unless it says no more than
    that the thing is broken: with one fault alone that run is the twin.

    Where nothing was in use, as on a road that nobody wanted to take, nothing can be seen; of several places it is
    enough that the fault shows at all others. What is seen no later without the fault is no sign of it. Of what a
    hazard or wear drew, one effect is enough. Otherwise the finding is inconclusive: evidence never fails a town.
    """
    first_effects = _first_effects(context)
    return tuple(
        guarded(entry.id, Category.EVIDENCE, _named(entry, context), lambda e=entry: _effect(e, context, first_effects))  # type: ignore[misc]
        for entry in context.scenario.timeline
    )


def _named(entry: TimelineEntry, context: Context) -> Text:
    what = context.fault(entry)
    return _("Fault took effect: {what}", what=what)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the log holds of one fault: the first event that only it can have caused, and the first that it may have
    caused together with others."""

    alone: Event | None = None
    shared: Event | None = None


Fault = tuple[str, str]
"""A target and the timeline entry that broke it."""


def _first_effects(context: Context) -> dict[Fault, _Seen]:
    """What each fault is seen to have done in the log. A cause stands before its effect."""
    heads = faults_behind(context.history.events)
    found: dict[Fault, _Seen] = {}
    codes = {(d.target, d.entry): _logged(d.target, d.fault, context) for d in context.history.executed}
    for event in context.history.events:
        if event.kind is EventKind.FAULT:
            continue
        because = tuple(dict.fromkeys((head.subject, head.after or "") for head in heads.get(event.id, ())))
        for fault in because:
            own = event.subject == fault[0]
            if event.code not in codes.get(fault, ()) and (event.kind not in EFFECTS or own):
                continue
            seen = found.get(fault, _Seen())
            if len(because) > 1:  # so is all that follows from it
                found[fault] = replace(seen, shared=seen.shared or event)
            else:
                found[fault] = replace(seen, alone=seen.alone or event)
    return found | _of_one_thing(found, context)


def _of_one_thing(found: dict[Fault, _Seen], context: Context) -> dict[Fault, _Seen]:
    """What several faults on one thing share: the log puts it down to the first that stopped it."""
    shared: dict[Fault, _Seen] = {}
    for done in context.history.executed:
        if done.applied_at is None:
            continue
        for other in context.history.executed:
            of = found.get((other.target, other.entry))
            first = None if of is None else of.alone or of.shared
            if other.target != done.target or other.entry == done.entry or first is None:
                continue
            if done.applied_at <= first.at and (done.cleared_at is None or first.at <= done.cleared_at):
                seen = shared.get((done.target, done.entry), found.get((done.target, done.entry), _Seen()))
                shared[done.target, done.entry] = replace(seen, shared=seen.shared or first)
    return shared


def _logged(target: str, fault: str, context: Context) -> frozenset[str]:
    """Codes of events that are evidence though they are about the broken thing itself."""
    signs = evidence_of(target, fault, context.city)
    return frozenset(sign.quantity for sign in signs if sign.how is Shows.LOGGED)


def _effect(entry: TimelineEntry, context: Context, effects: dict[Fault, _Seen]) -> Finding:
    # a fault whose state never came is none that had no effect
    acts = [act for act in context.executed(entry.id) if act.applied_at is not None or entry.when is None]
    figures, blind = [], []
    beside: Text | None = None
    for act in acts:
        seen_at = _seen_at(entry, act, effects)
        if seen_at is None and entry.evidence is None and act.applied_at is not None:
            alone = len(context.history.executed) == 1
            apart = first_apart(context, act.applied_at) if alone else act.apart
            if apart is not None:
                seen_at, beside = apart[0], context.label(context.city.levels[apart[1]])
        delay = None if seen_at is None or act.applied_at is None else to_s(seen_at - act.applied_at)
        figures.append(Figure("time to evidence", delay, "s", act.target))
        if delay is None:
            blind.append(act.target)
    title, rows = _named(entry, context), tuple(figures)
    if not acts:
        return Finding(entry.id, Category.EVIDENCE, Value.INCONCLUSIVE, title, _nothing(entry))
    seen = [figure for figure in rows if figure.value is not None]
    idle = {act.target for act in acts if act.idle}
    if blind and not (seen and (entry.is_drawn or idle.issuperset(blind))):
        reason: Text = _unseen(entry, blind, acts, context, effects)
        if idle.issuperset(blind):
            reason = reason + _(" There was nothing for it to change there when it came.")
        others = [context.name(act.target) for act in acts if act.just_so and act.target in blind]
        if others:
            reason = reason + _(
                " What was seen of {names} is seen just so without this fault: others did it.", names=enumerated(others)
            )
        return Finding(
            entry.id, Category.EVIDENCE, Value.INCONCLUSIVE, title, reason, figures=rows, subjects=tuple(blind)
        )
    slowest = max(seen, key=lambda figure: figure.value or 0.0)
    length = lasting(slowest.value or 0.0)
    when = _("after {length}", length=length) if (slowest.value or 0.0) >= AT_ONCE_S else _("at once")
    how: Text = _("in what is measured there")
    if beside is not None:
        how = _("in what went otherwise than without the fault: {level}", level=beside)
    elif entry.evidence is None and not any(act.shown_at is not None and not act.just_so for act in acts):
        how = _("in the event log")
    places: Text = NO_TEXT
    if blind:
        places = _("at {count} of {total} places ", count=len(seen), total=len(rows))
    seen_how = _("{places}{when} {how}", places=places, when=when, how=how)
    reason = _("The effect was seen {seen_how}.", seen_how=seen_how)
    if blind and idle.issuperset(blind):
        reason = reason + _(" At the others there was nothing for it to change when it came.")
    subjects = tuple(act.target for act in acts)
    return Finding(entry.id, Category.EVIDENCE, Value.PASS, title, reason, None, slowest, rows, subjects)


def _unseen(
    entry: TimelineEntry, blind: list[str], acts: Sequence[Executed], context: Context, effects: dict[Fault, _Seen]
) -> Text:
    """What was not seen. Of evidence that the scenario asks for, that it did not come says nothing of other effects."""
    names = enumerated([context.name(target) for target in blind])
    if entry.evidence is None:
        return _("No effect was seen at: {names}.", names=names)
    begins = {act.target: act.applied_at for act in acts}
    state = enumerated(list(dict.fromkeys(state_words(entry.evidence, target, context.city) for target in blind)))
    reason: Text = _(
        "What the scenario takes as evidence was not seen within {time} at: {names} ({state}).",
        time=lasting(entry.evidence.within_s),
        names=names,
        state=state,
    )
    others = []
    for target in blind:
        seen, begin = effects.get((target, entry.id), _Seen()), begins[target]
        told = [event.at for event in (seen.alone, seen.shared) if event is not None]
        if told and begin is not None:
            others.append(to_s(min(told) - begin))
    if others:
        first = min(others)
        when = _("after {length}", length=lasting(first)) if first >= AT_ONCE_S else _("at once")
        reason = reason + _(" It had other effects, the first {when}.", when=when)
    return reason


def _nothing(entry: TimelineEntry) -> Text:
    """Why there was nothing to be seen."""
    if entry.when is not None:
        return _("The state that it waits for never came.")
    if entry.is_drawn:
        return _("No fault was drawn.")
    return _("The fault was not executed.")


def _seen_at(entry: TimelineEntry, act: Executed, effects: dict[Fault, _Seen]) -> int | None:
    if act.applied_at is None:
        return None
    if entry.evidence is None:
        seen = effects.get((act.target, entry.id), _Seen())
        shared = None if act.looked else seen.shared  # the signs of a thing say more than what it shares
        told = [event.at for event in (seen.alone, shared) if event is not None]
        return min((*told, *(() if act.shown_at is None or act.just_so else (act.shown_at,))), default=None)
    evidence = entry.evidence
    known = registry().quantities.get(evidence.quantity)
    if known is not None and known.own_record and evidence.at(act.target) == act.target:
        return None  # it only repeats the fault
    if act.just_so or act.evidence_at is None or act.evidence_at > act.applied_at + to_ticks(entry.evidence.within_s):
        return None
    return act.evidence_at
