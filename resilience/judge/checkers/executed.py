"""Was executed what was asked? Another target, another time, a fault left out or added: each fails the run."""

from __future__ import annotations

from functools import partial

from resilience.inject.injector import due_at
from resilience.judge.checkers.context import Context, guarded
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import Case, TimelineEntry
from resilience.words.signal_words import state_words
from simulator.contracts.history import Executed
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
    return Finding(entry.id, Category.EXECUTION, Value.PASS, title, _as_asked(came, context), subjects=tuple(came))


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
