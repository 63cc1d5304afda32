"""Register maps: the golden unit, every number there and back, and words by hand."""

from __future__ import annotations

import csv
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.gateway.legacy.registers import (
    MOST_AT_ONCE,
    GarbledRegisters,
    Number,
    Register,
    RegisterMap,
)
from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality
from tests.legacy.golden_files import GOLDEN, expected, lines

START = 1_768_406_400.0


def golden() -> tuple[RegisterMap, dict[int, int]]:
    unit = csv.reader((GOLDEN / "rtu-1.map.csv").read_text(encoding="utf-8").splitlines()[1:])
    words = csv.reader((GOLDEN / "rtu-1.words.csv").read_text().splitlines()[1:])
    registers = [Register(int(at), Number(number), float(scale), *named) for at, number, scale, *named in unit]
    return RegisterMap(tuple(registers)), {int(address): int(word, 16) for address, word in words}


def test_the_golden_unit_is_read_and_written_again_to_the_bit() -> None:
    registers, words = golden()
    readings = registers.decode(words, START)
    assert lines(readings) == expected("rtu-1")
    assert registers.encode(readings) == words
    assert list(registers.spans()) == [(0, 7), (100, 2)]


def one(number: Number, scale: float = 1.0) -> Register:
    return Register(0, number, scale, "m", "s")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(list(Number)[2:]))
def test_every_float_comes_back_as_it_went(value: float, number: Number) -> None:
    words = one(number).encode(value)
    upper, lower = words if number is Number.FLOAT32 else words[::-1]
    assert np.uint32(upper << 16 | lower).view(np.float32) == np.float32(value)
    assert one(number).decode(words) == value


@given(st.integers(-0x7FFF, 0x7FFF))
def test_every_signed_number_is_the_twos_complement(raw: int) -> None:
    assert one(Number.INT16).encode(raw) == struct.unpack(">H", struct.pack(">h", raw))
    assert one(Number.INT16, 0.1).decode(one(Number.INT16, 0.1).encode(raw * 0.1)) == raw * 0.1


@given(st.integers(0, 0xFFFE), st.sampled_from([0.5, 0.01, 3.0]))
def test_a_value_comes_back_within_half_a_step(raw: int, scale: float) -> None:
    value = (raw - 0.3) * scale
    back = one(Number.UINT16, scale).decode(one(Number.UINT16, scale).encode(value))
    assert abs(back - value) <= scale / 2 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("number", "value"),
    [(Number.INT16, 32768.0), (Number.INT16, -32768.0), (Number.UINT16, -1.0), (Number.UINT16, 65535.0)]
    + [(Number.FLOAT32, 1e39)]
    + [(number, value) for number in Number for value in (math.nan, math.inf, -math.inf)],
)
def test_what_does_not_fit_has_no_value_rather_than_a_wrong_one(number: Number, value: float) -> None:
    assert math.isnan(one(number).decode(one(number).encode(value)))


def test_words_that_are_missing_or_hold_no_number_are_refused() -> None:
    registers, words = golden()
    with pytest.raises(GarbledRegisters, match="register 2"):
        registers.decode({address: word for address, word in words.items() if address != 3}, 0.0)
    with pytest.raises(GarbledRegisters, match="infinite"):
        one(Number.FLOAT32).decode((0x7F80, 0))
    with pytest.raises(GarbledRegisters):
        one(Number.INT16).decode((0x10000,))


def test_another_unit_or_an_unknown_sensor_is_not_written() -> None:
    registers = RegisterMap((one(Number.INT16),))
    with pytest.raises(ValueError, match="'ft'"):
        registers.encode([WireReading("s", 0.0, 1.0, "ft", Quality.GOOD)])
    with pytest.raises(KeyError):
        registers.encode([WireReading("t", 0.0, 1.0, "m", Quality.GOOD)])


@given(st.lists(st.tuples(st.sampled_from(list(Number)), st.integers(0, 2)), min_size=1, max_size=300))
def test_requests_cover_the_map_once_and_split_no_number(layout: list[tuple[Number, int]]) -> None:
    registers, address = [], 0
    for number, gap in layout:
        address += gap
        registers.append(Register(address, number, 1.0, "", str(address)))
        address += number.words
    spans = list(RegisterMap(tuple(registers)).spans())
    assert all(count <= MOST_AT_ONCE for _, count in spans)
    asked = [first + i for first, count in spans for i in range(count)]
    assert asked == [r.address + i for r in registers for i in range(r.number.words)]
    starts = {first for first, _ in spans}
    assert starts <= {r.address for r in registers}
