"""The hospital of a generated town with what stands in it, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, Laying, TownSize, join, known, place, total
from simulator.city.generator.links import feed, fibre, field_link, generator_for, water_link
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District
from simulator.contracts.naming import Given
from simulator.contracts.words import Verbatim, Words, number
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL, SERVER, SERVICE
from simulator.domains.water.catalogue import WATER
from simulator.lifelines.hospital.names import (
    HOSPITAL,
    HOSPITAL_IT,
    HOSPITAL_OF,
    HOSPITAL_SERVER,
    HOSPITAL_WATER,
    RECORDS,
)
from simulator.lifelines.town import owed

_ = Words("simulator.lifelines.hospital")

BEDS_PER_1000 = 6.0
"""Hospital beds in Germany in 2017: 497,000 for 82.7 million people (Destatis, by way of the press)."""

BED_W = 1000.0
"""Essential electric load of a hospital bed (assumption)."""

BATTERY_S = 600.0
TANK_S = 4 * 3600.0

URGENT_SHARE = 0.5
"""Norm hospital-urgent: emergencies, births and transfers are 49 % of the patients (Destatis for 2012, secondary)."""

HOSPITAL_H = 24.0
"""Norm hospital-endurance (hospital-building rules of some Länder, secondary)."""


PEOPLE_A_HOSPITAL = 42_600.0
"""Germany had 1,942 hospitals for 82.7 million people in 2017 (Destatis, by way of the press)."""


def houses(town: Laying) -> Layer:
    """Those that are known to stand in the town, else as many as its people have elsewhere, each with what is in it.

    The first one stands in the most populous district beside the central one, so that not all lifelines stand in one
    place, the others in the next ones by people. They share the beds.
    """
    ground, owner = town.ground, town.plan.owners.health
    listed = len(ground.known("hospital"))
    count = listed or max(1, round(ground.people / PEOPLE_A_HOSPITAL))
    rest = [d for d in ground.districts if d is not ground.central] or [ground.central]
    seats = sorted(rest, key=lambda d: (d.people, d.id), reverse=True)
    beds = float(max(1, round(ground.people * BEDS_PER_1000 / 1000 / count)))

    def title(_number: int, seat: District) -> Given:
        return HOSPITAL() if count == 1 else HOSPITAL_OF(seat.title)

    sites = known(ground, "hospital", owner, title, beds=beds)
    for i in range(count - listed):
        seat = seats[i % len(seats)]
        x_m, y_m = seat.x_m + 80.0, seat.y_m + 160.0 * (i // len(seats))
        sites.append(place(f"hospital-{i + 1}", "hospital", x_m, y_m, owner, title(i, seat), seat.id, beds=beds))
    out = total(_house(town, site) for site in sites)
    if count > 1 and not listed:
        text = _(
            "{n} hospitals: one for {people} people (Germany 2017, Destatis)", n=count, people=number(PEOPLE_A_HOSPITAL)
        )
        out = out + Layer(assumptions=(Assumption(_("hospitals"), text, _("Destatis; assumption")),))
    return out


def _house(town: Laying, site: Component) -> Layer:
    """One hospital, with its links, its generator and what stands in it."""
    ground, plan, ict = town.ground, town.plan, town.laid
    beds = site.number("beds")
    links = [*water_link(ground, site, plan, TANK_S), field_link(ict, site, plan.owners.ict)]
    text = _(
        "{beds} beds: {per_1000} for 1,000 people (Germany 2017, Destatis); its battery lasts {minutes} min, its water "
        "tank {hours} h (assumptions)",
        beds=beds,
        per_1000=BEDS_PER_1000,
        minutes=BATTERY_S / 60,
        hours=TANK_S / 3600,
    )
    note = Assumption(Verbatim(site.id), text, _("Destatis; assumption"))
    out = Layer((site,), tuple(links), assumptions=(note,))
    inside, servers = _inside(ground, site, plan)
    out = out + inside
    if not ground.giving(POWER):
        return out
    fed = [feed(ground, one, plan.owners.power, BATTERY_S) for one in (site, *servers)]
    out = out + Layer(links=tuple(fed))
    reason = _("{load} kW a bed", load=BED_W / 1000)
    return out + generator_for(site, beds * BED_W, HOSPITAL_H, Verbatim("hospital-endurance"), reason, servers)


def _inside(ground: BareTown, site: Component, plan: TownSize) -> tuple[Layer, tuple[Component, ...]]:
    """What stands in the house: two servers that carry its records, on a network of their own, and its water."""
    owner, seat, x_m, y_m = plan.owners.health, site.district, site.x_m, site.y_m
    cluster = "hospital" if site.id == "hospital-1" else site.id
    servers = tuple(
        place(f"{cluster}-server-{x}", SERVER, x_m, y_m, owner, HOSPITAL_SERVER(x.upper()), seat, plan.make(i),
              cluster=cluster, rank=float(i + 1))
        for i, x in enumerate("ab")
    )  # fmt: skip
    system = place(f"{cluster}-it", SERVICE, x_m, y_m, owner, HOSPITAL_IT(), seat, cluster=cluster)
    records = place(f"records-{site.id}", "patient-records", x_m, y_m, owner, RECORDS(), seat, hospital=site.id)
    links = [join(CONTROL, system.id, records.id, owner), fibre(servers[0], servers[1], owner)]
    links += [fibre(server, records, owner) for server in servers]
    text = _("its information system runs on two servers in the house, without which wards go over to paper")
    out = Layer((*servers, system, records), tuple(links), assumptions=(Assumption(Verbatim(records.id), text),))
    if not ground.sources(WATER):
        return out, servers
    name = f"water-{site.id}"
    water = place(name, "hospital-water", x_m, y_m, owner, HOSPITAL_WATER(), seat, hospital=site.id)
    return out + Layer((water,)), servers


def levels(town: Laying) -> Layer:
    """What cannot be put off: less than its generator carries."""
    return owed(town, "hospital", "", URGENT_SHARE, "hospital-urgent")
