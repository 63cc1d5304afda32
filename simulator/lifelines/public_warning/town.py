"""What warns the public in a generated town, and what is required of it."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying, join, known, place
from simulator.city.generator.links import HOUR_S, feed, field_link, site_links
from simulator.contracts.city import Assumption
from simulator.contracts.link import Link
from simulator.contracts.words import Verbatim, Words
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL, DATA_CENTRE, SERVICE
from simulator.lifelines.public_warning.names import PUBLIC_WARNING, SIREN, VAN, WARNING_SYSTEM
from simulator.lifelines.rescue.catalogue import RESCUE_DISPATCH
from simulator.lifelines.town import owed

_ = Words("simulator.lifelines.public_warning")

ROOM_S = 2 * HOUR_S
"""Battery of the warning room (assumption, as that of other control rooms)."""

SIREN_S = 24 * HOUR_S
"""Battery of an electronic siren (assumption)."""

VANS = 2
"""Loudspeaker vans of the town (assumption)."""


def room_sirens_vans(town: Laying) -> Layer:
    """Beside the dispatch centre, which also sounds the sirens over its control links."""
    ground, plan, ict = town.ground, town.plan, town.laid
    dispatch = next(one for one in ict.components if one.kind == RESCUE_DISPATCH)
    owner, powered = plan.owners.rescue, bool(ground.giving(POWER))
    x_m, y_m, seat = dispatch.x_m, dispatch.y_m, dispatch.district
    service = place("warning", SERVICE, x_m, y_m, owner, WARNING_SYSTEM(), seat, cluster=DATA_CENTRE)
    room = place("public-warning-1", "public-warning", x_m, y_m, owner, PUBLIC_WARNING(), seat)
    links: list[Link] = [join(CONTROL, service.id, room.id, plan.owners.ict)]
    links += site_links(ict, room, plan.owners.ict)
    if powered:
        links.append(feed(ground, room, plan.owners.power, ROOM_S))
    sirens = known(ground, "siren", owner, lambda _number, district: SIREN(district.title)) or [
        place(f"siren-{d.id}", "siren", d.x_m, d.y_m - 40.0, owner, SIREN(d.title), d.id) for d in ground.districts
    ]
    for siren in sirens:
        links.append(join(CONTROL, dispatch.id, siren.id, owner))
        links.append(field_link(ict, siren, plan.owners.ict))
        if powered:
            links.append(feed(ground, siren, plan.owners.power, SIREN_S))
    vans = [
        place(f"van-{i + 1}", "loudspeaker-van", x_m, y_m + 20.0, owner, VAN(str(i + 1)), seat) for i in range(VANS)
    ]
    text = _(
        "the room that sends to phones has a battery for {room} h, sirens (one a district) have batteries for {sirens} "
        "h, and {vans} loudspeaker vans stand at the dispatch centre",
        room=ROOM_S / HOUR_S,
        sirens=SIREN_S / HOUR_S,
        vans=VANS,
    )
    return Layer((service, room, *sirens, *vans), tuple(links), assumptions=(Assumption(Verbatim(room.id), text),))


def levels(town: Laying) -> Layer:
    """The share of its duty that is owed."""
    return owed(town, "public-warning", "public-warning-1", 0.5)
