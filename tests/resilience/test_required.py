"""Every required level is judged; what is opted out is said; and a gap that is open at the end is never a pass."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.expectations import check_expectations
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value, read_verdict, verdict_json
from resilience.scenario.scenario import (
    Budget,
    Expectation,
    Invariant,
    LevelChoice,
    LevelHolds,
    LinkContinuity,
    OptOut,
    Recovery,
    Scenario,
    Threshold,
    TimeLimit,
    TimelineEntry,
    Window,
)
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.words import Said
from tests.resilience.town import course, history, scenario, tiny_city

CITY = tiny_city()
FINE = {name: course((-3600, 50.0 if name == "litres-d1" else 1.0)) for name in CITY.levels}
WATER = Invariant("water", LevelChoice(measure="water-supply"), Threshold())
ONE = LevelChoice(("water-supply-d1",))
MINUTE = 60_000


def gaps(*spans: tuple[float, float]) -> Course:
    """Water that is away in these spans of seconds, and there otherwise."""
    points = [(-3600.0, 1.0)]
    for begin, end in spans:
        points += [(begin, 0.0), (end, 1.0)]
    return course(*points)


def one(item: Expectation, water: Course, end_s: float = 36000.0) -> Finding:
    past = history(FINE | {"water-supply-d1": water}, end=round(end_s * 1000))
    asked = scenario(expectations=[item], duration_s=end_s)
    return check_expectations(Context(asked, CITY, past))[0]


def asked(*out: OptOut, expectations: tuple[Expectation, ...] = (WATER,)) -> Scenario:
    return replace(scenario(expectations=expectations, heal_by_s=10.0), not_asked=out)


# --- every level


def test_a_level_that_nobody_asks_for_is_judged_all_the_same() -> None:
    dark = history(FINE | {"power-supply-d1": course((-3600, 1.0), (60, 0.0))})
    found = judge(asked(), CITY, dark)
    assert found.value is Value.FAIL
    assert [f.id for f in found.findings if f.value is Value.FAIL] == ["required-power-supply"]
    assert found.answer.en.startswith("No: the town does not hold. Nordstadt: no electric load supplied") or (
        "Nordstadt: 0% of the electric load supplied" in found.answer.en
    )


def test_what_is_opted_out_is_said_with_what_it_cost() -> None:
    reason = Said({"de": "die Frage gilt dem Wasser", "en": "the question is about water"})
    out = OptOut(LevelChoice(measure="power-supply"), reason)
    dark = history(FINE | {"power-supply-d1": course((-3600, 1.0), (60, 0.0), (60 + 7200, 1.0))})
    found = judge(asked(out), CITY, dark)
    assert found.value is Value.PASS
    assert found.answer.en == (
        "Yes: what was judged holds; its one expectation is met. "
        "Not asked: power supply (the question is about water), missed for 2 h: 2,000 person-hours."
    )
    assert found.answer.de.startswith("Ja: Was beurteilt wurde, hält; ")
    (row,) = found.not_asked
    assert (row.missed, row.missed_s, row.person_hours) == (("power-supply-d1",), 7200.0, 2000.0)  # 1000 people, 2 h
    assert read_verdict(verdict_json(found)).not_asked == found.not_asked
    kept = judge(asked(out), CITY, history(FINE))
    assert kept.answer.en.endswith("Not asked: power supply (the question is about water).")
    assert kept.not_asked[0].missed == ()


@pytest.mark.parametrize(
    ("item", "judged"),
    [
        (Invariant("x", ONE, Threshold()), True),
        (Invariant("x", ONE, Threshold(), Window(0.0, 36000.0)), True),
        (Invariant("x", ONE, Threshold(), Window(3600.0)), False),
        (Invariant("x", ONE, Threshold(), Window(0.0, 3600.0)), False),
        (LevelHolds("x", ONE, Threshold(), share=0.5), True),
        (LevelHolds("x", ONE, Threshold()), False),  # the end alone
        (Budget("x", ONE, Threshold(), 10.0), True),
        (Recovery("x", ONE, Threshold(), TimeLimit(60.0), "heal"), True),
        (Recovery("x", ONE, Threshold(), TimeLimit(60.0)), False),  # nothing broke, so there is nothing to be back from
    ],
)
def test_a_part_of_the_run_is_not_the_run(item: Expectation, judged: bool) -> None:
    found = judge(asked(expectations=(item,)), CITY, history(FINE))
    required = next(f for f in found.findings if f.id == "required-water-supply")
    assert len(required.figures) == (1 if judged else 2)  # the other district, or both


def test_a_required_gap_may_last_three_minutes_and_six_in_sum() -> None:
    def value(*spans: tuple[float, float]) -> Value:
        past = history(
            FINE
            | {"power-supply-d1": course((-3600, 1.0), *((t, v) for a, b in spans for t, v in ((a, 0.0), (b, 1.0))))}
        )
        return judge(asked(), CITY, past).value

    assert value((60, 240)) is Value.PASS  # 180 s, the norm's number itself
    assert value((60, 241)) is Value.FAIL
    assert value((60, 240), (600, 780)) is Value.PASS  # 360 s in sum
    assert value((60, 240), (600, 780), (1200, 1201)) is Value.FAIL


# --- gaps, by closed form: square waves whose longest gap and sum are known


@pytest.mark.parametrize(("number", "length_s"), [(1, 60.0), (2, 60.0), (3, 60.0), (10, 17.0), (7, 61.0)])
@pytest.mark.parametrize("longest_s", [60.0, 90.0])
def test_longest_gap_and_sum_of_a_square_wave(number: int, length_s: float, longest_s: float) -> None:
    wave = gaps(*((600.0 * k, 600.0 * k + length_s) for k in range(1, number + 1)))
    found = one(Invariant("x", ONE, Threshold(), longest=TimeLimit(longest_s)), wave)
    held = length_s <= longest_s and number * length_s <= 2 * longest_s
    assert found.value is (Value.PASS if held else Value.FAIL)
    own = one(Invariant("x", ONE, Threshold(), longest=TimeLimit(longest_s), time_below=TimeLimit(1e4)), wave)
    assert own.value is (Value.PASS if length_s <= longest_s else Value.FAIL)


def test_the_sum_says_itself() -> None:
    wave = gaps((100, 150), (200, 250), (300, 350))
    found = one(Invariant("x", ONE, Threshold(), longest=TimeLimit(60.0)), wave)
    assert found.value is Value.FAIL
    assert found.reason.en.endswith("3 gaps, 2 min 30 s in sum; 2 min allowed.")
    assert found.actual is not None and found.actual.value == 150.0
    assert found.limit is not None and found.limit.source == "assumption: twice the longest gap"


def test_an_open_gap_fails_once_it_is_too_long() -> None:
    item = Invariant("x", ONE, Threshold(), longest=TimeLimit(4 * 3600.0))
    assert one(item, course((-3600, 1.0), (1800, 0.0)), 4 * 3600.0).value is Value.INCONCLUSIVE  # 3.5 h so far
    assert one(item, course((-3600, 1.0), (1800, 0.0)), 5 * 3600.0).value is Value.FAIL  # 4.5 h
    closed = course((-3600, 1.0), (1800, 0.0), (4 * 3600.0, 1.0))
    assert one(item, closed, 4 * 3600.0).value is Value.PASS  # back at the very end


def test_a_gap_that_begins_in_the_window_counts_whole() -> None:
    item = Invariant("x", ONE, Threshold(), Window(0.0, 3600.0), TimeLimit(600.0))
    assert one(item, gaps((3500, 4000))).value is Value.PASS
    assert one(item, gaps((3500, 4200))).value is Value.FAIL
    assert one(item, gaps((3700, 9000))).value is Value.PASS  # begins later


VALUES = st.lists(st.tuples(st.integers(1, 35_999), st.sampled_from([0.0, 0.5, 0.899, 0.9, 1.0])), max_size=12)
LONGEST = st.sampled_from([0.0, 15.0, 600.0, 3600.0, 36000.0])


@given(VALUES, LONGEST, st.booleans())
def test_a_gap_open_at_the_end_never_passes(points: list[tuple[int, float]], longest_s: float, at_end: bool) -> None:
    """For any series that ends below its minimum, and any expectation over it; also where it falls at the last tick."""
    rows = dict(points) | {36_000 if at_end else 35_999: 0.2}
    water = course((-3600, 1.0), *((float(t), v) for t, v in sorted(rows.items())))
    longest = TimeLimit(longest_s)
    items: list[Expectation] = [
        Invariant("x", ONE, Threshold(), longest=longest),
        Invariant("x", ONE, Threshold(), longest=longest, time_below=TimeLimit(1e6)),
        LevelHolds("x", ONE, Threshold(), share=0.0),
        LevelHolds("x", ONE, Threshold()),
        Budget("x", ONE, Threshold(), person_hours=1e9),
        Budget("x", ONE, Threshold(), time_below=TimeLimit(1e6)),
        Recovery("x", ONE, Threshold(), TimeLimit(1e6), "heal"),
    ]
    for item in items:
        past = History(-3_600_000, 36_000_000, dict(FINE | {"water-supply-d1": water}), (), ())
        wanted = scenario(expectations=[item], heal_by_s=10.0)
        assert check_expectations(Context(wanted, CITY, past))[0].value is not Value.PASS, item
    left = judge(asked(expectations=(Invariant("y", LevelChoice(("hospital-1",)), Threshold()),)), CITY, past)
    assert left.value is not Value.PASS


@given(VALUES, LONGEST)
def test_longest_and_sum_against_a_count_by_the_second(points: list[tuple[int, float]], longest_s: float) -> None:
    """The judgement of a random series beside one made by walking through it second by second."""
    rows = dict(points) | {35_999: 1.0}
    water = course((-3600, 1.0), *((float(t), v) for t, v in sorted(rows.items())))
    low, now = np.zeros(36_000, dtype=bool), 1.0
    for second in range(36_000):
        now = rows.get(second, now)
        low[second] = now < 0.9
    run = longest = 0
    for is_low in low:
        run = run + 1 if is_low else 0
        longest = max(longest, run)
    held = longest <= longest_s and low.sum() <= 2 * longest_s
    found = one(Invariant("x", ONE, Threshold(), longest=TimeLimit(longest_s)), water)
    assert found.value is (Value.PASS if held else Value.FAIL)


def test_categories_come_in_the_order_of_a_report() -> None:
    found = judge(asked(), CITY, history(FINE, executed=[Executed("a", "b", "c", None, None, None, False)][:0]))
    order = list(Category)
    places = [order.index(finding.category) for finding in found.findings]
    assert places == sorted(places)


def test_of_a_continuity_the_run_begins_with_the_first_fault() -> None:
    """It judges the levels of the other sub-systems for good, if it counts from the first fault; else they are left."""
    entries = [
        TimelineEntry(name, at_s, "pump-out", ("pump-1",), for_s=60.0) for name, at_s in (("a", 60.0), ("b", 600.0))
    ]
    done = [
        Executed(e.id, "pump-1", e.fault, round(e.at_s * 1000), round(e.at_s * 1000) + 60_000, None, False)
        for e in entries
    ]

    def left(fault: str) -> set[str]:
        wanted = scenario(timeline=entries, expectations=[LinkContinuity("x", fault)])
        found = judge(wanted, CITY, history(FINE, executed=done)).of(Category.REQUIRED)
        return {finding.id.removeprefix("required-") for finding in found}

    own = {"water-supply"}
    assert own <= left("") and "power-supply" not in left("")
    assert left("a") == left("")
    assert left("b") == {level.measure for level in CITY.levels.values()}
    assert left("never") == left("b")
