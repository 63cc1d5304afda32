"""Household meters: a few in each district, read as one group, of which only sums leave the gateway."""

from __future__ import annotations

import itertools
import math

from simulator.city.draft import MERGE, SensorRule
from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer, place
from simulator.city.layers.plan import Plan
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District

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


def household_layer(ground: Ground, plan: Plan) -> Layer:
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
