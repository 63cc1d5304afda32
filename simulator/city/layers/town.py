"""The layers that catalogues declare, laid over a town that has all its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.city.draft import CityDraft
from simulator.city.layers.ground import Ground
from simulator.city.layers.plan import Plan
from simulator.contracts.registry import named, registry


@dataclass(frozen=True, slots=True)
class Town:
    """What a layer builds on: the draft so far, the ground under it, the plan, and the folder for files of its own."""

    draft: CityDraft
    ground: Ground
    plan: Plan
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
