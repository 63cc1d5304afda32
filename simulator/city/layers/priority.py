"""Which local substations are shed last when the grid runs short: those that lifelines hang on."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.city.draft import Override
from simulator.city.layers.layer import Layer
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.domains.energy.catalogue import POWER

FIRST = (
    "hospital",
    "rescue-dispatch",
    "rescue-station",
    "radio-site",
    "pump",
    "server",
    "router",
    "switch",
    "network-control",
)
"""Kinds whose bus is shed last (assumption: health, rescue, drinking water, and what commands the networks)."""
SECOND = ("signal", "gateway", "traffic-control-centre", "waterworks", "town-hall", "depot")
"""Kinds whose bus is shed before those and after all others (assumption)."""


def priority_layer(components: Iterable[Component], links: Iterable[Link]) -> Layer:
    """Priority 1 or 2 for every bus with a power link to one of these kinds; the other buses keep their 3."""
    kinds = {component.id: component.kind for component in components}
    best: dict[str, float] = {}
    for link in links:
        if link.kind != POWER or kinds.get(link.source) != "bus":
            continue
        kind = kinds.get(link.target)
        rank = 1.0 if kind in FIRST else 2.0 if kind in SECOND else 3.0
        if rank < 3.0:
            best[link.source] = min(rank, best.get(link.source, rank))
    if not best:
        return Layer()
    ranks = list(best.values())
    text = (
        f"when the grid runs short, {ranks.count(1.0)} buses with {', '.join(FIRST)} are shed last and "
        f"{ranks.count(2.0)} with {', '.join(SECOND)} before them; all others go first"
    )
    overrides = {bus: Override(parameters={"priority": rank}) for bus, rank in best.items()}
    return Layer(overrides=overrides, assumptions=(Assumption("load shedding", text),))
