"""What a generated town has of a data network: a data centre in two rooms, core routers in a ring, a router and a
gateway in each district; and what is required of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from simulator.city.check import CITY
from simulator.city.generator.bare_town import BareTown, Nearest, middles
from simulator.city.generator.layer import Layer, Laying, TownSize, join, place
from simulator.city.generator.links import CORE, DETOUR, DEVICE_S, HOUR_S, feed, fibre, generator_for
from simulator.contracts.city import ASSUMED, Assumption
from simulator.contracts.codes import maker_words
from simulator.contracts.component import Component, District
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.words import Text, Words, enumerated, percent
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict import names
from simulator.domains.ict.catalogue import (
    BROKER,
    DATA,
    DATA_CENTRE,
    GATEWAY,
    PROTOCOL,
    ROUTER,
    SERVER,
    SERVICE,
    SWITCH,
)

_ = Words("simulator.domains.ict")

SERVER_UPS_S = 0.5 * HOUR_S
CORE_UPS_S = 4 * HOUR_S
DISTRICT_UPS_S = 1 * HOUR_S
ROOM_W = 15_000.0
ROOM_H = 24.0
"""Load of a data room and hours its generator lasts (assumptions, like the batteries above)."""

OWED = 0.9
"""Share owed of nodes and of sensors (assumption: nearly everything, with room for a single device that is out)."""


def network(town: Laying) -> Layer:
    """Servers, routers, gateways and the links between them. Every node is fed by the nearest bus through a battery."""
    ground, plan = town.ground, town.plan
    owner = plan.owners.ict
    by_people = sorted(ground.districts, key=lambda d: (-d.people, d.id))
    room_a, room_b = by_people[0], by_people[min(1, len(by_people) - 1)]
    core = _core(ground.districts, plan)
    servers = [
        place(
            "server-a",
            SERVER,
            room_a.x_m,
            room_a.y_m,
            owner,
            names.SERVER("A"),
            room_a.id,
            plan.make(0),
            cluster=DATA_CENTRE,
        ),
        place(
            "server-b",
            SERVER,
            room_b.x_m,
            room_b.y_m,
            owner,
            names.SERVER("B"),
            room_b.id,
            plan.make(1),
            cluster=DATA_CENTRE,
            rank=2.0,
        ),
    ]
    switches = [
        place(f"switch-{r}", SWITCH, d.x_m, d.y_m, owner, names.ROOM_SWITCH(r.upper()), d.id, plan.make(i))
        for i, (r, d) in enumerate((("a", room_a), ("b", room_b)))
    ]
    brokers = [
        place(f"broker-{r}", BROKER, d.x_m, d.y_m, owner, names.BROKER(r.upper()), d.id, plan.make(i), rank=i + 1.0)
        for i, (r, d) in enumerate((("a", room_a), ("b", room_b)))
    ]
    services = [
        place("scada", SERVICE, room_a.x_m, room_a.y_m, owner, names.CONTROL_SYSTEM(), room_a.id, cluster=DATA_CENTRE),
        place("portal", SERVICE, room_a.x_m, room_a.y_m, owner, names.PORTAL(), room_a.id, cluster=DATA_CENTRE),
    ]
    routers = [
        place(f"router-{d.id}", ROUTER, d.x_m, d.y_m, owner, names.ROUTER(d.title), d.id, plan.make(i))
        for i, d in enumerate(ground.districts)
    ]
    gateways = _gateways(ground, plan)
    gateways = _with_old_devices(gateways, plan)
    links = [fibre(server, switch, owner) for server in servers for switch in switches]
    links += [join(DATA, s.id, b.id, owner) for s, b in zip(servers, brokers, strict=True)]
    links += _ring(core, owner)
    links += _uplinks(switches, core, owner)
    if core:
        links += [fibre(Nearest(core).to(router), router, owner) for router in routers]
    else:
        links += [fibre(switch, router, owner) for router in routers for switch in switches]
    at = {router.district: router for router in routers}
    links += [fibre(at[gateway.district], gateway, owner) for gateway in gateways]
    if ground.giving(POWER):
        for nodes, autonomy_s in (
            ((*servers, *switches, *brokers), SERVER_UPS_S),
            (core, CORE_UPS_S),
            ((*routers, *gateways), DISTRICT_UPS_S),
        ):
            links += [feed(ground, node, plan.owners.power, autonomy_s) for node in nodes]
    nodes = (*servers, *switches, *brokers, *services, *core, *routers, *gateways)
    layer = Layer(nodes, tuple(links), assumptions=_notes(core, gateways, plan))
    if not ground.giving(POWER):
        return layer
    reason = _("load of data room A, which room B has no generator to match")
    return layer + generator_for(servers[0], ROOM_W, ROOM_H, ASSUMED, reason, (switches[0], brokers[0]))


def _gateways(ground: BareTown, plan: TownSize) -> list[Component]:
    """One in the middle of each district; where it has more, each in the middle of a part of what stands there."""
    found = []
    for i, d in enumerate(ground.districts):
        there = [one for one in ground.components.values() if one.district == d.id]
        x, y = np.array([one.x_m for one in there]), np.array([one.y_m for one in there])
        count = min(plan.gateways.get(d.id, 1), len(np.unique(np.column_stack([x, y]), axis=0)) if there else 1)
        places = [(d.x_m, d.y_m)]
        if count > 1:
            places = [(float(a), float(b)) for a, b in middles(x, y, np.ones(len(x)), count)]
        for number, (x_m, y_m) in enumerate(places, start=1):
            name = f"gateway-{d.id}" if number == 1 else f"gateway-{d.id}-{number}"
            title, make = names.GATEWAY(d.title), plan.make(i + 1)
            found.append(place(name, GATEWAY, x_m, y_m, plan.owners.ict, title, d.id, make))
    return found


def _with_old_devices(gateways: Sequence[Component], plan: TownSize) -> list[Component]:
    """The gateways that were bought first have the plan's old devices behind them, one protocol each."""
    by_age = sorted(range(len(gateways)), key=lambda i: (gateways[i].year or math.inf, i))
    protocols = dict(zip(by_age, plan.protocols, strict=False))
    return [
        replace(gateway, parameters={**gateway.parameters, PROTOCOL.name: protocols[i]}) if i in protocols else gateway
        for i, gateway in enumerate(gateways)
    ]


