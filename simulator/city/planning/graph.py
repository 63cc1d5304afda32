"""Ways over streets: spanning links, trees of shortest ways, what flows in them, and parts of a graph."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def spanning(count: int, pairs: Ints, cost: Floats) -> Bools:
    """Which of the links between `count` corners make the cheapest tree (Kruskal 1956)."""
    head = list(range(count))

    def top(i: int) -> int:
        while head[i] != i:
            head[i] = head[head[i]]
            i = head[i]
        return i

    kept = np.zeros(len(pairs), dtype=np.bool_)
    for i in np.argsort(cost, kind="stable").tolist():
        a, b = top(int(pairs[i, 0])), top(int(pairs[i, 1]))
        if a != b:
            head[a], kept[i] = b, True
    return kept


@dataclass(frozen=True)
class Tree:
    """Shortest ways from some corners: corners in the order in which they are reached, and of each the corner before
    it, the link that leads there, how far it is, and at which of the starts its way begins. -1 where there is none."""

    order: Ints
    before: Ints
    link: Ints
    far: Floats
    start: Ints

    def flows(self, at_corner: Floats, links: int) -> Floats:
        """What each link carries if everything at the corners comes by the tree."""
        load, carried = at_corner.astype(np.float64).copy(), np.zeros(links)
        for corner in self.order[::-1].tolist():
            link = self.link[corner]
            if link >= 0:
                carried[link] = load[corner]
                load[self.before[corner]] += load[corner]
        return carried


class Graph:
    """Corners and links between them, all of which lead both ways."""

    def __init__(self, count: int, pairs: Ints) -> None:
        self.count, self.pairs = count, pairs
        self._out: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for link, (a, b) in enumerate(pairs.tolist()):
            self._out[a].append((b, link))
            self._out[b].append((a, link))

    def tree(self, starts: Sequence[int], cost: Floats) -> Tree:
        """Shortest ways from the nearest of the starts (Dijkstra 1959); of two as short the first found."""
        far = np.full(self.count, np.inf)
        before, by, start = (np.full(self.count, -1, dtype=np.int64) for _ in range(3))
        queue = [(0.0, corner) for corner in starts]
        for number, corner in enumerate(starts):
            far[corner], start[corner] = 0.0, number
        done, order = np.zeros(self.count, dtype=np.bool_), []
        heapq.heapify(queue)
        while queue:
            at, corner = heapq.heappop(queue)
            if done[corner]:
                continue
            done[corner] = True
            order.append(corner)
            for other, link in self._out[corner]:
                reach = at + float(cost[link])
                if reach < far[other]:
                    far[other], before[other], by[other], start[other] = reach, corner, link, start[corner]
                    heapq.heappush(queue, (reach, other))
        return Tree(np.array(order, dtype=np.int64), before, by, far, start)

    def pieces(self, label: Ints) -> Ints:
        """The number of the piece of each corner: corners of one label that hang together by links."""
        piece = np.full(self.count, -1, dtype=np.int64)
        found = 0
        for first in range(self.count):
            if piece[first] >= 0:
                continue
            piece[first], stack = found, [first]
            while stack:
                corner = stack.pop()
                for other, _link in self._out[corner]:
                    if piece[other] < 0 and label[other] == label[corner]:
                        piece[other] = found
                        stack.append(other)
            found += 1
        return piece
