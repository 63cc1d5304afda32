"""What the water network declares: what EPANET knows, what can befall it, how it is measured."""

from __future__ import annotations

from dataclasses import replace

from simulator.contracts.catalogue import (
    Balance,
    Catalogue,
    ComponentType,
    LinkType,
    Page,
    PlausibilityRule,
    Start,
    StoreKind,
    SubSystem,
    TownLayer,
    TownPart,
    TradeType,
    WorstReadings,
)
from simulator.contracts.component import Domain
from simulator.contracts.cure import Cure
from simulator.contracts.failure import Confidence, FailureRate, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, Damage, FaultPoint, Parameter, Together, rises, stops
from simulator.contracts.figures import FigureKind, Formula
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At, QuantityName, Recorded
from simulator.contracts.repair import Trade, repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import SHARE, Text, Verbatim, Words
from simulator.coupling.catalogue import ALL_DEVICES, LINK_CUT, TAKEN_OVER, beside, more_people

_ = Words("simulator.domains.water")

DOMAIN = Domain("water")
WATER = LinkKind("water")
WATER_TRADE = Trade("water")
JUNCTION, PIPE, PUMP, VALVE, TANK, RESERVOIR = "junction", "pipe", "pump", "valve", "tank", "reservoir"
RUNNING = "pump_running"
"""The quantity that says whether a pump turns."""

CONTAMINATED_SHARE, FLOW = "contaminated_share", "flow_m3_s"
SUPPLY_RATIO, TANK_VOLUME = "water_supply_ratio", "tank_volume_m3"
"""Quantities that others read."""
LEARNED = ("pressure_m", "level_m")
"""Quantities with a band of ordinary values that does not hang on season or weather."""
FIRE_WATER = "fire-water"
"""The measure of water for fire-fighting."""
FIRE_WATER_FLOW, FIRE_WATER_RATIO = "fire_water_m3_s", "fire_water_ratio"
HYDRANT, REQUIRED_FLOW, RESIDUAL, LASTS = "hydrant", "required_m3_s", "residual_m", "lasts_s"
WATER_SUPPLY, WATER_PRESSURE = "water-supply", "water-pressure"
"""Measures: the share of demand that arrives, whose consumers are metered, and of people with enough pressure."""
PRESSURE, LEVEL = "pressure_m", "level_m"
"""What is measured of each consumer beside its supply."""
TAP_PRESSURE_M = 20.4
"""2.0 bar at ground floor (DVGW W 400-1, norm water-pressure) as metres of water."""

REQUIRED_PRESSURE, MINIMUM_PRESSURE, EXPONENT = "required_pressure_m", "minimum_pressure_m", "pressure_exponent"
PRESSURES = (REQUIRED_PRESSURE, MINIMUM_PRESSURE, EXPONENT)
STEP, LEAK = "step_s", "leak_coefficient"
SETTINGS = (
    Parameter(
        REQUIRED_PRESSURE,
        "m",
        TAP_PRESSURE_M,
        _("DVGW W 400-1: 2.0 bar for one storey, for two to four 2.35, 2.7 and 3.05 (24.0, 27.5 and 31.1 m)"),
        _("pressure from which all that is asked for is delivered, and people have enough"),
        at_least=10.0,
        at_most=100.0,
    ),
    Parameter(
        MINIMUM_PRESSURE,
        "m",
        0.0,
        _("Wagner et al. 1988: nothing flows without pressure at the main"),
        _("pressure up to which nothing is delivered"),
        at_least=0.0,
        at_most=9.5,
    ),
    Parameter(
        EXPONENT,
        "1",
        0.5,
        _("Wagner et al. 1988: outflow as through an orifice"),
        _("exponent of pressure between the two, to which what is delivered is proportional"),
        at_least=0.1,
        at_most=2.0,
    ),
    Parameter(
        STEP,
        "s",
        300.0,
        assumed(_("in an hour, EPANET's usual step, a small tank runs empty unseen")),
        _("time between two solutions of the network while nothing changes"),
        at_least=30.0,
        at_most=3600.0,
    ),
    Parameter(
        LEAK,
        "1",
        0.75,
        _("sharp-edged orifice, turbulent flow (as WNTR's default)"),
        _("discharge coefficient of a hole in a main that says nothing else"),
        at_least=0.01,
        at_most=1.0,
    ),
)
"""Numbers of the hydraulics. Least and most keep the two pressures apart. Where the network's file is pressure-driven
by itself its own two pressures and exponent hold, unless the city or the run gives others."""

