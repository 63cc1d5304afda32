"""What matters of one case, taken out of its history in the process that lived it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from resilience.judge.time_series import NotRecorded, spells
from resilience.scenario.scenario import Scenario
from resilience.study.audit.settings import AuditSettings
from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.contracts.history import Course, History
from simulator.contracts.registry import registry


@dataclass(frozen=True, slots=True)
class LevelLoss:
    """A level that was worse than its minimum: its worst value, and for how long in all and at a stretch.

    It was so first `since_s` after the cut, for `first_s`.
    """

    level: str
    worst: float
    low_s: float
    longest_s: float
    person_hours: float
    since_s: float
    first_s: float


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
            losses.append(
                LevelLoss(
                    level.id,
                    min(values) if higher else max(values),
                    seconds,
                    max(spell.length_s for spell in low),
                    level.people * seconds / 3600.0,
                    (low[0].begin - begin) / 1000.0,
                    low[0].length_s,
                )
            )
    return tuple(losses), tuple(unknown)


def _known(course: Course | None) -> Course:
    if course is None:
        raise NotRecorded("this level was not recorded")
    return course


def _digest(course: Course) -> str:
    return hashlib.sha256(course.at.tobytes() + course.values.tobytes()).hexdigest()[:16]
