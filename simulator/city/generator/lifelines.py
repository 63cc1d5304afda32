"""Hospital, town hall, emergency water, depots, rescue and warning: one set for the town, by its people.

Ambulance stations stand so that everybody is reached in time.
"""

from __future__ import annotations

import math

import numpy as np

from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.control import field_link, site_links
from simulator.city.generator.ict import CLUSTER, HOUR_S, fibre
from simulator.city.generator.layer import UNKNOWN_MAKE, Layer, TownSize, join, place, total
from simulator.city.generator.names import (
    DEPOT,
    DISPATCH,
    EMERGENCY_WATER,
    EMERGENCY_WELL,
    HOSPITAL,
    HOSPITAL_IT,
    HOSPITAL_SERVER,
    HOSPITAL_WATER,
    PUBLIC_WARNING,
    RADIO_SITE,
    RECORDS,
    RESCUE_STATION,
    SIREN,
    TOWN_HALL,
    VAN,
    WARNING_SYSTEM,
)
from simulator.city.generator.power import AUTHORITY_H, HOSPITAL_H, feed, generator_for
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


def lifeline_layer(ground: BareTown, ict: Layer, plan: TownSize) -> Layer:
    """Everything people lean on apart from rescue, which has a layer of its own."""
    return total(
        [_hospital(ground, ict, plan), _town_hall(ground, ict, plan), _water(ground, plan), _depots(ground, plan)]
    )


def _water_link(ground: BareTown, target: Component, plan: TownSize, autonomy_s: float = 0.0) -> list[Link]:
    junctions = ground.supplying_junctions
    if not junctions:
        return []
    return [join(WATER, junctions.to(target).id, target.id, plan.owners.water, autonomy_s)]


def _hospital(ground: BareTown, ict: Layer, plan: TownSize) -> Layer:
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


def _inside(ground: BareTown, site: Component, plan: TownSize) -> tuple[Layer, tuple[Component, ...]]:
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


def _town_hall(ground: BareTown, ict: Layer, plan: TownSize) -> Layer:
    seat = ground.central
    hall = place("town-hall-1", "town-hall", seat.x_m, seat.y_m - 60.0, plan.owners.city, TOWN_HALL(), seat.id)
    links = [join(CONTROL, "portal", hall.id, plan.owners.ict), *site_links(ict, hall, plan.owners.ict)]
    if ground.of_kind("bus"):
        links.append(feed(ground, hall, plan.owners.power, TOWN_HALL_UPS_S))
    text = f"stands in {seat.id}; online over the citizens' portal; battery {TOWN_HALL_UPS_S / 60:g} min"
    return Layer((hall,), tuple(links), assumptions=(Assumption(hall.id, text),))


def _water(ground: BareTown, plan: TownSize) -> Layer:
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
    district: District, kind: str, name: str, title: NameCode, north_m: float, plan: TownSize, **given: Value
) -> Component:
    owner = plan.owners.water if kind == "drinking-water" else plan.owners.city
    x_m, y_m = district.x_m, district.y_m + north_m
    return place(name, kind, x_m, y_m, owner, title(district.title), district.id, UNKNOWN_MAKE, **given)


def _depots(ground: BareTown, plan: TownSize) -> Layer:
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


RADIO_BATTERY_S = (2 * HOUR_S, 4 * HOUR_S, 6 * HOUR_S)
"""Norm bos-base-station: 2 h, and 4 to 6 h as seen in 2021 (secondary); in turn."""

SWITCHING_S = 72 * HOUR_S
"""Norm bos-switching: switching sites of the radio network last 72 h (BDBOS, found)."""

DISPATCH_W = 20_000.0
DISPATCH_UPS_S = 0.5 * HOUR_S

REACH_M = 4000.0
"""Straight-line reach of a station (assumption: 8 of the 12 min of norm rescue-arrival are driving, at 40 km/h over
ways 1.3 times as long as the straight line)."""


def rescue_layer(ground: BareTown, ict: Layer, plan: TownSize) -> Layer:
    """Dispatch in the central district, a radio site in each district, stations so that everybody is within reach."""
    centre = ground.central
    dispatch = place(
        "rescue-dispatch-1",
        "rescue-dispatch",
        centre.x_m - 60.0,
        centre.y_m,
        plan.owners.rescue,
        DISPATCH(),
        centre.id,
    )
    powered = bool(ground.of_kind("bus"))
    sites: list[Component] = []
    links: list[Link] = [*site_links(ict, dispatch, plan.owners.ict)]
    if powered:
        links.append(feed(ground, dispatch, plan.owners.power, DISPATCH_UPS_S))
    for i, district in enumerate(ground.districts):
        switching = district.id == centre.id
        site = place(
            f"radio-{district.id}",
            "radio-site",
            district.x_m,
            district.y_m + 40.0,
            plan.owners.radio,
            RADIO_SITE(district.title),
            district.id,
            plan.make(i),
        )
        sites.append(site)
        links.append(join(CONTROL, dispatch.id, site.id, plan.owners.rescue))
        links.append(field_link(ict, site, plan.owners.radio))
        if powered:
            battery_s = SWITCHING_S if switching else RADIO_BATTERY_S[i % len(RADIO_BATTERY_S)]
            links.append(feed(ground, site, plan.owners.power, battery_s))
    stations = _stations(ground, plan)
    out = Layer((dispatch, *sites, *stations), tuple(links), assumptions=_notes(centre.id, len(stations)))
    if not powered:
        return out
    return out + generator_for(dispatch, DISPATCH_W, AUTHORITY_H, "authority-endurance", "load of a dispatch centre")


