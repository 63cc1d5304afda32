"""Who is affected: the one definition that report, audit, campaign, budget and database share.

People lack a service while a level that is owed to them is below its minimum: those for whom it is, where the level
is counted person by person; else all people of its group, since nobody knows which of them (an upper bound within the
group). What counts:

- Levels of services to people. Technical indicators (data network, telemetry, travel times, control rooms) never do.
- Once where two levels say the same of a person, as water that does not come and water without pressure.
- Those of districts where a service is owed to districts as well as to the whole town.
- A facility by its clients, a hospital by its beds.

Person-hours of one service add up its groups: who leans on two facilities counts for each. `affected` counts a person
once whatever they lack: districts add up; of other groups, who live somewhere in the districts, the largest counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from resilience.judge.time_series import spells
from simulator.contracts.city import City
from simulator.contracts.history import Course, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry

Span = tuple[int, int]
"""From one tick to another."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who lack a service together: `people` of a district, a facility, or the whole town (`subject`).

    `need` is the measure that the service is counted under, `levels` those of which any low one leaves it lacking.
    """

    need: str
    subject: str
    people: int
    levels: tuple[str, ...]


class Lows(Mapping[str, tuple[Span, ...]]):
    """When each level was worse than a limit, by its id.

    `courses` are those of levels that are counted person by person against that limit: of such a one only as many lack
    it as are below.
    """

    def __init__(self, spans: Mapping[str, tuple[Span, ...]], courses: Mapping[str, Course] | None = None) -> None:
        self._spans = spans
        self._counts: dict[str, tuple[list[int], list[float]]] = {
            name: (course.at.tolist(), course.people.tolist())
            for name, course in (courses or {}).items()
            if name in spans and course.people is not None
        }

    def __getitem__(self, level: str) -> tuple[Span, ...]:
        return self._spans[level]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def turns(self, level: str) -> list[int]:
        """When the number of people below a level changes; empty where nobody counts them."""
        return self._counts[level][0] if level in self._counts else []

    def people(self, level: str, at: int, all_of_them: float) -> float:
        """Those who lack a level at a moment at which it is low; never more than all of its group."""
        if level not in self._counts:
            return all_of_them
        ticks, people = self._counts[level]
        return min(all_of_them, people[max(0, bisect_right(ticks, at) - 1)])


@dataclass(frozen=True, slots=True)
class Affected:
    """Each person once: person-hours, the most at one moment, and the first such moment (None: nobody ever)."""

    person_hours: float
    most: int
    at: int | None


def need_of(level: ServiceLevel, city: City) -> str | None:
    """The measure under which people who lack a level are counted; None for technical indicators."""
    measure = registry().measures[level.measure]
    component = city.components.get(level.subject)
    if component is None:
        return measure.need if measure.for_people else None
    kind = registry().types[component.kind]
    return None if kind.technical or not measure.for_people else kind.same_need or measure.need


def people_of(level: ServiceLevel, city: City) -> int:
    """How many people lack a service while this level is low: residents, clients of a facility, or nobody."""
    if need_of(level, city) is None:
        return 0
    clients = _clients(level.subject, city)
    return level.people if clients is None else clients


def _clients(component: str, city: City) -> int | None:
    """The clients of a facility, or of the one that it belongs to; None where they are not counted."""
    found = city.components.get(component)
    if found is None:
        return None
    kind = registry().types[found.kind]
    if kind.client_of:
        owner = found.parameters.get(kind.client_of)
        return None if not isinstance(owner, str) or owner == component else _clients(owner, city)
    count = found.parameters.get(kind.clients) if kind.clients else None
    return int(count) if isinstance(count, int | float) else None


def groups(city: City, levels: Iterable[ServiceLevel] | None = None) -> tuple[Group, ...]:
    """The groups of people behind some levels (None: all of the city), service by service in the catalogue's order."""
    by_need: dict[str, list[ServiceLevel]] = {}
    for level in city.levels.values() if levels is None else levels:
        need = need_of(level, city)
        if need is not None:
            by_need.setdefault(need, []).append(level)
    return tuple(group for need in registry().measures if need in by_need for group in _of(need, by_need[need], city))


def _of(need: str, levels: Sequence[ServiceLevel], city: City) -> list[Group]:
    """Groups of one service. A facility that says the same as a level of residents leaves all of these lacking."""
    of_town = [level for level in levels if level.subject not in city.components]
    of_districts = [level for level in of_town if level.subject in city.districts]
    facilities = [level for level in levels if level.subject in city.components]
    residents = of_districts or of_town
    if not residents or registry().measures[need].subject == "component":
        return [Group(need, lv.subject, people_of(lv, city), (lv.id,)) for lv in (*residents, *facilities)]
    subjects = dict.fromkeys(level.subject for level in residents)
    found = []
    for subject in subjects:
        of = [level for level in residents if level.subject == subject]
        ids = (*(level.id for level in of), *(level.id for level in facilities))
        found.append(Group(need, subject, max(level.people for level in of), ids))
    return found


