"""An old device of a live run speaks Modbus over a real socket, and its readings come back as they were taken."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest

from gateways.gateway.legacy.modbus import ModbusPoller
from gateways.gateway.legacy.registers import RegisterBlock, map_of
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from stadtwerk.live.plant import Journal
from stadtwerk.live.southbound import ModbusDevice
from tests.live.support import Live, taken_by

LEVELS = SensorCohort("levels", "g1", "level_m", "m", tuple(f"tank-{i}" for i in range(130)), 0.025, 60.0)
EXACT = SensorCohort("exact", "g1", "flow_m3_s", "m3/s", ("pump-1", "pump-2"), 0.0, 60.0)
GROUP = SensorGroup((LEVELS, EXACT))


def readings(i: int) -> Readings:
    """As they come from the simulated device: already in the steps of its registers, one sensor without a number."""
    values = np.concatenate([i / 10 + np.arange(130) / 100, [0.25 * i, -1.5]])
    values[3] = np.nan
    values = RegisterBlock(map_of(GROUP)).decode(RegisterBlock(map_of(GROUP)).encode(values))
    return Readings(GROUP, 60_000 * i, values, (np.isnan(values) * np.uint8(Quality.BAD)).astype(np.uint8))


def test_each_set_of_readings_goes_over_the_socket_once_and_in_order(tmp_path: Path) -> None:
    came: list[Readings] = []
    with Journal(tmp_path / "live.jsonl") as journal:
        device = ModbusDevice("g1", came.append, journal)
        for i in range(50):
            device.take(readings(i))
        assert device.wait(60)
        (port,) = [json.loads(line)["value"] for line in (tmp_path / "live.jsonl").read_bytes().splitlines()]
        # Anyone on this machine can ask the same unit, and gets what it shows last.
        with ModbusPoller(map_of(GROUP), int(port)) as other:
            last = [reading.value for reading in other.poll(0.0)]
        device.close()
    assert (device.polls, device.failures) == (50, 0)
    assert [one.at for one in came] == [60_000 * i for i in range(50)]
    for i, one in enumerate(came):
        np.testing.assert_array_equal(one.values, readings(i).values)
        np.testing.assert_array_equal(one.quality, readings(i).quality)
    np.testing.assert_array_equal(last, readings(49).values)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(port)), 1.0)


def test_a_device_that_is_closed_while_readings_wait_ends(tmp_path: Path) -> None:
    with Journal(tmp_path / "live.jsonl") as journal:
        device = ModbusDevice("g1", lambda one: None, journal)
        for i in range(200):
            device.take(readings(i))
        device.close()


def check_of_a_live_run(live: Live) -> None:
    """What the unit behind gateway-d2 of the demo city gave over its socket is what the run wrote down of it."""
    assert set(live.record["modbus_polls"]) == {"gateway-d2"}
    times = {at for _, _, at in taken_by(live.folder, ("gateway-d2",))}
    assert live.record["modbus_polls"]["gateway-d2"] >= len(times) > 5
    assert live.told("gateway-d2/modbus")[0] == "live.unit-listens"
    assert set(live.told("gateway-d2/modbus")) == {"live.unit-listens"}
