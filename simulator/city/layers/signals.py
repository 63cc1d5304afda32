"""Traffic signals at the busiest junctions of roads."""

from __future__ import annotations

from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer, join, place
from simulator.city.layers.names import SIGNAL
from simulator.city.layers.plan import Plan
from simulator.city.layers.power import feed
from simulator.contracts.city import Assumption
from simulator.domains.traffic.catalogue import ROAD

ARMS = 3
"""A junction has at least so many roads; with fewer there is nothing to regulate."""

BATTERY_S = (0.0, 0.0, 900.0, 1800.0)
"""Batteries of signals in turn (assumption: half have none, the newer ones 15 or 30 min)."""


def signal_layer(ground: Ground, plan: Plan) -> Layer:
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
