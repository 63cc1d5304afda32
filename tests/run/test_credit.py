"""A fault gets no credit for what another one did, nor for what comes by itself.

What is right is plain from the hamlet's map: the gateway in the east hangs on nothing that moves water, closing two of
its three junctions leaves them without any pressure at that very instant.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resilience.judge.judge import judge
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Category, Value
from resilience.study.audit.cases import AuditSettings
from resilience.study.audit.outcome import observe
from stadtwerk.library import load_checked
from stadtwerk.runs.credit import credited
from stadtwerk.runs.light import light_run
from stadtwerk.runs.run import RunRequest, run_checked
from stadtwerk.studies.campaigns.job import run_job
from stadtwerk.studies.variants import Base
from stadtwerk.terminal import Terminal
from tests.cases.test_people import village
from tests.suite.support import scenario, town

B_DRY = "evidence: {signal: junction-B.pressure_m, below: 0.1, within: 10min}"
OTHERS = "What was seen of"


def entry(name: str, at: str, fault: str, target: str, evidence: str = B_DRY) -> str:
    return f"  - {{id: {name}, at: {at}, fault: {fault}, target: {target}, for: 20min, {evidence}}}\n"


GATEWAY = entry("gateway", "30min", "node-out", "gateway-east")


def judged(place: Path, *timeline: str) -> dict[str, tuple[Value, str]]:
    """Value and reason of the evidence of each entry, as `stadtwerk run` finds it."""
    file = scenario(town(place), "credit", "".join(timeline).rstrip())
    document, asked, city = load_checked(file)
    request = RunRequest(file, out=place / "run", broker_port=None)
    result, _ = run_checked(document, asked, city, request, Terminal(quiet=True))
    return {one.id: (one.value, one.reason.en) for one in result.verdict.of(Category.EVIDENCE)}


@pytest.mark.parametrize("at", ["31min", "30min", "25min"])
def test_a_gateway_gets_no_credit_for_junctions_that_others_closed(tmp_path: Path, at: str) -> None:
    """Later, at the same instant, and before."""
    found = judged(tmp_path, GATEWAY, entry("closed", at, "isolated", "[junction-B, junction-C]"))
    assert found["closed"][0] is Value.PASS
    assert found["gateway"][0] is Value.INCONCLUSIVE
    assert (OTHERS in found["gateway"][1]) is (at != "25min")  # it was dry already: nothing changed


STILL = "evidence: {signal: pipe-p2.through_m3_s, below: 0.000001, within: 10min}"
"""The pipe between B and C: closing either end stops it."""


def test_what_a_fault_did_first_stays_its_own_though_another_would_have_done_it_later(tmp_path: Path) -> None:
    first = entry("first", "30min", "isolated", "junction-B", STILL)
    found = judged(tmp_path, first, entry("second", "31min", "isolated", "junction-C", STILL))
    assert found["first"][0] is Value.PASS
    assert found["second"][0] is Value.INCONCLUSIVE  # it stood already


def test_each_of_two_that_would_have_done_it_alone_gets_the_credit(tmp_path: Path) -> None:
    """At one instant, neither is needed for it, and a third that has nothing to do with it gets none."""
    ends = [entry(f"end-{one.lower()}", "30min", "isolated", f"junction-{one}", STILL) for one in "BC"]
    found = judged(tmp_path, *ends, entry("gateway", "30min", "node-out", "gateway-east", STILL))
    assert [found[name][0] for name in ("end-b", "end-c")] == [Value.PASS, Value.PASS]
    assert found["gateway"][0] is Value.INCONCLUSIVE
    assert OTHERS in found["gateway"][1]


def test_a_run_of_a_campaign_does_not_pass_by_what_another_fault_did(tmp_path: Path) -> None:
    """Neither as a light one nor as one that is kept with all that it leaves."""
    closed = entry("closed", "31min", "isolated", "[junction-B, junction-C]")
    home = town(tmp_path)
    base = Base.of_scenario(scenario(home, "credit", GATEWAY + closed.rstrip()))
    job = base.job()
    light = run_job(job)
    assert light.findings["evidence: gateway"] == "inconclusive"
    assert light.findings["evidence: closed"] == "pass"
    kept = run_job(replace(job, keep=str(tmp_path / "kept")))
    assert kept.findings == light.findings


@pytest.mark.parametrize("seen_at", [None, 1_800_000])
def test_audits_and_findings_of_what_is_asked_lean_on_no_evidence(tmp_path: Path, seen_at: int | None) -> None:
    """So that no other fault's can make them pass: two links cut at once, as an audit has them."""
    cut = "  - {id: pair, at: 30min, fault: link-cut, target: [s-ge, gw-u]}"
    _document, asked, city = load_checked(scenario(town(tmp_path), "pair", cut))
    resolved, history, verdict = light_run(asked, city, 1)
    acts = tuple(replace(act, shown_at=seen_at, shown_by="", just_so=seen_at is None) for act in history.executed)
    assert len(acts) == 2
    other = replace(history, executed=acts)
    settings = AuditSettings(asked.run.start, asked.run.warmup_s, 1800.0, asked.run.duration_s)
    assert observe(resolved, other, frozenset(), city, settings) == observe(
        resolved, history, frozenset(), city, settings
    )
    again = judge(resolved, city, other)
    assert [f for f in again.findings if f.category in ASKED] == [f for f in verdict.findings if f.category in ASKED]