def lows(city: City, history: History, start: int, end: int) -> Lows:
    """When each level was below its declared minimum, within a window; what nobody recorded is not low."""
    found = {}
    for level in city.levels.values():
        course = history.levels.get(level.id)
        if course is None:
            continue
        spans = low_spans(course, level.minimum, registry().measures[level.measure].higher_is_better, start, end)
        if spans is not None:
            found[level.id] = spans
    return Lows(found, history.levels)


def low_spans(course: Course, limit: float, higher_is_better: bool, start: int, end: int) -> tuple[Span, ...] | None:
    """When a level was worse than a limit; None if it was not recorded within the window at all."""
    if not len(course.at) or course.at[0] >= end:
        return None
    below = spells(course, limit, higher_is_better, max(start, int(course.at[0])), end)
    return tuple((spell.begin, spell.end) for spell in below)


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """What one service cost its people. `need` is the measure that it is counted under."""

    need: str
    person_hours: float
    most_people: int
    most_at: int | None
    groups: tuple[Group, ...]


def by_service(city: City, history: History, start: int, end: int) -> tuple[ServiceHours, ...]:
    """Person-hours without each service, in the catalogue's order, without those of which nothing was recorded."""
    low, found = lows(city, history, start, end), groups(city)
    rows = []
    for need in dict.fromkeys(group.need for group in found):
        known = tuple(group for group in found if group.need == need and any(name in low for name in group.levels))
        if known:
            whole = affected(known, city, low)
            rows.append(ServiceHours(need, person_hours(known, low), whole.most, whole.at, known))
    return tuple(rows)


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans that touch or overlap made one."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return tuple(merged)


def lacking(group: Group, low: Lows) -> tuple[Span, ...]:
    """When anybody of a group lacks its service, given when its levels are low."""
    return union(span for level in group.levels for span in low.get(level, ()))


def counted(group: Group, low: Lows) -> tuple[tuple[int, int, float], ...]:
    """The same with how many of them do: stretches in which that is the same number."""
    turns = {tick for level in group.levels for tick in low.turns(level)}
    if not turns:
        return tuple((begin, end, float(group.people)) for begin, end in lacking(group, low))
    found = []
    turns |= {tick for level in group.levels for span in low.get(level, ()) for tick in span}
    for begin, end in lacking(group, low):
        cuts = [begin, *sorted(tick for tick in turns if begin < tick < end), end]
        for since, until in pairwise(cuts):
            there = (level for level in group.levels if any(a <= since < b for a, b in low.get(level, ())))
            found.append((since, until, max(low.people(level, since, group.people) for level in there)))
    return tuple(found)


def person_hours(groups: Iterable[Group], low: Lows) -> float:
    """People times hours without, summed over groups."""
    return sum(people * (end - begin) for group in groups for begin, end, people in counted(group, low)) / 3.6e6


def level_hours(level: ServiceLevel, city: City, low: Lows) -> float:
    """Person-hours below one level, whoever else counts them too."""
    return person_hours((Group("", level.subject, people_of(level, city), (level.id,)),), low)


def hours(spans: Iterable[Span]) -> float:
    return sum(end - begin for begin, end in spans) / 3.6e6


def at_once(found: Mapping[Group, float], city: City) -> float:
    """The people of groups of whom so many lack something at one moment, each person once."""
    districts: dict[str, float] = {}
    other = 0.0
    for group, people in found.items():
        if group.subject in city.districts:
            districts[group.subject] = max(districts.get(group.subject, 0.0), people)
        else:
            other = max(other, people)
    return min(float(city.people), max(other, sum(districts.values())))


def affected(found: Sequence[Group], city: City, low: Lows) -> Affected:
    """Everybody who lacks any of these services, over time."""
    turns: list[tuple[int, Group, float]] = []
    for group in found:
        pieces = counted(group, low)
        begins = {begin for begin, _, _ in pieces}
        turns += [(end, group, 0.0) for _, end, _ in pieces if end not in begins]
        turns += [(begin, group, people) for begin, _, people in pieces]
    now: dict[Group, float] = {}
    people, most, when, total, since = 0.0, 0.0, None, 0.0, 0
    for at, changes in groupby(sorted(turns, key=itemgetter(0)), key=itemgetter(0)):
        total += people * (at - since) / 3.6e6
        for _, group, number in changes:
            now[group] = number
        people, since = at_once(now, city), at
        if people > most:
            most, when = people, at
    return Affected(total, round(most), when)
