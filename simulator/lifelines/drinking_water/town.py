"""Emergency water in the districts of a generated town, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.layer import UNKNOWN_MAKE, Layer, Laying, TownSize, place
from simulator.city.generator.links import water_link
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words
from simulator.domains.water.catalogue import WATER
from simulator.lifelines.drinking_water.names import EMERGENCY_WATER, EMERGENCY_WELL

_ = Words("simulator.lifelines.drinking_water")

BOTTLED_L_PERSON = 2.0
"""Bottled water in stock for each person (assumption: for a day)."""


def points_and_wells(town: Laying) -> Layer:
    """Where water is handed out, and a well, in each district of a town with a water network."""
    ground, plan = town.ground, town.plan
    if not ground.giving(WATER):
        return Layer()
    places: list[Component] = []
    links: list[Link] = []
    for district in ground.districts:
        name = f"drinking-water-{district.id}"
        stock = {"bottled_l_person": BOTTLED_L_PERSON}
        point = _beside(district, "drinking-water", name, EMERGENCY_WATER, 0.0, plan, **stock)
        well = _beside(district, "emergency-well", f"well-{district.id}", EMERGENCY_WELL, 120.0, plan)
        places += [point, well]
        links += water_link(ground, point, plan)
    text = _(
        "each district has one emergency well with a hand pump, and tankers fill and hand out at its middle; {litres} "
        "l of bottled water a person are in stock",
        litres=BOTTLED_L_PERSON,
    )
    return Layer(tuple(places), tuple(links), assumptions=(Assumption(_("emergency water"), text),))


def _beside(
    district: District, kind: str, name: str, title: NameCode, north_m: float, plan: TownSize, **given: Value
) -> Component:
    owner = plan.owners.water if kind == "drinking-water" else plan.owners.city
    x_m, y_m = district.x_m, district.y_m + north_m
    return place(name, kind, x_m, y_m, owner, title(district.title), district.id, UNKNOWN_MAKE, **given)


LITRES = 15.0
"""Norm wassv-person: litres a person and day in an emergency (1. WasSV § 2)."""


def levels(town: Laying) -> Layer:
    """What everybody is owed, whatever happens to the network."""
    if not town.ground.giving(WATER):
        return Layer()
    owner = town.plan.owners.water
    return Layer(
        levels=tuple(
            ServiceLevel(f"litres-{one.id}", "litres-per-person", one.id, LITRES, one.people, owner, "wassv-person")
            for one in town.ground.districts
        )
    )
