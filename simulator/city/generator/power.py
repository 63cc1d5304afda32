"""Power for everything that needs it, from the nearest bus with consumers; and emergency generators.

Substations that lifelines hang on are shed last and come back first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from simulator.city.draft import Override
from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, TownSize, join, place
from simulator.city.generator.names import GENERATOR
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.domains.energy.catalogue import POWER

STATION_M = 50.0
"""Pumps within this distance of each other stand in one station and share its feed (assumption)."""

PUMP_YEARS = (1996, 2004, 2011, 2018)


def feed(ground: BareTown, component: Component, owner: str, autonomy_s: float = 0.0) -> Link:
    """The power link of a component from the nearest bus with consumers."""
    bus = ground.supplying_buses.to(component)
    return join(POWER, bus.id, component.id, owner, autonomy_s)


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


def pump_layer(ground: BareTown, plan: TownSize, fed: Sequence[str] = ()) -> Layer:
    """Power links for all pumps but those that are `fed` already, one bus a station; makers and years by station."""
    pumps = ground.of_kind("pump")
    if not pumps or not ground.of_kind("bus"):
        return Layer()
    buses = ground.supplying_buses
    links: list[Link] = []
    overrides: dict[str, Override] = {}
    together = stations(pumps)
    for i, station in enumerate(together):
        bus = buses.to(station[0])
        make = plan.make(i)
        for pump in station:
            if pump.id not in fed:
                links.append(join(POWER, bus.id, pump.id, plan.owners.power))
            if plan.makes:
                year = PUMP_YEARS[i % len(PUMP_YEARS)]
                overrides[pump.id] = Override(maker=make.maker, model="pump drive", year=year)
    notes = []
    if links:
        text = (
            f"{len(links)} pumps in {len(together)} stations hang on the nearest bus with consumers, without a battery"
        )
        notes.append(Assumption("power links of pumps", text))
    if overrides:
        years = ", ".join(map(str, PUMP_YEARS))
        text = f"pump stations come from {_makers(plan)} in turn and were built in {years} in turn"
        notes.append(Assumption("makers and years of pumps", text))
    return Layer(links=tuple(links), overrides=overrides, assumptions=tuple(notes))


def _makers(plan: TownSize) -> str:
    return " and ".join(dict.fromkeys(make.maker for make in plan.makes))


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


STEPS = 3.0
"""Steps in which a dark area comes back (assumption)."""
STEP_S = 300.0
"""Time between two of them (assumption)."""


def restoring_layer(ground: BareTown) -> Layer:
    """Every substation takes its dark area back in steps, because all at once would draw too much."""
    substations = ground.of_kind("substation")
    if not substations:
        return Layer()
    parameters = {"restore_steps": STEPS, "restore_step_s": STEP_S}
    text = f"after an outage its dark area comes back in {STEPS:g} steps, {STEP_S / 60:g} min apart, lifelines first"
    return Layer(
        overrides={one.id: Override(parameters=parameters) for one in substations},
        assumptions=(Assumption("substations", text),),
    )
