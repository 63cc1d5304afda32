"""What the supply of drinking water logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role, Task
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.drinking_water")

_n = _.plural
PEOPLE = Counted(_n("{n} person", "{n} people", 2))
WATER_TOUR = Task("water-tour", _("water tanker of the district"))

DRINKING_NETWORK = EventCode(
    "drinking-water.network", EventKind.MODE, _("the network delivers {share} of the demand"), {"share": Role.SHARE}
)
DRINKING_LOW_TANKS = EventCode(
    "drinking-water.low-tanks",
    EventKind.MODE,
    _("tanks are low, {litres} l a person and day arrive"),
    {"litres": Role.NUMBER},
)
DRINKING_WEAK = EventCode(
    "drinking-water.weak-network",
    EventKind.MODE,
    _("the network is weak, {litres} l a person and day arrive"),
    {"litres": Role.NUMBER},
)
DRINKING_PARTLY = EventCode(
    "drinking-water.partly",
    EventKind.MODE,
    _("{people} get less than {least} l a day, on average {litres} l arrive"),
    {"people": PEOPLE, "least": Role.NUMBER, "litres": Role.NUMBER},
)
DRINKING_BOILED = EventCode(
    "drinking-water.boiled",
    EventKind.MODE,
    _("{told} of the people know of the notice; {litres} l a person and day are boiled"),
    {"told": Role.SHARE, "litres": Role.NUMBER},
)
DRINKING_BROUGHT = EventCode(
    "drinking-water.brought",
    EventKind.MODE,
    _("wells and tankers give {brought} l a day, {litres} l a person in all"),
    {"brought": Role.NUMBER, "litres": Role.NUMBER},
)
DRINKING_BOTTLED = EventCode(
    "drinking-water.bottled",
    EventKind.MODE,
    _("{litres} l of bottled water a person and day are handed out"),
    {"litres": Role.NUMBER},
)
DRINKING_GETTING_READY = EventCode(
    "drinking-water.getting-ready",
    EventKind.MODE,
    _("{litres} l a person and day arrive; wells and tankers are getting ready"),
    {"litres": Role.NUMBER},
)
DRINKING_NOBODY_COMES = EventCode(
    "drinking-water.nobody-comes",
    EventKind.MODE,
    _("{litres} l a person and day arrive; no well works and no tanker gets through"),
    {"litres": Role.NUMBER},
)
