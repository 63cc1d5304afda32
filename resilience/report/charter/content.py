"""Everything the charter report shows, as frozen records in the order of the page; and whether a clause is shown.

Nothing is ever taken for shown because nobody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from resilience.judge.outcome import Outcome
from resilience.judge.verdict import Value
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.scenario.clauses import Clause, Need
from simulator.contracts.words import Text, Verbatim, joined


class Status(StrEnum):
    SHOWN = "shown"
    WEAKNESS = "known-weakness"
    FAILED = "failed"
    NOT_SHOWN = "not-shown"


CONCLUSIVE = (Outcome.PASS, Outcome.KNOWN, Outcome.FAIL)


def run_need(clause: Clause) -> Need:
    """Which findings of a run speak to the clause."""
    return next((need for need in clause.needs if need in (Need.TECHNICAL, Need.ANALOGUE)), Need.RUN)


def missing(clause: Clause, runs: tuple[CharterRun, ...], checks: tuple[ClauseEvidence, ...]) -> tuple[Need, ...]:
    """The kinds of evidence that the clause needs and that nothing conclusive supplies."""
    checked = any(check.value is not Value.INCONCLUSIVE for check in checks)

    def supplied(need: Need) -> bool:
        return checked if need is Need.CHECK else any(run.outcome(need) in CONCLUSIVE for run in runs)

    return tuple(need for need in clause.needs if not supplied(need))


def status_of(clause: Clause, runs: tuple[CharterRun, ...], checks: tuple[ClauseEvidence, ...]) -> Status:
    """A failure fails a clause that must hold; a known weakness is one; missing evidence means that nothing is shown.

    A clause that is only to be looked into is shown by any conclusive run, whatever it came to.
    """
    outcomes = [run.outcome(run_need(clause)) for run in runs]
    if any(check.value is Value.FAIL for check in checks):
        return Status.FAILED
    if clause.must_hold and Outcome.FAIL in outcomes:
        return Status.FAILED
    if missing(clause, runs, checks):
        return Status.NOT_SHOWN
    return Status.WEAKNESS if clause.must_hold and Outcome.KNOWN in outcomes else Status.SHOWN


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A number that was asked for beside the one that was found, both worded with their units."""

    title: Text
    target: Text
    actual: Text
    outcome: Outcome
    sentence: Text
    source: Text | None
    confidence: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A scenario that names the clause: what it came to as far as that goes, in short and in full, and figures."""

    scenario: str
    seed: int
    title: Text
    question: Text
    outcome: Outcome
    short: Text
    sentence: Text
    figures: tuple[FigureRow, ...]
    folder: str
    replay: str


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A row of the grid: `found` says what was found, one thing after the other. `missing` are the kinds of evidence
    that nothing conclusive supplied."""

    clause: Clause
    status: Status
    found: tuple[Text, ...]
    runs: tuple[RunRow, ...]
    checks: tuple[ClauseEvidence, ...]
    missing: tuple[Need, ...]

    @property
    def sentence(self) -> Text:
        """What was found, in one go."""
        return joined(list(self.found), Verbatim(" "))


@dataclass(frozen=True, slots=True)
class OwnedFinding:
    """A finding that was not a pass. `outcome` says whether it was expected."""

    scenario: str
    scenario_title: Text
    title: Text
    sentence: Text
    outcome: Outcome
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Who answers for how much, and for which findings. `owner` empty: nobody is named."""

    owner: Text
    components: int
    links: int
    levels: int
    findings: tuple[OwnedFinding, ...]


@dataclass(frozen=True, slots=True)
class MakerRow:
    """How many components of a kind come from one maker, of all of that kind whose maker is known."""

    maker: str
    kind: Text
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class AgeRow:
    """Components of a kind: how many are past their usual service life, how many have no year."""

    kind: Text
    count: int
    past: int
    unknown: int
    oldest_year: int | None
    lifetime_years: float
    source: Text
    confidence: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A threshold that the report rests on."""

    title: Text
    value: Text
    source: Text
    confidence: str


@dataclass(frozen=True, slots=True)
class CharterContent:
    """`reference_year` is the year against which ages are counted: that of the latest run."""

    city: str
    city_title: Text
    people: int
    runs: int
    scenarios: int
    reference_year: int
    rows: tuple[ClauseRow, ...]
    owners: tuple[OwnerRow, ...]
    makers: tuple[MakerRow, ...]
    ages: tuple[AgeRow, ...]
    thresholds: tuple[SourceRow, ...]
    command: str
    versions: tuple[tuple[str, str], ...]

    def count(self, status: Status) -> int:
        return sum(row.status is status for row in self.rows)

    @property
    def exit_code(self) -> int:
        """1 if a clause is not met, else 2 if one is not shown, else 0."""
        if self.count(Status.FAILED):
            return 1
        return 2 if self.count(Status.NOT_SHOWN) else 0
