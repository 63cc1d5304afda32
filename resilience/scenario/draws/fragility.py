"""How likely a component fails under a hazard, by its class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from resilience.scenario.draws.hazard import INTENSITY, HazardType
from resilience.scenario.draws.rates import Outage, read_outage
from resilience.scenario.norms import Confidence
from simulator.contracts.component import NO_PARAMETERS, Component, Value
from simulator.contracts.document import load_document


@dataclass(frozen=True, slots=True)
class Fragility:
    """The curve of one class of component under one hazard, and the fault that it gets.

    `median` is the intensity (in the hazard's unit) at which half fail, `beta` the spread of its logarithm; with beta
    0 all fail from `median` on, and none before. `per_km` says that the curve is that of one kilometre, so that a long
    line or road fails more often. `where` are parameters that a component of the class has.
    """

    id: str
    hazard: HazardType
    kinds: tuple[str, ...]
    median: float
    beta: float
    fault: str
    parameters: Mapping[str, Value]
    source: str
    confidence: Confidence
    outage: Outage
    per_km: bool = False
    where: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)

    @property
    def shown(self) -> str:
        """The curve in words, with the unit of its intensity."""
        unit = {"depth_m": "m", "temperature_c": "°C", "gust_m_s": "m/s"}[INTENSITY[self.hazard]]
        if self.beta == 0:
            return f"from {self.median:g} {unit} on"
        return f"median {self.median:g} {unit}, beta {self.beta:g}" + (", per km" if self.per_km else "")

    def of(self, component: Component) -> bool:
        """Whether a component belongs to the class."""
        return component.kind in self.kinds and all(component.parameters.get(k) == v for k, v in self.where.items())

    def probability(self, intensity: float, length_m: float = 0.0) -> float:
        """The probability of failure, never falling with the intensity.

        Phi(ln(intensity / median) / beta), with Phi the normal distribution. Where the curve holds for a kilometre, a
        length L fails with 1 - (1 - p)^L; without a known length it is taken as one kilometre.
        """
        p = fails_at(intensity, self.median, self.beta)
        if self.per_km and length_m > 0:
            return -math.expm1(length_m / 1000.0 * math.log1p(-p)) if p < 1 else 1.0
        return p


def fails_at(intensity: float, median: float, beta: float) -> float:
    """A lognormal distribution function, a step where `beta` is 0."""
    if intensity <= 0:
        return 0.0
    if beta == 0:
        return 1.0 if intensity >= median else 0.0
    return 0.5 * math.erfc((math.log(median) - math.log(intensity)) / (beta * math.sqrt(2.0)))


@cache
def fragilities() -> Mapping[str, Fragility]:
    """Every curve by id, in the order of the data file `fragilities.yaml`."""
    rows = load_document(Path(__file__).with_name("fragilities.yaml"), "fragilities.yaml").data
    found = {
        str(name): Fragility(
            str(name),
            HazardType(row["hazard"]),
            tuple(row["kinds"]),
            float(row["median"]),
            float(row["beta"]),
            str(row["fault"]),
            MappingProxyType(dict(row.get("parameters", {}))),
            str(row["source"]),
            Confidence(row["confidence"]),
            read_outage(row["outage"]),
            bool(row.get("per_km", False)),
            MappingProxyType(dict(row.get("where", {}))),
        )
        for name, row in rows.items()
    }
    return MappingProxyType(found)


def curve_of(component: Component, hazard: HazardType) -> Fragility | None:
    """The first curve that fits a component; None where nothing is known to happen to it."""
    return next((one for one in fragilities().values() if one.hazard is hazard and one.of(component)), None)
