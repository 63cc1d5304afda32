"""Whom the ambulances reach in time: the call, the alarm, the turn-out, and the drive over the roads as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.city.road_file import Trips
from simulator.contracts.component import Component
from simulator.contracts.registry import registry
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.catalogue import RESCUE_RULES, ROAD
from simulator.domains.traffic.model import Floats, RoadModel
from simulator.domains.traffic.routes import Routes

CALL_S = 90.0
"""Taking the call and choosing who goes: 1.5 min (AGBF, as quoted by Forplan)."""

TURN_OUT_S = 120.0
"""Until the ambulance leaves: at most 2 min (recht-im-rettungsdienst, secondary)."""

HELD_SHARE = 0.5
"""Share of what other cars lose to traffic that an ambulance with blue light loses (assumption: others make way, StVO
§ 38, where there is room)."""

ALONG_M = 500.0
"""Homes lie along the roads, a quarter of their length from the nearer end in the mean, but not more than this
(assumption)."""

EMERGENCIES_S = 0.147 * 0.525 / (365 * 86400.0)
"""Emergencies a head and second: 147 missions a year for each 1,000 people, 52.5 % of them emergencies (BASt M 260)."""

MISSION_S = 3600.0
"""How long a mission takes an ambulance (assumption)."""


class Rescue:
    """The share of people whom an ambulance reaches within the time of the Land's rule, by expectation.

    People live at the road nodes of their district, in proportion to the car trips that begin there, and a little way
    along the roads. An emergency goes to the nearest station that works and has an ambulance; one whose ambulances are
    all out is passed over (Erlang's loss formula, stations independent of each other: assumption). Late calls and
    alarms come from `Runtime.alarm` and count wherever the clock of the rule begins: for the patient they are lost.
    """

    def __init__(self, runtime: Runtime, model: RoadModel, routes: Routes, trips: Sequence[Trips]) -> None:
        self._runtime, self._model, self._routes = runtime, model, routes
        city, kinds = runtime.city, registry()
        # Roads that only lead out, as at the edge of a map, reach nobody.
        reachable = np.unique(model.end).tolist()
        begins = np.zeros(len(model.nodes))
        for one in trips:
            begins[model.node_index[f"road-node-{one.origin}"]] += one.trips
        nodes: list[int] = []
        people: list[float] = []
        self._district: list[str] = []
        for district in city.districts.values():
            here = [node for node in reachable if city.components[model.nodes[node]].district == district.id]
            weight = begins[here] if here and begins[here].any() else np.ones(len(here))
            if not here:
                here, weight = [model.nearest(district.x_m, district.y_m, reachable)], np.ones(1)
            nodes += here
            people += (district.people * weight / weight.sum()).tolist()
            self._district += [district.id] * len(here)
        self._nodes, self._people = np.array(nodes, dtype=np.int64), np.array(people)
        out = np.bincount(model.start, minlength=len(model.nodes))
        short_m = np.minimum(model.length_m / 4, ALONG_M) / np.maximum(out, 1)[model.start]
        self._along = short_m / model.length_m  # of each road's travel time, to be added at the node it leaves
        self.stations = tuple(city.of_kind(*kinds.types_that(lambda one: one.ambulances)))
        rules = [str(one.parameters["rule"]) for one in city.components.values() if "rule" in one.parameters]
        self._within_s, begin = RESCUE_RULES[rules[0] if rules else "SN"]
        self._before_s = {"call": CALL_S + TURN_OUT_S, "sent": TURN_OUT_S, "drive": 0.0}[begin]
        self._free_s = self._drives(Routes(model), model.free_time_s)
        nearest = self._free_s.argmin(axis=0) if self.stations else np.zeros(0, dtype=np.int64)
        mine = np.bincount(nearest, self._people if self.stations else None, minlength=len(self.stations))
        self._load = mine * EMERGENCIES_S * MISSION_S

    def arrival_s(self) -> Floats:
        """Seconds by the clock of the rule from each station to each home, infinite where none gets there."""
        alarm = self._runtime.alarm
        now = self._drives(self._routes, self._routes.times_s)
        there = np.isfinite(now)
        longer = np.subtract(now, self._free_s, out=np.full(now.shape, np.inf), where=there)
        held = self._free_s + HELD_SHARE * np.maximum(0.0, longer)
        calls = np.array([alarm.call_s(district) for district in self._district])
        alerts = np.array([alarm.alert_s(station.district) for station in self.stations])
        return np.asarray(self._before_s + alerts[:, None] + calls[None, :] + held, dtype=np.float64)

    def share(self) -> float:
        """Share of the people reached in time; 1 where nobody lives."""
        total = float(self._people.sum())
        if total <= 0:
            return 1.0
        if not self.stations:
            return 0.0
        arrival_s = self.arrival_s()
        free = np.array([1.0 - self._busy(i, station) for i, station in enumerate(self.stations)])
        order = np.argsort(arrival_s, axis=0, kind="stable")
        in_time = np.take_along_axis(arrival_s, order, axis=0) <= self._within_s
        there = free[order]
        nobody_nearer = np.cumprod(np.vstack([np.ones((1, len(self._people))), 1.0 - there[:-1]]), axis=0)
        reached = (nobody_nearer * there * in_time).sum(axis=0)
        return float((self._people * reached).sum() / total)

    def _drives(self, routes: Routes, road_time_s: Floats) -> Floats:
        """Seconds of driving from each station to each home, at the travel time of the other cars."""
        along_s = np.bincount(self._model.start, self._along * road_time_s, minlength=len(self._model.nodes))
        gates = [self._gates(station) for station in self.stations]
        seconds = np.full((len(gates), len(self._nodes)), np.inf)
        every = [gate for some in gates for gate in some]
        if every:
            times, first = routes.times_between(every, self._nodes.tolist()), 0
            for i, some in enumerate(gates):
                if some:
                    seconds[i] = times[first : first + len(some)].min(axis=0)
                    first += len(some)
        return np.asarray(seconds + along_s[self._nodes], dtype=np.float64)

    def _gates(self, station: Component) -> list[int]:
        """The nodes at which its ambulances set out."""
        index, supply = self._model.node_index, self._runtime.supply
        if not supply.works(station.id):
            return []
        return [index[link.source] for link in supply.live_links(station.id, ROAD) if link.source in index]

    def _busy(self, i: int, station: Component) -> float:
        """Share of the time in which all its ambulances are out, or nobody is there to drive them."""
        crewed = float(station.parameters.get("ambulances", 2.0)) * staff_present(self._runtime.faults, station.id)
        return erlang_loss(float(self._load[i]), int(crewed + 1e-9))


def erlang_loss(load: float, servers: int) -> float:
    """Share of calls that find all of so many servers busy (Erlang 1917), for a mean number of `load` calls at once."""
    loss = 1.0
    for n in range(1, servers + 1):
        loss = load * loss / (n + load * loss)
    return loss
