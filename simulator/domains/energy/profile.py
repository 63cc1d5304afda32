"""How load and sun go through the day: factors on what is rated in the network file."""

from __future__ import annotations

import math
from datetime import datetime

STEP_S = 900
"""Loads and sun move in steps of a quarter of an hour, as German standard load profiles do."""

# fmt: off
WINTER = (
    0.52, 0.47, 0.44, 0.43, 0.44, 0.50, 0.64, 0.78, 0.80, 0.79, 0.79, 0.81,
    0.84, 0.80, 0.77, 0.77, 0.83, 0.95, 1.00, 0.98, 0.90, 0.80, 0.70, 0.60,
)
SUMMER = (
    0.44, 0.40, 0.38, 0.37, 0.38, 0.42, 0.52, 0.62, 0.66, 0.67, 0.68, 0.71,
    0.74, 0.70, 0.66, 0.64, 0.65, 0.69, 0.73, 0.75, 0.74, 0.71, 0.63, 0.53,
)
# fmt: on
"""Load at each full hour as a share of the year's peak (assumption: a mixed district with an evening peak)."""

CLEARNESS = 0.5
"""Share of the sun's radiation above the air that reaches the ground (assumption: between overcast and clear)."""
SOLAR_CONSTANT_W_M2 = 1361.0
"""Total solar irradiance (Kopp and Lean 2011)."""
TEST_IRRADIANCE_W_M2 = 1000.0
"""Irradiance at which a panel gives its rated power (IEC 61215 standard test conditions)."""


def season(when: datetime) -> float:
    """0 in winter (1 November to 20 March), 1 in summer (15 May to 14 September), 0.5 between.

    The dates are those of the BDEW standard load profiles.
    """
    day = (when.month, when.day)
    if day >= (11, 1) or day <= (3, 20):
        return 0.0
    return 1.0 if (5, 15) <= day <= (9, 14) else 0.5


def load_factor(when: datetime) -> float:
    """Load now as a share of its rating, straight between full hours, constant within a quarter of an hour."""
    quarter = when.minute // 15 / 4
    here, after = when.hour, (when.hour + 1) % 24
    summer = season(when)
    at_winter = WINTER[here] + quarter * (WINTER[after] - WINTER[here])
    at_summer = SUMMER[here] + quarter * (SUMMER[after] - SUMMER[here])
    return (1 - summer) * at_winter + summer * at_summer


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
