"""Did the fallback carry? In time, long enough, and how much: the level of what it stands in for, at its worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from resilience.judge.affected import Span
from resilience.judge.causes import faults_behind
from resilience.judge.checkers.context import Context, guarded, lasting
from resilience.judge.limits import level_limit, owed_text, shown_unit, time_limit
from resilience.judge.time_series import NotRecorded, Outage, mode_course, outages, worse, worst
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value
from resilience.scenario.scenario import Redundancy
from resilience.words.terms import mode_words
from simulator.contracts.event import EventKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Text, Words, told_apart

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class Carried:
    """The worst value of the level that a fallback stands in for, in words, and whether that was too little."""

    limit: Limit
    actual: Figure
    too_little: bool
    said: Text
    asked: Text


def carried(item: Redundancy, spans: Sequence[Span], context: Context) -> Carried:
    """The level that a fallback stands in for, at its worst within some spans.

    Raises `NotRecorded` where nothing shows it: then nobody knows whether it carried.
    """
    level = item.carries.level_in(context.city, item.component)
    if level is None:
        raise NotRecorded(_("no service level shows what {component} carries", component=repr(item.component)))
    limit, course = level_limit(item.carries.limit, level), context.course(level)
    higher = limit.better == "higher"
    values = [worst(course, begin, end, higher) for begin, end in spans]
    least = min(values) if higher else max(values)
    said = registry().measures[level.measure].told(least, limit.value, shown_unit(limit))
    too_little = bool(worse(np.array([least]), limit.value, higher)[0])
    figure = Figure("carried", least, limit.unit, level.id)
    return Carried(limit, figure, too_little, said, owed_text(limit, item.carries.limit))


@dataclass(frozen=True, slots=True)
class _Case:
    """One outage, judged. `value` None: the standby was not needed. `gone`: when it gave way to something worse, before
    what it stands in for was back, and when that was."""

    value: Value | None
    reason: Text
    changeover_s: float | None = None
    held_s: float | None = None
    about: str = "changeover"
    carried: Carried | None = None
    untested: bool = False
    gone: Span | None = None


@dataclass(frozen=True, slots=True)
class _Modes:
    """The two ways in words."""

    primary: Text
    standby: Text

    @classmethod
    def of(cls, item: Redundancy, context: Context) -> _Modes:
        component = context.city.components.get(item.component)
        kind = "" if component is None else component.kind
        return cls(mode_words(kind, item.primary), mode_words(kind, item.standby))


def check_redundancies(context: Context) -> tuple[Finding, ...]:
    """One finding for each redundancy of the scenario."""
    return tuple(
        guarded(item.id, Category.REDUNDANCY, _title(item, context), lambda item=item: _judge(item, context))  # type: ignore[misc]
        for item in context.scenario.redundancies
    )


def _title(item: Redundancy, context: Context) -> Text:
    if item.title is not None:
        return item.title
    name, modes = context.name(item.component).begun(), _Modes.of(item, context)
    return _("{name}: {primary} → {standby}", name=name, primary=modes.primary, standby=modes.standby)


def _judge(item: Redundancy, context: Context) -> Finding:
    modes = registry().types[context.city.components[item.component].kind].modes
    course = mode_course(item.component, modes, context.history)
    cases = [
        _with_load(_case(item, modes, outage, context), item, outage, context)
        for outage in outages(course, modes.index(item.primary))
    ]
    needed = [case for case in cases if case.value is not None]
    title = _title(item, context)
    if not needed:
        value = Value.INCONCLUSIVE if item.must_activate else Value.PASS
        reason = cases[0].reason if cases else _never_lost(_Modes.of(item, context))
        if item.must_activate:
            reason = reason + _(" But the scenario is meant to need it: the run does not show whether it carries.")
        return Finding(
            item.id, Category.REDUNDANCY, value, title, reason, subjects=(item.component,), needed=item.must_activate
        )
    order = (Value.FAIL, Value.INCONCLUSIVE, Value.PASS)
    worst = min(needed, key=lambda case: (order.index(case.value or Value.PASS), -(case.changeover_s or 0.0)))
    figures = tuple(
        Figure(name, value, "s", item.component)
        for case in needed
        for name, value in (("changeover", case.changeover_s), ("standby held", case.held_s))
    )
    actual = Figure("changeover", worst.changeover_s, "s", item.component)
    limit: Limit | None = None if item.within is None else time_limit(item.within, "lower")
    if worst.about == "held" and item.lasts is not None:
        limit = time_limit(item.lasts, "higher")
        actual = Figure("standby held", worst.held_s, "s", item.component)
    if worst.about == "carried" and worst.carried is not None:
        limit, actual = worst.carried.limit, worst.carried.actual
    figures += tuple(case.carried.actual for case in needed if case.carried is not None)
    value = worst.value or Value.PASS
    longest = all(case.untested for case in needed)  # none of the outages lasted as long as it has to
    return Finding(
        item.id,
        Category.REDUNDANCY,
        value,
        title,
        worst.reason,
        limit,
        actual,
        figures,
        (item.component,),
        untested=longest,
    )


def _with_load(case: _Case, item: Redundancy, outage: Outage, context: Context) -> _Case:
    """The case with what was carried: too little of it fails what has passed so far.

    What was too little before the loss already, and before the faults that led to it, is not the fallback's doing, and
    does not show what it carries. Where
    nothing says how long it must last, it may end before what it stands in for is back only if the level is kept
    without it.
    """
    active = [(stretch.begin, stretch.end) for stretch in outage.stretches if stretch.mode == item.standby]
    if case.value is None or outage.lost < 0 or not active:
        return case
    try:
        load = carried(item, active, context)
    except NotRecorded:
        if case.value is Value.FAIL:  # too late or too short, whatever it carried
            return case
        raise
    told = _(" Carried: {said}; {asked}.", said=load.said, asked=load.asked)
    case = replace(case, reason=case.reason + told, carried=load)
    if case.value is Value.FAIL:
        return case
    if load.too_little:
        before = _before(item, outage, context)
        if before > context.history.begin and carried(item, [(before - 1, before)], context).too_little:
            reason = case.reason + _(" But it was too little before the loss already.")
            return replace(case, value=Value.INCONCLUSIVE, reason=reason, about="carried")
        return replace(case, value=Value.FAIL, about="carried")
    if item.lasts is not None or case.gone is None:
        return case
    later = carried(item, [case.gone], context)
    reason = case.reason + _(" Then, without it: {said}; {asked}.", said=later.said, asked=later.asked)
    if not later.too_little:
        return replace(case, reason=reason)
    return replace(case, value=Value.FAIL, reason=reason, about="carried", carried=later)


def _before(item: Redundancy, outage: Outage, context: Context) -> int:
    """When the first of the faults came that led to a loss; where the log names none, when it was lost.

    A fault may be felt before what it takes away is counted as lost: tap water is bad before the network stops serving.
    """
    events = context.history.events
    behind = faults_behind(events)
    since = [
        fault.at
        for event in events
        if event.at == outage.lost and event.kind is EventKind.MODE and event.subject == item.component
        for fault in behind.get(event.id, ())
    ]
    return min([outage.lost, *since])


def _never_lost(modes: _Modes) -> Text:
    primary, standby = modes.primary, modes.standby
    return _("Not needed ({standby}): {primary} was never lost.", standby=standby, primary=primary)


def _case(item: Redundancy, modes: tuple[str, ...], outage: Outage, context: Context) -> _Case:
    end = context.history.end
    standby = modes.index(item.standby)
    when, named = context.clock(outage.lost), _Modes.of(item, context)
    first, second = named.primary.begun(), named.standby.begun()
    if outage.lost < 0:
        reason = _("{first} was missing even before the start.", first=first)
        return _Case(Value.INCONCLUSIVE, reason)
    over = end if outage.back is None else outage.back
    active = next((stretch.begin for stretch in outage.stretches if stretch.mode == item.standby), None)
    if active is None:
        return _never_active(item, standby, outage, over, context)
    changeover = to_s(active - outage.lost)
    took = _("at once")
    if changeover:
        took = _("after {changeover}", changeover=lasting(changeover))
    fell = next((s.begin for s in outage.stretches if s.begin >= active and s.rank > standby), None)
    until = over if fell is None else fell
    on = [s for s in outage.stretches if s.mode == item.standby and s.begin < until]
    # a better way that carries meanwhile tests nobody's endurance, so the longest stretch counts, and no sum
    held = max(to_s(s.end - s.begin) for s in on)
    if item.within is not None and active > outage.lost + to_ticks(item.within.seconds):
        late, limit = told_apart(changeover, item.within.seconds, "s")
        reason = _(
            "{second} came only {late} after the loss (at {when}); {limit} allowed.",
            second=second,
            late=late,
            when=when,
            limit=limit,
        )
        return _Case(Value.FAIL, reason, changeover, held)
    carried = lasting(held)
    if item.lasts is not None and held < item.lasts.seconds:
        carried, asked = told_apart(held, item.lasts.seconds, "s")
        if fell is not None:
            reason = _(
                "{second} held for only {carried} instead of {asked}.", second=second, carried=carried, asked=asked
            )
            return _Case(Value.FAIL, reason, changeover, held, "held")
        if on[-1].end == end:
            reason = _(
                "{second} held for {carried} until the run ended; {asked} asked for.",
                second=second,
                carried=carried,
                asked=asked,
            )
            return _Case(Value.INCONCLUSIVE, reason, changeover, held, "held")
    if (
        item.lasts is not None and fell is None and held < item.lasts.seconds
    ):  # the primary or a better way was back before
        _carried, asked = told_apart(held, item.lasts.seconds, "s")
        reason = _(
            "{second} took over {took} and held for {carried}; endurance ({asked}) not tested.",
            second=second,
            took=took,
            carried=carried,
            asked=asked,
        )
        return _Case(Value.PASS, reason, changeover, held, untested=True)
    reason = _("{second} took over {took} and held for {carried}.", second=second, took=took, carried=carried)
    return _Case(Value.PASS, reason, changeover, held, gone=None if fell is None else (fell, over))


def _never_active(item: Redundancy, standby: int, outage: Outage, over: int, context: Context) -> _Case:
    length = lasting(to_s(over - outage.lost))
    when, named = context.clock(outage.lost), _Modes.of(item, context)
    second = named.standby.begun()
    dropped = any(stretch.rank > standby for stretch in outage.stretches)
    within = None if item.within is None else to_ticks(item.within.seconds)
    if within is not None and over - outage.lost <= within:
        if outage.back is None:
            reason = _("The run ended {length} after the loss, before the limit was over.", length=length)
            return _Case(Value.INCONCLUSIVE, reason)
        reason = _(
            "Not needed ({standby}): {primary} was back after {length}.",
            standby=named.standby,
            primary=named.primary,
            length=length,
        )
        return _Case(None, reason)
    if within is not None or dropped:
        reason = _(
            "{second} did not take over: {primary} was missing from {when} for {length}.",
            second=second,
            primary=named.primary,
            when=when,
            length=length,
        )
        return _Case(Value.FAIL, reason)
    reason = _("Not needed ({standby}): better ways carried for {length}.", standby=named.standby, length=length)
    return _Case(None, reason)
