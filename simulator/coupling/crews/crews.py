"""The dispatcher: which crew does which job, and the job itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

import simpy

from simulator.contracts.city import City
from simulator.contracts.crews import CrewPolicy, repair_class, trade_of, trade_of_link
from simulator.contracts.event import EventKind
from simulator.contracts.fault import ActiveFault
from simulator.contracts.repair import Trade
from simulator.contracts.ticks import to_ticks
from simulator.coupling.crews.depot import FUEL_NOT_DELIVERED, Depot
from simulator.coupling.crews.job import Delivered, Done, Job, drawn_work_s
from simulator.coupling.crews.priority import Ranking
from simulator.coupling.faults import FaultStack
from simulator.coupling.staff import STAFF_ABSENT
from simulator.coupling.supply import Supply
from simulator.coupling.travel import Travel
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams

RETRY_S = 900.0
"""A crew that finds no open road tries again after this (assumption)."""


class Crews:
    """Jobs wait until a crew of their trade is free at a depot from which a road leads there, with what they need.

    Each time anything changes, the nearest depot that could send somebody takes the first of the jobs nearest to it, by
    its policy. A crew musters, drives over the roads as they are, works, and drives back. `capacity` is what domains
    say that their components carry.
    """

    def __init__(
        self,
        city: City,
        clock: Clock,
        log: EventLog,
        faults: FaultStack,
        supply: Supply,
        travel: Travel,
        streams: Streams,
    ) -> None:
        self._city, self._clock, self._log, self._faults = city, clock, log, faults
        self._supply, self._travel, self._streams = supply, travel, streams
        self._depots = {depot.id: Depot(depot, clock, faults) for depot in city.of_kind("depot")}
        self._waiting: list[Job] = []
        self._serial = 0
        self._drawn: dict[tuple[str, str], int] = {}  # how often work was drawn for a job of this name
        self.capacity: dict[str, float] = {}
        self._ranking = Ranking(city, log, self.capacity)
        self._policy: CrewPolicy | None = None
        self._queued = False
        self._wakes: set[int] = set()
        self._retry_at: int | None = None
        for fault in (STAFF_ABSENT, FUEL_NOT_DELIVERED):
            faults.handle(fault, self._on_fault)
        for depot in self._depots:
            supply.watch(depot, lambda subject, cause: self._look_soon())

    @property
    def depots(self) -> tuple[str, ...]:
        return tuple(self._depots)

    @property
    def waiting(self) -> int:
        """Jobs for which no crew has left yet."""
        return len(self._waiting)

    def depot(self, depot: str) -> Depot:
        """Raises `KeyError` for no such depot."""
        return self._depots[depot]

    def set_policy(self, policy: CrewPolicy) -> None:
        """Put waiting jobs in order by this in all depots, instead of by their own policies."""
        self._policy = policy

    def provide_capacity(self, capacity: Mapping[str, float]) -> None:
        """A domain says how much each of its components carries; compared within a trade only."""
        self.capacity.update(capacity)

    def nearest(self, target: str) -> str | None:
        """The depot from which the target is reached soonest now, None if it is reached from none."""
        times = [(seconds, d) for d in self._depots if (seconds := self._travel.time_s(d, target)) is not None]
        return min(times)[1] if times else None

    def dispatch(
        self,
        job: str,
        target: str,
        work_s: float | None,
        cause: int | None,
        done: Done,
        depot: str | None = None,
        broken: str | None = None,
        trade: str = "",
    ) -> None:
        """Send a crew to `target` for `work_s` seconds of work on `broken` (None: the target), then call `done`.

        Without `work_s` it is a repair: it takes spare parts, and as long as is drawn for what is broken. Without a
        trade it is that of the broken component or link. Raises `KeyError` for no such depot. Without a depot in the
        city nobody comes: that is logged as unreachable, and `done` is never called.
        """
        if depot is not None and depot not in self._depots:
            raise KeyError(f"{depot!r} is not a depot of this city")
        broken = target if broken is None else broken
        component, parts = self._city.components.get(broken), 0
        if work_s is None:
            work = repair_class("" if component is None else component.kind)
            again = self._drawn[job, broken] = self._drawn.get((job, broken), 0) + 1
            work_s, parts = drawn_work_s(self._streams, work, job, broken, again), work.parts
        if trade:
            known = Trade(trade)
        elif component is not None:
            known = trade_of(component.kind, component.domain)
        else:
            known = trade_of_link(self._city.links[broken].kind)
        self._serial += 1
        self._call(
            Job(job, target, broken, known, work_s, cause, lambda event, _: done(event), self._serial, depot, parts)
        )

    def deliver_fuel(self, target: str, litres: float, pumping_s: float, cause: int | None, done: Delivered) -> None:
        """Send a fuel truck with up to so many litres, and call `done` with what it brought."""
        self._serial += 1
        self._call(Job("fuel truck", target, target, Trade.DRIVER, pumping_s, cause, done, self._serial, fuel_l=litres))

    def station(self, job: str, target: str, cause: int | None, arrived: Done) -> Callable[[], None]:
        """Send a crew that stays at `target`; `arrived` is called when it is there. Returns the call that ends it."""
        component, over = self._city.components[target], self._clock.env.event()
        trade = trade_of(component.kind, component.domain)
        self._serial += 1
        post = Job(job, target, target, trade, 0.0, cause, lambda event, _: arrived(event), self._serial, over=over)
        self._call(post)

        def end() -> None:
            if post in self._waiting:
                self._waiting.remove(post)
            elif not over.triggered:
                over.succeed()

        return end

    # who goes

    def _call(self, job: Job) -> None:
        if not self._depots:
            what = f"{job.name}: the city has no depot, nobody comes"
            self._log.add(EventKind.CREW, job.target, what, cause=job.cause)
            return
        self._waiting.append(job)
        self._look_soon()

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._look_soon()

    def _look_soon(self) -> None:
        if self._waiting and not self._queued:
            self._queued = True
            self._clock.soon("crews", self._look)

    def _look(self) -> None:
        """Send whoever can be sent."""
        self._queued = False
        ready = {job.serial: self._sender(job) for job in self._waiting}
        while (base := next((d for job in self._waiting if (d := ready[job.serial]) is not None), None)) is not None:
            mine = [job for job in self._waiting if ready[job.serial] is base]
            job = min(mine, key=lambda job: self._ranking.key(job, self._policy or base.policy))
            self._waiting.remove(job)
            self._send(job, base)
            ready.update((other.serial, self._sender(other)) for other in mine if other is not job)
        for job in self._waiting:
            self._say_why(job)

    def _sender(self, job: Job) -> Depot | None:
        """The nearest depot that could send a crew for this job now."""
        found = [
            (seconds, name)
            for name, depot in self._depots.items()
            if self._hindrance(job, depot) is None and (seconds := self._travel.time_s(name, job.target)) is not None
        ]
        return self._depots[min(found)[1]] if found else None

    def _hindrance(self, job: Job, depot: Depot) -> str | None:
        """Why this depot cannot send anybody now, roads apart."""
        if job.depot not in (None, depot.id) or not depot.has_trade(job.trade):
            return "another depot"
        if not self._supply.works(depot.id):
            return "the depot cannot be used"
        if job.fuel_l and (depot.trucks <= 0 or self._faults.active(job.target, FUEL_NOT_DELIVERED)):
            return "no fuel truck can leave"
        if job.parts > depot.parts(job.trade):
            return "no spare part is left"
        return None if depot.free(job.trade) else "no crew is free"

    def _say_why(self, job: Job) -> None:
        """Log once why a job waits, and come back when that may have changed."""
        hindrances = [self._hindrance(job, depot) for depot in self._depots.values()]
        able = [why for why in hindrances if why != "another depot"]
        if None in hindrances:
            why = "no open road leads there"
            if self._retry_at is None or self._retry_at <= self._clock.now:
                self._retry_at = self._clock.now + to_ticks(RETRY_S)
                self._wake(self._retry_at)
        elif not able:
            why = f"no crew of the trade {job.trade} belongs to a depot that is asked"
        else:
            why = next(reason for reason in able if reason is not None)
            for depot in self._depots.values():
                if (tick := depot.next_shift()) is not None:
                    self._wake(tick)
        if why not in job.said:
            job.said.add(why)
            job.cause = self._log.add(EventKind.CREW, job.target, f"{job.name}: {why}, waiting", cause=job.cause)

    def _wake(self, tick: int) -> None:
        """Look again at `tick`, once however many ask for it."""
        if tick in self._wakes or tick > self._clock.end:
            return
        self._wakes.add(tick)

        def look() -> None:
            self._wakes.discard(tick)
            self._look_soon()

        self._clock.at(tick, "crews", look)

    # the job

    def _send(self, job: Job, depot: Depot) -> None:
        crew = depot.free(job.trade)
        assert crew is not None
        depot.out[crew] += 1
        if job.parts:
            depot.take_parts(job.trade, job.parts)
            self._clock.after(depot.parts_delivery_s, depot.id, lambda: self._restock(depot, job.trade, job.parts))
        litres = 0.0
        if job.fuel_l:
            litres = min(job.fuel_l, depot.truck_l, depot.fuel_l)
            depot.fuel_l -= litres
            depot.trucks_out += 1
        self._clock.process(self._work(job, depot, crew, litres))

    def _work(self, job: Job, depot: Depot, crew: Trade, litres: float) -> Generator[simpy.Event, Any, None]:
        name, target, base, log = job.name, job.target, depot.id, self._log
        sent = log.add(EventKind.CREW, target, f"{name}: crew called at {base}", cause=job.cause, via=base)
        yield self._clock.timeout(depot.muster_s)
        while (drive := self._travel.time_s(base, target)) is None:
            yield self._clock.timeout(RETRY_S)
        yield self._clock.timeout(drive)
        what = f"{name}: crew from {base} arrived after {drive / 60:.0f} min on the road"
        arrived = log.add(EventKind.CREW, target, what, cause=sent, via=base, value=drive)
        if litres and self._fuel_refused(job, depot):
            job.cause = log.add(EventKind.CREW, target, f"{name}: brings no fuel, turns back", cause=arrived, via=base)
            depot.fuel_l += litres
            self._waiting.append(job)
        elif job.over is not None:
            if not job.over.triggered:
                job.finished(arrived, litres)
                yield job.over
        else:
            yield self._clock.timeout(job.work_s)
            job.finished(log.add(EventKind.CREW, target, f"{name}: done", cause=arrived, via=base), litres)
        yield self._clock.timeout(drive)
        depot.out[crew] -= 1
        depot.trucks_out -= bool(litres)
        self._look_soon()

    def _fuel_refused(self, job: Job, depot: Depot) -> bool:
        """Deliveries were stopped while the truck was on its way."""
        return any(self._faults.active(place, FUEL_NOT_DELIVERED) for place in (job.target, depot.id))

    def _restock(self, depot: Depot, trade: Trade, parts: int) -> None:
        depot.add_parts(trade, parts)
        self._look_soon()
