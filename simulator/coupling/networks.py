"""What joins what in the networks of a town: how central a component is, and what its shut-off valves close off."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

from simulator.contracts.city import City

PIVOTS = 250
"""Ways are followed from so many nodes at most (assumption: Brandes and Pich, 2007, find ranks kept with a few hundred
of many thousand); smaller networks are looked at whole."""
DRAW = 1
"""The seed of which nodes these are: a city's order is the same in every run."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What joins what in one network: nodes by component, and for each other component the two nodes that it joins.

    `shut` are components that people close by valves along them: mains.
    """

    nodes: Mapping[str, Hashable]
    edges: Mapping[str, tuple[Hashable, Hashable]]
    shut: frozenset[str] = frozenset()


class Networks:
    """Every network that a domain tells of, and the links of the city as one more."""

    def __init__(self, city: City) -> None:
        self._ways = [Ways({}, {link.id: (link.source, link.target) for link in city.links.values()})]

    def provide(self, ways: Ways) -> None:
        """A domain says what joins what in its network; looked at only where somebody asks."""
        self._ways.append(ways)

    @cached_property
    def centrality(self) -> Mapping[str, float]:
        """The betweenness of each component in its own network, 0 to 1; to be asked when all domains stand.

        Every edge counts as one step: lengths of pipes and lines say little of what leans on them (assumption). What
        stands in two networks has the greater of its values.
        """
        import networkx as nx

        found: dict[str, float] = {}
        for ways in self._ways:
            graph = nx.Graph()
            graph.add_nodes_from(ways.nodes.values())
            graph.add_edges_from(ends for ends in ways.edges.values() if ends[0] != ends[1])
            pivots = PIVOTS if len(graph) > PIVOTS else None
            at_node = nx.betweenness_centrality(graph, k=pivots, seed=DRAW)
            on_edge = nx.edge_betweenness_centrality(graph, k=pivots, seed=DRAW)
            values = {name: at_node[node] for name, node in ways.nodes.items()}
            for name, (a, b) in ways.edges.items():
                values[name] = on_edge.get((a, b), on_edge.get((b, a), 0.0))
            for name, value in values.items():
                found[name] = max(value, found.get(name, 0.0))
        return found

    def segment(self, broken: str, valves: Collection[tuple[str, str]] | None) -> tuple[str, ...]:
        """What is closed off by the valves around a main, itself first: mains and what lies between them.

        `valves` are pairs of a main and the node at whose end of it the valve is. None: at every node each main has one
        but the first of them in the network's file (assumption: one valve fewer than mains meet, as networks are
        planned). What is no main is passed as if it had none, and is not closed itself.
        """
        ways = next((one for one in self._ways if broken in one.shut), None)
        if ways is None:
            return (broken,)
        names = {node: name for name, node in ways.nodes.items()}
        at: dict[Hashable, list[str]] = {}
        for name, ends in ways.edges.items():
            for node in dict.fromkeys(ends):
                at.setdefault(node, []).append(name)

        def has_valve(edge: str, node: Hashable) -> bool:
            if edge not in ways.shut:
                return False
            if valves is not None:
                return (edge, names[node]) in valves
            first = next(one for one in at[node] if one in ways.shut)
            return edge != first

        mains, nodes, todo = {broken: None}, dict[str, None](), [broken]
        while todo:
            edge = todo.pop()
            for node in ways.edges[edge]:
                if has_valve(edge, node) or names[node] in nodes:
                    continue
                nodes[names[node]] = None
                for other in at[node]:
                    if other not in mains and not has_valve(other, node):
                        mains[other] = None
                        todo.append(other)
        return (*(one for one in mains if one in ways.shut), *nodes)
