"""What a run can tell of the published figures, as one table. The window is from the scenario's zero to the end.

Which figures there are, the measures declare (`contracts.figures`); this knows the formulas only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from resilience.judge.affected import affected, by_service, groups, lows
from resilience.judge.metrics import consumers as of
from resilience.judge.metrics.consumers import Against
from resilience.judge.metrics.formulas import Readings, availability, equivalent_outage_h, quality, resilience
from resilience.judge.time_series import NotRecorded, cut, mode_course, outages, worst
from resilience.judge.verdict import Metric
from resilience.words.terms import component_words
from simulator.contracts.city import City
from simulator.contracts.figures import FigureKind, Formula
from simulator.contracts.history import Course, History
from simulator.contracts.level import Measure
from simulator.contracts.registry import registry
from simulator.contracts.sources import source_text
from simulator.contracts.ticks import to_s
from simulator.contracts.words import SHARE, Text, Verbatim, Words, quantity

_ = Words("resilience")

TOWN = _("whole town")
BRUNEAU = _("Bruneau et al. 2003")
IEEE = _("IEEE 1366, of this scenario alone")
SERVED = _("Balakrishnan and Cassottana 2022")
OURS = _("defined by this project")


@dataclass(frozen=True, slots=True)
class _Run:
    """What figures are made of."""

    city: City
    history: History
    undisturbed: History | None
    readings: Readings | None
    limits: Mapping[str, float]


def metrics_of(
    city: City,
    history: History,
    readings: Readings | None = None,
    undisturbed: History | None = None,
    limits: Mapping[str, float] | None = None,
) -> tuple[Metric, ...]:
    """The figures of one run. What was not recorded over the whole window is left out.

    `undisturbed` is the same run without its faults, where it is known. `limits` are those that the scenario chose for
    figures of people below one, by quantity.
    """
    run = _Run(city, history, undisturbed, readings, limits or {})
    rows = [
        row
        for measure in registry().measures.values()
        for kind in measure.figures
        for row in _FORMULAS[kind.formula](measure, kind, run)
    ]
    return (*rows, *_bruneau(run), *_people(run), *_failover(run))


Rows = Iterable[Metric]


def _compared(measure: Measure, run: _Run) -> Iterable[tuple[Against, of.Supply]]:
    """The supply of a measure's consumers against what they required, and against the undisturbed run."""
    mine = run.history.consumers.get(measure.name)
    if mine is None:
        return
    yield Against.REQUIRED, of.supply(mine, run.history.end)
    usual = None if run.undisturbed is None else run.undisturbed.consumers.get(measure.name)
    if usual is not None:
        try:
            yield Against.UNDISTURBED, of.supply(mine, run.history.end, usual)
        except NotRecorded:
            return


