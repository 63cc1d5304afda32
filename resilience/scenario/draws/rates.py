"""How often a component fails in a year, by its class and age, and how long something stays broken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

from resilience.scenario.norms import Confidence
from simulator.contracts.component import NO_PARAMETERS, Component, Value
from simulator.contracts.document import load_document

_NORMAL = NormalDist()
_LEAST, _MOST = 1e-12, 1.0 - 1e-12


@dataclass(frozen=True, slots=True)
class Outage:
    """Time until it is mended: lognormal, half of them within `median_s`; `beta` is the spread of its logarithm."""

    median_s: float
    beta: float
    source: str
    confidence: Confidence

    def seconds(self, u: float) -> float:
        """The time that a share `u` (0 to 1) of all cases does not exceed, in whole seconds, 1 at least.

        median * exp(beta * z(u)), with z the quantile of the normal distribution.
        """
        z = _NORMAL.inv_cdf(min(max(u, _LEAST), _MOST))
        return max(1.0, float(round(self.median_s * math.exp(self.beta * z))))

    @property
    def shown(self) -> str:
        return f"{self.median_s / 3600:g} h, beta {self.beta:g}"


def read_outage(row: Mapping[str, Any]) -> Outage:
    """An outage as the data files write it, in hours."""
    return Outage(
        float(row["median_h"]) * 3600.0, float(row["beta"]), str(row["source"]), Confidence(row["confidence"])
    )


YEAR_S = 365.25 * 86400.0
ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True)
class FailureRate:
    """The failures of one class of component, and the fault that it gets.

    `rate` is failures a year at the age `mean_age_years`, of one component or, with `per_km`, of one kilometre. It
    grows by `growth` (share a year) with age. Past `support_years`, the end of its planned life or of its maker's
    support, it is multiplied by `past_support`. `ageing` is where these four come from. `where` are parameters that a
    component of the class has. `support_source` is where `support_years` comes from.
    """

    id: str
    kinds: tuple[str, ...]
    rate: float
    per_km: bool
    fault: str
    parameters: Mapping[str, Value]
    source: str
    confidence: Confidence
    mean_age_years: float
    growth: float
    support_years: float
    past_support: float
    ageing: str
    outage: Outage
    where: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    support_source: str = ASSUMPTION

    @property
    def shown(self) -> str:
        return f"{self.rate:g} a year" + (" and km" if self.per_km else "")

    @property
    def ageing_shown(self) -> str:
        grows = f"{100 * self.growth:g} % a year, given at {self.mean_age_years:g}"
        return f"{grows}; x {self.past_support:g} past {self.support_years:g} years"

    def of(self, component: Component) -> bool:
        """Whether a component belongs to the class."""
        return component.kind in self.kinds and all(component.parameters.get(k) == v for k, v in self.where.items())

    def per_year(self, age_years: float | None, length_m: float = 0.0) -> float:
        """Failures a year at an age; an unknown age counts as the mean one, an unknown length as one kilometre.

        rate * exp(growth * (age - mean age)), as Shamir and Howard (1979) have it for water mains, times
        `past_support` past the end of support.
        """
        rate = self.rate
        if self.per_km and length_m > 0:
            rate *= length_m / 1000.0
        if age_years is None:
            return rate
        rate *= math.exp(self.growth * (age_years - self.mean_age_years))
        return rate * (self.past_support if age_years > self.support_years else 1.0)


def first_failure_s(rate_per_year: float, u: float) -> float:
    """The time of the first failure of a steady stream of them: -ln(1 - u) / rate; infinite if there are none."""
    if rate_per_year <= 0:
        return math.inf
    return -math.log1p(-u) / rate_per_year * YEAR_S


@cache
def rates() -> Mapping[str, FailureRate]:
    """Every class by id, in the order of the data file `rates.yaml`."""
    rows = load_document(Path(__file__).with_name("rates.yaml"), "rates.yaml").data
    found = {
        str(name): FailureRate(
            str(name),
            tuple(row["kinds"]),
            float(row["rate"]),
            bool(row.get("per_km", False)),
            str(row["fault"]),
            MappingProxyType(dict(row.get("parameters", {}))),
            str(row["source"]),
            Confidence(row["confidence"]),
            float(row["mean_age_years"]),
            float(row["growth"]),
            float(row["support_years"]),
            float(row["past_support"]),
            str(row["ageing"]),
            read_outage(row["outage"]),
            MappingProxyType(dict(row.get("where", {}))),
            str(row.get("support_source", ASSUMPTION)),
        )
        for name, row in rows.items()
    }
    return MappingProxyType(found)


def rate_of(component: Component) -> FailureRate | None:
    """The first class that fits a component; None where nothing is known of its failures."""
    return next((one for one in rates().values() if one.of(component)), None)
