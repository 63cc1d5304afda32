"""What district heating declares: plants, pumps, stores and homes, the heat between them, and how warm rooms are."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    LinkType,
    StoreKind,
    TownLayer,
    analogue,
    degraded,
    failed,
    normal,
    technical,
)
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter, rises
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At, QuantityName, Recorded
from simulator.contracts.repair import repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.coupling.catalogue import LINK_CUT, SERVED_LESS
from simulator.domains.water.catalogue import WATER_TRADE
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.district_heating")

HEAT = LinkKind("district-heat")
PLANT, PUMPS, STORE, HOMES = "heating-plant", "heating-pumps", "heat-store", "heated-homes"
NETWORK, FROM_STORE, COOLING, WARM_ROOMS, COLD = "network", "from-store", "cooling", "warm-rooms", "cold-homes"
"""Modes of the homes."""
ROOM_TEMPERATURE = "room-temperature"
"""The measure of how warm homes are."""
ROOM_C, OUTDOOR_C, HEAT_W, STORED_J = "room_temperature_c", "outdoor_temperature_c", "heat_w", "stored_heat_j"
"""Quantities."""

LEAST_C = 18.0
"""Rooms no colder than this harm nobody's health: WHO Housing and health guidelines (2018), recommendation 4."""
WHO = _("WHO Housing and health guidelines (2018): 18 °C")
LEAST_NORM = "room-temperature"
"""The norm that asks for it."""

PLANT_OUT = FaultPoint("heating-plant-out", _("heating plant gives no heat"), disables=True, evidence=(ELSEWHERE,))
PUMPS_OUT = FaultPoint("heating-pumps-out", _("heating pumps do not turn"), disables=True, evidence=(ELSEWHERE,))
STORE_OUT = FaultPoint("heat-store-out", _("heat store gives nothing"), disables=True, evidence=(ELSEWHERE,))
COLD_SPELL = FaultPoint(
    "cold-spell",
    _("cold spell"),
    parameters=(
        Parameter(
            "outdoor_c", "°C", -12.0, assumed(_("a design winter day of southern Germany")), _("outdoor temperature")
        ),
    ),
    about=_("it is colder outdoors than usual"),
    evidence=(rises(HEAT_W, 1000.0), ELSEWHERE),
)
"""Weather over the homes of a district; the coldest of several counts."""
NO_WARM_ROOMS = FaultPoint(
    "warm-rooms-closed",
    _("warm rooms stay closed"),
    about=_("no warm room is opened for people whose homes are cold"),
    evidence=(SERVED_LESS, ELSEWHERE),
)

_ELECTRIC = Parameter("electric_w", "W", 0.0, "assumption", _("electric power it takes while it works"))

CATALOGUE = Catalogue(
    "district-heating",
    api=1,
    types=(
        ComponentType(
            PLANT,
            DOMAIN,
            _("heating plant"),
            (PLANT_OUT,),
            (Parameter("rated_w", "W", None, "", _("heat that it gives at most")), _ELECTRIC),
            gives=(HEAT,),
            trade=WATER_TRADE,
            repair=repair_hours(8),
            site=True,
            glyph="M-6 5V-1L-2 -3V-1L2 -3V-6H5V5Z",
            order=60,
            no_curve="no figure was found",
            no_rate="no figure was found",
        ),
        ComponentType(
            PUMPS,
            DOMAIN,
            _("heating pumps"),
            (PUMPS_OUT,),
            (_ELECTRIC,),
            gives=(HEAT,),
            trade=WATER_TRADE,
            repair=repair_hours(4),
            site=True,
            glyph="M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0ZM-2 -3L4 0L-2 3Z",
            order=70,
            about=_("circulation pumps of a heating network"),
            no_curve="no figure was found",
            no_rate="no figure was found",
        ),
        ComponentType(
            STORE,
            DOMAIN,
            _("heat store"),
            (STORE_OUT,),
            (
                Parameter("energy_j", "J", None, "", _("heat that it holds when full")),
                Parameter("rated_w", "W", None, "", _("heat that it gives or takes at most")),
                Parameter(
                    "initial_share",
                    "1",
                    1.0,
                    assumed(_("charged before the night")),
                    _("share of what it holds that is in it at the start"),
                    at_least=0.0,
                    at_most=1.0,
                ),
            ),
            gives=(HEAT,),
            trade=WATER_TRADE,
            repair=repair_hours(8),
            glyph="M-4 -6H4V6H-4Z",
            about=_("heat store of a heating network: a tank of hot water"),
            no_curve="no figure was found",
            no_rate="no figure was found",
        ),
        ComponentType(
            HOMES,
            DOMAIN,
            _("heated homes"),
            (COLD_SPELL, NO_WARM_ROOMS),
            (
                Parameter("people", "", None, "", _("people who live in them"), at_least=0.0),
                Parameter("peak_w", "W", None, "", _("heat that their radiators give at most")),
                Parameter(
                    "tau_s",
                    "s",
                    234_000.0,
                    _("65 h, unrefurbished brick: computed from a 48 h cooling test (Baumit, 2017 and 2020)"),
                    _("time constant of the buildings"),
                    at_least=1.0,
                ),
                Parameter("set_c", "°C", 20.0, _("EN 12831: living rooms"), _("room temperature that is held")),
                Parameter("design_c", "°C", -12.0, "assumption", _("outdoor temperature that radiators are sized for")),
                Parameter("outdoor_c", "°C", 0.0, assumed(_("a winter day")), _("outdoor temperature")),
                Parameter("least_c", "°C", LEAST_C, WHO, _("least healthy temperature")),
                Parameter(
                    "warm_room_places", "", 0.0, assumed(_("none")), _("people that warm rooms of the town take in")
                ),
                Parameter("warm_rooms_s", "s", 7200.0, "assumption", _("time until warm rooms are open")),
            ),
            ladder=(
                normal(NETWORK, _("heating network")),
                technical(FROM_STORE, _("heat store")),
                degraded(COOLING, _("cooling down")),
                analogue(WARM_ROOMS, _("warm rooms")),
                failed(COLD, _("cold")),
            ),
            same_medium=(NETWORK, FROM_STORE),
            process="simulator.lifelines.district_heating.process:HeatedHomes",
            order=100,
            glyph="M-5 5V-1L0 -6L5 -1V5Z",
            about=_(
                "homes of a district on the heating network: network, heat store, warmth of their walls, warm rooms"
            ),
        ),
    ),
    links=(LinkType(HEAT, DOMAIN, _("heat"), WATER_TRADE, (LINK_CUT,), passes_loss=True),),
    quantities=(
        QuantityName(ROOM_C, "°C", (HOMES,), _("temperature of the rooms"), recorded=(Recorded(At.COMPONENT, 300),)),
        QuantityName(OUTDOOR_C, "°C", (HOMES,), _("temperature outdoors"), own_record=True),
        QuantityName(HEAT_W, "W", (HOMES,), _("heat that arrives"), least=0.0),
        QuantityName(
            STORED_J, "J", (STORE,), _("heat in the store"), recorded=(Recorded(At.COMPONENT, 310),), least=0.0
        ),
    ),
    measures=(
        Measure(
            ROOM_TEMPERATURE,
            DOMAIN,
            "°C",
            "district",
            True,
            _("room temperature of the homes on district heating"),
            _("room temperature"),
            _("rooms at {amount}"),
            _("WHO Housing and health guidelines (2018)"),
        ),
    ),
    stores=(StoreKind("heat-store", STORED_J, "J", _("heat store")),),
    layers=(TownLayer("district-heating", "simulator.lifelines.district_heating.town:lay_heating", 20),),
)
