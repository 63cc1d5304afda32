"""What the water network declares: what EPANET knows, what can befall it, how it is measured."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    LinkType,
    Start,
    SubSystem,
    TradeType,
)
from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At, QuantityName, Recorded
from simulator.contracts.repair import Trade, repair_hours
from simulator.coupling.catalogue import LINK_CUT

DOMAIN = Domain("water")
WATER = LinkKind("water")
WATER_TRADE = Trade("water")

SET_POINT_TAMPERED = FaultPoint(
    "set-point-tampered",
    "somebody writes a set-point over the control path",
    parameters=(
        Parameter(
            "setting",
            "",
            0.0,
            "assumption: off",
            "speed of a pump as a share of the rated one; of a valve m of pressure, m3/s or loss coefficient; 0 shuts",
            at_least=0.0,
        ),
    ),
    judged=False,
)
"""In force while a control link into the device is up. At a control room: for every pump that it reaches."""

COMMANDS_REPLAYED = FaultPoint(
    "commands-replayed",
    "old commands arrive again in place of the present ones",
    parameters=(Parameter("age_s", "s", 21_600.0, "assumption: 6 h", "how old the commands are", at_least=1.0),),
    judged=False,
)
"""In force while a control link into the pump is up. At a control room: for every pump that it reaches."""

COMMAND_FAULTS = (SET_POINT_TAMPERED, COMMANDS_REPLAYED)
"""What an attacker does over the control path to what is commanded."""

_DISCHARGE = Parameter(
    "discharge_coefficient",
    "1",
    0.75,
    "sharp-edged orifice, turbulent flow (as WNTR's default)",
    at_least=0.0,
    at_most=1.0,
)
_BURST = FaultPoint(
    "burst",
    "the main breaks and leaks through a hole",
    parameters=(Parameter("area_m2", "m2", None, "", "area of the hole", at_least=0.0), _DISCHARGE),
)
_NOTICE = "what people are told: to boil the water, or not to drink it"


def _contaminated(name: str, title: str, notice: str) -> FaultPoint:
    told = Parameter("notice", "", notice, "assumption", _NOTICE, ("boil", "do-not-drink"))
    return FaultPoint(name, title, parameters=(told,))


TANK_CONTAMINATED = _contaminated("tank-contaminated", "the water in the tank is not drinkable", "boil")
SOURCE_CONTAMINATED = _contaminated(
    "source-contaminated", "the source gives water that is not drinkable", "do-not-drink"
)
_DRAINED = FaultPoint(
    "tank-drained",
    "the drain of the tank stands open",
    parameters=(
        Parameter("area_m2", "m2", 0.0314, "assumption: a drain of DN 200", "area of the drain", at_least=0.0),
        _DISCHARGE,
    ),
)
PEAK_DEMAND = FaultPoint(
    "peak-demand",
    "everybody takes more water than usual, as on the hottest days",
    parameters=(Parameter("factor", "1", None, "", "times the demand of an ordinary day", at_least=0.0),),
)
"""At the waterworks, for the whole network that it feeds."""
_LOST = FaultPoint("source-lost", "the source gives no water", cuts_off=True)
_ISOLATED = FaultPoint("isolated", "closed off by its valves, for a repair or in error", cuts_off=True)

_MAIN = "assumption: guides name 4 h for a common break and more than a day for a hard one"

CATALOGUE = Catalogue(
    "water",
    api=1,
    subsystems=(SubSystem(DOMAIN, "water", WATER_TRADE, engine=True),),
    types=(
        ComponentType(
            "junction",
            DOMAIN,
            "junction of mains, with the demand of the houses around it",
            (_BURST, _ISOLATED),
            gives=(WATER,),
            from_file=True,
            repair=repair_hours(6, source=_MAIN),
        ),
        ComponentType(
            "pipe",
            DOMAIN,
            "water main",
            (_BURST, _ISOLATED),
            from_file=True,
            repair=repair_hours(6, source=_MAIN),
        ),
        ComponentType(
            "pump",
            DOMAIN,
            "pump",
            (FaultPoint("pump-out", "the pump does not run", disables=True), *COMMAND_FAULTS),
            (
                Parameter(
                    "interlock",
                    "",
                    False,
                    "assumption",
                    "true: hardwired, it stops where its own controls stop it, whatever is written to it",
                ),
            ),
            from_file=True,
            repair=repair_hours(8),
        ),
        ComponentType(
            "valve",
            DOMAIN,
            "control valve",
            (
                FaultPoint(
                    "valve-stuck",
                    "the valve is stuck open or closed",
                    parameters=(Parameter("position", "", "closed", "assumption", choices=("open", "closed")),),
                ),
                SET_POINT_TAMPERED,
            ),
            from_file=True,
            repair=repair_hours(4),
        ),
        ComponentType(
            "tank",
            DOMAIN,
            "elevated tank or service reservoir",
            (_ISOLATED, _DRAINED, TANK_CONTAMINATED),
            from_file=True,
            repair=repair_hours(12, parts=0),
        ),
        ComponentType(
            "reservoir",
            DOMAIN,
            "source: waterworks' clear well, lake, aquifer",
            (_ISOLATED, _LOST, SOURCE_CONTAMINATED),
            from_file=True,
            repair=repair_hours(12, parts=0),
        ),
    ),
    links=(LinkType(WATER, DOMAIN, "water", WATER_TRADE, (LINK_CUT,), passes_loss=True, autonomy="water_autonomy_s"),),
    trades=(
        TradeType(
            WATER_TRADE,
            Parameter("water_crews", "", 0.0, "assumption", "crews for mains, pumps and wells alone"),
            order=1,
        ),
    ),
    quantities=(
        QuantityName("pressure_m", "m", ("junction",), "pressure, as metres of water"),
        QuantityName("demand_m3_s", "m3/s", ("junction",), "water delivered", recorded=(Recorded(At.SUM, 120),)),
        QuantityName(
            "water_age_s", "s", ("junction",), "age of the water; computed where a sensor of the city reads it"
        ),
        QuantityName(
            "leak_m3_s", "m3/s", ("junction",), "water lost through a burst", recorded=(Recorded(At.SUM, 170),)
        ),
        QuantityName("level_m", "m", ("tank",), "water level above the tank's bottom"),
        QuantityName("level_share", "1", ("tank",), "water level, 0 at the lowest allowed and 1 at the highest"),
        QuantityName("volume_m3", "m3", ("tank",), "water in the tank", recorded=(Recorded(At.COMPONENT, 10),)),
        QuantityName("drain_m3_s", "m3/s", ("tank",), "water that runs out of the tank's drain"),
        QuantityName(
            "contaminated_share",
            "1",
            ("junction", "tank", "reservoir", "district"),
            "share of the water that is not drinkable; in a district, of what is delivered",
        ),
        QuantityName("flow_m3_s", "m3/s", ("pipe", "pump", "valve"), "flow, positive in the drawn direction"),
        QuantityName("pump_running", "1", ("pump",), "1 while the pump runs, else 0"),
        QuantityName("power_w", "W", ("pump",), "electric power"),
        QuantityName(
            "water_supply_ratio",
            "1",
            ("district",),
            "share of the water demand delivered",
            recorded=(Recorded(At.COMPONENT, 100),),
        ),
        QuantityName(
            "tank_volume_m3", "m3", ("district",), "usable water in the tanks", recorded=(Recorded(At.COMPONENT, 110),)
        ),
        QuantityName("water_pressure_ratio", "1", ("district",), "share of people with enough water pressure"),
    ),
    measures=(
        Measure(
            "water-supply",
            DOMAIN,
            "1",
            "district|city",
            True,
            "share of water demand delivered",
            "gelieferter Anteil des Wasserbedarfs",
            "water service availability (Ostfeld et al. 2002)",
        ),
        Measure(
            "water-pressure",
            DOMAIN,
            "1",
            "district|city",
            True,
            "share of people with enough water pressure",
            "Anteil der Menschen mit ausreichendem Wasserdruck",
            "DVGW W 400-1, 2.0 bar at ground floor",
        ),
    ),
    starts=(Start("simulator.domains.water:start", order=40),),
)
