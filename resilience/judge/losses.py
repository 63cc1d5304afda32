"""Who went without what for how long, from the true courses of the service levels; and components out of work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from resilience.judge.affected import (
    Group,
    Lows,
    ServiceHours,
    Span,
    affected,
    by_service,
    groups,
    hours,
    lacking,
    level_hours,
    lows,
    person_hours,
)
from resilience.judge.time_series import NotRecorded, Spell, cut, spells
from resilience.words.terms import component_words
from simulator.contracts.city import City
from simulator.contracts.codes import event_codes
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Course, History
from simulator.contracts.level import Measure, ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import SHARE, Text, Verbatim, Words


class Reach(StrEnum):
    """Whom a service level is owed to: the whole town, one district, or one facility."""

    CITY = "city"
    DISTRICT = "district"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class LevelCourse:
    """A service level over time as a step function: `values[i]` holds from `times_s[i]` until `times_s[i + 1]`.

    NaN is a gap in what is known, drawn as a gap. `title` names whom the level is owed to. `low_s` is the time for
    which it was worse than its minimum; `person_hours` is that time for each of the people for whom it was.
    """

    id: str
    measure: str
    measure_title: Text
    title: Text
    reach: Reach
    unit: str
    minimum: float
    higher_is_better: bool
    people: int
    owner: str
    times_s: tuple[float, ...]
    values: tuple[float, ...]
    low_s: float
    person_hours: float
    worst: float
    worst_at_s: float
    subject: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLoss:
    """What one service cost its people: over all districts, or over whoever it is owed to if not to districts."""

    measure: str
    title: Text
    person_hours: float
    peak_people: int
    peak_at_s: float | None


@dataclass(frozen=True, slots=True)
class DistrictLoss:
    """Person-hours without each service in one district, in the order of the services.

    None where the service is not owed to the district.
    """

    id: str
    title: str
    people: int
    person_hours: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The figures that matter. `peak_people` and `person_hours` count a person once, however many services are missing.

    `recovery_s` is from the first fault until every level was back for good, None if one was not back at the end.
    """

    peak_people: int
    peak_at_s: float | None
    person_hours: float
    worst_level: str | None
    any_low: bool
    recovery_s: float | None


_CHANGES = {
    EventKind.STOPPED: ("stopped", True),
    EventKind.STARTED: ("stopped", False),
    EventKind.FAULT: ("fault", True),
    EventKind.CLEAR: ("fault", False),
    EventKind.LINK_DOWN: ("dead", True),
    EventKind.LINK_UP: ("dead", False),
}


def failed_s(city: City, history: History) -> dict[str, float]:
    """Seconds for which a component was out, see `failed_spans`."""
    spans = failed_spans(city, history)
    return {name: to_s(sum(to_ticks(end) - to_ticks(begin) for begin, end in rows)) for name, rows in spans.items()}


def failed_spans(city: City, history: History) -> dict[str, tuple[tuple[float, float], ...]]:
    """Stretches from the scenario's zero on, in seconds, in which a component did not work or had a fault on it.

    A fault counts no longer once another device beside the broken one does its work.
    A local substation also counts as out while the power links that leave it are down: it has nothing to give.
    Components that were never out are not in the answer.
    """
    reasons: dict[str, set[str]] = {}
    since: dict[str, int] = {}
    found: dict[str, list[tuple[int, int]]] = {}
    for event in history.events:
        told = _told(event, city, history)
        if told is None:
            continue
        name, reason, out = told
        why = reasons.setdefault(name, set())
        if out:
            if not why:
                since[name] = max(0, event.at)
            why.add(reason)
        elif reason in why:
            why.remove(reason)
            if not why:
                found.setdefault(name, []).append((since.pop(name), max(0, event.at)))
    for name, at in since.items():
        found.setdefault(name, []).append((at, history.end))
    kept = {name: tuple((to_s(a), to_s(b)) for a, b in rows if b > a) for name, rows in found.items()}
    return {name: rows for name, rows in kept.items() if rows}


def _told(event: Event, city: City, history: History) -> tuple[str, str, bool] | None:
    """Which component an event says is out (or no longer out), and for which reason."""
    code = event_codes().get(event.code)
    borne = code is not None and code.stands_in
    if not borne and event.kind not in _CHANGES:
        return None
    reason, out = ("fault", False) if borne else _CHANGES[event.kind]
    if reason == "dead":
        link = city.links.get(event.subject)
        found = registry()
        if link is None or not found.links[link.kind].stops_target:
            return None
        if link.kind in found.types[city.components[link.source].kind].roots:
            return None
        # A link that was cut itself says nothing of the substation behind it.
        if any(history.events[cause].subject == link.id for cause in event.causes):
            return None
        return link.source, reason, out
    if event.subject not in city.components:
        return None
    if reason == "fault":
        reason = f"fault {event.after if out else event.before}"
    return event.subject, reason, out


_ = Words("resilience")


def shown_unit(measure: Measure) -> str:
    """`share` for measures between 0 and 1, which the page shows in per cent."""
    return SHARE if measure.unit == "1" and measure.higher_is_better else measure.unit


def low_spells(level: ServiceLevel, history: History) -> tuple[Spell, ...]:
    """When the level was worse than its minimum, from the scenario's zero on; what nobody recorded is not low."""
    course = history.levels.get(level.id)
    if course is None or not len(course.at) or course.at[0] >= history.end:
        return ()
    begin = max(0, int(course.at[0]))
    higher = registry().measures[level.measure].higher_is_better
    return spells(course, level.minimum, higher, begin, history.end) if begin < history.end else ()


