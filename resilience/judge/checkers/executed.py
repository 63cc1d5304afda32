"""Was executed what was asked? Another target, another time, a fault left out or added: each fails the run."""

from __future__ import annotations

from functools import partial

from resilience.inject.watch import due_at
from resilience.judge.checkers.context import Context, guarded
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import Case, TimelineEntry
from resilience.words.signal_words import state_words
from resilience.words.text import Text, enumerated, quantity, told_apart
from simulator.contracts.history import Executed
from simulator.contracts.ticks import to_s, to_ticks


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
        title = Text("Nicht Verlangtes", "Things unasked")
        reason = Text(f"Ausgeführt, aber nicht verlangt: {names}.", f"Executed, but not asked for: {names}.")
        subjects = tuple(done.target for done in unasked)
        findings.append(Finding("unasked", Category.EXECUTION, Value.FAIL, title, reason, subjects=subjects))
    return tuple(findings)


def _title(entry: TimelineEntry, context: Context) -> Text:
    what = context.fault(entry)
    return Text(f"Ausgeführt wie verlangt: {what.de}", f"Executed as asked: {what.en}")


def _length(context: Context) -> Finding:
    asked, ran = to_ticks(context.scenario.run.duration_s), context.history.end
    title = Text("Dauer des Laufs", "Length of the run")
    lasted, should = told_apart(to_s(ran), to_s(asked), "s")
    if ran == asked:
        reason = Text(f"Der Lauf dauerte {should.de}, wie verlangt.", f"The run lasted {should.en}, as asked.")
        return Finding("run-length", Category.EXECUTION, Value.PASS, title, reason)
    reason = Text(
        f"Der Lauf dauerte {lasted.de}, verlangt waren {should.de}.",
        f"The run lasted {lasted.en}, asked were {should.en}.",
    )
    return Finding("run-length", Category.EXECUTION, Value.FAIL, title, reason)


def _judge(entry: TimelineEntry, context: Context) -> Finding:
    title = _title(entry, context)
    if entry.is_open:
        reason = Text(
            "Welche Bauteile gemeint waren, ist nicht festgehalten.", "Which components were meant was not kept."
        )
        return Finding(entry.id, Category.EXECUTION, Value.INCONCLUSIVE, title, reason)
    asked = {case.target: case for case in entry.acts}
    done: dict[str, list[Executed]] = {target: [] for target in asked}
    wrong: list[tuple[str, Text]] = []
    for act in context.executed(entry.id):
        if act.target not in done or act.fault != asked[act.target].fault:
            wrong.append((act.target, Text(f"{act.fault} nicht verlangt", f"{act.fault} not asked for")))
        else:
            done[act.target].append(act)
    waited: dict[str, Text] = {}
    for target, acts in done.items():
        if len(acts) != 1:
            wrong.append((target, Text(f"{len(acts)}-mal statt einmal", f"{len(acts)} times instead of once")))
            continue
        moment = _due(entry, asked[target], context)
        due = None if isinstance(moment, Text) else moment
        if isinstance(moment, Text):
            waited[target] = moment
        wrong += [(target, difference) for difference in _differences(entry, asked[target], acts[0], due, context)]
    if wrong:
        return _something_else(entry, title, wrong)
    if not asked:
        nothing = Text("Die Auslosung ergab keine Störung.", "The draw came to no fault.")
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
        return Text(f"{names.de}: genau wie verlangt.", f"{names.en}: exactly as asked.")
    begin = context.clock(begins.pop())
    return Text(
        f"{names.de}: ab {begin.de}{end.de}, genau wie verlangt.",
        f"{names.en}: from {begin.en}{end.en}, exactly as asked.",
    )


def _something_else(entry: TimelineEntry, title: Text, wrong: list[tuple[str, Text]]) -> Finding:
    de = "; ".join(f"{target}: {text.de}" for target, text in wrong)
    en = "; ".join(f"{target}: {text.en}" for target, text in wrong)
    reason = Text(f"Ausgeführt wurde etwas anderes: {de}.", f"Something else was executed: {en}.")
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
        return Text(
            f"Nicht zu beurteilen: {state.de} wurde nicht beobachtet.", f"Cannot be judged: {state.en} was not watched."
        )
    found = due_at(course, entry.when, earliest)
    if found is not None:
        return found
    return Text(
        f"Nicht nötig: Der Zustand trat nie ein ({state.de}).", f"Not needed: the state never came ({state.en})."
    )


def _differences(entry: TimelineEntry, case: Case, act: Executed, due: int | None, context: Context) -> list[Text]:
    """What was otherwise than asked at one target; `due` is when the fault was to come, None for not at all."""
    if act.applied_at is None:
        return [] if due is None else [Text("nie ausgelöst", "never applied")]
    if due is None:
        return [_moment("ausgelöst", "applied", act.applied_at, None)]
    found = []
    if act.applied_at != due:
        found.append(_moment("ausgelöst", "applied", act.applied_at, due))
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
            found.append(_moment("behoben", "cleared", cleared, latest))
        return found
    end = heal
    if own is not None:
        end = own if heal is None else min(own, heal)
        if end > context.history.end:  # by its state or its draw it came so late that the run was over first
            end = None
    if cleared != end:
        found.append(_moment("behoben", "cleared", cleared, end))
    return found


def _end_text(done: dict[str, list[Executed]], context: Context) -> Text:
    """Until when, if that is the same everywhere."""
    ends = {act.cleared_at for acts in done.values() for act in acts}
    if len(ends) != 1:
        return Text("", "")
    end = ends.pop()
    if end is None:
        return Text(" bis zum Ende des Laufs", " to the end of the run")
    return Text(f" bis {context.clock(end).de}", f" until {context.clock(end).en}")


def _moment(de: str, en: str, is_: int | None, due: int | None) -> Text:
    never = Text("nie", "never")
    was = never if is_ is None else quantity(to_s(is_), "s")
    should = never if due is None else quantity(to_s(due), "s")
    return Text(f"{de}: {was.de} statt {should.de}", f"{en}: {was.en} instead of {should.en}")
