"""What matters of one case, taken out of its history, and the judgement on it, beside the town with nothing broken.

A case is also written as a scenario file, to be run again by itself with all its events and its report.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from resilience.judge.affected import Lows, Span, affected, groups, level_hours
from resilience.judge.time_series import TOLERANCE, NotRecorded, spells
from resilience.judge.verdict import Value
from resilience.scenario.scenario import SCHEMA, CityReference, Scenario
from resilience.study.audit.cases import AuditSettings, Case, Group, Lasts, scenario_of
from resilience.study.audit.graph import Victim
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.duration import shown
from simulator.contracts.event import EventKind
from simulator.contracts.history import Course, History
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Words


@dataclass(frozen=True, slots=True)
class LevelLoss:
    """A level that was worse than its minimum: its worst value, and for how long in all and at a stretch.

    It was so first `since_s` after the cut, for `first_s`; `spans` are all the times, in ticks. `counts` says from
    which tick on so many people were below, where they are counted one by one.
    """

    level: str
    worst: float
    low_s: float
    longest_s: float
    person_hours: float
    since_s: float
    first_s: float
    spans: tuple[Span, ...] = ()
    counts: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class LostFeed:
    """The last link of a kind into a component went down, with so much autonomy left."""

    component: str
    kind: str
    autonomy_s: float


@dataclass(frozen=True, slots=True)
class ModeChange:
    component: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One case as it went. `courses` has a digest of each level's course, to tell whether it is another than usual.

    `refused` are the targets whose fault was not applied; `unknown` the levels that were not recorded; `subjects` all
    that the log names from the cut on; `indifferent` the links whose cut, too, would have changed nothing.
    """

    case: str
    refused: tuple[str, ...]
    losses: tuple[LevelLoss, ...]
    unknown: tuple[str, ...]
    courses: tuple[tuple[str, str], ...]
    stopped: tuple[str, ...]
    lost: tuple[LostFeed, ...]
    used_up: tuple[str, ...]
    modes: tuple[ModeChange, ...]
    subjects: frozenset[str]
    indifferent: frozenset[str]

    def changed(self, baseline: Observation) -> frozenset[str]:
        """The levels whose course differs from the baseline's."""
        return frozenset(level for level, _ in set(self.courses) ^ set(baseline.courses))


def observe(
    scenario: Scenario, history: History, indifferent: frozenset[str], city: City, settings: AuditSettings
) -> Observation:
    """Reduce a history to what an audit needs; small enough to cross a pipe a thousand times."""
    begin, end = settings.window
    after = [event for event in history.events if event.at >= begin and event.kind is not EventKind.RUN]
    losses, unknown = _losses(history, city, begin, end)
    lost = tuple(
        LostFeed(event.subject, city.links[event.via].kind.value, event.value or 0.0)
        for event in after
        if event.kind is EventKind.SUPPLY_LOST and event.via is not None
    )
    return Observation(
        scenario.id,
        tuple(act.target for act in history.executed if act.applied_at is None),
        losses,
        unknown,
        tuple((name, _digest(course)) for name, course in history.levels.items()),
        tuple(dict.fromkeys(event.subject for event in after if event.kind is EventKind.STOPPED)),
        lost,
        tuple(dict.fromkeys(event.subject for event in after if event.kind is EventKind.AUTONOMY_USED)),
        tuple(
            dict.fromkeys(
                ModeChange(event.subject, event.before or "", event.after or "")
                for event in after
                if event.kind is EventKind.MODE
            )
        ),
        frozenset(event.subject for event in after),
        indifferent,
    )


