"""Depots that crews leave from, in the most populous districts."""

from __future__ import annotations

from simulator.city.generator.layer import UNKNOWN_MAKE, Layer, Laying, place
from simulator.city.generator.names import DEPOT
from simulator.contracts.city import Assumption
from simulator.contracts.registry import registry
from simulator.contracts.words import Numeral, Words, enumerated
from simulator.coupling.catalogue import DEPOT as DEPOT_TYPE

_ = Words("simulator.city")


def depots(town: Laying) -> Layer:
    """Each has crews of every trade, as many as the trade says."""
    ground, plan = town.ground, town.plan
    crews = {trade.crews.name: trade.in_town for trade in registry().trades.values()}
    seats = sorted(ground.districts, key=lambda d: (-d.people, d.id))[: plan.depots]
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
            **crews,
        )
        for i, d in enumerate(seats)
    ]
    counted = enumerated(
        [
            _("{title}: {n}", title=trade.title, n=Numeral(f"{trade.in_town:g}"))
            for trade in registry().trades.values()
            if trade.in_town
        ],
        most=len(crews),
    )
    text = _(
        "{n} depots in {seats} send crews, fuel trucks and tankers; each has crews by day ({counted}); at night "
        "half of them, rounded up",
        n=len(found),
        seats=", ".join(d.id for d in seats),
        counted=counted,
    )
    return Layer(tuple(found), assumptions=(Assumption(_("depots"), text),))
