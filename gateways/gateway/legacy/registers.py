"""The register map of a Modbus unit: which 16-bit registers hold which reading, and how.

`RegisterMap` goes word by word; `RegisterBlock` does the same for all readings of a map at once, as arrays.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality, SensorGroup
from simulator.contracts.words import Words

_ = Words("gateways")

MOST_AT_ONCE = 125
"""Registers that one request may ask for (MODBUS Application Protocol 1.1b3, 6.3)."""

REGISTERS = 1 << 16


class Number(StrEnum):
    """How a number stands in registers. Without a value they hold what SunSpec lays down for that: 0x8000, 0xFFFF, NaN.

    `float32` is IEEE 754 in two registers, the upper half first; `float32-swapped` has the lower half first.
    """

    INT16 = "int16"
    UINT16 = "uint16"
    FLOAT32 = "float32"
    FLOAT32_SWAPPED = "float32-swapped"

    @property
    def words(self) -> int:
        return 1 if self in (Number.INT16, Number.UINT16) else 2


_NO_VALUE = {Number.INT16: 0x8000, Number.UINT16: 0xFFFF}
_RANGE = {Number.INT16: (-0x7FFF, 0x7FFF), Number.UINT16: (0, 0xFFFE)}


class GarbledRegisters(ValueError):
    """An answer that cannot be what the map says."""


@dataclass(frozen=True, slots=True)
class Register:
    """One reading in a unit's registers: its value in `unit` is the number there times `scale`."""

    address: int
    number: Number
    scale: float
    unit: str
    sensor: str

    def decode(self, words: Iterable[int]) -> float:
        """The value, NaN where the unit has none. Raises `GarbledRegisters` for words that hold no number."""
        words = tuple(words)
        if len(words) != self.number.words or not all(0 <= word < REGISTERS for word in words):
            raise GarbledRegisters(f"register {self.address}: {words} are not {self.number.words} words of 16 bits")
        if self.number.words == 1:
            (raw,) = words
            if raw == _NO_VALUE[self.number]:
                return math.nan
            signed = raw - REGISTERS if self.number is Number.INT16 and raw & 0x8000 else raw
            return signed * self.scale
        upper, lower = words if self.number is Number.FLOAT32 else words[::-1]
        (value,) = struct.unpack(">f", struct.pack(">HH", upper, lower))
        if math.isinf(value):
            raise GarbledRegisters(f"register {self.address}: infinite")
        return float(value) * self.scale

    def encode(self, value: float) -> tuple[int, ...]:
        """The words. A value that does not fit becomes none: a wrong number would be worse."""
        raw = value / self.scale
        if self.number.words == 1:
            low, high = _RANGE[self.number]
            fits = math.isfinite(raw) and low <= round(raw) <= high
            return ((round(raw) if fits else _NO_VALUE[self.number]) % REGISTERS,)
        try:
            packed = struct.pack(">f", raw if math.isfinite(raw) else math.nan)
        except OverflowError:
            packed = struct.pack(">f", math.nan)
        upper, lower = struct.unpack(">HH", packed)
        return (upper, lower) if self.number is Number.FLOAT32 else (lower, upper)


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """All registers of a unit, by rising address. They never overlap, and no sensor stands there twice."""

    registers: tuple[Register, ...]

    def spans(self) -> Iterator[tuple[int, int]]:
        """Address and count of each request that reads the map: without a gap, and never a number in two requests."""
        first = end = -1
        for register in self.registers:
            after = register.address + register.number.words
            if register.address != end or after - first > MOST_AT_ONCE:
                if end > first:
                    yield first, end - first
                first = register.address
            end = after
        if end > first:
            yield first, end - first

    def decode(self, words: Mapping[int, int], time: float) -> tuple[WireReading, ...]:
        """The readings in these words by address. Raises `GarbledRegisters` if words are missing or hold no number."""
        found = []
        for register in self.registers:
            own = [words.get(register.address + i, -1) for i in range(register.number.words)]
            value = register.decode(own)
            quality = Quality.BAD if math.isnan(value) else Quality.GOOD
            found.append(WireReading(register.sensor, time, value, register.unit, quality))
        return tuple(found)

    def encode(self, readings: Iterable[WireReading]) -> dict[int, int]:
        """The words by address. A sensor without a reading has no value. Raises `KeyError` for a sensor that the map
        does not know, `ValueError` for another unit than the map's."""
        values = dict.fromkeys((register.sensor for register in self.registers), math.nan)
        units = {register.sensor: register.unit for register in self.registers}
        for reading in readings:
            if reading.unit != units[reading.sensor]:
                raise ValueError(
                    f"{reading.sensor!r} is in {reading.unit!r}, its register in {units[reading.sensor]!r}"
                )
            values[reading.sensor] = reading.value
        return {
            register.address + i: word
            for register in self.registers
            for i, word in enumerate(register.encode(values[register.sensor]))
        }