_FLOW = stops("flow_m3_s", 1e-6)
_THROUGH = stops("through_m3_s", 1e-6)
"""Nothing flows any more through what is shut; where nothing flowed before, a shut valve makes no difference."""
_OFF_COMMAND = rises("off_command", 0.5, 86_400.0)
"""A device does something else than its own controls command, and it makes a difference to what flows."""
_POISON = (ELSEWHERE,)
"""People get water that they may not drink: what only the tank or source itself holds harms nobody."""

SET_POINT_TAMPERED = FaultPoint(
    "set-point-tampered",
    _("set-point is tampered with"),
    parameters=(
        Parameter(
            "setting",
            "",
            0.0,
            assumed(_("off")),
            _(
                "speed of a pump as a share of the rated one; "
                "of a valve m of pressure, m3/s or loss coefficient; 0 shuts"
            ),
            at_least=0.0,
            together=Together.LEAST,
        ),
    ),
    judged=False,
    about=_("somebody writes a set-point over the control path"),
    evidence=(_OFF_COMMAND, ELSEWHERE),
)
"""In force while a control link into the device is up. At a control room: for every pump that it reaches. Of several
set-points that are written to one device the least counts, whoever writes it and in whatever order (assumption: a
device that is told to stop by anybody stands)."""

COMMANDS_REPLAYED = FaultPoint(
    "commands-replayed",
    _("old commands are played again"),
    parameters=(
        Parameter(
            "age_s",
            "s",
            21_600.0,
            assumed(Verbatim("6 h")),
            _("how old the commands are"),
            at_least=1.0,
            together=Together.MOST,
        ),
    ),
    judged=False,
    about=_("old commands arrive again in place of the present ones"),
    evidence=(_OFF_COMMAND, ELSEWHERE),
)
"""In force while a control link into the pump is up. At a control room: for every pump that it reaches."""

COMMAND_FAULTS = (SET_POINT_TAMPERED, COMMANDS_REPLAYED)
"""What an attacker does over the control path to what is commanded."""

_DISCHARGE = Parameter(
    "discharge_coefficient",
    "1",
    0.75,
    _("sharp-edged orifice, turbulent flow (as WNTR's default)"),
    _("discharge coefficient of the hole"),
    at_least=0.0,
    at_most=1.0,
)
VOLUME = "volume_factor"
"""The parameter by which a tank is larger than in the network's file."""

BURST, PLACE, AREA_SHARE = "burst", "place", "area_share"
_HOLE = (
    Parameter("area_m2", "m2", 0.0, assumed(_("`area_share` says it")), _("area of the hole"), at_least=0.0),
    Parameter(
        AREA_SHARE,
        "1",
        0.0,
        assumed(_("`area_m2` says it")),
        _("area of the hole as a share of the cross-section of the main, at a junction of the widest one"),
        at_least=0.0,
        at_most=1.0,
    ),
    replace(_DISCHARGE, setting=LEAK),
)
_BURST = FaultPoint(
    BURST,
    _("main breaks"),
    parameters=_HOLE,
    about=_("the main breaks and leaks through a hole"),
    evidence=(rises("leak_m3_s", 1e-6),),
    either=("area_m2", AREA_SHARE),
    closed_off="isolated",
    in_street=True,
)
_PIPE_BURST = replace(
    _BURST,
    parameters=(
        *_HOLE,
        Parameter(
            PLACE,
            "1",
            0.5,
            assumed(_("nobody knows where a main will break; the middle is the mean")),
            _("where along the pipe the hole is, as a share of its length from its first node in the network's file"),
            at_least=0.01,
            at_most=0.99,
        ),
    ),
    foreseen=True,
)
DRINKABLE = 0.01
"""Water with a larger share from a contaminated source or tank is not drinkable (assumption)."""

