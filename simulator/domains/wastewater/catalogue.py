"""What the sewer network declares: what SWMM knows, what can befall it, how it is measured."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Balance,
    Catalogue,
    ComponentType,
    NetworkFile,
    Page,
    Start,
    SubSystem,
    TownLayer,
    TownPart,
    WorstReadings,
    analogue,
    degraded,
    failed,
    normal,
    technical,
)
from simulator.contracts.component import Domain
from simulator.contracts.cure import Cure
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter, falls, stops
from simulator.contracts.level import Measure
from simulator.contracts.quantities import At, QuantityName, Recorded
from simulator.contracts.repair import repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.domains.energy.catalogue import GENERATOR
from simulator.domains.water.catalogue import WATER_TRADE

_ = Words("simulator.domains.wastewater")

DOMAIN = Domain("wastewater")
NETWORK = "wastewater"
"""The name of the SWMM file in city.yaml."""

MANHOLE, SEWER, PUMP, STATION = "manhole", "sewer", "sewage-pump", "lifting-station"
STORM_TANK, REGULATOR, OUTFALL, RAIN_GAUGE = "storm-tank", "sewer-regulator", "outfall", "rain-gauge"
PLANT = "treatment-plant"

DISPOSAL, CELLARS, TREATMENT = "sewage-disposal", "cellar-safety", "sewage-treatment"
"""Measures: people whose sewer takes their wastewater, people whose cellar is safe, and what passes the plant."""

MAINS, ON_GENERATOR, TANKERS, OVERFLOW, NONE = "mains", GENERATOR, "suction", "overflow", "none"
"""Modes of a lifting station."""
FULL, MECHANICAL, BYPASS = "full", "mechanical", "bypass"
"""Modes of a treatment plant."""

SEWER_BLOCKED = FaultPoint(
    "sewer-blocked",
    _("sewer is blocked"),
    about=_("the sewer is blocked: nothing passes"),
    evidence=(stops("sewage_flow_m3_s", 1e-6), ELSEWHERE),
)
PUMP_OUT = FaultPoint(
    "lifting-pump-out",
    _("sewage pump does not lift"),
    disables=True,
    evidence=(stops("sewage_flow_m3_s", 1e-6), ELSEWHERE),
)
STATION_OUT = FaultPoint(
    "lifting-station-out",
    _("lifting station is out"),
    disables=True,
    about=_("the station's switchgear is out: no pump runs"),
    evidence=(ELSEWHERE,),
)
_LESS_TREATED = falls("treated_share", 0.25)
"""A quarter more of what arrives leaves untreated, within minutes."""
NO_SUCTION = FaultPoint("no-suction-trucks", _("no suction truck comes"), evidence=(ELSEWHERE,))
PLANT_OUT = FaultPoint(
    "plant-out",
    _("treatment plant is out"),
    disables=True,
    about=_("the plant does not work: what arrives leaves as it came"),
    evidence=(_LESS_TREATED, ELSEWHERE),
)
BIOLOGY_OUT = FaultPoint("biology-out", _("biological stage is out"), evidence=(_LESS_TREATED, ELSEWHERE))
HEAVY_RAIN = FaultPoint(
    "heavy-rain",
    _("heavy rain"),
    parameters=(
        Parameter(
            "intensity_mm_h",
            "mm/h",
            43.2,
            assumed(_("r15,1 of 120 l/(s ha), the middle of what is usual in Germany")),
            _("rain; 1 l/(s ha) is 0.36 mm/h"),
            at_least=0.0,
            at_most=500.0,
        ),
        Parameter("duration_s", "s", 900.0, _("r15,1: 15 minutes"), _("how long it rains"), at_least=60.0),
    ),
    lasts="duration_s",
    about=_("it rains hard on all the land that the gauge stands for"),
    evidence=(ELSEWHERE,),
)
"""Several rains on one gauge add up."""

_JAM = assumed(_("flushing takes hours, a repair in the trench days"))

CATALOGUE = Catalogue(
    "wastewater",
    api=1,
    subsystems=(
        SubSystem(
            DOMAIN,
            _("wastewater"),
            WATER_TRADE,
            engine=True,
            colour="#8c510a",
            page=Page(
                _("Wastewater"),
                _("The sewer network: lifting stations, treatment plant, cellars, overflows."),
                15,
                Balance(
                    {"supplied": _("flows off"), "asked": _("comes")},
                    _("Wastewater and rain that flow off, against what comes."),
                    "m3/s",
                    supplied="sewage_carried_m3_s",
                    asked="sewage_inflow_m3_s",
                ),
                readings=WorstReadings("sewage_level_m", "MAX", "lengthm", _("Highest level of each wet well")),
                depletes=False,
            ),
        ),
    ),
    types=(
        ComponentType(
            MANHOLE,
            DOMAIN,
            _("manhole"),
            parameters=(
                Parameter(
                    "cellar_depth_m",
                    "m",
                    2.0,
                    assumed(_("floor of an ordinary cellar")),
                    _(
                        "depth of the cellar floors below the street; "
                        "water above it is kept out by backflow valves only"
                    ),
                ),
            ),
            from_file=True,
            repair=repair_hours(4, parts=0),
            about=_("manhole, with the houses that drain there"),
            many=True,
        ),
        ComponentType(
            SEWER,
            DOMAIN,
            _("sewer"),
            (SEWER_BLOCKED,),
            from_file=True,
            repair=repair_hours(6, parts=0, source=_JAM),
            many=True,
            no_curve="it lies in the ground",
            no_rate="no figure was found",
        ),
        ComponentType(
            STATION,
            DOMAIN,
            _("lifting station"),
            (STATION_OUT, NO_SUCTION),
            (
                Parameter("suction_after_s", "s", 3600.0, "assumption", _("time until suction trucks are called")),
                Parameter(
                    "suction_m3_s",
                    "m3/s",
                    0.0074,
                    assumed(_("two trucks of 10 m3, 45 minutes a round")),
                    _("what suction trucks carry away; 0 where none can get there"),
                    cure=Cure(_("more suction trucks"), 0.074, 0.0037, "assumption: twenty trucks, one a step"),
                ),
                Parameter("efficiency", "1", 0.5, "assumption", _("of pump and motor, for the power that is drawn")),
            ),
            ladder=(
                normal(MAINS, _("on the grid")),
                technical(ON_GENERATOR, _("on emergency power")),
                analogue(TANKERS, _("suction trucks")),
                degraded(OVERFLOW, _("emergency overflow")),
                failed(NONE, _("pumps stand")),
            ),
            same_medium=(MAINS, ON_GENERATOR, TANKERS),
            from_file=True,
            repair=repair_hours(6),
            about=_("lifting station: wet well with pumps"),
            glyph="M-5 5V-1H-2V-2L0 -7L2 -2V-1H5V5Z",
            no_curve="no figure was found",
            no_rate="no figure was found",
        ),
        ComponentType(
            PUMP,
            DOMAIN,
            _("sewage pump"),
            (PUMP_OUT,),
            from_file=True,
            repair=repair_hours(8),
            inside=True,
            shown_failed=True,
            no_curve="no figure was found",
            no_rate="no figure was found",
        ),
        ComponentType(
            STORM_TANK,
            DOMAIN,
            _("stormwater tank"),
            from_file=True,
            repair=repair_hours(12, parts=0),
            glyph="M-6 -3H6V4H-6Z",
        ),
        ComponentType(
            REGULATOR,
            DOMAIN,
            _("overflow weir"),
            from_file=True,
            repair=repair_hours(6, parts=0),
            about=_("weir, orifice or outlet of a sewer"),
            many=True,
        ),
        ComponentType(
            OUTFALL,
            DOMAIN,
            _("outfall"),
            from_file=True,
            repair=repair_hours(12, parts=0),
            glyph="M-5 -3H1V-6L6 0L1 6V3H-5Z",
        ),
        ComponentType(
            RAIN_GAUGE,
            DOMAIN,
            _("rain gauge"),
            (HEAVY_RAIN,),
            from_file=True,
            about=_("rain gauge, which stands for all the land whose rain it measures"),
            glyph="M0 -7C3 -2 4 0 4 2A4 4 0 0 1 -4 2C-4 0 -3 -2 0 -7Z",
        ),
        ComponentType(
            PLANT,
            DOMAIN,
            _("treatment plant"),
            (PLANT_OUT, BIOLOGY_OUT),
            (
                Parameter(
                    "outfall",
                    "",
                    None,
                    "",
                    _("component id of the outfall through which its water leaves"),
                    names_type=OUTFALL,
                ),
                Parameter("capacity_m3_s", "m3/s", None, "", _("flow that it treats; more passes it untreated")),
                Parameter(
                    "drawn_w",
                    "W",
                    0.0,
                    _("about 34 kWh a person and year (DWA, comparison of plants 2012: 34.3)"),
                    _("electric power while it works"),
                ),
                Parameter(
                    "mechanical_share",
                    "1",
                    0.3,
                    assumed(_("settling takes about a third of the organic load")),
                    _("what screens and settling tanks alone achieve"),
                ),
            ),
            ladder=(
                normal(FULL, _("all stages")),
                technical(MECHANICAL, _("mechanical stage alone")),
                failed(BYPASS, _("untreated")),
            ),
            repair=repair_hours(12),
            glyph="M-6 5V-2H-1A3 3 0 0 1 5 -2H6V5Z",
            no_curve="no figure was found",
            no_rate="no figure was found",
        ),
    ),
    quantities=(
        QuantityName("sewer_depth_m", "m", (MANHOLE,), _("depth of the water in m"), least=0.0),
        QuantityName(
            "sewage_level_m",
            "m",
            (STATION, STORM_TANK),
            _("level in m"),
            recorded=(Recorded(At.COMPONENT, 300),),
            least=0.0,
        ),
        QuantityName("sewage_flow_m3_s", "m3/s", (SEWER, PUMP, REGULATOR, OUTFALL), _("flow in m³/s")),
        QuantityName("overflow_m3_s", "m3/s", (MANHOLE, STATION, STORM_TANK), _("overflow onto the street in m³/s")),
        QuantityName(
            "overflow_m3",
            "m3",
            (MANHOLE, STATION, STORM_TANK, "district"),
            _("overflow onto the street since the beginning in m³"),
        ),
        QuantityName("untreated_m3", "m3", (OUTFALL, PLANT), _("untreated since the beginning in m³")),
        QuantityName(
            "cellars_at_risk",
            "1",
            ("district",),
            _("people with cellars at risk"),
            recorded=(Recorded(At.COMPONENT, 310),),
        ),
        QuantityName(
            "sewage_inflow_m3_s",
            "m3/s",
            ("district",),
            _("wastewater and rain that come in m³/s"),
            recorded=(Recorded(At.COMPONENT, 320),),
        ),
        QuantityName(
            "sewage_carried_m3_s",
            "m3/s",
            ("district",),
            _("of these what flows off in m³/s"),
            recorded=(Recorded(At.COMPONENT, 330),),
        ),
        QuantityName("lifting_pump_running", "1", (PUMP,), _("lifts (1) or not (0)")),
        QuantityName("power_w", "W", (STATION,), _("power in W")),
        QuantityName("rain_mm_h", "mm/h", (RAIN_GAUGE,), _("rain in mm/h"), own_record=True, least=0.0),
        QuantityName("treated_share", "1", (PLANT,), _("treated, as a share")),
    ),
    measures=(
        Measure(
            DISPOSAL,
            DOMAIN,
            "1",
            "district|city",
            True,
            _("share of people whose wastewater flows off"),
            _("wastewater disposal"),
            _("wastewater flows off for {amount} of people"),
            _("DIN EN 752: water in the sewer below the street"),
        ),
        Measure(
            CELLARS,
            DOMAIN,
            "1",
            "district|city",
            True,
            _("share of people whose cellars are safe from the sewer"),
            _("cellars safe from backwater"),
            _("cellars safe from the sewer for {amount} of people"),
            _("DIN EN 12056-4: what lies below the backwater level is to be protected"),
        ),
        Measure(
            TREATMENT,
            DOMAIN,
            "1",
            "city",
            True,
            _("share of the discharged wastewater that was treated"),
            _("wastewater treatment"),
            _("{amount} of the discharged wastewater treated"),
            _("flow through the plant, weighted by its stage"),
            for_people=False,
        ),
    ),
    networks=(
        NetworkFile(NETWORK, DOMAIN, _("input file of EPA SWMM 5"), "simulator.domains.wastewater.importers.swmm:read"),
    ),
    layers=(TownLayer("wastewater", "simulator.domains.wastewater.demo:lay", order=10),),
    town=(
        TownPart("simulator.domains.wastewater.town:stations", 60),
        TownPart("simulator.domains.wastewater.town:levels", 225),
        TownPart("simulator.domains.wastewater.town:sensors", 320),
    ),
    starts=(Start("simulator.domains.wastewater:start", order=45),),
)
