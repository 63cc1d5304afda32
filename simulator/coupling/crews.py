"""Who drives there and works: repair crews, fuel trucks, tankers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.coupling.supply import Supply
from simulator.coupling.travel import Travel
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog

RETRY_S = 900.0
"""A crew that finds no open road tries again after this (assumption)."""

Done = Callable[[int], None]
"""Called with the event of the finished work."""


class Crews:
    """Crews wait at depots; each job takes one: muster, drive over the roads as they are, work, drive back."""

    def __init__(self, city: City, clock: Clock, log: EventLog, supply: Supply, travel: Travel) -> None:
        self._city, self._clock, self._log = city, clock, log
        self._supply, self._travel = supply, travel
        self._free = {
            depot.id: simpy.Resource(clock.env, capacity=max(1, int(depot.number("crews"))))
            for depot in city.of_kind("depot")
        }

    @property
    def depots(self) -> tuple[str, ...]:
        return tuple(self._free)

    def nearest(self, target: str) -> str | None:
        """The depot from which the target is reached soonest now, None if it is reached from none."""
        times = [(seconds, d) for d in self._free if (seconds := self._travel.time_s(d, target)) is not None]
        return min(times)[1] if times else None

    def dispatch(
        self, job: str, target: str, work_s: float, cause: int | None, done: Done, depot: str | None = None
    ) -> None:
        """Send a crew to `target` for `work_s` seconds of work, then call `done`. Raises `KeyError` for no such depot.

        Without a depot in the city nobody comes: that is logged as unreachable, and `done` is never called.
        """
        if depot is not None and depot not in self._free:
            raise KeyError(f"{depot!r} is not a depot of this city")
        if not self._free:
            self._log.add(EventKind.CREW, target, f"{job}: the city has no depot, nobody comes", cause=cause)
            return
        self._clock.process(self._job(job, target, work_s, cause, done, depot))

    def _job(
        self, job: str, target: str, work_s: float, cause: int | None, done: Done, depot: str | None
    ) -> Generator[simpy.Event, Any, None]:
        told = False
        while True:
            base = depot or self.nearest(target)
            if base is not None and self._supply.works(base) and self._travel.time_s(base, target) is not None:
                break
            if not told:
                told = True
                cause = self._log.add(EventKind.CREW, target, f"{job}: no open road leads there, waiting", cause=cause)
            yield self._clock.timeout(RETRY_S)
        with self._free[base].request() as crew:
            yield crew
            sent = self._log.add(EventKind.CREW, target, f"{job}: crew called at {base}", cause=cause, via=base)
            yield self._clock.timeout(self._city.components[base].number("muster_s"))
            while (drive := self._travel.time_s(base, target)) is None:
                yield self._clock.timeout(RETRY_S)
            yield self._clock.timeout(drive)
            what = f"{job}: crew from {base} arrived after {drive / 60:.0f} min on the road"
            arrived = self._log.add(EventKind.CREW, target, what, cause=sent, via=base, value=drive)
            yield self._clock.timeout(work_s)
            done(self._log.add(EventKind.CREW, target, f"{job}: done", cause=arrived, via=base))
            yield self._clock.timeout(drive)
