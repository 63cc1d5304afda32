"""One call for a crew, from the call to the end of the work."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from simulator.contracts.city import City
from simulator.contracts.crews import CrewPolicy, Priority, repair_class, trade_at
from simulator.contracts.event import EventCode, EventKind, Task, Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import registry
from simulator.contracts.repair import RepairClass, Trade
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling import events
from simulator.coupling.calls import Calls
from simulator.coupling.catalogue import DRIVER
from simulator.coupling.depot import FUEL_NOT_DELIVERED, Depot
from simulator.coupling.faults import FaultStack
from simulator.coupling.networks import Networks
from simulator.coupling.police import STAFF_ABSENT
from simulator.coupling.supply import Supply
from simulator.coupling.travel import Travel
from simulator.coupling.vehicles import Vehicle, VehicleKind
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams

Done = Callable[[int], None]
"""Called with the event of the finished work, of an arrival or of a leave."""
Delivered = Callable[[int, float], float]
"""Called with the event of the finished work and the litres that were brought; returns those that found room."""


@dataclass(eq=False, slots=True)
class Post:
    """Where one crew is to be until `over`, whoever it is: those whose shift ends are relieved.

    On a `tour` its vehicle drives all the time, with the engine running. `standing` counts who is there, two while one
    relieves the other; `relief` comes when the next one has arrived. `arrived` is told when somebody is there who was
    not before, `left` when nobody is any more though it is not over.
    """

    over: simpy.Event
    arrived: Done
    left: Done
    tour: bool
    standing: int = 0
    relief: simpy.Event | None = None


@dataclass(eq=False, slots=True)
class Job:
    """A crew of `trade` is to drive to `target` and work there on `broken` for `work_s` seconds.

    It goes by a vehicle of this kind. `parts` are taken along from the depot's stock, and `fuel_l` litres of fuel by
    truck. `depot` is the only one asked (None: any). At a `post` the crew stays. `heard` are the depots that
    know of it, `messenger` is whether one has been sent. `said` are the reasons for waiting that are in the log
    already. `because` stays the event that the call came from, while `cause` is what the log says last.
    """

    task: Task
    target: str
    broken: str
    trade: Trade
    work_s: float
    cause: int | None
    finished: Delivered
    serial: int
    depot: str | None = None
    parts: int = 0
    fuel_l: float = 0.0
    post: Post | None = None
    vehicle: VehicleKind = VehicleKind.VAN
    heard: set[str] = field(default_factory=set)
    messenger: bool = False
    said: set[str] = field(default_factory=set)
    because: int | None = None

    def __post_init__(self) -> None:
        self.because = self.cause


def drawn_work_s(streams: Streams, work: RepairClass, entry: str, broken: str, again: int = 1) -> float:
    """Seconds of work on site, drawn for this job alone: lognormal, with the median and spread of its class.

    `entry` is the one of the timeline that broke it, if one did. `again` counts the jobs: what breaks twice does not
    take the same time twice.
    """
    purpose = f"work of repair of {broken}" + (f" [{entry}]" if entry else "") + (f" {again}" if again > 1 else "")
    draw = streams.stream(broken, purpose).standard_normal()
    return work.median_s * math.exp(work.sigma * float(draw))


SHOWS_LOSS = (EventKind.LEVEL_LOW, EventKind.STOPPED, EventKind.SUPPLY_LOST, EventKind.MODE)
"""Events that say who has lost something."""


class Ranking:
    """Puts jobs in order. What leans on a broken thing: itself, what its links lead to, and who the log says has lost
    something because of it. Pipes, lines and roads inside the network files are not followed, but what their failure
    did is in the log."""

    def __init__(
        self, city: City, log: EventLog, capacity: Mapping[str, float], networks: Networks, travel: Travel
    ) -> None:
        self._city, self._log, self._capacity = city, log, capacity
        self._networks, self._travel = networks, travel
        self._below: dict[str, frozenset[str]] = {}
        self._lost: dict[int, tuple[int, set[int], set[str]]] = {}  # cause -> events looked at, its effects, subjects

    def key(self, job: Job, policy: CrewPolicy, base: str) -> tuple[float, int]:
        """The smaller, the earlier, for a crew of the depot `base`; of equal jobs the one that was called first."""
        if policy.priority is Priority.LIST:
            places = [policy.listed.index(x) for x in (job.broken, job.target) if x in policy.listed]
            return float(min(places, default=len(policy.listed))), job.serial
        if policy.priority is Priority.CAPACITY:
            return -self._capacity.get(job.broken, 0.0), job.serial
        if policy.priority is Priority.CENTRALITY:
            return -self._networks.centrality.get(job.broken, 0.0), job.serial
        if policy.priority is Priority.DISTANCE:
            way_s = self._travel.time_s(base, job.target)
            return math.inf if way_s is None else way_s, job.serial
        if policy.priority is Priority.ZONE:
            zones = {x.district for name in (job.broken, job.target) if (x := self._city.components.get(name))}
            places = [place for place, zone in enumerate(policy.zones) if zone in zones]
            return float(min(places, default=len(policy.zones))), job.serial
        leaning = self.leaning_on(job)
        if policy.priority is Priority.PEOPLE:
            return -float(self._people(leaning)), job.serial
        return self._rank(leaning), job.serial

    def leaning_on(self, job: Job) -> set[str]:
        """Components, districts and levels' subjects that lean on what is broken."""
        return {*self._downstream(job.broken), *self._downstream(job.target), *self._losers(job.because)}

    def _rank(self, leaning: set[str]) -> float:
        """Health, rescue and drinking water come first, then what people lean on directly, then all else."""
        found, there = registry(), [self._city.components[x] for x in leaning if x in self._city.components]
        if any(found.types[component.kind].vital for component in there):
            return 0.0
        return 1.0 if any(found.subsystems[component.domain].for_people for component in there) else 2.0

    def _people(self, leaning: set[str]) -> int:
        """People of the districts concerned, or those who lean on one of the facilities if they are more."""
        city = self._city
        places = {city.components[x].district for x in leaning if x in city.components} | leaning
        living = sum(district.people for name, district in city.districts.items() if name in places)
        owed = [level.people for level in city.levels.values() if level.subject in leaning & city.components.keys()]
        return max([living, *owed])

    def _downstream(self, broken: str) -> frozenset[str]:
        if broken in self._city.links:
            broken = self._city.links[broken].target
        if broken not in self._below:
            kinds = registry().links
            found, todo = {broken}, [broken]
            while todo:
                for link in self._city.links_out_of(todo.pop()):
                    if kinds[link.kind].passes_loss and link.target not in found:
                        found.add(link.target)
                        todo.append(link.target)
            self._below[broken] = frozenset(found)
        return self._below[broken]

    def _losers(self, cause: int | None) -> set[str]:
        """Who has lost something by now because of an event; levels stand for their subjects."""
        if cause is None:
            return set()
        first, effects, subjects = self._lost.get(cause, (cause + 1, {cause}, set()))
        events = self._log.since(first)
        for event in events:
            if event.cause in effects:
                effects.add(event.id)
                if event.kind in SHOWS_LOSS:
                    level = self._city.levels.get(event.subject)
                    subjects.add(event.subject if level is None else level.subject)
        self._lost[cause] = (first + len(events), effects, subjects)
        return subjects