def _losses(history: History, city: City, begin: int, end: int) -> tuple[tuple[LevelLoss, ...], tuple[str, ...]]:
    losses, unknown = [], []
    for level in city.levels.values():
        course = history.levels.get(level.id)
        higher = registry().measures[level.measure].higher_is_better
        try:
            low = spells(_known(course), level.minimum, higher, begin, end)
        except NotRecorded:
            unknown.append(level.id)
            continue
        if low:
            seconds = sum(spell.length_s for spell in low)
            values = [spell.worst for spell in low]
            spans = tuple((spell.begin, spell.end) for spell in low)
            losses.append(
                LevelLoss(
                    level.id,
                    min(values) if higher else max(values),
                    seconds,
                    max(spell.length_s for spell in low),
                    level_hours(level, city, Lows({level.id: spans}, history.levels)),
                    (low[0].begin - begin) / 1000.0,
                    low[0].length_s,
                    spans,
                    _counts(course),
                )
            )
    return tuple(losses), tuple(unknown)


def _counts(course: Course | None) -> tuple[tuple[int, float], ...]:
    if course is None or course.people is None:
        return ()
    return tuple(zip(course.at.tolist(), course.people.tolist(), strict=True))


def _known(course: Course | None) -> Course:
    if course is None:
        raise NotRecorded(_("this level was not recorded"))
    return course


def _digest(course: Course) -> str:
    people = b"" if course.people is None else course.people.tobytes()
    return hashlib.sha256(course.at.tobytes() + course.values.tobytes() + people).hexdigest()[:16]


_ = Words("resilience")


class Method(StrEnum):
    """How it is known what a case does."""

    SIMULATED = "simulated"  # lived through
    UNASKED = "unasked"  # nobody asked about the link in the undisturbed run: proved to be the baseline
    GRAPH = "graph"  # read from the model: no simulation could say more
    NOT_RUN = "not-run"  # left out by --limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failing` are the judged levels that were below their minimum for too long, most person-hours first.

    `person_hours` are those of all judged levels, each person counted once; `changed` the levels that went another way
    than usual at all. `victims` are who has every feed of a kind over the subject, by the graph alone; `why` explains
    where graph and simulation differ.
    """

    case: Case
    value: Value
    method: Method
    failing: tuple[LevelLoss, ...]
    person_hours: float
    changed: frozenset[str]
    reason: Text
    victims: tuple[Victim, ...] = ()
    why: Text = NO_TEXT

    @property
    def worst(self) -> LevelLoss | None:
        return self.failing[0] if self.failing else None

    @property
    def no_effect(self) -> bool:
        """Whether none of the levels that it is judged by went another way than usual."""
        felt = self.changed if self.case.owed is None else self.changed.intersection(self.case.owed)
        return self.value is Value.PASS and not felt

    @property
    def single_point(self) -> bool:
        """Whether one simulated loss was too much for the town."""
        return self.value is Value.FAIL


@dataclass(frozen=True, slots=True)
class Bench:
    """What all cases are judged against: the undisturbed town. `unsteady` levels were low without any fault."""

    city: City
    settings: AuditSettings
    baseline: Observation
    unsteady: frozenset[str]

    @classmethod
    def of(cls, city: City, settings: AuditSettings, baseline: Observation) -> Bench:
        low = {loss.level for loss in baseline.losses if loss.longest_s > settings.longest_s + TOLERANCE}
        return cls(city, settings, baseline, frozenset(low | set(baseline.unknown)))

    def judged(self, case: Case) -> tuple[str, ...]:
        """The levels that a case is judged by."""
        owed = tuple(self.city.levels) if case.owed is None else case.owed
        return tuple(level for level in owed if level not in self.unsteady)

    def usual(self, case: Case, method: Method, reason: Text) -> Outcome:
        """The outcome of a case of which it is known that it goes as the undisturbed town does."""
        if not self.judged(case):
            return Outcome(case, Value.INCONCLUSIVE, method, (), 0.0, frozenset(), NOTHING_OWED)
        return Outcome(case, Value.PASS, method, (), 0.0, frozenset(), reason)

    def outcome(self, case: Case, seen: Observation) -> Outcome:
        """Judge what was seen of a case."""
        judged = set(self.judged(case))
        changed = seen.changed(self.baseline)
        if seen.refused or not judged:
            reason = NOTHING_OWED if not seen.refused else _refused(seen.refused)
            return Outcome(case, Value.INCONCLUSIVE, Method.SIMULATED, (), 0.0, changed, reason)
        losses = [loss for loss in seen.losses if loss.level in judged]
        failing = [loss for loss in losses if loss.longest_s > self.settings.longest_s + TOLERANCE]
        failing.sort(key=lambda loss: (-loss.person_hours, -loss.low_s, loss.level))
        value = Value.FAIL if failing else Value.PASS
        hours = person_hours(losses, self.city)
        return Outcome(case, value, Method.SIMULATED, tuple(failing), hours, changed, _reason(losses, failing, changed))

    def domain(self, level: str) -> Domain:
        return registry().measures[self.city.levels[level].measure].domain


def person_hours(losses: Sequence[LevelLoss], city: City) -> float:
    """Person-hours of these losses, each person counted once (`judge.affected`)."""
    found = groups(city, [city.levels[loss.level] for loss in losses])
    return affected(found, city, _lows(losses)).person_hours


def _lows(losses: Sequence[LevelLoss]) -> Lows:
    courses = {}
    for loss in losses:
        if loss.counts:
            at, people = (np.array(column) for column in zip(*loss.counts, strict=True))
            courses[loss.level] = Course(at, np.zeros(len(at)), people)
    return Lows({loss.level: loss.spans for loss in losses}, courses)


NOTHING_OWED = _("Cannot be judged: the city requires no level here, or it was too low without any fault.")


def _refused(targets: Iterable[str]) -> Text:
    names = ", ".join(targets)
    return _("Could not be executed on {names}.", names=names)


def _reason(losses: Sequence[LevelLoss], failing: Sequence[LevelLoss], changed: frozenset[str]) -> Text:
    if failing:
        more = len(failing) - 1
        also = _(" and {more} more", more=more) if more else NO_TEXT
        return _("below the required level: {level}", level=failing[0].level) + also
    if losses:
        return _("below the required level for a short while only")
    if changed:
        return _("felt, but above the required level everywhere")
    return _("no service felt it")


CLAUSES = {
    Group.COMPONENT: "3.3/technical-redundancy",
    Group.LIFELINE: "3.3/analogue-redundancy",
    Group.MAKER: "3.3/vendor-independence",
}
"""The charter's clause that a case is evidence for; cut links and ways in are `3.3/subsystem-continuity`."""