@pytest.mark.parametrize(("at", "seen"), [("5min", True), ("10min", True), ("8h", False)])
def test_a_generator_that_fails_with_the_mains_has_the_credit_for_what_it_would_have_carried(
    tmp_path: Path, at: str, seen: bool
) -> None:
    """The mains are cut after ten minutes for two hours: the log puts the dark hospital down to that alone, whether the
    generator fails at that instant or before it was called; long after, it does nothing."""
    file = tmp_path / "both.yaml"
    fails = f"{{id: fails, at: {at}, fault: generator-fails, target: diesel, for: 2h}}"
    file.write_text(
        f"""schema: stadtwerk/scenario/1
id: both
title: {{en: Both}}
question: {{en: Does it hold?}}
city: {{name: small}}
run: {{start: "2026-01-14T09:00", warmup: 1h, duration: 11h}}
timeline:
  - {{id: cut, at: 10min, fault: link-cut, target: power-bus-clinic, for: 1h}}
  - {fails}
expect:
  - {{id: hospital, type: invariant, level: clinic, longest: 3min}}
""",
        encoding="utf-8",
    )
    home = village()
    _, asked, city = load_checked(file, "small", lambda name: home)
    _, past, verdict = light_run(asked, city, 1, lambda one, history: credited(one, city, 1, history))
    found = {one.id: one for one in verdict.of(Category.EVIDENCE)}
    assert found["cut"].value is Value.PASS
    assert found["fails"].value is (Value.PASS if seen else Value.INCONCLUSIVE)
    if seen:
        silent = credited(asked, city, 1, replace(past, events=()))  # what a log that tells nothing leaves open
        apart = {act.entry: act.apart for act in silent.executed}
        assert {name: None if one is None else one[1] for name, one in apart.items()} == {
            "cut": "clinic",
            "fails": "clinic",
        }
        (_, also) = judge(asked, city, silent).of(Category.EVIDENCE)
        assert also.value is Value.PASS and "than without the fault: hospital clinic" in also.reason.en


def test_what_a_run_did_not_try_it_does_not_say_that_it_holds_with(tmp_path: Path) -> None:
    """A battery of 29 min does not bridge a cut of 30."""
    cut = "  - {id: cut, at: 5min, fault: link-cut, target: g-h, for: 30min}"
    less = "set: [{link: g-h, autonomy_min: 29}]"
    file = scenario(town(tmp_path), "weak", cut, findings="hospital", cure=less)
    document, asked, city = load_checked(file)
    request = RunRequest(file, out=tmp_path / "run", broker_port=None, twin=False)
    result, _ = run_checked(document, asked, city, request, Terminal(quiet=True))
    said = result.notes[-1].en
    assert "Declared as a cure, which this run did not try: emergency power for 29 min" in said
    assert "It holds with" not in said
