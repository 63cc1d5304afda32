"""What speaks for or against a clause: a run of a scenario, or a check of data and interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from resilience.judge.outcome import Judged, Outcome, is_known, outcome_of, quoted, weakness_words
from resilience.judge.verdict import Category, Figure, Finding, Value, Verdict
from resilience.scenario.clauses import Need
from resilience.scenario.scenario import KnownWeakness, Scenario
from simulator.contracts.words import Text, Words, enumerated

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """One check of data or interfaces for one clause, with a verdict of its own and the figures that it found."""

    clause: str
    id: str
    title: Text
    value: Value
    reason: Text
    figures: tuple[Figure, ...] = ()


def judged_for_charter(verdict: Verdict, expected: KnownWeakness | None, cured: frozenset[str] = frozenset()) -> Judged:
    """What a verdict means for a clause. A weakness that no longer shows is for the suite to complain of: it harms no
    clause. One is known only where its cure was run and is enough: `cured` are the findings that are kept with it.
    """
    judged = _as_declared(verdict, expected)
    if judged.outcome is not Outcome.KNOWN:
        return judged
    failed = tuple(finding for finding in verdict.findings if finding.value is Value.FAIL)
    unproved = tuple(finding for finding in failed if finding.id not in cured)
    if not unproved:
        return judged
    names = enumerated([quoted(finding.title) for finding in unproved])
    reason = _(
        "Declared as a known weakness, but no run with the declared cure stands beside this one, as `stadtwerk test` "
        "makes it: {names}. {reason}",
        names=names,
        reason=unproved[0].reason,
    )
    return Judged(Outcome.FAIL, reason, unproved)


def _as_declared(verdict: Verdict, expected: KnownWeakness | None) -> Judged:
    judged = outcome_of(verdict, expected)
    if expected is None or judged.outcome is not Outcome.FAIL or any(f.value is Value.FAIL for f in judged.unexpected):
        return judged
    if verdict.value is Value.PASS:
        return Judged(Outcome.PASS, verdict.answer)
    return Judged(Outcome.KNOWN, weakness_words(verdict, expected))


@dataclass(frozen=True, slots=True)
class CharterRun:
    """A run that was judged, with the scenario as it was executed. `replay` is the command that gives it again.

    `level_of` says of each level of the city by id what it is of: a component, a district or the city. `cured` are the
    findings that a run with the declared cure has shown to be kept with it.
    """

    scenario: Scenario
    seed: int
    folder: str
    replay: str
    verdict: Verdict
    judged: Judged
    level_of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cured: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.scenario.id}-seed{self.seed}"

    def findings(self, need: Need) -> tuple[Finding, ...]:
        """The findings that say something about a clause with this need.

        Of technical and analogue fallbacks only those that were called upon; else everything that was asked.
        """
        asked = [
            finding
            for category in (Category.REDUNDANCY, Category.EXPECTATION, Category.REQUIRED)
            for finding in self.verdict.of(category)
        ]
        if need in (Need.TECHNICAL, Need.ANALOGUE):
            kinds = {item.id: item.kind for item in self.scenario.redundancies}
            return tuple(
                finding
                for finding in self.verdict.of(Category.REDUNDANCY)
                if kinds.get(finding.id) == need.value and finding.needed
            )
        return tuple(asked)

    @property
    def looked(self) -> bool:
        """Whether it was held beside its twin; without that nobody knows whether its faults made a difference."""
        return not self.scenario.timeline or bool(self.verdict.of(Category.DIFFERENCE))

    def outcome(self, need: Need) -> Outcome:
        """What the run came to as far as this need goes. Where nothing speaks to it, or the run showed nothing,
        inconclusive. What held without being held beside its twin is not shown."""
        outcome = self._outcome(need)
        return Outcome.NOT_SHOWN if outcome in (Outcome.PASS, Outcome.KNOWN) and not self.looked else outcome

    def _outcome(self, need: Need) -> Outcome:
        found = self.findings(need)
        if found and need in (Need.TECHNICAL, Need.ANALOGUE):
            found += self.served(found)
        if self.judged.outcome is Outcome.NOT_SHOWN:
            return Outcome.NOT_SHOWN
        if self.judged.outcome is Outcome.INCONCLUSIVE or not found:
            return Outcome.INCONCLUSIVE
        if need in (Need.TECHNICAL, Need.ANALOGUE):
            values = [finding.value for finding in found]
            if any(f.value is Value.FAIL and not self._is_known(f) for f in found):
                return Outcome.FAIL
            if Value.FAIL in values:
                return Outcome.KNOWN
            if any(finding.untested for finding in found):
                return Outcome.INCONCLUSIVE
            return Outcome.PASS if all(value is Value.PASS for value in values) else Outcome.INCONCLUSIVE
        return self.judged.outcome

    def _is_known(self, finding: Finding) -> bool:
        return is_known(finding, self.scenario.expected) and finding.id in self.cured

    def served(self, fallbacks: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """What was asked of the levels of what fallbacks stand in for: where these were missed, it did not carry."""
        components = {subject for finding in fallbacks for subject in finding.subjects}
        asked = (*self.verdict.of(Category.EXPECTATION), *self.verdict.of(Category.REQUIRED))
        return tuple(f for f in asked if any(self.level_of.get(level) in components for level in f.subjects))
