"""No reading lost: judged against a count by hand, reading by reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.judge.checkers.context import Context
from resilience.judge.checkers.expectations import check_expectations
from resilience.judge.verdict import Finding, Value
from resilience.scenario.scenario import Delivery, TimeLimit, Window
from simulator.contracts.history import HELD, LOST, Deliveries
from tests.resilience.town import HOUR, history, scenario, tiny_city

CITY = tiny_city()
END_S = HOUR // 1000
ITEM = Delivery("all", TimeLimit(600.0))
Row = tuple[int, int, int]
"""When they were taken and stored (s; negative: lost or held), and how many they are."""


def found(*rows: Row, item: Delivery = ITEM) -> Finding:
    taken, stored, count = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    past = Deliveries(taken * 1000, np.where(stored < 0, stored, stored * 1000), count)
    asked = scenario(expectations=[item], duration_s=float(END_S))
    return check_expectations(Context(asked, CITY, replace(history(end=HOUR), deliveries=past)))[0]


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([(0, 0, 5), (60, 660, 5)], Value.PASS),
        ([(0, 0, 5), (60, 661, 1)], Value.FAIL),
        ([(0, 0, 5), (60, LOST, 1)], Value.FAIL),
        ([(0, 0, 5), (60, HELD, 1)], Value.FAIL),
        ([(0, 0, 5), (END_S - 600, HELD, 1)], Value.FAIL),
        ([(0, 0, 5), (END_S - 599, HELD, 1)], Value.PASS),  # still under way
        ([(END_S - 599, END_S, 1)], Value.INCONCLUSIVE),
        ([(-60, LOST, 1)], Value.INCONCLUSIVE),  # of the warm-up
        ([(-60, LOST, 1), (0, 1, 1)], Value.PASS),
        ([(-1, LOST, 1), (0, 1, 1)], Value.PASS),
    ],
)
def test_all_of_them_in_time(rows: list[Row], value: Value) -> None:
    assert found(*rows).value is value


def test_a_clock_that_is_fast_dates_readings_of_the_warm_up_into_the_window() -> None:
    past = Deliveries(np.array([5000, 6000]), np.array([-1, -2]), np.array([1, 1]))
    asked = scenario(expectations=[ITEM], duration_s=float(END_S))
    made = check_expectations(Context(asked, CITY, replace(history(end=HOUR), deliveries=past)))[0]
    assert made.value is Value.PASS


def test_only_readings_of_the_gateways_that_are_meant() -> None:
    taken, stored = np.array([0, 0, 60_000]), np.array([0, LOST, 60_000])
    past = Deliveries(taken, stored, np.array([5, 7, 9]), np.array([0, 1, 2]), ("old", "new", "other"))
    for gateways, value, count in ((("old", "other"), Value.PASS, 14), (("new",), Value.FAIL, 7), ((), Value.FAIL, 21)):
        asked = scenario(expectations=[replace(ITEM, gateways=gateways)], duration_s=float(END_S))
        (made,) = check_expectations(Context(asked, CITY, replace(history(end=HOUR), deliveries=past)))
        assert made.value is value
        assert f"of {count} readings" in made.reason.en


def test_a_share_of_them_and_a_window() -> None:
    rows = [(0, 0, 90), (60, LOST, 6), (120, 900, 4)]
    finding = found(*rows)
    assert finding.value is Value.FAIL
    assert finding.reason.en == "90 of 100 readings were stored within 10 min. 6 were lost, 4 came later or not yet."
    assert finding.actual is not None and finding.actual.value == pytest.approx(0.9)
    assert {one.name: one.value for one in finding.figures} == {
        "delivered in time": pytest.approx(0.9),
        "readings lost": 6.0,
        "readings late": 4.0,
        "slowest reading": 780.0,
    }
    assert found(*rows, item=replace(ITEM, share=0.9)).value is Value.PASS
    assert found(*rows, item=replace(ITEM, share=0.91)).value is Value.FAIL
    assert found(*rows, item=replace(ITEM, window=Window(0.0, 60.0))).value is Value.PASS
    assert found(*rows, item=replace(ITEM, window=Window(60.0, None))).value is Value.FAIL
    assert found(*rows, (200, LOST, 1), item=replace(ITEM, window=Window(180.0, None))).value is Value.FAIL


def test_what_nobody_followed_is_not_judged() -> None:
    asked = scenario(expectations=[ITEM], duration_s=float(END_S))
    finding = check_expectations(Context(asked, CITY, history(end=HOUR)))[0]
    assert finding.value is Value.INCONCLUSIVE and "was not recorded" in finding.reason.en


FATES = st.one_of(st.just(LOST), st.just(HELD), st.integers(0, END_S))


@given(st.lists(st.tuples(st.integers(-600, END_S - 1), FATES, st.integers(1, 5)), max_size=12), st.integers(1, 1800))
def test_against_a_count_by_the_reading(rows: list[Row], within_s: int) -> None:
    one_each = [(taken, max(stored, taken) if stored >= 0 else stored) for taken, stored, n in rows for _ in range(n)]
    due = [one for one in one_each if 0 <= one[0] <= END_S - within_s]
    good = sum(stored >= 0 and stored - taken <= within_s for taken, stored in due)
    packed = [(taken, max(stored, taken) if stored >= 0 else stored, n) for taken, stored, n in rows]
    finding = found(*packed, item=replace(ITEM, within=TimeLimit(float(within_s))))
    expected = Value.INCONCLUSIVE if not due else Value.PASS if good == len(due) else Value.FAIL
    assert finding.value is expected
