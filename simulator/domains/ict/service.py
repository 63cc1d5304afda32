"""What the data network owes the town: availability of its nodes, and telemetry that arrives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.level import ServiceLevel
from simulator.domains.ict.catalogue import DOMAIN as ICT_DOMAIN
from simulator.domains.ict.model import DataGraph, data_centre, ict_nodes


class NetworkService:
    """Who reaches a server, and the shares owed. Without any node (or sensor) there is nothing to lose: share 1.

    `gateways` are all of that kind, then what else cohorts name as theirs; `online` (gateways,) is 1 for one that
    works and reaches the data centre; in a town with brokers also one of these, by which it is heard there.
    """

    def __init__(self, city: City, graph: DataGraph) -> None:
        self._graph = graph
        nodes = ict_nodes(city)
        self._nodes = graph.vertices(tuple(node.id for node in nodes))
        self._servers = graph.vertices(tuple(server.id for server in city.of_kind("server")))
        self.data_centre = graph.vertices(data_centre(city))
        named = [gateway.id for gateway in city.of_kind("gateway")] + [cohort.gateway for cohort in city.cohorts]
        self.gateways = tuple(name for name in dict.fromkeys(named) if name in graph.index)
        self.vertex = graph.vertices(self.gateways)
        self.place = {gateway: i for i, gateway in enumerate(self.gateways)}
        self._brokers = tuple(graph.index[b.id] for b in city.of_kind("broker") if b.id in graph.index)
        self.online = np.zeros(len(self.gateways))
        self.reaches_server: NDArray[np.bool_] = np.zeros(len(graph.ids), bool)
        self._sensors = np.zeros(len(self.gateways))
        self._lone_sensors = 0  # behind a gateway that hangs on no data link
        for cohort in city.cohorts:
            if cohort.gateway in self.place:
                self._sensors[self.place[cohort.gateway]] += len(cohort.components)
            else:
                self._lone_sensors += len(cohort.components)
        self._levels = city.levels_of(ICT_DOMAIN)
        subjects = dict.fromkeys(level.subject for level in self._levels if level.measure == "ict-availability")
        self._nodes_of = {
            subject: np.array([i for i, n in enumerate(nodes) if subject in {"city", n.district}], dtype=np.int64)
            for subject in subjects
        }

    def update(
        self, works: NDArray[np.bool_], part: NDArray[np.int64], usable: NDArray[np.bool_]
    ) -> list[tuple[ServiceLevel, float]]:
        """Take in what works (vertices,), the network's parts (see `engine.parts`) and the usable edges.

        Returns every level of the network with its value.
        """
        graph = self._graph
        self.reaches_server = self._in_part_of(self._servers, part)
        at_data_centre = self._in_part_of(self.data_centre, part)
        if self._brokers:
            at_data_centre &= self._in_part_of(self._hosts(works, usable), part)
        # A leaf that gathers readings itself is online if any node it is linked to is.
        for i, v in enumerate(self.vertex):
            ends = [int(v)] if graph.forwards[v] else [w for e, w in graph.edges_of[v] if usable[e]]
            self.online[i] = float(works[v] and any(at_data_centre[w] for w in ends))
        well = self.reaches_server[self._nodes]
        values = []
        for level in self._levels:
            if level.measure == "telemetry":
                values.append((level, self._telemetry()))
            else:
                among = well[self._nodes_of[level.subject]]
                values.append((level, float(among.mean()) if len(among) else 1.0))
        return values

    def _hosts(self, works: NDArray[np.bool_], usable: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The nodes on which a broker works that they reach."""
        graph = self._graph
        running = (v for v in self._brokers if works[v])
        return np.array([w for v in running for e, w in graph.edges_of[v] if usable[e]], dtype=np.int64)

    def _telemetry(self) -> float:
        total = float(self._sensors.sum()) + self._lone_sensors
        return float((self._sensors * self.online).sum()) / total if total else 1.0

    def _in_part_of(self, servers: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which vertices are in one part with a server that works, shape (vertices,)."""
        holds = np.zeros(len(self._graph.ids) + 1, bool)
        holds[part[servers]] = True
        holds[-1] = False  # the part -1 of what does not work
        return holds[part]
