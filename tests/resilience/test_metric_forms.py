"""Metrics of power, water, traffic, data networks and what is served, against closed forms worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resilience.judge.metrics import (
    Readings,
    availability,
    ecs,
    energy_not_supplied_j,
    equivalent_outage_h,
    failover_s,
    interruptions,
    litres_per_person_d,
    pcs,
    people_below_pressure,
    ratios,
    recovery_point_s,
    service_availability,
    share_in_time,
    todini_index,
    total_delay_s,
    travel_time_index,
)
from resilience.judge.metrics.table import metrics_of
from resilience.judge.verdict import Metric, Value, Verdict, read_verdict, verdict_json
from simulator.contracts.words import Said
from tests.resilience.town import HOUR, course, history, tiny_city


def test_customer_minutes() -> None:
    found = interruptions([(course((0, 1.0), (600, 0.25), (4200, 1.0)), 400)], 0, 2 * HOUR)
    assert found.customer_minutes == pytest.approx(0.75 * 400 * 60)
    assert found.customers_interrupted == pytest.approx(300)


def test_energy_not_supplied_counts_no_surplus() -> None:
    """2 kW asked, 0.5 kW given for 10 min; then 1 kW asked and 3 kW there: nothing is made good by it."""
    demand = course((-60, 2000.0), (600, 1000.0))
    supplied = course((-60, 500.0), (600, 3000.0))
    assert energy_not_supplied_j(demand, supplied, 0, HOUR) == pytest.approx(1500.0 * 600)
    assert energy_not_supplied_j(demand, supplied, 300_000, HOUR) == pytest.approx(1500.0 * 300)


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


def test_people_below_the_pressure_limit() -> None:
    assert people_below_pressure([25.0, 20.4, 3.0, -1.0], [100, 200, 300, 400], 20.4) == 700.0


def test_todini_of_one_pipe() -> None:
    """0.1 m3/s from a source at 60 m to a junction at 20 m that needs 20 m and gets 30 m: half the surplus arrives."""
    assert todini_index([0.1], [50.0], [30.0], 20.0, [0.1], [60.0]) == pytest.approx(0.5)
    lifted = todini_index([0.1], [50.0], [30.0], 20.0, [0.1], [45.0], [0.1], [-15.0])
    assert lifted == pytest.approx(0.5)
    assert math.isnan(todini_index([0.1], [40.0], [20.0], 20.0, [0.1], [40.0]))


def test_litres_for_each_person_and_day() -> None:
    assert litres_per_person_d(7.5, 1000, 43200.0) == pytest.approx(15.0)
    with pytest.raises(ValueError, match="people"):
        litres_per_person_d(1.0, 0, 60.0)


def test_trips() -> None:
    actual, free = [600.0, 90.0, 300.0], [300.0, 100.0, 300.0]
    assert total_delay_s(actual, free) == 300.0
    assert travel_time_index(actual, free) == pytest.approx(990 / 700)
    assert share_in_time([100.0, 720.0, 720.1, math.inf]) == 0.5
    assert share_in_time([]) == 1.0
    with pytest.raises(ValueError, match="travels"):
        travel_time_index([], [])


def test_availability_is_a_mean_over_time() -> None:
    assert availability(course((0, 1.0), (60, 0.0), (90, 0.5)), 0, 120_000) == pytest.approx((60 + 15) / 120)


def test_failover_counts_from_the_fault_and_not_from_the_loss() -> None:
    up = course((0, 1.0), (70, 0.0), (85, 1.0), (100, 0.0))
    assert failover_s(up, 60_000, HOUR) == 25.0
    assert failover_s(up, 90_000, HOUR) is None
    assert failover_s(up, 0, 60_000) == 0.0


def test_recovery_point() -> None:
    """Readings a minute apart; those of the last two minutes before the failure were never stored."""
    taken = np.arange(0, 600_001, 60_000)
    kept = taken <= 420_000
    assert recovery_point_s(taken, kept, 550_000) == 130.0
    assert recovery_point_s(taken, kept, 400_000) == 40.0
    assert recovery_point_s(taken, np.zeros_like(kept), 400_000) is None


def test_readings() -> None:
    found = Readings(read=1000, delivered=900, late=90, lost=60, held=40)
    assert found.lost_share == 0.06 and found.late_share == 0.1
    assert Readings(0, 0, 0, 0, 0).lost_share == Readings(0, 0, 0, 0, 0).late_share == 0.0


def test_the_table_of_a_run() -> None:
    """Water in one district of two halves for an hour of two: the means over people and over districts differ."""
    city = tiny_city()
    halved = course((-60, 1.0), (3600, 0.5), (7200, 1.0))
    past = history({"water-supply-d1": halved, "water-supply-d2": course((-60, 1.0))})
    rows = {(row.id, row.subject.en): row for row in metrics_of(city, past, Readings(100, 90, 9, 10, 0))}
    assert rows["eoh-pcs", "water supply"].value == pytest.approx(0.5 * 1000 / 4000)
    assert rows["eoh-ecs", "water supply"].value == pytest.approx(0.25)
    assert rows["person-hours", "water supply"].value == pytest.approx(1000.0)
    assert rows["readings-lost", "telemetry"].value == pytest.approx(0.1)
    assert not any(
        name == "saidi" for name, _ in rows
    )  # power was not recorded: no figure is better than a made-up one


def test_metrics_come_back_from_verdict_json() -> None:
    same = Said({"de": "gleich", "en": "same"})
    rows = (Metric("saidi", same, same, 1.5, "min", "IEEE 1366"), Metric("caidi", same, same, None, "min", "IEEE 1366"))
    verdict = Verdict("x", same, same, Value.PASS, same, (), (), rows)
    assert read_verdict(verdict_json(verdict)) == verdict
