"""Hospital, town hall, emergency water and depots: one set for the town, by its people."""

from __future__ import annotations

from simulator.city.layers.control import field_link, site_links
from simulator.city.layers.generators import HOSPITAL_H, generator_for
from simulator.city.layers.ground import Ground
from simulator.city.layers.ict import fibre
from simulator.city.layers.layer import UNKNOWN_MAKE, Layer, join, place, total
from simulator.city.layers.names import (
    DEPOT,
    EMERGENCY_WATER,
    EMERGENCY_WELL,
    HOSPITAL,
    HOSPITAL_IT,
    HOSPITAL_SERVER,
    HOSPITAL_WATER,
    RECORDS,
    TOWN_HALL,
)
from simulator.city.layers.plan import Plan
from simulator.city.layers.power import feed
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District, Value
from simulator.contracts.link import Link
from simulator.contracts.naming import NameCode
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.water.catalogue import WATER

BEDS_PER_1000 = 6.0
"""Hospital beds in Germany in 2017: 497,000 for 82.7 million people (Destatis, by way of the press)."""

BED_W = 1000.0
"""Essential electric load of a hospital bed (assumption)."""

DEPOT_CREWS: dict[str, Value] = {
    "crews": 0.0,
    "electric_crews": 2.0,
    "water_crews": 2.0,
    "ict_crews": 1.0,
    "roads_crews": 1.0,
    "drivers": 2.0,
}
"""Crews of a depot by trade (assumption)."""

BOTTLED_L_PERSON = 2.0
"""Bottled water in stock for each person (assumption: for a day)."""

HOSPITAL_BATTERY_S = 600.0
HOSPITAL_TANK_S = 4 * 3600.0
TOWN_HALL_UPS_S = 600.0


def lifeline_layer(ground: Ground, ict: Layer, plan: Plan) -> Layer:
    """Everything people lean on apart from rescue, which has a layer of its own."""
    return total(
        [_hospital(ground, ict, plan), _town_hall(ground, ict, plan), _water(ground, plan), _depots(ground, plan)]
    )


def _water_link(ground: Ground, target: Component, plan: Plan, autonomy_s: float = 0.0) -> list[Link]:
    junctions = ground.supplying_junctions
    if not junctions:
        return []
    return [join(WATER, junctions.to(target).id, target.id, plan.owners.water, autonomy_s)]


def _hospital(ground: Ground, ict: Layer, plan: Plan) -> Layer:
    """In the most populous district beside the central one, so that not all lifelines stand in one place."""
    rest = [d for d in ground.districts if d is not ground.central] or [ground.central]
    seat = max(rest, key=lambda d: (d.people, d.id))
    beds = float(max(1, round(ground.people * BEDS_PER_1000 / 1000)))
    site = place(
        "hospital-1", "hospital", seat.x_m + 80.0, seat.y_m, plan.owners.health, HOSPITAL(), seat.id, beds=beds
    )
    links = [*_water_link(ground, site, plan, HOSPITAL_TANK_S), field_link(ict, site, plan.owners.ict)]
    size = f"{beds:g} beds: {BEDS_PER_1000:g} for 1,000 people (Germany 2017, Destatis)"
    stores = (
        f"its battery lasts {HOSPITAL_BATTERY_S / 60:g} min, its water tank {HOSPITAL_TANK_S / 3600:g} h (assumptions)"
    )
    out = Layer((site,), tuple(links), assumptions=(Assumption(site.id, f"{size}; {stores}", "Destatis; assumption"),))
    inside, servers = _inside(ground, site, plan)
    out = out + inside
    if not ground.of_kind("bus"):
        return out
    fed = [feed(ground, one, plan.owners.power, HOSPITAL_BATTERY_S) for one in (site, *servers)]
    out = out + Layer(links=tuple(fed))
    reason = f"{BED_W / 1000:g} kW a bed"
    return out + generator_for(site, beds * BED_W, HOSPITAL_H, "hospital-endurance", reason, servers)


