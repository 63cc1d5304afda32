"""Approximate figures reach the verdict: counted and named, and inconclusive where a judgement leans on them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from resilience.judge.approximations import approximations
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value, Verdict
from resilience.scenario.scenario import Invariant, LevelChoice, Threshold, TimeLimit
from simulator.contracts.codes import event_codes
from simulator.contracts.event import Event, EventKind
from simulator.contracts.registry import registry
from tests.resilience.town import course, history, scenario, tiny_city

CITY = tiny_city()
WATER = next(level.id for level in CITY.levels.values() if level.measure == "water-supply")
BEGIN, END = "water.unbalanced", "water.balanced"


def noted(*at: tuple[float, str]) -> tuple[Event, ...]:
    return tuple(Event(i, round(s * 1000), EventKind.NOTE, "water", code) for i, (s, code) in enumerate(at))


def judged(value: float, *at: tuple[float, str], longest: float = 0.0) -> Verdict:
    """A level of water that is `value` throughout, and what the solver said."""
    item = Invariant("water", LevelChoice((WATER,)), Threshold(0.5), longest=TimeLimit(longest))
    levels = {WATER: course((-3600.0, value))}
    past = history(levels=levels, events=noted(*at), end=3_600_000)
    return judge(scenario(expectations=[item], duration_s=3600.0), CITY, past)


def asked(verdict: Verdict) -> Finding:
    (found,) = [finding for finding in verdict.findings if finding.id == "water"]
    return found


def rough(verdict: Verdict) -> Sequence[Finding]:
    return verdict.of(Category.APPROXIMATION)


def test_stretches_are_counted_from_zero_and_to_the_end_of_the_run() -> None:
    past = history(events=noted((-600, BEGIN), (300, END), (1000, BEGIN), (1060, END), (3000, BEGIN)), end=3_600_000)
    found = approximations(past)
    assert [(one.begin, one.end) for one in found] == [(0, 300_000), (1_000_000, 1_060_000), (3_000_000, 3_600_000)]
    assert approximations(history(events=noted((-600, BEGIN), (-300, END)), end=3_600_000)) == ()


def test_a_judgement_that_leans_on_them_is_inconclusive_and_says_why() -> None:
    sound = judged(1.0)
    assert asked(sound).value is Value.PASS
    assert not rough(sound)
    leaning = judged(1.0, (600, BEGIN), (900, END))
    assert asked(leaning).value is Value.INCONCLUSIVE
    assert asked(leaning).reason.en.startswith("Not shown, for it leans on approximate figures")
    assert "not balanced" in asked(leaning).reason.en
    (named,) = rough(leaning)
    assert "once, for 5 min" in named.reason.en.lower()


def test_one_that_would_be_the_same_whatever_the_figures_were_stands() -> None:
    """Gaps of ten minutes are allowed and figures are rough for five; what is missed all the time is missed."""
    assert asked(judged(1.0, (600, BEGIN), (900, END), longest=600.0)).value is Value.PASS
    missed = judged(0.1, (600, BEGIN), (900, END))
    assert asked(missed).value is Value.FAIL
    (named,) = rough(missed)
    assert "No judgement leans on it" in named.reason.en


@pytest.mark.parametrize(("code", "value"), [("energy.collapse", Value.INCONCLUSIVE), ("traffic.lumped", Value.PASS)])
def test_levels_of_other_sub_systems_lean_on_them_as_far_as_they_hang_on_them(code: str, value: Value) -> None:
    """The pumps hang on the grid, and nothing of the water network on the roads."""
    item = Invariant("water", LevelChoice((WATER,)), Threshold(0.5))
    past = history(levels={WATER: course((-3600.0, 1.0))}, events=noted((600, code)), end=3_600_000)
    verdict = judge(scenario(expectations=[item], duration_s=3600.0), CITY, past)
    assert asked(verdict).value is value
    assert len(rough(verdict)) == 1


@pytest.mark.parametrize("code", [code for code in event_codes().values() if code.rough or code.settles])
def test_codes_of_approximations_name_a_sub_system_or_what_they_settle(code: object) -> None:
    known = event_codes()
    assert code.rough in registry().subsystems or known[code.settles].rough  # type: ignore[attr-defined]
