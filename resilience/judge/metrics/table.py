"""What a run can tell of the published metrics, as one table. The window is from the scenario's zero to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from resilience.judge.metrics.formulas import (
    Readings,
    availability,
    equivalent_outage_h,
    interruptions,
    person_hours_by_measure,
    quality,
    resilience,
)
from resilience.judge.time_series import NotRecorded, mode_course, outages, worst
from resilience.judge.verdict import Metric
from resilience.words.terms import component_words
from simulator.contracts.city import City
from simulator.contracts.history import Course, History
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from simulator.contracts.words import SHARE, Verbatim, Words

_ = Words("resilience")

TOWN = _("whole town")
BRUNEAU = "Bruneau et al. 2003"
IEEE = "IEEE 1366, of this scenario alone"
SERVED = "Balakrishnan and Cassottana 2022"
ITU = "mean availability, ITU-T E.800"
OURS = "defined by this project"


def metrics_of(city: City, history: History, readings: Readings | None = None) -> tuple[Metric, ...]:
    """The metrics of one run. What was not recorded over the whole window is left out.

    Energy not supplied, Todini's index and trips need the engines' own results; a run keeps service levels only.
    """
    groups: tuple[Callable[[], Iterable[Metric]], ...] = (
        lambda: _power(city, history),
        lambda: _served(city, history),
        lambda: _bruneau(city, history),
        lambda: _traffic(city, history),
        lambda: _litres(city, history),
        lambda: _people(city, history),
        lambda: _ict(city, history),
    )
    return (*(metric for group in groups for metric in group()), *_readings(readings))


def _recorded(city: City, history: History, measure: str) -> dict[str, Course]:
    """The courses of a measure by subject, those that cover the whole window."""
    found = {}
    for level in city.levels.values():
        course = history.levels.get(level.id)
        if level.measure == measure and course is not None and len(course.at) and course.at[0] <= 0:
            found[level.subject] = course
    return found


def _of_districts(city: City, courses: dict[str, Course]) -> list[tuple[Course, int]]:
    return [(courses[d.id], d.people) for d in city.districts.values() if d.id in courses and d.people]


def _mean(weighted: list[tuple[Course, float]]) -> Course:
    """The weighted mean of courses, a step function over all their changes."""
    at = np.unique(np.concatenate([course.at for course, _ in weighted]))
    at = at[at >= max(int(course.at[0]) for course, _ in weighted)]
    total = sum(weight for _, weight in weighted)
    values = np.zeros(len(at))
    for course, weight in weighted:
        values += course.values[np.searchsorted(course.at, at, side="right") - 1] * (weight / total)
    return Course(at, values)


def _whole(city: City, history: History, measure: str) -> Course | None:
    """A measure for the whole town: its own level, or the mean over districts by people."""
    courses = _recorded(city, history, measure)
    if "city" in courses:
        return courses["city"]
    weighted = [(course, float(people)) for course, people in _of_districts(city, courses)]
    return _mean(weighted) if weighted else None


def _power(city: City, history: History) -> Iterable[Metric]:
    supplies = _of_districts(city, _recorded(city, history, "power-supply"))
    if not supplies:
        return
    found = interruptions(supplies, 0, history.end)
    rows = (
        (
            "customer-minutes",
            _("customer-minutes lost"),
            found.customer_minutes,
            "min",
        ),
        ("customers-interrupted", _("customers interrupted"), found.customers_interrupted, "1"),
        ("saidi", _("SAIDI"), found.saidi_min, "min"),
        ("saifi", _("SAIFI"), found.saifi, "1"),
        ("caidi", _("CAIDI"), found.caidi_min, "min"),
    )
    for name, title, value, unit in rows:
        yield Metric(name, title, TOWN, value, unit, IEEE)


def _served(city: City, history: History) -> Iterable[Metric]:
    """PCS: the whole demand counts as one. ECS: here each district counts the same."""
    for measure in ("power-supply", "water-supply"):
        service = registry().measures[measure].service
        whole = _whole(city, history, measure)
        if whole is not None:
            hours = equivalent_outage_h(whole, 0, history.end)
            title = _("equivalent outage hours (PCS)")
            yield Metric("eoh-pcs", title, service, hours, "h", SERVED)
        districts = _of_districts(city, _recorded(city, history, measure))
        if districts:
            hours = equivalent_outage_h(_mean([(course, 1.0) for course, _ in districts]), 0, history.end)
            title = _("equivalent outage hours (ECS, by district)")
            yield Metric("eoh-ecs", title, service, hours, "h", SERVED)


def _bruneau(city: City, history: History) -> Iterable[Metric]:
    for level in city.levels.values():
        course = history.levels.get(level.id)
        if level.subject != "city" or course is None:
            continue
        try:
            found = resilience(quality(course, level), 0, history.end)
        except NotRecorded:
            continue
        service, rapidity = registry().measures[level.measure].service, found.rapidity_per_s
        yield Metric("resilience", _("resilience R"), service, found.resilience, "1", BRUNEAU)
        yield Metric("robustness", _("robustness"), service, found.robustness, "1", BRUNEAU)
        hourly = None if rapidity is None else rapidity * 3600.0
        yield Metric("rapidity", _("rapidity"), service, hourly, "1/h", BRUNEAU)


def _traffic(city: City, history: History) -> Iterable[Metric]:
    for measure, name, title, source in (
        ("travel-time-index", "tti-worst", _("worst travel-time index"), "U4SSC"),
        (
            "rescue-arrival",
            "rescue-in-time",
            _("reached by rescue in time, worst"),
            "norm rescue-arrival",
        ),
    ):
        for course in _recorded(city, history, measure).values():
            higher = registry().measures[measure].higher_is_better
            value = worst(course, 0, history.end, higher)
            yield Metric(name, title, TOWN, value, SHARE if higher else "1", source)


def _litres(city: City, history: History) -> Iterable[Metric]:
    courses = _recorded(city, history, "litres-per-person")
    if courses:
        least, where = min((worst(course, 0, history.end, True), name) for name, course in courses.items())
        title = _("drinking water, worst district")
        name = city.districts[where].title if where in city.districts else where
        yield Metric("litres-per-person-d", title, Verbatim(name), least, "l/person/d", "1. WasSV § 2")


def _people(city: City, history: History) -> Iterable[Metric]:
    for row in person_hours_by_measure(city, history, 0, history.end):
        title = _("person-hours below the required level")
        yield Metric(
            "person-hours", title, registry().measures[row.measure].service, row.person_hours, "person-h", OURS
        )


def _ict(city: City, history: History) -> Iterable[Metric]:
    for measure in ("ict-availability", "telemetry"):
        whole = _whole(city, history, measure)
        if whole is not None:
            title = _("availability")
            value = availability(whole, 0, history.end)
            yield Metric("availability", title, registry().measures[measure].service, value, SHARE, ITU)
    for service in city.of_kind("service"):
        modes = registry().types[service.kind].modes
        for lost in outages(mode_course(service.id, modes, history), 0):
            regained = next((s.begin for s in lost.stretches if s.mode != modes[-1]), lost.back)
            title = _("failover time")
            wait_s = None if regained is None else to_s(regained - lost.lost)
            yield Metric("failover", title, component_words(service), wait_s, "s", OURS)


def _readings(readings: Readings | None) -> Iterable[Metric]:
    if readings is not None and readings.read:
        subject = registry().measures["telemetry"].service
        lost, late = _("readings lost"), _("readings late")
        yield Metric("readings-lost", lost, subject, readings.lost_share, SHARE, OURS)
        yield Metric("readings-late", late, subject, readings.late_share, SHARE, OURS)
