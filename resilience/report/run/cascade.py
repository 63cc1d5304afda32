"""What led to what: the events behind the greatest losses as a tree of causes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resilience.report.run.content import CascadeStep, LevelCourse
from resilience.report.run.log_words import log_words
from resilience.report.run.losses import shown_unit, subject_words
from resilience.report.run.wording import duration
from resilience.words.labels import component_words
from resilience.words.phrases import PHRASES
from resilience.words.terms import FAULT_NAMES, SUPPLY_NAMES, mode_words, words_of
from resilience.words.text import Text, both, told_apart
from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import History
from simulator.contracts.kinds import MEASURES
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_s

MOST_LOSSES, MOST_MODES, MOST_STEPS = 14, 14, 80
"""How many sorts of loss and of change of mode are traced, and how many lines the tree may have."""

_TOLD_BY = {EventKind.LINK_DOWN: EventKind.SUPPLY_LOST, EventKind.LINK_UP: EventKind.SUPPLY_BACK}
"""What is said already by what follows from it."""

_FAULT_NAME = re.compile(r"\[([\w-]+)\]$")


def cascade(city: City, history: History, courses: Sequence[LevelCourse]) -> tuple[CascadeStep, ...]:
    """The causes of the levels with most person-hours lost and of the first fallbacks, depth first, earliest first."""
    by_id = {event.id: event for event in history.events}
    wanted: set[int] = set()
    alike = _ends(city, history, courses)
    for end in alike:
        at: Event | None = by_id[end]
        while at is not None and at.id not in wanted:
            wanted.add(at.id)
            at = None if at.cause is None else by_id.get(at.cause)
    children: dict[int | None, list[Event]] = {}
    for number in sorted(wanted):
        event = by_id[number]
        children.setdefault(event.cause if event.cause in wanted else None, []).append(event)
    steps: list[CascadeStep] = []
    stack: list[tuple[Event, int, Event | None]] = [(event, 0, None) for event in reversed(children.get(None, []))]
    while stack and len(steps) < MOST_STEPS:
        event, depth, cause = stack.pop()
        after = children.get(event.id, [])
        # A link that fails and the supply lost with it are one thing to a reader.
        told = not (event.kind in _TOLD_BY and after and all(e.kind is _TOLD_BY[event.kind] for e in after))
        # Nor need a switch that was closed be said to have gone from open to closed.
        if event.kind is EventKind.MODE and cause is not None and cause.kind is EventKind.SWITCH:
            told = told and (cause.subject, cause.at) != (event.subject, event.at)
        if told:
            steps.append(_step(event, depth, cause, alike.get(event.id, 0), city))
        stack += [(e, depth + told, event if told else cause) for e in reversed(after)]
    return tuple(steps)


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


def _step(event: Event, depth: int, cause: Event | None, alike: int, city: City) -> CascadeStep:
    after_s = None if cause is None else to_s(event.at - cause.at)
    subject = _label(event.subject, city).en
    words = _words(event, city)
    return CascadeStep(to_s(event.at), depth, event.kind.value, subject, words, event.via or "", after_s, alike)


def _words(event: Event, city: City) -> Text:
    """The event as a sentence. What only the domain can word stays as the log has it."""
    name = _label(event.subject, city)
    if event.kind is EventKind.FAULT:
        found = _FAULT_NAME.search(event.what)
        fault = words_of(FAULT_NAMES, found[1]) if found else both(event.what)
        return Text(f"{name.de}: {fault.de}", f"{name.en}: {fault.en}")
    if event.kind is EventKind.CLEAR:
        return Text(f"{name.de}: Störung behoben", f"{name.en}: fault is cleared")
    if event.kind is EventKind.SUPPLY_LOST:
        link = city.links.get(event.via or "")
        supply = words_of(SUPPLY_NAMES, link.kind.value) if link else Text("Versorgung", "supply")
        left = event.value or 0.0
        # Only batteries are expected; that a data link has no reserve goes without saying.
        none = Text(", keine Reserve", ", no reserve") if link and link.kind == LinkKind.POWER else Text("", "")
        de = f", Reserve für {duration(left, 'de')}" if left else none.de
        en = f", reserve for {duration(left)}" if left else none.en
        return Text(f"{name.de}: {supply.de} fehlt{de}", f"{name.en} loses {supply.en}{en}")
    if event.kind is EventKind.AUTONOMY_USED:
        return Text(f"{name.de}: Reserve aufgebraucht", f"{name.en}: reserve is used up")
    if event.kind is EventKind.STOPPED:
        return Text(f"{name.de} arbeitet nicht mehr", f"{name.en} stops working")
    if event.kind is EventKind.STARTED:
        return Text(f"{name.de} arbeitet wieder", f"{name.en} works again")
    if event.kind in (EventKind.LINK_DOWN, EventKind.LINK_UP) and event.subject in city.links:
        link = city.links[event.subject]
        kind = words_of(SUPPLY_NAMES, link.kind.value)
        source, target = _label(link.source, city), _label(link.target, city)
        down = event.kind is EventKind.LINK_DOWN
        how = Text("unterbrochen", "interrupted") if down else Text("wiederhergestellt", "restored")
        return Text(f"{kind.de} {how.de}: {source.de} → {target.de}", f"{kind.en} {how.en}: {source.en} → {target.en}")
    if event.kind is EventKind.MODE and event.subject in city.components:
        of = city.components[event.subject].kind
        before, after = mode_words(of, event.before or ""), mode_words(of, event.after or "")
        return Text(f"{name.de}: {before.de} → {after.de}", f"{name.en}: {before.en} → {after.en}")
    if event.kind is EventKind.LEVEL_LOW and event.subject in city.levels and event.value is not None:
        level = city.levels[event.subject]
        where, _ = subject_words(level.subject, city)
        now, owed = told_apart(event.value, level.minimum, shown_unit(MEASURES[level.measure]))
        said = PHRASES[level.measure].of(now)
        return Text(f"{where.de}: {said.de} (geschuldet {owed.de})", f"{where.en}: {said.en} (owed {owed.en})")
    via = city.links.get(event.via or "")
    supply = words_of(SUPPLY_NAMES, via.kind.value) if via else Text("Versorgung", "supply")
    logged = log_words(event.what, event.value, supply)
    if logged is None:
        return Text(f"{name.de}: „{event.what}“ (Wortlaut des Protokolls)", f"{name.en}: {event.what}")
    of_bus = event.subject in city.components and city.components[event.subject].kind == "bus"
    if event.kind is EventKind.NOTE and of_bus:
        return logged.begun()  # the log names the first of many; a reader would take it for the only one
    return Text(f"{name.de}: {logged.de}", f"{name.en}: {logged.en}")


def _label(subject: str, city: City) -> Text:
    if subject in city.components:
        return component_words(city.components[subject])
    return subject_words(subject, city)[0] if subject == "city" or subject in city.districts else both(subject)
