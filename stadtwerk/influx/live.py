"""A run into a database while it lasts: the same lines as a push of its folder, and the health of real processes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import simpy

from gateways.brokers.address import UnsafeSecret
from gateways.stores.influx import InfluxSettings, InfluxWriter, Refused, Retry
from gateways.stores.influx.queries import InfluxQuestions
from simulator.contracts.event import Event
from simulator.contracts.history import Gauges
from simulator.contracts.measurements import BEAT_S
from simulator.contracts.problem import BadInput, Problem
from stadtwerk.influx.health import HealthWatch
from stadtwerk.influx.identity import RunIdentity
from stadtwerk.influx.out import Out
from stadtwerk.influx.places import Places
from stadtwerk.influx.replay import Replay
from stadtwerk.influx.sender import Sender

if TYPE_CHECKING:
    from resilience.judge.verdict import Verdict
    from simulator.coupling import GaugeRecorder, Runtime

PATIENCE_S = 60.0
"""How long a database that is away at the end of a run is waited for (assumption)."""


class RunningSource:
    """A `Source` of a run that is going on: what lies before the present instant, which may still change.

    Set `over` when the run is: then its last instant is told as well.
    """

    def __init__(self, runtime: Runtime, gauges: GaugeRecorder) -> None:
        self.over = False
        self._runtime, self._gauges = runtime, gauges
        self._events = self._samples = 0
        self._levels = dict.fromkeys(runtime.city.levels, 0)

    def events(self) -> Sequence[Event]:
        new = self._runtime.log.since(self._events)
        self._events += len(new)
        return new

    def levels(self) -> Sequence[tuple[int, str, float]]:
        now, found = self._runtime.clock.now, []
        for level, known in self._levels.items():
            new = [
                (at, level, value) for at, value in self._runtime.levels.since(level, known) if at < now or self.over
            ]
            self._levels[level] += len(new)
            found += new
        return found

    def gauges(self) -> Gauges:
        new = self._gauges.since(self._samples)
        self._samples = self._gauges.samples
        return new


class LiveLines:
    """Writes a run as it goes on. `attach` before the clock moves, `finish` with the verdict, `close` in any case."""

    def __init__(self, settings: InfluxSettings, run: RunIdentity, health: HealthWatch | None) -> None:
        self._settings, self._run, self._health = settings, run, health
        self._sender = Sender(lambda: InfluxWriter.of(settings))
        self._places, self._out = Places(run.city), Out(run)
        self._source: RunningSource | None = None
        self._replay: Replay | None = None

    def replace(self) -> None:
        """Forget a run of the same name, as its folder will be replaced. Call it when all else is up.

        Raises `BadInput` if the database will not.
        """
        try:
            InfluxQuestions(self._settings).forget("run", self._run.name)
        except (Refused, Retry, UnsafeSecret) as error:
            mend = "start it, or mend the login, the bucket or (InfluxDB 2) its DBRP mapping"
            raise BadInput([Problem("command line", 0, "--influx", f"cannot be asked: {error}", mend)]) from None

    def attach(self, runtime: Runtime, gauges: GaugeRecorder) -> None:
        """Begin to look at a run that has not begun yet."""
        self._source = RunningSource(runtime, gauges)
        self._replay = Replay(self._run, self._source)
        if self._health is not None:
            self._health.start()
        self._sender.start()
        runtime.clock.process(self._beat(self._replay, runtime))

    def finish(self, verdict: Verdict, digest: str, report: str) -> str:
        """Write the rest and the verdict; a sentence on what became of it."""
        replay, run = self._replay, self._run
        if replay is None or self._source is None:
            return ""
        self._source.over = True
        self._sender.put([*replay.advance(run.end + 1), *replay.judged(verdict, digest, report)])
        done = self._sender.close(PATIENCE_S)
        said = f"database: {self._sender.written:,} lines beside readings, run {run.name!r}"
        return said if done else f"{said}; NOT all were taken: {self._sender.reason}"

    def close(self) -> None:
        """Stop listening."""
        if self._health is not None:
            self._health.close()

    def _beat(self, replay: Replay, runtime: Runtime) -> Generator[simpy.Event, Any, None]:
        while True:
            yield runtime.clock.timeout(BEAT_S)
            tick = runtime.clock.now
            lines = replay.advance(tick)
            if self._health is not None:
                self._health.write(self._out, self._run, self._places, tick)
                lines += self._out.take()
            self._sender.put(lines)
