"""What the houses behind a local substation take: by the hour, the day of the week, the season and the temperature.

A bus has households and businesses by their standard load profiles, and on top of them what some households have:
heat pumps and storage heaters, cooling, an electric car. What share has them is a fact of the bus, and so is the share
of businesses. The load in the network file is taken for the peak of a town as Germany is today on the coldest evening
that heating is designed for; whoever gives a bus more cars or heat pumps than that gives it more load.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.domains.energy.catalogue import BUS
from simulator.domains.energy.model import Floats, Grid
from simulator.domains.energy.standard_profiles import (
    BUSINESS_W,
    HOUSEHOLD_W,
    business_w,
    dynamisation,
    household_w,
    through,
)

HOUSEHOLD_KWH = 2600.0
"""Electricity of a household in a year without heating, cooling and cars: what these leave of 3,090 kWh (BDEW:
126.6 TWh in 2018, a good 41 million households in 2019; what they leave is an assumption)."""
DESIGN_C = -12.0
"""The coldest that heating is designed for (assumption: EN 12831, southern Germany; as for district heating)."""
LIMIT_C = 15.0
"""Houses are heated when it is colder than this (heating limit of VDI 3807, the usual one of unrefurbished houses)."""
HEAT_W = 5000.0
"""Heat of a household at the design temperature: 9.2 MWh a year at 1,800 h (BSI-KritisV 2021, Annexes 1 and 2)."""
COP = (6.0801, -0.0941, 0.0005)
"""Coefficient of performance of an air heat pump over the lift in K, constant, linear and square (Ruhnau et al. 2019,
When2Heat)."""
COP_IN_FIELD = 0.85
"""What is left of it in the field (Ruhnau et al. 2019)."""
RADIATOR_C = 40.0
"""Water in radiators at 0 °C outdoors; 1 K warmer for each K colder (Ruhnau et al. 2019)."""
STORING = (22, 6)
"""Hours between which storage heaters take their heat of the day (assumption: the low tariff of most suppliers)."""
CARS_HOUSEHOLD = 1.2
"""Cars of a household (Kraftfahrt-Bundesamt: 49 million in 41 million households, 2024)."""
CAR_KWH = 2500.0
"""What an electric car charges in a year (assumption: 12,500 km at 0.2 kWh, losses included)."""
# fmt: off
CHARGING = (
    0.045, 0.03, 0.02, 0.015, 0.01, 0.01, 0.01, 0.015, 0.02, 0.025, 0.03, 0.03,
    0.035, 0.035, 0.04, 0.05, 0.065, 0.085, 0.095, 0.095, 0.085, 0.07, 0.055, 0.03,
)
# fmt: on
"""Share of a day's charging in each hour (assumption: at home, after the last trip of the day, on all days alike)."""
COOLER_W = 1000.0
"""What a household's cooling takes while it runs (assumption: a mobile unit)."""
COOLING_C = (24.0, 35.0)
"""Outdoors, from where on some cool, and where all that can do (assumption)."""
BUSINESS_COOLING = 0.25
"""What businesses take on top in that heat, as a share of their mean power (assumption)."""
YEAR_H = 8760.0


def heating(outdoor_c: float) -> float:
    """Heat that a house takes, as a share of that at the design temperature; in greater cold it is more than 1."""
    return max(0.0, (LIMIT_C - outdoor_c) / (LIMIT_C - DESIGN_C))


def performance(outdoor_c: float) -> float:
    """Heat over electricity of an air heat pump with radiators; below a lift of 15 K that at 15 K."""
    lift = max(15.0, RADIATOR_C - 2.0 * outdoor_c)
    return max(1.0, COP_IN_FIELD * (COP[0] + COP[1] * lift + COP[2] * lift**2))


def cooling(outdoor_c: float) -> float:
    """Share of coolers that run."""
    return min(1.0, max(0.0, (outdoor_c - COOLING_C[0]) / (COOLING_C[1] - COOLING_C[0])))


def _storing(hour: int) -> float:
    """Power of storage heaters over the mean heat of the day."""
    begin, end = STORING
    return 24.0 / (24 - begin + end) if hour >= begin or hour < end else 0.0


@dataclass(frozen=True, slots=True)
class Mix:
    """What hangs on each bus, as shares: of its businesses in the year's energy without heating, cooling and cars; of
    its households with a heat pump, with storage heaters, with cooling; of its cars that are electric."""

    business: Floats
    heat_pumps: Floats
    storage_heaters: Floats
    cooled: Floats
    electric_cars: Floats

    def power_w(self, when: datetime, outdoor_c: float) -> Floats:
        """Power for each household's year of energy on the bus."""
        return self._power_w(household_w(when), business_w(when), when.hour, through(CHARGING, when), outdoor_c)

    def _power_w(self, home: float, business: float, hour: int, charging: float, outdoor_c: float) -> Floats:
        heat, cool = heating(outdoor_c), cooling(outdoor_c)
        energy = HOUSEHOLD_KWH / 1000
        trade = business + BUSINESS_COOLING * cool * 1e6 / YEAR_H
        extra = self.heat_pumps * (HEAT_W * heat / performance(outdoor_c))
        extra = extra + self.storage_heaters * (HEAT_W * heat * _storing(hour))
        extra = extra + self.cooled * (COOLER_W * cool)
        extra = extra + self.electric_cars * (CARS_HOUSEHOLD * CAR_KWH * 1000 / 365 * charging)
        return np.asarray(energy * self.business * trade + (1 - self.business) * (energy * home + extra))

    def peak_w(self) -> Floats:
        """The most that it takes at the design temperature, on whatever day of the week and hour."""
        most = max(dynamisation(day) for day in range(1, 366))
        powers = np.array(
            [
                self._power_w(most * HOUSEHOLD_W[day][hour], BUSINESS_W[day][hour], hour, CHARGING[hour], DESIGN_C)
                for day in HOUSEHOLD_W
                if day[0] == "winter"
                for hour in range(24)
            ]
        )
        return np.asarray(powers.max(axis=0), dtype=np.float64)


class Demand:
    """The load of every bus over that in the network file."""

    def __init__(self, city: City, grid: Grid) -> None:
        declared = {one.name: one.default for one in registry().types[BUS].parameters}
        usual = {name: float(str(declared[name])) for name in _PARAMETERS}

        found = [city.components.get(bus) for bus in grid.bus_ids]

        def given(name: str) -> Floats:
            return np.array([usual[name] if one is None else one.number(name) for one in found])

        self._mix = Mix(*(given(name) for name in _PARAMETERS))
        business = self._mix.business
        today = Mix(business, *(np.full(len(business), usual[name]) for name in _PARAMETERS[1:]))
        self._peak_w = today.peak_w()

    def factor(self, when: datetime, outdoor_c: float) -> Floats:
        """Of each bus, constant within a quarter of an hour."""
        return self._mix.power_w(when, outdoor_c) / self._peak_w


_PARAMETERS = ("business_share", "heat_pump_share", "storage_heater_share", "cooled_share", "electric_car_share")