def _core(districts: Sequence[District], plan: TownSize) -> list[Component]:
    """Core routers in districts far from each other, beginning with the one of most people."""
    if not plan.core_routers:
        return []
    chosen = [max(districts, key=lambda d: (d.people, d.id))]
    while len(chosen) < min(plan.core_routers, len(districts)):
        rest = [d for d in districts if d not in chosen]
        chosen.append(max(rest, key=lambda d: (min(math.hypot(d.x_m - c.x_m, d.y_m - c.y_m) for c in chosen), d.id)))
    # In a ring along the compass no two cables cross.
    x = sum(d.x_m for d in chosen) / len(chosen)
    y = sum(d.y_m for d in chosen) / len(chosen)
    chosen.sort(key=lambda d: (math.atan2(d.y_m - y, d.x_m - x), d.id))
    return [
        place(
            f"{CORE}{i + 1}",
            ROUTER,
            d.x_m + 20.0,
            d.y_m,
            plan.owners.ict,
            names.CORE_ROUTER(str(i + 1)),
            d.id,
            plan.make(i),
        )
        for i, d in enumerate(chosen)
    ]


def _ring(core: Sequence[Component], owner: str) -> list[Link]:
    pairs = list(pairwise(core))
    if len(core) > 2:
        pairs.append((core[-1], core[0]))
    return [fibre(a, b, owner) for a, b in pairs]


def _uplinks(switches: Sequence[Component], core: Sequence[Component], owner: str) -> list[Link]:
    """Each data room hangs on the two nearest core routers, and the rooms on each other."""
    links = [fibre(switches[0], switches[1], owner)]
    for switch in switches if core else ():
        links += [fibre(router, switch, owner) for router in Nearest(core).within(switch.x_m, switch.y_m, 2)]
    return links


def _notes(core: Sequence[Component], gateways: Sequence[Component], plan: TownSize) -> tuple[Assumption, ...]:
    if core:
        way = _(
            "every district has one router and one telemetry gateway; the router hangs on the nearest of {n} core "
            "routers in a ring",
            n=len(core),
        )
    else:
        way = _("every district has one router and one telemetry gateway; the router hangs on both data rooms")
    texts: list[tuple[Text, Text]] = [
        (
            _("data centre"),
            _("two servers of one cluster in two rooms, in the two districts with most people, carry all services"),
        ),
        (_("brokers"), _("each server hosts one of two MQTT brokers; gateways prefer that of data room A")),
        (_("data network"), way),
        (
            _("batteries of ICT"),
            _(
                "servers and switches {server} min, core routers {core} h, district routers and gateways {district} h",
                server=SERVER_UPS_S / 60,
                core=CORE_UPS_S / HOUR_S,
                district=DISTRICT_UPS_S / HOUR_S,
            ),
        ),
        (
            _("latency"),
            _(
                "{device} ms for the devices and 5 us a km of fibre, {detour} times the straight line",
                device=DEVICE_S * 1000,
                detour=DETOUR,
            ),
        ),
    ]
    old = [f"{gateway.id} {gateway.parameters[PROTOCOL.name]}" for gateway in gateways]
    old = [text for text in old if not text.endswith(f" {PROTOCOL.default}")]
    if old:
        said = _(
            "devices older than the gateway stand behind {old} of {all} gateways: {which}",
            old=len(old),
            all=len(gateways),
            which=", ".join(old),
        )
        texts.append((_("old devices"), said))
    if plan.makes:
        makers = enumerated([maker_words(maker) for maker in dict.fromkeys(make.maker for make in plan.makes)])
        years = ", ".join(str(make.year) for make in plan.makes)
        said = _("devices come from {makers} in turn, bought in {years}", makers=makers, years=years)
        texts.append((_("makers of ICT"), said))
    return tuple(Assumption(subject, text) for subject, text in texts)


def levels(town: Laying) -> Layer:
    """What is required of the data network, and of the way of readings over it."""
    owner, people = town.plan.owners.ict, town.ground.people
    owed = tuple(
        ServiceLevel(name, name, CITY, OWED, people, owner, "assumption") for name in ("ict-availability", "telemetry")
    )
    text = _("required are {share} of ICT nodes, and of sensors a way to the data centre", share=percent(OWED))
    return Layer(levels=owed, assumptions=(Assumption(_("minima of ICT"), text),))
