"""What the electric grid declares, and what makes power without it."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Alert,
    Balance,
    Catalogue,
    ComponentType,
    LinkType,
    Page,
    Start,
    StoreKind,
    SubSystem,
    TownPart,
    TradeType,
    WorstReadings,
    degraded,
    failed,
    normal,
    technical,
)
from simulator.contracts.component import Domain
from simulator.contracts.cure import Cure
from simulator.contracts.failure import Confidence, FailureRate, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter, logged, rises, stops
from simulator.contracts.figures import FigureKind, Formula
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At, QuantityName, Recorded, Tells
from simulator.contracts.repair import Trade, repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.coupling.catalogue import (
    ALL_DEVICES,
    CENTRE_FAULTS,
    FUEL_NOT_DELIVERED,
    LINK_CUT,
    NO_WEAR,
    STAFF_ABSENT,
    TAKEN_OVER,
    beside,
    more_people,
)
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.ict.catalogue import TRADE as ICT

_ = Words("simulator.domains.energy")

DOMAIN = Domain("energy")
POWER = LinkKind("power")
POWER_N_1 = "power-n-1"
"""The measure of how many single losses the grid bears."""
POWER_SUPPLY = "power-supply"
"""The measure whose consumers are metered."""
BUS, TRANSFORMER, SUBSTATION, GRID_SWITCH = "bus", "transformer", "substation", "grid-switch"
PV, BATTERY = "pv", "battery"
SWITCH_CLOSED = "switch_closed"
VOLTAGE = "voltage_pu"
"""The quantity that says whether a switch is closed at all its ends."""

BATTERY_LEFT = "battery_left_s"
"""The quantity that says how long the battery beside a power link still lasts."""
OUTDOOR_C = "outdoor_temperature_c"

POWER_PLANT = "power-plant"
"""A plant of the grid that holds the voltage of its bus."""
GENERATOR = "generator"
"""The type of component that feeds others while the grid does not."""
ELECTRIC = Trade("electric")

_CURRENT = stops("through_pu", 1e-6)
"""The current through it is gone: a line that carried none is missed by nobody, though it may have charged itself."""

_PARALLEL = assumed(_("both carry at once, each with breakers of its own"))
_SECOND_LINE = beside(_("a second line beside it"), 0.0, _PARALLEL)
"""It carries as much as one: where both carry, the loading told is twice that of each (assumption)."""

_PRIORITY = Parameter("priority", "", 3.0, "assumption", _("shed last (1) to first (3) when an island runs short"))

_BUS = Parameter(
    "bus",
    "",
    "",
    _("the network file"),
    _("component id of its bus; only where no network file says it"),
    names_type=BUS,
)

COLD_SPELL = FaultPoint(
    "cold-spell",
    _("cold spell"),
    parameters=(
        Parameter(
            "outdoor_c", "°C", -12.0, assumed(_("a design winter day of southern Germany")), _("outdoor temperature")
        ),
    ),
    about=_("it is colder outdoors than usual, in the whole town: electric heating takes more"),
    evidence=(rises("power_w", 1000.0), ELSEWHERE),
)
HEAT_SPELL = FaultPoint(
    "heat-spell",
    _("hot spell"),
    parameters=(Parameter("outdoor_c", "°C", 35.0, assumed(_("a day of a heat wave")), _("outdoor temperature")),),
    about=_("it is hotter outdoors than usual, in the whole town: cooling takes more"),
    evidence=(rises("power_w", 1000.0), ELSEWHERE),
)
"""Weather over the town; a cold spell over the homes of a district counts here too."""

CATALOGUE = Catalogue(
    "energy",
    api=1,
    subsystems=(
        SubSystem(
            DOMAIN,
            _("energy"),
            ELECTRIC,
            engine=True,
            colour="#e69f00",
            page=Page(
                _("Energy"),
                _("The grid: load, infeed, substations, emergency power."),
                20,
                Balance(
                    {"supplied": _("load supplied"), "asked": _("load wanted"), "local": _("photovoltaics")},
                    _("Load that is supplied, against what is wanted."),
                    "watt",
                    supplied="load_w",
                    asked="load_asked_w",
                    local="pv_w",
                ),
                WorstReadings("loading_pu", "MAX", "percentunit", _("Greatest loading of each sensor")),
            ),
            fallback_rank=2,
        ),
    ),
    alerts=(
        Alert(
            "stadtwerk-power-below",
            _("Power below the required level"),
            _("{{ $labels.city }}: {{ $values.B.Value }} people are without enough power (run {{ $labels.run }})."),
            _(
                "1. Page Energy: which districts, which substation or line? 2. Control room of the grid: does remote "
                "control work, is there a ring to feed from the other side? If not, send a crew to switch by hand. 3. "
                "Page City: what runs on batteries and generators, and how long do they last? Fuel to the shortest "
                "first. 4. Tell hospital, waterworks and rescue how long it will take. 5. Warn the public."
            ),
            lasting="5m",
            below=(POWER_SUPPLY,),
            page="energy",
            panel="people",
            order=5,
        ),
    ),
    types=(
        ComponentType(
            BUS,
            DOMAIN,
            _("local substation"),
            (
                FaultPoint(
                    "bus-out",
                    _("busbar is dead"),
                    cuts_off=True,
                    about=_(
                        "short circuit at it: the breaker of the feeder trips; it is isolated, and the rest fed again"
                    ),
                    evidence=(stops("voltage_pu", 0.01),),
                ),
            ),
            (
                _PRIORITY,
                Parameter(
                    "undervoltage_pu",
                    "1",
                    0.0,
                    _("no such scheme is known in German medium voltage; 0 is no relay"),
                    _("voltage over the rated one below which a relay lets go of its load"),
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter(
                    "undervoltage_s",
                    "s",
                    5.0,
                    "assumption",
                    _("time for which the voltage has to be that low without a break"),
                    at_least=0.0,
                ),
                Parameter(
                    "business_share",
                    "1",
                    0.47,
                    _("AG Energiebilanzen: trade and services 116, households 128 TWh (2023; from memory)"),
                    _("share of businesses in the year's energy, without heating, cooling and cars"),
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter(
                    "heat_pump_share",
                    "1",
                    0.057,
                    _("BDEW, Wie heizt Deutschland? (2023), by way of the press: 5.7 % of 6,500 households"),
                    _("share of its households with a heat pump"),
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter(
                    "storage_heater_share",
                    "1",
                    0.026,
                    assumed(_("that all is stored; BDEW: electricity heats 2.6 % of dwellings (2019, 2021)")),
                    _("share of its households that heat with electricity stored at night"),
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter(
                    "cooled_share",
                    "1",
                    0.19,
                    _("Verivox, survey of June 2024, by way of dpa; the trade (VDKF) holds 5 % for the most"),
                    _("share of its households with cooling"),
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter(
                    "electric_car_share",
                    "1",
                    0.033,
                    _("Kraftfahrt-Bundesamt, by way of the press: 1.65 of 49.3 million cars on 1 January 2025"),
                    _("share of its households' cars that are electric and charged at home"),
                    at_least=0.0,
                    at_most=1.0,
                ),
            ),
            gives=(POWER,),
            from_file=True,
            repair=repair_hours(4),
            about=_("busbar or local substation"),
            glyph="M-2 -2H2V2H-2Z",
            many=True,
            network_part=True,
            small=True,
        ),
        ComponentType(
            "line",
            DOMAIN,
            _("power line"),
            (
                FaultPoint(
                    "line-trip",
                    _("line is open"),
                    cuts_off=True,
                    about=_("the line is open at both ends"),
                    against=_SECOND_LINE,
                    evidence=(_CURRENT, TAKEN_OVER),
                    one_device=True,
                ),
                FaultPoint(
                    "short-circuit",
                    _("short circuit"),
                    cuts_off=True,
                    about=_("the breaker of the feeder trips; the line is found, isolated, and the rest fed again"),
                    against=_SECOND_LINE,
                    evidence=(_CURRENT, TAKEN_OVER),
                    one_device=True,
                ),
                FaultPoint(
                    "feeder-out",
                    _("whole feeder is out"),
                    cuts_off=True,
                    about=_("the line and all that it alone feeds are out, until the line is found and isolated"),
                    evidence=(_CURRENT,),
                ),
                FaultPoint(
                    "protection-fails",
                    _("protection does not trip"),
                    about=_("when the line is to trip, the next protection upstream trips in its place"),
                    evidence=(ELSEWHERE,),
                    spreads=True,
                ),
            ),
            (Parameter("overhead", "", False, "assumption", _("whether it hangs on poles, where storms reach it")),),
            from_file=True,
            repair=repair_hours(5),
            about=_("line or cable"),
            buried=True,
            many=True,
            network_part=True,
        ),
        ComponentType(
            TRANSFORMER,
            DOMAIN,
            _("transformer"),
            (
                FaultPoint(
                    "transformer-out",
                    _("transformer is out"),
                    cuts_off=True,
                    about=_("the transformer is open at both sides"),
                    parameters=(ALL_DEVICES,),
                    against=beside(_("a second transformer beside it"), 0.0, _PARALLEL),
                    evidence=(_CURRENT, TAKEN_OVER),
                    one_device=True,
                ),
            ),
            from_file=True,
            repair=repair_hours(10),
            network_part=True,
        ),
        ComponentType(
            SUBSTATION,
            DOMAIN,
            _("substation"),
            (
                FaultPoint(
                    "substation-out",
                    _("substation is out"),
                    cuts_off=True,
                    about=_("the infeed and every transformer of the substation are out"),
                    evidence=(stops("power_w", 1.0), ELSEWHERE),
                ),
                FaultPoint(
                    "substation-flooded",
                    _("substation is flooded"),
                    cuts_off=True,
                    about=_("infeed, transformers and busbar are out: nothing passes through it"),
                    evidence=(stops("power_w", 1.0), ELSEWHERE),
                ),
                COLD_SPELL,
                HEAT_SPELL,
            ),
            (
                Parameter(
                    "restore_steps", "", 1.0, "assumption", _("steps in which a dark area comes back after an outage")
                ),
                Parameter("restore_step_s", "s", 300.0, "assumption", _("time between two of these steps")),
            ),
            ladder=(
                normal("infeed", _("infeed")),
                technical("ring", _("supply over the ring")),
                technical("island", _("island")),
                failed("none", _("none")),
            ),
            from_file=True,
            repair=repair_hours(12),
            about=_("infeed from the higher grid with its transformer and busbar"),
            glyph="M-6 -6H6V6H-6Z",
            no_rate="its transformers have one",
        ),
        ComponentType(
            GRID_SWITCH,
            DOMAIN,
            _("grid switch"),
            (FaultPoint("switch-stuck", _("switch is stuck"), evidence=(logged("energy.switch-stuck"), ELSEWHERE)),),
            (
                Parameter(
                    "remote_s", "s", 300.0, "assumption", _("time to switch by remote control, with the decision")
                ),
                Parameter("manual_s", "s", 900.0, "assumption", _("work of a crew on site to switch by hand")),
            ),
            ladder=(normal("open", _("open")), normal("closed", _("closed"))),
            from_file=True,
            repair=repair_hours(3),
            about=_("switch at an open ring point"),
            glyph="M-4 2H-1L3 -3L4 -2L1 2H4V4H-4Z",
            shown_failed=True,
            small=True,
        ),
        ComponentType(
            PV,
            DOMAIN,
            _("photovoltaics"),
            (
                FaultPoint(
                    "pv-loss",
                    _("photovoltaic plant feeds nothing in"),
                    cuts_off=True,
                    evidence=(stops("power_w", 1.0),),
                ),
            ),
            (
                Parameter(
                    "rated_w", "W", 0.0, _("the network file"), _("rated power; of a network file, that of the file")
                ),
                _BUS,
            ),
            also_in_file=True,
            repair=repair_hours(6),
            about=_("photovoltaic plant"),
            glyph="M0 -4L4 0L0 4L-4 0Z",
            many=True,
            shown_failed=True,
            network_part=True,
            small=True,
        ),
        ComponentType(
            POWER_PLANT,
            DOMAIN,
            _("power plant"),
            (
                FaultPoint(
                    "plant-out",
                    _("power plant is out"),
                    cuts_off=True,
                    about=_("the plant feeds nothing and holds no voltage"),
                    evidence=(stops("power_w", 1.0), ELSEWHERE),
                ),
            ),
            (Parameter("rated_w", "W", 0.0, _("the network file"), _("rated power, as the network file has it")),),
            from_file=True,
            repair=repair_hours(24),
            about=_("power plant that holds the voltage of its busbar"),
            glyph="M-5 5V-1L-1 -4V-1L3 -4V5Z",
            network_part=True,
            no_rate="no statistic of plants that fits a town was found",
            no_curve="no figure was found",
        ),
        ComponentType(
            BATTERY,
            DOMAIN,
            _("grid battery"),
            (
                FaultPoint(
                    "battery-loss",
                    _("grid battery gives nothing"),
                    cuts_off=True,
                    evidence=(stops("power_w", 1.0), ELSEWHERE),
                ),
            ),
            (
                Parameter("rated_w", "W", None, "", _("power that it gives or takes at most")),
                Parameter("energy_j", "J", None, "", _("energy that it holds when it is full")),
                Parameter("initial_share", "1", 0.8, "assumption", _("share of its energy that it holds at the start")),
                Parameter("grid_forming", "", True, "assumption", _("whether it can hold up an island by itself")),
                Parameter(
                    "black_start_s", "s", 0.0, assumed(_("without interruption")), _("time to build up an island")
                ),
                _BUS,
            ),
            ladder=(normal("standby", _("standby")), technical("island", _("island")), failed("empty", _("empty"))),
            also_in_file=True,
            repair=repair_hours(8),
            about=_("grid battery; forms an island when its part of the grid loses every other source"),
            glyph="M-6 -3H5V-1.5H6.5V1.5H5V3H-6Z",
        ),
        ComponentType(
            GENERATOR,
            DOMAIN,
            _("emergency generator"),
            (
                FaultPoint(
                    "generator-fails",
                    _("generator fails"),
                    disables=True,
                    about=_("the generator does not start, or stops"),
                    evidence=(logged("generator.missed"), ELSEWHERE),
                ),
                FUEL_NOT_DELIVERED,
            ),
            (
                Parameter(
                    "start_s",
                    "s",
                    12.0,
                    assumed(_("DIN VDE 0100-710 asks for 15 s at most (secondary)")),
                    _("time from the loss of power until it feeds"),
                ),
                Parameter(
                    "fail_on_demand",
                    "1",
                    0.01,
                    _(
                        "starting reliability asked of emergency diesel sets, 0.99 a demand: U.S. NRC Regulatory Guide "
                        "1.108, as quoted in NUREG-0933, item B-56"
                    ),
                    _("chance that it does not start; drawn at each start"),
                ),
                Parameter(
                    "fuel_l",
                    "l",
                    None,
                    "",
                    _("fuel in the tank at the start"),
                    cure=Cure(_("more fuel in the tank"), 20_000, 10, "assumption", also=("tank_l",)),
                ),
                Parameter("tank_l", "l", None, "", _("capacity of the tank")),
                Parameter("burn_l_h", "l/h", None, "", _("fuel used in an hour at the load it carries")),
                Parameter(
                    "order_below", "1", 0.5, "assumption", _("share of the tank below which a fuel truck is ordered")
                ),
                Parameter("delivery_l", "l", 2000.0, "assumption", _("fuel that is ordered at a time")),
            ),
            ladder=(
                normal("standby", _("standby")),
                degraded("starting", _("starting")),
                technical("running", _("running")),
                failed("empty", _("empty")),
                failed("failed", _("failed")),
            ),
            gives=(POWER,),
            repair=repair_hours(2),
            about=_("emergency generator: starts when what it feeds has no other power"),
            glyph="M0 -6L6 5H-6Z",
            roots=(POWER,),
            visited=True,
        ),
        ComponentType(
            "household-meter",
            DOMAIN,
            _("household meter"),
            (),
            (
                Parameter(
                    "bus",
                    "",
                    None,
                    "",
                    _("component id of the local substation behind which the household is"),
                    names_type=BUS,
                ),
                Parameter("share", "1", None, "", _("its share of that substation's load")),
            ),
            about=_("electricity meter of a household, whose readings leave the gateway only as sums"),
            network_part=True,
        ),
        ComponentType(
            "network-control",
            DOMAIN,
            _("grid control centre"),
            (
                FaultPoint("control-out", _("grid control centre is out"), disables=True, evidence=(ELSEWHERE,)),
                STAFF_ABSENT,
                *CENTRE_FAULTS,
            ),
            gives=(CONTROL,),
            trade=ICT,
            about=_("grid control centre: operates remote switches over its control links"),
            glyph="M-6 -5H6V2H1V5H-1V2H-6Z",
            core=True,
            visited=True,
            shed=1,
            no_rate=NO_WEAR,
        ),
    ),
    links=(
        LinkType(
            POWER,
            DOMAIN,
            _("power"),
            ELECTRIC,
            (LINK_CUT,),
            stops_target=True,
            draws=True,
            passes_loss=True,
            buried=True,
            autonomy="power_autonomy_s",
            order=10,
            reserve=Cure(
                _("emergency power"),
                10_080,
                1,
                "assumption: a week; BBK asks 72 h of critical infrastructure (Notstromversorgung in Unternehmen und "
                "Behörden), which does not outlast a blackout of 72 h",
            ),
            second=_("second power feed"),
        ),
    ),
    trades=(
        TradeType(
            ELECTRIC,
            _("electricity"),
            Parameter(
                "electric_crews",
                "",
                0.0,
                "assumption",
                _("crews for grid, signals and buildings alone"),
                cure=more_people(_("more electricity crews")),
            ),
            buildings=True,
            order=0,
            in_town=2.0,
        ),
    ),
    quantities=(
        QuantityName(
            "power_w",
            "W",
            ("pv", "battery", "substation", POWER_PLANT),
            _("power in W"),
            recorded=(
                Recorded(At.COMPONENT, 90, ("battery", "substation")),
                Recorded(At.SUM, 180, ("pv",), "pv_w"),
            ),
        ),
        QuantityName(OUTDOOR_C, "°C", (SUBSTATION,), _("temperature outdoors"), own_record=True),
        QuantityName(VOLTAGE, "1", ("bus",), _("voltage, as a share"), least=0.0),
        QuantityName(
            "energised",
            "1",
            ("bus",),
            _("energised (1) or not (0)"),
            recorded=(Recorded(At.COMPONENT, 50),),
            tells=Tells.DEAD,
        ),
        QuantityName(SWITCH_CLOSED, "1", (GRID_SWITCH,), _("closed (1) or open (0)")),
        QuantityName("load_w", "W", ("bus",), _("load in W"), recorded=(Recorded(At.SUM, 130),)),
        QuantityName("household_w", "W", ("household-meter",), _("power that households take in W")),
        QuantityName(
            "load_asked_w",
            "W",
            ("bus",),
            _("load asked for in W"),
            recorded=(Recorded(At.SUM, 140),),
        ),
        QuantityName("loading_pu", "1", ("line", "transformer"), _("loading, as a share"), least=0.0),
        QuantityName(BATTERY_LEFT, "s", ("any",), _("time that the back-up battery still lasts"), least=0.0),
        QuantityName(
            "through_pu", "1", ("line", "transformer"), _("what of the loading passes on, as a share"), least=0.0
        ),
        QuantityName("charge_j", "J", ("battery",), _("charge in J"), recorded=(Recorded(At.COMPONENT, 20),)),
        QuantityName("fuel_l", "l", ("generator",), _("fuel in l"), recorded=(Recorded(At.COMPONENT, 30),), least=0.0),
        QuantityName(
            "fuel_hours", "h", ("generator",), _("hours that the fuel lasts"), recorded=(Recorded(At.COMPONENT, 40),)
        ),
    ),
    measures=(
        Measure(
            POWER_SUPPLY,
            DOMAIN,
            "1",
            "district|city",
            True,
            _("share of electric load supplied"),
            _("power supply"),
            _("{amount} of the electric load supplied"),
            _("energy not supplied, as a share"),
            figures=(
                FigureKind(Formula.INTERRUPTIONS),
                FigureKind(
                    Formula.NOT_SUPPLIED,
                    "ens",
                    _("energy not supplied (ENS)"),
                    "kWh",
                    _("Billinton and Allan 1996"),
                    factor=1.0 / 3.6e6,
                ),
                FigureKind(Formula.SERVICEABILITY),
            ),
        ),
        Measure(
            POWER_N_1,
            DOMAIN,
            "1",
            "city",
            True,
            _("share of single losses in the grid that leave nobody without supply after switching"),
            _("n-1 of the grid"),
            _("{amount} of the single losses of lines, transformers and infeeds borne after switching"),
            _("n-1, after switching"),
            for_people=False,
        ),
    ),
    stores=(
        StoreKind("battery", "charge_j", "J", _("grid battery")),
        StoreKind("fuel", "fuel_l", "l", _("fuel"), hours="fuel_hours"),
        StoreKind("backup-battery", "power_autonomy_s", "s", _("backup battery"), per_hour=3600.0),
    ),
    town=(
        TownPart("simulator.domains.energy.town:control_centre", 50),
        TownPart("simulator.domains.energy.town:restoring", 130),
        TownPart("simulator.domains.energy.town:priorities", 140),
        TownPart("simulator.domains.energy.town:levels", 220),
        TownPart("simulator.domains.energy.town:sensors", 310),
        TownPart("simulator.domains.energy.town:households", 330),
    ),
    starts=(
        Start("simulator.domains.energy:start", order=20),
        Start("simulator.domains.energy:start_generators", order=30),
    ),
    fragilities=(
        Fragility(
            id="flood-substation",
            hazard=HazardType.FLOOD,
            kinds=("substation",),
            median=1.0,
            beta=0.0,
            fault="substation-flooded",
            source=_("ERAD (NREL), default flood curve of a substation: lognormal at 1 m with next to no spread"),
            confidence=Confidence.FOUND,
            outage=out_for(48, _("pumping out, drying, testing")),
        ),
        Fragility(
            id="flood-transformer",
            hazard=HazardType.FLOOD,
            kinds=("transformer",),
            median=0.9,
            beta=0.5,
            fault="transformer-out",
            parameters={ALL_DEVICES.name: True},
            source=_("ERAD (NREL), default flood curve of a pad-mounted transformer"),
            confidence=Confidence.FOUND,
            outage=out_for(48, _("pumping out, drying, testing")),
        ),
        Fragility(
            id="flood-local-substation",
            hazard=HazardType.FLOOD,
            kinds=("bus",),
            median=0.9,
            beta=0.5,
            fault="bus-out",
            source=_(
                "ERAD (NREL), default flood curve of a pad-mounted transformer; taken for a local substation "
                "(assumption)"
            ),
            confidence=Confidence.FOUND,
            outage=out_for(24, _("drying and testing of switchgear")),
        ),
        Fragility(
            id="flood-pv",
            hazard=HazardType.FLOOD,
            kinds=("pv",),
            median=0.8,
            beta=0.4,
            fault="pv-loss",
            source=_("ERAD (NREL), default flood curve of solar panels; for plants on the ground"),
            confidence=Confidence.FOUND,
            outage=out_for(168),
        ),
        Fragility(
            id="flood-battery",
            hazard=HazardType.FLOOD,
            kinds=("battery",),
            median=0.7,
            beta=0.4,
            fault="battery-loss",
            source=_("ERAD (NREL), default flood curve of battery storage"),
            confidence=Confidence.FOUND,
            outage=out_for(168),
        ),
        Fragility(
            id="flood-generator",
            hazard=HazardType.FLOOD,
            kinds=(GENERATOR,),
            median=0.5,
            beta=0.0,
            fault="generator-fails",
            source=assumed(_("air intake and starter battery half a metre above the ground")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(48),
        ),
        Fragility(
            id="flood-grid-control",
            hazard=HazardType.FLOOD,
            kinds=("network-control",),
            median=0.6,
            beta=0.3,
            fault="control-out",
            source=assumed(_("ground floor with plant rooms flooded")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(72),
        ),
        Fragility(
            id="storm-overhead-line",
            hazard=HazardType.STORM,
            kinds=("line",),
            where={"overhead": True},
            median=45.0,
            beta=0.2,
            per_km=True,
            fault="line-trip",
            source=_(
                "ERAD (NREL), default wind curve of overhead distribution lines begins at 45 m/s; spread and "
                "length: assumption"
            ),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(8, _("trees cleared, conductors mended"), beta=0.7),
        ),
        Fragility(
            id="earthquake-substation",
            hazard=HazardType.EARTHQUAKE,
            kinds=("substation",),
            median=4.4,
            beta=0.45,
            fault="substation-out",
            source=_("FEMA Hazus earthquake model: extensive damage of a low-voltage substation, anchored: 0.45 g"),
            confidence=Confidence.MEMORY,
            outage=out_for(168),
        ),
        Fragility(
            id="earthquake-local-substation",
            hazard=HazardType.EARTHQUAKE,
            kinds=("bus",),
            median=4.4,
            beta=0.45,
            fault="bus-out",
            source=_(
                "FEMA Hazus earthquake model: extensive damage of a low-voltage substation, anchored: 0.45 g; taken "
                "for a local substation (assumption)"
            ),
            confidence=Confidence.MEMORY,
            outage=out_for(72),
        ),
        Fragility(
            id="earthquake-overhead-line",
            hazard=HazardType.EARTHQUAKE,
            kinds=("line",),
            where={"overhead": True},
            median=7.1,
            beta=0.15,
            fault="line-trip",
            source=_("FEMA Hazus earthquake model: extensive damage of distribution circuits: 0.72 g"),
            confidence=Confidence.MEMORY,
            outage=out_for(24),
        ),
        Fragility(
            id="storm-pv",
            hazard=HazardType.STORM,
            kinds=("pv",),
            median=58.0,
            beta=0.1,
            fault="pv-loss",
            source=_("ERAD (NREL), default wind curve of solar panels: 55 m/s and more; spread: assumption"),
            confidence=Confidence.FOUND,
            outage=out_for(168),
        ),
        Fragility(
            id="heat-transformer",
            hazard=HazardType.HEAT,
            kinds=("transformer",),
            median=50.0,
            beta=0.05,
            fault="transformer-out",
            source=_(
                "built for air of up to 40 °C (IEC 60076-1); makers allow 85 % of the rated power at 50 °C; that "
                "it trips: assumption"
            ),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(6, _("until it has cooled")),
        ),
    ),
    rates=(
        FailureRate(
            id="overhead-line",
            title=_("overhead line"),
            kinds=("line",),
            where={"overhead": True},
            rate=0.053,
            per_km=True,
            fault="line-trip",
            source=_("IEEE 493: 0.02 to 0.15 a mile and year for overhead distribution lines, the middle taken"),
            confidence=Confidence.SECONDARY,
            mean_age_years=30,
            growth=0.01,
            support_years=40,
            past_support=1.5,
            support_source=_("StromNEV Anlage 1, III.2.1 (30–40)"),
            outage=out_for(4, beta=0.7),
        ),
        FailureRate(
            id="cable",
            title=_("buried cable"),
            kinds=("line",),
            rate=0.02,
            per_km=True,
            fault="line-trip",
            source=_("1 to 3 faults in 100 km and year in German medium-voltage cables (VDE FNN statistics)"),
            confidence=Confidence.MEMORY,
            mean_age_years=30,
            growth=0.03,
            support_years=45,
            support_source=_("StromNEV Anlage 1, III.2.1 (40–45)"),
            outage=out_for(12, _("located, dug up, jointed")),
        ),
        FailureRate(
            id="transformer",
            kinds=("transformer",),
            rate=0.003,
            fault="transformer-out",
            source=_(
                "CIGRE WG A2.62 (Tenbohlen et al. 2023): 1,159 major failures in 425,000 unit-years, about 0.3 % a year"
            ),
            confidence=Confidence.FOUND,
            mean_age_years=25,
            growth=0.03,
            support_years=45,
            support_source=_("StromNEV Anlage 1, III.1.2 (35–45)"),
            outage=out_for(72, beta=0.7),
        ),
        FailureRate(
            id="local-substation",
            kinds=("bus",),
            rate=0.005,
            fault="bus-out",
            source="assumption",
            confidence=Confidence.ASSUMPTION,
            mean_age_years=30,
            growth=0.02,
            support_years=45,
            outage=out_for(6),
        ),
        FailureRate(
            id="pv",
            kinds=("pv",),
            rate=0.1,
            fault="pv-loss",
            source=assumed(_("the inverter")),
            confidence=Confidence.ASSUMPTION,
            mean_age_years=8,
            growth=0.05,
            support_years=15,
            outage=out_for(168, beta=0.7),
        ),
        FailureRate(
            id="battery",
            kinds=("battery",),
            rate=0.1,
            fault="battery-loss",
            source="assumption",
            confidence=Confidence.ASSUMPTION,
            mean_age_years=6,
            growth=0.05,
            support_years=12,
            outage=out_for(72, beta=0.7),
        ),
        FailureRate(
            id="generator",
            kinds=(GENERATOR,),
            rate=5.82,
            fault="generator-fails",
            source=_(
                "Marqusee and Jenket 2020: one in five well-maintained generators fails within two weeks of "
                "running; time in standby is counted like running, which is too much outside an outage"
            ),
            confidence=Confidence.FOUND,
            mean_age_years=10,
            growth=0.02,
            support_years=17,
            support_source=_("StromNEV Anlage 1, II.4 (13–17)"),
            outage=out_for(24, beta=0.7),
        ),
    ),
)
