"""Checks across runs and of audits: what led to what, whether faults can be told from readings, what was cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.causes import origins
from resilience.judge.checkers.context import lasting
from resilience.judge.verdict import Figure, Value
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.report.charter.grid import NOBODY
from resilience.study.audit.cases import Group
from resilience.study.audit.page import FORM
from resilience.words.terms import component_words
from simulator.contracts.city import City
from simulator.contracts.codes import owner_words
from simulator.contracts.event import Event, EventKind
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from simulator.contracts.words import NO_TEXT, Text, Verbatim, Words, enumerated, joined, number, quantity
from stadtwerk.runs.finished import StoredSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ = Words("stadtwerk")

AUDIT_FILE = "audit.json"

CLAUSES = {
    Group.LINK: (
        "3.3/subsystem-continuity",
        _("Every link cut by itself"),
        _("links"),
    ),
    Group.COMPONENT: (
        "3.3/technical-redundancy",
        _("Every core component failed by itself"),
        _("core components"),
    ),
    Group.LIFELINE: (
        "3.3/analogue-redundancy",
        _("Every lifeline without its technology"),
        _("lifelines"),
    ),
    Group.MAKER: (
        "3.3/vendor-independence",
        _("Everything of one vendor failed at once"),
        _("vendors"),
    ),
}
"""Which clause each group of cases speaks to, what the check is called, and what its cases are."""
NAMED = 4
"""Failing cases that are named, those with the most person-hours first."""


def check_audits(folders: Sequence[Path], city: City) -> tuple[ClauseEvidence, ...]:
    """One check for each group of cases in each audit. Raises `BadInput` for one that cannot be read, or of another
    city."""
    found: list[ClauseEvidence] = []
    for folder in folders:
        data = _read(folder / AUDIT_FILE, city)
        for group in CLAUSES:
            cases = [case for case in data["cases"] if case["group"] == group.value]
            if cases:
                found.append(_check(group, cases, city))
    return tuple(found)


def _read(path: Path, city: City) -> dict[str, Any]:
    data, _version = FORM.load(path)
    lacking = [name for name in ("city", "cases") if name not in data]
    if lacking:
        raise BadInput([Problem(str(path), 0, name, _("is missing"), FORM.again) for name in lacking])
    town = data["city"]
    if town != city.name:
        what = _("is of {town}, the runs are of {name}", town=repr(town), name=repr(city.name))
        raise BadInput([Problem(str(path), 0, "audit", what, _("name an audit of the same city"))])
    return data


def _check(group: Group, cases: Sequence[dict[str, Any]], city: City) -> ClauseEvidence:
    clause, title, what = CLAUSES[group]
    failed = sorted((c for c in cases if c["value"] == Value.FAIL), key=lambda c: -float(c["person_hours"] or 0))
    open_ = sum(case["value"] == Value.INCONCLUSIVE for case in cases)
    unfelt = sum(bool(case.get("no_effect")) for case in cases)
    every, wrong = number(len(cases)), number(len(failed))
    figures = (
        Figure("cases", float(len(cases)), "1"),
        Figure("failed", float(len(failed)), "1"),
        Figure("open", float(open_), "1"),
        Figure("no effect", float(unfelt), "1"),
    )
    left: Text = _(" {open} remained open.", open=open_) if open_ else NO_TEXT
    if unfelt:
        left = _(" {unfelt} had no effect on any service.", unfelt=number(unfelt)) + left
    if not failed:
        told = _(
            "{every} {what} tried: none of these losses takes a service below its minimum for too long.",
            every=every,
            what=what,
        )
        value = Value.PASS if open_ + unfelt < len(cases) else Value.INCONCLUSIVE
        return ClauseEvidence(clause, f"audit-{group}", title, value, told + left, figures)
    worst = enumerated([_named(case, city) for case in failed[:NAMED]], NAMED)
    told = _(
        "{every} {what} tried, {wrong} of them are single points of failure. The most costly: {worst}.",
        every=every,
        what=what,
        wrong=wrong,
        worst=worst,
    )
    return ClauseEvidence(clause, f"audit-{group}", title, Value.FAIL, told + left, figures)


def _named(case: dict[str, Any], city: City) -> Text:
    subject, owner = str(case["subject"]), owner_words(str(case["owner"])) if case["owner"] else NOBODY
    name: Text = Verbatim(subject)
    if subject in city.components:
        name = component_words(city.components[subject])
    elif subject in city.links:
        link = city.links[subject]
        source, target = (component_words(city.components[end]) for end in (link.source, link.target))
        name = _("{source} → {target}", source=source, target=target)
    return _("{name} ({owner})", name=name, owner=owner)


ORIGINS = (EventKind.FAULT, EventKind.CLEAR)
"""Where a loss begins: a fault, or the switching when it is over."""
UNTRACED = 0.05
"""Share of losses that may lead back to nothing (assumption): after-effects of queues and of tanks that refill."""


def check_causes(city: City, runs: Sequence[CharterRun]) -> ClauseEvidence:
    """III.k/cross-sector: losses after the first fault lead back to a fault, or to its end; some cross a sector.

    Too few of them fail the check: those that lead back to nothing are counted.
    """
    losses, untraced, across = 0, 0, 0
    paths: set[tuple[str, str]] = set()
    for run in runs:
        events = StoredSource(Path(run.folder)).events()
        by_id = {event.id: event for event in events}
        onset = min((event.at for event in events if event.kind is EventKind.FAULT), default=None)
        for event in events:
            level = city.levels.get(event.subject)
            if event.kind is not EventKind.LEVEL_LOW or level is None or onset is None or event.at < onset:
                continue
            losses += 1
            first = origins(event, by_id, ORIGINS)
            untraced += not first
            hit = registry().measures[level.measure].domain.value
            ways = {(_sector(one.subject, city), hit) for one in first} - {(hit, hit)}
            across += bool(ways)
            paths |= ways
    title = _("Losses traced to their fault")
    figures = (
        Figure("losses", float(losses), "1"),
        Figure("across sectors", float(across), "1"),
        Figure("untraced", float(untraced), "1"),
    )
    n, m = number(losses), number(across)
    reason = _(
        "{n} losses in {count} runs, {m} of them in another sector than the fault ({ways} ways from "
        "sector to sector). {untraced} could not be traced to a fault.",
        n=n,
        count=len(runs),
        m=m,
        ways=len(paths),
        untraced=untraced,
    )
    value = Value.FAIL if untraced > UNTRACED * losses else Value.PASS if across else Value.INCONCLUSIVE
    return ClauseEvidence("III.k/cross-sector", "causes", title, value, reason, figures)


def _sector(subject: str, city: City) -> str:
    if subject in city.components:
        return city.components[subject].domain.value
    link = city.links.get(subject)
    return "" if link is None else registry().links[link.kind].carrier.value


MARGIN = 0.05
"""Share of the band's width, on either side, that is still ordinary (assumption)."""


