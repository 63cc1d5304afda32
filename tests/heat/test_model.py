"""Rooms against the differential equation they follow, and against the figures that cooling tests gave."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from simulator.lifelines.district_heating.model import Building

HOUR_S = 3600.0
BRICK = Building.designed(peak_w=5000.0, tau_s=65 * HOUR_S, set_c=20.0, design_c=-12.0)


def test_unheated_brick_at_freezing_is_below_18_after_seven_hours() -> None:
    """65 h of time constant: 20 exp(-t / 65 h) = 18 at 65 h ln(20 / 18) = 6.85 h, by hand."""
    assert BRICK.until_s(20.0, 0.0, 0.0, 18.0) / HOUR_S == pytest.approx(6.8484, abs=1e-3)


def test_after_one_time_constant_the_difference_is_a_part_in_e() -> None:
    assert BRICK.after_c(20.0, 0.0, -12.0, 65 * HOUR_S) == pytest.approx(-12.0 + 32.0 / math.e)


def test_at_the_design_temperature_the_radiators_just_hold_the_room() -> None:
    assert BRICK.asked_w(20.0, -12.0) == pytest.approx(5000.0)
    assert BRICK.goal_c(5000.0, -12.0) == pytest.approx(20.0)


def test_a_summer_day_asks_for_nothing() -> None:
    assert BRICK.asked_w(20.0, 25.0) == 0.0


def test_no_building_is_sized_for_warmth_outdoors() -> None:
    with pytest.raises(ValueError, match="no heating"):
        Building.designed(5000.0, HOUR_S, 20.0, 20.0)


@given(
    room_c=st.floats(-10.0, 25.0),
    outdoor_c=st.floats(-20.0, 15.0),
    share=st.floats(0.0, 1.0),
    hours=st.floats(0.1, 100.0),
)
def test_the_closed_form_is_the_solution_of_the_equation(
    room_c: float, outdoor_c: float, share: float, hours: float
) -> None:
    """SciPy integrates C dT/dt = P - UA (T - T_out) step by step."""
    heat_w, seconds = share * BRICK.peak_w, hours * HOUR_S
    capacity_j_k = BRICK.tau_s * BRICK.ua_w_k

    def slope(_: float, t: list[float]) -> list[float]:
        return [(heat_w - BRICK.ua_w_k * (t[0] - outdoor_c)) / capacity_j_k]

    stepped = solve_ivp(slope, (0.0, seconds), [room_c], rtol=1e-9, atol=1e-9).y[0, -1]
    assert BRICK.after_c(room_c, heat_w, outdoor_c, seconds) == pytest.approx(stepped, abs=1e-5)


@given(room_c=st.floats(0.0, 25.0), goal_w=st.floats(0.0, 5000.0), mark_c=st.floats(0.0, 25.0))
def test_a_mark_is_reached_when_it_is_said_to_be(room_c: float, goal_w: float, mark_c: float) -> None:
    seconds = BRICK.until_s(room_c, goal_w, -5.0, mark_c)
    if math.isinf(seconds):
        return
    assert BRICK.after_c(room_c, goal_w, -5.0, seconds) == pytest.approx(mark_c, abs=1e-6)