def _serviceability(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    for against, found in _compared(measure, run):
        pcs, ecs = of.serviceability(found)
        for name, title, course in (
            ("eoh-pcs", _("equivalent outage hours (PCS)"), pcs),
            ("eoh-ecs", _("equivalent outage hours (ECS)"), ecs),
        ):
            hours = equivalent_outage_h(course, 0, run.history.end)
            yield Metric(name, title, measure.service, hours, "h", SERVED, against)


def _not_supplied(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    for against, found in _compared(measure, run):
        value = of.missing(found) * kind.factor
        yield Metric(kind.name, _title(kind), measure.service, value, kind.unit, source_text(kind.source), against)


def _supplied_share(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    for against, found in _compared(measure, run):
        value = of.supplied_share(found)
        yield Metric(kind.name, _title(kind), measure.service, value, kind.unit, source_text(kind.source), against)


def _interruptions(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    mine = run.history.consumers.get(measure.name)
    found = None if mine is None else of.interrupted(mine, run.history.end)
    if found is None:
        return
    for name, title, value, unit in (
        ("customer-minutes", _("customer-minutes lost"), found.customer_minutes, "min"),
        ("customers-interrupted", _("customers interrupted"), found.customers_interrupted, "1"),
        ("saidi", _("SAIDI"), found.saidi_min, "min"),
        ("saifi", _("SAIFI"), found.saifi, "1"),
        ("caidi", _("CAIDI"), found.caidi_min, "min"),
    ):
        yield Metric(name, title, measure.service, value, unit, IEEE, Against.REQUIRED)


def _below(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    mine = run.history.consumers.get(measure.name)
    if mine is None:
        return
    limit = run.limits.get(kind.quantity, kind.limit)
    try:
        course = of.below(mine, kind.quantity, limit, run.history.end)
    except NotRecorded:
        return
    steps = cut(course, 0, run.history.end)
    said = _title(kind, limit)
    source = source_text(kind.source) if limit == kind.limit else _("scenario file")
    most = float(steps.values.max())
    yield Metric(kind.name, _("{what}, at the worst moment", what=said), measure.service, most, "person", source)
    hours = steps.integral() / 3600.0
    name = f"{kind.name}-hours"
    yield Metric(name, _("{what}, over time", what=said), measure.service, hours, "person-h", source)


def _surplus(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    mine = run.history.consumers.get(measure.name)
    if mine is None:
        return
    try:
        course = of.surplus(mine, run.history.end)
    except NotRecorded:
        return
    value = float(course.values.min()) if len(course.values) else None
    yield Metric(kind.name, _title(kind), measure.service, value, kind.unit, source_text(kind.source))


def _worst(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    courses = _recorded(measure, run)
    if not courses:
        return
    higher = measure.higher_is_better
    found = [(worst(course, 0, run.history.end, higher), name) for name, course in courses.items()]
    value, where = min(found) if higher else max(found)
    subject = TOWN if where not in run.city.districts else Verbatim(run.city.districts[where].title or where)
    yield Metric(kind.name, _title(kind), subject, value, kind.unit, source_text(kind.source))


def _uptime(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    whole = _whole(measure, run)
    if whole is not None:
        value = availability(whole, 0, run.history.end)
        yield Metric(kind.name, _title(kind), measure.service, value, kind.unit, source_text(kind.source))


def _readings(measure: Measure, kind: FigureKind, run: _Run) -> Rows:
    if run.readings is not None and run.readings.read:
        lost, late = _("readings lost"), _("readings late")
        yield Metric("readings-lost", lost, measure.service, run.readings.lost_share, SHARE, OURS)
        yield Metric("readings-late", late, measure.service, run.readings.late_share, SHARE, OURS)


_FORMULAS: Mapping[Formula, Callable[[Measure, FigureKind, _Run], Rows]] = {
    Formula.SERVICEABILITY: _serviceability,
    Formula.INTERRUPTIONS: _interruptions,
    Formula.NOT_SUPPLIED: _not_supplied,
    Formula.SUPPLIED_SHARE: _supplied_share,
    Formula.BELOW: _below,
    Formula.SURPLUS: _surplus,
    Formula.WORST: _worst,
    Formula.UPTIME: _uptime,
    Formula.READINGS: _readings,
}


def _title(kind: FigureKind, limit: float | None = None) -> Text:
    if kind.title is None:
        return Verbatim(kind.name)
    return kind.title if limit is None else kind.title.filled(limit=quantity(limit, kind.unit))


def _recorded(measure: Measure, run: _Run) -> dict[str, Course]:
    """The courses of a measure by subject, those that cover the whole window."""
    found = {}
    for level in run.city.levels.values():
        course = run.history.levels.get(level.id)
        if level.measure == measure.name and course is not None and len(course.at) and course.at[0] <= 0:
            found[level.subject] = course
    return found


def _mean(weighted: list[tuple[Course, float]]) -> Course:
    """The weighted mean of courses, a step function over all their changes."""
    at = np.unique(np.concatenate([course.at for course, _ in weighted]))
    at = at[at >= max(int(course.at[0]) for course, _ in weighted)]
    total = sum(weight for _, weight in weighted)
    values = np.zeros(len(at))
    for course, weight in weighted:
        values += course.values[np.searchsorted(course.at, at, side="right") - 1] * (weight / total)
    return Course(at, values)


def _whole(measure: Measure, run: _Run) -> Course | None:
    """A measure for the whole town: its own level, or the mean over districts by people."""
    courses = _recorded(measure, run)
    if "city" in courses:
        return courses["city"]
    weighted = [(courses[d.id], float(d.people)) for d in run.city.districts.values() if d.id in courses and d.people]
    return _mean(weighted) if weighted else None


def _bruneau(run: _Run) -> Rows:
    for level in run.city.levels.values():
        course = run.history.levels.get(level.id)
        if level.subject != "city" or course is None:
            continue
        try:
            found = resilience(quality(course, level), 0, run.history.end)
        except NotRecorded:
            continue
        service, rapidity = registry().measures[level.measure].service, found.rapidity_per_s
        yield Metric("resilience", _("resilience R"), service, found.resilience, "1", BRUNEAU)
        yield Metric("robustness", _("robustness"), service, found.robustness, "1", BRUNEAU)
        hourly = None if rapidity is None else rapidity * 3600.0
        yield Metric("rapidity", _("rapidity"), service, hourly, "1/h", BRUNEAU)


def _people(run: _Run) -> Rows:
    """Person-hours of each service, and with each person counted once."""
    title = _("person-hours below the required level")
    services = by_service(run.city, run.history, 0, run.history.end)
    for row in services:
        service = registry().measures[row.need].whole
        yield Metric("person-hours", title, service, row.person_hours, "person-h", OURS)
    if services:
        low = lows(run.city, run.history, 0, run.history.end)
        once = affected(groups(run.city), run.city, low)
        said = _("person-hours, each person counted once")
        yield Metric("affected-hours", said, TOWN, once.person_hours, "person-h", OURS)
        yield Metric("affected", _("most people affected at once"), TOWN, float(once.most), "person", OURS)


def _failover(run: _Run) -> Rows:
    for name in registry().types_that(lambda one: one.failover):
        modes = registry().types[name].modes
        for service in run.city.of_kind(name):
            for lost in outages(mode_course(service.id, modes, run.history), 0):
                regained = next((s.begin for s in lost.stretches if s.mode != modes[-1]), lost.back)
                wait_s = None if regained is None else to_s(regained - lost.lost)
                yield Metric("failover", _("failover time"), component_words(service), wait_s, "s", OURS)
