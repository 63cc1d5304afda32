"""What is known of the quality of water: what sensors on line read, and when a notice is lifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.domains.water.catalogue import CHLORINE, CONDUCTIVITY, TURBIDITY

Share = TypeVar("Share", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sensor on line reads in clean water, what where all of it is bad in a way that it sees, and the limit
    beyond which it raises the alarm."""

    clean: float
    all_bad: float
    limit: float

    def reading(self, share: Share) -> Share:
        return self.clean + share * (self.all_bad - self.clean)

    def alarming(self, reading: float) -> bool:
        return reading > self.limit if self.all_bad > self.clean else reading < self.limit


SIGNS = {
    TURBIDITY: Sign(0.1, 10.0, 1.0),
    CHLORINE: Sign(0.2, 0.0, 0.1),
    CONDUCTIVITY: Sign(0.05, 0.1, 0.06),
}
"""Limits, all of them assumption: turbidity 1.0 NTU; free chlorine at least 0.1 mg/l (the UBA's list after § 20 TrinkwV
sets a least concentration, which was not seen); conductivity a fifth above its usual value (the law's own limit, 0.279
S/m in Annex 3 of TrinkwV 2023, is that of salty water). Clean water has 0.2 mg/l of chlorine as it leaves a waterworks
(Leipziger Wasserwerke); what else clean and contaminated water read is assumption."""

CONFIRMED = 3
"""So many readings in a row beyond the limit raise the alarm (assumption: one alone may be noise or a bubble)."""

CLEAN_ROUNDS = 3
"""So many rounds of samples in a row must be clean before a notice is lifted (Würzburg 2018, press: norm boil-lift)."""

DAILY_S = 86_400.0
"""Samples are taken at least so often while a notice is in force (assumption)."""

STAFF = 0.5
"""A round of samples is taken while at least this share of the waterworks' staff is there (assumption)."""
