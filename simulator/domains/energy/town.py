"""What a generated town has of a grid beside its network file: a control centre, the order of shedding and of coming
back, sensors and household meters; and what is required of it.
"""

from __future__ import annotations

import itertools
import math

from simulator.city.check import CITY
from simulator.city.draft import MERGE, Override, SensorRule
from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import AUTHORITY_H, CENTRE_UPS_S, HOUR_S, field_link, generator_for, room_links
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback
from simulator.contracts.registry import registry
from simulator.contracts.words import Verbatim, Words, enumerated, percent
from simulator.domains.energy.catalogue import (
    BATTERY,
    BATTERY_LEFT,
    BUS,
    GENERATOR,
    GRID_SWITCH,
    POWER,
    PV,
    SWITCH_CLOSED,
)
from simulator.domains.energy.names import GRID_CONTROL
from simulator.domains.ict.catalogue import CONTROL

_ = Words("simulator.domains.energy")

CENTRE_W = 20_000.0
"""Load of the grid's control centre (assumption)."""


def control_centre(town: Laying) -> Layer:
    """The grid's control centre at a substation, which operates the ring switches."""
    ground, plan, ict = town.ground, town.plan, town.laid
    switches, substations = ground.of_kind("grid-switch"), ground.of_kind("substation", "bus")
    if not substations:
        return Layer()
    seat = (ground.of_kind("substation") or substations)[0]
    room = place(
        "network-control-1", "network-control", seat.x_m, seat.y_m, plan.owners.power, GRID_CONTROL(), seat.district
    )
    links = room_links(ground, ict, room, plan)
    for switch in switches:
        links.append(join(CONTROL, room.id, switch.id, plan.owners.power, fallback=Fallback.HOLD))
        links.append(field_link(ict, switch, plan.owners.ict))
    text = _(
        "stands at {seat} and operates {switches} ring switches over its control links; its battery lasts {hours} h",
        seat=seat.id,
        switches=len(switches),
        hours=CENTRE_UPS_S / HOUR_S,
    )
    layer = Layer((room,), tuple(links), assumptions=(Assumption(Verbatim(room.id), text),))
    basis = Verbatim("authority-endurance")
    return layer + generator_for(room, CENTRE_W, AUTHORITY_H, basis, _("load of a control centre"))


def priorities(town: Laying) -> Layer:
    """Priority 1 or 2 for every bus with a power link to what is to be shed late; the other buses keep their 3."""
    everything = (*town.ground.components.values(), *town.laid.components)
    kinds = {component.id: component.kind for component in everything}
    types = registry().types
    best: dict[str, float] = {}
    for link in town.laid.links:
        if link.kind != POWER or kinds.get(link.source) != "bus":
            continue
        rank = types[kinds[link.target]].shed if link.target in kinds else 3
        if rank < 3:
            best[link.source] = float(min(rank, best.get(link.source, rank)))
    if not best:
        return Layer()
    ranks = list(best.values())
    first, second = (
        enumerated([one.title for one in types.values() if one.shed == rank], most=len(types)) for rank in (1, 2)
    )
    text = _(
        "when the grid runs short, {last} local substations that feed something of these types are shed last: {first}; "
        "before them {before} that feed something of these: {second}; all others go first",
        last=ranks.count(1.0),
        first=first,
        before=ranks.count(2.0),
        second=second,
    )
    overrides = {bus: Override(parameters={"priority": rank}) for bus, rank in best.items()}
    return Layer(overrides=overrides, assumptions=(Assumption(_("load shedding"), text),))


STEPS = 3.0
"""Steps in which a dark area comes back (assumption)."""
STEP_S = 300.0
"""Time between two of them (assumption)."""


def restoring(town: Laying) -> Layer:
    """Every substation takes its dark area back in steps, because all at once would draw too much."""
    substations = town.ground.of_kind("substation")
    if not substations:
        return Layer()
    parameters = {"restore_steps": STEPS, "restore_step_s": STEP_S}
    text = _(
        "after an outage its dark area comes back in {steps} steps, {minutes} min apart, lifelines first",
        steps=STEPS,
        minutes=STEP_S / 60,
    )
    return Layer(
        overrides={one.id: Override(parameters=parameters) for one in substations},
        assumptions=(Assumption(_("substations"), text),),
    )


SUPPLY = 0.99
"""Share of the load owed (assumption: nearly everything, with room for a single consumer that is out)."""


def levels(town: Laying) -> Layer:
    """What is required of the grid, where there is one: in each district that has load, and in the whole town."""
    ground = town.ground
    buses = ground.giving(POWER)
    if not buses:
        return Layer()
    loaded = {CITY, *(bus.district for bus in buses if ground.weights.get(bus.id, 0.0) > 0)}
    owed = tuple(
        ServiceLevel(f"power-supply-{subject}", "power-supply", subject, SUPPLY, people, town.plan.owners.power,
                     "assumption")
        for subject, people in town.everywhere
        if subject in loaded
    )  # fmt: skip
    text = _("required is {share} of the electric load", share=percent(SUPPLY))
    return Layer(levels=owed, assumptions=(Assumption(_("minima of power supply"), text),))


SEEN = 0.36
"""Share of local substations that the control room sees: 2,500 of 7,000 by 2022 (Vattenfall Hamburg, by way of the
press; 300 to 500 in 2014)."""

PV_SEEN = 0.1
"""Share of photovoltaics that report (assumption: only the larger ones must, EEG § 9)."""

