"""The data network in simulated time: looked at again, once an instant, when a node or a link has changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.fault import ActiveFault
from simulator.coupling.catalogue import CARRIED
from simulator.coupling.messages import NONE, Passage
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.ict import engine, events
from simulator.domains.ict.catalogue import CONTROL, DATA, FLOODING
from simulator.domains.ict.control import ControlFan, control_fans
from simulator.domains.ict.election import Duty, Election, Voting
from simulator.domains.ict.model import DataGraph, Route
from simulator.domains.ict.service import NetworkService, Ways, flooded_by


class Ict:
    """The running data network of a city.

    Sets the path of every data and control link, lets servers elect who carries a service, records the levels of the
    domain and registers the quantities `online` (1 or 0), `latency_s` and `loss` of every gateway on its way to the
    data centre (latency NaN and loss 1 while there is none). It registers `carried_messages` of every node and data
    link: the gateways whose messages pass. `solves` counts how often the network was looked at.
    """

    name = "ict"

    def __init__(self, runtime: Runtime) -> None:
        self.solves = 0
        self._runtime = runtime
        city = runtime.city
        self.graph = DataGraph.of(city)
        self._state = engine.NetworkState.sound(self.graph)
        self._solved = self._state  # the state at the last look, to tell what a lost route was made of
        self._usable = self._state.usable(self.graph)
        self._part = np.full(len(self.graph.ids), -1, dtype=np.int64)
        self._changed: dict[str, int | None] = {}  # node or link -> event, since the last look
        self._queued = False
        self._trees: dict[tuple[int, ...], engine.RouteTree] = {}
        self._powered: dict[str, bool] = {}  # what carries sensors -> whether it was fed when last looked at
        self._service = NetworkService(city, self.graph, runtime.supply.powered)
        self._fans = {fan.source: fan for fan in control_fans(city, self.graph)}
        # As the supply holds them until told otherwise: every path works.
        self._data_up = np.ones(len(self.graph.links), bool)
        self._control_up = {fan.source: np.ones(len(fan.links), bool) for fan in self._fans.values()}
        self._elections: dict[str, Duty] = {
            s.id: Voting(runtime, s, self._serves) if s.number("voting") else Election(runtime, s, self._serves)
            for s in city.of_kind("service")
        }
        self._ways: Ways | None = None
        runtime.crews.provide_capacity(
            {name: float(len(edges)) for name, edges in zip(self.graph.ids, self.graph.edges_of, strict=True)}
        )
        self._watch()
        for name, unit, read in (
            ("online", "1", self._online),
            ("latency_s", "s", self._latency_s),
            ("loss", "1", self._loss),
        ):
            runtime.quantities.register(Quantity(name, unit, self._service.gateways, read))
        nodes = tuple(name for name, forwards in zip(self.graph.ids, self.graph.forwards, strict=True) if forwards)
        self._passed = {name: i for i, name in enumerate((*nodes, *self.graph.links))}
        runtime.quantities.register(Quantity(CARRIED.quantity, "1", tuple(self._passed), self._carried))
        runtime.messages.provide(self._passages)
        self._note_unconnected()
        self._solve(beginning=True)

    def path(self, origin: str, destination: str) -> Route | None:
        """The fastest way now between two components on the network, None if none leads or an end does not work.

        Raises `KeyError` for a component without a data link.
        """
        start, end = self.graph.index[origin], self.graph.index[destination]
        return self._tree((start,)).route(self.graph, end) if self._state.works[end] else None

    def serving(self, service: str) -> str | None:
        """The server that carries a service now, None while nobody does. Raises `KeyError` for no such service."""
        return self._elections[service].serving

    def acting(self, service: str) -> tuple[str, ...]:
        """All servers that act for a service, more than one in a split cluster. Raises `KeyError` for none such."""
        return self._elections[service].acting

    def close(self) -> None:
        """Forget routes kept for reading."""
        self._trees.clear()

    # what changes

    def _watch(self) -> None:
        runtime = self._runtime
        for v, name in enumerate(self.graph.ids):
            self._state.works[v] = runtime.supply.works(name)
            runtime.supply.watch(name, self._on_component)
        for name in self._service.fed:
            runtime.supply.watch(name, self._on_sensors)
        for e, link in enumerate(self.graph.links):
            self._state.cut[e] = bool(runtime.faults.active(link, "link-cut"))
            self._degrade(e)
        runtime.faults.handle("link-cut", self._on_cut)
        runtime.faults.handle("link-degraded", self._on_degraded)
        runtime.faults.handle(FLOODING.name, self._on_flooded)

    def _on_component(self, subject: str, cause: int | None) -> None:
        v, works = self.graph.index[subject], self._runtime.supply.works(subject)
        if self._state.works[v] != works:
            self._touch(subject, cause)
            self._state.works[v] = works

    def _on_sensors(self, subject: str, cause: int | None) -> None:
        if (powered := self._runtime.supply.powered(subject)) != self._powered.get(subject, True):
            self._touch(subject, cause)
            self._powered[subject] = powered

    def _on_cut(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        e = self.graph.edge.get(target)
        if e is not None and self._state.cut[e] != bool(active):
            self._touch(target, event)
            self._state.cut[e] = bool(active)

    def _on_degraded(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._touch(target, event)
        self._degrade(self.graph.edge[target])

    def _on_flooded(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if target not in self.graph.index:
            self._runtime.log.add(events.NO_DATA_LINK, target, cause=event)
            return
        self._touch(target, event)
        wait_s, lost = self._flood(target)
        if active and lost < 1:
            self._runtime.log.add(events.FLOODED, target, {"lost": lost}, cause=event, value=wait_s)
        for edge, _ in self.graph.edges_of[self.graph.index[target]]:
            self._degrade(edge)

    def _flood(self, node: str) -> tuple[float, float]:
        """What all floods at a node make a message wait there, and the share of messages that they drown."""
        return flooded_by(self._runtime.faults.active(node, FLOODING.name))

    def _degrade(self, edge: int) -> None:
        """Put together what slows a link down: its own faults, and floods at its ends."""
        active = self._runtime.faults.active(self.graph.links[edge], "link-degraded")
        ends = (self.graph.ids[v] for v in (self.graph.a[edge], self.graph.b[edge]))
        waits_s, drowned = zip(*(self._flood(end) for end in ends), strict=True)
        self._state.delay_s[edge] = sum(fault.number("delay_s") for fault in active) + sum(waits_s)
        self._state.lost[edge] = sum(fault.number("loss") for fault in active) + sum(drowned)

    def _touch(self, subject: str, cause: int | None) -> None:
        """Something changes now: keep the state as it was, and look again at the end of this instant."""
        if not self._changed:
            self._solved = self._state
            self._state = self._state.copy()
        self._trees.clear()
        if self._changed.get(subject) is None:
            self._changed[subject] = cause
        if not self._queued:
            self._queued = True
            self._runtime.clock.soon(self.name, self._solve)

    # looking again

    def _solve(self, beginning: bool = False) -> None:
        self._queued = False
        self.solves += 1
        self._usable = self._state.usable(self.graph)
        self._part = engine.parts(self.graph, self._state)
        first = self._lead()
        values = self._service.update(self._state.works, self._part, self._usable)
        self._set_data_paths(first)
        for election in self._elections.values():
            groups = self._groups(election)
            if beginning:
                election.begin(groups)
            else:
                election.update(groups, self._lead())
        for source, fan in self._fans.items():
            sources = self._elections[source].acting if source in self._elections else (source,)
            self._set_control_paths(fan, sources, self._lead())
        self._look_at_ways(self._lead())
        first = self._lead()
        for level, value in values:
            self._runtime.levels.record(level.id, value, first)
        self._changed.clear()

    def _lead(self) -> int | None:
        """What is behind the changes of this instant: the first leads, all others share in what follows."""
        return self._runtime.log.together(reversed(self._changed.values()))

    def _look_at_ways(self, cause: int | None) -> None:
        service = self._service
        if self._ways is None:
            tree, reached = self._to_data_centre(), zip(service.gateways, service.vertex.tolist(), strict=True)
            self._ways = Ways(self._runtime, self.graph, {g: tree.route(self.graph, v) for g, v in reached})
        online = dict(zip(service.gateways, (service.online > 0).tolist(), strict=True))
        self._ways.update(self._state.works, self._usable, online, self._changed, cause)

    def _set_data_paths(self, cause: int | None) -> None:
        """Between nodes a data link is up if both work; to a leaf, if the leaf reaches a server through it."""
        graph, works = self.graph, self._state.works
        has_servers = bool(self._runtime.city.of_kind("server"))
        to_server = self._service.reaches_server if has_servers else works
        a_node, b_node = graph.forwards[graph.a], graph.forwards[graph.b]
        inner = a_node & b_node
        a_good = np.where(a_node, np.where(inner, works[graph.a], to_server[graph.a]), True)
        b_good = np.where(b_node, np.where(inner, works[graph.b], to_server[graph.b]), True)
        # A cut is the supply's own knowledge; telling it again as a lost path would log the link twice.
        up = a_good & b_good & (self._state.loss(graph) < 1.0)
        for e in np.flatnonzero(up != self._data_up):
            ends = (graph.links[e], graph.ids[graph.a[e]], graph.ids[graph.b[e]])
            changed = [self._changed[x] for x in ends if self._changed.get(x) is not None]
            why = self._runtime.log.together(reversed(changed)) if changed else cause
            self._runtime.supply.set_path(graph.links[e], bool(up[e]), why)
        self._data_up = up

    def _set_control_paths(self, fan: ControlFan, sources: tuple[str, ...], cause: int | None) -> None:
        starts = [self.graph.index[source] for source in sources if source in self.graph.index]
        start = starts[0] if starts else None
        up = np.zeros(len(fan.links), bool)
        for one in starts:
            up |= fan.reached(self.graph, one, self._part, self._usable)
        for k in np.flatnonzero(up != self._control_up[fan.source]):
            why = cause
            if start is not None and len(self._changed) > 1:
                why = self._blame(start, int(fan.target[k]), bool(up[k]), cause)
            self._runtime.supply.set_path(fan.links[k], bool(up[k]), why)
        self._control_up[fan.source] = up

    def _blame(self, start: int, target: int, now_up: bool, cause: int | None) -> int | None:
        """Of several changes at one instant, those on the route that was lost (or is there again)."""
        if target < 0:
            return cause
        tree = self._tree((start,)) if now_up else engine.route_tree(self.graph, self._solved, (start,))
        route = tree.route(self.graph, target)
        on_route = () if route is None else (*route.nodes, *route.links)
        changed = [self._changed[x] for x in on_route if self._changed.get(x) is not None]
        return self._runtime.log.together(reversed(changed)) if changed else cause

    def _groups(self, duty: Duty) -> tuple[tuple[str, ...], ...]:
        """The members of a cluster that work, those together that hear each other and may act by what they see.

        A server that reaches nothing of the network, though it hangs on it, takes itself for cut off and does not act.
        With a quorum only those act that see more than half of all votes: the members', and the witness's if there is
        one. The largest part of the network comes first (of two as large that of the preferred server).
        """
        graph, groups = self.graph, dict[int, list[str]]()
        for member in duty.members:
            part = int(self._part[graph.index[member]])
            if part >= 0:
                groups.setdefault(part, []).append(member)
        sizes = np.bincount(self._part[self._part >= 0], minlength=len(graph.ids))
        witness = graph.index.get(duty.witness)
        seen_by = -1 if witness is None else int(self._part[witness])
        votes = len(duty.members) + (duty.witness != "")
        may = [
            part
            for part, heard in groups.items()
            if not (len(duty.members) > 1 and sizes[part] == 1 and self._hangs_on(heard[0]))
            and (not duty.quorum or 2 * (len(heard) + (part == seen_by)) > votes)
        ]
        return tuple(tuple(groups[part]) for part in sorted(may, key=lambda part: -int(sizes[part])))

    def _hangs_on(self, node: str) -> bool:
        """Whether data links lead from a node to others that forward messages."""
        return any(self.graph.forwards[other] for _, other in self.graph.edges_of[self.graph.index[node]])

    def _serves(self, service: str, event: int | None) -> None:
        """A service is carried by another server, or by none: its links start there, or offer nothing."""
        supply, acting = self._runtime.supply, self._elections[service].acting
        if acting and service in self._fans:
            self._set_control_paths(self._fans[service], acting, event)
        for kind in (CONTROL, DATA):
            supply.offer(service, kind, bool(acting), event)

    # what can be measured

    def _tree(self, sources: tuple[int, ...]) -> engine.RouteTree:
        if sources not in self._trees:
            self._trees[sources] = engine.route_tree(self.graph, self._state, sources)
        return self._trees[sources]

    def _to_data_centre(self) -> engine.RouteTree:
        return self._tree(tuple(int(v) for v in self._service.data_centre))

    def _passages(self, origins: Sequence[str], destination: str) -> Sequence[Passage]:
        end = self.graph.index.get(destination)
        if end is None:
            return [NONE] * len(origins)
        tree = self._around(end)
        places = [self.graph.index.get(origin) for origin in origins]
        return [
            NONE if v is None or not self._state.works[v] else Passage(float(tree.latency_s[v]), float(tree.loss[v]))
            for v in places
        ]

    def _around(self, vertex: int) -> engine.RouteTree:
        """The routes to a vertex; one that forwards nothing is reached whether it works or not."""
        if self.graph.forwards[vertex] or self._state.works[vertex]:
            return self._tree((vertex,))
        key = (vertex, vertex)
        if key not in self._trees:
            state = self._state.copy()
            state.works[vertex] = True
            self._trees[key] = engine.route_tree(self.graph, state, (vertex,))
        return self._trees[key]

    def _online(self) -> NDArray[np.float64]:
        return self._service.online

    def _latency_s(self) -> NDArray[np.float64]:
        latency = self._to_data_centre().latency_s[self._service.vertex]
        return np.where(np.isinf(latency), np.nan, latency)

    def _loss(self) -> NDArray[np.float64]:
        return self._to_data_centre().loss[self._service.vertex]

    def _carried(self) -> NDArray[np.float64]:
        """For each node and link the gateways whose way to the data centre leads over it."""
        passing, tree = np.zeros(len(self._passed)), self._to_data_centre()
        for vertex, online in zip(self._service.vertex.tolist(), (self._service.online > 0).tolist(), strict=True):
            route = tree.route(self.graph, vertex) if online else None
            if route is not None:
                for name in (*route.nodes, *route.links):
                    if name in self._passed:
                        passing[self._passed[name]] += 1.0
        return passing

    def _note_unconnected(self) -> None:
        """A control link needs data links at both ends: say at the start where there are none."""
        city = self._runtime.city
        known = self.graph.index.keys() | self._elections.keys()
        for link in city.links_of_kind(CONTROL):
            missing = [end for end in (link.source, link.target) if end not in known]
            if missing:
                self._runtime.log.add(events.UNCONNECTED, link.id, {"ends": " ".join(missing)})