@dataclass(frozen=True, slots=True)
class _Readings:
    """Good readings of the learned quantities: sensor number, time taken, time of arrival, value."""

    names: tuple[str, ...]
    sensor: NDArray[np.int64]
    at_s: NDArray[np.float64]
    arrived_s: NDArray[np.float64]
    value: NDArray[np.float64]


def check_detection(city: City, runs: Sequence[CharterRun]) -> ClauseEvidence:
    """image/responsive-sensitive: faults that cost water can be told from readings that leave their ordinary band.

    The bands are learned from a run without any fault. In each other run in which people's water fell short, a reading
    outside its band has to arrive; how long after the fault is the figure. Readings outside before it are false alarms.
    """
    import numpy as np

    title = _("Faults can be told from readings")
    quiet = next((run for run in runs if not run.scenario.timeline), None)
    if quiet is None:
        reason = _("No run without a fault to learn from.")
        return ClauseEvidence("image/responsive-sensitive", "detection", title, Value.INCONCLUSIVE, reason)
    known = _readings(Path(quiet.folder))
    low, high = np.full(len(known.names), np.inf), np.full(len(known.names), -np.inf)
    np.minimum.at(low, known.sensor, known.value)
    np.maximum.at(high, known.sensor, known.value)
    room = MARGIN * np.maximum(high - low, 1.0)
    bands = {name: (low[i] - room[i], high[i] + room[i]) for i, name in enumerate(known.names)}
    times: list[float] = []
    missed: list[Text] = []
    before = false = 0
    for run in runs:
        events = StoredSource(Path(run.folder)).events()
        onset = min((to_s(event.at) for event in events if event.kind is EventKind.FAULT), default=None)
        if onset is None:
            continue
        seen = _readings(Path(run.folder))
        band = np.array([bands.get(name, (-np.inf, np.inf)) for name in seen.names]).reshape(-1, 2)
        strange = (seen.value < band[seen.sensor, 0]) | (seen.value > band[seen.sensor, 1])
        before += int((seen.at_s < onset).sum())
        false += int((strange & (seen.at_s < onset)).sum())
        if not _water_fell(events, city):
            continue
        alarms = seen.arrived_s[strange & (seen.at_s >= onset)]
        if len(alarms):
            times.append(float(alarms.min()) - onset)
        else:
            missed.append(run.scenario.title)
    figures = (
        *(Figure("time to detect", seconds, "s") for seconds in times),
        Figure("false alarms", false / before if before else 0.0, "share"),
    )
    if not times and not missed:
        reason = _("In no run was there too little water.")
        return ClauseEvidence("image/responsive-sensitive", "detection", title, Value.INCONCLUSIVE, reason, figures)
    if missed:
        reason = _("No reading told of it: {names}.", names=joined(missed, Verbatim(", ")))
        return ClauseEvidence("image/responsive-sensitive", "detection", title, Value.FAIL, reason, figures)
    fast, slow = lasting(min(times)), lasting(max(times))
    share = quantity(false / before if before else 0.0, "share", 4)
    reason = _(
        "In all {count} runs in which water ran short an unusual reading arrived: {fast} to {slow} after "
        "the fault. Learned from “{title}”; false alarms before the fault: {share} of the readings.",
        count=len(times),
        fast=fast,
        slow=slow,
        title=quiet.scenario.title,
        share=share,
    )
    return ClauseEvidence("image/responsive-sensitive", "detection", title, Value.PASS, reason, figures)


def _water_fell(events: Sequence[Event], city: City) -> bool:
    return any(
        event.kind is EventKind.LEVEL_LOW
        and event.at >= 0
        and event.subject in city.levels
        and registry().measures[city.levels[event.subject].measure].told_by
        for event in events
    )


def _readings(folder: Path) -> _Readings:
    import numpy as np
    import pyarrow.parquet as pq

    columns = ["t_s", "sensor", "value", "quality", "delivered_s"]
    table = pq.read_table(folder / "readings.parquet", columns=columns).unify_dictionaries()
    sensor = table["sensor"].combine_chunks()
    names = tuple(str(name) for name in sensor.dictionary.to_pylist())
    index = sensor.indices.to_numpy()
    learnable = {quantity for one in registry().measures.values() for quantity in one.told_by}
    learned = np.array([name.rpartition("/")[2] in learnable for name in names], dtype=bool)
    value, arrived = table["value"].to_numpy(), table["delivered_s"].to_numpy()
    good = learned[index] & (table["quality"].to_numpy() == 0) & np.isfinite(value) & np.isfinite(arrived)
    return _Readings(names, index[good].astype(np.int64), table["t_s"].to_numpy()[good], arrived[good], value[good])