def level_courses(city: City, history: History) -> tuple[LevelCourse, ...]:
    """Every level that the city owes, in the city's order."""
    return tuple(_course(level, city, history) for level in city.levels.values())


def _course(level: ServiceLevel, city: City, history: History) -> LevelCourse:
    measure = registry().measures[level.measure]
    below = low_spells(level, history)
    title, reach = subject_words(level.subject, city)
    course = history.levels.get(level.id)
    worst, worst_at_s = _worst(course, history, measure.higher_is_better)
    return LevelCourse(
        level.id,
        level.measure,
        measure.title,
        title,
        reach,
        shown_unit(measure),
        level.minimum,
        measure.higher_is_better,
        level.people,
        level.owner,
        () if course is None else tuple(to_s(int(at)) for at in course.at),
        () if course is None else tuple(float(value) for value in course.values),
        sum(spell.length_s for spell in below),
        level_hours(level, city, Lows({level.id: tuple((one.begin, one.end) for one in below)}, history.levels)),
        worst,
        worst_at_s,
        level.subject,
    )


def subject_words(subject: str, city: City) -> tuple[Text, Reach]:
    """What the subject of a level is called, and whether it is the town, a district or a facility."""
    if subject in city.districts:
        name = city.districts[subject].title or subject
        return Verbatim(name), Reach.DISTRICT
    if subject in city.components:
        return component_words(city.components[subject]), Reach.COMPONENT
    return _("whole town"), Reach.CITY


def _worst(course: Course | None, history: History, higher_is_better: bool) -> tuple[float, float]:
    """The worst value from the scenario's zero on, and when it first held; NaN where nothing was recorded."""
    if course is None or not len(course.at) or course.at[0] >= history.end:
        return math.nan, math.nan
    try:
        steps = cut(course, max(0, int(course.at[0])), history.end)
    except NotRecorded:
        return math.nan, math.nan
    index = int(steps.values.argmin() if higher_is_better else steps.values.argmax())
    return float(steps.values[index]), to_s(int(steps.edges[index]))


def service_losses(city: City, history: History) -> tuple[ServiceLoss, ...]:
    """Person-hours and most people at once, service by service, in the catalogue's order.

    A service owed by single facilities (a hospital, the town hall) has a row for each: the same people lean on many.
    """
    rows = []
    low = lows(city, history, 0, history.end)
    for row in by_service(city, history, 0, history.end):
        measure = registry().measures[row.need]
        if measure.subject == "component":
            rows += [_facility_loss(group, city, lacking(group, low)) for group in row.groups]
            continue
        at = None if row.most_at is None else to_s(row.most_at)
        rows.append(ServiceLoss(row.need, measure.whole, row.person_hours, row.most_people, at))
    return tuple(rows)


def _services(rows: Sequence[ServiceHours]) -> list[tuple[Group, ...]]:
    """The groups of people behind each service; a service of single facilities is one for each of them."""
    found: list[tuple[Group, ...]] = []
    for row in rows:
        single = registry().measures[row.need].subject == "component"
        found += [(group,) for group in row.groups] if single else [row.groups]
    return found


def _facility_loss(group: Group, city: City, without: Sequence[Span]) -> ServiceLoss:
    title, _reach = subject_words(group.subject, city)
    most, at = (group.people, to_s(without[0][0])) if without else (0, None)
    return ServiceLoss(group.need, title, group.people * hours(without), most, at)


def district_losses(city: City, history: History, services: tuple[ServiceLoss, ...]) -> tuple[DistrictLoss, ...]:
    """Person-hours by district and service, most first; None where a service is not owed to a district."""
    low = lows(city, history, 0, history.end)
    lost = {(group.subject, group.need): person_hours((group,), low) for group in groups(city)}
    rows = [
        DistrictLoss(d.id, d.title or d.id, d.people, tuple(lost.get((d.id, s.measure)) for s in services))
        for d in city.districts.values()
    ]
    return tuple(sorted(rows, key=lambda row: -sum(h or 0.0 for h in row.person_hours)))


def headline(city: City, history: History, courses: tuple[LevelCourse, ...]) -> Headline:
    """The figures that matter. Affected is who `judge.affected` says; recovery is of all levels.

    The worst level is that of the service, of districts, of a facility or of the whole town, which cost most
    person-hours; where nobody lacked anything, the one that was low for longest.
    """
    low = lows(city, history, 0, history.end)
    once = affected(groups(city), city, low)
    fallen = [course for course in courses if course.low_s > 0]
    hardest = max(
        _services(by_service(city, history, 0, history.end)), key=lambda of: person_hours(of, low), default=()
    )
    if person_hours(hardest, low):
        leans = {name for group in hardest for name in group.levels}
        fallen = [course for course in fallen if course.id in leans]
    worst = max(fallen, key=lambda c: (c.person_hours, c.low_s), default=None)
    ends = [end for spans in low.values() for _begin, end in spans]
    onsets = [fault.applied_at for fault in history.executed if fault.applied_at is not None]
    first = min(onsets, default=0)
    back = max(ends, default=first)
    return Headline(
        once.most,
        None if once.at is None else to_s(once.at),
        once.person_hours,
        None if worst is None else worst.id,
        bool(ends),
        None if back >= history.end and ends else to_s(max(0, back - first)),
    )
