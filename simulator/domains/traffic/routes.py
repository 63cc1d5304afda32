"""Shortest travel times over the roads as they are now, and whom the ambulances reach in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.registry import registry
from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.catalogue import ROAD
from simulator.domains.traffic.model import Floats, Ints, RoadModel

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ways:
    """A way to each of some places, road by road: `roads[i]` belongs to the way to place `place[i]` of `count`."""

    count: int
    roads: Ints
    place: Ints

    def time_s(self, time_s: Floats, is_open: Mask) -> Floats:
        """Seconds along each way at these times of all roads, infinite if a road on it is not open."""
        along = np.where(is_open[self.roads], time_s[self.roads], np.inf)
        return np.asarray(np.bincount(self.place, along, minlength=self.count), dtype=np.float64)


class Routes:
    """Travel times from a node to all others, kept until the roads change."""

    def __init__(self, model: RoadModel) -> None:
        self._model = model
        self._times = model.free_time_s
        self._open = np.ones(len(model.roads), dtype=bool)
        self._known: dict[int, Floats] = {}
        self._graph: Any = None

    def update(self, time_s: Floats, is_open: Mask) -> None:
        """The roads take these times (s) now, and those that are not open cannot be entered."""
        self._times, self._open = np.array(time_s), np.array(is_open, dtype=bool)
        self._known.clear()
        self._graph = None

    def times_from(self, node: int) -> Floats:
        """Seconds from `node` to every node, infinite where no open road leads."""
        if node not in self._known:
            from scipy.sparse.csgraph import dijkstra

            self._known[node] = np.asarray(dijkstra(self._weighted(), indices=node), dtype=np.float64)
        return self._known[node]

    def nearest(self, starts: Sequence[int], ends: Sequence[int]) -> tuple[Floats, Ways]:
        """Seconds to each end from the nearest start, infinite where no open road leads, and the way there."""
        from scipy.sparse.csgraph import dijkstra

        found = dijkstra(self._weighted(), indices=list(starts), min_only=True, return_predecessors=True)
        seconds, before = np.asarray(found[0], dtype=np.float64), found[1]
        roads: list[int] = []
        place: list[int] = []
        for i, end in enumerate(ends):
            node = end
            while (previous := int(before[node])) >= 0:
                roads.append(self._quickest(previous, node))
                place.append(i)
                node = previous
        ways = Ways(len(ends), np.array(roads, dtype=np.int64), np.array(place, dtype=np.int64))
        return seconds[list(ends)], ways

    def along_s(self, ways: Ways) -> Floats:
        """Seconds along ways found before, now."""
        return ways.time_s(self._times, self._open)

    def time_s(self, start: int, end: int) -> float | None:
        seconds = float(self.times_from(start)[end])
        return None if np.isinf(seconds) else seconds

    def _quickest(self, start: int, end: int) -> int:
        """The open road between neighbouring nodes that takes least."""
        pairs = self._model.pairs
        first, last = pairs.row[start], pairs.row[start + 1]
        pair = int(first + np.searchsorted(pairs.end[first:last], end))
        beside = pairs.roads[pairs.first[pair] : pairs.first[pair + 1] if pair + 1 < len(pairs.first) else None]
        return int(beside[np.argmin(np.where(self._open[beside], self._times[beside], np.inf))])

    def _weighted(self) -> Any:
        if self._graph is None:
            self._graph = weighted_graph(self._model, self._times, self._open)
        return self._graph


class RoadOutlook:
    """What people know of the roads before they set out: travel times as they were last looked at."""

    def __init__(self, model: RoadModel, routes: Routes) -> None:
        self._now, self._free, self._metres = routes, Routes(model), Routes(model)
        self._metres.update(model.length_m, np.ones(len(model.roads), dtype=bool))

    def slower(self, start: int, end: int) -> float:
        """How many times its free-flow time the way takes now, infinite where no open road leads."""
        free_s = float(self._free.times_from(start)[end])
        return float(self._now.times_from(start)[end]) / free_s if free_s > 0 else 1.0

    def length_m(self, start: int, end: int) -> float:
        """Metres along the roads, closed ones as well."""
        return float(self._metres.times_from(start)[end])


def next_nodes(model: RoadModel, time_s: Floats, is_open: Mask, destinations: Ints) -> Ints:
    """The node after each node on the way to each destination: shape (destinations, nodes), below 0 for no way."""
    from scipy.sparse.csgraph import dijkstra

    against = weighted_graph(model, time_s, is_open).T.tocsr()
    _, before = dijkstra(against, indices=destinations, return_predecessors=True)
    return np.asarray(before, dtype=np.int64)


def weighted_graph(model: RoadModel, time_s: Floats, is_open: Mask) -> Any:
    """The open roads as a sparse matrix of travel times; of parallel roads the quickest."""
    from scipy.sparse import csr_matrix

    pairs = model.pairs
    time_of_pair = np.minimum.reduceat(np.where(is_open, time_s, np.inf)[pairs.roads], pairs.first)
    there = np.isfinite(time_of_pair)
    row = np.concatenate([[0], np.cumsum(there)])[pairs.row]
    size = len(model.nodes)
    return csr_matrix((time_of_pair[there], pairs.end[there], row), shape=(size, size))


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
        self.stations = tuple(
            station.id for station in runtime.city.of_kind(*registry().types_that(lambda one: one.ambulances))
        )
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
