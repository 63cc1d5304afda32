"""Sums over step functions, against closed forms and against summing tick by tick."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.judge.time_series import NotRecorded, cut, spells, time_worse_s, worst
from simulator.contracts.history import Course
from tests.resilience.town import course


@st.composite
def steps(draw: st.DrawFn) -> tuple[Course, int, int]:
    """A course in ticks with values on a grid, and a window inside what it covers."""
    gaps = draw(st.lists(st.integers(1, 40), min_size=1, max_size=12))
    at = np.cumsum([0, *gaps[1:]]) - 20
    values = [draw(st.integers(0, 10)) / 10 for _ in gaps]
    start = draw(st.integers(int(at[0]), int(at[-1]) + 10))
    return Course(at.astype(np.int64), np.array(values)), start, start + draw(st.integers(1, 100))


def tick_by_tick(one: Course, start: int, end: int) -> np.ndarray:
    return np.array([one.value_at(tick) for tick in range(start, end)])


@settings(max_examples=150, deadline=None)
@given(steps(), st.integers(0, 10), st.booleans())
def test_against_numeric_integration(case: tuple[Course, int, int], tenths: int, higher: bool) -> None:
    one, start, end = case
    limit = tenths / 10 + 0.05  # between grid values, so that no tolerance plays in
    values = tick_by_tick(one, start, end)
    bad = values < limit if higher else values > limit
    assert cut(one, start, end).integral() == pytest.approx(values.sum() / 1000, abs=1e-9)
    assert time_worse_s(one, limit, higher, start, end) == pytest.approx(bad.sum() / 1000, abs=1e-9)
    assert worst(one, start, end, higher) == (values.min() if higher else values.max())
    found = spells(one, limit, higher, start, end)
    marked = np.zeros(end - start, dtype=bool)
    for spell in found:
        assert not marked[spell.begin - start : spell.end - start].any()
        marked[spell.begin - start : spell.end - start] = True
        inside = tick_by_tick(one, spell.begin, spell.end)
        assert spell.worst == (inside.min() if higher else inside.max())
    assert (marked == bad).all()
    assert all(a.end < b.begin for a, b in pairwise(found))  # unbroken: never two in a row


@settings(max_examples=60, deadline=None)
@given(steps(), st.integers(0, 99))
def test_windows_add_up(case: tuple[Course, int, int], share: int) -> None:
    one, start, end = case
    middle = start + (end - start) * share // 100
    if middle == start:
        return
    whole = cut(one, start, end).integral()
    assert cut(one, start, middle).integral() + cut(one, middle, end).integral() == pytest.approx(whole, abs=1e-9)


def test_on_the_limit_is_not_worse() -> None:
    level = course((0, 0.9), (10, 0.9 - 1e-12), (20, 0.8999))
    assert time_worse_s(level, 0.9, True, 0, 30_000) == pytest.approx(10.0)


def test_not_recorded() -> None:
    with pytest.raises(NotRecorded):
        cut(course((5, 1.0)), 0, 10_000)
    with pytest.raises(NotRecorded):
        cut(course(), 0, 10_000)
    with pytest.raises(ValueError, match="empty"):
        cut(course((0, 1.0)), 5, 5)
