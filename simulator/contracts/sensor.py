"""A cohort of like sensors, and the readings it takes."""

from __future__ import annotations

from collections.abc import Iterator
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
    reading's error in that unit. `period_s` is the time between two samples; `phase_s` shifts the first one. With a
    `group_size` above 0 the readings are private: they leave the gateway only as sums over at least so many.
    """

    id: str
    gateway: str
    quantity: str
    unit: str
    components: tuple[str, ...]
    accuracy: float
    period_s: float
    phase_s: float = 0.0
    group_size: int = 0

    @property
    def sensors(self) -> tuple[str, ...]:
        """The sensors' names, `component/quantity`, in the order of the values."""
        return tuple(f"{component}/{self.quantity}" for component in self.components)


@dataclass(frozen=True, slots=True, eq=False)
class SensorGroup:
    """Cohorts behind one gateway that are sampled at the same times: their sensors are counted on from one to the next.

    A group is equal to itself alone, so that looking something up by it costs the same for a thousand sensors.
    """

    cohorts: tuple[SensorCohort, ...]

    @property
    def gateway(self) -> str:
        return self.cohorts[0].gateway

    def __len__(self) -> int:
        return sum(len(cohort.components) for cohort in self.cohorts)

    @property
    def period_s(self) -> float:
        return self.cohorts[0].period_s

    @property
    def sensors(self) -> tuple[str, ...]:
        return tuple(name for cohort in self.cohorts for name in cohort.sensors)

    def parts(self, first: int, end: int) -> Iterator[tuple[SensorCohort, slice, slice]]:
        """The cohorts of the sensors from `first` up to `end`: which of the cohort's own, and where after `first`."""
        begin = 0
        for cohort in self.cohorts:
            low, high = max(first, begin), min(end, begin + len(cohort.components))
            if low < high:
                yield cohort, slice(low - begin, high - begin), slice(low - first, high - first)
            begin += len(cohort.components)


@dataclass(frozen=True, slots=True)
class Readings:
    """What one group read at one instant: `values` and `quality` (uint8, see `Quality`) in the group's order."""

    group: SensorGroup
    at: int
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
