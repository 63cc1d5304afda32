"""The judges. Each sees the scenario, the city and the history of one run, nothing else, and gives findings.

steady_state  what had to hold before zero; if it did not, the run says nothing
executed      what was broken and mended, against what was asked; a difference fails; and whether each fault took
              effect: if nobody saw it, the run says nothing
difference    the run beside its twin without the faults: if nothing judged differs, the run says nothing
redundancies  fallbacks: in time, and long enough
expectations  invariant, level, recovery, budget, link continuity
required      every required level that no expectation asks for and that is not opted out

A checker that crashes is inconclusive, never a pass.
"""

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.difference import check_difference
from resilience.judge.checkers.executed import check_evidence, check_executed
from resilience.judge.checkers.expectations import check_expectations
from resilience.judge.checkers.redundancies import check_redundancies
from resilience.judge.checkers.required import check_required
from resilience.judge.checkers.steady_state import check_steady_state

CHECKERS = (
    check_steady_state,
    check_executed,
    check_evidence,
    check_difference,
    check_redundancies,
    check_expectations,
    check_required,
)
"""In the order of a report."""

__all__ = ["CHECKERS", "Context"]
