"""Which control links have a way through the data network, for all targets of a source at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.link import Link
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.ict.model import DataGraph


@dataclass(frozen=True, slots=True)
class ControlFan:
    """The control links of one source. `target` (links,) is each target's vertex, -1 if it is not in the network.

    For targets that are leaves, `of_link`, `edge` and `other` (pairs,) list every data edge at the leaf: which control
    link it belongs to, the edge, and the vertex at its other end.
    """

    source: str
    links: tuple[str, ...]
    target: NDArray[np.int64]
    of_link: NDArray[np.int64]
    edge: NDArray[np.int64]
    other: NDArray[np.int64]

    @classmethod
    def of(cls, graph: DataGraph, source: str, links: tuple[Link, ...]) -> ControlFan:
        target = [graph.index.get(link.target, -1) for link in links]
        pairs = [
            (k, e, w) for k, t in enumerate(target) if t >= 0 and not graph.forwards[t] for e, w in graph.edges_of[t]
        ]
        columns = np.array(pairs, dtype=np.int64).reshape(-1, 3)
        return cls(
            source,
            tuple(link.id for link in links),
            np.array(target, dtype=np.int64),
            columns[:, 0],
            columns[:, 1],
            columns[:, 2],
        )

    def reached(
        self, graph: DataGraph, start: int, part: NDArray[np.int64], usable: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Whether a way leads from vertex `start` to each target, shape (links,): over working nodes and usable edges.

        `part` is each vertex's connected part (see `engine.parts`), `usable` tells which edges carry messages.
        """
        mine = np.zeros(len(graph.ids) + 1, bool)  # one more: the part -1 of a dead node is nobody's
        if graph.forwards[start]:
            mine[part[start]] = True
        else:
            for e, w in graph.edges_of[start]:
                if usable[e]:
                    mine[part[w]] = True
        mine[-1] = False
        there = np.where(self.target >= 0, part[self.target], -1)
        reached = mine[there]
        pairs = usable[self.edge] & (mine[part[self.other]] | (self.other == start))
        return reached | (np.bincount(self.of_link[pairs], minlength=len(self.links)) > 0)


def control_fans(city: City, graph: DataGraph) -> tuple[ControlFan, ...]:
    """The control links of the city by their source, sources in the order of the file."""
    by_source: dict[str, list[Link]] = {}
    for link in city.links_of_kind(CONTROL):
        by_source.setdefault(link.source, []).append(link)
    return tuple(ControlFan.of(graph, source, tuple(links)) for source, links in by_source.items())
