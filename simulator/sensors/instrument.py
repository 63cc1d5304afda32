"""A cohort of like sensors with its private noise: the truth goes in, readings come out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.sensor import Quality, Readings, SensorCohort
from simulator.kernel.streams import Streams

NOISE_ROWS = 32
"""Samples whose noise is drawn in one call. The numbers do not depend on it: a stream is the same in any portion."""

FINEST_DIGIT = 12
"""Digits after the point that a reading has at most; finer steps drown in the rounding of float64."""


class Instrument:
    """Measures what its cohort measures: value = truth + normal noise with `accuracy` as one standard deviation.

    A display shows no more digits than the accuracy bears, so readings are rounded to a whole power of ten at or below
    a tenth of the accuracy (assumption; the rounding adds less than 0.1 % to the variance). Accuracy 0 gives the
    truth, unrounded. Where the truth is not finite the reading is NaN and `BAD`.
    """

    def __init__(self, cohort: SensorCohort, streams: Streams) -> None:
        self.cohort = cohort
        self._count = len(cohort.components)
        self._noise = streams.stream(cohort.id, "sensor-noise")
        self._ahead: NDArray[np.float64] = np.empty((0, self._count))
        self._next = 0
        self._good = np.zeros(self._count, dtype=np.uint8)
        self._good.flags.writeable = False
        self.digits: int | None = None
        if cohort.accuracy > 0:
            digits = -math.floor(math.log10(cohort.accuracy / 10))
            self.digits = digits if digits <= FINEST_DIGIT else None

    def read(self, truth: NDArray[np.float64], at: int) -> Readings:
        """One sample of every sensor, in the cohort's order. `truth` is not changed and not kept.

        Raises `ValueError` if the truth has another shape than the cohort.
        """
        if truth.shape != (self._count,):
            raise ValueError(f"cohort {self.cohort.id!r} has {self._count} sensors, but got values of {truth.shape}")
        if self.cohort.accuracy > 0:
            values = truth + self._draw()
            if self.digits is not None:
                np.round(values, self.digits, out=values)
        else:
            values = truth.astype(np.float64)
        finite = np.isfinite(values)
        if finite.all():
            return Readings(self.cohort, at, values, self._good)
        values[~finite] = np.nan
        return Readings(self.cohort, at, values, np.where(finite, Quality.GOOD, Quality.BAD).astype(np.uint8))

    def _draw(self) -> NDArray[np.float64]:
        if self._next == len(self._ahead):
            self._ahead = self._noise.standard_normal((NOISE_ROWS, self._count)) * self.cohort.accuracy
            self._next = 0
        row: NDArray[np.float64] = self._ahead[self._next]
        self._next += 1
        return row
