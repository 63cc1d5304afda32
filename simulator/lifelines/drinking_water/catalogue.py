"""The emergency supply of drinking water: wells, tankers, boiling, bottles."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Alert,
    Catalogue,
    ComponentType,
    TownPart,
    analogue,
    failed,
    normal,
    technical,
)
from simulator.contracts.cure import Cure
from simulator.contracts.failure import Confidence, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter
from simulator.contracts.figures import FigureKind, Formula
from simulator.contracts.level import Measure
from simulator.contracts.quantities import QuantityName
from simulator.contracts.repair import repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.coupling.catalogue import NO_TANKERS, SERVED_LESS
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.domains.water.catalogue import FLOW, JUNCTION, WATER, WATER_SUPPLY, WATER_TRADE
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.drinking_water")

_SPHERE = _("Sphere: nobody farther than 500 m from a water point")

LITRES = "litres-per-person"
"""The measure of what everybody gets to drink a day."""

CATALOGUE = Catalogue(
    "drinking-water",
    api=1,
    types=(
        ComponentType(
            "drinking-water",
            DOMAIN,
            _("emergency drinking water"),
            (
                NO_TANKERS,
                FaultPoint(
                    "notice-withheld",
                    _("boil-water notice is withheld"),
                    about=_("nobody tells people that the water must not be drunk as it is"),
                    evidence=(SERVED_LESS, ELSEWHERE),
                ),
                FaultPoint(
                    "bottles-missing",
                    _("bottled water is missing"),
                    about=_("there is no bottled water to hand out"),
                    evidence=(SERVED_LESS, ELSEWHERE),
                ),
            ),
            (
                Parameter(
                    "activate_s", "s", 7200.0, "assumption", _("time until wells are manned and tankers are called for")
                ),
                Parameter(
                    "notice_s",
                    "s",
                    1800.0,
                    "assumption",
                    _("time until people know that the water must be boiled"),
                ),
                Parameter("bottled_s", "s", 3600.0, "assumption", _("time until bottled water is handed out")),
                Parameter(
                    "bottled_l_person",
                    "l",
                    0.0,
                    "assumption",
                    _("bottled water in stock for each person"),
                    cure=Cure(
                        _("more bottled water in stock"),
                        45,
                        1,
                        "three days of 15 l, as 1. WasSV asks for a person and day",
                    ),
                ),
                Parameter(
                    "reach_m",
                    "m",
                    500.0,
                    _SPHERE,
                    _("how far people walk for water"),
                    at_least=0.0,
                ),
                Parameter(
                    "hours_s",
                    "s",
                    28800.0,
                    _("Sphere: a water point is open for about 8 h a day"),
                    _("how long water is handed out in a day"),
                    at_least=0.0,
                    at_most=86400.0,
                ),
                Parameter(
                    "tap_l_s",
                    "l/s",
                    0.125,
                    _("Sphere: 7.5 l/min a tap"),
                    _("water that one tap of a tanker gives"),
                    at_least=0.0,
                ),
                Parameter("taps", "", 6.0, "assumption", _("taps of a tanker"), at_least=0.0),
                Parameter("stops", "", 2.0, "assumption", _("places that one tanker serves in turn"), at_least=1.0),
                Parameter("tanker_l", "l", 3000.0, "assumption", _("water that one tanker brings")),
                Parameter(
                    "tankers",
                    "",
                    2.0,
                    "assumption",
                    _("water tankers that the district asks the depots for"),
                ),
                Parameter(
                    "refill_s",
                    "s",
                    1800.0,
                    "assumption",
                    _("time to fill and to hand out one tanker, without the drive"),
                ),
            ),
            ladder=(
                normal("network", _("piped supply")),
                analogue("boiled", _("boiled water")),
                technical("tank", _("tank")),
                analogue("emergency", _("wells and tankers")),
                analogue("bottled", _("bottled water")),
                failed("none", _("none")),
            ),
            trade=WATER_TRADE,
            vital=True,
            process="simulator.lifelines.drinking_water.process:DrinkingWater",
            order=30,
            about=_("emergency supply of one district: network, boiled, tank, then wells and tankers, bottles"),
            visited=True,
            stands_in=WATER,
            district_measures=(LITRES,),
            glyph="M-5 -2A5 5 0 0 0 5 -2V-4H-5Z",
            shown_failed=True,
        ),
        ComponentType(
            "emergency-well",
            DOMAIN,
            _("emergency well"),
            (FaultPoint("well-out", _("well gives no water"), disables=True, evidence=(ELSEWHERE,)),),
            (
                Parameter(
                    FLOW,
                    "m3/s",
                    0.0005,
                    assumed(_("a hand pump gives about 1.8 m3/h")),
                    _("water that it gives"),
                ),
                Parameter("taps", "", 1.0, "assumption", _("taps at which people fill their cans"), at_least=0.0),
                Parameter(
                    "tap_l_s",
                    "l/s",
                    17.0 / 60.0,
                    _("Sphere: 17 l/min at a hand pump"),
                    _("water that one of its taps gives"),
                    at_least=0.0,
                    cure=Cure(_("more taps at the well"), 3, 0.25, "assumption"),
                ),
            ),
            trade=WATER_TRADE,
            site=True,
            vital=True,
            order=10,
            repair=repair_hours(4),
            about=_("emergency well with a hand pump, or a motor pump if it has a power link"),
            glyph="M0 -5C3 -1 3.5 0 3.5 1.5A3.5 3.5 0 0 1 -3.5 1.5C-3.5 0 -3 -1 0 -5Z",
            visited=True,
            stands_in=WATER,
            district_measures=(LITRES,),
            no_rate="no figure was found",
        ),
    ),
    quantities=(
        QuantityName(
            "litres_per_person_d",
            "l/person/d",
            ("district", JUNCTION),
            _("drinking water in l per person and day"),
        ),
    ),
    measures=(
        Measure(
            LITRES,
            DOMAIN,
            "l/person/d",
            "district",
            True,
            _("drinking water available to each person a day, where least comes"),
            _("drinking water"),
            _("drinking water {amount}"),
            _("1. WasSV § 2"),
            of_network=WATER_DOMAIN,
            figures=(
                FigureKind(
                    Formula.WORST,
                    "litres-per-person-d",
                    _("drinking water, where least comes"),
                    "l/person/d",
                    _("1. WasSV § 2"),
                ),
            ),
        ),
    ),
    town=(
        TownPart("simulator.lifelines.drinking_water.town:points_and_wells", 110),
        TownPart("simulator.lifelines.drinking_water.town:levels", 210),
    ),
    fragilities=(
        Fragility(
            id="flood-well",
            hazard=HazardType.FLOOD,
            kinds=("emergency-well",),
            median=0.3,
            beta=0.0,
            fault="well-out",
            source=assumed(_("flood water runs into the well head, its water is not given out")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(72, _("flushing and a water test")),
        ),
    ),
    alerts=(
        Alert(
            "stadtwerk-water-below",
            _("Drinking water below the limit"),
            _(
                "{{ $labels.city }}: {{ $values.B.Value }} people are below the limit ({{ $labels.measure }}, "
                "run {{ $labels.run }})."
            ),
            _(
                "1. Open the page Water: which districts, which pressure, which pumps stand still? 2. Check the "
                "pumps' power and remote control (pages Energy and ICT). 3. Read the hours left in the tanks. 4. "
                "If that is not enough until the repair: call out emergency wells and tankers, hospital and "
                "homes first, warn the public. 5. If the water may be contaminated, agree a notice to boil water "
                "with the health authority."
            ),
            lasting="5m",
            below=(WATER_SUPPLY, LITRES),
            page=WATER_DOMAIN.value,
            panel="people",
            order=10,
        ),
    ),
)
