"""The traffic control centre of a generated town, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import AUTHORITY_H, HOUR_S, feed, field_link, generator_for, room_links
from simulator.contracts.city import Assumption
from simulator.contracts.words import Verbatim, Words
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.traffic.catalogue import SIGNAL
from simulator.lifelines.town import owed
from simulator.lifelines.traffic_control.catalogue import POLICE_STATION
from simulator.lifelines.traffic_control.names import POLICE_STATION as STATION_NAME
from simulator.lifelines.traffic_control.names import TRAFFIC_CENTRE

_ = Words("simulator.lifelines.traffic_control")

STATION_W = 10_000.0
"""Load of a police station (assumption: as a depot)."""

STATION_UPS_S = 0.5 * HOUR_S
"""Battery of its desk until the generator runs (assumption)."""


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


def police(town: Laying) -> Layer:
    """The officers for dark junctions, in the middle of the town."""
    ground, plan = town.ground, town.plan
    if not any(one.kind == SIGNAL for one in town.laid.components):
        return Layer()
    seat = ground.central
    station = place(
        "police-station-1", POLICE_STATION, seat.x_m + 120.0, seat.y_m, plan.owners.city, STATION_NAME(), seat.id
    )
    layer = Layer((station,))
    if not ground.giving(POWER):
        return layer
    text = _("battery for {minutes} min, then its generator", minutes=STATION_UPS_S / 60)
    layer += Layer(links=(feed(ground, station, plan.owners.power, STATION_UPS_S),))
    layer += Layer(assumptions=(Assumption(Verbatim(station.id), text, Verbatim("authority-endurance")),))
    return layer + generator_for(
        station, STATION_W, AUTHORITY_H, Verbatim("authority-endurance"), _("load of a police station")
    )


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, "traffic-control-centre", "traffic-centre-1", 0.5)
