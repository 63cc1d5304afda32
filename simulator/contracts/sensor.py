"""A cohort of like sensors, and the readings it takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Quality(IntEnum):
    """What the sensor itself says of a reading."""

    GOOD = 0
    SUSPECT = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class SensorCohort:
    """Like sensors behind one gateway, sampled together as one NumPy array.

    `quantity` is read at each of `components`, in their order, in `unit`. `accuracy` is one standard deviation of the
    reading's error in that unit. `period_s` is the time between two samples; `phase_s` shifts the first one.
    """

    id: str
    gateway: str
    quantity: str
    unit: str
    components: tuple[str, ...]
    accuracy: float
    period_s: float
    phase_s: float = 0.0

    @property
    def sensors(self) -> tuple[str, ...]:
        """The sensors' names, `component/quantity`, in the order of the values."""
        return tuple(f"{component}/{self.quantity}" for component in self.components)


@dataclass(frozen=True, slots=True)
class Readings:
    """What one cohort read at one instant: `values` and `quality` (uint8, see `Quality`) in the cohort's order."""

    cohort: SensorCohort
    at: int
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
