"""When to look again: traffic goes on every 5 minutes, and at every instant at which something about it changes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import simpy

from simulator.city.road_file import read_roads
from simulator.contracts.event import Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.ticks import to_s
from simulator.coupling.police import STAFF_ABSENT
from simulator.coupling.runtime import Quantity, Runtime, Standing
from simulator.domains.traffic import events
from simulator.domains.traffic.catalogue import DEMAND_SURGE, GRIDLOCK, ROAD
from simulator.domains.traffic.catalogue import DOMAIN as TRAFFIC_DOMAIN
from simulator.domains.traffic.demand import BEARABLE, Surges, departures
from simulator.domains.traffic.engine import Engine, Passing, require_uxsim
from simulator.domains.traffic.model import Floats, build_model, signal_programmes
from simulator.domains.traffic.rescue import Rescue
from simulator.domains.traffic.routes import RoadOutlook, Routes
from simulator.domains.traffic.signals import Signals

PERIOD_S = 300.0
"""Simulated time between two looks at the traffic."""
HOUR_S = 3600.0


class Traffic:
    """The roads of a run. Made by `start`."""

    name = "traffic"

    def __init__(self, runtime: Runtime) -> None:
        files = runtime.city.road_files
        if files is None:
            raise ValueError(f"the city {runtime.city.name!r} has no roads")
        require_uxsim()
        roads = read_roads(files)
        clock = runtime.clock
        self._runtime = runtime
        self.model = build_model(runtime.city, roads)
        programmes = signal_programmes(runtime.city, self.model)
        self.trips = departures(roads.trips, {node.id: i for i, node in enumerate(roads.nodes)}, clock, runtime.streams)
        self.engine = Engine(
            self.model,
            self.trips,
            {programme.node: programme for programme in programmes.values()},
            to_s(clock.end - clock.begin),
            int(runtime.streams.stream("traffic", "engine").integers(2**31)),
            patience=runtime.streams.stream("traffic", "patience").random(len(self.trips.at_s)),
        )
        self.routes = Routes(self.model)
        self._outlook = RoadOutlook(self.model, self.routes)
        self._staying: int | None = None
        self._stayed = 0
        self._cause: int | None = None
        self._standing = Standing(runtime)
        self._queued = False
        self._flow: tuple[float, Floats] = (-1.0, np.zeros(len(self.model.roads)))
        self.rescue = Rescue(runtime, self.model, self.routes, roads.trips)
        self.signals = Signals(runtime, programmes, self._on_signal, self._flows_into)
        approaches = [programme.approaches for programme in programmes.values()]
        measures = {"rescue-arrival": self.rescue.share, "travel-time-index": self._index}
        owed = runtime.city.levels_of(TRAFFIC_DOMAIN)
        self._levels = tuple((level.id, measures[level.measure]) for level in owed if level.measure in measures)
        self._signals = tuple(programmes)
        self._signal_at = {programme.node: signal for signal, programme in programmes.items()}
        self._approaches = np.array([road for roads in approaches for road in roads], dtype=np.int64)
        self._approached = np.repeat(np.arange(len(approaches)), [len(roads) for roads in approaches])
        runtime.faults.handle("road-closed", self._on_road)
        runtime.faults.handle("road-narrowed", self._on_road)
        self._surges = Surges(self.model, roads.trips, self.trips.size, runtime.streams)
        self._surging: dict[tuple[str, str], int] = {}
        self._seen_out: set[tuple[str, str]] = set()
        runtime.faults.handle(DEMAND_SURGE.name, self._on_surge)
        for station in self.rescue.stations:
            runtime.supply.watch(station.id, self._on_station)
        runtime.faults.handle(STAFF_ABSENT, self._on_staff)
        runtime.alarm.listen(self._changed)
        runtime.travel.provide(self.road_time_s)
        runtime.crews.provide_capacity(dict(zip(self.model.roads, self.model.capacity_veh_s.tolist(), strict=True)))
        runtime.networks.provide(self.model.ways)
        self._register()
        self._note_lumped()
        self._look()
        clock.process(self._period())

    @property
    def solves(self) -> int:
        return self.engine.solves

    def road_time_s(self, start: str, end: str) -> float | None:
        """Seconds from one road node (component id) to another now, None if no open road leads there."""
        return self.routes.time_s(self.model.node_index[start], self.model.node_index[end])

    def close(self) -> None:
        self.engine.close()

    def _note_lumped(self) -> None:
        """Say at the start where a platoon is longer than the road that it stands on."""
        lumped, platoon = self.engine.lumped, self.engine.platoon
        if lumped:
            self._runtime.log.add(events.LUMPED, self.name, {"platoon": platoon}, value=float(lumped))

    # what happens

    def _period(self) -> Generator[simpy.Event, Any, None]:
        while True:
            yield self._runtime.clock.timeout(PERIOD_S)
            self._catch_up()
            self.signals.refresh()
            if self._surging:
                self._see_out()
            self._changed(None)  # at this instant, but after whoever is told now of what broke in it

    def _on_road(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._catch_up()
        road = self.model.road_index[target]
        faults = self._runtime.faults
        share = 0.0 if faults.active(target, "road-closed") else 1.0
        for narrowed in faults.active(target, "road-narrowed"):
            share = min(share, max(0.0, narrowed.number("capacity_share")))
        self.engine.set_share(road, share)
        code = events.ROAD_CLOSED if share == 0 else events.ROAD_OPEN if share == 1 else events.ROAD_NARROWED
        event = self._runtime.log.add(code, target, cause=event, value=share)
        self._standing.note(target, event)
        self._offer(int(self.model.end[road]), event)
        self._changed(event)

    def _on_surge(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._catch_up()
        causes = {(target, one.cause) for one in active}
        for key in [key for key in self._surging if key[0] == target and key not in causes]:
            del self._surging[key]
            self._seen_out.discard(key)
            self.engine.waiting.stay(" ".join(key))
        for one in active:
            if (target, one.cause) not in self._surging:
                more = self._surges.departures(one, self._runtime.clock.elapsed_s)
                self.engine.waiting.set_out(f"{target} {one.cause}", more)
                surge: dict[str, Value] = {"cars": len(more.at_s) * more.size, "over_s": one.number("over_s")}
                event = self._runtime.log.add(events.SURGE, target, surge, cause=event)
                self._surging[target, one.cause] = event
                self._standing.note(target, event)
        self._changed(event)

    def _see_out(self) -> None:
        """Say when the first cars of a surge are on the road."""
        for key in [key for key in self._surging if key not in self._seen_out]:
            if out := self.engine.waiting.left[" ".join(key)]:
                self._seen_out.add(key)
                self._runtime.log.add(events.SURGE_SEEN, key[0], cause=self._surging[key], value=float(out))

    def _on_signal(self, node: int, passing: Passing | None, event: int | None) -> None:
        self._catch_up()
        self.engine.set_passing(node, passing)
        if event is not None:
            self._standing.note(self._signal_at[node], event)
            self._changed(event)

    def _on_station(self, station: str, cause: int | None) -> None:
        self._standing.note(station, cause)
        self._changed(cause)

    def _on_staff(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if any(station.id == target for station in self.rescue.stations):
            self._standing.note(target, event)
            self._changed(event)

    def _flows_into(self, roads: Sequence[int]) -> Floats:
        """Vehicles an hour that came over these roads in the last minutes."""
        self._catch_up()
        return self.engine.flow_veh_h(roads)

    def _catch_up(self) -> None:
        """Let traffic flow as it was until now, before anything changes or is looked at."""
        self.engine.advance(self._runtime.clock.elapsed_s)

    def _changed(self, cause: int | None) -> None:
        """Look again once, after everything else that happens at this instant."""
        self._cause = cause if cause is not None else self._cause
        if not self._queued:
            self._queued = True
            self._runtime.clock.soon(self.name, self._look)

    def _offer(self, node: int, cause: int) -> None:
        """A road node gives access while one road that leads to it is open."""
        reached = bool(self.engine.is_open[list(self.model.into(node))].any())
        self._runtime.supply.offer(self.model.nodes[node], ROAD, reached, cause)

    def _look(self) -> None:
        """Travel times and service levels as they are now."""
        self._queued = False
        self.routes.update(self.engine.travel_time_s, self.engine.is_open)
        # While something is out of order, levels that sink are put down to the last thing that went wrong.
        stand = all(self._runtime.supply.works(station.id) for station in self.rescue.stations)
        if stand and not (self.signals.disturbed or self._surging) and bool((self.engine.share >= 1).all()):
            cause, self._cause = self._cause, None
        else:
            cause = self._standing.together(self._cause)
        for level, measure in self._levels:
            self._runtime.levels.record(level, measure(), cause)
        self._look_ahead(cause)

    def _index(self) -> float:
        """The travel-time index, as far as it can be told."""
        return min(self.engine.travel_time_index(), GRIDLOCK)

    def _look_ahead(self, cause: int | None) -> None:
        """People look at the roads before they set out while some are closed, or all are slower than they bear."""
        engine = self.engine
        slow = not engine.is_open.all() or engine.travel_time_index() > BEARABLE
        engine.outlook = self._outlook if slow else None
        travellers = engine.travellers
        if self._staying is None and travellers.not_driven > self._stayed:
            self._staying = self._runtime.log.add(events.STAY, self.name, cause=cause)
        elif self._staying is not None and not slow and not travellers.waiting:
            counts: dict[str, Value] = {
                "moved": travellers.moved,
                "walked": travellers.on_foot,
                "home": travellers.at_home,
            }
            self._runtime.log.add(events.DRIVE_AGAIN, self.name, counts, cause=self._staying)
            self._staying, self._stayed = None, travellers.not_driven

    # what can be measured

    def _register(self) -> None:
        engine, roads = self.engine, self.model.roads
        register = self._runtime.quantities.register
        register(Quantity("vehicles", "1", roads, lambda: engine.vehicles))
        register(Quantity("speed_m_s", "m/s", roads, lambda: engine.speed_m_s))
        register(Quantity("travel_time_s", "s", roads, self._travel_times))
        register(Quantity("flow_veh_h", "1/h", roads, self._flows))
        register(Quantity("saturated", "1", roads, self._saturated))
        register(Quantity("hourly_veh", "1", roads, lambda: engine.flow_veh_h(window_s=HOUR_S) * self._hours()))
        if self._signals:
            register(Quantity("queue_veh", "1", self._signals, self._queues))
            register(Quantity("held_up_veh", "1", self._signals, self._held_up))

    def _hours(self) -> float:
        """How much of the last hour the traffic has lived through, in hours."""
        return min(self.engine.time_s, HOUR_S) / HOUR_S

    def _travel_times(self) -> Floats:
        return self.engine.travel_time_s

    def _flows(self) -> Floats:
        """Counted when asked, once for each state of the engine."""
        if self._flow[0] != self.engine.time_s:
            self._flow = (self.engine.time_s, self.engine.flow_veh_h(window_s=PERIOD_S))
        return self._flow[1]

    def _saturated(self) -> Floats:
        found = np.zeros(len(self.model.roads))
        for road in np.flatnonzero((self.engine.share > 0) & (self.engine.share < 1)).tolist():
            found[road] = self.engine.saturated(road)
        return found

    def _held_up(self) -> Floats:
        """Vehicles on the approaches of each signal whose junction works otherwise than by its programme."""
        regulated = np.array([self.engine.regulated(node) for node in self._signal_at])
        return np.where(regulated, self._queues(), 0.0)

    def _queues(self) -> Floats:
        """Vehicles on the approaches of each signal."""
        waiting = self.engine.vehicles[self._approaches]
        return np.bincount(self._approached, waiting, minlength=len(self._signals)).astype(np.float64)
