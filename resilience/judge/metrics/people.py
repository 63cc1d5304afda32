"""People without a service: person-hours, and how many at once. Windows in ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resilience.judge.courses import spells, time_worse_s
from simulator.contracts.city import City
from simulator.contracts.history import Course, History
from simulator.contracts.kinds import MEASURES
from simulator.contracts.level import ServiceLevel


@dataclass(frozen=True, slots=True)
class MeasureHours:
    """Person-hours below the declared minimum, by measure. `levels` were counted.

    Who leans on two levels of one measure (two lifelines) counts for each in the person-hours. `most_people` were
    without at the worst moment, never more than live in the city.
    """

    measure: str
    person_hours: float
    most_people: int
    levels: tuple[str, ...]


def person_hours_worse(
    course: Course, limit: float, higher_is_better: bool, people: int, start: int, end: int
) -> float:
    """People times the hours during which their level is worse than the limit. Raises `NotRecorded`."""
    return people * time_worse_s(course, limit, higher_is_better, start, end) / 3600.0


def most_people_worse(levels: Sequence[ServiceLevel], history: History, start: int, end: int) -> int:
    """The most people whose level is below its declared minimum at one moment.

    Groups of people are added up: an upper bound where they overlap.
    """
    changes: list[tuple[int, int]] = []
    for level in levels:
        higher = MEASURES[level.measure].higher_is_better
        for spell in spells(history.levels[level.id], level.minimum, higher, start, end):
            changes += [(spell.begin, level.people), (spell.end, -level.people)]
    now, most = 0, 0
    for _, change in sorted(changes):  # at one tick those who are served again leave first
        now += change
        most = max(most, now)
    return most


def person_hours_by_measure(city: City, history: History, start: int, end: int) -> tuple[MeasureHours, ...]:
    """Person-hours below the declared minimum for each measure, in the catalogue's order.

    Where a measure is owed to districts as well as to the whole city, only districts count, so that nobody is counted
    twice. Levels that were not recorded over the whole window are left out.
    """
    rows = []
    for name, measure in MEASURES.items():
        owed = [level for level in city.levels.values() if level.measure == name]
        if any(level.subject in city.districts for level in owed):
            owed = [level for level in owed if level.subject in city.districts]
        known = [
            level
            for level in owed
            if level.id in history.levels
            and len(history.levels[level.id].at)
            and history.levels[level.id].at[0] <= start
        ]
        if not known:
            continue
        hours = sum(
            person_hours_worse(
                history.levels[level.id], level.minimum, measure.higher_is_better, level.people, start, end
            )
            for level in known
        )
        most = min(city.people, most_people_worse(known, history, start, end))
        rows.append(MeasureHours(name, hours, most, tuple(level.id for level in known)))
    return tuple(rows)
