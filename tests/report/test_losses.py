"""Who was affected, against counting second by second."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from resilience.judge.losses import Reach, district_losses, failed_s, headline, level_courses, service_losses
from simulator.contracts.city import City
from simulator.contracts.component import District
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from tests.support.towns import component, link, town

PEOPLE = {"a": 100, "b": 40}
BEDS = 10
COURSES = {
    "water-a": [(-10, 1.0), (20, 0.5), (60, 1.0)],
    "power-a": [(-10, 1.0), (40, 0.0), (90, 1.0)],
    "water-b": [(-10, 1.0), (50, 0.2), (55, 1.0), (80, 0.2)],
    "travel": [(-10, 1.1), (30, 2.0), (35, 1.2)],
    "clinic": [(-10, 1.0), (10, 0.0), (12, 1.0)],
}
END = 100


def place() -> City:
    levels = (
        ServiceLevel("water-a", "water-supply", "a", 0.9, PEOPLE["a"]),
        ServiceLevel("power-a", "power-supply", "a", 0.9, PEOPLE["a"]),
        ServiceLevel("water-b", "water-supply", "b", 0.9, PEOPLE["b"]),
        ServiceLevel("travel", "travel-time-index", "city", 1.5, 140),
        ServiceLevel("clinic", "lifeline", "h", 0.5, 140),
        ServiceLevel("unknown", "telemetry", "city", 0.5, 140),
    )
    base = town([component("h", "hospital", beds=float(BEDS))], levels=levels)
    districts = {name: District(name, name.upper(), people, 0.0, 0.0) for name, people in PEOPLE.items()}
    return City(
        base.name, base.title_en, base.title_de, 0.0, 0.0, base.components, base.links,
        MappingProxyType(districts), base.levels,
    )  # fmt: skip


def told(courses: dict[str, list[tuple[int, float]]] = COURSES) -> History:
    levels = {
        name: Course(np.array([1000 * at for at, _ in rows], dtype=np.int64), np.array([v for _, v in rows]))
        for name, rows in courses.items()
    }
    ran = Executed("f", "h", "site-out", 10_000, None, None, False)
    return History(-10_000, END * 1000, levels, (), (ran,))


def low(level: str, second: int) -> bool:
    """Whether a level is worse than owed in the second that begins here, from the table above alone."""
    value = [v for at, v in COURSES[level] if at <= second][-1]
    return value > 1.5 if level == "travel" else value < (0.5 if level == "clinic" else 0.9)


def test_the_headline_counts_each_person_once() -> None:
    city, history = place(), told()
    found = headline(city, history, level_courses(city, history))
    affected = [
        max(
            PEOPLE["a"] * (low("water-a", s) or low("power-a", s)) + PEOPLE["b"] * low("water-b", s),
            BEDS * low("clinic", s),
        )
        for s in range(END)
    ]
    assert found.peak_people == max(affected) == 140
    assert found.peak_at_s == affected.index(140)
    assert found.person_hours == pytest.approx(sum(affected) / 3600)
    assert found.any_low and found.recovery_s is None  # water-b is still low at the end


def test_recovery_is_from_the_first_fault_to_the_last_level_back() -> None:
    city = place()
    courses = COURSES | {"water-b": [(-10, 1.0)]}
    history = told(courses)
    assert headline(city, history, level_courses(city, history)).recovery_s == 90 - 10


def test_nothing_lost_is_nobody_affected() -> None:
    city = place()
    history = told({name: rows[:1] for name, rows in COURSES.items()})
    found = headline(city, history, level_courses(city, history))
    assert (found.peak_people, found.peak_at_s, found.person_hours, found.any_low) == (0, None, 0.0, False)
    assert found.worst_level is None


def test_each_service_is_summed_over_its_districts_and_each_facility_stands_alone() -> None:
    city, history = place(), told()
    rows = {row.title.en: row for row in service_losses(city, history)}
    water = [PEOPLE["a"] * low("water-a", s) + PEOPLE["b"] * low("water-b", s) for s in range(END)]
    row = rows["water supply"]
    assert row.person_hours == pytest.approx(sum(water) / 3600)
    assert (row.peak_people, row.peak_at_s) == (max(water), water.index(max(water)))
    assert rows["hospital h"].person_hours == pytest.approx(2 * BEDS / 3600)
    assert not {"telemetry", "travel times"} & set(rows)  # nobody lacks a service by them


def test_a_service_that_other_things_count_under_is_called_by_more_than_one_of_its_levels() -> None:
    """People who cannot reach the dispatch centre lack rescue; that is no loss of "rescue in time"."""
    known = registry()
    for kind in known.types.values():
        if kind.same_need:
            measure = known.measures[kind.same_need]
            assert measure.lacked is not None and measure.whole.en != measure.service.en, kind.name
    assert known.measures["water-supply"].whole.en == "water supply"


def test_districts_are_listed_by_their_losses() -> None:
    city, history = place(), told()
    services = service_losses(city, history)
    rows = district_losses(city, history, services)
    assert [row.title for row in rows] == ["A", "B"]
    names = [s.measure for s in services]
    hours = dict(zip(names, rows[0].person_hours, strict=True))
    assert hours["water-supply"] == pytest.approx(100 * 40 / 3600)
    assert hours["lifeline"] is None


def test_a_course_knows_its_worst_value_and_whom_it_serves() -> None:
    courses = {c.id: c for c in level_courses(place(), told())}
    assert (courses["travel"].worst, courses["travel"].worst_at_s, courses["travel"].low_s) == (2.0, 30.0, 5.0)
    assert courses["clinic"].reach is Reach.COMPONENT
    assert courses["unknown"].values == () and np.isnan(courses["unknown"].worst)


def test_how_long_a_component_was_out() -> None:
    feed = link("power", "b1", "p")
    city = town([component("b1", "bus"), component("p", "pump"), component("q", "pump")], [feed])

    def event(number: int, at: int, kind: EventKind, subject: str, **more: object) -> Event:
        return Event(number, at * 1000, kind, subject, "", **more)  # type: ignore[arg-type]

    events = (
        event(0, -5, EventKind.FAULT, "q", after="one"),
        event(1, 10, EventKind.FAULT, "q", after="two"),
        event(2, 20, EventKind.CLEAR, "q", before="one"),
        event(3, 30, EventKind.CLEAR, "q", before="two"),
        event(4, 40, EventKind.LINK_DOWN, feed.id),
        event(5, 40, EventKind.STOPPED, "p", cause=4),
        event(6, 55, EventKind.LINK_UP, feed.id),
        event(7, 55, EventKind.STARTED, "p", cause=6),
        event(8, 60, EventKind.FAULT, feed.id, after="cut"),
        event(9, 60, EventKind.LINK_DOWN, feed.id, cause=8),
        event(10, 60, EventKind.STOPPED, "p", cause=9),
    )
    history = History(-10_000, 100_000, {}, events, ())
    assert failed_s(city, history) == {"q": 30.0, "b1": 15.0, "p": 15.0 + 40.0}