_VOLTAGE = "accuracy class 0.5 of instrument transformers (IEC 61869), taken as one standard deviation"
_LOADING = "assumption: current transformer of class 1"
RULES = (
    SensorRule("voltage", "voltage_pu", "pu", 0.005, 60.0, BUS, share=SEEN, basis=_VOLTAGE),
    SensorRule("loading", "loading_pu", "1", 0.01, 60.0, "line", share=SEEN, basis=_LOADING),
    SensorRule(
        "switch-position",
        SWITCH_CLOSED,
        "1",
        0.0,
        60.0,
        GRID_SWITCH,
        basis="assumption: its drive reports its position",
    ),
    SensorRule("fuel", "fuel_l", "l", 10.0, 300.0, GENERATOR, basis="assumption: float gauge, 1 % of 1000 l"),
    SensorRule("pv-power", "power_w", "W", 500.0, 900.0, PV, share=PV_SEEN, basis="assumption: class 1 at 50 kW"),
)


def sensors(town: Laying) -> Layer:
    """Voltages and loadings, positions of switches, fuel, photovoltaics, batteries."""
    text = _(
        "{share} of local substations and lines are seen, as in Hamburg in 2022 (press); every switch with a drive "
        "reports its position, every generator its fuel, {pv} of photovoltaics their power",
        share=percent(SEEN),
        pv=percent(PV_SEEN),
    )
    return town.measured((*RULES, *_charge(town)), text) + _backed(town)


CHARGE_SHARE = 0.03
"""How well the state of charge of a battery is known, as a share of what it holds (assumption: counted current)."""


def _charge(town: Laying) -> tuple[SensorRule, ...]:
    """The state of charge of grid batteries, as exactly as it is known of the one in the middle of their sizes."""
    sizes = sorted(one.number("energy_j") for one in town.ground.of_kind(BATTERY))
    if not sizes:
        return ()
    accuracy = CHARGE_SHARE * sizes[len(sizes) // 2]
    basis = "assumption: 3 % of what it holds, by counting current"
    return (SensorRule("battery-charge", "charge_j", "J", accuracy, 300.0, BATTERY, basis=basis),)


def _backed(town: Laying) -> Layer:
    """Sites with a battery of their own report how long it still lasts: control rooms, telephony, data network."""
    backed = {link.target: link.autonomy_s for link in town.laid.links if link.kind == POWER and link.autonomy_s > 0}
    if not backed:
        return Layer()
    lasts = sorted(backed.values())
    accuracy = CHARGE_SHARE * lasts[len(lasts) // 2]
    basis = "assumption: 3 % of what it holds, by counting current"
    rule = SensorRule("battery-left", BATTERY_LEFT, "s", accuracy, 300.0, components=tuple(sorted(backed)), basis=basis)
    text = _("{sites} sites with a battery of their own report how long it lasts", sites=len(backed))
    return Layer(sensors=(rule,), assumptions=(Assumption(_("back-up batteries"), text),))


PEOPLE_HOUSEHOLD = 2.0
"""People in a household in the mean (Destatis, microcensus 2023: 2.0)."""

HOUSEHOLDS_METER = 250
"""Households of which one has a meter that reports by itself (assumption: so few keep a run quick)."""

GROUP_SIZE = 5
"""Meters of which a sum may leave the gateway at least (assumption; statistics offices withhold cells below 3)."""

HOUSEHOLD_W = 1000.0
"""What a household adds to the rated load of its local substation (assumption: about 1 kW when many are added up)."""

SPREAD = (0.5, 1.0)
"""The smallest household over the mean one, and how far the largest is above it (assumption: from half to one and a
half)."""

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0

METERED = SensorRule(
    "households",
    "household_w",
    "W",
    0.02 * HOUSEHOLD_W,
    900.0,
    "household-meter",
    basis="accuracy class A (2 %) of the MID at 1 kW; every quarter of an hour as MsbG has it",
    group_size=GROUP_SIZE,
    too_small=MERGE,
)


def households(town: Laying) -> Layer:
    """Meters at the local substations of each district, in turn. Nothing where the plan has none, or the town no grid.

    A meter's share of its substation's load is `HOUSEHOLD_W` over the rated load, times a factor within `SPREAD` that
    walks by the golden ratio, so that neighbours differ and no random number is needed.
    """
    ground, plan = town.ground, town.plan
    if not plan.household_meters:
        return Layer()
    meters: list[Component] = []
    for district in ground.districts:
        buses = [b for b in ground.of_kind("bus") if b.district == district.id and ground.weights.get(b.id, 0.0) > 0]
        for turn, bus in zip(range(_count(district)), itertools.cycle(buses), strict=False):
            size = SPREAD[0] + SPREAD[1] * ((turn + 1) * _GOLDEN % 1.0)
            share = min(1.0, size * HOUSEHOLD_W / ground.weights[bus.id])
            meters.append(
                place(
                    f"meter-{district.id}-{turn + 1}",
                    "household-meter",
                    bus.x_m,
                    bus.y_m,
                    plan.owners.power,
                    district=district.id,
                    bus=bus.id,
                    share=round(share, 7),
                )
            )
    text = _(
        "{meters} meters, one for {households} households of {people} people and {group} a district at least; each "
        "reads its share of the load of a local substation; only sums over {group} or more leave a gateway",
        meters=len(meters),
        households=HOUSEHOLDS_METER,
        people=PEOPLE_HOUSEHOLD,
        group=GROUP_SIZE,
    )
    basis = _("assumption; people a household: Destatis, microcensus 2023")
    notes = (Assumption(_("household meters"), text, basis),)
    return Layer(tuple(meters), sensors=(METERED,) if meters else (), assumptions=notes)


def _count(district: District) -> int:
    return max(GROUP_SIZE, round(district.people / PEOPLE_HOUSEHOLD / HOUSEHOLDS_METER))
