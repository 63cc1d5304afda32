"""What district heating logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.district_heating")

HEAT_NETWORK = EventCode("heat.network", EventKind.MODE, _("the network heats the homes"))
HEAT_STORE = EventCode(
    "heat.store",
    EventKind.MODE,
    _("the heat store stands in for the plant, for {left_s} at most"),
    {"left_s": Role.SECONDS},
)
HEAT_COOLING = EventCode(
    "heat.cooling",
    EventKind.MODE,
    _("too little heat arrives; the homes live on the warmth of their walls and reach {least_c} °C in {left_s}"),
    {"least_c": Role.NUMBER, "left_s": Role.SECONDS},
)
HEAT_WEAK = EventCode(
    "heat.weak",
    EventKind.MODE,
    _("too little heat arrives, but enough to keep rooms above {least_c} °C"),
    {"least_c": Role.NUMBER},
)
HEAT_ROOMS = EventCode(
    "heat.warm-rooms",
    EventKind.MODE,
    _("homes are below {least_c} °C; warm rooms take in {places} people"),
    {"least_c": Role.NUMBER, "places": Role.COUNT},
)
HEAT_NONE = EventCode(
    "heat.none", EventKind.MODE, _("homes are below {least_c} °C and no warm room is open"), {"least_c": Role.NUMBER}
)
STORE_EMPTY = EventCode("heat.store-empty", EventKind.NOTE, _("is empty"))
STORE_CALLED = EventCode(
    "heat.store-called",
    EventKind.NOTE,
    _("gives {share} of the heat that is asked for"),
    {"share": Role.SHARE},
)