RETRY_S = 900.0
"""A crew that finds no open road tries again after this (assumption)."""

ROUND_S = 3600.0
"""How often somebody on a tour looks at the fuel left and asks where else he is needed (assumption)."""


class Crews:
    """Jobs wait until a crew of their trade is free at a depot from which a road leads there, with what they need.

    A depot hears of a job by telephone, or by a messenger where none of those that are asked can be reached. Each time
    anything changes, the nearest depot that could send somebody takes the first of the jobs nearest to it, by
    its policy. A crew musters, drives over the roads as they are in a vehicle with fuel, works, and drives back; who
    stays somewhere stays for a shift. `capacity` is what domains say that their components carry.
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
        calls: Calls,
        networks: Networks,
    ) -> None:
        self._city, self._clock, self._log, self._faults = city, clock, log, faults
        self._supply, self._travel, self._streams, self._calls = supply, travel, streams, calls
        self._depots = {depot.id: Depot(depot, clock, faults, supply) for depot in city.of_kind(*registry().depots)}
        self._waiting: list[Job] = []
        self._serial = 0
        self._drawn: dict[tuple[str, str], int] = {}  # how often work was drawn, by entry and what is broken
        self.capacity: dict[str, float] = {}
        self._ranking = Ranking(city, log, self.capacity, networks, travel)
        self._policy: CrewPolicy | None = None
        self._queued = False
        self._wakes: set[int] = set()
        self._retry_at: int | None = None
        self._since: dict[tuple[str, str], int] = {}  # fault and where it is -> the event since which
        for fault in (STAFF_ABSENT, FUEL_NOT_DELIVERED):
            faults.handle(fault, self._on_fault)
        faults.handle_disabling(self._on_disabled)
        for depot in self._depots:
            supply.watch(depot, lambda subject, cause: self._look_soon())
        calls.listen(self._look_soon)

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
        """Put waiting jobs in order by this in all depots, instead of by their own policies; to be called before zero.

        Where it says how many crews of a trade there are, they are dealt out over the depots in turn.
        """
        self._policy = None if policy.priority is None else policy
        for trade, many in policy.count.items():
            for place, depot in enumerate(self._depots.values()):
                depot.set_crews(trade, len(range(place, many, len(self._depots))))

    def provide_capacity(self, capacity: Mapping[str, float]) -> None:
        """A domain says how much each of its components carries; compared within a trade only."""
        self.capacity.update(capacity)

    def nearest(self, target: str) -> str | None:
        """The depot from which the target is reached soonest now, None if it is reached from none."""
        times = [(seconds, d) for d in self._depots if (seconds := self._travel.time_s(d, target)) is not None]
        return min(times)[1] if times else None

    def dispatch(
        self,
        task: Task,
        target: str,
        work_s: float,
        cause: int | None,
        done: Done,
        trade: Trade | None = None,
        vehicle: VehicleKind = VehicleKind.VAN,
    ) -> None:
        """Send a crew to `target` for `work_s` seconds of work, then call `done`.

        Without a trade it is that of the target. Without a depot in the city nobody comes: that is logged as
        unreachable, and `done` is never called.
        """
        known = trade_at(target, self._city) if trade is None else trade
        finished = _without_fuel(done)
        self._call(Job(task, target, target, known, work_s, cause, finished, self._next(), vehicle=vehicle))

    def repair(
        self,
        target: str,
        work_s: float | None,
        cause: int | None,
        done: Done,
        depot: str | None = None,
        broken: str | None = None,
        trade: str = "",
        entry: str = "",
    ) -> None:
        """Send a crew to `target` to mend what is `broken` (None: the target), then call `done`.

        Without `work_s` it takes spare parts, and as long as is drawn for what is broken and for the `entry` of the
        timeline that broke it. Without a trade it is that of the broken component or link. Raises `KeyError` for no
        such depot. Without a depot in the city nobody comes, as in `dispatch`.
        """
        if depot is not None:
            self.depot(depot)
        broken = target if broken is None else broken
        component, parts = self._city.components.get(broken), 0
        if work_s is None:
            work = repair_class("" if component is None else component.kind)
            again = self._drawn[entry, broken] = self._drawn.get((entry, broken), 0) + 1
            work_s, parts = drawn_work_s(self._streams, work, entry, broken, again), work.parts
        known = Trade(trade) if trade else trade_at(broken, self._city)
        finished = _without_fuel(done)
        self._call(Job(events.REPAIR, target, broken, known, work_s, cause, finished, self._next(), depot, parts))

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def deliver_fuel(self, target: str, litres: float, pumping_s: float, cause: int | None, done: Delivered) -> None:
        """Send a fuel truck with up to so many litres, and call `done` with what it brought: it says what it took."""
        task, truck = events.FUEL_DELIVERY, VehicleKind.FUEL_TRUCK
        job = Job(task, target, target, DRIVER, pumping_s, cause, done, self._next(), fuel_l=litres, vehicle=truck)
        self._call(job)

    def station(
        self,
        task: Task,
        target: str,
        cause: int | None,
        arrived: Done,
        left: Done,
        trade: Trade | None = None,
        tour: VehicleKind | None = None,
    ) -> Callable[[], None]:
        """Send a crew that stays at `target`, or drives to and fro with a vehicle of the kind `tour`.

        `arrived` is called when somebody is there, `left` when a shift has ended, or the vehicle has to fill up, and
        nobody has come instead; the next one is called for by then. Returns the call that ends it.
        """
        post = Post(self._clock.env.event(), arrived, left, tour is not None)
        known = trade_at(target, self._city) if trade is None else trade
        self._man(post, Job(task, target, target, known, 0.0, cause, _nothing, self._next()), tour)

        def end() -> None:
            self._waiting = [job for job in self._waiting if job.post is not post]
            if not post.over.triggered:
                post.over.succeed()

        return end

    def _man(self, post: Post, job: Job, tour: VehicleKind | None) -> None:
        job.post, job.vehicle = post, VehicleKind.VAN if tour is None else tour
        self._call(job)

    # who goes

    def _call(self, job: Job) -> None:
        if not self._depots:
            self._log.add(events.NO_DEPOT, job.target, {"task": job.task.name}, cause=job.cause)
            return
        self._waiting.append(job)
        self._look_soon()

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if active:
            self._since[fault, target] = event
        else:
            self._since.pop((fault, target), None)
        self._look_soon()

    def _on_disabled(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if target in self._depots and active:
            self._since[events.DEPOT_OUT.name, target] = event

    def _look_soon(self) -> None:
        if self._waiting and not self._queued:
            self._queued = True
            self._clock.soon("crews", self._look)

    def _look(self) -> None:
        """Send whoever can be sent."""
        self._queued = False
        for job in self._waiting:
            self._tell_depots(job)
        ready = {job.serial: self._sender(job) for job in self._waiting}
        while (base := next((d for job in self._waiting if (d := ready[job.serial]) is not None), None)) is not None:
            mine = [job for job in self._waiting if ready[job.serial] is base]
            job = min(mine, key=lambda job: self._ranking.key(job, self._policy or base.policy, base.id))
            self._waiting.remove(job)
            self._send(job, base)
            ready.update((other.serial, self._sender(other)) for other in mine if other is not job)
        for job in self._waiting:
            self._say_why(job)

    def _tell_depots(self, job: Job) -> None:
        """Telephone to all depots that are asked; where none can be reached, send somebody to the nearest."""
        asked = [name for name, depot in self._depots.items() if self._may_send(job, depot)]
        job.heard.update(name for name in asked if name not in job.heard and self._calls.reached(job.target, name))
        if job.heard or job.messenger or not asked:
            return
        job.messenger = True
        way_s, name = min((self._calls.messenger_s(job.target, name), name) for name in asked)
        params: dict[str, Value] = {"task": job.task.name, "depot": name}
        job.cause = self._log.add(events.MESSENGER, job.target, params, cause=job.cause, value=way_s)

        def there() -> None:
            job.heard.add(name)
            self._look_soon()

        self._clock.after(way_s, name, there)

    def _sender(self, job: Job) -> Depot | None:
        """The nearest depot that could send a crew for this job now."""
        found = [
            (seconds, name)
            for name, depot in self._depots.items()
            if name in job.heard
            and self._may_send(job, depot)
            and self._hindrance(job, depot) is None
            and (seconds := self._travel.time_s(name, job.target)) is not None
            and depot.ready(job.vehicle, 2.0 * seconds) is not None
        ]
        return self._depots[min(found)[1]] if found else None

    def _may_send(self, job: Job, depot: Depot) -> bool:
        """Whether this depot is asked for the job, and has the trade."""
        return job.depot in (None, depot.id) and depot.has_trade(job.trade)

    def _hindrance(self, job: Job, depot: Depot) -> EventCode | None:
        """Why this depot, which is asked, cannot send anybody now, roads apart."""
        if self._faults.disabled(depot.id):
            return events.DEPOT_OUT
        if job.fuel_l and (depot.trucks <= 0 or self._faults.active(job.target, FUEL_NOT_DELIVERED)):
            return events.NO_TRUCK
        if job.parts > depot.parts(job.trade):
            return events.NO_PART
        if not depot.free(job.trade):
            return events.NO_CREW
        return None if depot.at_home(job.vehicle) else events.NO_VEHICLE

    def _say_why(self, job: Job) -> None:
        """Log once why a job waits, and come back when that may have changed."""
        asked = [depot for depot in self._depots.values() if self._may_send(job, depot)]
        if asked and not (asked := [depot for depot in asked if depot.id in job.heard]):
            return  # a messenger is on his way, which is in the log
        hindrances = [self._hindrance(job, depot) for depot in asked]
        params: dict[str, Value] = {"task": job.task.name}
        if None in hindrances:
            ways = (self._travel.time_s(depot.id, job.target) for depot in asked if not self._hindrance(job, depot))
            why = events.NO_ROAD if all(way is None for way in ways) else events.NO_FUEL_TO_DRIVE
            if self._retry_at is None or self._retry_at <= self._clock.now:
                self._retry_at = self._clock.now + to_ticks(RETRY_S)
                self._wake(self._retry_at)
        elif not hindrances:
            why, params["trade"] = events.NO_TRADE, str(job.trade)
        else:
            why = next(reason for reason in hindrances if reason is not None)
            for depot in self._depots.values():
                if (tick := depot.next_shift()) is not None:
                    self._wake(tick)
        if why.name not in job.said:
            job.said.add(why.name)
            cause = self._log.together([*self._behind(why, job, asked), job.cause])
            job.cause = self._log.add(why, job.target, params, cause=cause)

    def _behind(self, why: EventCode, job: Job, asked: Sequence[Depot]) -> list[int | None]:
        """The faults at the depots that are asked, and where the job is, that are behind what hinders them."""
        places = [depot.id for depot in asked]
        if why is events.DEPOT_OUT:
            return [self._since.get((why.name, place)) for place in places]
        if why is events.NO_CREW:
            return [self._since.get((STAFF_ABSENT, place)) for place in places]
        if why is events.NO_TRUCK:
            return [self._since.get((FUEL_NOT_DELIVERED, place)) for place in (*places, job.target)]
        return []

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
        crew, drive_s = depot.free(job.trade), self._travel.time_s(depot.id, job.target)
        assert crew is not None and drive_s is not None
        vehicle = depot.ready(job.vehicle, 2.0 * drive_s)
        assert vehicle is not None
        vehicle.out = True
        depot.out[crew] += 1
        if job.parts:
            depot.take_parts(job.trade, job.parts)
            self._clock.after(depot.parts_delivery_s, depot.id, lambda: self._restock(depot, job.trade, job.parts))
        if job.fuel_l:
            depot.load(vehicle, job.fuel_l)
        self._clock.process(self._work(job, depot, crew, vehicle))

    def _work(self, job: Job, depot: Depot, crew: Trade, vehicle: Vehicle) -> Generator[simpy.Event, Any, None]:
        target, base, log = job.target, depot.id, self._log
        task: dict[str, Value] = {"task": job.task.name}
        sent = log.add(events.CREW_CALLED, target, task | {"depot": base}, cause=job.cause, via=base)
        yield self._clock.timeout(depot.muster_s)
        while (drive := self._travel.time_s(base, target)) is None:
            yield self._clock.timeout(RETRY_S)
        yield self._clock.timeout(drive)
        vehicle.drive(drive)
        arrived = log.add(events.CREW_ARRIVED, target, task | {"depot": base}, cause=sent, via=base, value=drive)
        if vehicle.load_l and self._fuel_refused(job, depot):
            job.cause = log.add(events.CREW_TURNS_BACK, target, task, cause=arrived, via=base)
            self._waiting.append(job)
        elif job.post is not None:
            yield from self._stand(job, job.post, depot, vehicle, drive, arrived)
        else:
            yield self._clock.timeout(job.work_s)
            done = log.add(events.CREW_DONE, target, task, cause=arrived, via=base)
            vehicle.load_l -= job.finished(done, vehicle.load_l)
        yield self._clock.timeout(drive)
        vehicle.drive(drive)
        depot.out[crew] -= 1
        depot.come_home(vehicle)
        self._look_soon()

    def _stand(
        self, job: Job, post: Post, depot: Depot, vehicle: Vehicle, drive_s: float, arrived: int
    ) -> Generator[simpy.Event, Any, None]:
        """Be there until it is over, or until the shift is and somebody has come instead (or nobody has, in time)."""
        if post.over.triggered:
            return
        clock, since = self._clock, self._clock.now
        post.standing += 1
        if post.relief is not None:
            post.relief.succeed()
            post.relief = None
        if post.standing == 1:
            post.arrived(arrived)
        relief: simpy.Event | None = None
        why: EventCode | None = None
        while why is None:
            passed_s = to_s(clock.now - since)
            if relief is None and passed_s >= depot.shift_s:
                relief = post.relief = clock.env.event()
                self._again(job, post, arrived, depot.id)
            step_s = depot.shift_s + (0.0 if relief is None else depot.overtime_s) - passed_s
            step_s = min(ROUND_S, step_s) if post.tour else step_s
            if step_s <= 0:
                why = events.SHIFT_OVER
            elif post.tour and not vehicle.lasts(step_s + drive_s):
                why = events.VEHICLE_EMPTY
            elif post.tour and self._needed_more(vehicle):
                why = events.NEEDED_MORE
            else:
                ends = [post.over, clock.timeout(step_s), *([] if relief is None else [relief])]
                begun = clock.now
                yield clock.env.any_of(ends)
                if post.tour:
                    vehicle.drive(to_s(clock.now - begun))
                if post.over.triggered or (relief is not None and relief.triggered):
                    break
        post.standing -= 1
        if why is None:
            return
        event = self._log.add(why, job.target, {"task": job.task.name}, cause=arrived, via=depot.id)
        if relief is None:
            self._again(job, post, event, depot.id)
        elif post.relief is relief:
            post.relief = None  # who comes later finds nobody
        if not post.standing:
            post.left(event)

    def _again(self, job: Job, post: Post, cause: int, depot: str) -> None:
        """Call for the next one at a post: its depot knows when the shift ends."""
        following = Job(job.task, job.target, job.broken, job.trade, 0.0, cause, _nothing, self._next(), job.depot)
        following.because, following.heard = job.because, {depot}
        self._man(post, following, job.vehicle if post.tour else None)

    def _needed_more(self, vehicle: Vehicle) -> bool:
        """Whether work that comes to an end waits for such a vehicle: a tour, which does not, makes room for it."""
        return any(job.post is None and job.vehicle is vehicle.kind for job in self._waiting)

    def _fuel_refused(self, job: Job, depot: Depot) -> bool:
        """Deliveries were stopped while the truck was on its way."""
        return any(self._faults.active(place, FUEL_NOT_DELIVERED) for place in (job.target, depot.id))

    def _restock(self, depot: Depot, trade: Trade, parts: int) -> None:
        depot.add_parts(trade, parts)
        self._look_soon()


def _without_fuel(done: Done) -> Delivered:
    """Work that brings no fuel."""

    def finished(event: int, litres: float) -> float:
        done(event)
        return litres

    return finished


def _nothing(event: int, litres: float) -> float:
    """The end of a post is told otherwise."""
    return litres
