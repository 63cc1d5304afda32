"""All rules in order: what a town is given beside its networks, by us and by what declares layers of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.city.draft import CityDraft
from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.control import control_layer
from simulator.city.generator.ict import ict_layer
from simulator.city.generator.layer import Layer, TownSize, total
from simulator.city.generator.levels import level_layer
from simulator.city.generator.lifelines import lifeline_layer, rescue_layer, warning_layer
from simulator.city.generator.power import priority_layer, pump_layer, restoring_layer
from simulator.city.generator.roads import access_layer, signal_layer
from simulator.city.generator.sensors import household_layer, sensor_layer
from simulator.city.generator.trenches import in_trenches
from simulator.contracts.link import Link
from simulator.contracts.registry import named, registry
from simulator.domains.energy.catalogue import POWER


def generate(
    ground: BareTown, plan: TownSize, known: Sequence[Link] = (), minima: Mapping[tuple[str, str], float] | None = None
) -> Layer:
    """Lay ICT, control rooms, lifelines, road access, levels and sensors over the networks.

    `known` links come from the town itself: a pump that one of them feeds gets no other feed.
    """
    fed = [link.target for link in known if link.kind == POWER]
    ict = ict_layer(ground, plan)
    signals = signal_layer(ground, plan)
    rescue = rescue_layer(ground, ict, plan)
    town = total(
        [
            Layer(links=tuple(known)),
            pump_layer(ground, plan, fed),
            ict,
            signals,
            control_layer(ground, ict, signals.components, plan),
            rescue,
            warning_layer(ground, ict, rescue.components[0], plan),
            lifeline_layer(ground, ict, plan),
        ]
    )
    laid = total(
        [
            town,
            restoring_layer(ground),
            priority_layer((*ground.components.values(), *town.components), town.links),
            access_layer(ground, town.components, town.links, plan),
            level_layer(ground, town.components, plan, minima),
            sensor_layer(ground, town.components),
            household_layer(ground, plan),
        ]
    )
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
