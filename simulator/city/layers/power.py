"""Power for everything that needs it: from the nearest bus with consumers."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.city.draft import Override
from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer, join
from simulator.city.layers.plan import Plan
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.domains.energy.catalogue import POWER

STATION_M = 50.0
"""Pumps within this distance of each other stand in one station and share its feed (assumption)."""

PUMP_YEARS = (1996, 2004, 2011, 2018)


def feed(ground: Ground, component: Component, owner: str, autonomy_s: float = 0.0) -> Link:
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


def pump_layer(ground: Ground, plan: Plan, fed: Sequence[str] = ()) -> Layer:
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


def _makers(plan: Plan) -> str:
    return " and ".join(dict.fromkeys(make.maker for make in plan.makes))
