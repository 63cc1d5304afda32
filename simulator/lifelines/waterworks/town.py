"""The waterworks' control room of a generated town, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import CENTRE_UPS_S, HOUR_S, field_link, room_links, stations
from simulator.contracts.city import Assumption
from simulator.contracts.link import Fallback
from simulator.contracts.words import Verbatim, Words
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.water.catalogue import JUNCTION, PUMP, RESERVOIR, TANK
from simulator.lifelines.town import owed
from simulator.lifelines.waterworks.names import WATERWORKS

_ = Words("simulator.lifelines.waterworks")


def control_room(town: Laying) -> Layer:
    """At the source, or else the first tank or junction; it commands all pumps."""
    ground, plan, ict = town.ground, town.plan, town.laid
    pumps = ground.of_kind(PUMP)
    sources = ground.of_kind(RESERVOIR, TANK, JUNCTION)
    if not sources:
        return Layer()
    source = sources[0]
    room = place(
        "waterworks-1",
        "waterworks",
        source.x_m,
        source.y_m,
        plan.owners.water,
        WATERWORKS(),
        source.district,
    )
    links = room_links(ground, ict, room, plan)
    holding = 0
    for i, station in enumerate(stations(pumps)):
        fallback = Fallback.LOCAL if i % 2 == 0 else Fallback.HOLD
        for pump in station:
            links.append(join(CONTROL, room.id, pump.id, plan.owners.water, fallback=fallback))
            links.append(field_link(ict, pump, plan.owners.ict))
            holding += fallback is Fallback.HOLD
    text = _(
        "stands at {source} and commands all {pumps} pumps; without its link every second station ({holding} pumps) "
        "keeps its last set-point, the others follow their own controls; its battery lasts {hours} h",
        source=source.id,
        pumps=len(pumps),
        holding=holding,
        hours=CENTRE_UPS_S / HOUR_S,
    )
    return Layer((room,), tuple(links), assumptions=(Assumption(Verbatim(room.id), text),))


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, "waterworks", "waterworks-1", 0.5)
