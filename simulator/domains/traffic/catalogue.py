"""What the road network declares."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Balance,
    Catalogue,
    ComponentType,
    LinkType,
    Page,
    PlausibilityRule,
    Start,
    SubSystem,
    TownPart,
    TradeType,
    WorstReadings,
    analogue,
    degraded,
    failed,
    normal,
    technical,
)
from simulator.contracts.component import Domain
from simulator.contracts.cure import Cure
from simulator.contracts.failure import Confidence, FailureRate, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, Damage, FaultPoint, Parameter, logged, rises, used
from simulator.contracts.figures import FigureKind, Formula
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At, QuantityName, Recorded
from simulator.contracts.repair import Trade, repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import SHARE, Words
from simulator.coupling.catalogue import LINK_CUT, more_people
from simulator.domains.energy.catalogue import ELECTRIC

_ = Words("simulator.domains.traffic")

RESCUE_ARRIVAL = "rescue-arrival"

DOMAIN = Domain("traffic")
ROAD = LinkKind("road")
ROADS = Trade("roads")
ROAD_NODE, ROAD_TYPE, SIGNAL = "road-node", "road", "signal"
QUEUE = "queue_veh"
TRAVEL_TIME_INDEX, RESCUE_ARRIVAL = "travel-time-index", "rescue-arrival"
"""Measures: travel times over those of empty roads, and the share of people whom rescue reaches in time."""

RESCUE_RULES = {
    "BB": (900.0, "call"),
    "BW": (720.0, "sent"),
    "BY": (720.0, "drive"),
    "HB": (600.0, "sent"),
    "HE": (600.0, "sent"),
    "NI": (900.0, "sent"),
    "NW-town": (480.0, "call"),
    "NW-rural": (720.0, "call"),
    "SL": (720.0, "call"),
    "SN": (720.0, "sent"),
    "ST": (720.0, "call"),
}
"""Time until the first ambulance stands on the road before the house, and from when it counts: the `call`, the end of
the call when somebody is `sent`, or the begin of the `drive`. By Land, where the rule names a time: tables of Forplan
and of Wikipedia, MDR for Saxony-Anhalt (secondary). Baden-Württemberg: 12 min for 95 % by the law of 17 July
2024 (dpa), counted from the end of the call as in its Rettungsdienstplan of 2022 (Die Welt, 2023); before, the law
said 10 to 15 min from the call. The share that has to be in time (95 %, in Hesse and North Rhine-Westphalia 90 %) is
what the level requires."""

ORDINARY_RULE = "SN"
"""The rule of a town that does not say in which Land it lies (assumption)."""

SATURATION_VEH_S = 1800 / 3600
"""What a lane passes at a signal while it is green. HBS and the Highway Capacity Manual name 1,800 to 2,000 veh/h on a
lane that leads straight on; the least of it, as cars that turn share the lane and wait for oncoming ones and for people
on foot (assumption). Of 1,600 to 2,000 in the demo city, 1,700 to 1,900 keep both peaks within published ones."""

GRIDLOCK = 10.0
"""The travel-time index from which on it is not told any more: where empty roads allow 50 km/h, cars are then slower
than people on foot (5 km/h). Whoever sits in one turns round, or leaves it, which the model does not know; how large
the ratio grows is then a matter of how long nobody moves, and no travel time (assumption)."""

_HELD_UP = rises("held_up_veh", 0.5)
"""Vehicles come to a junction that no longer works by its signal's programme."""
_CARS = used("hourly_veh", 0.5)
"""Cars drove on the road that is taken away; the next ones have to look for another one."""

CONTROLLER_FAILED = FaultPoint(
    "controller-failed",
    _("signal controller has failed"),
    parameters=(Parameter("fallback", "", "fixed", "assumption", _("what it falls back to"), ("fixed", "flashing")),),
    about=_("the signal's controller falls back to fixed greens or to flashing amber"),
    evidence=(_HELD_UP, ELSEWHERE),
    in_street=True,
)
"""Unlike a dark signal it needs no police; nobody commands it while it lasts."""

DEMAND_SURGE = FaultPoint(
    "demand-surge",
    _("surge of traffic"),
    parameters=(
        Parameter("vehicles", "", None, "", _("cars more than on an ordinary day"), at_least=1.0),
        Parameter("over_s", "s", 3600.0, "assumption", _("time over which they set out"), at_least=60.0),
        Parameter("radius_m", "m", 500.0, "assumption", _("junctions within it belong to the place"), at_least=0.0),
        Parameter(
            "direction", "", "away", "assumption", _("evacuation or end of an event; or its begin"), ("away", "towards")
        ),
    ),
    about=_("many more cars than usual set out from here, or to here"),
    evidence=(logged("traffic.surge-seen"), ELSEWHERE),
)
"""Cleared, those who have not set out stay where they are."""

