"""Intervals against published tables and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from resilience.study.campaign.statistics import mean, percentile, proportion

MEDIAN_RANKS = {6: (1, 6), 10: (2, 9), 15: (4, 12), 20: (6, 15), 25: (8, 18)}
"""Ranks of the 95 % interval of a median, as in the tables of the sign test (Conover, Practical Nonparametric
Statistics, table A3)."""


@pytest.mark.parametrize(("n", "ranks"), MEDIAN_RANKS.items())
def test_the_median_has_the_ranks_of_the_published_table(n: int, ranks: tuple[int, int]) -> None:
    values = [float(rank) for rank in range(n, 0, -1)]  # the k-th smallest is k
    found = percentile(values, 0.5)
    assert (found.low, found.high) == ranks


def test_too_few_runs_leave_an_end_open() -> None:
    few = percentile([1.0, 2.0, 3.0, 4.0, 5.0], 0.5)
    assert (few.value, few.low, few.high) == (3.0, None, None)  # 1/16 of both tails is more than 5 %
    # 0.95**n <= 0.025 needs 72 runs: the largest is then above the 95th percentile with the confidence asked for
    assert percentile([float(i) for i in range(71)], 0.95).high is None
    assert percentile([float(i) for i in range(72)], 0.95).high == 71.0


def test_a_share_has_the_interval_of_clopper_and_pearson() -> None:
    # closed forms at the ends: (alpha / 2)**(1 / n)
    found = proportion(20, 20)
    assert found.low == pytest.approx(0.025 ** (1 / 20)) and found.high == 1.0
    none = proportion(0, 20)
    assert none.low == 0.0 and none.high == pytest.approx(1 - 0.025 ** (1 / 20))


def test_intervals_hold_what_they_promise() -> None:
    rng = np.random.default_rng(1)
    true_mean, true_p90 = 1.0, float(np.log(10))  # of the exponential distribution
    inside = {"mean": 0, "percentile": 0}
    for trial in range(300):
        values = rng.exponential(size=80).tolist()
        for name, found, truth in (
            ("mean", mean(values, trial, "x"), true_mean),
            ("percentile", percentile(values, 0.9), true_p90),
        ):
            assert found.low is not None and found.high is not None
            inside[name] += found.low <= truth <= found.high
    assert inside["percentile"] >= 0.93 * 300  # exact: at least 95 %, less two standard errors
    assert inside["mean"] >= 0.90 * 300  # approximate: published coverage for n = 80 is about 93 %


def test_the_same_seed_gives_the_same_interval_and_another_purpose_another() -> None:
    values = np.random.default_rng(2).exponential(size=50).tolist()
    assert mean(values, 1, "a") == mean(values, 1, "a")
    assert mean(values, 1, "a") != mean(values, 1, "b")


def test_what_never_varies_is_itself() -> None:
    assert (mean([2.0] * 9, 1, "a").low, mean([2.0] * 9, 1, "a").high) == (2.0, 2.0)
    assert mean([3.0], 1, "a").low is None
