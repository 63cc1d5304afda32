"""How warm it is outdoors on an ordinary day of a German year; what heats and cools by electricity depends on it."""

from __future__ import annotations

import math
from datetime import datetime

MONTHS_C = (0.9, 1.5, 4.6, 9.0, 13.1, 16.4, 18.3, 18.0, 13.9, 9.4, 4.8, 1.8)
"""Mean temperature of each month in Germany, 1991 to 2020 (DWD; the months from memory, their mean is the published
9.3 °C)."""
SWING_C = (2.0, 5.0)
"""How far a day swings about its mean, in January and in July (assumption)."""
WARMEST_H = 15.0
"""Hour at which it is warmest (assumption)."""


def ordinary_c(when: datetime) -> float:
    """Temperature in a mean year: straight from the middle of a month to that of the next, and a sine.

    Constant within a quarter of an hour.
    """
    hour = when.hour + when.minute // 15 / 4
    at = when.month - 1 + (when.day - 0.5) / 30.5 - 0.5
    before, share = int(at // 1), at % 1
    mean = MONTHS_C[before % 12] * (1 - share) + MONTHS_C[(before + 1) % 12] * share
    summer = 0.5 - 0.5 * math.cos(2 * math.pi * at / 12)
    swing = SWING_C[0] + (SWING_C[1] - SWING_C[0]) * summer
    return mean + swing * math.cos(2 * math.pi * (hour - WARMEST_H) / 24)
