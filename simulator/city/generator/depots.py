"""Depots that crews leave from, in the most populous districts."""

from __future__ import annotations

import math

from simulator.city.generator.layer import UNKNOWN_MAKE, Layer, Laying, place
from simulator.city.generator.links import AUTHORITY_H, feed, generator_for
from simulator.city.generator.names import DEPOT
from simulator.contracts.city import Assumption
from simulator.contracts.registry import registry
from simulator.contracts.words import Numeral, Verbatim, Words, enumerated
from simulator.coupling.catalogue import DEPOT as DEPOT_TYPE
from simulator.coupling.catalogue import DRIVER
from simulator.domains.energy.catalogue import POWER

_ = Words("simulator.city")


PEOPLE_A_TANKER = 5000.0
"""People whom one water tanker with its crew looks after (DRK Baden: a unit supplies 5,000 with 15 l; secondary)."""

TRUCKS = 1.0
"""Fuel trucks of a depot (assumption)."""

DEPOT_W = 10_000.0
"""Load of a depot: gates, fuel pumps, workshop, radio (assumption)."""

DEPOT_UPS_S = 0.5 * 3600.0
"""Battery of its control desk and pumps until the generator runs (assumption)."""


def depots(town: Laying) -> Layer:
    """Each has crews of every trade, as many as the trade says, and a driver by day for each truck and tanker."""
    ground, plan = town.ground, town.plan
    crews = {trade.crews.name: trade.in_town for trade in registry().trades.values()}
    seats = sorted(ground.districts, key=lambda d: (-d.people, d.id))[: plan.depots]
    tankers = float(max(1, math.ceil(ground.people / PEOPLE_A_TANKER / max(1, len(seats)))))
    crews[registry().trades[DRIVER].crews.name] = tankers + TRUCKS
    found = [
        place(
            f"{DEPOT_TYPE}-{i + 1}",
            DEPOT_TYPE,
            d.x_m - 100.0,
            d.y_m - 100.0,
            plan.owners.city,
            DEPOT(d.title),
            d.id,
            UNKNOWN_MAKE,
            water_tankers=tankers,
            fuel_trucks=TRUCKS,
            **crews,
        )
        for i, d in enumerate(seats)
    ]
    counted = enumerated(
        [
            _("{title}: {n}", title=trade.title, n=Numeral(f"{crews[trade.crews.name]:g}"))
            for trade in registry().trades.values()
            if crews[trade.crews.name]
        ],
        most=len(crews),
    )
    text = _(
        "{n} depots in {seats} send crews, fuel trucks and tankers; each has crews by day ({counted}), {tankers} "
        "water tankers, one for {people} people, and a generator; at night half of the crews, rounded up",
        n=len(found),
        tankers=tankers,
        people=PEOPLE_A_TANKER,
        seats=", ".join(d.id for d in seats),
        counted=counted,
    )
    layer = Layer(tuple(found), assumptions=(Assumption(_("depots"), text),))
    if not ground.giving(POWER):
        return layer
    layer = layer + Layer(links=tuple(feed(ground, one, plan.owners.power, DEPOT_UPS_S) for one in found))
    for one in found:
        reason = _("load of a depot with its fuel pumps")
        layer = layer + generator_for(one, DEPOT_W, AUTHORITY_H, Verbatim("authority-endurance"), reason)
    return layer
