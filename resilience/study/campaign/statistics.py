"""Figures of many runs with what they leave open: intervals at a stated confidence.

Percentiles have exact binomial intervals from order statistics (Hahn and Meeker, Statistical Intervals, 1991, section
5.2), shares those of Clopper and Pearson (1934), means bootstrap intervals, bias-corrected and accelerated (Efron
1987), by scipy.stats. All take runs for independent draws. Latin hypercube and Sobol points are spread more evenly than
that, so that their intervals are as a rule wider than they need be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 2000
"""Bootstrap samples (assumption): the ends of an interval then move by little from seed to seed."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval. An end is None where so few runs leave it open."""

    value: float
    low: float | None
    high: float | None

    @property
    def beyond_zero(self) -> bool:
        """Whether the interval leaves no doubt about the sign."""
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)


def percentile(values: Sequence[float], share: float) -> Estimate:
    """The value that `share` of all runs do not exceed, with its interval. Raises `ValueError` without values."""
    from scipy.stats import binom

    if not values:
        raise ValueError("no values, no percentile")
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    at = int(np.clip(np.ceil(share * n), 1, n))  # the inverse of the empirical distribution, as in Hahn and Meeker
    tail = (1.0 - CONFIDENCE) / 2.0
    # P(the k-th smallest lies above the percentile) = P(fewer than k values are below it)
    ranks = np.arange(1, n + 1)
    too_high = binom.cdf(ranks - 1, n, share)
    lows, highs = ranks[too_high <= tail], ranks[too_high >= 1.0 - tail]
    low = None if not len(lows) else float(ordered[lows[-1] - 1])
    high = None if not len(highs) else float(ordered[highs[0] - 1])
    return Estimate(float(ordered[at - 1]), low, high)


def proportion(count: int, of: int) -> Estimate:
    """A share of runs with its interval. Raises `ValueError` for a share of nothing."""
    from scipy.stats import binomtest

    if of < 1:
        raise ValueError("no runs, no share")
    interval = binomtest(count, of).proportion_ci(CONFIDENCE, method="exact")
    return Estimate(count / of, float(interval.low), float(interval.high))


def mean(values: Sequence[float], seed: int, what: str) -> Estimate:
    """The mean of runs with its interval; `what` makes the bootstrap's own random stream.

    Open for fewer than two runs. Where all runs have one value, nothing was seen of its spread, and the interval is
    that value alone. Raises `ValueError` without values.
    """
    if not len(values):
        raise ValueError("no values, no mean")
    data = np.asarray(values, dtype=np.float64)
    value = float(data.mean())
    if len(data) < 2:
        return Estimate(value, None, None)
    if np.ptp(data) == 0.0:
        return Estimate(value, value, value)
    return _bootstrapped(value, (data,), lambda x, axis: np.mean(x, axis=axis), seed, what)


def difference(before: Sequence[float], after: Sequence[float], seed: int, what: str) -> Estimate:
    """The mean of `after` less that of `before`, of independent runs, with its interval.

    Open where either has fewer than two runs. Raises `ValueError` without values.
    """
    if not len(before) or not len(after):
        raise ValueError("no values, no difference")
    one, other = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    value = float(other.mean() - one.mean())
    if min(len(one), len(other)) < 2:
        return Estimate(value, None, None)
    if np.ptp(one) == 0.0 and np.ptp(other) == 0.0:
        return Estimate(value, value, value)
    return _bootstrapped(
        value, (one, other), lambda x, y, axis: np.mean(y, axis=axis) - np.mean(x, axis=axis), seed, what
    )


def _bootstrapped(
    value: float, data: tuple[NDArray[np.float64], ...], statistic: Callable[..., Any], seed: int, what: str
) -> Estimate:
    from scipy.stats import bootstrap

    words = np.frombuffer(hashlib.sha256(f"{seed}\x1f{what}".encode()).digest(), dtype="<u4")
    rng = np.random.default_rng(words.tolist())
    batch = max(1, 2_000_000 // max(len(sample) for sample in data))  # so that many runs do not fill the memory
    found = bootstrap(
        data, statistic, n_resamples=RESAMPLES, batch=batch, confidence_level=CONFIDENCE, rng=rng, vectorized=True
    )
    low, high = float(found.confidence_interval.low), float(found.confidence_interval.high)
    if not (np.isfinite(low) and np.isfinite(high)):  # the correction fails where hardly a run differs
        return Estimate(value, None, None)
    return Estimate(value, low, high)