TAP_SHARE, WATER_NOTICE = "tap_share", "water_notice"
NO_NOTICE, TO_BOIL, NOT_TO_DRINK = 0.0, 1.0, 2.0
"""What the quantity `water_notice` says."""
BAD_ARRIVES = "water.bad-arrives"
"""What is logged of a district when water that may not be drunk comes out of its taps."""
NOTICES = ("water.notice-boil", "water.notice-do-not-drink", "water.notice-lifted")
"""What it is told about its water: to boil it, not to drink it, that it may be drunk again."""

TURBIDITY, CHLORINE, CONDUCTIVITY = "turbidity_ntu", "chlorine_mg_l", "conductivity_s_m"
"""What sensors on line measure."""

SHOWS, NOTHING = "shows", "nothing"
"""The parameter of a contamination that says which sensor on line sees it."""
SEEN_BY = Parameter(
    SHOWS,
    "",
    NOTHING,
    assumed(_("only the laboratory finds it")),
    _("what a sensor on line would see of it"),
    (NOTHING, TURBIDITY, CHLORINE, CONDUCTIVITY),
)

SAMPLE_EVERY, SAMPLED_AT, ROUND, LAB = "sample_every_s", "sampled_at_s", "round_s", "lab_s"

SAMPLING = (
    Parameter(
        SAMPLE_EVERY,
        "s",
        86_400.0,
        assumed(
            _("daily, by the waterworks; TrinkwV 2023 asks for 4 a year, and 3 more for each 1,000 m³/d beyond 1,000")
        ),
        _("time from one round of samples to the next"),
        at_least=3600.0,
    ),
    Parameter(
        SAMPLED_AT, "s", 28_800.0, "assumption", _("time of day of the first round"), at_least=0.0, at_most=86_399.0
    ),
    Parameter(
        ROUND, "s", 10_800.0, "assumption", _("time from a round until its samples are in the laboratory"), at_least=0.0
    ),
    Parameter(
        LAB,
        "s",
        86_400.0,
        _("E. coli: 24 ± 4 h (TrinkwV 2001, Annex 5)"),
        _("time until the laboratory tells the result"),
        at_least=0.0,
    ),
)
"""Parameters of the waterworks, whose staff takes the samples."""
_NOTICE = _("what people are told once it is measured: to boil the water, or not to drink it")


def _contaminated(name: str, title: Text, about: Text, notice: str) -> FaultPoint:
    told = Parameter("notice", "", notice, "assumption", _NOTICE, ("boil", "do-not-drink"))
    return FaultPoint(name, title, parameters=(told, SEEN_BY), about=about, evidence=_POISON)


TANK_CONTAMINATED = _contaminated(
    "tank-contaminated", _("tank is contaminated"), _("the water in the tank is not drinkable"), "boil"
)
SOURCE_CONTAMINATED = _contaminated(
    "source-contaminated",
    _("water source is contaminated"),
    _("the source gives water that is not drinkable"),
    "do-not-drink",
)
_DRAINED = FaultPoint(
    "tank-drained",
    _("tank runs out"),
    parameters=(
        Parameter("area_m2", "m2", 0.0314, assumed(_("a drain of DN 200")), _("area of the drain"), at_least=0.0),
        _DISCHARGE,
    ),
    about=_("the drain of the tank stands open"),
    evidence=(rises("drain_m3_s", 1e-6),),
)
PEAK_DEMAND = FaultPoint(
    "peak-demand",
    _("peak demand for water"),
    parameters=(
        Parameter(
            "factor", "1", None, "", _("times the demand of an ordinary day"), at_least=0.0, together=Together.PRODUCT
        ),
    ),
    about=_("everybody takes more water than usual, as on the hottest days"),
    evidence=(rises("beyond_usual_m3_s", 1e-4), ELSEWHERE),
)
"""At the waterworks, for the whole network that it feeds."""
_LOST = FaultPoint("source-lost", _("water source gives no water"), cuts_off=True, evidence=(_THROUGH,))
_ISOLATED = FaultPoint(
    "isolated",
    _("closed off by its valves"),
    cuts_off=True,
    about=_("closed off by its valves, for a repair or in error"),
    evidence=(_THROUGH,),
)

