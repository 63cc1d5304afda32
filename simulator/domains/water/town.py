"""What a generated town has of a water network beside its file: power and makers of its pumps, and sensors; and what is
required of it.
"""

from __future__ import annotations

from simulator.city.draft import Override, SensorRule
from simulator.city.generator.layer import Layer, Laying, TownSize, join
from simulator.city.generator.links import stations
from simulator.contracts.city import Assumption
from simulator.contracts.codes import maker_words
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.words import Text, Words, enumerated, percent
from simulator.domains.energy.catalogue import POWER
from simulator.domains.water.baseline import OWED, baseline
from simulator.domains.water.catalogue import (
    CONDUCTIVITY,
    PUMP,
    RESERVOIR,
    TANK,
    TURBIDITY,
    WATER,
    WATER_PRESSURE,
    WATER_SUPPLY,
)

_ = Words("simulator.domains.water")

PUMP_YEARS = (1996, 2004, 2011, 2018)


def pumps(town: Laying) -> Layer:
    """Power links for all pumps but those that the town feeds itself, one bus a station; makers and years."""
    ground, plan = town.ground, town.plan
    fed = {link.target for link in town.laid.links if link.kind == POWER}
    found = ground.of_kind(PUMP)
    if not found or not ground.giving(POWER):
        return Layer()
    buses = ground.sources(POWER)
    links: list[Link] = []
    overrides: dict[str, Override] = {}
    together = stations(found)
    for i, station in enumerate(together):
        bus = buses.to(station[0])
        make = plan.make(i)
        for pump in station:
            if pump.id not in fed:
                links.append(join(POWER, bus.id, pump.id, plan.owners.power))
            if plan.makes:
                year = PUMP_YEARS[i % len(PUMP_YEARS)]
                overrides[pump.id] = Override(maker=make.maker, model="pump drive", year=year)
    notes = []
    if links:
        text = _(
            "{pumps} pumps in {stations} stations hang on the nearest bus with consumers, without a battery",
            pumps=len(links),
            stations=len(together),
        )
        notes.append(Assumption(_("power links of pumps"), text))
    if overrides:
        years = ", ".join(map(str, PUMP_YEARS))
        text = _(
            "pump stations come from {makers} in turn and were built in {years} in turn",
            makers=_makers(plan),
            years=years,
        )
        notes.append(Assumption(_("makers and years of pumps"), text))
    return Layer(links=tuple(links), overrides=overrides, assumptions=tuple(notes))


def _makers(plan: TownSize) -> Text:
    return enumerated([maker_words(maker) for maker in dict.fromkeys(make.maker for make in plan.makes)])


def levels(town: Laying) -> Layer:
    """What is required of the water network, where there is one; no more than it ever gave."""
    if not town.ground.giving(WATER):
        return Layer()
    honest, owner = baseline(town.ground, town.networks), town.plan.owners.water
    owed = tuple(
        ServiceLevel(f"{measure}-{subject}", measure, subject, honest.minima.get((measure, subject), OWED), people,
                     owner, basis)
        for measure, basis in ((WATER_SUPPLY, "assumption"), (WATER_PRESSURE, "water-pressure"))
        for subject, people in town.everywhere
    )  # fmt: skip
    text = _("required are {share} of water demand, and enough pressure for {share} of people", share=percent(OWED))
    return Layer(levels=owed, assumptions=(*honest.assumptions, Assumption(_("minima of water supply"), text)))


_TRANSMITTER = "assumption: 0.25 % of a range of 100 m, as pressure transmitters are sold"
_LEVEL = "assumption: 0.25 % of a range of 10 m"
_FLOW = "assumption: electromagnetic meter, 0.5 % of a flow of 200 l/s"
_QUALITY = "assumption: meters on line as waterworks have them, 1 % of 0.05 S/m and 0.02 NTU"
RULES = (
    SensorRule("pressure", "pressure_m", "m", 0.25, 300.0, "junction", share=0.1, basis=_TRANSMITTER),
    SensorRule("tank-level", "level_m", "m", 0.025, 60.0, "tank", basis=_LEVEL),
    SensorRule("pump-flow", "flow_m3_s", "m3/s", 0.001, 60.0, PUMP, basis=_FLOW),
    SensorRule("source-conductivity", CONDUCTIVITY, "S/m", 0.0005, 300.0, RESERVOIR, basis=_QUALITY),
    SensorRule("source-turbidity", TURBIDITY, "NTU", 0.02, 300.0, RESERVOIR, basis=_QUALITY),
    SensorRule("tank-turbidity", TURBIDITY, "NTU", 0.02, 300.0, TANK, basis=_QUALITY),
)


def sensors(town: Laying) -> Layer:
    """Pressures, levels and flows."""
    text = _(
        "one junction in ten carries a sensor, every tank and every pump; sources are watched for conductivity and "
        "turbidity, tanks for turbidity"
    )
    return town.measured(RULES, text)
