"""What the data network can do in a given state: its parts, and the fastest route with its latency and loss."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.domains.ict.model import DataGraph, Route


@dataclass(slots=True)
class NetworkState:
    """What works now: `works` (vertices,), `cut`, `delay_s` and `lost` (edges,), the last two on top of the link's own.

    An edge is usable unless it is cut or loses every message.
    """

    works: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    delay_s: NDArray[np.float64]
    lost: NDArray[np.float64]

    @classmethod
    def sound(cls, graph: DataGraph) -> NetworkState:
        vertices, edges = len(graph.ids), len(graph.links)
        return cls(np.ones(vertices, bool), np.zeros(edges, bool), np.zeros(edges), np.zeros(edges))

    def copy(self) -> NetworkState:
        return NetworkState(self.works.copy(), self.cut.copy(), self.delay_s.copy(), self.lost.copy())

    def loss(self, graph: DataGraph) -> NDArray[np.float64]:
        """Share of messages that each edge loses, shape (edges,)."""
        return np.minimum(1.0, graph.loss + self.lost)

    def usable(self, graph: DataGraph) -> NDArray[np.bool_]:
        return ~self.cut & (self.loss(graph) < 1.0)


def parts(graph: DataGraph, state: NetworkState) -> NDArray[np.int64]:
    """The connected part of each vertex, shape (vertices,): the smallest vertex in it, -1 for what forwards nothing.

    Edges hook the roots of their ends onto each other and paths are halved until nothing moves (after Shiloach and
    Vishkin 1982), so the work is a few array operations for a network of any shape.
    """
    active = state.works & graph.forwards
    inside = state.usable(graph) & active[graph.a] & active[graph.b]
    a, b = graph.a[inside], graph.b[inside]
    label = np.arange(len(graph.ids), dtype=np.int64)
    while True:
        la, lb = label[a], label[b]
        apart = la != lb
        if not apart.any():
            break
        low = np.minimum(la, lb)[apart]
        np.minimum.at(label, la[apart], low)
        np.minimum.at(label, lb[apart], low)
        while (label[label] != label).any():
            label = label[label]
    label[~active] = -1
    return label


@dataclass(frozen=True, slots=True)
class RouteTree:
    """The fastest routes from the nearest of some sources to every vertex: `latency_s` is infinite where none leads.

    `edge[v]` and `before[v]` are the last edge and the vertex before v, -1 at a source.
    """

    latency_s: NDArray[np.float64]
    loss: NDArray[np.float64]
    edge: NDArray[np.int64]
    before: NDArray[np.int64]

    def route(self, graph: DataGraph, target: int) -> Route | None:
        """The route to a vertex, from the source's end."""
        if math.isinf(self.latency_s[target]):
            return None
        vertices, edges = [target], []
        while self.edge[vertices[-1]] >= 0:
            edges.append(int(self.edge[vertices[-1]]))
            vertices.append(int(self.before[vertices[-1]]))
        return Route(
            tuple(graph.ids[v] for v in reversed(vertices)),
            tuple(graph.links[e] for e in reversed(edges)),
            float(self.latency_s[target]),
            float(self.loss[target]),
        )


def route_tree(graph: DataGraph, state: NetworkState, sources: Iterable[int]) -> RouteTree:
    """Fastest routes from the sources that work (Dijkstra 1959), the one with fewer links where two are as fast.

    A route passes working nodes only; a leaf is its end whether it works or not, as nothing is forwarded there.
    """
    n = len(graph.ids)
    latency = np.full(n, np.inf)
    loss = np.ones(n)
    edge_to = np.full(n, -1, dtype=np.int64)
    before = np.full(n, -1, dtype=np.int64)
    usable = state.usable(graph)
    cost = graph.latency_s + state.delay_s
    edge_loss = state.loss(graph)
    enter = state.works | ~graph.forwards
    best: dict[int, tuple[float, int]] = {}
    heap: list[tuple[float, int, int]] = []
    starts = frozenset(s for s in sources if state.works[s])
    for s in sorted(starts):
        best[s] = (0.0, 0)
        latency[s], loss[s] = 0.0, 0.0
        heap.append((0.0, 0, s))
    while heap:
        at, hops, v = heapq.heappop(heap)
        if best[v] != (at, hops) or not (graph.forwards[v] or v in starts):
            continue
        for e, w in graph.edges_of[v]:
            if not usable[e] or not enter[w]:
                continue
            offer = (at + float(cost[e]), hops + 1)
            if w not in best or offer < best[w]:
                best[w] = offer
                latency[w], edge_to[w], before[w] = offer[0], e, v
                loss[w] = 1.0 - (1.0 - loss[v]) * (1.0 - edge_loss[e])
                heapq.heappush(heap, (*offer, w))
    return RouteTree(latency, loss, edge_to, before)
