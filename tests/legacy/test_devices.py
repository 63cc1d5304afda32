"""Old devices read group by group say what the careful readers of their encodings say reading by reading."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.gateway.legacy.csv_logger import TO_THE_MILLISECOND
from gateways.gateway.legacy.devices import DEVICES, FieldDevices
from gateways.gateway.legacy.registers import Number, Register, RegisterBlock, RegisterMap, map_of, step_of
from gateways.wire.payload import WireReading
from gateways.wire.versions import v0
from simulator.contracts.registry import registry
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from tests.legacy.golden_files import read_log

START = 1_768_406_400.0
NUMBERS = st.floats(width=64) | st.integers(-70_000, 70_000).map(float)
ODD = ("bus 1;Süd%s", "pump-~@Pump-1", 'a"b\0', "junction-4.5")


def group(accuracy: float = 0.25) -> SensorGroup:
    pressure = SensorCohort("p", "gw", "pressure_m", "m", ODD, accuracy, 60.0)
    return SensorGroup((pressure, SensorCohort("q", "gw", "humidity", "%RH", ("a", "b"), 0.0, 60.0)))


def taken(of: SensorGroup, values: list[float], at: int = 60_000) -> Readings:
    flags = np.full(len(values), Quality.SUSPECT, dtype=np.uint8)
    return Readings(of, at, np.array(values, dtype=np.float64), flags)


def same(a: object, b: object) -> None:
    np.testing.assert_array_equal(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))


@given(st.lists(st.tuples(st.sampled_from(Number), st.sampled_from((0.01, 0.1, 1.0, 100.0)), NUMBERS), min_size=1))
def test_a_block_of_registers_holds_the_words_of_the_map_and_reads_them_like_it(
    rows: list[tuple[Number, float, float]],
) -> None:
    ends = np.cumsum([0, *(number.words for number, _, _ in rows)]).tolist()
    registers = RegisterMap(tuple(Register(ends[i], n, scale, "m", f"s{i}") for i, (n, scale, _) in enumerate(rows)))
    shown = [WireReading(f"s{i}", START, value, "m", Quality.GOOD) for i, (_, _, value) in enumerate(rows)]
    words = registers.encode(shown)
    block = RegisterBlock(registers)
    answer = block.encode(np.array([value for _, _, value in rows]))
    assert answer == b"".join(words[address].to_bytes(2) for address in range(ends[-1]))
    same(block.decode(answer), [reading.value for reading in registers.decode(words, START)])


@pytest.mark.parametrize(("accuracy", "step"), [(0.25, 0.1), (0.001, 0.001), (2.0, 1.0), (0.83, 0.1), (1500.0, 1000.0)])
def test_a_register_counts_in_tens_no_coarser_than_its_sensor(accuracy: float, step: float) -> None:
    assert step_of(accuracy) == step


def test_a_unit_rounds_to_its_step_and_has_no_value_beyond_its_range() -> None:
    sent = taken(group(), [12.34, -5.06, 3276.7, 3276.8, 0.1, math.nan])
    got = FieldDevices({"gw": "modbus"}, START).through(sent)
    np.testing.assert_allclose(got.values[:3], [12.3, -5.1, 3276.7], rtol=1e-12)
    assert math.isnan(got.values[3])
    assert got.values[4] == np.float32(0.1)  # a sensor without a declared error stands there as a float
    assert got.quality.tolist() == [0, 0, 0, Quality.BAD, 0, Quality.BAD]
    assert got.at == sent.at
    assert map_of(group()).registers[-1].address == 6  # four words, then two floats of two


@given(st.lists(NUMBERS, min_size=6, max_size=6), st.integers(-10_000_000, 2_000_000_000))
def test_a_logger_s_text_is_read_like_the_log_that_it_is(values: list[float], at: int) -> None:
    of, device = group(), DEVICES["csv"]("gw", START)
    text = device.write(taken(of, values, at))
    part = read_log(text, TO_THE_MILLISECOND)
    assert not part.malformed
    tick, found = device.read(of, text, 0)
    assert tick == at and {round((reading.time - START) * 1000) for reading in part.readings} == {at}
    same(found, [reading.value for reading in part.readings])
    same(found, [value if math.isfinite(value) else math.nan for value in values])
    assert len({reading.sensor for reading in part.readings}) == 6
    assert text.count(b"\r\n") == len(part.readings)


@given(st.lists(NUMBERS, min_size=6, max_size=6), st.integers(-10_000_000, 2_000_000_000))
def test_flat_json_is_read_like_payload_version_0(values: list[float], at: int) -> None:
    of, device = group(), DEVICES["json-v0"]("gw", START)
    text = device.write(taken(of, values, at))
    pack = v0.read(text)
    assert pack.gateway == "gw" and tuple(reading.sensor for reading in pack.readings) == of.sensors
    tick, found = device.read(of, text, 0)
    assert tick == at == pack.sequence - round(START * 1000)
    same(found, [reading.value for reading in pack.readings])


def test_modern_devices_are_left_alone_and_every_declared_protocol_is_spoken() -> None:
    sent = taken(group(), [1.0] * 6)
    assert FieldDevices({"gw": "senml"}, START).through(sent) is sent
    assert FieldDevices({"other": "csv"}, START).through(sent) is sent
    (protocol,) = [p for p in registry().types["gateway"].parameters if p.name == "protocol"]
    assert set(protocol.choices) == {"senml", *DEVICES} and protocol.default == "senml"
    for name in DEVICES:
        got = FieldDevices({"gw": name}, START).through(sent)
        np.testing.assert_allclose(got.values, 1.0)
        assert not got.quality.any()  # what the sensor thinks of its reading is not said


def test_an_answer_that_is_cut_short_is_no_answer() -> None:
    block = RegisterBlock(map_of(group()))
    with pytest.raises(ValueError, match="8"):
        block.decode(block.encode(np.ones(6))[:-2])
