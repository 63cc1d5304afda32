"""The classes that components belong to when they fail, as their catalogues declare them, and when a failure comes."""

from __future__ import annotations

import math

from simulator.contracts.component import Component
from simulator.contracts.failure import FailureRate, Fragility, HazardType
from simulator.contracts.registry import registry

YEAR_S = 365.25 * 86400.0


def curve_of(component: Component, hazard: HazardType) -> Fragility | None:
    """The first curve that fits a component; None where nothing is known to happen to it."""
    return next((one for one in registry().fragilities.values() if one.hazard is hazard and one.of(component)), None)


def rate_of(component: Component) -> FailureRate | None:
    """The first class that fits a component; None where nothing is known of its failures."""
    return next((one for one in registry().rates.values() if one.of(component)), None)


def first_failure_s(rate_per_year: float, u: float) -> float:
    """The time of the first failure of a steady stream of them: -ln(1 - u) / rate; infinite if there are none."""
    if rate_per_year <= 0:
        return math.inf
    return -math.log1p(-u) / rate_per_year * YEAR_S
