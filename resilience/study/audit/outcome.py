"""The judgement on one case: against each level's declared minimum, beside the town with nothing broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from resilience.judge.time_series import TOLERANCE
from resilience.judge.verdict import Value
from resilience.study.audit.cases import Case
from resilience.study.audit.graph import Victim
from resilience.study.audit.observation import LevelLoss, Observation
from resilience.study.audit.settings import AuditSettings
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Words

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

    `person_hours` are those of all judged levels, each service by itself; `changed` the levels that went another way
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
    """Person-hours below what is owed, each measure by itself.

    Where a measure is owed to districts as well as to the whole city, districts count, so that nobody counts twice.
    """
    of_districts = {lv.measure for lv in city.levels.values() if lv.subject in city.districts}
    total = 0.0
    for loss in losses:
        level = city.levels[loss.level]
        if level.measure not in of_districts or level.subject in city.districts:
            total += loss.person_hours
    return total


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
