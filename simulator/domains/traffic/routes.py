"""Shortest travel times over the roads as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.domains.traffic.model import Floats, Ints, RoadModel

Mask = NDArray[np.bool_]


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

    @property
    def times_s(self) -> Floats:
        """Seconds to drive along each road."""
        return self._times

    def times_from(self, node: int) -> Floats:
        """Seconds from `node` to every node, infinite where no open road leads."""
        if node not in self._known:
            from scipy.sparse.csgraph import dijkstra

            self._known[node] = np.asarray(dijkstra(self._weighted(), indices=node), dtype=np.float64)
        return self._known[node]

    def times_between(self, starts: Sequence[int], ends: Sequence[int]) -> Floats:
        """Seconds from each start to each end, shape (starts, ends), infinite where no open road leads."""
        from scipy.sparse.csgraph import dijkstra

        found = np.atleast_2d(dijkstra(self._weighted(), indices=list(starts)))
        return np.asarray(found[:, list(ends)], dtype=np.float64)

    def time_s(self, start: int, end: int) -> float | None:
        seconds = float(self.times_from(start)[end])
        return None if np.isinf(seconds) else seconds

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
