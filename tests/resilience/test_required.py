"""Every required level is judged; what is opted out is said; and a gap that is open at the end is never a pass."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.judge.affected import union
from resilience.judge.checkers.context import Context
from resilience.judge.checkers.expectations import check_expectations
from resilience.judge.checkers.judged import asked_spans, left_to_judge
from resilience.judge.checkers.required import check_required
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value, Verdict, read_verdict, verdict_json
from resilience.report.junit import junit_xml
from resilience.scenario.asking import weaker
from resilience.scenario.scenario import (
    Budget,
    ByPlugin,
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
from simulator.contracts.level import ServiceLevel
from simulator.contracts.words import Said
from tests.resilience.town import course, history, scenario, tiny_city

CITY = tiny_city()
HOUR = 3_600_000
WATER_LEFT = "required-water-supply"
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


ALL = Window(0.0, 36000.0)
HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("item", "left"),
    [
        (Invariant("x", ONE, Threshold()), None),
        (Invariant("x", ONE, Threshold(), ALL), None),
        (Invariant("x", ONE, Threshold(), Window(HOUR_S)), (0, HOUR)),
        (Invariant("x", ONE, Threshold(), Window(0.0, HOUR_S)), (HOUR, 10 * HOUR)),
        (Invariant("x", ONE, Threshold(), Window(HOUR_S, 2 * HOUR_S)), (0, 10 * HOUR)),
        (Invariant("x", ONE, Threshold(0.9)), None),
        (Invariant("x", ONE, Threshold(0.95)), None),
        (Invariant("x", ONE, Threshold(0.89)), (0, 10 * HOUR)),  # weaker than what is required
        (Invariant("x", ONE, Threshold(), longest=TimeLimit(35999.0)), None),
        (Invariant("x", ONE, Threshold(), longest=TimeLimit(36000.0)), (0, 10 * HOUR)),  # no run could break it
        (LevelHolds("x", ONE, Threshold(), share=0.5), None),
        (LevelHolds("x", ONE, Threshold(), share=1.0), None),
        (LevelHolds("x", ONE, Threshold(), share=0.0), (0, 10 * HOUR)),
        (LevelHolds("x", ONE, Threshold(0.5), share=0.5), (0, 10 * HOUR)),
        (LevelHolds("x", ONE, Threshold(), share=0.5, window=Window(HOUR_S)), (0, HOUR)),
        (LevelHolds("x", ONE, Threshold()), (0, 10 * HOUR)),  # the end alone
        (LevelHolds("x", ONE, Threshold(), at_s=HOUR_S), (0, 10 * HOUR)),
        (Budget("x", ONE, Threshold(), time_below=TimeLimit(HOUR_S)), None),
        (Budget("x", ONE, Threshold(), time_below=TimeLimit(36000.0)), (0, 10 * HOUR)),
        (Budget("x", ONE, Threshold(0.5), time_below=TimeLimit(HOUR_S)), (0, 10 * HOUR)),
        (Budget("x", ONE, Threshold(), 10.0), (0, 10 * HOUR)),  # a sum over people is no limit of a level
        (Budget("x", ONE, Threshold(), 10.0, TimeLimit(HOUR_S)), None),
        (Recovery("x", ONE, Threshold(), TimeLimit(60.0), "heal"), (0, 10 * HOUR)),
        (Recovery("x", ONE, Threshold(), TimeLimit(60.0)), (0, 10 * HOUR)),  # nothing broke
        (ByPlugin("x", "nobody-knows"), (0, 10 * HOUR)),
    ],
)
def test_what_an_expectation_leaves_of_a_level(item: Expectation, left: tuple[int, int] | None) -> None:
    context = Context(asked(expectations=(item,)), CITY, history(FINE))
    parts = {part.level.id: (part.begin, part.end) for part in left_to_judge(context)}
    assert parts.pop("water-supply-d1", None) == left
    assert set(parts.values()) == {(0, 10 * HOUR)} and len(parts) == len(CITY.levels) - 1
    required = next(f for f in judge(asked(expectations=(item,)), CITY, history(FINE)).findings if f.id == WATER_LEFT)
    assert len(required.figures) == (1 if left is None else 2)  # the other district, or both


def test_a_limit_of_what_is_better_lower_is_weaker_above() -> None:
    """The travel-time index must stay below 1.5."""
    index = CITY.levels["travel-time-index"]
    assert [weaker(Threshold(value), index) for value in (None, 1.4, 1.5, 1.6)] == [False, False, False, True]
    assert [weaker(Threshold(value), CITY.levels["water-supply-d1"]) for value in (0.8, 0.9, 1.0)] == [
        True,
        False,
        False,
    ]


def test_expectations_of_parts_make_a_whole() -> None:
    halves = (Invariant("x", ONE, Threshold(), Window(0.0, HOUR_S)), Invariant("y", ONE, Threshold(), Window(HOUR_S)))
    gap = (halves[0], Invariant("y", ONE, Threshold(), Window(HOUR_S + 60.0)))
    ends = (halves[0], Invariant("y", ONE, Threshold(), Window(9 * HOUR_S)))
    for items, left in ((halves, None), (gap, (HOUR, HOUR + 60_000)), (ends, (HOUR, 9 * HOUR))):
        parts = left_to_judge(Context(asked(expectations=items), CITY, history(FINE)))
        assert {p.level.id: (p.begin, p.end) for p in parts}.get("water-supply-d1") == left


def test_a_part_that_is_left_says_which() -> None:
    def title(*windows: Window) -> str:
        levels = LevelChoice(measure="water-supply")
        items = tuple(Invariant(f"x{n}", levels, Threshold(), window) for n, window in enumerate(windows))
        found = judge(asked(expectations=items), CITY, history(FINE))
        return next(f.title.en for f in found.findings if f.id == WATER_LEFT)

    assert title(Window(HOUR_S)) == "Required: water supply, until 18:00"
    assert title(Window(9 * HOUR_S)) == "Required: water supply, until 02:00"
    assert title(Window(0.0, HOUR_S)) == "Required: water supply, from 18:00 on"
    assert title(Window(0.0, HOUR_S), Window(2 * HOUR_S)) == "Required: water supply, 18:00 to 19:00"


def dark(begin_s: float, end_s: float, at: float = 0.0) -> Course:
    return course((-3600.0, 1.0), (begin_s, at), (end_s, 1.0))


def test_a_level_that_must_only_be_back_is_required_while_it_is_away() -> None:
    """The heart of it: power is away for an hour, comes back in time, and that is no pass."""
    power = LevelChoice(("power-supply-d1",))
    back = Recovery("back", power, Threshold(), TimeLimit(7200.0), "heal", title=Said({"en": "Power is back"}))
    past = history(FINE | {"power-supply-d1": dark(60, 3660)})
    found = judge(asked(expectations=(WATER, back)), CITY, past)
    assert found.value is Value.FAIL
    assert {f.id: f.value for f in found.of(Category.EXPECTATION)} == {"water": Value.PASS, "back": Value.PASS}
    assert [f.id for f in found.findings if f.value is Value.FAIL] == ["required-power-supply"]
    out = OptOut(power, Said({"de": "die Störung selbst", "en": "the fault itself"}))
    said = judge(asked(out, expectations=(WATER, back)), CITY, past)
    assert said.value is Value.PASS
    assert said.answer.en == (
        "Yes: what was judged holds; both expectations are met. Asked for less than required: power supply "
        "(only “Power is back”; the fault itself), missed for 1 h: 1,000 person-hours."
    )
    assert read_verdict(verdict_json(said)).not_asked == said.not_asked


def test_a_weaker_limit_is_judged_beside_what_is_required() -> None:
    half = Invariant("half", ONE, Threshold(0.5))
    past = history(FINE | {"water-supply-d1": dark(60, 3660, at=0.6)})
    found = judge(asked(expectations=(half,)), CITY, past)
    assert {f.id: f.value for f in found.of(Category.EXPECTATION)} == {"half": Value.PASS}
    assert [f.id for f in found.findings if f.value is Value.FAIL] == [WATER_LEFT]
    said = judge(asked(OptOut(ONE, Said({"en": "half is enough"})), expectations=(half,)), CITY, past)
    assert said.value is Value.PASS
    assert "Asked for less than required: water supply in Nordstadt (only “Kept throughout: half”; half is" in (
        said.answer.en
    )


@pytest.mark.parametrize(
    "item",
    [
        Invariant("x", ONE, Threshold(), longest=TimeLimit(7200.0)),
        LevelHolds("x", ONE, Threshold(), share=0.5),
        Budget("x", ONE, Threshold(), time_below=TimeLimit(7200.0)),
    ],
)
def test_what_a_scenario_allows_is_said_with_what_it_cost(item: Expectation) -> None:
    def found(length_s: float) -> Verdict:
        return judge(asked(expectations=(item,)), CITY, history(FINE | {"water-supply-d1": dark(600, 600 + length_s)}))

    short, long = found(180.0), found(181.0)
    assert short.value is long.value is Value.PASS
    assert (short.allowed, short.answer.en) == ((), "Yes: the town holds; its one expectation is met.")
    (row,) = long.allowed
    assert (row.levels, row.missed_s, row.person_hours) == (("water-supply-d1",), 181.0, pytest.approx(50.277, 1e-4))
    assert long.answer.en.startswith("Yes: what was judged holds; its one expectation is met. Missed as the scenario")
    assert "water supply in Nordstadt (" in long.answer.en and "person-hours" in long.answer.en
    assert long.answer.de.startswith("Ja: Was beurteilt wurde, hält; ")
    assert read_verdict(verdict_json(long)).allowed == long.allowed
    failed = found(36000.0 - 600.0)
    assert failed.value is Value.FAIL and failed.allowed == ()  # nobody allowed that


def test_person_hours_of_opt_outs_are_of_services_to_people() -> None:
    """Travel times are a technical indicator: nobody lacks anything while they are long."""
    out = OptOut(LevelChoice(("travel-time-index", "power-supply-d1")), Said({"en": "not the question"}))
    slow = {"travel-time-index": course((-3600.0, 1.0), (0.0, 9.0), (7200.0, 1.0))}
    (row,) = judge(asked(out), CITY, history(FINE | slow)).not_asked
    assert (row.missed, row.missed_s, row.person_hours) == (("travel-time-index",), 7200.0, 0.0)
    (row,) = judge(asked(out), CITY, history(FINE | slow | {"power-supply-d1": dark(0, 3600)})).not_asked
    assert (row.missed_s, row.person_hours) == (7200.0, 1000.0)


# --- for any set of expectations


LEVELS = st.sampled_from(
    [ONE, LevelChoice(), LevelChoice(measure="water-supply"), LevelChoice(("power-supply-d1", "hospital-1"))]
)
WINDOWS = st.sampled_from([Window(), ALL, Window(HOUR_S), Window(0.0, HOUR_S), Window(600.0, 30000.0)])
LIMITS = st.sampled_from([Threshold(), Threshold(), Threshold(0.5)])
LENGTHS = st.sampled_from([0.0, 60.0, 180.0, 7200.0, 36000.0, 1e6]).map(TimeLimit)
SHARES = st.sampled_from([None, 0.0, 0.5, 0.9, 1.0])


def expectation(number: int) -> st.SearchStrategy[Expectation]:
    name = st.just(f"x{number}")
    return st.one_of(
        st.builds(
            Invariant, name, LEVELS, LIMITS, WINDOWS, LENGTHS, time_below=st.sampled_from([None, TimeLimit(1e6)])
        ),
        st.builds(LevelHolds, name, LEVELS, LIMITS, SHARES, st.just(None), WINDOWS),
        st.builds(Recovery, name, LEVELS, LIMITS, LENGTHS, st.sampled_from(["onset", "cleared", "heal"])),
        st.builds(Budget, name, LEVELS, LIMITS, st.sampled_from([None, 1e9]), LENGTHS, WINDOWS),
        st.builds(Budget, name, LEVELS, LIMITS, st.just(1e9), st.just(None), WINDOWS),
        st.builds(LinkContinuity, name, st.sampled_from(["", "a", "b", "never"]), LENGTHS),
    )


SETS = st.integers(0, 3).flatmap(lambda n: st.tuples(*(expectation(k) for k in range(n))))
OUTS = st.sampled_from([(), (), (OptOut(ONE, Said({"en": "so"})),), (OptOut(LevelChoice(), Said({"en": "so"})),)])
BREAKS = [TimelineEntry(name, at_s, "pump-out", ("pump-1",), for_s=60.0) for name, at_s in (("a", 60.0), ("b", 600.0))]
BROKEN = [
    Executed(e.id, "pump-1", e.fault, round(e.at_s * 1000), round(e.at_s * 1000) + 60_000, None, False) for e in BREAKS
]
SPANS = st.tuples(st.integers(0, 35_900), st.integers(1, 36_000)).map(lambda s: (s[0], min(sum(s), 35_999)))


@given(SETS, OUTS, st.sampled_from(sorted(CITY.levels)), st.lists(SPANS, max_size=3))
def test_a_level_that_was_missed_is_never_passed_over(
    items: tuple[Expectation, ...], out: tuple[OptOut, ...], name: str, spans: list[tuple[int, int]]
) -> None:
    """A pass names every level that was missed for longer than is assumed where nobody says; counted by the second."""
    bad = np.zeros(36_001, dtype=bool)
    for begin, end in spans:
        bad[begin:end] = True
    turns = np.flatnonzero(np.diff(np.concatenate(([False], bad, [False]))))
    fine, low = (50.0, 10.0) if name == "litres-d1" else (1.0, 9.0 if name == "travel-time-index" else 0.6)
    points = [(float(turn), fine if number % 2 else low) for number, turn in enumerate(turns)]
    past = history(FINE | {name: course((-3600.0, fine), *points)}, executed=BROKEN)
    asked_for = replace(scenario(timeline=BREAKS, expectations=items, heal_by_s=700.0), not_asked=out)
    found = judge(asked_for, CITY, past, (check_expectations, check_required))
    longest = max((turns[1::2] - turns[::2]).tolist(), default=0)
    missed = longest > 180 or bad.sum() > 360
    named = {level for row in found.not_asked for level in row.missed}
    named |= {level for row in found.allowed for level in row.levels}
    if found.value is Value.PASS and missed:
        assert name in named
        row = next(row for row in (*found.not_asked, *found.allowed) if name in row.levels)
        assert row.missed_s == bad.sum()
        assert not found.answer.en.startswith("Yes: the town holds")


@given(SETS, OUTS)
def test_every_moment_of_every_level_is_judged_or_opted_out_by_name(
    items: tuple[Expectation, ...], out: tuple[OptOut, ...]
) -> None:
    past = history(FINE, executed=BROKEN)
    asked_for = replace(scenario(timeline=BREAKS, expectations=items, heal_by_s=700.0), not_asked=out)
    context = Context(asked_for, CITY, past)
    left = left_to_judge(context)
    assert {part.level.id for part in left} <= {
        f for r in judge(asked_for, CITY, past).of(Category.REQUIRED) for f in (figure.subject for figure in r.figures)
    }
    opted = {level.id for one in out for level in one.levels.of(CITY)}
    for level in CITY.levels.values():
        spans = [span for item in items for span in asked_spans(item, level, context)]
        spans += [(part.begin, part.end) for part in left if part.level == level]
        assert union(spans) == ((0, past.end),) or level.id in opted


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


def test_a_quota_of_the_trips_of_a_year_is_not_broken_by_a_quarter_of_an_hour() -> None:
    """The rules of the Länder ask for 95 % of a year's trips; nobody counts them by the minute."""
    rescue = ServiceLevel("rescue", "rescue-arrival", "city", 0.95, 100, basis="rescue-arrival")
    city = replace(CITY, levels={**CITY.levels, "rescue": rescue})
    for until_s, value in ((960.0, Value.PASS), (961.0, Value.FAIL)):
        course_ = course((-3600, 1.0), (60, 0.9), (until_s, 1.0))
        found = check_required(Context(asked(), city, history(FINE | {"rescue": course_})))
        assert [f.value for f in found if f.id == "required-rescue-arrival"] == [value]


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
    assert found.limit is not None and found.limit.source.en == "assumption: twice the longest gap"


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


