"""Which components are measured, how often and how well; and household meters, of which only sums leave the gateway."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

from simulator.city.draft import MERGE, SensorRule
from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, TownSize, place
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District

_TRANSMITTER = "assumption: 0.25 % of a range of 100 m, as pressure transmitters are sold"
_LEVEL = "assumption: 0.25 % of a range of 10 m"
_FLOW = "assumption: electromagnetic meter, 0.5 % of a flow of 200 l/s"
_VOLTAGE = "accuracy class 0.5 of instrument transformers (IEC 61869), taken as one standard deviation"
_LOADING = "assumption: current transformer of class 1"
_SPEED = "assumption: loop detectors within 3 km/h"
_QUEUE = "assumption: video detection within two vehicles"

RULES = (
    SensorRule("pressure", "pressure_m", "m", 0.25, 300.0, "junction", share=0.1, basis=_TRANSMITTER),
    SensorRule("tank-level", "level_m", "m", 0.025, 60.0, "tank", basis=_LEVEL),
    SensorRule("pump-flow", "flow_m3_s", "m3/s", 0.001, 60.0, "pump", basis=_FLOW),
    SensorRule("voltage", "voltage_pu", "pu", 0.005, 60.0, "bus", basis=_VOLTAGE),
    SensorRule("loading", "loading_pu", "1", 0.01, 60.0, "line", basis=_LOADING),
    SensorRule("speed", "speed_m_s", "m/s", 0.83, 300.0, "road", share=0.5, basis=_SPEED),
    SensorRule("queue", "queue_veh", "1", 2.0, 60.0, "signal", basis=_QUEUE),
)


def sensor_layer(ground: BareTown, laid: Iterable[Component]) -> Layer:
    """The rules for those kinds that the town has."""
    present = {component.kind for component in (*ground.components.values(), *laid)}
    rules = tuple(rule for rule in RULES if rule.kind in present)
    text = "one junction in ten and every second road carry a sensor; other kinds are measured everywhere"
    return Layer(sensors=rules, assumptions=(Assumption("sensors", text),))


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

RULE = SensorRule(
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


def household_layer(ground: BareTown, plan: TownSize) -> Layer:
    """Meters at the local substations of each district, in turn. Nothing where the plan has none, or the town no grid.

    A meter's share of its substation's load is `HOUSEHOLD_W` over the rated load, times a factor within `SPREAD` that
    walks by the golden ratio, so that neighbours differ and no random number is needed.
    """
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
    text = (
        f"{len(meters)} meters, one for {HOUSEHOLDS_METER} households of {PEOPLE_HOUSEHOLD:g} people and {GROUP_SIZE} "
        "a district at least; each reads its share of the load of a local substation; only sums over "
        f"{GROUP_SIZE} or more leave a gateway"
    )
    notes = (Assumption("household meters", text, "assumption; people a household: Destatis, microcensus 2023"),)
    return Layer(tuple(meters), sensors=(RULE,) if meters else (), assumptions=notes)


def _count(district: District) -> int:
    return max(GROUP_SIZE, round(district.people / PEOPLE_HOUSEHOLD / HOUSEHOLDS_METER))
