"""The way of the readings out of a live run: to the run folder as ever, and through real gateways to a real store.

How far the city is behind the wall clock is shown when it happens, and recorded in any case.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateways.alive import NOBODY_ASKS, Alive
from gateways.gateway.aggregation import Aggregation
from gateways.stores.influx.queries import StoredReadings
from gateways.stores.influx.writer import Refused, Retry
from simulator.contracts.ticks import TICKS_PER_S, to_s
from simulator.contracts.words import Text, Words
from simulator.domains.ict.catalogue import PROTOCOL
from simulator.kernel import Clock
from stadtwerk.live.faults import RealFaults, plan_drills
from stadtwerk.live.reconciliation import Acknowledged, left_in, reconcile_by, row_count
from stadtwerk.live.settings import LiveSettings
from stadtwerk.live.southbound import Field, FieldSums, ModbusDevice
from stadtwerk.runs.feed import Feed, told_of
from stadtwerk.terminal import Progress, Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from gateways.simulated.telemetry import Telemetry
    from gateways.stores.influx.settings import InfluxSettings
    from simulator.contracts.city import City
    from simulator.contracts.sensor import Readings, SensorGroup
    from simulator.coupling import GaugeRecorder, Runtime
    from stadtwerk.influx.live import LiveLines
    from stadtwerk.influx.places import RunIdentity
    from stadtwerk.live.plant import Journal, Plant
    from stadtwerk.runs.feed import TownBrokers

_ = Words("stadtwerk")


LOOK_S = 0.2
ASK_S = 2.0
"""How often a database is asked whether it has all (assumption: it takes a moment)."""

QUIET_S = 10.0
"""Without anything new in ingest's outbox for so long, whatever gateways could send has come (assumption: longer than
the longest wait between two tries)."""


def arrived(
    store: Path | None,
    database: InfluxSettings | None,
    run: str,
    acknowledged: Acknowledged,
    deadline: float,
    alive: Alive = NOBODY_ASKS,
) -> bool:
    """Wait until what gateways acknowledged seems to be in the store, or in the database behind it; whether it is."""
    wanted = sum(len(group.sensors) for blocks in acknowledged.values() for group, _ in blocks)
    last, since = -1, time.monotonic()
    ask_at = since + ASK_S
    while time.monotonic() < deadline:
        alive.beat()
        rows = 0 if store is None else row_count(store)
        if database is None and rows >= wanted:
            return True
        if rows != last:
            last, since = rows, time.monotonic()
        if database is not None and not rows:
            if store is not None and time.monotonic() - since >= QUIET_S:
                return True
            if time.monotonic() >= ask_at:
                if _all_there(database, run, acknowledged):
                    return True
                ask_at = time.monotonic() + ASK_S
        time.sleep(LOOK_S)
    return False


def _all_there(database: InfluxSettings, run: str, acknowledged: Acknowledged) -> bool:
    """Whether a database has all that gateways acknowledged."""
    try:
        return not reconcile_by(acknowledged, StoredReadings(database, run).times).missing
    except (Retry, Refused):
        return False


class LiveFeed(Feed):
    """Hands each reading to the simulated gateways, for the run folder, and to the process of its gateway.

    `lines` gets to see the run itself; `readings_run` is the tag that readings bear in a database, if they do. Readings
    of gateways that are no processes go into the run folder only. Nothing here waits while the city runs.
    """

    delivers = False
    """What reaches the store through real processes is counted there, not in the simulated gateways beside them."""

    def __init__(
        self,
        clock: Clock,
        processes: Plant,
        settings: LiveSettings,
        journal: Journal,
        run: RunIdentity,
        alive: Alive = NOBODY_ASKS,
        lines: LiveLines | None = None,
        readings_run: str = "",
    ) -> None:
        super().__init__()
        self._alive, self._lines = alive, lines
        self.start_ms, self._readings_run = run.zero_ms, readings_run
        self._clock, self._processes, self._settings, self._journal = clock, processes, settings, journal
        self._fields: dict[str, Field] = {}
        self._devices: dict[str, ModbusDevice] = {}

    def outlets(
        self, runtime: Runtime, telemetry: Telemetry, brokers: TownBrokers
    ) -> tuple[Callable[[Readings, int], None], Callable[[int], None]]:
        processes, gateways = self._processes, self._processes.gateways
        fields = self._fields = {g: Field(g, processes.port(g), to_s(self.start_ms)) for g in gateways}
        self._devices = self._old_devices(runtime.city)
        places = [brokers.gateways.index(gateway) for gateway in gateways]
        faults = RealFaults(runtime, processes, gateways, brokers, places)
        plan_drills(self._settings.drills, self._clock, processes)

        devices = self._devices

        def take(readings: Readings, now: int) -> None:
            telemetry.take(readings, now)
            gateway = readings.group.gateway
            if gateway in devices:
                devices[gateway].take(readings)
            elif gateway in fields:
                fields[gateway].take(readings)

        def advance(tick: int) -> None:
            telemetry.advance(tick)
            faults.look()

        return take, advance

    def observe(self, runtime: Runtime, gauges: GaugeRecorder) -> None:
        if self._lines is not None:
            self._lines.attach(runtime, gauges)

    def drain(self) -> bool:
        """Mend everything, then wait, bounded, until what gateways have is in the store; whether it seems to be."""
        self._processes.mend_all()
        deadline = time.monotonic() + self._settings.drain_s
        for device in self._devices.values():
            device.wait(max(0.0, deadline - time.monotonic()))
        answered = all(field.wait(max(0.0, deadline - time.monotonic())) for field in self._fields.values())
        database, run = self._settings.influx, self._readings_run
        return arrived(self._processes.store, database, run, self.acknowledged(), deadline, self._alive) and answered

    def polls(self) -> dict[str, int]:
        """How often the old devices behind each gateway were asked over a socket and answered."""
        return {gateway: device.polls for gateway, device in self._devices.items()}

    def _old_devices(self, city: City) -> dict[str, ModbusDevice]:
        """The Modbus units behind gateways that have some."""
        found = {}
        for gateway, field in self._fields.items():
            if told_of(city, gateway, PROTOCOL) == "modbus":
                try:
                    found[gateway] = ModbusDevice(gateway, field.take, self._journal)
                except ImportError:
                    remark = _("{gateway}: its Modbus unit is not asked over a socket; pip install 'stadtwerk[legacy]'")
                    self.note(remark.filled(gateway=gateway))
        return found

    def left(self) -> dict[str, int]:
        """Readings still in the outboxes of gateways of this machine, once these have ended."""
        outboxes = {gateway: self._processes.outbox(gateway) for gateway in self._fields}
        return {gateway: left_in(outbox) for gateway, outbox in outboxes.items() if outbox is not None}

    def sums(self) -> FieldSums:
        return sum((field.sums() for field in self._fields.values()), FieldSums())

    def acknowledged(self) -> dict[str, list[tuple[SensorGroup, int]]]:
        """By gateway: group and Unix milliseconds of each block that it has answered for, as it leaves the gateway."""
        sums = Aggregation()
        return {
            gateway: [
                (left, self.start_ms + at)
                for group, at in field.acknowledged()
                if (left := sums.outward(group)) is not None
            ]
            for gateway, field in self._fields.items()
        }

    def hang_up(self) -> None:
        """Nothing more is sent to gateways."""
        for device in self._devices.values():
            device.close()
        for field in self._fields.values():
            field.close()


BEHIND_S = 1.0
"""From this lag on a run is behind (assumption: what somebody who watches would notice)."""

REPEAT_S = 10.0
"""Wall time between two remarks about it."""


@dataclass(frozen=True, slots=True)
class Lag:
    """`max_s`: the longest lag, in wall seconds. `behind_s`: wall time during which it was above `BEHIND_S`."""

    max_s: float = 0.0
    behind_s: float = 0.0


class LagMeter:
    """Told each tick that the run has reached, compares it with when that was due. Remarks go to `say`."""

    def __init__(
        self, speed: float, first: int, say: Callable[[str], None], wall: Callable[[], float] = time.monotonic
    ) -> None:
        self._speed, self._first, self._say, self._wall = speed, first, say, wall
        self._began = self._last = wall()
        self._said_at: float | None = None
        self.lag = Lag()

    def __call__(self, tick: int) -> None:
        now = self._wall()
        lag_s = max(0.0, now - self._began - (tick - self._first) / TICKS_PER_S / self._speed)
        behind = lag_s > BEHIND_S
        self.lag = Lag(max(self.lag.max_s, lag_s), self.lag.behind_s + (now - self._last if behind else 0.0))
        self._last = now
        if behind and (self._said_at is None or now - self._said_at >= REPEAT_S):
            self._say(f"the city is {lag_s:.1f} s behind the wall clock")
            self._said_at = now
        elif not behind and self._said_at is not None:
            self._say("the city has caught up with the wall clock")
            self._said_at = None


class LiveTerminal(Terminal):
    """A terminal that shows, and remembers, how far a run is behind."""

    def __init__(self, terminal: Terminal, speed: float, alive: Alive = NOBODY_ASKS) -> None:
        super().__init__(terminal.lang)
        self._terminal, self._speed, self._alive = terminal, speed, alive
        self._meter: LagMeter | None = None

    @property
    def lag(self) -> Lag:
        return Lag() if self._meter is None else self._meter.lag

    def say(self, text: Text | str) -> None:
        self._terminal.say(text)

    @contextmanager
    def progress(self, clock: Clock) -> Iterator[Progress]:
        meter = self._meter = LagMeter(self._speed, clock.now, self.say)
        with self._terminal.progress(clock) as shown:

            def show(tick: int) -> None:
                meter(tick)
                shown(tick)
                self._alive.beat()

            yield show
