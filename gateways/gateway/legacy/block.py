"""A register map as arrays: what `RegisterMap` does word by word, for all readings of a map at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gateways.gateway.legacy.registers import Number, Register, RegisterMap
from simulator.contracts.sensor import SensorGroup

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
