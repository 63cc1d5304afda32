"""Curves are drawn where their values are, and thinning loses no extreme."""

from __future__ import annotations

import itertools
import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.report.run.drawing import TimeAxis, ValueAxis, line_path, shortfall_path, shown_steps, thinned
from tests.report.page_reader import corners

X = TimeAxis(datetime(2026, 1, 14), 0.0, 1000.0, 50.0, 250.0)
Y = ValueAxis(1.0, 10.0, 110.0, "share")
COURSES = st.lists(
    st.tuples(st.floats(0.5, 40.0), st.one_of(st.floats(0.0, 1.0), st.just(math.nan))), min_size=1, max_size=200
)


def steps_of(course: list[tuple[float, float]]) -> list[tuple[float, float]]:
    at, steps = 0.0, []
    for gap, value in course:
        steps.append((at, value))
        at += gap
    return [s for s in steps if s[0] <= 1000.0]


def test_each_step_is_across_then_straight_up_or_down() -> None:
    steps = [(0.0, 1.0), (250.0, 0.4), (500.0, 0.9)]
    assert line_path(steps, X, Y) == "M50 10H100V70H150V20H250"


def test_a_gap_lifts_the_pen() -> None:
    steps = [(0.0, 1.0), (250.0, math.nan), (500.0, 0.5)]
    assert corners(line_path(steps, X, Y)) == [[(50, 10), (100, 10)], [(150, 60), (250, 60)]]


def test_the_value_in_force_at_the_begin_is_drawn_from_there() -> None:
    axis = TimeAxis(X.start, 100.0, 200.0, 0, 100)
    assert shown_steps((-50.0, 50.0, 150.0, 250.0), (1.0, 0.8, 0.6, 0.4), axis) == [(100.0, 0.8), (150.0, 0.6)]


def test_a_value_recorded_again_is_no_change() -> None:
    nan = math.nan
    times = (-50.0, 0.0, 50.0, 100.0, 150.0, 200.0)
    kept = shown_steps(times, (1.0, 1.0, 1.0, nan, nan, 1.0), X)
    assert [at for at, _ in kept] == [0.0, 100.0, 200.0]


@given(COURSES)
def test_the_drawn_curve_has_the_values_closed_form(course: list[tuple[float, float]]) -> None:
    steps = steps_of(course)
    strokes = corners(line_path(steps, X, Y))
    drawn = [point for stroke in strokes for point in stroke]
    expected = []
    for i, (at, value) in enumerate(steps):
        if not math.isnan(value):
            until = steps[i + 1][0] if i + 1 < len(steps) else 1000.0
            expected += [(50 + at / 5, 110 - 100 * value), (50 + until / 5, 110 - 100 * value)]
    assert len(drawn) == len(expected)
    for (x, y), (at, height) in zip(drawn, expected, strict=True):
        assert x == pytest.approx(at, abs=0.051)
        assert y == pytest.approx(height, abs=0.051)


@given(COURSES, st.floats(2.0, 40.0))
def test_thinning_keeps_the_extremes_of_every_column(course: list[tuple[float, float]], width: float) -> None:
    steps = steps_of(course)
    kept = thinned(steps, X, width)
    assert [s for s in steps if s in kept] and set(map(str, kept)) <= set(map(str, steps))

    def columns(of: list[tuple[float, float]]) -> dict[int, list[float]]:
        found: dict[int, list[float]] = {}
        for at, value in of:
            found.setdefault(int((X.x(at) - 50) / width), []).append(value)
        return found

    before, after = columns(steps), columns(kept)
    assert before.keys() == after.keys()
    for column, values in before.items():
        known = [v for v in values if not math.isnan(v)]
        still = [v for v in after[column] if not math.isnan(v)]
        assert min(known, default=None) == min(still, default=None)
        assert max(known, default=None) == max(still, default=None)
        assert any(map(math.isnan, values)) == any(map(math.isnan, after[column]))
        assert str(after[column][0]) == str(values[0]) and str(after[column][-1]) == str(values[-1])


def test_thinning_bounds_the_number_of_steps() -> None:
    steps = [(i / 100, (i * 37 % 101) / 101) for i in range(100_000)]
    assert len(thinned(steps, X, 1.0)) <= 4 * 201


@given(COURSES, st.floats(0.1, 0.95))
def test_the_hatched_area_is_the_integral_of_what_is_missing(course: list[tuple[float, float]], minimum: float) -> None:
    steps = steps_of(course)
    area = 0.0
    for stroke in corners(shortfall_path(steps, minimum, True, X, Y)):
        ring = [*stroke, stroke[0]]
        area += abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))) / 2
    missing = 0.0
    for i, (at, value) in enumerate(steps):
        until = steps[i + 1][0] if i + 1 < len(steps) else 1000.0
        if value < minimum - 1e-9:
            missing += (until - at) * (minimum - value)
    # 200 units across for 1000 s, 100 units up for 1; coordinates are rounded to a tenth.
    assert area == pytest.approx(missing * 0.2 * 100, abs=0.1 * 200 + 0.1 * 100 * len(steps))


def test_above_the_limit_is_the_shortfall_where_less_is_better() -> None:
    y = ValueAxis(3.0, 0.0, 300.0, "1")
    path = shortfall_path([(0.0, 1.0), (500.0, 2.5)], 1.5, False, X, y)
    assert corners(path) == [[(150, 150), (150, 50), (250, 50), (250, 150), (150, 150)]]
