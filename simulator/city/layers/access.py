"""How crews and trucks get to each component: from the nearest road node."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer, join
from simulator.city.layers.plan import Plan
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.domains.traffic.catalogue import ROAD


def access_layer(ground: Ground, laid: Iterable[Component], links: Iterable[Link], plan: Plan) -> Layer:
    """Road links to all components that have none yet; a road is reached at its own start."""
    nodes = ground.road_nodes
    if not nodes:
        return Layer()
    reached = {link.target for link in links if link.kind == ROAD}
    open_ones = [
        component
        for component in (*ground.components.values(), *laid)
        if component.kind not in ("road-node", "service") and component.id not in reached
    ]
    gates = [gate.id for gate in nodes.to_all(open_ones)]
    made = []
    for component, gate in zip(open_ones, gates, strict=True):
        start = ground.ends[component.id][0] if component.kind == "road" and component.id in ground.ends else gate
        made.append(join(ROAD, start, component.id, plan.owners.roads))
    text = "crews and trucks reach every component from the road node nearest to it"
    return Layer(links=tuple(made), assumptions=(Assumption("road access", text),))
