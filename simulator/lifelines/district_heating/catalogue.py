"""What district heating declares: plants, pumps, stores and homes, the heat between them, and how warm rooms are."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    LinkType,
    analogue,
    degraded,
    failed,
    normal,
    technical,
)
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import QuantityName
from simulator.contracts.repair import repair_hours
from simulator.coupling.catalogue import LINK_CUT
from simulator.domains.water.catalogue import WATER_TRADE
from simulator.lifelines.catalogue import DOMAIN

HEAT = LinkKind("heat")
PLANT, PUMPS, STORE, HOMES = "heating-plant", "heating-pumps", "heat-store", "heated-homes"
ROOM_TEMPERATURE = "room-temperature"
"""The measure of how warm homes are."""

LEAST_C = 18.0
"""Rooms no colder than this harm nobody's health: WHO Housing and health guidelines (2018), recommendation 4."""

COLD_SPELL = FaultPoint(
    "cold-spell",
    "it is colder outdoors than usual",
    parameters=(
        Parameter(
            "outdoor_c", "°C", -12.0, "assumption: a design winter day of southern Germany", "outdoor temperature"
        ),
    ),
)
"""Weather over the homes of a district; the coldest of several counts."""

NO_WARM_ROOMS = FaultPoint("warm-rooms-closed", "no warm room is opened for people whose homes are cold")

_ELECTRIC = Parameter("electric_w", "W", 0.0, "assumption", "electric power it takes while it works")

CATALOGUE = Catalogue(
    "district-heating",
    api=1,
    types=(
        ComponentType(
            PLANT,
            DOMAIN,
            "heating plant",
            (FaultPoint("heating-plant-out", "the plant gives no heat", disables=True),),
            (Parameter("rated_w", "W", None, "", "heat that it gives at most"), _ELECTRIC),
            gives=(HEAT,),
            trade=WATER_TRADE,
            repair=repair_hours(8),
            site=True,
        ),
        ComponentType(
            PUMPS,
            DOMAIN,
            "circulation pumps of a heating network",
            (FaultPoint("heating-pumps-out", "the pumps do not turn", disables=True),),
            (_ELECTRIC,),
            gives=(HEAT,),
            trade=WATER_TRADE,
            repair=repair_hours(4),
            site=True,
        ),
        ComponentType(
            STORE,
            DOMAIN,
            "heat store of a heating network: a tank of hot water",
            (FaultPoint("heat-store-out", "the store gives nothing", disables=True),),
            (
                Parameter("energy_j", "J", None, "", "heat that it holds when full"),
                Parameter("rated_w", "W", None, "", "heat that it gives or takes at most"),
                Parameter("initial_share", "1", 1.0, "assumption: charged before the night", at_least=0.0, at_most=1.0),
            ),
            gives=(HEAT,),
            trade=WATER_TRADE,
            repair=repair_hours(8),
        ),
        ComponentType(
            HOMES,
            DOMAIN,
            "homes of a district on the heating network: network, heat store, warmth of their walls, warm rooms",
            (COLD_SPELL, NO_WARM_ROOMS),
            (
                Parameter("people", "", None, "", "people who live in them"),
                Parameter("peak_w", "W", None, "", "heat that their radiators give at most"),
                Parameter(
                    "tau_s",
                    "s",
                    234_000.0,
                    "65 h, unrefurbished brick: computed from a 48 h cooling test (Baumit, 2017 and 2020)",
                    "time constant of the buildings",
                    at_least=1.0,
                ),
                Parameter("set_c", "°C", 20.0, "EN 12831: living rooms", "room temperature that is held"),
                Parameter("design_c", "°C", -12.0, "assumption", "outdoor temperature that radiators are sized for"),
                Parameter("outdoor_c", "°C", 0.0, "assumption: a winter day", "outdoor temperature"),
                Parameter(
                    "least_c", "°C", LEAST_C, "WHO Housing and health guidelines (2018)", "least healthy temperature"
                ),
                Parameter(
                    "warm_room_places", "", 0.0, "assumption: none", "people that warm rooms of the town take in"
                ),
                Parameter("warm_rooms_s", "s", 7200.0, "assumption", "time until warm rooms are open"),
            ),
            ladder=(
                normal("network"),
                technical("store"),
                degraded("cooling"),
                analogue("warm-rooms"),
                failed("cold"),
            ),
            same_medium=("network", "store"),
            process="simulator.lifelines.district_heating.process:HeatedHomes",
            order=100,
        ),
    ),
    links=(LinkType(HEAT, DOMAIN, "heat", WATER_TRADE, (LINK_CUT,), passes_loss=True),),
    quantities=(
        QuantityName("room_temperature_c", "°C", (HOMES,), "temperature of the rooms"),
        QuantityName("heat_w", "W", (HOMES,), "heat that arrives"),
        QuantityName("stored_heat_j", "J", (STORE,), "heat in the store"),
    ),
    measures=(
        Measure(
            ROOM_TEMPERATURE,
            DOMAIN,
            "°C",
            "district",
            True,
            "temperature of the homes on district heating",
            "Raumtemperatur der Wohnungen mit Fernwärme",
            "WHO Housing and health guidelines (2018)",
        ),
    ),
)
