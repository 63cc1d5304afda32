"""Readings of a live run on their way to the process of their gateway, and which of them it has acknowledged.

Those of an old device go over a real socket, from a Modbus unit to the poller at its gateway.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateways.gateway.legacy.devices import grouped
from gateways.gateway.legacy.registers import map_of
from gateways.gateway.node import SouthboundClient
from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality, Readings, SensorGroup
from simulator.contracts.ticks import to_s
from stadtwerk.live import events
from stadtwerk.live.plant import Journal

if TYPE_CHECKING:
    from gateways.gateway.legacy.modbus import ModbusPoller, ModbusUnit

LIMIT_READINGS = 1_000_000
"""Readings that wait for a gateway that is away; further ones are dropped and counted (assumption: some 16 MB)."""


@dataclass(frozen=True, slots=True)
class FieldSums:
    """Readings: sent = acknowledged + waiting + refused. `dropped` were never sent, as too many waited already."""

    sent: int = 0
    acknowledged: int = 0
    waiting: int = 0
    refused: int = 0
    dropped: int = 0
    resent: int = 0

    def __add__(self, other: FieldSums) -> FieldSums:
        return FieldSums(
            self.sent + other.sent,
            self.acknowledged + other.acknowledged,
            self.waiting + other.waiting,
            self.refused + other.refused,
            self.dropped + other.dropped,
            self.resent + other.resent,
        )


class Field:
    """The field side of one gateway, as the city's sensors see it. `take` never waits.

    Remembers of each block its group and tick, so that `acknowledged` can say afterwards what the gateway answered for.
    What is dropped is dropped before it gets a number: an answer up to a number is then true of each block up to it.
    """

    def __init__(self, gateway: str, port: int, clock_start_unix: float, limit: int = LIMIT_READINGS) -> None:
        self.gateway = gateway
        self._limit = limit
        self._sent: list[tuple[SensorGroup, int]] = []
        self._upto = -1
        self._dropped = 0
        self._client = SouthboundClient(port, clock_start_unix, limit_readings=2 * limit, acknowledged=self._answered)

    def take(self, readings: Readings) -> None:
        """Hand a block on, whose arrays must not change later."""
        if self._client.counts().waiting + len(readings.values) > self._limit:
            self._dropped += len(readings.values)
            return
        self._sent.append((readings.group, readings.at))
        self._client.send(readings)

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything is answered; whether it is."""
        return self._client.wait(timeout_s)

    def sums(self) -> FieldSums:
        counts = self._client.counts()
        return FieldSums(
            counts.sent,
            counts.acknowledged,
            counts.waiting,
            counts.refused,
            self._dropped + counts.dropped,
            counts.resent,
        )

    def acknowledged(self) -> Iterator[tuple[SensorGroup, int]]:
        """Group and tick of each block that the gateway has answered for."""
        yield from self._sent[: self._upto + 1]

    def close(self) -> None:
        self._client.close()

    def _answered(self, n: int) -> None:
        self._upto = max(self._upto, n)


AGAIN_S = 0.1
"""Wait before a unit that did not answer is asked again (assumption)."""


class ModbusDevice:
    """The Modbus units behind one gateway, one for each group of sensors, each on a port of its own, and their poller.

    `take` only queues. In a thread of its own the unit is shown the readings, then its registers are asked for over the
    socket, and what comes back goes to `hand_on`: so each set of readings is polled once, however fast the town's time
    runs. Raises `ImportError` where pymodbus is not installed.
    """

    def __init__(self, gateway: str, hand_on: Callable[[Readings], None], journal: Journal) -> None:
        from gateways.gateway.legacy.modbus import ModbusPoller, ModbusUnit

        self._gateway, self._hand_on, self._journal = gateway, hand_on, journal
        self._make: tuple[type[ModbusUnit], type[ModbusPoller]] = (ModbusUnit, ModbusPoller)
        self._units: dict[SensorGroup, tuple[ModbusUnit, ModbusPoller]] = {}
        self._queue: queue.Queue[Readings | None] = queue.Queue()
        self._ending = threading.Event()
        self.polls = self.failures = 0
        self._thread = threading.Thread(target=self._run, name=f"modbus-{gateway}", daemon=True)
        self._thread.start()

    def take(self, readings: Readings) -> None:
        """A group was read; its arrays must not change later."""
        self._queue.put(readings)

    def wait(self, timeout_s: float) -> bool:
        """Wait until all that was taken has been polled and handed on; whether it has."""
        deadline = time.monotonic() + timeout_s
        while self._queue.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)
        return not self._queue.unfinished_tasks

    def close(self) -> None:
        """Hang up and close the ports. What was not polled yet is lost."""
        self._ending.set()
        self._queue.put(None)
        self._thread.join()
        for unit, poller in self._units.values():
            poller.close()
            unit.stop()

    # the thread

    def _run(self) -> None:
        while (readings := self._queue.get()) is not None and not self._ending.is_set():
            try:
                self._hand_on(self._polled(readings))
            except _Ended:
                return
            finally:
                self._queue.task_done()

    def _polled(self, readings: Readings) -> Readings:
        from gateways.gateway.legacy.modbus import GarbledAnswer, UnitRefuses, UnitUnreachable

        group, at_s = readings.group, to_s(readings.at)
        while not self._ending.is_set():
            try:
                unit, poller = self._of(group)
                unit.show(_wire(readings))
                found = poller.poll(at_s)
            except (UnitUnreachable, UnitRefuses, GarbledAnswer, OSError) as error:
                self.failures += 1
                if self.failures == 1:
                    self._journal.add(events.UNIT_NOT_READ, f"{self._gateway}/modbus", after=str(error))
                self._ending.wait(AGAIN_S)
            else:
                self.polls += 1
                return grouped(group, readings.at, found)
        raise _Ended

    def _of(self, group: SensorGroup) -> tuple[ModbusUnit, ModbusPoller]:
        if group not in self._units:
            make_unit, make_poller = self._make
            registers = map_of(group)
            unit = make_unit(registers)
            unit.start()
            self._units[group] = unit, make_poller(registers, unit.port)
            self._journal.add(events.UNIT_LISTENS, f"{self._gateway}/modbus", value=unit.port)
        return self._units[group]


class _Ended(Exception):
    """The device is closed."""


def _wire(readings: Readings) -> list[WireReading]:
    units = [cohort.unit for cohort in readings.group.cohorts for _ in cohort.components]
    at_s = to_s(readings.at)
    return [
        WireReading(sensor, at_s, value, unit, Quality(flag))
        for sensor, value, unit, flag in zip(
            readings.group.sensors, readings.values.tolist(), units, readings.quality.tolist(), strict=True
        )
    ]
