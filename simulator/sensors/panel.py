"""Cohorts that are read at the same times, disturbed together: the truth goes in, readings come out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from simulator.kernel.streams import Streams
from simulator.sensors.faults import SensorFaults

NOISE_ROWS = 32
"""Samples whose noise is drawn in one call. The numbers do not depend on it: a stream is the same in any portion."""

FINEST_DIGIT = 12
"""Digits after the point that a reading has at most; finer steps drown in the rounding of float64."""


def digits_shown(accuracy: float) -> int | None:
    """Digits after the point (before it if negative) that a reading of this accuracy has, None if it is not rounded.

    A display shows no more than its accuracy bears: the step is a whole power of ten at or below a tenth of the
    accuracy (assumption; rounding so adds less than 0.1 % to the variance of the error).
    """
    if accuracy <= 0:
        return None
    digits = -math.floor(math.log10(accuracy / 10))
    return digits if digits <= FINEST_DIGIT else None


class Panel:
    """Reads its cohorts: value = truth + normal noise with the cohort's `accuracy` as one standard deviation.

    Readings are rounded as `digits_shown` says; accuracy 0 gives the truth itself. Where the truth is not finite the
    reading is NaN and `BAD`. Each cohort has its own noise stream, so that no cohort changes another one's noise.

    Under `faults` readings are what those make of them; the noise beneath goes on as if there were none.

    `cohorts` are in the order of the truth: gateway by gateway, each gateway's as they were given.
    """

    def __init__(self, cohorts: Iterable[SensorCohort], streams: Streams, faults: SensorFaults | None = None) -> None:
        of_gateway: dict[str, list[SensorCohort]] = {}
        for cohort in cohorts:
            of_gateway.setdefault(cohort.gateway, []).append(cohort)
        groups = [SensorGroup(tuple(served)) for served in of_gateway.values()]
        self.cohorts = tuple(cohort for group in groups for cohort in group.cohorts)
        ends = np.cumsum([0, *(len(cohort.components) for cohort in self.cohorts)]).tolist()
        self._parts = tuple(slice(first, end) for first, end in itertools.pairwise(ends))
        last = np.cumsum([0, *(len(group.cohorts) for group in groups)]).tolist()
        cuts = [slice(ends[first], ends[end]) for first, end in itertools.pairwise(last)]
        self._groups = tuple(zip(groups, cuts, strict=True))
        self._streams = [streams.stream(cohort.id, "sensor-noise") for cohort in self.cohorts]
        self._ahead = np.zeros((NOISE_ROWS, ends[-1]))
        self._row = NOISE_ROWS
        self._up, self._down = np.ones(ends[-1]), np.ones(ends[-1])
        self._exact = np.zeros(ends[-1], dtype=np.bool_)
        for cohort, part in zip(self.cohorts, self._parts, strict=True):
            digits = digits_shown(cohort.accuracy)
            if digits is None:
                self._exact[part] = True
            else:
                self._up[part], self._down[part] = 10.0 ** max(digits, 0), 10.0 ** max(-digits, 0)
        self._some_exact = bool(self._exact.any())
        self._all_good = np.zeros(ends[-1], dtype=np.uint8)
        self._all_good.flags.writeable = False
        self._faults = None if faults is None else faults.over(self.cohorts)
        self._last = np.full(ends[-1], np.nan)

    def __len__(self) -> int:
        """Sensors in all cohorts."""
        return len(self._up)

    def read(self, truth: NDArray[np.float64], at: int) -> tuple[Readings, ...]:
        """One sample of every cohort at the tick `at`, gateway by gateway. `truth` has one value for each sensor."""
        measured = truth + self._noise()
        if self._faults:
            self._faults.measured(measured, at)
        values = self._shown(measured)
        if self._faults:
            self._faults.shown(truth, values, self._last, at)
        self._last = values
        finite = np.isfinite(values)
        quality = self._all_good
        if not finite.all():
            values[~finite] = np.nan
            quality = np.where(finite, Quality.GOOD, Quality.BAD).astype(np.uint8)
        # Copies, so that a gateway that holds its readings for long does not hold the whole round's.
        return tuple(Readings(group, at, values[part].copy(), quality[part].copy()) for group, part in self._groups)

    def _shown(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(over="ignore", invalid="ignore"):
            shown: NDArray[np.float64] = np.rint(values * self._up / self._down) / self._up * self._down
        if self._some_exact:
            shown[self._exact] = values[self._exact]
        return shown

    def _noise(self) -> NDArray[np.float64]:
        if self._row == NOISE_ROWS:
            for cohort, part, stream in zip(self.cohorts, self._parts, self._streams, strict=True):
                if cohort.accuracy > 0:
                    size = (NOISE_ROWS, part.stop - part.start)
                    self._ahead[:, part] = stream.standard_normal(size) * cohort.accuracy
            self._row = 0
        row: NDArray[np.float64] = self._ahead[self._row]
        self._row += 1
        return row
