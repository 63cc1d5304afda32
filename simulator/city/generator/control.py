"""Control rooms of water, grid and traffic, what they command, and the data links that commands go over."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.city.generator.bare_town import BareTown, Nearest
from simulator.city.generator.ict import HOUR_S, fibre
from simulator.city.generator.layer import Layer, TownSize, join, place, total
from simulator.city.generator.names import GRID_CONTROL, TRAFFIC_CENTRE, WATERWORKS
from simulator.city.generator.power import AUTHORITY_H, feed, generator_for, stations
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.link import Fallback, Link
from simulator.domains.ict.catalogue import CONTROL

CENTRE_UPS_S = 2 * HOUR_S
"""Battery of a control room (assumption)."""

CENTRE_W = 20_000.0
"""Load of the grid's control centre (assumption)."""


def control_layer(ground: BareTown, ict: Layer, signals: Sequence[Component], plan: TownSize) -> Layer:
    """The control rooms that the town's networks call for."""
    rooms = [
        _waterworks(ground, ict, plan),
        _network_control(ground, ict, plan),
        _traffic_centre(ground, ict, signals, plan),
    ]
    return total(rooms)


def field_link(ict: Layer, device: Component, owner: str) -> Link:
    """The data link of a device from its district's router, or the nearest."""
    routers = [c for c in ict.components if c.id.startswith("router-") and not c.id.startswith("router-core-")]
    own = [router for router in routers if router.district == device.district]
    return fibre(Nearest(own or routers).to(device), device, owner)


def site_links(ict: Layer, site: Component, owner: str) -> list[Link]:
    """The data links of a site that matters: from its district's router and, where there is one, a core router."""
    core = [c for c in ict.components if c.id.startswith("router-core-")]
    backbone = [fibre(Nearest(core).to(site), site, owner)] if core else []
    return [field_link(ict, site, owner), *backbone]


def _room(ground: BareTown, ict: Layer, room: Component, plan: TownSize, autonomy_s: float) -> list[Link]:
    power = [feed(ground, room, plan.owners.power, autonomy_s)] if ground.of_kind("bus") else []
    return power + site_links(ict, room, plan.owners.ict)


def _waterworks(ground: BareTown, ict: Layer, plan: TownSize) -> Layer:
    pumps = ground.of_kind("pump")
    sources = ground.of_kind("reservoir", "tank", "junction")
    if not sources:
        return Layer()
    source = sources[0] if not ground.of_kind("reservoir") else ground.of_kind("reservoir")[0]
    room = place(
        "waterworks-1",
        "waterworks",
        source.x_m,
        source.y_m,
        plan.owners.water,
        WATERWORKS(),
        source.district,
    )
    links = _room(ground, ict, room, plan, CENTRE_UPS_S)
    holding = 0
    for i, station in enumerate(stations(pumps)):
        fallback = Fallback.LOCAL if i % 2 == 0 else Fallback.HOLD
        for pump in station:
            links.append(join(CONTROL, room.id, pump.id, plan.owners.water, fallback=fallback))
            links.append(field_link(ict, pump, plan.owners.ict))
            holding += fallback is Fallback.HOLD
    text = (
        f"stands at {source.id} and commands all {len(pumps)} pumps; without its link every second station "
        f"({holding} pumps) keeps its last set-point, the others follow their own controls; "
        f"its battery lasts {CENTRE_UPS_S / HOUR_S:g} h"
    )
    return Layer((room,), tuple(links), assumptions=(Assumption("waterworks-1", text),))


def _network_control(ground: BareTown, ict: Layer, plan: TownSize) -> Layer:
    switches, substations = ground.of_kind("grid-switch"), ground.of_kind("substation", "bus")
    if not substations:
        return Layer()
    seat = (ground.of_kind("substation") or substations)[0]
    room = place(
        "network-control-1", "network-control", seat.x_m, seat.y_m, plan.owners.power, GRID_CONTROL(), seat.district
    )
    links = _room(ground, ict, room, plan, CENTRE_UPS_S)
    for switch in switches:
        links.append(join(CONTROL, room.id, switch.id, plan.owners.power, fallback=Fallback.HOLD))
        links.append(field_link(ict, switch, plan.owners.ict))
    text = (
        f"stands at {seat.id} and operates {len(switches)} ring switches over its control links; "
        f"its battery lasts {CENTRE_UPS_S / HOUR_S:g} h"
    )
    layer = Layer((room,), tuple(links), assumptions=(Assumption("network-control-1", text),))
    return layer + generator_for(room, CENTRE_W, AUTHORITY_H, "authority-endurance", "load of a control centre")


def _traffic_centre(ground: BareTown, ict: Layer, signals: Sequence[Component], plan: TownSize) -> Layer:
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
    links = _room(ground, ict, room, plan, CENTRE_UPS_S)
    for signal in signals:
        links.append(join(CONTROL, room.id, signal.id, plan.owners.roads))
        links.append(field_link(ict, signal, plan.owners.ict))
    text = f"commands {len(signals)} signals, which run local programmes without it; its battery lasts 2 h"
    return Layer((room,), tuple(links), assumptions=(Assumption("traffic-centre-1", text),))
