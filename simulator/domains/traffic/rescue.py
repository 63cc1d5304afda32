"""Whom the ambulances reach in time, over the roads as they are."""

from __future__ import annotations

import numpy as np

from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.catalogue import ROAD
from simulator.domains.traffic.model import Floats, RoadModel
from simulator.domains.traffic.routes import Routes, Ways

RESCUE_ARRIVAL_S = 12 * 60.0
"""Norm `rescue-arrival`: within 12 minutes, as Saxony rules (secondary source)."""


class Rescue:
    """The share of people whose district is reached from the nearest rescue station that works.

    A district is its road node nearest to its centre. Only the drive counts: the call, the turn-out and the way from
    the kerb to the patient are not in it, so the share is on the bright side. An ambulance drives at the travel time of
    the other cars on its way; it waits for no platoon, because it is none.

    While everybody is reached, the ways once found are proof enough as long as each still takes no longer than the
    norm: others are searched for only when one does not.
    """

    def __init__(self, runtime: Runtime, model: RoadModel, routes: Routes) -> None:
        self._runtime, self._model, self._routes = runtime, model, routes
        districts = [district for district in runtime.city.districts.values() if district.people > 0]
        self._people = np.array([district.people for district in districts], dtype=np.float64)
        # Roads that only lead out, as at the edge of a map, reach nobody.
        reachable = np.unique(model.end)
        self._nodes = [model.nearest(district.x_m, district.y_m, reachable.tolist()) for district in districts]
        self.stations = tuple(station.id for station in runtime.city.of_kind("rescue-station"))
        self._proof: tuple[list[int], Ways] | None = None

    def drive_s(self) -> Floats:
        """Seconds from the nearest station to each district with people, infinite where none gets there."""
        return self._drives(self._gates())[0]

    def share(self) -> float:
        """Share of the people reached within `RESCUE_ARRIVAL_S`; 1 where nobody lives."""
        if not len(self._people):
            return 1.0
        gates = self._gates()
        if self._proof is not None and self._proof[0] == gates and self._holds(self._proof[1]):
            return 1.0
        drive_s, ways = self._drives(gates)
        reached = drive_s <= RESCUE_ARRIVAL_S
        self._proof = (gates, ways) if ways is not None and bool(reached.all()) else None
        return float(self._people[reached].sum() / self._people.sum())

    def _holds(self, ways: Ways) -> bool:
        return bool((self._routes.along_s(ways) <= RESCUE_ARRIVAL_S).all())

    def _gates(self) -> list[int]:
        """The nodes at which ambulances set out."""
        supply, node_index = self._runtime.supply, self._model.node_index
        return [
            node_index[link.source]
            for station in self.stations
            if supply.works(station)
            for link in supply.live_links(station, ROAD)
            if link.source in node_index
        ]

    def _drives(self, gates: list[int]) -> tuple[Floats, Ways | None]:
        if not gates:
            return np.full(len(self._nodes), np.inf), None
        return self._routes.nearest(gates, self._nodes)
