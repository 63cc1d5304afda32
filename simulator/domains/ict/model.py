"""The data network as arrays: devices that forward, things that hang on them, and the links between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.domains.ict.catalogue import DATA, NODE_KINDS

DATA_CLUSTER = "data"
"""Servers of this cluster are the data centre that telemetry goes to; without any, every server is."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way through the network: `nodes` from end to end, the `links` between them, and what it does to messages.

    `latency_s` is the sum over the links. `loss` is the share of messages lost, 1 - prod(1 - loss of each link).
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    latency_s: float
    loss: float


@dataclass(frozen=True, slots=True)
class DataGraph:
    """Vertices are ICT nodes first, in file order, then leaves; edges are the data links, usable both ways.

    `a`, `b` hold each edge's ends, shape (edges,). `edges_of[v]` lists (edge, other end) of vertex v. `forwards`,
    shape (vertices,), is true for ICT nodes.
    """

    ids: tuple[str, ...]
    index: Mapping[str, int]
    forwards: NDArray[np.bool_]
    links: tuple[str, ...]
    edge: Mapping[str, int]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    latency_s: NDArray[np.float64]
    loss: NDArray[np.float64]
    edges_of: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def of(cls, city: City) -> DataGraph:
        links = tuple(city.links_of_kind(DATA))
        nodes = [node.id for node in ict_nodes(city)]
        ids = tuple(dict.fromkeys([*nodes, *(end for link in links for end in (link.source, link.target))]))
        index = {name: i for i, name in enumerate(ids)}
        edges_of: list[list[tuple[int, int]]] = [[] for _ in ids]
        for e, link in enumerate(links):
            edges_of[index[link.source]].append((e, index[link.target]))
            edges_of[index[link.target]].append((e, index[link.source]))
        return cls(
            ids=ids,
            index=index,
            forwards=np.arange(len(ids)) < len(nodes),
            links=tuple(link.id for link in links),
            edge={link.id: e for e, link in enumerate(links)},
            a=np.array([index[link.source] for link in links], dtype=np.int64),
            b=np.array([index[link.target] for link in links], dtype=np.int64),
            latency_s=np.array([link.latency_s for link in links], dtype=np.float64),
            loss=np.array([link.loss for link in links], dtype=np.float64),
            edges_of=tuple(tuple(edges) for edges in edges_of),
        )

    def vertices(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        """The vertices of these components. Raises `KeyError` for one that is not in the network."""
        return np.array([self.index[name] for name in names], dtype=np.int64)


def ict_nodes(city: City) -> tuple[Component, ...]:
    """Every device that forwards messages."""
    return city.of_kind(*NODE_KINDS)


def data_centre(city: City) -> tuple[str, ...]:
    """The servers that telemetry goes to: those of the cluster `data`, or all where no server is in it."""
    servers = city.of_kind("server")
    named = tuple(server.id for server in servers if server.text("cluster") == DATA_CLUSTER)
    return named or tuple(server.id for server in servers)