def _stations(ground: BareTown, plan: TownSize) -> list[Component]:
    """Stations at road nodes (or junctions): first the middle of the town, then always where the way is longest."""
    sites = ground.of_kind("road-node") or ground.of_kind("junction", "bus")
    homes = ground.of_kind("junction") or sites
    if not sites:
        return []
    at = np.array([[c.x_m, c.y_m] for c in sites])
    people = np.array([[c.x_m, c.y_m] for c in homes])
    away = np.full(len(people), np.inf)
    target = np.array(ground.middle)
    found: list[Component] = []
    while len(found) < len(sites):
        chosen = sites[int(np.argmin(((at - target) ** 2).sum(axis=1)))]
        if any(station.x_m == round(chosen.x_m, 1) and station.y_m == round(chosen.y_m, 1) for station in found):
            break
        number = len(found) + 1
        title = RESCUE_STATION(str(number))
        name = f"rescue-station-{number}"
        owner = plan.owners.rescue
        found.append(place(name, "rescue-station", chosen.x_m, chosen.y_m, owner, title, chosen.district))
        away = np.minimum(away, np.hypot(people[:, 0] - chosen.x_m, people[:, 1] - chosen.y_m))
        if not math.isfinite(away.max()) or away.max() <= REACH_M:
            break
        target = people[int(np.argmax(away))]
    return found


def _notes(centre: str, stations: int) -> tuple[Assumption, ...]:
    hours = ", ".join(f"{seconds / HOUR_S:g}" for seconds in RADIO_BATTERY_S)
    return (
        Assumption("rescue-dispatch-1", f"stands in {centre}, battery {DISPATCH_UPS_S / 60:g} min, then its generator"),
        Assumption("radio sites", f"one a district with batteries of {hours} h in turn", "bos-base-station"),
        Assumption(f"radio-{centre}", f"is the switching site and lasts {SWITCHING_S / HOUR_S:g} h", "bos-switching"),
        Assumption(
            "rescue stations",
            f"{stations} stations, set so that everybody lives within {REACH_M / 1000:g} km as the crow flies",
            "rescue-arrival",
        ),
    )


PHONES_S = 2 * HOUR_S
"""How long phones get messages in a blackout (assumption: batteries of base stations, as norm bos-base-station)."""

SIREN_S = 24 * HOUR_S
"""Battery of an electronic siren (assumption)."""

VANS = 2
"""Loudspeaker vans of the town (assumption)."""


def warning_layer(ground: BareTown, ict: Layer, dispatch: Component, plan: TownSize) -> Layer:
    """Beside the dispatch centre, which also sounds the sirens over its control links."""
    owner, powered = plan.owners.rescue, bool(ground.of_kind("bus"))
    x_m, y_m, seat = dispatch.x_m, dispatch.y_m, dispatch.district
    service = place("warning", "service", x_m, y_m, owner, WARNING_SYSTEM(), seat, cluster=CLUSTER)
    room = place("public-warning-1", "public-warning", x_m, y_m, owner, PUBLIC_WARNING(), seat)
    links: list[Link] = [join(CONTROL, service.id, room.id, plan.owners.ict)]
    links += site_links(ict, room, plan.owners.ict)
    if powered:
        links.append(feed(ground, room, plan.owners.power, PHONES_S))
    sirens = []
    for district in ground.districts:
        name = f"siren-{district.id}"
        siren = place(name, "siren", district.x_m, district.y_m - 40.0, owner, SIREN(district.title), district.id)
        sirens.append(siren)
        links.append(join(CONTROL, dispatch.id, siren.id, owner))
        links.append(field_link(ict, siren, plan.owners.ict))
        if powered:
            links.append(feed(ground, siren, plan.owners.power, SIREN_S))
    vans = [
        place(f"van-{i + 1}", "loudspeaker-van", x_m, y_m + 20.0, owner, VAN(str(i + 1)), seat) for i in range(VANS)
    ]
    text = (
        f"phones are reached for {PHONES_S / HOUR_S:g} h after a blackout, sirens (one a district) have batteries for "
        f"{SIREN_S / HOUR_S:g} h, and {VANS} loudspeaker vans stand at the dispatch centre"
    )
    return Layer((service, room, *sirens, *vans), tuple(links), assumptions=(Assumption(room.id, text),))
