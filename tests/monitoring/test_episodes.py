"""Moving averages by their closed form, limits by what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.episodes import APART, MEMORIES, averaged, episodes, limit_for, limits


@pytest.mark.parametrize("memory", [1.0, 0.4, 0.05])
def test_a_step_is_followed_by_the_closed_form(memory: float) -> None:
    """1 - (1 - memory)^n after n rows (Roberts 1959, the exponentially weighted moving average)."""
    got = averaged(np.ones((50, 1)), memory)[:, 0]
    assert got == pytest.approx(1 - (1 - memory) ** np.arange(1, 51))


def test_what_lies_close_together_is_one_episode() -> None:
    score = np.zeros(100)
    score[[10, 10 + APART, 10 + 2 * APART]] = 2
    assert episodes(score, 1) == 1
    score[10 + 3 * APART + 1] = 2
    assert episodes(score, 1) == 2


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 2.0]))
def test_limits_are_reached_as_often_as_promised_and_no_more(seed: int, a_week: float) -> None:
    """Heavy tails (Student's t with 3 degrees of freedom), 20 weeks of hours."""
    distance = np.random.default_rng(seed).standard_t(3, (20 * 168, 3))
    found = limits(distance, 168, a_week)
    sizes = [np.abs(averaged(distance, memory)) for memory in MEMORIES]
    score = np.max([size / limit for size, limit in zip(sizes, found, strict=True)], axis=(0, 2))
    assert episodes(score, 1.0) <= a_week * 20


def test_the_lowest_limit_that_keeps_the_promise() -> None:
    score = np.zeros(400)
    score[[10, 100, 200, 300]] = [4.0, 3.0, 2.0, 1.0]
    assert episodes(score, limit_for(score, 2)) == 2
    assert limit_for(score, 2) == pytest.approx(2.0, abs=1e-6)


def test_a_tail_that_is_too_short_to_count_is_carried_on() -> None:
    """Exponential peaks of mean 1, 50 weeks of them: once in 100 weeks is ln(n / rate) by the closed form."""
    draw = np.random.default_rng(1)
    got = []
    for _again in range(40):
        score = np.zeros(50 * 168)
        score[::56] = draw.exponential(size=150)  # three a week
        got.append(limit_for(score, 0.5))
    assert np.mean(got) == pytest.approx(np.log(150 / 0.5), rel=0.1)
