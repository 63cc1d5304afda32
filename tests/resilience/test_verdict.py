"""The verdict as a whole: how findings combine, the answer, JUnit, JSON, and checkers that crash."""

from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from resilience.judge.checkers import Context
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value, Verdict, combined, read_verdict, verdict_json
from resilience.report.junit import junit_xml
from resilience.scenario.scenario import (
    Invariant,
    LevelChoice,
    Redundancy,
    Scenario,
    SteadyState,
    Threshold,
    TimelineEntry,
    Window,
)
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.registry import registry
from simulator.contracts.words import Said
from tests.resilience.town import course, history, modes, scenario, tiny_city

CITY = tiny_city()
WATERS = ("water-supply-d1", "water-supply-d2")
FINE = {name: course((-3600, 50.0 if name == "litres-d1" else 1.0)) for name in CITY.levels}
WORDS = Said({"de": "ein Wort", "en": "a word"})
WATER = Invariant("water", LevelChoice(measure="water-supply"), Threshold())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([Value.PASS], Value.PASS),
        ([Value.PASS, Value.INCONCLUSIVE], Value.INCONCLUSIVE),
        ([Value.INCONCLUSIVE, Value.FAIL, Value.PASS], Value.FAIL),
        ([], Value.INCONCLUSIVE),
    ],
)
def test_combined(values: list[Value], expected: Value) -> None:
    assert combined(values) is expected


def mixed() -> tuple[Scenario, History]:
    """One pass, one fail and one inconclusive beside the run's length."""
    low = FINE | {"water-supply-d2": course((-3600, 1.0), (60, 0.2), (120, 1.0))}
    return (
        scenario(
            expectations=[WATER],
            steady_state=[SteadyState("calm", LevelChoice(("water-supply-d1",)), Threshold(), 1800.0)],
            redundancies=[Redundancy("spare", "technical", "hospital-1", "mains", "generator", must_activate=True)],
        ),
        history(low),
    )


def test_pass_fail_inconclusive_and_exit_codes() -> None:
    asked, past = mixed()
    no = judge(asked, CITY, past)
    assert (no.value, no.exit_code) == (Value.FAIL, 1)
    assert no.answer.en.startswith(
        "No: the town does not hold. Südstadt: 20% of the water demand delivered for 60 s (from 17:01)"
    )
    assert "Südstadt" in no.answer.en
    assert no.answer.de.startswith("Nein: Die Stadt hält nicht. ")
    open_ = judge(asked, CITY, history(FINE))
    assert (open_.value, open_.exit_code) == (Value.INCONCLUSIVE, 2)
    assert open_.answer.de.startswith("Offen: ")
    took_over = modes("hospital-1", (60, "mains", "generator"), (120, "generator", "mains"))
    yes = judge(asked, CITY, history(FINE, took_over))
    assert (yes.value, yes.exit_code) == (Value.PASS, 0)
    assert yes.answer.en == (
        "Yes: the town holds; both expectations are met. What took over: Hospital 1: mains → generator."
    )
    assert [finding.category for finding in yes.findings] == [
        Category.STEADY_STATE,
        Category.EXECUTION,
        Category.REDUNDANCY,
        Category.EXPECTATION,
        *[Category.REQUIRED] * 4,
    ]


def test_the_answer_counts_right() -> None:
    one = judge(scenario(expectations=[WATER]), CITY, history(FINE))
    assert one.answer.en == "Yes: the town holds; its one expectation is met."
    low = FINE | {name: course((-3600, 0.1)) for name in WATERS}
    again = [replace(WATER, id=name) for name in ("a", "b", "c")]
    two = judge(scenario(expectations=again[:2]), CITY, history(low)).answer
    assert two.de.endswith("Ebenfalls nicht erfüllt: „Durchgehend eingehalten: b“.")
    assert "Ebenfalls" not in judge(scenario(expectations=again[:1]), CITY, history(low)).answer.de
    three = judge(scenario(expectations=again), CITY, history(low)).answer
    assert three.en.endswith("Not met either: “Kept throughout: b” and “Kept throughout: c”.")
    assert judge(scenario(), CITY, history(), checkers=[]).answer.en.endswith("Nothing was judged.")


def test_an_unsteady_start_is_no_failure_of_the_town() -> None:
    asked, _ = mixed()
    shaky = FINE | {"water-supply-d1": course((-3600, 1.0), (-600, 0.5), (-300, 1.0))}
    verdict = judge(asked, CITY, history(shaky))
    (calm,) = verdict.of(Category.STEADY_STATE)
    assert calm.value is Value.INCONCLUSIVE
    assert verdict.value is Value.INCONCLUSIVE
    assert "before the start" in verdict.answer.en
    broken_at_zero = FINE | {"water-supply-d1": course((-3600, 1.0), (0, 0.5))}
    assert judge(asked, CITY, history(broken_at_zero)).of(Category.STEADY_STATE)[0].value is Value.PASS
    early = FINE | {"water-supply-d1": course((-3600, 0.5), (-1800, 1.0))}
    assert judge(asked, CITY, history(early)).of(Category.STEADY_STATE)[0].value is Value.PASS


