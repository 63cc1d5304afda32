"""Readings of an old device reach a gateway's core, and leave it as SenML like those of a new one."""

from __future__ import annotations

import math

import pytest

from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.gateway.legacy.devices import grouped
from gateways.gateway.legacy.modbus import ModbusPoller, ModbusUnit
from gateways.gateway.legacy.registers import Number, Register, RegisterMap
from gateways.wire.payload import BatchEncoder, WireReading, decode_batch
from simulator.contracts.sensor import Quality, SensorCohort, SensorGroup
from tests.legacy.golden_files import GERMAN, read_log

LEVELS = SensorCohort("levels", "gateway-d1", "level_m", "m", ("tank-1", "tank-2"), 0.1, 60.0)
FLOWS = SensorCohort("flows", "gateway-d1", "flow_m3_s", "m3/s", ("pump-1",), 0.1, 60.0)
GROUP = SensorGroup((LEVELS, FLOWS))
START = 1_768_406_400.0


def sent(readings: tuple[WireReading, ...], at: int) -> list[tuple[str, float, float, str | None, Quality]]:
    core = GatewayCore("gateway-d1", GatewaySettings())
    core.take(grouped(GROUP, at, readings))
    core.seal_due(at)
    (pack,) = core.waiting()
    said = decode_batch(BatchEncoder(START).encode(pack)).readings
    return [(r.sensor, r.time, r.value, r.unit, r.quality) for r in said]


def test_a_modbus_unit_and_a_logger_say_the_same_as_a_modern_sensor() -> None:
    registers = RegisterMap(
        (
            Register(0, Number.INT16, 0.01, "m", "tank-1/level_m"),
            Register(1, Number.INT16, 0.01, "m", "tank-2/level_m"),
            Register(2, Number.FLOAT32, 1.0, "m3/s", "pump-1/flow_m3_s"),
        )
    )
    log = (
        b"14.01.2026 17:01:00;tank-2/level_m;4,5;m\r\n"
        b"14.01.2026 17:01:00;tank-1/level_m;5,25;m\r\n"
        b"14.01.2026 17:01:00;pump-1/flow_m3_s;0,0625;m3/s\r\n"
    )
    logged = read_log(log, GERMAN).readings
    with ModbusUnit(registers) as unit, ModbusPoller(registers, unit.port) as poller:
        unit.show(logged)
        polled = poller.poll(START + 60.0)
    assert sent(polled, 60_000) == sent(logged, 60_000)
    assert sent(polled, 60_000) == [
        ("tank-1/level_m", START + 60, 5.25, "m", Quality.GOOD),
        ("tank-2/level_m", START + 60, 4.5, "m", Quality.GOOD),
        ("pump-1/flow_m3_s", START + 60, 0.0625, "m3/s", Quality.GOOD),
    ]


def test_a_sensor_that_said_nothing_is_bad_and_strangers_are_refused() -> None:
    only = WireReading("tank-2/level_m", 0.0, 4.5, "m", Quality.GOOD)
    read = grouped(GROUP, 0, [only])
    assert [math.isnan(value) for value in read.values] == [True, False, True]
    assert read.quality.tolist() == [Quality.BAD, Quality.GOOD, Quality.BAD]
    with pytest.raises(KeyError):
        grouped(GROUP, 0, [WireReading("tank-9/level_m", 0.0, 4.5, "m", Quality.GOOD)])
    with pytest.raises(ValueError, match="'cm'"):
        grouped(GROUP, 0, [WireReading("tank-1/level_m", 0.0, 450.0, "cm", Quality.GOOD)])
