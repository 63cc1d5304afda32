"""What is required of the lifelines of a generated town."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying
from simulator.contracts.level import ServiceLevel
from simulator.lifelines.catalogue import SERVED


def owed(town: Laying, kind: str, name: str, minimum: float, basis: str = "assumption") -> Layer:
    """A level `name` of what its fallback still serves, or of what a norm asks, for each lifeline of a type laid.

    Without a name it has that of the lifeline. All people of the town lean on them: each has an equal share.
    """
    laid = [one for one in town.laid.components if one.kind == kind]
    people = round(town.ground.people / max(1, len(laid)))
    return Layer(
        levels=tuple(ServiceLevel(name or one.id, SERVED, one.id, minimum, people, one.owner, basis) for one in laid)
    )
