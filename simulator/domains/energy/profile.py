"""How the sun goes through the day: a factor on what is rated."""

from __future__ import annotations

import math
from datetime import datetime

STEP_S = 900
"""Loads and sun move in steps of a quarter of an hour, as German standard load profiles do."""

CLEARNESS = 0.5
"""Share of the sun's radiation above the air that reaches the ground (assumption: between overcast and clear)."""
SOLAR_CONSTANT_W_M2 = 1361.0
"""Total solar irradiance (Kopp and Lean 2011)."""
TEST_IRRADIANCE_W_M2 = 1000.0
"""Irradiance at which a panel gives its rated power (IEC 61215 standard test conditions)."""


def declination_rad(day_of_year: int) -> float:
    """The sun's declination: 23.45 deg sin(360 deg (284 + n) / 365) (Cooper 1969)."""
    return math.radians(23.45) * math.sin(2 * math.pi * (284 + day_of_year) / 365)


def elevation_rad(latitude_deg: float, day_of_year: int, solar_hour: float) -> float:
    """The sun's height over the horizon, negative at night, at true solar time `solar_hour` (12 = noon).

    sin h = sin(latitude) sin(declination) + cos(latitude) cos(declination) cos(hour angle), 15 degrees an hour.
    """
    latitude, declination = math.radians(latitude_deg), declination_rad(day_of_year)
    hour_angle = math.radians(15.0 * (solar_hour - 12.0))
    sine = math.sin(latitude) * math.sin(declination)
    sine += math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    return math.asin(max(-1.0, min(1.0, sine)))


def sun_factor(latitude_deg: float, when: datetime) -> float:
    """PV power now as a share of its rating: radiation on the flat ground over that of the panel's rating.

    Assumptions: the town's clock shows solar time; all panels lie flat; clearness as above.
    """
    hour = when.hour + (when.minute // 15) * 0.25
    height = elevation_rad(latitude_deg, when.timetuple().tm_yday, hour)
    ground = SOLAR_CONSTANT_W_M2 * CLEARNESS * max(0.0, math.sin(height))
    return min(1.0, ground / TEST_IRRADIANCE_W_M2)
