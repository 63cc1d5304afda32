"""What a verdict means in a suite, and that an unexpected result is never taken for an expected one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resilience.judge.outcome import Outcome, exit_code_of, outcome_of, weakness_note
from resilience.judge.verdict import Category, Finding, Value, Verdict, combined
from resilience.scenario.scenario import KnownWeakness, Weakness
from simulator.city.loader import load_city
from simulator.contracts.words import Verbatim
from tests.city.towns import hamlet

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


CURE = '{"set": [{"link": "g-h", "autonomy_min": 30}]}'


@pytest.mark.parametrize(
    ("known", "found", "cure_is_told", "told"),
    [
        (("a",), {"a": FAIL, "b": PASS}, True, "known weakness"),
        (("a", "b"), {"a": FAIL, "b": FAIL}, True, "known weakness"),
        (("a",), {"a": FAIL, "b": FAIL}, False, "no cure is declared for “b”"),
        (("a",), {"a": PASS, "b": FAIL}, False, "not declared as a known weakness: “b”"),
        (("evidence",), {"a": PASS, "evidence": FAIL}, False, "not declared"),
    ],
)
def test_a_run_tells_a_cure_only_where_everything_that_failed_is_declared(
    tmp_path: Path, known: tuple[str, ...], found: dict[str, Value], cure_is_told: bool, told: str
) -> None:
    """A cure that keeps a part of what failed keeps no town (issue: "the suite holds it true")."""
    titled = verdict(**found)
    titled = replace(titled, findings=tuple(replace(f, title=Verbatim(f.id)) for f in titled.findings))
    note = weakness_note(titled, KnownWeakness((Weakness(known, CURE),)), load_city(hamlet(tmp_path))).of("en")
    assert told in note
    # A single run tries no cure, and does not say that the town holds with one.
    assert ("Declared as a cure, which this run did not try" in note) is cure_is_told
    assert "holds with" not in note


def test_the_cure_of_a_weakness_that_did_not_show_is_not_told(tmp_path: Path) -> None:
    other = CURE.replace("30", "99")
    expected = KnownWeakness((Weakness(("a",), CURE), Weakness(("b",), other)))
    note = weakness_note(verdict(a=FAIL, b=PASS), expected, load_city(hamlet(tmp_path))).of("en")
    assert "30 min" in note
    assert "99 min" not in note