def test_a_continuity_judges_all_of_the_run_if_its_fault_is_the_first() -> None:
    """Else from its fault on, and what comes before is left; never those of the sub-system that broke."""

    def left(fault: str, longest_s: float = 0.0) -> dict[str, tuple[int, int]]:
        item = LinkContinuity("x", fault, TimeLimit(longest_s))
        context = Context(scenario(timeline=BREAKS, expectations=[item]), CITY, history(FINE, executed=BROKEN))
        return {part.level.id: (part.begin, part.end) for part in left_to_judge(context)}

    own = {name: (0, 10 * HOUR) for name in CITY.levels if name.startswith("water-supply")}
    others = set(CITY.levels) - set(own)
    assert left("") == left("a") == left("a", 35_999.0) == own
    assert left("a", 36_000.0) == dict.fromkeys(CITY.levels, (0, 10 * HOUR))  # a gap that no run could break
    assert left("b") == own | dict.fromkeys(others, (0, 600000))
    assert left("never") == dict.fromkeys(CITY.levels, (0, 10 * HOUR))
    early = history(FINE | {"power-supply-d1": dark(0, 30)}, executed=BROKEN)
    for fault, value in (("a", Value.FAIL), ("b", Value.PASS)):
        item = LinkContinuity("x", fault)
        assert one_of(item, early).value is value


def one_of(item: Expectation, past: History) -> Finding:
    return check_expectations(Context(scenario(timeline=BREAKS, expectations=[item]), CITY, past))[0]


def test_a_build_server_sees_what_was_left_out_and_what_was_allowed() -> None:
    past = history(FINE | {"water-supply-d1": dark(600, 4200), "power-supply-d1": dark(600, 4200)})
    item = Invariant("x", ONE, Threshold(), longest=TimeLimit(7200.0))
    out = OptOut(LevelChoice(measure="power-supply"), Said({"en": "not the question"}))
    cases = ElementTree.fromstring(junit_xml(judge(asked(out, expectations=(item,)), CITY, past))).iter("testcase")
    told = {
        case.get("classname"): skipped.get("message") for case in cases if (skipped := case.find("skipped")) is not None
    }
    assert told == {
        "by-hand.not-asked": "not asked: power supply (not the question), missed for 1 h: 1,000 person-hours",
        "by-hand.allowed": "allowed: water supply in Nordstadt (“Kept throughout: x”), for 1 h: 1,000 person-hours",
    }
