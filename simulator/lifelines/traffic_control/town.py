"""The traffic control centre of a generated town, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import field_link, room_links
from simulator.contracts.city import Assumption
from simulator.contracts.words import Verbatim, Words
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.traffic.catalogue import SIGNAL
from simulator.lifelines.town import owed
from simulator.lifelines.traffic_control.names import TRAFFIC_CENTRE

_ = Words("simulator.lifelines.traffic_control")


def control_centre(town: Laying) -> Layer:
    """In the middle of the town, for all its signals."""
    ground, plan, ict = town.ground, town.plan, town.laid
    signals = [one for one in ict.components if one.kind == SIGNAL]
    if not signals:
        return Layer()
    seat = ground.central
    room = place(
        "traffic-centre-1",
        "traffic-control-centre",
        seat.x_m + 60.0,
        seat.y_m,
        plan.owners.roads,
        TRAFFIC_CENTRE(),
        seat.id,
    )
    links = room_links(ground, ict, room, plan)
    for signal in signals:
        links.append(join(CONTROL, room.id, signal.id, plan.owners.roads))
        links.append(field_link(ict, signal, plan.owners.ict))
    text = _("commands {n} signals, which run local programmes without it; its battery lasts 2 h", n=len(signals))
    return Layer((room,), tuple(links), assumptions=(Assumption(Verbatim(room.id), text),))


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, "traffic-control-centre", "traffic-centre-1", 0.5)
