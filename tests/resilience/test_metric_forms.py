"""Metrics of power, water, traffic, data networks and what is served, against closed forms worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from resilience.judge.metrics import (
    Readings,
    availability,
    ecs,
    equivalent_outage_h,
    interruptions,
    not_supplied,
    pcs,
    ratios,
    service_availability,
    todini_index,
)
from resilience.judge.verdict import Metric, Value, Verdict, read_verdict, verdict_json
from simulator.contracts.figures import ARRIVING, GIVEN, NEEDED
from simulator.contracts.words import Said, Verbatim
from simulator.domains.water.powers import powers
from tests.resilience.town import HOUR, course


def todini(*given: Any) -> float:
    found = powers(*given)
    return todini_index(found[ARRIVING], found[NEEDED], found[GIVEN])


def test_customer_minutes() -> None:
    found = interruptions([(course((0, 1.0), (600, 0.25), (4200, 1.0)), 400)], 400, 0, 2 * HOUR)
    assert found.customer_minutes == pytest.approx(0.75 * 400 * 60)
    assert found.customers_interrupted == pytest.approx(300)


def test_big_and_small_consumers() -> None:
    """Nine tenths of the demand are met, but only half of the consumers: the two shares differ as they should."""
    supplied, required = [9.0, 0.0, 5.0], [9.0, 1.0, 0.0]
    assert pcs(supplied, required) == pytest.approx(0.9)
    assert ecs(supplied, required) == pytest.approx(0.5)
    assert ratios(supplied, required)[:2].tolist() == [1.0, 0.0] and math.isnan(ratios(supplied, required)[2])


def test_more_than_required_helps_nobody_else() -> None:
    assert pcs([20.0, 0.0], [10.0, 10.0]) == 0.5
    assert ecs([20.0, 0.0], [10.0, 10.0]) == 0.5
    assert pcs([1.0], [0.0]) == ecs([], []) == 1.0


def test_equivalent_outage_is_a_step_function_over_the_whole_horizon() -> None:
    """A half served for three hours of a day: an hour and a half, whatever a trapezoid between the points would say."""
    served = course((0, 1.0), (3600, 0.5), (4 * 3600, 1.0))
    assert equivalent_outage_h(served, 0, 24 * HOUR) == pytest.approx(1.5)
    assert equivalent_outage_h(served, 2 * HOUR, 3 * HOUR) == pytest.approx(0.5)
    assert equivalent_outage_h(course((0, 1.2), (60, -0.1)), 0, 120_000) == pytest.approx(1 / 60)


def test_service_availability() -> None:
    found = service_availability([[1.0, 3.0], [0.5, 0.0]], [[1.0, 4.0], [1.0, 0.0]])
    assert found[0].tolist() == [1.0, 0.75] and found[1][0] == 0.5 and math.isnan(found[1][1])


def test_energy_not_supplied_counts_no_surplus() -> None:
    """2 kW asked, 0.5 kW given for 10 min; then 1 kW asked and 3 kW there: nothing is made good by it."""
    assert not_supplied([[500.0, 9.0], [3000.0, 9.0]], [[2000.0, 1.0], [1000.0, 1.0]], [600.0, 3000.0]) == 1500.0 * 600


def test_todini_of_one_pipe() -> None:
    """0.1 m3/s from a source at 60 m to a junction at 20 m that needs 20 m and gets 30 m: half the surplus arrives."""
    assert todini([0.1], [50.0], [30.0], 20.0, [0.1], [60.0]) == pytest.approx(0.5)
    assert todini([0.1], [50.0], [30.0], 20.0, [0.1], [45.0], [0.1], [-15.0]) == pytest.approx(0.5)
    assert math.isnan(todini([0.1], [40.0], [20.0], 20.0, [0.1], [40.0]))


def test_availability_is_a_mean_over_time() -> None:
    assert availability(course((0, 1.0), (60, 0.0), (90, 0.5)), 0, 120_000) == pytest.approx((60 + 15) / 120)


def test_readings() -> None:
    found = Readings(read=1000, delivered=900, late=90, lost=60, held=40)
    assert found.lost_share == 0.06 and found.late_share == 0.1
    assert Readings(0, 0, 0, 0, 0).lost_share == Readings(0, 0, 0, 0, 0).late_share == 0.0


def test_metrics_come_back_from_verdict_json() -> None:
    same = Said({"de": "gleich", "en": "same"})
    rows = (
        Metric("saidi", same, same, 1.5, "min", Verbatim("IEEE 1366")),
        Metric("caidi", same, same, None, "min", Verbatim("IEEE 1366")),
    )
    verdict = Verdict("x", same, same, Value.PASS, same, (), (), rows)
    assert read_verdict(verdict_json(verdict)) == verdict