_WHOLE = {
    Number.INT16: (np.dtype(">i2"), -0x7FFF, 0x7FFF, -0x8000),
    Number.UINT16: (np.dtype(">u2"), 0, 0xFFFE, 0xFFFF),
}
"""Type, range and the number that stands for no value."""

_Where = NDArray[np.intp] | slice


class RegisterBlock:
    """The registers of a map, one after the other as an answer carries them. Values are in the map's order."""

    def __init__(self, registers: RegisterMap) -> None:
        rows = registers.registers
        self._scale = np.array([row.scale for row in rows], dtype=np.float64)
        starts = np.cumsum([0, *(row.number.words for row in rows)])
        self._words = int(starts[-1])
        found = {n: np.array([i for i, row in enumerate(rows) if row.number is n], dtype=np.intp) for n in Number}
        self._parts: list[tuple[Number, _Where, _Where]] = [
            (number, index, starts[index]) for number, index in found.items() if len(index)
        ]
        if len(self._parts) == 1 and self._words == len(rows):
            self._parts = [(self._parts[0][0], slice(None), slice(None))]  # as nearly always, and faster

    def encode(self, values: NDArray[np.float64]) -> bytes:
        """The words, big endian. A value that does not fit becomes none."""
        words = np.zeros(self._words, dtype=">u2")
        with np.errstate(over="ignore"):  # what becomes infinite has no place in any register
            raw = values / self._scale
        for number, index, first in self._parts:
            if number in _WHOLE:
                kind, low, high, none = _WHOLE[number]
                whole = np.rint(raw[index])
                fits = (whole >= low) & (whole <= high)
                words[first] = np.where(fits, whole, none).astype(kind).view(">u2")
            elif not isinstance(first, slice):
                with np.errstate(over="ignore"):
                    single = raw[index].astype(">f4")
                halves = np.where(np.isfinite(single), single, np.nan).astype(">f4").view(">u2").reshape(-1, 2)
                upper, lower = _halves(number)
                words[first + upper], words[first + lower] = halves[:, 0], halves[:, 1]
        return words.tobytes()

    def decode(self, answer: bytes) -> NDArray[np.float64]:
        """The values, NaN where there is none. Raises `ValueError` for an answer of another length."""
        words = np.frombuffer(answer, dtype=">u2")
        if len(words) != self._words:
            raise ValueError(f"{len(words)} words are not {self._words}")
        values = np.empty_like(self._scale)
        for number, index, first in self._parts:
            if number in _WHOLE:
                kind, _, _, none = _WHOLE[number]
                whole = words[first].view(kind)
                values[index] = np.where(whole == none, np.nan, whole)
            elif not isinstance(first, slice):
                upper, lower = _halves(number)
                halves = np.column_stack((words[first + upper], words[first + lower])).astype(">u2")
                values[index] = halves.view(">f4")[:, 0]
        values *= self._scale
        return values


def _halves(number: Number) -> tuple[int, int]:
    """Where the upper and the lower half of a number in two registers stand."""
    return (0, 1) if number is Number.FLOAT32 else (1, 0)


def step_of(accuracy: float) -> float:
    """What one count of a register is worth: the power of ten at or next below the sensor's accuracy.

    Assumption: a unit is set up not to lose what its sensor can tell. 32,767 counts hold a sensor that tells apart a
    part in three thousand of its range, or finer.
    """
    return float(f"1e{math.floor(math.log10(accuracy))}")


def map_of(group: SensorGroup) -> RegisterMap:
    """A unit that carries a group: a 16-bit number for each sensor in steps of `step_of`, a float for one that is
    declared to have no error. Addresses follow each other from 0."""
    registers, address = [], 0
    for cohort in group.cohorts:
        exact = cohort.accuracy <= 0
        number, scale = (Number.FLOAT32, 1.0) if exact else (Number.INT16, step_of(cohort.accuracy))
        for sensor in cohort.sensors:
            registers.append(Register(address, number, scale, cohort.unit, sensor))
            address += number.words
    return RegisterMap(tuple(registers))
