"""How things fail: under a hazard, by wear, and for how long. Catalogues declare the classes of both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import NormalDist

from simulator.contracts.component import NO_PARAMETERS, Component, Value
from simulator.contracts.cure import Cure
from simulator.contracts.fault import Parameter
from simulator.contracts.sources import Assumed, Source
from simulator.contracts.words import Numeral, Text, Verbatim, Words, joined, percent

_ = Words("simulator.contracts")

_NORMAL = NormalDist()
_LEAST, _MOST = 1e-12, 1.0 - 1e-12
HOUR_S = 3600.0


class Confidence(StrEnum):
    """How sure we are of a number. Every report that uses one prints this beside it.

    found       read in the source, or in a text that quotes it
    secondary   press, guide or handbook
    memory      to be checked before anyone relies on it
    assumption  ours
    """

    FOUND = "found"
    SECONDARY = "secondary"
    MEMORY = "memory"
    ASSUMPTION = "assumption"


class HazardType(StrEnum):
    """What comes over the town."""

    FLOOD = "flood"
    HEAT = "heat"
    STORM = "storm"
    EARTHQUAKE = "earthquake"


INTENSITY: dict[HazardType, str] = {
    HazardType.FLOOD: "depth_m",
    HazardType.HEAT: "temperature_c",
    HazardType.STORM: "gust_m_s",
    HazardType.EARTHQUAKE: "pga_m_s2",
}
"""In what the intensity of each is stated: water above ground (m), air (degrees Celsius), 3-second gust (m/s), peak
acceleration of the ground (m/s2)."""


PROTECTION: dict[HazardType, Parameter] = {
    HazardType.FLOOD: Parameter(
        "flood_protection_m",
        "m",
        0.0,
        "assumption",
        _("water above ground that it keeps out: by a raised threshold, or by walls"),
        at_least=0.0,
        cure=Cure(_("flood protection"), 2.0, 0.1, "assumption: higher than water stands at a river's bank"),
    )
}
"""What stands ready against a hazard, in its unit of intensity: every type takes it that has a curve of that hazard.

