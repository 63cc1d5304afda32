"""Each kind of expectation against cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value
from resilience.report.run.compose import target_and_actual
from resilience.scenario.scenario import (
    Budget,
    ByPlugin,
    Expectation,
    Invariant,
    LevelChoice,
    LevelHolds,
    LinkContinuity,
    Recovery,
    Threshold,
    TimeLimit,
    TimelineEntry,
    Window,
)
from simulator.contracts.history import Course, Executed
from simulator.contracts.level import ServiceLevel
from tests.resilience.town import course, history, scenario, tiny_city

CITY = tiny_city()
D1, D2 = LevelChoice(("water-supply-d1",)), LevelChoice(("water-supply-d2",))
BOTH = LevelChoice(measure="water-supply")
DIP = course((-3600, 1.0), (3600, 0.5), (7200, 1.0))  # minimum 0.9: worse from 1 h to 2 h
OWN = Threshold()


def found(item: Expectation, levels: dict[str, Course], **more: Any) -> Finding:
    (finding,) = judge(scenario(expectations=[item], **more), CITY, history(levels)).of(Category.EXPECTATION)
    return finding


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Invariant("x", D1, OWN), Value.FAIL),
        (Invariant("x", D1, Threshold(0.5)), Value.PASS),
        (Invariant("x", D1, OWN, longest=TimeLimit(3600.0)), Value.PASS),
        (Invariant("x", D1, OWN, longest=TimeLimit(3599.0)), Value.FAIL),
        (Invariant("x", D1, OWN, window=Window(0.0, 3600.0)), Value.PASS),
        (Invariant("x", D1, OWN, window=Window(0.0, 3600.001)), Value.FAIL),
        (Invariant("x", D1, OWN, window=Window(7200.0)), Value.PASS),
        (LevelHolds("x", D1, OWN), Value.PASS),
        (LevelHolds("x", D1, OWN, at_s=3600.0), Value.FAIL),
        (LevelHolds("x", D1, OWN, at_s=7200.0), Value.PASS),
        (LevelHolds("x", D1, Threshold(0.5), at_s=3600.0), Value.PASS),  # on the limit
        (LevelHolds("x", D1, OWN, share=0.9), Value.PASS),  # 1 h of 10 h worse
        (LevelHolds("x", D1, OWN, share=0.901), Value.FAIL),
        (LevelHolds("x", D1, OWN, share=0.5, window=Window(3600.0, 10800.0)), Value.PASS),
        (Budget("x", D1, OWN, person_hours=1000.0), Value.PASS),
        (Budget("x", D1, OWN, person_hours=999.0), Value.FAIL),
        (Budget("x", D1, OWN, time_below=TimeLimit(3600.0)), Value.PASS),
        (Budget("x", D1, OWN, time_below=TimeLimit(3599.0)), Value.FAIL),
        (Budget("x", D1, OWN, person_hours=2000.0, time_below=TimeLimit(60.0)), Value.FAIL),
    ],
)
def test_one_level(item: Expectation, expected: Value) -> None:
    assert found(item, {"water-supply-d1": DIP}).value is expected


@pytest.mark.parametrize(
    "item",
    [
        Invariant("x", D1, OWN),
        LevelHolds("x", D1, OWN),
        LevelHolds("x", D1, OWN, share=0.5),
        Budget("x", D1, OWN, person_hours=1e9),
        Budget("x", D1, OWN, time_below=TimeLimit(1e9)),
        Recovery("x", D1, OWN, TimeLimit(60.0), after="heal"),
    ],
)
def test_a_level_that_nobody_recorded_is_inconclusive(item: Expectation) -> None:
    assert found(item, {}, heal_by_s=60.0).value is Value.INCONCLUSIVE


def test_recorded_too_late_is_inconclusive_and_another_fail_still_fails() -> None:
    late = course((60, 1.0))
    assert found(Invariant("x", D1, OWN), {"water-supply-d1": late}).value is Value.INCONCLUSIVE
    assert found(Invariant("x", BOTH, OWN), {"water-supply-d1": late, "water-supply-d2": DIP}).value is Value.FAIL


def test_lower_is_better_turns_round() -> None:
    jam = {"travel-time-index": course((-3600, 1.1), (60, 2.0), (120, 1.2))}
    index = LevelChoice(("travel-time-index",))
    worst = found(Invariant("x", index, OWN), jam)
    assert worst.value is Value.FAIL
    assert worst.limit is not None
    assert worst.limit.better == "lower"
    assert worst.actual is not None
    assert worst.actual.value == 2.0
    assert worst.reason.de == ("Ganze Stadt: Reisezeitindex 2, 60 s lang (ab 17:01); gefordert sind höchstens 1,5.")
    assert found(Invariant("x", index, Threshold(2.5, "travel-time-index-acceptable")), jam).value is Value.PASS


def test_what_is_beyond_all_telling_is_told_as_such() -> None:
    stands = {"travel-time-index": course((-3600, 1.1), (60, 10.0), (120, 1.2))}
    worst = found(Invariant("x", LevelChoice(("travel-time-index",)), OWN), stands)
    assert worst.value is Value.FAIL
    assert worst.reason.en == (
        "Whole town: gridlock, a travel-time index of 10 or more, slower than on foot for 60 s (from 17:01); at most "
        "1.5 required."
    )
    assert [told.en for told in target_and_actual(worst, CITY)] == ["≤ 1.5", "≥ 10"]


def test_where_gaps_are_allowed_their_length_is_what_counts() -> None:
    gap = Invariant("x", LevelChoice(("water-supply-d2",)), OWN, longest=TimeLimit(10800.0))
    kept = found(gap, {"water-supply-d2": course((-3600, 1.0), (3600, 0.6), (10800, 1.0))})
    assert kept.value is Value.PASS
    assert kept.limit is not None and kept.actual is not None
    assert (kept.limit.value, kept.limit.unit, kept.actual.value) == (10800.0, "s", 7200.0)
    assert kept.reason.en == (
        "Südstadt: 60% of the water demand delivered for 2 h (from 18:00); 90% required; gaps up to 3 h allowed."
    )
    stairs = course((-3600, 1.0), (3600, 0.6), (7200, 0.8), (18000, 1.0))
    missed = found(gap, {"water-supply-d2": stairs})
    assert (missed.value, missed.actual.value if missed.actual else None) == (Value.FAIL, 14400.0)
    assert "too low for 4 h (from 18:00), 60% of the water demand delivered at the worst moment" in missed.reason.en


def test_of_those_that_held_the_closest_to_its_limit_speaks() -> None:
    levels = {"water-supply-d1": course((-3600, 1.0)), "water-supply-d2": course((-3600, 0.95))}
    assert found(Invariant("x", BOTH, OWN), levels).reason.en.startswith("Südstadt: 95% of the water demand")


def test_what_people_feel_speaks_before_what_is_technical_however_long_that_is_missed() -> None:
    choice = LevelChoice(("travel-time-index", "water-supply-d1"))
    jammed = {"travel-time-index": course((-3600, 1.0), (0, 9.0))}
    missed = found(Invariant("x", choice, OWN), jammed | {"water-supply-d1": DIP})
    assert missed.subjects == ("water-supply-d1", "travel-time-index")
    assert missed.reason.en.startswith("Nordstadt")


def test_the_worst_level_speaks_for_all() -> None:
    longer = course((-3600, 1.0), (3600, 0.6), (10800, 1.0))
    finding = found(Invariant("x", BOTH, OWN), {"water-supply-d1": DIP, "water-supply-d2": longer})
    assert finding.subjects == ("water-supply-d2", "water-supply-d1")
    assert "Südstadt" in finding.reason.en
    assert "Also missed: Nordstadt (water supply) (2 of 2)." in finding.reason.en
    assert finding.actual is not None
    assert finding.actual.value == 0.6


def test_budget_adds_levels_up() -> None:
    levels = {"water-supply-d1": DIP, "water-supply-d2": DIP}
    finding = found(Budget("x", BOTH, OWN, person_hours=3999.0), levels)
    assert finding.value is Value.FAIL
    assert finding.actual is not None
    assert finding.actual.value == pytest.approx(4000.0)
    assert found(Budget("x", BOTH, OWN, person_hours=4000.0), levels).value is Value.PASS


def test_a_budget_names_what_each_level_cost_and_those_that_cost_something_dearest_first() -> None:
    def spent(levels: dict[str, Course]) -> Finding:
        return found(Budget("x", BOTH, OWN, person_hours=1.0), levels)

    both = spent({"water-supply-d1": DIP, "water-supply-d2": DIP})  # an hour, of 1000 people and of 3000
    assert {f.subject: f.value for f in both.figures} == {"water-supply-d1": 1000.0, "water-supply-d2": 3000.0}
    assert both.subjects == ("water-supply-d2", "water-supply-d1")
    one = spent({"water-supply-d1": DIP, "water-supply-d2": course((-3600, 1.0))})
    assert {f.subject: f.value for f in one.figures} == {"water-supply-d1": 1000.0, "water-supply-d2": 0.0}
    assert one.subjects == ("water-supply-d1",)


def test_of_a_window_that_ends_before_the_run_only_its_own_gap_can_be_open() -> None:
    item = Invariant("x", D1, OWN, window=Window(0.0, 3600.0), longest=TimeLimit(36_000.0))
    own = course((-3600, 1.0), (3500, 0.5))
    assert found(item, {"water-supply-d1": own}).value is Value.INCONCLUSIVE
    another = course((-3600, 1.0), (3500, 0.5), (3700, 1.0), (30_000, 0.5))
    assert found(item, {"water-supply-d1": another}).value is Value.PASS


def test_a_budget_that_one_level_leaves_open_says_which_unless_the_others_spend_it_already() -> None:
    one = {"water-supply-d1": DIP}  # 1000 person-hours; of the other nobody knows
    open_ = found(Budget("x", BOTH, OWN, person_hours=1000.0), one)
    assert open_.value is Value.INCONCLUSIVE
    assert open_.reason.en.startswith("Südstadt (water supply): cannot be judged")
    spent = found(Budget("x", BOTH, OWN, person_hours=999.0), one)
    assert spent.value is Value.FAIL
    assert spent.reason.en.startswith("1,000 person-hours without sufficient service")


def test_a_budget_counts_those_below_the_minimum_and_below_another_limit_everybody() -> None:
    """An hour in which the level is below its minimum for 100 of 1000 people; of other limits nobody counted them."""
    counted = replace(DIP, people=np.array([0.0, 100.0, 0.0]))

    def spent(limit: Threshold) -> float | None:
        finding = found(Budget("x", D1, limit, person_hours=1.0), {"water-supply-d1": counted})
        assert finding.actual is not None and [figure.value for figure in finding.figures] == [finding.actual.value]
        return finding.actual.value

    assert spent(OWN) == pytest.approx(100.0)
    assert spent(Threshold(0.8)) == pytest.approx(1000.0)


def test_budget_counts_nobody_twice() -> None:
    whole = ServiceLevel("water-supply-city", "water-supply", "city", 0.9, 4000)
    city = replace(CITY, levels={**CITY.levels, whole.id: whole})
    levels = dict.fromkeys(("water-supply-d1", "water-supply-d2", "water-supply-city"), DIP)

    def spent(choice: LevelChoice) -> float | None:
        item = Budget("x", choice, OWN, person_hours=1.0)
        (finding,) = judge(scenario(expectations=[item]), city, history(levels)).of(Category.EXPECTATION)
        assert finding.actual is not None
        return finding.actual.value

    assert spent(BOTH) == pytest.approx(4000.0)
    assert spent(LevelChoice(("water-supply-city",))) == pytest.approx(4000.0)


def test_nothing_owed_is_inconclusive() -> None:
    assert found(Invariant("x", LevelChoice(measure="telemetry"), OWN), {}).value is Value.INCONCLUSIVE


def fault(
    level: Course, item: Expectation, cleared: int | None = 5_000_000, end: int = 36_000_000, target: str = "pump-1"
) -> Value:
    name = "pump-out" if target == "pump-1" else "link-cut"
    entry = TimelineEntry("break", 1800.0, name, (target,), for_s=3200.0)
    done = Executed("break", target, name, 1_800_000, cleared, None, False)
    past = history({"water-supply-d1": level, "power-supply-d1": level}, executed=[done], end=end)
    asked = scenario(timeline=[entry], expectations=[item], duration_s=end / 1000, heal_by_s=6000.0)
    (finding,) = judge(asked, CITY, past).of(Category.EXPECTATION)
    return finding.value


@pytest.mark.parametrize(
    ("after", "within_s", "expected"),
    [
        ("onset", 5400.0, Value.PASS),  # applied at 1800 s, back at 7200 s
        ("onset", 5399.0, Value.FAIL),
        ("cleared", 2200.0, Value.PASS),  # cleared at 5000 s
        ("cleared", 2199.0, Value.FAIL),
        ("heal", 1200.0, Value.PASS),  # heal_by is 6000 s
        ("heal", 1199.0, Value.FAIL),
    ],
)
def test_recovery_counts_from_its_origin(after: str, within_s: float, expected: Value) -> None:
    assert fault(DIP, Recovery("x", D1, OWN, TimeLimit(within_s), after)) is expected


def test_recovery_counts_from_the_first_onset_and_the_last_clearing() -> None:
    entries = [
        TimelineEntry(name, at, "pump-out", ("pump-1",), for_s=600.0) for name, at in (("a", 600.0), ("b", 3000.0))
    ]
    done = [
        Executed(e.id, "pump-1", e.fault, round(e.at_s * 1000), round(e.at_s * 1000) + 600_000, None, False)
        for e in entries
    ]
    past = history({"water-supply-d1": DIP}, executed=done)

    def took(after: str, fault: str = "") -> float | None:
        item = Recovery("x", D1, OWN, TimeLimit(9e9), after, fault)
        (finding,) = judge(scenario(timeline=entries, expectations=[item]), CITY, past).of(Category.EXPECTATION)
        assert finding.actual is not None
        return finding.actual.value

    assert took("onset") == 7200.0 - 600.0
    assert took("cleared") == 7200.0 - 3600.0
    assert took("onset", "b") == 7200.0 - 3000.0
    assert took("cleared", "a") == 7200.0 - 1200.0


def test_recovery_is_for_good() -> None:
    twice = course((-3600, 1.0), (3600, 0.5), (4000, 1.0), (20000, 0.5), (20060, 1.0))
    assert fault(twice, Recovery("x", D1, OWN, TimeLimit(5400.0))) is Value.FAIL
    assert fault(course((-3600, 1.0)), Recovery("x", D1, OWN, TimeLimit(0.0))) is Value.PASS


def test_recovery_that_the_run_does_not_live_to_see() -> None:
    gone = course((-3600, 1.0), (3600, 0.5))
    assert fault(gone, Recovery("x", D1, OWN, TimeLimit(34200.0))) is Value.FAIL  # deadline on the last tick
    assert fault(gone, Recovery("x", D1, OWN, TimeLimit(34201.0))) is Value.INCONCLUSIVE
    back_at_the_end = course((-3600, 1.0), (3600, 0.5), (36000, 1.0))
    assert fault(back_at_the_end, Recovery("x", D1, OWN, TimeLimit(34200.0))) is Value.PASS


def test_recovery_from_what_never_ended_is_inconclusive() -> None:
    assert fault(DIP, Recovery("x", D1, OWN, TimeLimit(9e9), "cleared"), cleared=None) is Value.INCONCLUSIVE


def test_link_continuity_leaves_the_broken_sub_system_out() -> None:
    item = LinkContinuity("x")
    whole = {name: course((-3600, 100.0)) for name in CITY.levels} | {"travel-time-index": course((-3600, 1.0))}

    def value(target: str, low: str, when_s: float = 2000.0) -> Value:
        name = "pump-out" if target == "pump-1" else "link-cut"
        entry = TimelineEntry("break", 1800.0, name, (target,), for_s=3200.0)
        done = Executed("break", target, name, 1_800_000, 5_000_000, None, False)
        levels = whole | {low: course((-3600, 100.0), (when_s, 0.0), (when_s + 60, 100.0))}
        asked = scenario(timeline=[entry], expectations=[item])
        return judge(asked, CITY, history(levels, executed=[done])).of(Category.EXPECTATION)[0].value

    assert value("pump-1", "water-supply-d1") is Value.PASS  # the pump's own sub-system
    assert value("pump-1", "power-supply-d1") is Value.FAIL
    assert value("pump-1", "power-supply-d1", when_s=60.0) is Value.FAIL  # before the fault, which is the first
    assert value("power-bus-1-pump-1", "power-supply-d1") is Value.PASS  # a power link is carried by the grid
    assert value("power-bus-1-pump-1", "water-supply-d1") is Value.FAIL
    assert value("data-server-a-pump-1", "water-supply-d1") is Value.FAIL


def test_what_is_the_same_but_for_the_arithmetic_is_one_value() -> None:
    """Courses are compared to 1e-9."""

    def said(later: float) -> str:
        low = course((-3600, 1.0), (3600, 0.5), (5400, later), (7200, 1.0))
        return found(Invariant("x", D1, OWN), {"water-supply-d1": low}).reason.en

    assert "50% of the water demand delivered for 1 h" in said(0.5)
    assert said(0.5 + 0.8e-9) == said(0.5)
    assert "too low for 1 h" in said(0.5 + 1.2e-9)


@pytest.mark.parametrize(("by", "expected"), [(0.8e-9, Value.PASS), (1.2e-9, Value.FAIL)])
def test_on_the_limit_but_for_the_arithmetic_is_on_the_limit(by: float, expected: Value) -> None:
    low = {"water-supply-d1": course((-3600, 0.9 - by))}
    assert found(LevelHolds("x", D1, OWN, at_s=3600.0), low).value is expected


def test_a_moment_after_the_end_of_the_run_was_seen_by_nobody() -> None:
    fine = {"water-supply-d1": course((-3600, 1.0))}
    assert found(LevelHolds("x", D1, OWN, at_s=36_000.0), fine).value is Value.PASS
    after = found(LevelHolds("x", D1, OWN, at_s=39_600.0), fine, duration_s=43_200.0)
    assert after.value is Value.INCONCLUSIVE
    assert "the run ended at 10 h" in after.reason.en


def test_a_recovery_late_in_the_run_is_held_against_what_comes_after_it() -> None:
    """Healed at 8 h of 10, the water is away from 9 h to half past: 90 min after, where 10 are allowed."""
    late = {"water-supply-d1": course((-3600, 1.0), (32_400, 0.0), (34_200, 1.0))}
    item = Recovery("x", D1, OWN, TimeLimit(600.0), "heal")
    healed = found(item, late, heal_by_s=28_800.0)
    assert healed.value is Value.FAIL
    assert healed.actual is not None and healed.actual.value == 5400.0


def test_a_recovery_waits_until_all_faults_are_cleared() -> None:
    fine = {"water-supply-d1": course((-3600, 1.0))}
    done = [Executed("break", "pump-1", "pump-out", 1000, at, None, False) for at in (2000, None)]
    item = Recovery("x", D1, OWN, TimeLimit(600.0), "cleared")
    (open_,) = judge(scenario(expectations=[item]), CITY, history(fine, executed=done)).of(Category.EXPECTATION)
    assert open_.value is Value.INCONCLUSIVE
    assert "never cleared" in open_.reason.en


def test_a_checker_that_is_not_here_is_named() -> None:
    there = found(ByPlugin("x", "no-such-checker"), {})
    assert there.value is Value.INCONCLUSIVE
    assert "There is no checker no-such-checker" in there.reason.en
    assert there.title.en == "x"
