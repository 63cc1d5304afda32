"""All rules in order: what a town is given beside its networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.city.layers.access import access_layer
from simulator.city.layers.control import control_layer
from simulator.city.layers.ground import Ground
from simulator.city.layers.households import household_layer
from simulator.city.layers.ict import ict_layer
from simulator.city.layers.layer import Layer, total
from simulator.city.layers.levels import level_layer
from simulator.city.layers.lifelines import lifeline_layer
from simulator.city.layers.plan import Plan
from simulator.city.layers.power import pump_layer
from simulator.city.layers.priority import priority_layer
from simulator.city.layers.rescue import rescue_layer
from simulator.city.layers.restoring import restoring_layer
from simulator.city.layers.sensors import sensor_layer
from simulator.city.layers.signals import signal_layer
from simulator.city.layers.trenches import in_trenches
from simulator.city.layers.warning import warning_layer
from simulator.contracts.link import Link
from simulator.domains.energy.catalogue import POWER


def lay(
    ground: Ground, plan: Plan, known: Sequence[Link] = (), minima: Mapping[tuple[str, str], float] | None = None
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
