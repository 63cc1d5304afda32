"""Emergency generators: tanks sized for the hours they must last."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.city.layers.layer import Layer, join, place
from simulator.city.layers.names import GENERATOR
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.domains.energy.catalogue import POWER

LITRES_PER_KWH = 0.27
"""Fuel of a diesel set at part load (assumption: 0.23 to 0.30 l/kWh are usual)."""

AUTHORITY_H = 72.0
"""Norm authority-endurance: emergency power without resupply (BBK guide, secondary)."""

HOSPITAL_H = 24.0
"""Norm hospital-endurance (hospital-building rules of some Länder, secondary)."""


def generator_for(
    site: Component, load_w: float, endurance_h: float, basis: str, reason: str, also: Sequence[Component] = ()
) -> Layer:
    """A generator beside a site, its tank full at the start and just large enough for `endurance_h` at `load_w`.

    It feeds what stands in the same house as well (`also`).
    """
    burn_l_h = round(load_w / 1000 * LITRES_PER_KWH, 2)
    tank_l = float(math.ceil(burn_l_h * endurance_h))
    generator = place(
        f"generator-{site.id}",
        "generator",
        site.x_m + 10.0,
        site.y_m,
        site.owner,
        GENERATOR(site.given or site.title or site.id),
        site.district,
        fuel_l=tank_l,
        tank_l=tank_l,
        burn_l_h=burn_l_h,
    )
    text = (
        f"{tank_l:g} l of fuel last {endurance_h:g} h at {load_w / 1000:g} kW "
        f"({reason}; {LITRES_PER_KWH:g} l/kWh, both assumptions)"
    )
    links = tuple(join(POWER, generator.id, fed.id, site.owner) for fed in (site, *also))
    return Layer((generator,), links, assumptions=(Assumption(generator.id, text, basis),))
