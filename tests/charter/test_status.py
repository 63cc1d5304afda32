"""When a clause counts as shown: never because nobody looked, and a known weakness never as a pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from resilience.judge.outcome import Outcome
from resilience.judge.verdict import Category, Finding, Value, Verdict, combined
from resilience.report.charter.content import Status
from resilience.report.charter.evidence import CharterRun, ClauseEvidence, judged_for_charter
from resilience.report.charter.grid import clause_rows
from resilience.scenario.clauses import charter_clauses
from resilience.scenario.entry import TimelineEntry
from resilience.scenario.scenario import CityReference, KnownWeakness, Redundancy, RunSettings, Scenario, Weakness
from simulator.contracts.words import Verbatim

PASS, FAIL, OPEN = Value.PASS, Value.FAIL, Value.INCONCLUSIVE
START = RunSettings(datetime(2026, 1, 14), 0.0, 3600.0)


def run(
    clause: str,
    expected: str = "",
    kind: str = "technical",
    spare: Value | None = None,
    needed: bool = True,
    **asked: Value,
) -> CharterRun:
    """A run that names one clause, with expectations and, if `spare`, one redundancy of a kind."""
    findings = [Finding(n, Category.EXPECTATION, v, Verbatim(n), Verbatim(f"why {n}")) for n, v in asked.items()]
    redundancies = ()
    if spare is not None:
        redundancies = (Redundancy("spare", kind, "x", "mains", "battery"),)
        findings.append(
            Finding("spare", Category.REDUNDANCY, spare, Verbatim("spare"), Verbatim("why spare"), needed=needed)
        )
    known = KnownWeakness((Weakness(tuple(expected.split()), "{}"),)) if expected else None
    value = combined(finding.value for finding in findings)
    verdict = Verdict("s", Verbatim("t"), Verbatim("q"), value, Verbatim("answer"), tuple(findings), (clause,))
    scenario = Scenario(
        "s",
        Verbatim("t"),
        Verbatim("q"),
        CityReference("c"),
        START,
        redundancies=redundancies,
        charter=(clause,),
        expected=known,
    )
    cured = frozenset(expected.split())
    judged = judged_for_charter(verdict, known, cured)
    return CharterRun(scenario, 1, "folder", "replay", verdict, judged, cured=cured)


def check(clause: str, value: Value) -> ClauseEvidence:
    return ClauseEvidence(clause, "c", Verbatim("check"), value, Verbatim("why check"))


CONTINUITY, EXAMINED = "3.3/subsystem-continuity", "III.c/risk-analysis"
TECHNICAL, ANALOGUE, BOTH, CHECKED = (
    "3.3/technical-redundancy",
    "3.3/analogue-redundancy",
    "3.3/backward-compatible",
    "3.2/geodata",
)


@pytest.mark.parametrize(
    ("clause", "runs", "checks", "status"),
    [
        (CONTINUITY, [], [], Status.NOT_SHOWN),
        (CONTINUITY, [run(CONTINUITY, a=OPEN)], [], Status.NOT_SHOWN),
        (CONTINUITY, [run(CONTINUITY, a=PASS), run(CONTINUITY, a=OPEN)], [], Status.SHOWN),
        (CONTINUITY, [run(CONTINUITY, a=PASS), run(CONTINUITY, "b", b=FAIL)], [], Status.WEAKNESS),
        (CONTINUITY, [run(CONTINUITY, a=FAIL), run(CONTINUITY, "b", b=FAIL)], [], Status.FAILED),
        (CONTINUITY, [run(CONTINUITY, "a", a=PASS)], [], Status.SHOWN),
        (CONTINUITY, [run(CONTINUITY, "a b", a=PASS, b=FAIL)], [], Status.WEAKNESS),
        (EXAMINED, [run(EXAMINED, a=FAIL)], [], Status.SHOWN),
        (EXAMINED, [run(EXAMINED, "a", a=FAIL)], [], Status.SHOWN),
        (EXAMINED, [run(EXAMINED, a=OPEN)], [], Status.NOT_SHOWN),
        (TECHNICAL, [run(TECHNICAL, a=PASS)], [], Status.NOT_SHOWN),
        (TECHNICAL, [run(TECHNICAL, spare=PASS, needed=False)], [], Status.NOT_SHOWN),
        (TECHNICAL, [run(TECHNICAL, kind="analogue", spare=PASS)], [], Status.NOT_SHOWN),
        (ANALOGUE, [run(ANALOGUE, kind="analogue", spare=PASS)], [], Status.SHOWN),
        (TECHNICAL, [run(TECHNICAL, spare=PASS, a=PASS)], [], Status.SHOWN),
        (TECHNICAL, [run(TECHNICAL, spare=PASS, a=FAIL)], [], Status.SHOWN),
        (TECHNICAL, [run(TECHNICAL, spare=FAIL, a=PASS)], [], Status.FAILED),
        (TECHNICAL, [run(TECHNICAL, "spare", spare=FAIL)], [], Status.WEAKNESS),
        (BOTH, [run(BOTH, a=PASS)], [], Status.NOT_SHOWN),
        (BOTH, [], [check(BOTH, PASS)], Status.NOT_SHOWN),
        (BOTH, [run(BOTH, a=PASS)], [check(BOTH, OPEN)], Status.NOT_SHOWN),
        (BOTH, [run(BOTH, a=PASS)], [check(BOTH, PASS)], Status.SHOWN),
        (BOTH, [run(BOTH, a=PASS)], [check(BOTH, FAIL)], Status.FAILED),
        (CHECKED, [], [check(CHECKED, PASS)], Status.SHOWN),
        (CHECKED, [run(CHECKED, a=PASS)], [], Status.NOT_SHOWN),
    ],
)
def test_a_clause_is_shown_only_by_conclusive_evidence_of_the_kind_it_needs(
    clause: str, runs: list[CharterRun], checks: list[ClauseEvidence], status: Status
) -> None:
    rows = {row.clause.id: row for row in clause_rows(runs, checks)}
    assert list(rows) == [c.id for c in charter_clauses()], "a row for every clause"
    assert rows[clause].status is status
    others = {row.status for name, row in rows.items() if name != clause}
    assert others == {Status.NOT_SHOWN}, "what nobody examined is not shown"
    if status is Status.WEAKNESS:
        assert rows[clause].found[0].en in ("why b", "spare: why spare")
        assert "why" in rows[clause].runs[-1].sentence.en


@pytest.mark.parametrize(("clause", "asked"), [(CONTINUITY, {"b": FAIL}), (TECHNICAL, {"spare": FAIL, "a": PASS})])
def test_a_weakness_whose_cure_nobody_has_run_is_none(clause: str, asked: dict[str, Value]) -> None:
    proved = run(clause, " ".join(name for name, value in asked.items() if value is FAIL), **asked)  # type: ignore
    judged = judged_for_charter(proved.verdict, proved.scenario.expected)
    alone = replace(proved, cured=frozenset(), judged=judged)
    found = [next(row for row in clause_rows([one], []) if row.clause.id == clause) for one in (proved, alone)]
    assert [row.status for row in found] == [Status.WEAKNESS, Status.FAILED]
    assert "no run with the declared cure" in judged.reason.en


def test_every_clause_says_in_both_languages_what_has_to_be_shown() -> None:
    for clause in charter_clauses():
        assert clause.needs and clause.show.de != clause.show.en
        assert clause.show.de.endswith(".") and clause.show.en.endswith(".")


def test_a_run_whose_faults_made_no_difference_shows_no_clause() -> None:
    """Whatever was kept in it: it would have been kept without the faults."""
    unfelt = Finding("difference", Category.DIFFERENCE, OPEN, Verbatim("difference"), Verbatim("none"))
    for clause, spare in ((CONTINUITY, None), (TECHNICAL, PASS)):
        held = run(clause, spare=spare, water=PASS)
        verdict = replace(held.verdict, findings=(unfelt, *held.verdict.findings), value=OPEN)
        vacuous = replace(held, verdict=verdict, judged=judged_for_charter(verdict, None))
        assert vacuous.judged.outcome is Outcome.NOT_SHOWN
        row = next(row for row in clause_rows([vacuous], []) if row.clause.id == clause)
        assert row.status is Status.NOT_SHOWN
        assert [one.outcome for one in row.runs] == [Outcome.NOT_SHOWN]


def test_a_run_that_was_not_held_beside_its_twin_shows_no_clause_but_may_fail_one() -> None:
    need = next(one for clause in charter_clauses() if clause.id == CONTINUITY for one in clause.needs)
    broken = (TimelineEntry("off", 60.0, "pump-out", ("pump-1",)),)
    for value, outcome in ((PASS, Outcome.NOT_SHOWN), (FAIL, Outcome.FAIL)):
        alone = run(CONTINUITY, a=value)
        alone = replace(alone, scenario=replace(alone.scenario, timeline=broken))
        assert alone.outcome(need) is outcome
        difference = Finding("difference", Category.DIFFERENCE, PASS, Verbatim("t"), Verbatim("r"))
        verdict = replace(alone.verdict, findings=(*alone.verdict.findings, difference))
        assert replace(alone, verdict=verdict).outcome(need).value == value.value
    alone = run(CONTINUITY, a=PASS)
    alone = replace(alone, scenario=replace(alone.scenario, timeline=broken))
    row = next(row for row in clause_rows([alone], []) if row.clause.id == CONTINUITY)
    assert row.status is Status.NOT_SHOWN
    assert "not held beside" in row.runs[0].sentence.en


def test_a_fallback_shows_its_clause_only_where_what_it_stands_in_for_was_served() -> None:
    """Direct mode took over in time, and dispatch reached nobody all the same."""

    def carried(level: Value, untested: bool = False) -> Status:
        spare = Finding(
            "spare", Category.REDUNDANCY, PASS, Verbatim("spare"), Verbatim("why"), subjects=("x",), untested=untested
        )
        asked = Finding("radio", Category.EXPECTATION, level, Verbatim("radio"), Verbatim("why"), subjects=("radio-x",))
        one = run(ANALOGUE, kind="analogue", spare=PASS)
        verdict = replace(one.verdict, findings=(spare, asked), value=combined([PASS, level]))
        known = None
        judged = judged_for_charter(verdict, known)
        one = replace(one, verdict=verdict, judged=judged, level_of={"radio-x": "x", "power": "city"})
        (row,) = [row for row in clause_rows([one], []) if row.clause.id == ANALOGUE]
        return row.status

    assert carried(PASS) is Status.SHOWN
    assert carried(FAIL) is Status.FAILED
    assert carried(PASS, untested=True) is Status.NOT_SHOWN


def test_a_clause_is_shown_only_by_runs_whose_fallbacks_all_held() -> None:
    one = run(TECHNICAL, spare=PASS)
    more = Finding("other", Category.REDUNDANCY, OPEN, Verbatim("other"), Verbatim("why"))
    items = (*one.scenario.redundancies, replace(one.scenario.redundancies[0], id="other"))
    verdict = replace(one.verdict, findings=(*one.verdict.findings, more))
    both = replace(one, verdict=verdict, scenario=replace(one.scenario, redundancies=items))
    (row,) = [row for row in clause_rows([both], []) if row.clause.id == TECHNICAL]
    assert row.status is Status.NOT_SHOWN
