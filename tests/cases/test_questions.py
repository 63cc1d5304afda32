"""Two runs, many questions: the whole town is dark from half an hour on, for an hour and a half or until the run ends.

Each question is of a kind that was once answered wrongly: it asks only for the return, for less than is required, in
another part of the run, at one moment or in sum; it opts out what is missed; its gap is open at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from resilience.judge.judge import judge
from resilience.judge.verdict import Value, Verdict
from simulator.contracts.registry import registry
from stadtwerk.library import load_checked
from stadtwerk.runs.light import light_run

Ask = Callable[[str, bool], Verdict]

ENDS, LASTS = ", for: 90min", ""
POWER = "levels: {measure: power-supply}"
OTHERS = "".join(
    f"\n  - {{levels: {{domain: {domain}}}, reason: {{en: not the question}}}}"
    for domain in ("lifeline", "water", "ict", "wastewater", "traffic")
    if domain in registry().subsystems
)
"""So that power alone is judged."""
OUT = f"\n  - {{{POWER}, reason: {{en: the substations are the fault}}}}"


def written(folder: Path, length: str, expect: str, out: str) -> Path:
    file = folder / "question.yaml"
    file.write_text(
        f"""
schema: stadtwerk/scenario/1
id: question
title: {{en: A question to a dark town}}
question: {{en: Does it hold?}}
city: {{name: demo}}
run: {{start: "2026-01-14T12:00", warmup: 1h, duration: 4h}}
timeline:
  - {{id: dark, at: 30min, fault: substation-out, selector: {{kind: substation}}{length}}}
expect:
  - {{id: asked, {expect}}}
not_asked:{OTHERS}{out}
""",
        encoding="utf-8",
    )
    return file


@pytest.fixture(scope="module", params=[ENDS, pytest.param(LASTS, marks=pytest.mark.nightly)], ids=["ends", "lasts"])
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Ask]:
    folder = tmp_path_factory.mktemp("questions")
    length = request.param
    _document, asked, city = load_checked(written(folder, length, f"type: invariant, {POWER}", ""), None)
    resolved, history, _verdict = light_run(asked, city, 1)

    def answer(expect: str, opted_out: bool) -> Verdict:
        _document, other, _city = load_checked(written(folder, length, expect, OUT if opted_out else ""), None)
        return judge(replace(other, timeline=resolved.timeline), city, history)

    return length, answer


@pytest.mark.parametrize(
    "expect",
    [
        f"type: invariant, {POWER}",
        f"type: recovery, {POWER}, after: onset, within: 3h",
        "type: recovery, level: power-supply-d4, after: onset, within: 3h",
        f"type: level, {POWER}, at: 15min",
        f"type: level, {POWER}, at: end",
        f"type: budget, {POWER}, person_hours: 1000000",
        f"type: budget, {POWER}, time_below: 4h",
        f"type: invariant, {POWER}, at_least: 0",
        f"type: invariant, {POWER}, at_least: 0.5, longest: 3h59min",
        f"type: invariant, {POWER}, until: 20min",
        f"type: invariant, {POWER}, from: 3h",
        f"type: invariant, {POWER}, longest: 4h",
        f"type: level, {POWER}, share: 0",
    ],
)
def test_a_town_that_was_dark_for_hours_never_holds(ask: tuple[str, Ask], expect: str) -> None:
    _length, answer = ask
    verdict = answer(expect, False)
    assert verdict.value is Value.FAIL
    assert verdict.answer.en.startswith("No: the town does not hold. ")
    failed = {finding.id for finding in verdict.findings if finding.value is Value.FAIL}
    assert failed & {"asked", "required-power-supply"} == failed


@pytest.mark.parametrize(
    "expect",
    [f"type: invariant, {POWER}, longest: 3h40min", f"type: level, {POWER}, share: 0.1"],
)
def test_what_a_scenario_allows_is_told_and_never_while_the_gap_is_open(ask: tuple[str, Ask], expect: str) -> None:
    length, answer = ask
    verdict = answer(expect, False)
    if length == LASTS:
        assert verdict.value is Value.INCONCLUSIVE
        return
    assert verdict.value is Value.PASS
    assert verdict.answer.en.startswith("Yes: what was judged holds; ")
    assert "Missed as the scenario allows: power supply (“" in verdict.answer.en
    (row,) = verdict.allowed
    assert row.missed_s >= 5400 and row.person_hours > 45446 * 1.5 * 0.9


def test_what_is_opted_out_is_told_with_what_it_cost(ask: tuple[str, Ask]) -> None:
    length, answer = ask
    verdict = answer(f"type: recovery, {POWER}, after: onset, within: 3h", True)
    assert verdict.value is (Value.PASS if length == ENDS else Value.FAIL)
    row = next(row for row in verdict.not_asked if row.title.en == "power supply")
    assert row.only is not None and len(row.missed) == 9 and row.person_hours > 45446 * 1.5 * 0.9
    assert "Asked for less than required: power supply (only “Back within 3 h: asked”; the substations are" in (
        verdict.answer.en
    )