def _inside(ground: Ground, site: Component, plan: Plan) -> tuple[Layer, tuple[Component, ...]]:
    """What stands in the house: two servers that carry its records, on a network of their own, and its water."""
    owner, seat, x_m, y_m = plan.owners.health, site.district, site.x_m, site.y_m
    cluster = "hospital"
    servers = tuple(
        place(f"hospital-server-{x}", "server", x_m, y_m, owner, HOSPITAL_SERVER(x.upper()), seat, plan.make(i),
              cluster=cluster, rank=float(i + 1))
        for i, x in enumerate("ab")
    )  # fmt: skip
    system = place("hospital-it", "service", x_m, y_m, owner, HOSPITAL_IT(), seat, cluster=cluster)
    records = place(f"records-{site.id}", "patient-records", x_m, y_m, owner, RECORDS(), seat, hospital=site.id)
    links = [join(CONTROL, system.id, records.id, owner), fibre(servers[0], servers[1], owner)]
    links += [fibre(server, records, owner) for server in servers]
    text = "its information system runs on two servers in the house, without which wards go over to paper"
    out = Layer((*servers, system, records), tuple(links), assumptions=(Assumption(records.id, text),))
    if not ground.supplying_junctions:
        return out, servers
    name = f"water-{site.id}"
    water = place(name, "hospital-water", x_m, y_m, owner, HOSPITAL_WATER(), seat, hospital=site.id)
    return out + Layer((water,)), servers


def _town_hall(ground: Ground, ict: Layer, plan: Plan) -> Layer:
    seat = ground.central
    hall = place("town-hall-1", "town-hall", seat.x_m, seat.y_m - 60.0, plan.owners.city, TOWN_HALL(), seat.id)
    links = [join(CONTROL, "portal", hall.id, plan.owners.ict), *site_links(ict, hall, plan.owners.ict)]
    if ground.of_kind("bus"):
        links.append(feed(ground, hall, plan.owners.power, TOWN_HALL_UPS_S))
    text = f"stands in {seat.id}; online over the citizens' portal; battery {TOWN_HALL_UPS_S / 60:g} min"
    return Layer((hall,), tuple(links), assumptions=(Assumption(hall.id, text),))


def _water(ground: Ground, plan: Plan) -> Layer:
    if not ground.of_kind("junction"):
        return Layer()
    places: list[Component] = []
    links: list[Link] = []
    for district in ground.districts:
        name = f"drinking-water-{district.id}"
        stock = {"bottled_l_person": BOTTLED_L_PERSON}
        point = _beside(district, "drinking-water", name, EMERGENCY_WATER, 0.0, plan, **stock)
        well = _beside(district, "emergency-well", f"well-{district.id}", EMERGENCY_WELL, 120.0, plan)
        places += [point, well]
        links += _water_link(ground, point, plan)
    text = (
        "each district has one emergency well with a hand pump, and tankers fill and hand out at its middle; "
        f"{BOTTLED_L_PERSON:g} l of bottled water a person are in stock"
    )
    return Layer(tuple(places), tuple(links), assumptions=(Assumption("emergency water", text),))


def _beside(
    district: District, kind: str, name: str, title: NameCode, north_m: float, plan: Plan, **given: Value
) -> Component:
    owner = plan.owners.water if kind == "drinking-water" else plan.owners.city
    x_m, y_m = district.x_m, district.y_m + north_m
    return place(name, kind, x_m, y_m, owner, title(district.title), district.id, UNKNOWN_MAKE, **given)


def _depots(ground: Ground, plan: Plan) -> Layer:
    """Depots in the most populous districts."""
    seats = sorted(ground.districts, key=lambda d: (-d.people, d.id))[: plan.depots]
    depots = [
        place(
            f"depot-{i + 1}",
            "depot",
            d.x_m - 100.0,
            d.y_m - 100.0,
            plan.owners.city,
            DEPOT(d.title),
            d.id,
            UNKNOWN_MAKE,
            **DEPOT_CREWS,
        )
        for i, d in enumerate(seats)
    ]
    crews = ", ".join(f"{count:g} {name.removesuffix('_crews')}" for name, count in DEPOT_CREWS.items() if count)
    text = (
        f"{len(depots)} depots in {', '.join(d.id for d in seats)} send crews, fuel trucks and tankers; "
        f"each has by day, in crews: {crews}; at night half of them, rounded up"
    )
    return Layer(tuple(depots), assumptions=(Assumption("depots", text),))
