"""What a verdict means in a suite, and that an unexpected result is never taken for an expected one."""

from __future__ import annotations

import pytest

from resilience.judge.outcome import Outcome, exit_code_of, outcome_of
from resilience.judge.verdict import Category, Finding, Value, Verdict, combined
from resilience.scenario.scenario import KnownWeakness, Weakness
from simulator.contracts.words import Verbatim

PASS, FAIL, OPEN = Value.PASS, Value.FAIL, Value.INCONCLUSIVE


def verdict(**values: Value) -> Verdict:
    """One expectation a name; `evidence` is of its own category."""
    findings = tuple(
        Finding(
            name,
            Category.EVIDENCE if name == "evidence" else Category.EXPECTATION,
            value,
            Verbatim(name),
            Verbatim("why"),
        )
        for name, value in values.items()
    )
    value = combined(finding.value for finding in findings)
    return Verdict("s", Verbatim("title"), Verbatim("question"), value, Verbatim("answer"), findings)


@pytest.mark.parametrize(
    ("known", "found", "outcome", "unexpected"),
    [
        ("", {"a": PASS}, Outcome.PASS, ""),
        ("", {"a": PASS, "b": FAIL}, Outcome.FAIL, "b"),
        ("", {"a": PASS, "evidence": OPEN}, Outcome.INCONCLUSIVE, "evidence"),
        ("a", {"a": FAIL, "b": PASS}, Outcome.KNOWN, ""),
        ("a", {"a": FAIL, "b": FAIL}, Outcome.FAIL, "b"),
        ("a", {"a": PASS, "b": FAIL}, Outcome.FAIL, "b"),
        ("a", {"a": PASS, "b": PASS}, Outcome.FAIL, "a"),
        ("a b", {"a": FAIL, "b": PASS}, Outcome.FAIL, "b"),
        ("a b", {"a": FAIL, "b": FAIL}, Outcome.KNOWN, ""),
        ("a", {"a": FAIL, "b": PASS, "evidence": OPEN}, Outcome.INCONCLUSIVE, "evidence"),
        ("a", {"a": OPEN, "b": PASS}, Outcome.INCONCLUSIVE, "a"),
        ("evidence", {"a": PASS, "evidence": FAIL}, Outcome.FAIL, "evidence"),
    ],
)
def test_only_the_weakness_that_is_declared_is_a_known_one(
    known: str, found: dict[str, Value], outcome: Outcome, unexpected: str
) -> None:
    expected = KnownWeakness((Weakness(tuple(known.split()), "{}"),)) if known else None
    judged = outcome_of(verdict(**found), expected)
    assert judged.outcome is outcome
    assert " ".join(finding.id for finding in judged.unexpected) == unexpected


def test_the_exit_code_is_that_of_the_worst_outcome() -> None:
    assert exit_code_of((Outcome.PASS, Outcome.KNOWN)) == 0
    assert exit_code_of((Outcome.PASS, Outcome.INCONCLUSIVE)) == 2
    assert exit_code_of((Outcome.INCONCLUSIVE, Outcome.FAIL)) == 1
    assert exit_code_of((Outcome.FAIL, Outcome.ERROR)) == 70
    assert exit_code_of(()) == 2, "a suite that ran nothing has shown nothing"
