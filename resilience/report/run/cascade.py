"""What led to what: the events behind the greatest losses as a tree of causes; and what came back, step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from resilience.judge.causes import nearest
from resilience.judge.losses import LevelCourse, shown_unit, subject_words
from resilience.judge.time_series import TOLERANCE
from resilience.report.run.content import CascadeStep, Lacking, ReturnStep
from resilience.words.events import line
from resilience.words.terms import name_of
from simulator.contracts.catalogue import Mode, State
from simulator.contracts.city import City
from simulator.contracts.codes import event_codes
from simulator.contracts.event import FOR_THE_BETTER, Event, EventKind
from simulator.contracts.history import History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Text

MOST_LOSSES, MOST_MODES, MOST_STEPS = 14, 14, 80
"""How many sorts of loss and of change of mode are traced, and how many lines the tree may have."""

MOST_RETURNS = 12
"""How many steps are told after which something came back."""

NOTICED = 0.005
"""From this share of what is required on a level counts as better (assumption): courses drift by less by themselves."""

_TOLD_BY = {EventKind.LINK_DOWN: EventKind.SUPPLY_LOST, EventKind.LINK_UP: EventKind.SUPPLY_BACK}
"""What is said already by what follows from it."""


def cascade(city: City, history: History, courses: Sequence[LevelCourse]) -> tuple[CascadeStep, ...]:
    """The causes of the levels with most person-hours lost and of the first fallbacks, depth first, earliest first."""
    begun = _begun(history.events)
    logged = {event.id: event for event in history.events}
    by_id = {event.id: _with_cause(event, city, logged, begun) for event in history.events}
    wanted: set[int] = set()
    alike = _ends(city, history, courses)
    for end in alike:
        chain = _chain(by_id[end], by_id)
        # A mode that nothing led to but the course of the day, as tanks that are low of a morning, tells of no fault.
        if by_id[end].kind is not EventKind.MODE or chain[-1].kind is EventKind.FAULT:
            wanted.update(event.id for event in chain)
    children: dict[int | None, list[Event]] = {}
    for number in sorted(wanted):
        event = by_id[number]
        children.setdefault(event.cause if event.cause in wanted else None, []).append(event)
    steps: list[CascadeStep] = []
    stack: list[tuple[Event, int, Event | None, tuple[int, ...]]]
    stack = [(event, 0, None, event.also) for event in reversed(children.get(None, []))]
    while stack and len(steps) < MOST_STEPS:
        event, depth, cause, others = stack.pop()
        after = children.get(event.id, [])
        # A link that fails and the supply lost with it are one thing to a reader.
        told = not (event.kind in _TOLD_BY and after and all(e.kind is _TOLD_BY[event.kind] for e in after))
        # Nor need a switch that was closed be said to have gone from open to closed.
        if event.kind is EventKind.MODE and cause is not None and cause.kind is EventKind.SWITCH:
            told = told and (cause.subject, cause.at) != (event.subject, event.at)
        if told:
            named = _first_of_chains(event, others, logged)
            also = tuple(line(by_id[number], city) for number in named if number in by_id)
            steps.append(_step(event, depth, cause, alike.get(event.id, 0), also, city))
        # What is not told leaves its other causes to what follows from it.
        left = () if told else others
        stack += [
            (e, depth + told, event if told else cause, tuple(dict.fromkeys(left + e.also))) for e in reversed(after)
        ]
    return tuple(steps)


def _first_of_chains(event: Event, others: Sequence[int], logged: Mapping[int, Event]) -> list[int]:
    """The other causes of an event but those that only followed from one of its causes that is named as well: a pump
    without data says no more than that its cable is cut."""
    named = {*others, event.cause}

    def follows(number: int) -> bool:
        waiting, seen = list(logged[number].causes) if number in logged else [], set[int]()
        while waiting:
            at = waiting.pop()
            if at in named:
                return True
            if at not in seen and at in logged:
                seen.add(at)
                waiting += logged[at].causes
        return False

    return [number for number in others if not follows(number)]


def _chain(event: Event, by_id: Mapping[int, Event]) -> list[Event]:
    """The event and what it is put down to, back to where that began."""
    chain = [event]
    while (cause := chain[-1].cause) is not None and cause in by_id:
        chain.append(by_id[cause])
    return chain


def _begun(events: Sequence[Event]) -> dict[int, int]:
    """For each fault that was cleared the event with which it began."""
    found: dict[int, int] = {}
    began: dict[tuple[str, object, str | None], int] = {}
    for event in events:
        if event.kind is EventKind.FAULT:
            began[event.subject, event.params.get("fault"), event.after] = event.id
        elif event.kind is EventKind.CLEAR:
            key = event.subject, event.params.get("fault"), event.before
            if key in began:
                found[event.id] = began[key]
    return found


def _with_cause(event: Event, city: City, logged: Mapping[int, Event], begun: Mapping[int, int]) -> Event:
    """The event as it is told: nothing is lost because of what was for the better, as of a pump that started.

    In the place of what was for the better, but is not yet as usual, stands what it came from: police at a signal are
    not why cars wait, but that it is dark. What is lost although all is for the better by now is what a fault that is
    over has left, such as empty tanks. Nor is a supply that a reserve bridges behind anything, where there is anything
    else.
    """
    if event.cause is None and event.id in begun:
        return replace(event, cause=begun[event.id])
    if for_the_better(event, city) or _is_as_good(event, city):
        return event
    found: dict[int, None] = {}
    waiting, seen = list(reversed(event.causes)), set[int]()
    while waiting:
        at = logged[waiting.pop()]
        if at.id in seen:
            continue
        seen.add(at.id)
        if not for_the_better(at, city):
            found[at.id] = None
        elif _is_makeshift(at, city):
            waiting += reversed(at.causes)
    if not found:
        found = dict.fromkeys(begun[over.id] for over in nearest(event, logged, lambda at: at.id in begun))
    left = [cause for cause in found if not _is_bridged(logged[cause])] or list(found)
    return replace(event, cause=left[0] if left else None, also=tuple(left[1:]))


def _is_makeshift(event: Event, city: City) -> bool:
    """Whether somebody has come to help, or a mode that is better than the one before is not the usual one yet."""
    if event.kind is EventKind.CREW:
        return True
    mode = _mode(event, event.after, city)
    return mode is not None and mode.state is not State.NORMAL


def _is_as_good(event: Event, city: City) -> bool:
    """Whether a mode took the place of one of its class: nothing is lost, and what came before is why it did."""
    before, after = _mode(event, event.before, city), _mode(event, event.after, city)
    return before is not None and after is not None and before.state is after.state


def _mode(event: Event, name: str | None, city: City) -> Mode | None:
    """The mode of this name of what a change of mode is about."""
    if event.kind is not EventKind.MODE or event.subject not in city.components:
        return None
    return registry().types[city.components[event.subject].kind].mode(name or "")


def _is_bridged(event: Event) -> bool:
    return event.kind is EventKind.SUPPLY_LOST and bool(event.value)


def for_the_better(event: Event, city: City) -> bool:
    """Whether an event says that something works again, or works better than before."""
    if event.kind in FOR_THE_BETTER:
        return True
    if event.kind is EventKind.MODE and event.subject in city.components:
        ladder = registry().types[city.components[event.subject].kind].ladder
        rank = {mode.name: (mode.state, place) for place, mode in enumerate(ladder)}
        if event.before in rank and event.after in rank:
            return rank[event.after] < rank[event.before]
    code = event_codes().get(event.code)
    return code is not None and code.mends


def returns(city: City, history: History) -> tuple[ReturnStep, ...]:
    """Each switching step or repair after which some level was better while any was short, and what still lacked then.

    Levels are those of whole sub-systems, in the city's order. A step is told by its first event. What a network's own
    controls do day by day follows from nothing that went wrong, and is none.
    """
    owed = [level for level in city.levels.values() if level.id in history.levels]
    owed = [level for level in owed if registry().subsystems[registry().measures[level.measure].domain].engine]
    steps: dict[int, Event] = {}
    for event in history.events:
        restores = event.kind is EventKind.CLEAR or (event.kind is EventKind.SWITCH and event.causes)
        if event.at > 0 and restores and for_the_better(event, city):
            steps.setdefault(event.at, event)
    found = []
    for at, event in sorted(steps.items()):
        values = [(level, _value(history, level, at - 1), _value(history, level, at)) for level in owed]
        better = [level for level, before, after in values if _came_back(level, before, after)]
        if better:
            lacking = tuple(
                Lacking(
                    level.id,
                    registry().measures[level.measure].title,
                    subject_words(level.subject, city)[0],
                    after,
                    level.minimum,
                    shown_unit(registry().measures[level.measure]),
                )
                for level, _before, after in values
                if _short(level, after)
            )
            found.append(ReturnStep(to_s(at), line(event, city), tuple(level.id for level in better), lacking))
    return tuple(found[:MOST_RETURNS])


def _came_back(level: ServiceLevel, before: float, after: float) -> bool:
    return _short(level, before) and _gap(level, after, before) >= NOTICED * abs(level.minimum)


def _value(history: History, level: ServiceLevel, at: int) -> float:
    """The value of a level at a tick; NaN before it was recorded."""
    course = history.levels[level.id]
    place = int(course.at.searchsorted(at, side="right")) - 1
    return math.nan if place < 0 else float(course.values[place])


def _short(level: ServiceLevel, value: float) -> bool:
    return _gap(level, level.minimum, value) > TOLERANCE


def _gap(level: ServiceLevel, one: float, other: float) -> float:
    """How much better `one` is than `other`; NaN where either is unknown, which is no gap."""
    return one - other if registry().measures[level.measure].higher_is_better else other - one


def _ends(city: City, history: History, courses: Sequence[LevelCourse]) -> dict[int, int]:
    """The events to be explained, with how many more of their sort came at the same time.

    They are the first falls of levels, most person-hours first, and the first changes of mode. Falls of one measure,
    and changes between the same modes of one kind of component, are of one sort.
    """
    rank = {c.id: -c.person_hours for c in courses if c.low_s > 0}
    falls: dict[str, Event] = {}
    modes: dict[str, Event] = {}
    for event in history.events:
        if event.at < 0:
            continue
        if event.kind is EventKind.LEVEL_LOW and event.subject in rank:
            falls.setdefault(event.subject, event)
        elif event.kind is EventKind.MODE and event.cause is not None:
            modes.setdefault(event.subject, event)
    losses: dict[tuple[str, int], list[Event]] = {}
    for event in sorted(falls.values(), key=lambda e: (rank[e.subject], e.id)):
        losses.setdefault((city.levels[event.subject].measure, event.at), []).append(event)
    changes: dict[tuple[str, str | None, str | None, int], list[Event]] = {}
    for event in modes.values():
        kind = city.components[event.subject].kind if event.subject in city.components else event.subject
        changes.setdefault((kind, event.before, event.after, event.at), []).append(event)
    shown = [*list(losses.values())[:MOST_LOSSES], *list(changes.values())[:MOST_MODES]]
    return {sort[0].id: len(sort) - 1 for sort in shown}


def _step(event: Event, depth: int, cause: Event | None, alike: int, also: tuple[Text, ...], city: City) -> CascadeStep:
    after_s = None if cause is None else to_s(event.at - cause.at)
    subject = name_of(event.subject, city).en
    words, via = line(event, city), event.via or ""
    return CascadeStep(to_s(event.at), depth, event.kind.value, subject, words, via, after_s, alike, also)