Up to it nothing happens; above it all is as without it (assumption: a room into which water comes fills up).
"""


@dataclass(frozen=True, slots=True)
class Outage:
    """Time until it is mended: lognormal, half of them within `median_s`; `beta` is the spread of its logarithm."""

    median_s: float
    beta: float
    source: Source
    confidence: Confidence

    def seconds(self, u: float) -> float:
        """The time that a share `u` (0 to 1) of all cases does not exceed, in whole seconds, 1 at least.

        median * exp(beta * z(u)), with z the quantile of the normal distribution.
        """
        z = _NORMAL.inv_cdf(min(max(u, _LEAST), _MOST))
        return max(1.0, float(round(self.median_s * math.exp(self.beta * z))))

    @property
    def shown(self) -> Text:
        """The median and the spread, in words."""
        return _("{hours} h, beta {beta}", hours=_plain(self.median_s / HOUR_S), beta=_plain(self.beta))


def out_for(median_h: float, why: Text | None = None, beta: float = 0.5) -> Outage:
    """An assumed outage; `why` says in a few words what takes the time."""
    return Outage(median_h * HOUR_S, beta, Assumed(why), Confidence.ASSUMPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragility:
    """At which intensity of a hazard the components of one class fail, and the fault that they get.

    `median` is the intensity (in the hazard's unit) at which half fail, `beta` the spread of its logarithm; with beta
    0 all fail from `median` on, and none before. `per_km` says that the curve is that of one kilometre, so that a long
    line or road fails more often. `where` are parameters that a component of the class has. Where a source speaks of
    another class, the source says so. With `power` the curve is that of breaks which grow with that power of the
    intensity: half fail at `median`, and `beta` says nothing. `open_to_it` says that nothing can be put up against the
    hazard (`PROTECTION`).
    """

    id: str
    hazard: HazardType
    kinds: tuple[str, ...]
    median: float
    beta: float
    fault: str
    parameters: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    source: Source
    confidence: Confidence
    outage: Outage
    per_km: bool = False
    where: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    open_to_it: bool = False
    power: float = 0.0

    @property
    def shown(self) -> Text:
        """The curve in words, with the unit of its intensity."""
        unit = {"depth_m": "m", "temperature_c": "°C", "gust_m_s": "m/s", "pga_m_s2": "m/s²"}[INTENSITY[self.hazard]]
        median = joined((_plain(self.median), Verbatim(unit)), Verbatim(" "))
        if self.power:
            said = _("median {median}, breaks grow with the power {power}, per km")
            return said.filled(median=median, power=_plain(self.power))
        if self.beta == 0:
            return _("from {median} on", median=median)
        said = _("median {median}, beta {beta}, per km") if self.per_km else _("median {median}, beta {beta}")
        return said.filled(median=median, beta=_plain(self.beta))

    def of(self, component: Component) -> bool:
        """Whether a component belongs to the class."""
        return component.kind in self.kinds and all(component.parameters.get(k) == v for k, v in self.where.items())

    def probability(self, intensity: float, length_m: float = 0.0) -> float:
        """The probability of failure, never falling with the intensity.

        Phi(ln(intensity / median) / beta), with Phi the normal distribution; with `power` k it is that of one break or
        more where ln 2 (intensity / median)^k are to be expected: 1 - exp of minus that. Where the curve holds for a
        kilometre, a length L fails with 1 - (1 - p)^L; without a known length it is taken as one kilometre.
        """
        if self.power:
            p = -math.expm1(-math.log(2.0) * (max(0.0, intensity) / self.median) ** self.power)
        else:
            p = fails_at(intensity, self.median, self.beta)
        if self.per_km and length_m > 0:
            return -math.expm1(length_m / 1000.0 * math.log1p(-p)) if p < 1 else 1.0
        return p


def _plain(value: float) -> Text:
    """A number as it was given, not rounded."""
    return Numeral(f"{value:g}")


def fails_at(intensity: float, median: float, beta: float) -> float:
    """A lognormal distribution function, a step where `beta` is 0."""
    if intensity <= 0:
        return 0.0
    if beta == 0:
        return 1.0 if intensity >= median else 0.0
    return 0.5 * math.erfc((math.log(median) - math.log(intensity)) / (beta * math.sqrt(2.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRate:
    """How often the components of one class fail by wear, and the fault that they get.

    `rate` is failures a year at the age `mean_age_years`, of one component or, with `per_km`, of one kilometre. It
    grows by `growth` (share a year) with age. Past `support_years`, the end of its planned life or of its maker's
    support, it is multiplied by `past_support`. `ageing` is where these four come from, `support_source` where
    `support_years` does: the upper end of the span that it gives. `where` are parameters that a component of the class
    has. `title` names a class that its type alone does not tell from another one.
    """

    id: str
    kinds: tuple[str, ...]
    rate: float
    fault: str
    source: Source
    confidence: Confidence
    mean_age_years: float
    growth: float
    support_years: float
    past_support: float = 2.0
    outage: Outage
    per_km: bool = False
    parameters: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    ageing: Source = "assumption"
    where: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    support_source: Source = "assumption"
    title: Text | None = None

    @property
    def shown(self) -> Text:
        """Failures a year, in words."""
        said = _("{rate} a year and km") if self.per_km else _("{rate} a year")
        return said.filled(rate=_plain(self.rate))

    @property
    def ageing_shown(self) -> Text:
        """How the rate grows, in words."""
        return _(
            "{growth} a year, given at {age} years; times {times} past {support} years",
            growth=percent(self.growth),
            age=_plain(self.mean_age_years),
            times=_plain(self.past_support),
            support=_plain(self.support_years),
        )

    def of(self, component: Component) -> bool:
        """Whether a component belongs to the class."""
        return component.kind in self.kinds and all(component.parameters.get(k) == v for k, v in self.where.items())

    def per_year(self, age_years: float | None, length_m: float = 0.0) -> float:
        """Failures a year at an age; an unknown age counts as the mean one, an unknown length as one kilometre.

        rate * exp(growth * (age - mean age)), as Shamir and Howard (1979) have it for water mains, times
        `past_support` past the end of support. The numbers of the growth are assumptions.
        """
        rate = self.rate
        if self.per_km and length_m > 0:
            rate *= length_m / 1000.0
        if age_years is None:
            return rate
        rate *= math.exp(self.growth * (age_years - self.mean_age_years))
        return rate * (self.past_support if age_years > self.support_years else 1.0)
