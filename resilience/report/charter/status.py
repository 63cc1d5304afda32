"""Whether a clause is shown. Nothing is ever taken for shown because nobody looked."""

from __future__ import annotations

from enum import StrEnum

from resilience.judge.verdict import Value
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.scenario.clauses import Clause, Need
from resilience.study.outcome import Outcome


class Status(StrEnum):
    SHOWN = "shown"
    WEAKNESS = "known-weakness"
    FAILED = "failed"
    NOT_SHOWN = "not-shown"


OF_CHECK = {Value.PASS: Outcome.PASS, Value.FAIL: Outcome.FAIL, Value.INCONCLUSIVE: Outcome.INCONCLUSIVE}
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
