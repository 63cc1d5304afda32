"""Cable trenches: cables lie along the streets, and where two take the same street, one dig cuts both."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import replace

from simulator.city.draft import Override
from simulator.city.generator.bare_town import BareTown, Nearest
from simulator.city.generator.layer import Layer
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.registry import registry
from simulator.contracts.words import Words

_ = Words("simulator.city")


def in_trenches(ground: BareTown, layer: Layer, kept: Collection[str]) -> Layer:
    """The layer with each cable put into the trenches of the streets that it follows.

    A cable leads from the road node nearest to its one end to that nearest to its other end, by the shortest way over
    the roads; so do power lines that are not overhead. A street with at least two cables is a trench, named after its
    ends (`trench-n3-n7`). Links in `kept` are the town's own, which it describes itself.
    """
    crossings = [one for kind in registry().access_links for one in ground.giving(kind)]
    if not crossings:
        return layer
    nodes, cables = Nearest(crossings), registry().links_that(lambda one: one.buried)
    ways = _Ways(ground, crossings)
    everything = {**ground.components, **{component.id: component for component in layer.components}}
    courses: dict[str, tuple[str, ...]] = {}
    for link in layer.links:
        ends = everything.get(link.source), everything.get(link.target)
        if link.kind in cables and link.id not in kept and ends[0] is not None and ends[1] is not None:
            courses[link.id] = ways.streets(nodes.to(ends[0]), nodes.to(ends[1]))
    buried = registry().types_that(lambda one: one.buried)
    lines = [line for line in ground.of_kind(*buried) if line.id in ground.ends and not _overhead(line, layer)]
    for line in lines:
        start, end = (ground.components[name] for name in ground.ends[line.id])
        courses[line.id] = ways.streets(nodes.to(start), nodes.to(end))
    count: dict[str, int] = {}
    for streets in courses.values():
        for street in streets:
            count[street] = count.get(street, 0) + 1
    shared = {name: tuple(s for s in streets if count[s] > 1) for name, streets in courses.items()}
    overrides = {
        line.id: replace(layer.overrides.get(line.id, Override()), trenches=shared[line.id])
        for line in lines
        if shared[line.id]
    }
    trenches = sum(1 for number in count.values() if number > 1)
    text = _(
        "cables (data links, power links, buried lines) follow the shortest way over the roads between the nodes "
        "nearest to their ends; {n} streets in which two or more lie are trenches",
        n=trenches,
    )
    return replace(
        layer,
        links=tuple(replace(ln, trenches=shared[ln.id]) if shared.get(ln.id) else ln for ln in layer.links),
        overrides={**layer.overrides, **overrides},
        assumptions=(*layer.assumptions, Assumption(_("trenches"), text)),
    )


def _overhead(line: Component, layer: Layer) -> bool:
    known = layer.overrides.get(line.id)
    return bool((known.parameters if known is not None else {}).get("overhead", line.parameters.get("overhead", False)))


class _Ways:
    """Shortest ways over the roads, whatever their direction. Of two equal ways the first found is taken."""

    def __init__(self, ground: BareTown, crossings: Sequence[Component]) -> None:
        self._out: dict[str, list[tuple[float, str]]] = {}
        for road, a, b in ground.edges:
            self._out.setdefault(a, []).append((road.length_m, b))
            self._out.setdefault(b, []).append((road.length_m, a))
        self._name = {node.id: node.network_id for node in crossings}
        self._order = {name: i for i, name in enumerate(self._name)}
        self._before: dict[str, dict[str, str]] = {}

    def streets(self, start: Component, end: Component) -> tuple[str, ...]:
        """The streets from one node to another; none where both are the same or no road leads there."""
        if start.id not in self._before:
            self._before[start.id] = self._from(start.id)
        before = self._before[start.id]
        found, at = [], end.id
        while at in before and at != start.id:
            a, b = sorted((at, before[at]), key=self._order.__getitem__)
            found.append(f"trench-{self._name[a]}-{self._name[b]}")
            at = before[at]
        return tuple(reversed(found)) if at == start.id else ()

    def _from(self, start: str) -> dict[str, str]:
        """The node before each on the shortest way from `start` (Dijkstra)."""
        best, before = {start: 0.0}, {start: start}
        queue = [(0.0, self._order[start], start)]
        while queue:
            length, _order, node = heapq.heappop(queue)
            if length > best[node]:
                continue
            for step, other in self._out.get(node, ()):
                if length + step < best.get(other, float("inf")):
                    best[other], before[other] = length + step, node
                    heapq.heappush(queue, (length + step, self._order[other], other))
        return before
