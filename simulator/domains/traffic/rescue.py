"""Whom the ambulances reach in time: the call, the alarm, the turn-out, and the drive over the roads as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.city.road_file import Trips
from simulator.contracts.component import Component, District
from simulator.contracts.registry import registry
from simulator.coupling.calls import DETOUR, ON_FOOT_M_S
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.coupling.travel import Travel
from simulator.domains.traffic.catalogue import ORDINARY_RULE, RESCUE_RULES, ROAD
from simulator.domains.traffic.model import Floats, RoadModel
from simulator.domains.traffic.routes import Routes

CALL_S = 90.0
"""Taking the call and choosing who goes: 1.5 min (AGBF, as quoted by Forplan)."""

TURN_OUT_S = 120.0
"""Until the ambulance leaves: at most 2 min (recht-im-rettungsdienst, secondary)."""

HELD_SHARE = 0.25
"""Share of what other cars lose to traffic that an ambulance with blue light loses: others make way (StVO § 38) where
there is room (assumption, between nothing and a half). Ambulances that were followed on their way by one without lights
needed 38.5 % less time in a city (Ho and Casey 1998, 64 runs) and 30.9 % less in the country (Ho and Lindquist 2001, 67
runs): more than a whole morning peak costs at an index of 1.4. So measured, traffic held nobody; but these towns were
not jammed, and where all stand there is no room to make."""

ALONG_M = 500.0
"""Homes lie along the roads, a quarter of their length from the nearer end in the mean, but not more than this
(assumption)."""

EMERGENCIES_S = 0.147 * 0.525 / (365 * 86400.0)
"""Emergencies a head and second: 147 missions a year for each 1,000 people, 52.5 % of them emergencies (BASt M 260)."""

FETCH = {False: 0.78, True: 0.22}
"""Share of the people whose household has a car, with which one of them fetches help where no telephone works, and of
those who walk: 22 % of households have none (Mobilität in Deutschland 2017, by way of the Bundestag and the press)."""

MISSION_S = 3600.0
"""How long a mission takes an ambulance (assumption)."""


class Rescue:
    """The share of people whom an ambulance reaches within the time of the Land's rule, by expectation.

    People live at the road nodes of their district, in proportion to the car trips that begin there, and a little way
    along the roads. An emergency goes to the nearest station that works and has an ambulance; one whose ambulances are
    all out is passed over (Erlang's loss formula, stations independent of each other: assumption). Late calls and
    alarms come from `Runtime.alarm` and count wherever the clock of the rule begins: for the patient they are lost.
    Where telephones are dead somebody goes to the nearest place that can send help.
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
        self._within_s, begin = RESCUE_RULES[city.land or ORDINARY_RULE]
        self._before_s = {"call": CALL_S + TURN_OUT_S, "sent": TURN_OUT_S, "drive": 0.0}[begin]
        self._free_s = self._drives(Routes(model), model.free_time_s)
        nearest = self._free_s.argmin(axis=0) if self.stations else np.zeros(0, dtype=np.int64)
        mine = np.bincount(nearest, self._people if self.stations else None, minlength=len(self.stations))
        self._load = mine * EMERGENCIES_S * MISSION_S

    def arrival_s(self) -> Floats:
        """Seconds by the clock of the rule from each station to each home, infinite where none gets there.

        Whoever has to fetch help, as no telephone works, drives.
        """
        return self._set_out_s(on_foot=False) + self._driven_s()

    def _driven_s(self) -> Floats:
        """Seconds of driving from each station to each home now."""
        now = self._drives(self._routes, self._routes.times_s)
        there = np.isfinite(now)
        longer = np.subtract(now, self._free_s, out=np.full(now.shape, np.inf), where=there)
        return np.asarray(self._free_s + HELD_SHARE * np.maximum(0.0, longer), dtype=np.float64)

    def _set_out_s(self, on_foot: bool) -> Floats:
        """Seconds by the clock of the rule until each station sets out to each home.

        `on_foot`: whoever has to fetch help walks and does not drive.
        """
        alarm = self._runtime.alarm
        alerts = np.array([alarm.alert_s(station.district) for station in self.stations])[:, None]
        before_s = alerts + np.array([alarm.call_s(district) for district in self._district])[None, :]
        if alarm.in_person:
            before_s = np.where(self._silent(), self._fetched_s(alerts, on_foot), before_s)
        return np.asarray(self._before_s + before_s, dtype=np.float64)

    def _silent(self) -> NDArray[np.bool_]:
        """Homes from which nobody can telephone."""
        return np.array([district in self._runtime.alarm.in_person for district in self._district])

    def _fetched_s(self, alerts_s: Floats, on_foot: bool) -> Floats:
        """Seconds until each station hears from each home that nobody can telephone from.

        Somebody comes to the station itself, or to the nearest fire station that is manned, which calls by radio.
        """
        alarm, city = self._runtime.alarm, self._runtime.city
        give_up_s = np.array([alarm.in_person[d].give_up_s if d in alarm.in_person else 0.0 for d in self._district])
        working = [self._runtime.supply.works(station.id) for station in self.stations]
        itself_s = np.where(np.array(working)[:, None], self._ways_s(self.stations, on_foot), np.inf)
        manned = [city.districts[name] for name, one in alarm.in_person.items() if one.manned]
        by_radio_s = self._ways_s(manned, on_foot).min(axis=0, initial=np.inf)[None, :] + alerts_s
        return np.asarray(give_up_s[None, :] + np.minimum(itself_s, by_radio_s), dtype=np.float64)

    def _ways_s(self, places: Sequence[Component | District], on_foot: bool) -> Floats:
        """Seconds from each home to each of these places, whatever befalls the roads (assumption)."""
        at = np.array([(one.x_m, one.y_m) for one in places]).reshape(-1, 2)
        homes = [self._runtime.city.components[self._model.nodes[node]] for node in self._nodes.tolist()]
        home = np.array([(one.x_m, one.y_m) for one in homes])
        away_m = np.hypot(at[:, None, 0] - home[None, :, 0], at[:, None, 1] - home[None, :, 1])
        # Homes lie along the roads, not at the junction: as far from it as the ambulance drives there.
        along_m = np.bincount(self._model.start, self._along * self._model.length_m, minlength=len(self._model.nodes))
        longer, speed = (DETOUR, ON_FOOT_M_S) if on_foot else (1.0, Travel.FALLBACK_M_S)
        return np.asarray((longer * away_m + along_m[self._nodes]) / speed, dtype=np.float64)

    def share(self) -> float:
        """Share of the people reached in time; 1 where nobody lives."""
        total = float(self._people.sum())
        if total <= 0:
            return 1.0
        if not self.stations:
            return 0.0
        if not self._runtime.alarm.in_person:
            return self._share(self.arrival_s()) / total
        driven_s = self._driven_s()
        shares = (part * self._share(self._set_out_s(on_foot) + driven_s) for on_foot, part in FETCH.items())
        return sum(shares) / total

    def _share(self, arrival_s: Floats) -> float:
        """How many people are reached in time."""
        free = np.array([1.0 - self._busy(i, station) for i, station in enumerate(self.stations)])
        order = np.argsort(arrival_s, axis=0, kind="stable")
        in_time = np.take_along_axis(arrival_s, order, axis=0) <= self._within_s
        there = free[order]
        nobody_nearer = np.cumprod(np.vstack([np.ones((1, len(self._people))), 1.0 - there[:-1]]), axis=0)
        reached = (nobody_nearer * there * in_time).sum(axis=0)
        return float((self._people * reached).sum())

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