_MAIN = assumed(_("guides name 4 h for a common break and more than a day for a hard one"))

CATALOGUE = Catalogue(
    "water",
    api=1,
    subsystems=(
        SubSystem(
            DOMAIN,
            _("water"),
            WATER_TRADE,
            engine=True,
            colour="#0072b2",
            settings=SETTINGS,
            page=Page(
                _("Water"),
                _("The water network: pressure, supply, pumps, tanks."),
                10,
                Balance(
                    {"supplied": _("delivered"), "asked": _("needed")},
                    _("Water that arrives, against what is needed."),
                    "m3/s",
                    supplied="demand_m3_s",
                    share="water_supply_ratio",
                    stored="tank_volume_m3",
                ),
                WorstReadings("pressure_m", "MIN", "lengthm", _("Least pressure of each sensor")),
            ),
        ),
    ),
    types=(
        ComponentType(
            JUNCTION,
            DOMAIN,
            _("water junction"),
            (_BURST, _ISOLATED),
            gives=(WATER,),
            from_file=True,
            repair=repair_hours(6, source=_MAIN),
            about=_("junction of mains, with the demand of the houses around it"),
            many=True,
            network_part=True,
            no_curve="it lies in the ground",
            no_rate="its pipes have one",
            damage=Damage(BURST, AREA_SHARE),
        ),
        ComponentType(
            PIPE,
            DOMAIN,
            _("water main"),
            (_PIPE_BURST, _ISOLATED),
            from_file=True,
            repair=repair_hours(6, source=_MAIN),
            many=True,
            network_part=True,
            damage=Damage(BURST, AREA_SHARE),
        ),
        ComponentType(
            PUMP,
            DOMAIN,
            _("pump"),
            (
                FaultPoint(
                    "pump-out",
                    _("pump does not run"),
                    disables=True,
                    parameters=(ALL_DEVICES,),
                    against=beside(_("a second pump beside it"), 60.0, assumed(_("it starts by itself"))),
                    evidence=(_FLOW, TAKEN_OVER, ELSEWHERE),
                    one_device=True,
                ),
                *COMMAND_FAULTS,
            ),
            (
                Parameter(
                    "interlock",
                    "",
                    False,
                    "assumption",
                    _("true: hardwired, it stops where its own controls stop it, whatever is written to it"),
                    cure=Cure(_("hardwired interlock"), 1, 1, "a switch"),
                ),
            ),
            from_file=True,
            repair=repair_hours(8),
            glyph="M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z",
            shed=1,
            device=True,
        ),
        ComponentType(
            VALVE,
            DOMAIN,
            _("control valve"),
            (
                FaultPoint(
                    "valve-stuck",
                    _("valve is stuck"),
                    parameters=(
                        Parameter("position", "", "closed", "assumption", _("how it is stuck"), ("open", "closed")),
                    ),
                    about=_("the valve is stuck open or closed"),
                    evidence=(_FLOW, _OFF_COMMAND),
                ),
                SET_POINT_TAMPERED,
            ),
            from_file=True,
            repair=repair_hours(4),
            glyph="M-5 -4L5 4V-4L-5 4Z",
            shown_failed=True,
        ),
        ComponentType(
            TANK,
            DOMAIN,
            _("water tank"),
            (_ISOLATED, _DRAINED, TANK_CONTAMINATED),
            (
                Parameter(
                    VOLUME,
                    "",
                    1.0,
                    _("as in the network's file"),
                    _("times the volume that the network's file gives it, by a wider basin of the same depth"),
                    cure=Cure(_("larger tank"), 8, 0.05, "assumption"),
                ),
            ),
            from_file=True,
            repair=repair_hours(12, parts=0),
            about=_("elevated tank or service reservoir"),
            glyph="M-6 -5H6L3.5 5H-3.5Z",
            stores=(WATER,),
            no_curve="no figure was found",
            no_rate="it is taken out by its valves, which people close",
        ),
        ComponentType(
            HYDRANT,
            DOMAIN,
            _("hydrant"),
            (),
            (
                Parameter(JUNCTION, "", None, "", _("the junction of mains that it stands at"), names_type=JUNCTION),
                Parameter(
                    REQUIRED_FLOW,
                    "m3/s",
                    round(96 / 3600, 5),
                    _("DVGW W 405: 48, 96 or 192 m³ an hour by the use of the buildings, usually 96"),
                    _("water for fire-fighting that the buildings around it ask for"),
                ),
                Parameter(
                    RESIDUAL,
                    "m",
                    15.3,
                    _("DVGW W 405: 1.5 bar"),
                    _("pressure that must be left in the main while it is drawn"),
                ),
                Parameter(LASTS, "s", 7200.0, _("DVGW W 405: two hours"), _("how long it is drawn")),
            ),
            repair=repair_hours(4),
            about=_("hydrant at which water for fire-fighting is asked for"),
            many=True,
        ),
        ComponentType(
            RESERVOIR,
            DOMAIN,
            _("water source"),
            (_ISOLATED, _LOST, SOURCE_CONTAMINATED),
            from_file=True,
            repair=repair_hours(12, parts=0),
            about=_("source: waterworks' clear well, lake, aquifer"),
            glyph="M0 -7C4 -2 5 0 5 2A5 5 0 0 1 -5 2C-5 0 -4 -2 0 -7Z",
            roots=(WATER,),
            no_curve="no figure was found",
            no_rate="it is taken out by its valves, which people close",
        ),
    ),
    links=(
        LinkType(
            WATER,
            DOMAIN,
            _("water"),
            WATER_TRADE,
            (LINK_CUT,),
            passes_loss=True,
            autonomy="water_autonomy_s",
            order=40,
            reserve=Cure(_("water tank on site"), 10_080, 1, "assumption: a week, as for emergency power"),
            second=_("second water connection"),
        ),
    ),
    trades=(
        TradeType(
            WATER_TRADE,
            _("water"),
            Parameter(
                "water_crews",
                "",
                0.0,
                "assumption",
                _("crews for mains, pumps and wells alone"),
                cure=more_people(_("more water crews")),
            ),
            order=1,
            in_town=2.0,
        ),
    ),
    quantities=(
        QuantityName("pressure_m", "m", (JUNCTION,), _("pressure in m"), least=0.0),
        QuantityName(
            "demand_m3_s", "m3/s", (JUNCTION,), _("water delivered in m³/s"), recorded=(Recorded(At.SUM, 120),)
        ),
        QuantityName("water_age_s", "s", (JUNCTION,), _("age of the water in s")),
        QuantityName(
            "leak_m3_s",
            "m3/s",
            (JUNCTION, PIPE),
            _("water lost in m³/s"),
            recorded=(Recorded(At.SUM, 170, (JUNCTION,)),),
        ),
        QuantityName("through_m3_s", "m3/s", (JUNCTION, PIPE, TANK, RESERVOIR), _("water that passes in m³/s")),
        QuantityName(
            "delivered_m3_s", "m3/s", (), _("water that the whole network delivers in m³/s"), PEAK_DEMAND.name
        ),
        QuantityName(
            "beyond_usual_m3_s",
            "m3/s",
            (),
            _("water delivered beyond what is usual at this hour in m³/s"),
            PEAK_DEMAND.name,
        ),
        QuantityName(
            "off_command",
            "1",
            (PUMP, VALVE),
            _("devices that do something else than their controls command"),
            SET_POINT_TAMPERED.name,
        ),
        QuantityName(LEVEL, "m", (TANK,), _("level in m"), least=0.0),
        QuantityName("level_share", "1", (TANK,), _("level, as a share")),
        QuantityName("volume_m3", "m3", (TANK,), _("volume in m³"), recorded=(Recorded(At.COMPONENT, 10),)),
        QuantityName("drain_m3_s", "m3/s", (TANK,), _("flow out of the tank's drain in m³/s")),
        QuantityName(
            CONTAMINATED_SHARE,
            "1",
            (JUNCTION, TANK, RESERVOIR, "district"),
            _("share of water that is contaminated"),
        ),
        QuantityName(FLOW, "m3/s", (PIPE, PUMP, VALVE), _("flow in m³/s")),
        QuantityName(RUNNING, "1", (PUMP,), _("runs (1) or not (0)")),
        QuantityName("power_w", "W", (PUMP,), _("power in W")),
        QuantityName(
            SUPPLY_RATIO,
            "1",
            ("district",),
            _("water supply, as a share"),
            recorded=(Recorded(At.COMPONENT, 100),),
        ),
        QuantityName(
            TANK_VOLUME,
            "m3",
            ("district",),
            _("water in the tanks in m³"),
            recorded=(Recorded(At.COMPONENT, 110),),
        ),
        QuantityName(
            FIRE_WATER_FLOW, "m3/s", (HYDRANT,), _("water for fire-fighting in m³/s, at most what is required")
        ),
        QuantityName(
            FIRE_WATER_RATIO,
            "1",
            ("district",),
            _("water for fire-fighting, as a share"),
            recorded=(Recorded(At.COMPONENT, 115),),
        ),
        QuantityName("water_pressure_ratio", "1", ("district",), _("people with enough pressure, as a share")),
        QuantityName(TAP_SHARE, "1", (JUNCTION,), _("water at the tap, as a share of the demand")),
        QuantityName("drawn_m3", "m3", (JUNCTION,), _("water delivered since the beginning in m³")),
        QuantityName(WATER_NOTICE, "1", ("district",), _("notice in force: to boil water (1), not to drink it (2)")),
        QuantityName(TURBIDITY, "NTU", (JUNCTION, TANK, RESERVOIR), _("turbidity in NTU"), least=0.0),
        QuantityName(CHLORINE, "mg/l", (JUNCTION, TANK, RESERVOIR), _("free chlorine in mg/l"), least=0.0),
        QuantityName(CONDUCTIVITY, "S/m", (JUNCTION, TANK, RESERVOIR), _("electrical conductivity in S/m"), least=0.0),
    ),
    measures=(
        Measure(
            WATER_SUPPLY,
            DOMAIN,
            "1",
            "district|city",
            True,
            _("share of water demand delivered"),
            _("water supply"),
            _("{amount} of the water demand delivered"),
            _("water service availability (Ostfeld et al. 2002)"),
            figures=(
                FigureKind(Formula.SERVICEABILITY),
                FigureKind(
                    Formula.SUPPLIED_SHARE,
                    "water-availability",
                    _("water service availability"),
                    SHARE,
                    _("Ostfeld et al. 2002"),
                ),
                FigureKind(
                    Formula.NOT_SUPPLIED,
                    "water-not-supplied",
                    _("water not delivered"),
                    "m3",
                    _("Ostfeld et al. 2002"),
                ),
                FigureKind(
                    Formula.BELOW,
                    "below-pressure",
                    _("people with less than {limit} of pressure"),
                    "m",
                    _("DVGW W 400-1, 2.0 bar at ground floor"),
                    quantity=PRESSURE,
                    limit=TAP_PRESSURE_M,
                ),
                FigureKind(Formula.SURPLUS, "todini", _("least Todini index"), "1", _("Todini 2000")),
            ),
            told_by=LEARNED,
        ),
        Measure(
            WATER_PRESSURE,
            DOMAIN,
            "1",
            "district|city",
            True,
            _("share of people with enough water pressure"),
            _("water pressure"),
            _("{amount} of people with enough water pressure"),
            _("DVGW W 400-1, 2.0 bar at ground floor"),
            same_need=WATER_SUPPLY,
            told_by=LEARNED,
        ),
        Measure(
            FIRE_WATER,
            DOMAIN,
            "1",
            "district|city",
            True,
            _("share of the water for fire-fighting that hydrants give for two hours at 1.5 bar"),
            _("water for fire-fighting"),
            _("{amount} of the water for fire-fighting"),
            _("DVGW W 405"),
            for_people=False,
            told_by=LEARNED,
            spared_s=900.0,
            spared_by=_(
                "hydrants are asked no sooner than a quarter of an hour after the last time, so a shorter gap is not "
                "known; the first engines bring water along"
            ),
        ),
    ),
    stores=(
        StoreKind("tank", "volume_m3", "m3", _("water tank")),
        StoreKind("roof-tank", "water_autonomy_s", "s", _("roof tank"), per_hour=3600.0),
    ),
    town=(
        TownPart("simulator.domains.water.town:pumps", 10),
        TownPart("simulator.domains.water.town:levels", 200),
        TownPart("simulator.domains.water.town:sensors", 300),
    ),
    layers=(TownLayer(FIRE_WATER, "simulator.domains.water.fire_town:lay", order=30),),
    starts=(Start("simulator.domains.water:start", order=40),),
    plausibility=(
        PlausibilityRule("simulator.domains.water.plausible:pipes_of_a_town", order=5, always=True),
        PlausibilityRule("simulator.domains.water.balance:in_balance", order=10),
        PlausibilityRule("simulator.domains.water.as_written:settings_told", order=20),
    ),
    fragilities=(
        Fragility(
            id="flood-pump",
            hazard=HazardType.FLOOD,
            kinds=(PUMP,),
            median=0.9,
            beta=0.0,
            fault="pump-out",
            parameters={ALL_DEVICES.name: True},
            source=_("FEMA Hazus flood model: electrical equipment of pumping plants 3 ft above the ground"),
            confidence=Confidence.MEMORY,
            outage=out_for(24, _("motor dried or exchanged")),
        ),
        Fragility(
            id="heat-pump",
            hazard=HazardType.HEAT,
            kinds=(PUMP,),
            median=50.0,
            beta=0.05,
            fault="pump-out",
            parameters={ALL_DEVICES.name: True},
            source=_("motors are rated for air of 40 °C (IEC 60034-1); that they trip 10 K above: assumption"),
            confidence=Confidence.MEMORY,
            outage=out_for(4, _("until it has cooled")),
        ),
        Fragility(
            id="earthquake-main",
            hazard=HazardType.EARTHQUAKE,
            kinds=(PIPE,),
            median=4.1,
            beta=0.0,
            power=2.25,
            per_km=True,
            fault=BURST,
            parameters={"area_m2": 0.001},
            source=_(
                "FEMA Hazus earthquake model, after O'Rourke and Ayala 1993: 0.0001 v^2.25 repairs a km of brittle "
                "mains at v cm/s; ground velocity of 122 cm/s for each g after Newmark and Hall 1982 (assumption); "
                "hole of 10 cm2"
            ),
            confidence=Confidence.MEMORY,
            outage=out_for(24, _("many mains at once")),
        ),
        Fragility(
            id="earthquake-pump",
            hazard=HazardType.EARTHQUAKE,
            kinds=(PUMP,),
            median=6.5,
            beta=0.65,
            fault="pump-out",
            parameters={ALL_DEVICES.name: True},
            source=_("FEMA Hazus earthquake model: extensive damage of a small pumping plant, anchored: 0.66 g"),
            confidence=Confidence.MEMORY,
            outage=out_for(72),
        ),
    ),
    rates=(
        FailureRate(
            id="pipe",
            kinds=(PIPE,),
            rate=0.076,
            per_km=True,
            fault="burst",
            parameters={"area_m2": 0.001},
            source=_(
                "DVGW damage statistics 2013 to 2015, mean of supply mains, as quoted by a utility; hole of 10 "
                "cm²: assumption"
            ),
            confidence=Confidence.SECONDARY,
            mean_age_years=40,
            growth=0.03,
            support_years=80,
            outage=out_for(6, _("found, shut off, dug up, mended")),
        ),
        FailureRate(
            id="pump",
            kinds=(PUMP,),
            rate=0.1,
            fault="pump-out",
            source="assumption",
            confidence=Confidence.ASSUMPTION,
            mean_age_years=12,
            growth=0.03,
            support_years=25,
            outage=out_for(12, beta=0.7),
        ),
        FailureRate(
            id="valve",
            kinds=(VALVE,),
            rate=0.02,
            fault="valve-stuck",
            source="assumption",
            confidence=Confidence.ASSUMPTION,
            mean_age_years=25,
            growth=0.03,
            support_years=40,
            outage=out_for(8),
        ),
    ),
)
