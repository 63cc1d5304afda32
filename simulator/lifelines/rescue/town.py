"""Dispatch, radio sites and rescue stations of a generated town, and what is required of them."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, Laying, TownSize, join, known, place
from simulator.city.generator.links import AUTHORITY_H, HOUR_S, feed, field_link, generator_for, site_links
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.contracts.words import Verbatim, Words, number, percent
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL, RADIO_SITE
from simulator.domains.traffic.catalogue import RESCUE_ARRIVAL, ROAD
from simulator.domains.water.catalogue import WATER
from simulator.lifelines.rescue.catalogue import RESCUE_DISPATCH
from simulator.lifelines.rescue.names import DISPATCH, RESCUE_STATION
from simulator.lifelines.rescue.names import RADIO_SITE as RADIO_NAME
from simulator.lifelines.town import owed

_ = Words("simulator.lifelines.rescue")

Floats = NDArray[np.float64]

RADIO_BATTERY_S = (2 * HOUR_S, 4 * HOUR_S, 6 * HOUR_S)
"""Norm bos-base-station: 2 h, and 4 to 6 h as seen in 2021 (secondary); in turn."""

SWITCHING_S = 72 * HOUR_S
"""Norm bos-switching: switching sites of the radio network last 72 h (BDBOS, found)."""

DISPATCH_W = 20_000.0
DISPATCH_UPS_S = 0.5 * HOUR_S

REACH_M = 3470.0
"""Straight-line reach of a station: 560 s of driving (12 min less turn-out and the way along the street) at 29 km/h
over ways 1.3 times as long as the straight line (assumption; car trips make 33 km/h from door to door, Mobilität in
Deutschland 2002)."""

REACHED = 0.98
"""Share of the people within that reach for whom stations are planned; the rule asks for 95 % at all hours
(assumption)."""

MOST_SITES = 400
"""So many places at the most are looked at for stations, spread over the list."""

PEOPLE_A_STATION, KM2_A_STATION = 29_000.0, 97.0
"""At least so many stations: Hesse has 257, Baden-Württemberg 320; one for 24,000 and 34,000 people, 82 and 112 km2."""


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
    listed = known(ground, "rescue-station", plan.owners.rescue, lambda number, _seat: RESCUE_STATION(str(number)))
    stations = listed or _stations(ground, plan)
    notes = _notes(centre.id, len(stations))
    out = Layer((dispatch, *sites, *stations), tuple(links), assumptions=notes[:-1] if listed else notes)
    if not powered:
        return out
    return out + generator_for(
        dispatch, DISPATCH_W, AUTHORITY_H, Verbatim("authority-endurance"), _("load of a dispatch centre")
    )


def _stations(ground: BareTown, plan: TownSize) -> list[Component]:
    """Stations at road nodes (or junctions), each where it brings most people within reach, and all of them nearest."""
    sites = ground.giving(ROAD) or (*ground.giving(WATER), *ground.giving(POWER))
    homes = ground.giving(WATER) or sites
    if not sites:
        return []
    sites = sites[:: math.ceil(len(sites) / MOST_SITES)]
    at = np.array([[c.x_m, c.y_m] for c in sites])
    people = np.array([[c.x_m, c.y_m] for c in homes])
    weight = np.array([ground.weights.get(c.id, 0.0) for c in homes])
    weight = weight / weight.sum() if weight.any() else np.full(len(homes), 1 / len(homes))
    far = np.hypot(at[:, None, 0] - people[None, :, 0], at[:, None, 1] - people[None, :, 1])
    km2 = float(shapely.MultiPoint(at).convex_hull.area) / 1e6
    least = max(1, math.ceil(ground.people / PEOPLE_A_STATION), math.ceil(km2 / KM2_A_STATION))
    chosen: list[int] = []
    while len(chosen) < len(sites) and (len(chosen) < least or _reached(far[chosen], weight) < REACHED):
        chosen.append(_best(far, weight, chosen))
        # Moved one after the other for as long as that helps, a planner's last look at the map.
        for _ in range(MOST_MOVES if len(chosen) <= MOVED else 0):
            before = list(chosen)
            for turn in range(len(chosen)):
                chosen[turn] = _best(far, weight, chosen[:turn] + chosen[turn + 1 :])
            if chosen == before:
                break
    return [
        place(
            f"rescue-station-{i + 1}",
            "rescue-station",
            sites[best].x_m,
            sites[best].y_m,
            plan.owners.rescue,
            RESCUE_STATION(str(i + 1)),
            sites[best].district,
        )
        for i, best in enumerate(chosen)
    ]


MOST_MOVES = 10
MOVED = 12
"""So many stations are still moved: of more, in a region and no town, each stands where it is best beside the earlier
ones (assumption: a look at all of them after each new one takes hours for a country)."""


def _reached(far: Floats, weight: Floats) -> float:
    return float(weight[far.min(axis=0) <= REACH_M].sum())


def _best(far: Floats, weight: Floats, others: list[int]) -> int:
    """The place that beside the others brings most people within reach, and of those as good the nearest to all."""
    nearer = np.minimum(far, far[others].min(axis=0)) if others else far
    return int(np.lexsort((nearer @ weight, -np.round((nearer <= REACH_M) @ weight, 9)))[0])


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
                "{n} stations: at least one for {people} people or {km2} km², as in Hesse and Baden-Württemberg, and "
                "so many that {share} of the people live within {reach} km as the crow flies; two ambulances each",
                n=stations,
                people=number(PEOPLE_A_STATION),
                km2=KM2_A_STATION,
                share=percent(REACHED),
                reach=REACH_M / 1000,
            ),
            Verbatim(RESCUE_ARRIVAL),
        ),
    )


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, RESCUE_DISPATCH, "rescue-radio-1", 0.6)
