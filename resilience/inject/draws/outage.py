"""How long something stays broken: a lognormal distribution with its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from resilience.scenario.norms import Confidence

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
