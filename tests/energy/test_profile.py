"""The sun against known values."""

from __future__ import annotations

import math
from datetime import datetime

import pytest

from simulator.domains.energy.profile import declination_rad, elevation_rad, sun_factor


@pytest.mark.parametrize("latitude", [0.0, 30.0, 48.4, 53.6])
def test_at_the_equinox_the_noon_sun_stands_at_the_complement_of_the_latitude(latitude: float) -> None:
    """Cooper's formula passes through zero at day 81."""
    assert math.degrees(elevation_rad(latitude, 81, 12.0)) == pytest.approx(90.0 - latitude, abs=0.01)


def test_solstices_are_at_the_tropics_within_the_formula_s_error() -> None:
    """Obliquity of the ecliptic 23.44 degrees; the solstices of 2026 fall on days 172 and 355."""
    assert math.degrees(declination_rad(172)) == pytest.approx(23.44, abs=0.05)
    assert math.degrees(declination_rad(355)) == pytest.approx(-23.44, abs=0.05)
    assert math.degrees(elevation_rad(48.4, 355, 12.0)) == pytest.approx(90 - 48.4 - 23.44, abs=0.05)


def test_day_length_at_the_solstices_is_the_published_one() -> None:
    """Sunrise equation cos w = -tan(latitude) tan(declination): Freiburg (48 N) has 8.2 h of sun in winter and 15.8 h
    in summer between the sun's centre crossing a flat horizon.
    """
    for day, hours in ((355, 8.2), (172, 15.8)):
        up = sum(elevation_rad(48.0, day, minute / 60) > 0 for minute in range(24 * 60)) / 60
        assert up == pytest.approx(hours, abs=0.1)


def test_a_winter_evening_has_no_pv_and_summer_noon_has_most() -> None:
    assert sun_factor(48.4, datetime(2026, 1, 20, 18, 0)) == 0.0
    assert sun_factor(48.4, datetime(2026, 6, 21, 0, 0)) == 0.0
    noon_winter = sun_factor(48.4, datetime(2026, 12, 21, 12, 0))
    noon_summer = sun_factor(48.4, datetime(2026, 6, 21, 12, 0))
    assert 0.0 < noon_winter < noon_summer <= 1.0
    assert noon_summer / noon_winter == pytest.approx(
        math.sin(math.radians(65.04)) / math.sin(math.radians(18.15)), rel=0.01
    )
