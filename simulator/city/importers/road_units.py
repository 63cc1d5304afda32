"""Units in which road tables are written, by the names that planners and GMNS give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.city.frame import FOOT_M
from simulator.city.road_file import HOUR_S, KM_H
from simulator.contracts.words import Text, Words

_ = Words("simulator.city")

MILE_M = 1609.344
LENGTHS_M: Mapping[str, float] = {
    "metres": 1.0,
    "feet": FOOT_M,
    "thousand feet": 1000 * FOOT_M,
    "kilometres": 1000.0,
    "miles": MILE_M,
}
LENGTH_NAMES: Mapping[str, Text] = {
    "metres": _("metres"),
    "feet": _("feet"),
    "thousand feet": _("thousand feet"),
    "kilometres": _("kilometres"),
    "miles": _("miles"),
}
TIMES_S: Mapping[str, float] = {"minutes": 60.0, "hours": HOUR_S, "seconds": 1.0}
TIME_NAMES: Mapping[str, Text] = {"minutes": _("minutes"), "hours": _("hours"), "seconds": _("seconds")}
SPEEDS_M_S: Mapping[str, float] = {"km/h": KM_H, "mph": MILE_M / HOUR_S, "m/s": 1.0}

DEGREES = "degrees"
COORDINATES = (DEGREES, "metres", "feet", "kilometres", "miles")
DAY, HOUR = "day", "hour"
PERIODS = (DAY, HOUR)

_SHORT = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet"), FOOT_M),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles"), MILE_M),
    **dict.fromkeys(("cm", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("in", "inch", "inches"), FOOT_M / 12),
    **dict.fromkeys(("yd", "yard", "yards"), 3 * FOOT_M),
}
_SPEEDS = {
    **dict.fromkeys(("kmh", "kph", "kmph", "kmperh", "kmperhour", "kmhr"), KM_H),
    **dict.fromkeys(("mph", "milesperhour", "mileperhour", "miph", "mih"), MILE_M / HOUR_S),
    **dict.fromkeys(("ms", "mps", "meterspersecond", "metrespersecond"), 1.0),
}


def length_unit_m(name: str) -> float | None:
    """Metres in a unit of length as GMNS tables call it; None for a name that says nothing."""
    return _SHORT.get(name.strip().lower())


def speed_unit_m_s(name: str) -> float | None:
    """Metres a second in a unit of speed as GMNS tables call it; None for a name that says nothing."""
    return _SPEEDS.get(re.sub(r"[^a-z]", "", name.lower()))


@dataclass(frozen=True, slots=True)
class RoadUnits:
    """Units that the planner names; what is empty is found out. `period` is what a trip table counts."""

    length: str = ""
    time: str = ""
    speed: str = ""
    coordinates: str = ""
    period: str = ""

    @property
    def coordinate_m(self) -> float | None:
        """Metres in one unit of the coordinates; None where they are degrees or nothing is said."""
        return None if self.coordinates in ("", DEGREES) else LENGTHS_M[self.coordinates]


GUESSED = RoadUnits()
"""Nothing is said of units."""
