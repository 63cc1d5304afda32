"""Figures against closed forms worked out by hand."""

import pytest

from resilience.judge.metrics import (
    interruptions,
    quality,
    resilience,
)
from tests.resilience.town import HOUR, course, tiny_city


def test_bruneau_of_a_rectangle() -> None:
    """q falls to 0.4 at 10 s and is back at 50 s: loss 0.6 x 40 s, regained 0.6 in 40 s."""
    found = resilience(course((0, 1.0), (10, 0.4), (50, 1.0)), 0, 100_000)
    assert found.loss_s == pytest.approx(24.0)
    assert found.resilience == pytest.approx(0.76)
    assert found.robustness == 0.4
    assert found.rapidity_per_s == pytest.approx(0.6 / 40)


def test_bruneau_of_a_staircase() -> None:
    """Regained in two steps: from the fall to 0.2 at 20 s until 1.0 at 80 s."""
    found = resilience(course((0, 1.0), (10, 0.5), (20, 0.2), (40, 0.6), (80, 1.0)), 0, 100_000)
    assert found.loss_s == pytest.approx(0.5 * 10 + 0.8 * 20 + 0.4 * 40)
    assert found.rapidity_per_s == pytest.approx(0.8 / 60)


def test_nothing_lost_or_nothing_back() -> None:
    assert resilience(course((0, 1.0)), 0, 1000).loss_s == 0.0
    assert resilience(course((0, 1.0)), 0, 1000).rapidity_per_s is None
    assert resilience(course((0, 1.0), (1, 0.5)), 0, 10_000).rapidity_per_s is None


def test_quality_of_other_units() -> None:
    city = tiny_city()
    litres = quality(course((0, 30.0), (1, 7.5)), city.levels["litres-d1"])
    assert litres.values.tolist() == [1.0, 0.5]
    index = quality(course((0, 1.0), (1, 3.0)), city.levels["travel-time-index"])
    assert index.values.tolist() == [1.0, 0.5]
    share = quality(course((0, 0.7)), city.levels["water-supply-d1"])
    assert share.values.tolist() == [0.7]


def test_saidi_by_hand() -> None:
    """A thousand people: 400 lose everything for 60 min, 600 lose half for 30 min. A minute's blink does not count."""
    dark = course((0, 1.0), (600, 0.0), (4200, 1.0))
    half = course((0, 1.0), (600, 0.5), (2400, 1.0), (3000, 0.0), (3060, 1.0))
    found = interruptions([(dark, 400), (half, 600)], 1000, 0, 2 * HOUR)
    assert found.saidi_min == pytest.approx((400 * 60 + 300 * 30) / 1000)
    assert found.saifi == pytest.approx(0.7)
    assert found.caidi_min == pytest.approx(found.saidi_min / found.saifi)
    assert interruptions([(course((0, 1.0)), 10)], 10, 0, HOUR).caidi_min is None
    with pytest.raises(ValueError, match="nobody"):
        interruptions([], 0, 0, HOUR)
