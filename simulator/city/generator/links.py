"""How rules tie what they lay to the town: power, water, data from the nearest place that gives it; generators."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.city.generator.bare_town import BareTown, Nearest
from simulator.city.generator.layer import Layer, TownSize, join, place
from simulator.city.generator.names import GENERATOR
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.contracts.words import Text, Verbatim, Words, number
from simulator.domains.energy.catalogue import GENERATOR as GENERATOR_TYPE
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import DATA, ROUTER
from simulator.domains.water.catalogue import WATER

_ = Words("simulator.city")

HOUR_S = 3600.0

CORE = f"{ROUTER}-core-"
"""How the ids of core routers begin; all other routers stand in a district and serve it."""

DEVICE_S = 0.001
FIBRE_S_M = 5e-9
"""Light in glass needs 5 microseconds a kilometre (refractive index about 1.5)."""
DETOUR = 1.3

LITRES_PER_KWH = 0.27
"""Fuel of a diesel set at part load (assumption: 0.23 to 0.30 l/kWh are usual)."""

AUTHORITY_H = 72.0
"""Norm authority-endurance: emergency power without resupply (BBK guide, secondary)."""

CENTRE_UPS_S = 2 * HOUR_S
"""Battery of a control room (assumption)."""


STATION_M = 50.0
"""Pumps within this distance of each other stand in one station and share its feed (assumption)."""


def feed(ground: BareTown, component: Component, owner: str, autonomy_s: float = 0.0) -> Link:
    """The power link of a component from the nearest bus with consumers."""
    return join(POWER, ground.sources(POWER).to(component).id, component.id, owner, autonomy_s)


def water_link(ground: BareTown, target: Component, plan: TownSize, autonomy_s: float = 0.0) -> list[Link]:
    """The water link of a component from the nearest junction with demand; none in a town without water network."""
    junctions = ground.sources(WATER)
    if not junctions:
        return []
    return [join(WATER, junctions.to(target).id, target.id, plan.owners.water, autonomy_s)]


def stations(pumps: Sequence[Component]) -> list[list[Component]]:
    """Pumps that stand together, in the order of the file."""
    found: list[list[Component]] = []
    for pump in pumps:
        for station in found:
            first = station[0]
            if (first.x_m - pump.x_m) ** 2 + (first.y_m - pump.y_m) ** 2 <= STATION_M**2:
                station.append(pump)
                break
        else:
            found.append([pump])
    return found


def fibre(source: Component, target: Component, owner: str) -> Link:
    """A data link over glass fibre: a millisecond for the devices, and the light's way along the streets."""
    length_m = DETOUR * math.hypot(source.x_m - target.x_m, source.y_m - target.y_m)
    latency_s = round(DEVICE_S + FIBRE_S_M * length_m, 6)
    return join(DATA, source.id, target.id, owner, latency_s=latency_s)


def field_link(laid: Layer, device: Component, owner: str) -> Link:
    """The data link of a device from its district's router, or the nearest."""
    routers = [c for c in laid.components if c.kind == ROUTER and not c.id.startswith(CORE)]
    own = [router for router in routers if router.district == device.district]
    return fibre(Nearest(own or routers).to(device), device, owner)


def site_links(laid: Layer, site: Component, owner: str) -> list[Link]:
    """The data links of a site that matters: from its district's router and, where there is one, a core router."""
    core = [c for c in laid.components if c.kind == ROUTER and c.id.startswith(CORE)]
    backbone = [fibre(Nearest(core).to(site), site, owner)] if core else []
    return [field_link(laid, site, owner), *backbone]


def room_links(ground: BareTown, laid: Layer, room: Component, plan: TownSize) -> list[Link]:
    """Power, through a battery, and data of a control room."""
    power = [feed(ground, room, plan.owners.power, CENTRE_UPS_S)] if ground.giving(POWER) else []
    return power + site_links(laid, room, plan.owners.ict)


def generator_for(
    site: Component, load_w: float, endurance_h: float, basis: Text, reason: Text, also: Sequence[Component] = ()
) -> Layer:
    """A generator beside a site, its tank full at the start and just large enough for `endurance_h` at `load_w`.

    It feeds what stands in the same house as well (`also`).
    """
    burn_l_h = round(load_w / 1000 * LITRES_PER_KWH, 2)
    tank_l = float(math.ceil(burn_l_h * endurance_h))
    generator = place(
        f"{GENERATOR_TYPE}-{site.id}",
        GENERATOR_TYPE,
        site.x_m + 10.0,
        site.y_m,
        site.owner,
        GENERATOR(site.given or site.title or site.id),
        site.district,
        fuel_l=tank_l,
        tank_l=tank_l,
        burn_l_h=burn_l_h,
    )
    text = _(
        "{litres} l of fuel last {hours} h at {load} kW ({reason}; {rate} l/kWh, both assumptions)",
        litres=tank_l,
        hours=endurance_h,
        load=number(load_w / 1000),
        reason=reason,
        rate=LITRES_PER_KWH,
    )
    links = tuple(join(POWER, generator.id, fed.id, site.owner) for fed in (site, *also))
    return Layer((generator,), links, assumptions=(Assumption(Verbatim(generator.id), text, basis),))
