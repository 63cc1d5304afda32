"""What the data network owes the town: availability of its nodes, telemetry that arrives, and the way it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.fault import ActiveFault
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.coupling.runtime import Runtime
from simulator.domains.ict import events
from simulator.domains.ict.catalogue import DOMAIN as ICT_DOMAIN
from simulator.domains.ict.model import DataGraph, Route, data_centre, ict_nodes


def flooded_by(active: tuple[ActiveFault, ...]) -> tuple[float, float]:
    """Waiting time (s) and share lost under all floods at one node together; no flood, nothing of either.

    Loads add up. How fast messages are served, and how many can wait, is what the first of the floods says.
    """
    if not active:
        return 0.0, 0.0
    load, first = sum(fault.number("load") for fault in active), active[0]
    return flooded(load, first.number("service_s"), int(first.number("queue")))


def flooded(load: float, service_s: float, queue: int) -> tuple[float, float]:
    """Mean waiting time in seconds of the messages that get in, and the share of messages that do not.

    Kleinrock, Queueing Systems I (1975), section 3.6: Poisson arrivals, exponential service with mean `service_s`, one
    server, `queue` places beside the one that is served. With the load r and K = queue + 1 places in all, a message is
    lost with p_K = (1 - r) r^K / (1 - r^(K+1)), and those that get in find r (1 - (K + 1) r^K + K r^(K+1)) /
    ((1 - r) (1 - r^(K+1))) in the system in the mean; by Little's law they wait that, over the rate at which they get
    in, less their own service. At the capacity (r of 1 or more) the service counts as lost (assumption): everything is.
    """
    if load >= 1:
        return 0.0, 1.0
    places = queue + 1
    lost = (1 - load) * load**places / (1 - load ** (places + 1))
    if load == 0:
        return 0.0, 0.0
    inside = load / (1 - load) - (places + 1) * load ** (places + 1) / (1 - load ** (places + 1))
    return max(0.0, inside * service_s / (load * (1 - lost)) - service_s), lost


class NetworkService:
    """Who reaches a server, and the shares owed. Without any node (or sensor) there is nothing to lose: share 1.

    `gateways` are all of that kind, then what else cohorts name as theirs; `online` (gateways,) is 1 for one that
    works and reaches the data centre; in a town with brokers also one of these, by which it is heard there. Sensors
    at what stands without a feed, as power, give no value while that is not `powered`, as the sampler has it.
    """

    def __init__(self, city: City, graph: DataGraph, powered: Callable[[str], bool]) -> None:
        self._graph, self._powered = graph, powered
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
        living = {link.target for kind in registry().stopping_links for link in city.links_of_kind(kind)}
        self._fed: dict[str, list[int]] = {}  # what a feed has to reach, and the gateways of the sensors there
        for cohort in city.cohorts:
            if cohort.gateway in self.place:
                self._sensors[self.place[cohort.gateway]] += len(cohort.components)
                for carrier in living.intersection(cohort.components):
                    self._fed.setdefault(carrier, []).append(self.place[cohort.gateway])
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

    @property
    def fed(self) -> tuple[str, ...]:
        """What stands on feeds and carries sensors."""
        return tuple(sorted(self._fed))

    def _telemetry(self) -> float:
        total = float(self._sensors.sum()) + self._lone_sensors
        speaking = self._sensors.copy()
        for carrier, places in self._fed.items():
            if not self._powered(carrier):
                np.subtract.at(speaking, places, 1.0)
        return float((speaking * self.online).sum()) / total if total else 1.0

    def _in_part_of(self, servers: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which vertices are in one part with a server that works, shape (vertices,)."""
        holds = np.zeros(len(self._graph.ids) + 1, bool)
        holds[part[servers]] = True
        holds[-1] = False  # the part -1 of what does not work
        return holds[part]


USUAL, OTHER, NONE = "usual-way", "other-way", "none"
_WHY = {USUAL: events.USUAL_WAY, OTHER: events.OTHER_WAY, NONE: events.NO_WAY}


class Ways:
    """The path redundancy of gateways as modes. The usual way is the fastest one at the begin.

    A gateway that has none at the begin is never on a usual way.
    """

    def __init__(self, runtime: Runtime, graph: DataGraph, routes: Mapping[str, Route | None]) -> None:
        self._runtime = runtime
        self._routes = {gateway: route for gateway, route in routes.items() if gateway in runtime.city.components}
        self._edges = {
            gateway: np.array([graph.edge[link] for link in route.links], dtype=np.int64)
            for gateway, route in self._routes.items()
            if route is not None
        }
        self._nodes = {
            gateway: np.array([graph.index[node] for node in route.nodes], dtype=np.int64)
            for gateway, route in self._routes.items()
            if route is not None
        }
        self._mode = dict.fromkeys(
            (name for name in self._routes if runtime.city.components[name].kind == "gateway"), USUAL
        )

    def update(
        self,
        works: NDArray[np.bool_],
        usable: NDArray[np.bool_],
        online: Mapping[str, bool],
        changed: Mapping[str, int | None],
        cause: int | None,
    ) -> None:
        """Look again: what works, which edges carry, which gateways reach the data centre, and what changed."""
        for gateway, before in self._mode.items():
            usual = gateway in self._edges and usable[self._edges[gateway]].all() and works[self._nodes[gateway]].all()
            mode = NONE if not online[gateway] else USUAL if usual else OTHER
            if mode == before:
                continue
            self._mode[gateway] = mode
            route = self._routes[gateway]
            on_way = (gateway,) if route is None else (*route.nodes, *route.links)
            there = [changed[x] for x in on_way if changed.get(x) is not None]
            because = self._runtime.log.together(reversed(there)) if there else cause
            self._runtime.mode(gateway, before, mode, _WHY[mode], None, because)
