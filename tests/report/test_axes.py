"""Places on paper are those of the closed form, and ticks are times that a clock shows."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.report.run.drawing import TimeAxis, ValueAxis
from simulator.contracts.words import SHARE

START = datetime(2026, 1, 14, 17, 10)


@given(st.floats(0, 1), st.floats(60, 1e6), st.floats(0, 100), st.floats(10, 900))
def test_a_time_axis_is_linear(share: float, span: float, left: float, width: float) -> None:
    axis = TimeAxis(START, 0.0, span, left, left + width)
    assert axis.x(share * span) == pytest.approx(left + share * width, abs=1e-6)


def test_what_lies_outside_is_drawn_at_the_ends() -> None:
    axis = TimeAxis(START, 0.0, 100.0, 10, 20)
    assert (axis.x(-5.0), axis.x(105.0)) == (10, 20)


@given(st.integers(0, 1439), st.floats(600, 100 * 86400), st.integers(4, 12))
def test_ticks_are_whole_clock_times_and_not_too_many(minute: int, span: float, most: int) -> None:
    start = datetime(2026, 3, 1) + timedelta(minutes=minute)
    axis = TimeAxis(start, 0.0, span, 0, 100)
    ticks = axis.ticks(most)
    assert 1 <= len(ticks) <= most
    steps = {round(b - a, 6) for a, b in itertools.pairwise(ticks)}
    assert len(steps) <= 1
    step = steps.pop() if steps else 60.0
    for tick in ticks:
        assert 0 <= tick <= span
        at = start + timedelta(seconds=tick)
        midnight = start.replace(hour=0, minute=0)
        assert (at - midnight).total_seconds() % step == pytest.approx(0, abs=1e-6)


def test_midnight_is_labelled_with_the_day_that_begins() -> None:
    axis = TimeAxis(datetime(2026, 1, 14, 12), 0.0, 86400.0, 0, 100)
    labels = [(axis.label(t, "en"), axis.label(t, "de")) for t in axis.ticks(9)]
    evening, morning = ["12:00", "15:00", "18:00", "21:00"], ["03:00", "06:00", "09:00", "12:00"]
    assert [en for en, _ in labels] == [*evening, "15\u00a0Jan", *morning]
    assert labels[4][1] == "15.\u00a0Jan."


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=20), st.floats(0, 1e5))
def test_a_value_axis_begins_at_zero_and_holds_every_value(values: list[float], minimum: float) -> None:
    axis = ValueAxis.over(tuple(values), minimum, "1", top=10, bottom=110)
    assert axis.y(0.0) == 110
    assert axis.highest >= max(*values, minimum) * (1 - 1e-9)
    for value in (*values, minimum):
        assert axis.y(value) == pytest.approx(110 - 100 * value / axis.highest)


def test_shares_end_at_one_and_infinity_lies_on_the_edge() -> None:
    assert ValueAxis.over((0.2, 0.4), 0.3, SHARE, 0, 100).highest == 1.0
    axis = ValueAxis.over((1.2, float("inf")), 1.5, "1", 0, 100)
    assert axis.highest == 2.0
    assert axis.y(float("inf")) == 0