CATALOGUE = Catalogue(
    "traffic",
    api=1,
    subsystems=(
        SubSystem(
            DOMAIN,
            _("traffic"),
            ROADS,
            engine=True,
            colour="#fff",
            page=Page(
                _("Traffic"),
                _("Road traffic: speed, signals, closures."),
                30,
                Balance(
                    {"supplied": _("mean speed"), "asked": _("free flow")},
                    _(
                        "Mean speed on the roads against that of free flow (the highest mean of the run, which begins "
                        "on empty roads)."
                    ),
                    "velocityms",
                    "MEAN",
                    supplied="mean_speed_m_s",
                    local="vehicles",
                    needs=("vehicles",),
                ),
                WorstReadings("queue_veh", "MAX", "short", _("Most vehicles at each signal")),
            ),
            fallback_rank=3,
        ),
    ),
    types=(
        ComponentType(
            ROAD_NODE,
            DOMAIN,
            _("road junction"),
            (DEMAND_SURGE,),
            gives=(ROAD,),
            from_file=True,
            about=_("junction of roads"),
            many=True,
            network_part=True,
        ),
        ComponentType(
            ROAD_TYPE,
            DOMAIN,
            _("road"),
            (
                FaultPoint(
                    "road-closed", _("road is closed"), cuts_off=True, evidence=(_CARS, ELSEWHERE), in_street=True
                ),
                FaultPoint(
                    "road-narrowed",
                    _("road is narrowed"),
                    parameters=(
                        Parameter(
                            "capacity_share",
                            "1",
                            0.5,
                            "assumption",
                            _("share of the capacity left"),
                            at_least=0.0,
                            at_most=1.0,
                        ),
                    ),
                    about=_("part of the capacity is gone"),
                    evidence=(rises("saturated", 0.5, 86400.0), ELSEWHERE),
                    in_street=True,
                ),
            ),
            from_file=True,
            repair=repair_hours(6, parts=0),
            about=_("road in one direction"),
            many=True,
            network_part=True,
            no_rate="what closes a road is no wear",
            damage=Damage("road-narrowed", "capacity_share", rest=True, whole="road-closed"),
        ),
        ComponentType(
            SIGNAL,
            DOMAIN,
            _("traffic signal"),
            (
                FaultPoint(
                    "signal-dark",
                    _("signal is dark"),
                    disables=True,
                    evidence=(_HELD_UP, ELSEWHERE),
                    in_street=True,
                ),
                CONTROLLER_FAILED,
            ),
            (
                Parameter("cycle_s", "s", 90.0, assumed(_("RiLSA names 90 s as usual")), _("local programme")),
                Parameter(
                    "police_s",
                    "s",
                    1800.0,
                    "assumption",
                    _("time from a dark junction until officers set off to it, who then drive"),
                ),
                Parameter(
                    "police",
                    "",
                    False,
                    "assumption",
                    _("whether police have this junction on their list"),
                    cure=Cure(_("junction on the list of the police"), 1, 1, "a switch"),
                ),
            ),
            ladder=(
                normal("central", _("central")),
                technical("local", _("local")),
                technical("fixed", _("fixed greens")),
                degraded("flashing", _("flashing amber")),
                failed("dark", _("dark")),
                analogue("police", _("police")),
            ),
            trade=ELECTRIC,
            repair=repair_hours(2),
            about=_("traffic signal at the road node that its road link comes from"),
            glyph="M-2 -4A2 2 0 0 1 2 -4V4A2 2 0 0 1 -2 4Z",
            mode_says_all=True,
            shed=2,
            small=True,
            device=True,
            sited=("highway=traffic_signals",),
        ),
    ),
    links=(
        LinkType(
            ROAD,
            DOMAIN,
            _("road access"),
            ROADS,
            (LINK_CUT,),
            access=True,
            order=50,
        ),
    ),
    trades=(
        TradeType(
            ROADS,
            _("roads"),
            Parameter(
                "roads_crews", "", 0.0, "assumption", _("crews for roads alone"), cure=more_people(_("more road crews"))
            ),
            order=3,
            in_town=1.0,
        ),
    ),
    quantities=(
        QuantityName("vehicles", "1", (ROAD_TYPE,), _("vehicles"), recorded=(Recorded(At.SUM, 150),)),
        QuantityName(
            "speed_m_s",
            "m/s",
            (ROAD_TYPE,),
            _("speed in m/s"),
            recorded=(Recorded(At.MEAN, 190, name="mean_speed_m_s"),),
            least=0.0,
        ),
        QuantityName("travel_time_s", "s", (ROAD_TYPE,), _("travel time in s")),
        QuantityName("flow_veh_h", "1/h", (ROAD_TYPE,), _("vehicles an hour")),
        QuantityName("hourly_veh", "1", (ROAD_TYPE,), _("vehicles of the last hour")),
        QuantityName(
            "saturated", "1", (ROAD_TYPE,), _("narrowed and full: as many come as it takes in (1) or not (0)")
        ),
        QuantityName(
            "held_up_veh", "1", (SIGNAL,), _("vehicles at a junction that works otherwise than its programme")
        ),
        QuantityName(QUEUE, "1", (SIGNAL,), _("vehicles queueing"), recorded=(Recorded(At.SUM, 160),), least=0.0),
    ),
    measures=(
        Measure(
            TRAVEL_TIME_INDEX,
            DOMAIN,
            "1",
            "city",
            False,
            _("travel-time index (actual / free flow; 10 stands for gridlock)"),
            _("travel times"),
            _("travel-time index {amount}"),
            _("U4SSC indicators"),
            for_people=False,
            figures=(FigureKind(Formula.WORST, "tti-worst", _("worst travel-time index"), "1", _("U4SSC indicators")),),
            told_to=GRIDLOCK,
            beyond=_("gridlock, a travel-time index of {limit} or more, slower than on foot"),
        ),
        Measure(
            RESCUE_ARRIVAL,
            DOMAIN,
            "1",
            "city",
            True,
            _("share of people reached by rescue in time"),
            _("rescue in time"),
            _("{amount} of people reached by rescue in time"),
            _("Länder rescue rules"),
            figures=(
                FigureKind(
                    Formula.WORST,
                    "rescue-in-time",
                    _("reached by rescue in time, worst"),
                    SHARE,
                    _("rescue rules of the Land"),
                ),
            ),
            lacked=_("rescue"),
            spared_s=900.0,
            spared_by=_(
                "the rules count the trips of a year; roads are judged by quarters of an hour, the shortest time in "
                "which traffic is steady (Highway Capacity Manual)"
            ),
        ),
    ),
    town=(
        TownPart("simulator.domains.traffic.town:signals", 30),
        TownPart("simulator.domains.traffic.town:access", 150),
        TownPart("simulator.domains.traffic.town:levels", 230),
        TownPart("simulator.domains.traffic.town:sensors", 320),
    ),
    starts=(Start("simulator.domains.traffic:start", order=50),),
    plausibility=(PlausibilityRule("simulator.domains.traffic.plausible:roads_of_a_town", order=5, always=True),),
    fragilities=(
        Fragility(
            id="flood-signal",
            hazard=HazardType.FLOOD,
            kinds=(SIGNAL,),
            median=0.4,
            beta=0.3,
            fault="signal-dark",
            source=assumed(_("control cabinet on a plinth")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(24),
        ),
        Fragility(
            id="flood-road",
            hazard=HazardType.FLOOD,
            kinds=(ROAD_TYPE,),
            median=0.3,
            beta=0.0,
            fault="road-closed",
            source=_(
                "Kramer et al. 2016, safety criteria for the trafficability of inundated roads: cars up to 0.3 m "
                "(rescue vehicles 0.6 m)"
            ),
            confidence=Confidence.FOUND,
            open_to_it=True,
            outage=out_for(24, _("until the water is gone and the road is clear")),
        ),
        Fragility(
            id="storm-road",
            hazard=HazardType.STORM,
            kinds=(ROAD_TYPE,),
            median=42.0,
            beta=0.15,
            per_km=True,
            fault="road-closed",
            source=_(
                "half of all trees break at 42 m/s (Virot et al. 2016, as quoted in the press); a fallen tree "
                "closes the road: assumption"
            ),
            confidence=Confidence.SECONDARY,
            outage=out_for(4, _("fire brigade clears the road"), beta=0.7),
        ),
        Fragility(
            id="storm-signal",
            hazard=HazardType.STORM,
            kinds=(SIGNAL,),
            median=50.0,
            beta=0.15,
            fault="signal-dark",
            source=assumed(_("masts turned or broken")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(12, beta=0.7),
        ),
        Fragility(
            id="heat-signal",
            hazard=HazardType.HEAT,
            kinds=(SIGNAL,),
            median=55.0,
            beta=0.05,
            fault="signal-dark",
            source=assumed(_("control cabinets are built for 55 °C")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(4, _("until it has cooled")),
        ),
    ),
    rates=(
        FailureRate(
            id="signal",
            kinds=(SIGNAL,),
            rate=0.2,
            fault="signal-dark",
            source="assumption",
            confidence=Confidence.ASSUMPTION,
            mean_age_years=10,
            growth=0.05,
            support_years=20,
            outage=out_for(4, beta=0.7),
        ),
    ),
)
