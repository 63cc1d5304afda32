"""All rules in order: what a town is given beside its networks, by us and by what declares layers of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.city.draft import CityDraft
from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, Laying, TownSize
from simulator.city.generator.trenches import in_trenches
from simulator.city.networks import Networks
from simulator.contracts.link import Link
from simulator.contracts.registry import named, registry


def generate(ground: BareTown, networks: Networks, plan: TownSize, known: Sequence[Link] = ()) -> Layer:
    """Lay over the networks what each sub-system and lifeline declares, in their order, and cables into trenches.

    `known` links come from the town itself: a pump that one of them feeds gets no other feed.
    """
    laid = Layer(links=tuple(known))
    for part in registry().town:
        laid = laid + named(part.run)(Laying(ground, networks, plan, laid))
    return in_trenches(ground, laid, {link.id for link in known})


@dataclass(frozen=True, slots=True)
class Town:
    """What a layer builds on: the draft so far, the ground under it, the plan, and the folder for files of its own."""

    draft: CityDraft
    ground: BareTown
    plan: TownSize
    folder: Path


def with_declared_layers(town: Town, without: Collection[str] = ()) -> CityDraft:
    """The draft with every declared layer but those left out. Raises `KeyError` for a name that nothing declares."""
    layers = registry().layers
    for name in without:
        if name not in layers:
            raise KeyError(name)
    for name, layer in layers.items():
        if name not in without:
            town = replace(town, draft=named(layer.run)(town))
    return town.draft
