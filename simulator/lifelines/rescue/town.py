"""Dispatch, radio sites and rescue stations of a generated town, and what is required of them."""

from __future__ import annotations

import math

import numpy as np

from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, Laying, TownSize, join, place
from simulator.city.generator.links import AUTHORITY_H, HOUR_S, feed, field_link, generator_for, site_links
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.contracts.words import Verbatim, Words
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL, RADIO_SITE
from simulator.domains.traffic.catalogue import RESCUE_ARRIVAL, ROAD
from simulator.domains.water.catalogue import WATER
from simulator.lifelines.rescue.catalogue import RESCUE_DISPATCH
from simulator.lifelines.rescue.names import DISPATCH, RESCUE_STATION
from simulator.lifelines.rescue.names import RADIO_SITE as RADIO_NAME
from simulator.lifelines.town import owed

_ = Words("simulator.lifelines.rescue")

RADIO_BATTERY_S = (2 * HOUR_S, 4 * HOUR_S, 6 * HOUR_S)
"""Norm bos-base-station: 2 h, and 4 to 6 h as seen in 2021 (secondary); in turn."""

SWITCHING_S = 72 * HOUR_S
"""Norm bos-switching: switching sites of the radio network last 72 h (BDBOS, found)."""

DISPATCH_W = 20_000.0
DISPATCH_UPS_S = 0.5 * HOUR_S

REACH_M = 4000.0
"""Straight-line reach of a station (assumption: 8 of the 12 min of norm rescue-arrival are driving, at 40 km/h over
ways 1.3 times as long as the straight line)."""


def centre_sites_stations(town: Laying) -> Layer:
    """Dispatch in the central district, a radio site in each district, stations so that everybody is within reach."""
    ground, plan, ict = town.ground, town.plan, town.laid
    centre = ground.central
    dispatch = place(
        "rescue-dispatch-1",
        RESCUE_DISPATCH,
        centre.x_m - 60.0,
        centre.y_m,
        plan.owners.rescue,
        DISPATCH(),
        centre.id,
    )
    powered = bool(ground.giving(POWER))
    sites: list[Component] = []
    links: list[Link] = [*site_links(ict, dispatch, plan.owners.ict)]
    if powered:
        links.append(feed(ground, dispatch, plan.owners.power, DISPATCH_UPS_S))
    for i, district in enumerate(ground.districts):
        switching = district.id == centre.id
        site = place(
            f"radio-{district.id}",
            RADIO_SITE,
            district.x_m,
            district.y_m + 40.0,
            plan.owners.radio,
            RADIO_NAME(district.title),
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
    return out + generator_for(
        dispatch, DISPATCH_W, AUTHORITY_H, Verbatim("authority-endurance"), _("load of a dispatch centre")
    )


def _stations(ground: BareTown, plan: TownSize) -> list[Component]:
    """Stations at road nodes (or junctions): first the middle of the town, then always where the way is longest."""
    sites = ground.giving(ROAD) or (*ground.giving(WATER), *ground.giving(POWER))
    homes = ground.giving(WATER) or sites
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
    switching = f"radio-{centre}"
    return (
        Assumption(
            Verbatim("rescue-dispatch-1"),
            _(
                "stands in {district}, battery {minutes} min, then its generator",
                district=centre,
                minutes=DISPATCH_UPS_S / 60,
            ),
        ),
        Assumption(
            _("radio sites"),
            _("one a district with batteries of {hours} h in turn", hours=hours),
            Verbatim("bos-base-station"),
        ),
        Assumption(
            Verbatim(switching),
            _("is the switching site and lasts {hours} h", hours=SWITCHING_S / HOUR_S),
            Verbatim("bos-switching"),
        ),
        Assumption(
            _("rescue stations"),
            _(
                "{n} stations, set so that everybody lives within {reach} km as the crow flies",
                n=stations,
                reach=REACH_M / 1000,
            ),
            Verbatim(RESCUE_ARRIVAL),
        ),
    )


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, RESCUE_DISPATCH, "rescue-radio-1", 0.6)
