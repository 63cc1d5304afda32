"""Whom the ambulances reach in time, over the roads as they are."""

from __future__ import annotations

import numpy as np

from simulator.contracts.link import LinkKind
from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.model import Floats, RoadModel
from simulator.domains.traffic.routes import Routes

RESCUE_ARRIVAL_S = 12 * 60.0
"""Norm `rescue-arrival`: within 12 minutes, as Saxony rules (secondary source)."""


class Rescue:
    """The share of people whose district is reached from the nearest rescue station that works.

    A district is its road node nearest to its centre. Only the drive counts: the call, the turn-out and the way from
    the kerb to the patient are not in it, so the share is on the bright side. An ambulance drives at the travel time of
    the other cars on its way; it waits for no platoon, because it is none.
    """

    def __init__(self, runtime: Runtime, model: RoadModel, routes: Routes) -> None:
        self._runtime, self._model, self._routes = runtime, model, routes
        districts = [district for district in runtime.city.districts.values() if district.people > 0]
        self._people = np.array([district.people for district in districts], dtype=np.float64)
        # Roads that only lead out, as at the edge of a map, reach nobody.
        reachable = np.unique(model.end)
        self._nodes = [model.nearest(district.x_m, district.y_m, reachable.tolist()) for district in districts]
        self.stations = tuple(station.id for station in runtime.city.of_kind("rescue-station"))

    def drive_s(self) -> Floats:
        """Seconds from the nearest station to each district with people, infinite where none gets there."""
        supply, node_index = self._runtime.supply, self._model.node_index
        gates = [
            node_index[link.source]
            for station in self.stations
            if supply.works(station)
            for link in supply.live_links(station, LinkKind.ROAD)
            if link.source in node_index
        ]
        if not gates:
            return np.full(len(self._nodes), np.inf)
        return self._routes.nearest_s(gates)[self._nodes]

    def share(self) -> float:
        """Share of the people reached within `RESCUE_ARRIVAL_S`; 1 where nobody lives."""
        if not len(self._people):
            return 1.0
        return float(self._people[self.drive_s() <= RESCUE_ARRIVAL_S].sum() / self._people.sum())
