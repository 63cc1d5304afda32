"""The town hall of a generated town, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import feed, site_links
from simulator.contracts.city import Assumption
from simulator.contracts.words import Verbatim, Words
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL
from simulator.lifelines.town import owed
from simulator.lifelines.town_hall.names import TOWN_HALL

_ = Words("simulator.lifelines.town_hall")

UPS_S = 600.0
"""Battery of its IT (assumption)."""


def hall(town: Laying) -> Layer:
    """In the middle of the town."""
    ground, plan, ict = town.ground, town.plan, town.laid
    seat = ground.central
    house = place("town-hall-1", "town-hall", seat.x_m, seat.y_m - 60.0, plan.owners.city, TOWN_HALL(), seat.id)
    links = [join(CONTROL, "portal", house.id, plan.owners.ict), *site_links(ict, house, plan.owners.ict)]
    if ground.giving(POWER):
        links.append(feed(ground, house, plan.owners.power, UPS_S))
    text = _(
        "stands in {seat}; online over the citizens' portal; battery {minutes} min", seat=seat.id, minutes=UPS_S / 60
    )
    return Layer((house,), tuple(links), assumptions=(Assumption(Verbatim(house.id), text),))


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, "town-hall", "town-hall-1", 0.3)