def file_name(case: Case) -> str:
    """A name for a file, and the scenario's id: what the schema allows, and still readable."""
    return re.sub(r"[^a-z0-9._-]+", "-", case.id.lower()).strip("-._")


def scenario_text(outcome: Outcome, settings: AuditSettings, city: CityReference) -> str:
    """YAML text of a scenario that breaks what the case breaks, and asks for the levels that failed in it."""
    import yaml

    case = outcome.case
    asked = scenario_of(case, settings, city)
    levels = [loss.level for loss in outcome.failing] or "all"
    held = {"id": "held", "type": "invariant", "levels": levels, "longest": shown(settings.longest_s)}
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "id": file_name(case),
        "title": _both(asked.title),
        "question": _both(asked.question),
        "charter": [CLAUSES.get(case.group, "3.3/subsystem-continuity")],
        "sources": [text.en for text in settings.assumptions()],
        "city": {"name": city.name} if city.name else {"path": city.path},
        "run": {
            "start": settings.start.isoformat(timespec="minutes"),
            "warmup": shown(settings.warmup_s),
            "duration": shown(settings.until_s),
            "seeds": [settings.seed],
        },
        "timeline": _timeline(asked, settings),
        "expect": [held],
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _timeline(asked: Scenario, settings: AuditSettings) -> list[dict[str, Any]]:
    rows = []
    for entry in asked.timeline:
        row: dict[str, Any] = {"id": entry.id, "at": shown(entry.at_s), "fault": entry.fault}
        row["target"] = list(entry.targets)
        if entry.for_s is not None:
            row["for"] = shown(entry.for_s)
        if entry.id.endswith(f"-{Lasts.MENDED}"):
            row["repair"] = {"work": shown(settings.work_s)}
        rows.append(row)
    return rows


def _both(text: Text) -> dict[str, str]:
    return text.record()
