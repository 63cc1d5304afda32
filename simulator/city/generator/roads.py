"""What rules lay over the roads: how crews and trucks get to each component, and signals at the busiest junctions."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, TownSize, join, place
from simulator.city.generator.names import SIGNAL
from simulator.city.generator.power import feed
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.domains.traffic.catalogue import ROAD


def access_layer(ground: BareTown, laid: Iterable[Component], links: Iterable[Link], plan: TownSize) -> Layer:
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


ARMS = 3
"""A junction has at least so many roads; with fewer there is nothing to regulate."""

BATTERY_S = (0.0, 0.0, 900.0, 1800.0)
"""Batteries of signals in turn (assumption: half have none, the newer ones 15 or 30 min)."""


def signal_layer(ground: BareTown, plan: TownSize) -> Layer:
    """A signal at each of the busiest road nodes, fed by the nearest bus, reached over its road node."""
    arms: dict[str, set[str]] = {}
    for name, (start, end) in ground.ends.items():
        if ground.components[name].kind == "road":
            arms.setdefault(start, set()).add(end)
            arms.setdefault(end, set()).add(start)
    junctions = [node for node in ground.of_kind("road-node") if len(arms.get(node.id, ())) >= ARMS]
    busiest = sorted(junctions, key=lambda node: (-ground.traffic.get(node.id, 0.0), node.id))[: plan.signals]
    signals, links = [], []
    for i, node in enumerate(busiest):
        police = i < plan.signals_with_police
        signal = place(
            f"signal-{i + 1}",
            "signal",
            node.x_m,
            node.y_m,
            plan.owners.roads,
            SIGNAL(node.network_id),
            node.district,
            plan.make(i),
            police=police,
        )
        signals.append(signal)
        links.append(join(ROAD, node.id, signal.id, plan.owners.roads))
        if ground.of_kind("bus"):
            links.append(feed(ground, signal, plan.owners.power, BATTERY_S[i % len(BATTERY_S)]))
    if not signals:
        return Layer()
    minutes = ", ".join(f"{seconds / 60:g}" for seconds in BATTERY_S)
    text = (
        f"the {len(signals)} busiest junctions of {ARMS} or more roads have signals, with batteries of {minutes} min "
        f"in turn; police have the {min(len(signals), plan.signals_with_police)} busiest on their list"
    )
    return Layer(tuple(signals), tuple(links), assumptions=(Assumption("signals", text),))
