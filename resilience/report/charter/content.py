"""Everything the charter report shows, as frozen records in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

from resilience.report.charter.evidence import ClauseEvidence
from resilience.report.charter.status import Status
from resilience.scenario.clauses import Clause, Need
from resilience.study.outcome import Outcome
from simulator.contracts.words import Text, Verbatim, joined


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A number that was asked for beside the one that was found, both worded with their units."""

    title: Text
    target: Text
    actual: Text
    outcome: Outcome
    sentence: Text
    source: str
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
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A threshold that the report rests on."""

    title: Text
    value: str
    source: str
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