def test_a_crashing_checker_is_never_a_pass() -> None:
    def crash(context: Context) -> tuple[Finding, ...]:
        raise ZeroDivisionError("by hand")

    verdict = judge(scenario(), CITY, history(), checkers=[crash])
    assert verdict.value is Value.INCONCLUSIVE
    assert "ZeroDivisionError" in verdict.findings[0].reason.en


def test_a_crash_inside_one_judgement_leaves_the_others() -> None:
    lost = Invariant("lost", LevelChoice(("no-such-level",)), Threshold())
    findings = judge(scenario(expectations=[lost, WATER]), CITY, history(FINE)).of(Category.EXPECTATION)
    assert [finding.value for finding in findings] == [Value.INCONCLUSIVE, Value.PASS]


def test_a_run_cut_short_fails() -> None:
    verdict = judge(scenario(expectations=[WATER]), CITY, history(FINE, end=1000))
    assert verdict.value is Value.FAIL
    assert "not the one asked for" in verdict.answer.en


def judged() -> Verdict:
    entry = TimelineEntry("cut", 60.0, "pump-out", ("pump-1",), for_s=60.0)
    done = Executed("cut", "pump-1", "pump-out", 60_000, 120_000, None, False)
    asked, past = mixed()
    return judge(replace(asked, timeline=(entry,)), CITY, replace(past, executed=(done,)))


def test_junit_counts_and_reasons() -> None:
    verdict = judged()
    text = junit_xml(verdict)
    root = ElementTree.fromstring(text)
    suite = root.find("testsuite")
    assert suite is not None
    assert suite.get("name") == "by-hand"
    cases = suite.findall("testcase")
    assert len(cases) == len(verdict.findings) == int(suite.get("tests", "0")) == int(root.get("tests", "0"))
    assert len(suite.findall("testcase/failure")) == int(suite.get("failures", "-1")) == 1
    assert len(suite.findall("testcase/skipped")) == int(suite.get("skipped", "-1")) == 2
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "Südstadt" in failure.get("message", "")
    assert junit_xml(judged()) == text
    assert "timestamp" not in text
    assert "hostname" not in text


def test_verdict_json_reads_back() -> None:
    verdict = judged()
    assert read_verdict(verdict_json(verdict)) == verdict
    assert verdict_json(judged()) == verdict_json(verdict)
    with pytest.raises(ValueError, match="form"):
        read_verdict('{"schema": "stadtwerk/verdict/9"}')
    with pytest.raises(ValueError, match="no verdict"):
        read_verdict("[]")
    with pytest.raises(ValueError):
        read_verdict("nonsense")


@pytest.mark.parametrize("hours", [10.0, 10.001, 14.0])
def test_a_window_that_the_run_did_not_reach_cannot_be_judged(hours: float) -> None:
    """The run is ten hours long, and fine: a window that ends later is open, however little."""
    asked = replace(WATER, window=Window(0.0, 3600 * hours))
    findings = {one.id: one for one in judge(scenario(expectations=[asked]), CITY, history(FINE)).findings}
    assert findings["water"].value is (Value.PASS if hours == 10 else Value.INCONCLUSIVE)


def test_links_and_entries_are_called_by_their_own_words() -> None:
    context = Context(scenario(), CITY, history(FINE))
    assert context.name("power-bus-1-pump-1").en == f"{context.name('bus-1').en} → {context.name('pump-1').en}"
    assert context.name("nothing-of-the-town").en == "nothing-of-the-town"
    entry = TimelineEntry("break", 60.0, "pump-out", ("pump-1",))
    assert context.name("pump-1").en in context.fault(entry).en
    assert context.fault(replace(entry, title=WORDS)) == WORDS


def test_a_steady_start_says_what_held_and_an_unsteady_one_how_bad_it_was() -> None:
    def calm(choice: LevelChoice, levels: Mapping[str, Course] = FINE) -> Finding:
        wanted = scenario(steady_state=[SteadyState("calm", choice, Threshold(), 1800.0)])
        (finding,) = judge(wanted, CITY, history(levels)).of(Category.STEADY_STATE)
        return finding

    one, both = calm(LevelChoice(WATERS[:1])), calm(LevelChoice(measure="water-supply"))
    assert one.reason.en == "The one service level held in the last 30 min before the start."
    assert both.reason.en == "Both service levels held in the last 30 min before the start."
    assert both.title.en == "Steady start: water supply"
    power = next(level for level in CITY.levels.values() if level.measure == "power-supply")
    domain = registry().measures[power.measure].domain
    some, every = calm(LevelChoice(domain=domain)), calm(LevelChoice())
    assert some.title.en == f"Steady start: {registry().subsystems[domain].title.en}" != every.title.en
    assert {figure.subject for figure in some.figures} == {power.id}
    assert every.title.en == "Steady start: all service levels"
    shaky = FINE | {WATERS[0]: course((-3600, 1.0), (-600, 0.5), (-300, 1.0))}
    assert "50% of the water demand" in calm(LevelChoice(WATERS[:1]), shaky).reason.en
