"""The old devices of a simulated town: each reading goes through what they speak before its gateway packs it.

What an encoding cannot say is lost: none of them carries a quality, so that a reading with a number is good and one
without is bad; registers round to their step, and hold no number beyond their range.

A run has hundreds of thousands of such readings, so whole groups are read at once here. What is written is what
`RegisterMap`, `LogReader` and `versions.v0` read, with the same result; tests hold that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.gateway.legacy.csv_logger import CELLS, TO_THE_MILLISECOND
from gateways.gateway.legacy.registers import RegisterBlock, map_of
from gateways.wire import topics
from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality, Readings, SensorGroup
from simulator.contracts.ticks import to_s, to_ticks


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


MODERN = "senml"

_DIALECT = TO_THE_MILLISECOND
_STAMP = "\0"
_BAD = np.uint8(Quality.BAD)


class Device(Protocol):
    """The old devices behind one gateway, and the gateway's reader of them."""

    def write(self, readings: Readings) -> bytes:
        """What the device sends of a group."""
        ...

    def read(self, group: SensorGroup, sent: bytes, polled: int) -> tuple[int, NDArray[np.float64]]:
        """The tick and the values of what it sent; `polled` is the tick for those that say no time."""
        ...


class ModbusDevice:
    """Remote terminal units that are polled at each sampling time; see `block.map_of` for their registers."""

    def __init__(self, gateway: str, start_unix: float) -> None:
        self._blocks: dict[SensorGroup, RegisterBlock] = {}

    def write(self, readings: Readings) -> bytes:
        return self._of(readings.group).encode(readings.values)

    def read(self, group: SensorGroup, sent: bytes, polled: int) -> tuple[int, NDArray[np.float64]]:
        return polled, self._of(group).decode(sent)

    def _of(self, group: SensorGroup) -> RegisterBlock:
        if group not in self._blocks:
            self._blocks[group] = RegisterBlock(map_of(group))
        return self._blocks[group]


class LoggerDevice:
    """A logger that writes a line a reading into a file, all with one time, in the dialect `TO_THE_MILLISECOND`."""

    def __init__(self, gateway: str, start_unix: float) -> None:
        self._start = to_ticks(start_unix)
        self._forms: dict[SensorGroup, str] = {}

    def write(self, readings: Readings) -> bytes:
        moment = datetime.fromtimestamp(to_s(self._start + readings.at), UTC).replace(tzinfo=None)
        numbers: list[float | str] = readings.values.tolist()
        if not np.isfinite(readings.values).all():
            numbers = [n if math.isfinite(n) else "" for n in readings.values.tolist()]
        text = self._form(readings.group) % tuple(numbers)
        return text.replace(_STAMP, moment.isoformat(" ", "microseconds")).encode(_DIALECT.encoding)

    def read(self, group: SensorGroup, sent: bytes, polled: int) -> tuple[int, NDArray[np.float64]]:
        # A line's last cell comes with the next line's first one: three cells from number to number.
        cells = sent.decode(_DIALECT.encoding).split(_DIALECT.separator)
        moment = datetime.fromisoformat(cells[0]).replace(tzinfo=UTC)  # the dialect's time is that of ISO 8601
        values = [float(cell) if cell else math.nan for cell in cells[2 :: CELLS - 1]]
        return to_ticks(moment.timestamp()) - self._start, np.array(values)

    def _form(self, group: SensorGroup) -> str:
        """The group's lines with a mark for the time and a place for each number."""
        if group not in self._forms:
            units = [cohort.unit for cohort in group.cohorts for _ in cohort.components]
            named = zip(map(topics.name, group.sensors), map(topics.name, units), strict=True)
            lines = [_DIALECT.separator.join((_STAMP, name, "%s", unit)) + "\r\n" for name, unit in named]
            self._forms[group] = "".join(lines)
        return self._forms[group]


class JsonDevice:
    """A box that sends its readings as the flat JSON of payload version 0."""

    def __init__(self, gateway: str, start_unix: float) -> None:
        self._gateway, self._start = gateway, to_ticks(start_unix)
        self._sensors: dict[SensorGroup, tuple[str, ...]] = {}

    def write(self, readings: Readings) -> bytes:
        sensors = self._of(readings.group)
        told = dict(zip(sensors, readings.values.tolist(), strict=True))
        return orjson.dumps({"id": self._gateway, "ts": self._start + readings.at, "readings": told})

    def read(self, group: SensorGroup, sent: bytes, polled: int) -> tuple[int, NDArray[np.float64]]:
        message = orjson.loads(sent)
        told = message["readings"]
        values = [told[sensor] for sensor in self._of(group)]
        return message["ts"] - self._start, np.array(values, dtype=np.float64)  # null becomes NaN

    def _of(self, group: SensorGroup) -> tuple[str, ...]:
        if group not in self._sensors:
            self._sensors[group] = group.sensors
        return self._sensors[group]


DEVICES: Mapping[str, Callable[[str, float], Device]] = {
    "modbus": ModbusDevice,
    "csv": LoggerDevice,
    "json-v0": JsonDevice,
}
"""Makes the devices of a protocol from their gateway's id and the town's Unix time at tick 0."""


class FieldDevices:
    """What stands between the sensors of a town and its gateways: `protocols` by gateway, modern where it says nothing.

    Raises `KeyError` for a protocol that is not known.
    """

    def __init__(self, protocols: Mapping[str, str], clock_start_unix: float) -> None:
        self._devices = {
            gateway: DEVICES[protocol](gateway, clock_start_unix)
            for gateway, protocol in protocols.items()
            if protocol != MODERN
        }

    def through(self, readings: Readings) -> Readings:
        """Readings as they come to their gateway: with the time, the values and the quality that were decoded."""
        device = self._devices.get(readings.group.gateway)
        if device is None:
            return readings
        at, values = device.read(readings.group, device.write(readings), readings.at)
        return Readings(readings.group, at, values, np.isnan(values) * _BAD)
