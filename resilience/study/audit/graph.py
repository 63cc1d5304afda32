"""Single points of failure by the dependency graph alone: whoever has every feed of one kind over one place.

For each kind of link there is a graph of how it flows, from a root behind all its sources through components and links
to who gets it; two feeds are a redundancy, and a place that dominates somebody is where they come together (dominators:
Prosser 1959; computed by networkx). How networks are joined inside (lines, mains, roads) comes as `NetworkEdge`s.

The graph knows no time, no capacity and no fallback: a battery, a tank or a switch that has to be thrown count for
nothing, an open ring point for a way. That is what the simulation is held against it for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.contracts.city import City
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry

ROOT = ""
Node = str | tuple[str, LinkKind]
"""A component or link; or what one component gets of one kind."""


@dataclass(frozen=True, slots=True)
class NetworkEdge:
    """Inside a network: `via` (a line, main, pump, road) joins `a` to `b`; a source joins them from `ROOT`."""

    kind: LinkKind
    via: str
    a: str
    b: str
    both_ways: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Victim:
    """A component that gets nothing of a kind any more."""

    component: str
    kind: str


@dataclass(slots=True)
class _Flow:
    """One graph: what leads to what, and who is at the end of it."""

    after: dict[Node, list[Node]] = field(default_factory=dict)
    ends: dict[str, tuple[str, LinkKind]] = field(default_factory=dict)

    def join(self, a: Node, b: Node) -> None:
        self.after.setdefault(a, []).append(b)

    def end(self, component: str, kind: LinkKind) -> Node:
        self.ends[component] = (component, kind)
        return (component, kind)

    def reached(self, without: frozenset[str] = frozenset()) -> set[Node]:
        """All that is reached from the root, past what is gone."""
        seen: set[Node] = {ROOT}
        line = deque([ROOT])
        while line:
            for node in self.after.get(line.popleft(), ()):
                if node not in seen and node not in without:
                    seen.add(node)
                    line.append(node)  # type: ignore[arg-type]
        return seen

    def dominators(self) -> dict[str, frozenset[str]]:
        """For each end that is reached: all that lies on every way to it."""
        import networkx as nx

        graph: Any = nx.DiGraph()
        graph.add_node(ROOT)
        graph.add_edges_from((a, b) for a, after in self.after.items() for b in after)
        above: Mapping[Node, Node | None] = nx.immediate_dominators(graph, ROOT)
        found = {}
        for component, node in self.ends.items():
            if node in above:
                chain, at = set(), above[node]
                while at is not None and at != ROOT:
                    if isinstance(at, str):
                        chain.add(at)
                    at = above[at]
                found[component] = frozenset(chain - {component})
        return found


class DependencyGraph:
    """All flows of a city. `unreached` are those who have links of a kind, yet nothing comes over them even now."""

    def __init__(self, city: City, edges: Sequence[NetworkEdge]) -> None:
        self._city = city
        inside: dict[LinkKind, list[NetworkEdge]] = {}
        for edge in edges:
            inside.setdefault(edge.kind, []).append(edge)
        self._flows = {kind: self._flow(kind, inside.get(kind, [])) for kind in registry().links_that(lambda _: True)}
        self._stopping = {kind.value for kind in registry().stopping_links}
        self._usual = {kind: self._fed(kind, frozenset()) for kind in self._flows}
        self.unreached = tuple(
            Victim(name, kind.value)
            for kind, flows in self._flows.items()
            for name in sorted({name for flow in flows for name in flow.ends} - self._usual[kind])
        )
        self._direct = self._all_direct()

    def victims(self, subject: str) -> tuple[Victim, ...]:
        """Who loses every feed of a kind with this component or link; whoever loses power stops, and so on."""
        lost = set(self._direct.get(subject, ()))
        gone = {subject} | {one.component for one in lost if one.kind in self._stopping}
        while len(gone) > 1:
            for kind in self._flows:
                fed = self._fed(kind, frozenset(gone))
                lost |= {Victim(name, kind.value) for name in self._usual[kind] - fed}
            more = gone | {one.component for one in lost if one.kind in self._stopping}
            if more == gone:
                break
            gone = more
        return tuple(sorted(one for one in lost if one.component != subject))

    def _all_direct(self) -> dict[str, list[Victim]]:
        found: dict[str, list[Victim]] = {}
        for kind, flows in self._flows.items():
            over: dict[str, frozenset[str]] = {}
            for flow in flows:
                for name, above in flow.dominators().items():
                    over[name] = above if name not in over else over[name] & above
            for name, above in over.items():
                for subject in above:
                    found.setdefault(subject, []).append(Victim(name, kind.value))
        return found

    def _fed(self, kind: LinkKind, without: frozenset[str]) -> set[str]:
        fed: set[str] = set()
        for flow in self._flows[kind]:
            reached = flow.reached(without)
            fed |= {name for name, node in flow.ends.items() if node in reached}
        return fed

    def _links(self, flow: _Flow, kind: LinkKind) -> None:
        for link in self._city.links_of_kind(kind):
            flow.join(link.source, link.id)
            flow.join(link.id, flow.end(link.target, kind))

    def _inside(self, flow: _Flow, edges: Iterable[NetworkEdge]) -> None:
        for edge in edges:
            flow.join(edge.a, edge.via)
            flow.join(edge.via, edge.b)
            if edge.both_ways and edge.a != ROOT:
                flow.join(edge.b, edge.via)
                flow.join(edge.via, edge.a)

    def _flow(self, kind: LinkKind, edges: Sequence[NetworkEdge]) -> tuple[_Flow, ...]:
        """How a kind of link flows, by what it says of itself."""
        of = registry().links[kind]
        if of.undirected:
            return (self._messages(kind),)
        if of.needs_path is not None:
            return tuple(self._commands(kind, of.needs_path))
        return (self._ways(kind, edges) if of.access else self._supply(kind, edges),)

    def _supply(self, kind: LinkKind, edges: Sequence[NetworkEdge]) -> _Flow:
        """From where it begins through its network. Stores are no sources; without a network all givers are fed."""
        flow, roots = _Flow(), registry().types_that(lambda one: kind in one.roots)
        self._inside(flow, edges)
        given = () if edges else registry().types_that(lambda one: kind in one.gives)
        for source in self._city.of_kind(*dict.fromkeys((*roots, *given))):
            flow.join(ROOT, source.id)
        self._links(flow, kind)
        return flow

    def _messages(self, kind: LinkKind) -> _Flow:
        """From wherever messages begin (any server) to whoever is on the network."""
        flow, roots = self._network(kind), registry().types_that(lambda one: kind in one.roots)
        for root in self._city.of_kind(*roots):
            flow.join(ROOT, root.id)
        for link in self._city.links_of_kind(kind):
            for name in (link.source, link.target):
                if self._city.components[name].kind not in roots:
                    flow.join(link.id, flow.end(name, kind))
        return flow

    def _network(self, kind: LinkKind) -> _Flow:
        flow = _Flow()
        for link in self._city.links_of_kind(kind):
            for a, b in ((link.source, link.target), (link.target, link.source)):
                if self._forwards(a, kind):
                    flow.join(a, link.id)
                if self._forwards(b, kind):
                    flow.join(link.id, b)
        return flow

    def _forwards(self, component: str, kind: LinkKind) -> bool:
        """Whether it passes messages on; all others hang on the network and forward nothing."""
        return kind in registry().types[self._city.components[component].kind].forwards

    def _commands(self, kind: LinkKind, over: LinkKind) -> Iterable[_Flow]:
        """From each control centre (or what carries its service) over the network of messages to its targets."""
        city, roots = self._city, registry().types_that(lambda one: over in one.roots)
        for source in dict.fromkeys(link.source for link in city.links_of_kind(kind)):
            flow = self._network(over)
            component = city.components[source]
            if registry().types[component.kind].clustered:
                cluster = component.parameters.get("cluster")
                starts = [s.id for s in city.of_kind(*roots) if s.parameters.get("cluster") == cluster]
            else:
                starts = [source]
                if not self._forwards(source, over):
                    for link in (*city.links_into(source, over), *city.links_out_of(source, over)):
                        flow.join(source, link.id)
            for start in starts:
                flow.join(ROOT, start)
            for command in city.links_out_of(source, kind):
                target = command.target
                for link in (*city.links_into(target, over), *city.links_out_of(target, over)):
                    flow.join(link.id, command.id)
                flow.join(command.id, flow.end(target, kind))
            yield flow

    def _ways(self, kind: LinkKind, edges: Sequence[NetworkEdge]) -> _Flow:
        """From depots over the roads to whatever stands beside them."""
        flow, found = _Flow(), registry()
        self._inside(flow, edges)
        depots = {depot.id for depot in self._city.of_kind(*found.depots)}
        ways = found.from_files.get(found.links[kind].carrier, ())
        for link in self._city.links_of_kind(kind):
            if link.target in depots:
                flow.join(ROOT, link.target)
                flow.join(link.target, link.id)
                flow.join(link.id, link.source)
            elif depots and self._city.components[link.target].kind not in ways:
                flow.join(link.source, link.id)
                flow.join(link.id, flow.end(link.target, kind))
        return flow


def without_access(city: City, graph: DependencyGraph) -> tuple[str, ...]:
    """Components that nobody gets to: without a road link, or with none that a depot can reach over open roads.

    A kind is looked at if people must always get to it, or if others of the kind have a road link. A town without any
    road link says nothing about access.
    """
    found = registry()
    with_road = {link.target for kind in found.access_links for link in city.links_of_kind(kind)}
    if not with_road:
        return ()
    roads = {found.links[kind].carrier for kind in found.access_links}
    kinds = {city.components[name].kind for name in with_road} | set(found.types_that(lambda one: one.visited))
    missing = {c.id for c in city.components.values() if c.kind in kinds and c.domain not in roads} - with_road
    missing |= {one.component for one in graph.unreached if one.kind in found.access_links}
    return tuple(name for name in city.components if name in missing)
