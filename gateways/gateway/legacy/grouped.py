"""Readings of an old device as those of a sensor group, which is what a gateway's core takes."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality, Readings, SensorGroup


def grouped(group: SensorGroup, at: int, readings: Iterable[WireReading]) -> Readings:
    """One value for each sensor of the group at the tick `at`; a sensor that said nothing has none, and is `BAD`.

    Raises `KeyError` for a sensor that is not of the group, `ValueError` for another unit than its cohort's.
    """
    place = {sensor: i for i, sensor in enumerate(group.sensors)}
    units = [cohort.unit for cohort in group.cohorts for _ in cohort.components]
    values = np.full(len(place), math.nan)
    quality = np.full(len(place), Quality.BAD, dtype=np.uint8)
    for reading in readings:
        i = place[reading.sensor]
        if reading.unit not in (None, units[i]):
            raise ValueError(f"{reading.sensor!r} came in {reading.unit!r}, its cohort is in {units[i]!r}")
        values[i], quality[i] = reading.value, reading.quality
    return Readings(group, at, values, quality)
