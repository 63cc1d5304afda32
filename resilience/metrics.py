"""Figures of a run: pure functions of the true course of service levels. Times in seconds, windows in ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resilience.courses import TOLERANCE, Steps, cut, spells, time_worse_s
from simulator.contracts.city import City
from simulator.contracts.history import Course, History
from simulator.contracts.level import MEASURES, ServiceLevel


@dataclass(frozen=True, slots=True)
class Resilience:
    """What a level's quality q(t), 0 to 1, went through.

    `loss_s` is the integral of 1 - q; `resilience` is 1 - loss / length of the window; `robustness` is the least q;
    `rapidity_per_s` is the share regained per second, None if nothing was lost or nothing came back.
    """

    loss_s: float
    resilience: float
    robustness: float
    rapidity_per_s: float | None


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Of this scenario alone, never to be read as figures of a year. Minutes; None where nobody was interrupted.

    `saidi_min` minutes of interruption for each person served, `saifi` interruptions for each person served,
    `caidi_min` minutes for each interruption of a person.
    """

    saidi_min: float
    saifi: float
    caidi_min: float | None


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


def quality(course: Course, level: ServiceLevel) -> Course:
    """q(t), 0 to 1: a share as it is; anything else against its declared minimum, 1 while that is met.

    Shares are the measures in unit `1` that are better when higher. Measuring the others against what is owed
    (v / minimum, or minimum / v where less is better) is an assumption.
    """
    measure = MEASURES[level.measure]
    values = course.values
    if measure.higher_is_better and measure.unit != "1":
        values = values / level.minimum if level.minimum > 0 else np.ones_like(values)
    elif not measure.higher_is_better:
        values = level.minimum / np.maximum(values, TOLERANCE)
    return Course(course.at, np.clip(values, 0.0, 1.0))


def resilience(q: Course, start: int, end: int) -> Resilience:
    """Loss of resilience, robustness and rapidity of a quality q(t) within a window (Bruneau et al. 2003).

    Rapidity is the slope of the recovery: what was regained from the last fall to the least q until the highest q after
    it, divided by the time between. Resourcefulness is not simulated. Raises `NotRecorded`.
    """
    steps = cut(q, start, end)
    total = float(steps.lengths_s.sum())
    loss = total - steps.integral()
    least = float(steps.values.min())
    return Resilience(loss, 1.0 - loss / total, least, _rapidity(steps))


def _rapidity(steps: Steps) -> float | None:
    least = steps.values <= steps.values.min() + TOLERANCE
    lowest = int(np.flatnonzero(least)[-1])
    after = steps.values[lowest + 1 :]
    if not len(after):
        return None
    first = lowest
    while first > 0 and least[first - 1]:
        first -= 1
    regained = lowest + 1 + int(np.argmax(after))
    passed_s = float(steps.edges[regained] - steps.edges[first]) / 1000.0
    return float(steps.values[regained] - steps.values[lowest]) / passed_s


def person_hours_worse(
    course: Course, limit: float, higher_is_better: bool, people: int, start: int, end: int
) -> float:
    """People times the hours during which their level is worse than the limit. Raises `NotRecorded`."""
    return people * time_worse_s(course, limit, higher_is_better, start, end) / 3600.0


def interruptions(
    supplies: Sequence[tuple[Course, int]], start: int, end: int, sustained_s: float = 180.0
) -> Interruptions:
    """SAIDI, SAIFI and CAIDI of a scenario (IEEE 1366) from (share supplied, people) of each district.

    The unsupplied share of a district stands for that share of its people. A stretch below full supply counts if it
    lasts `sustained_s` (3 min: norm saidi-sustained); as interrupted count the most at any moment of it.
    Raises `NotRecorded`, and `ValueError` if nobody is served.
    """
    served = sum(people for _, people in supplies)
    if served <= 0:
        raise ValueError("nobody is served: an index for each person does not exist")
    minutes, interrupted = 0.0, 0.0
    for course, people in supplies:
        for spell in spells(course, 1.0, True, start, end):
            if spell.length_s >= sustained_s:
                steps = cut(course, spell.begin, spell.end)
                minutes += people * (spell.length_s - steps.integral()) / 60.0
                interrupted += people * (1.0 - spell.worst)
    return Interruptions(minutes / served, interrupted / served, minutes / interrupted if interrupted else None)


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
