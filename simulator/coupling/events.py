"""What the coupling of the networks logs: faults, links, supplies, levels, crews, police."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role, Task
from simulator.contracts.words import Words

_ = Words("simulator.coupling")
_n = _.plural

CAUSES = Counted(_n("{n} other cause", "{n} other causes", 2))
DEVICES_COMMANDED = Counted(_n("{n} device", "{n} devices", 2))
_LINK = {"link_kind": Role.LINK_KIND, "source": Role.COMPONENT, "target": Role.COMPONENT}

FAULT_APPLIED = EventCode("fault.applied", EventKind.FAULT, _("{fault}"), {"fault": Role.FAULT})
FAULT_CLEARED = EventCode("fault.cleared", EventKind.CLEAR, _("fixed: {fault}"), {"fault": Role.FAULT})
FAULT_CLEARED_IN_PART = EventCode(
    "fault.cleared-in-part",
    EventKind.CLEAR,
    _("fixed: {fault}, of which {left} remain"),
    {"fault": Role.FAULT, "left": CAUSES},
)
FAULT_NOT_IN_FORCE = EventCode(
    "fault.not-in-force", EventKind.CLEAR, _("was not in force: {fault}"), {"fault": Role.FAULT}
)

TAKEN_OVER = EventCode(
    "fault.taken-over",
    EventKind.NOTE,
    _("another device beside it takes over: {fault}"),
    {"fault": Role.FAULT},
    mends=True,
    stands_in=True,
)

LINK_DOWN = EventCode(
    "supply.link-down", EventKind.LINK_DOWN, _("{link_kind} interrupted: {source} → {target}"), {**_LINK}, alone=True
)
LINK_IDLE = EventCode(
    "supply.link-idle",
    EventKind.LINK_DOWN,
    _("Gives nothing at the start: {source} → {target} ({link_kind})"),
    {**_LINK},
    alone=True,
)
"""As of an emergency generator that stands ready: nothing is interrupted."""
LINK_UP = EventCode(
    "supply.link-up", EventKind.LINK_UP, _("{link_kind} restored: {source} → {target}"), {**_LINK}, alone=True
)
SUPPLY_LOST = EventCode("supply.lost", EventKind.SUPPLY_LOST, _("{link_kind} is lost"), {"link_kind": Role.LINK_KIND})
SUPPLY_LOST_NO_RESERVE = EventCode(
    "supply.lost-without-reserve",
    EventKind.SUPPLY_LOST,
    _("{link_kind} is lost, no reserve"),
    {"link_kind": Role.LINK_KIND},
)
SUPPLY_LOST_RESERVE = EventCode(
    "supply.lost-with-reserve",
    EventKind.SUPPLY_LOST,
    _("{link_kind} is lost, reserve for {value}"),
    {"link_kind": Role.LINK_KIND, "value": Role.SECONDS},
)
SUPPLY_BACK = EventCode("supply.back", EventKind.SUPPLY_BACK, _("{link_kind} is back"), {"link_kind": Role.LINK_KIND})
AUTONOMY_USED = EventCode(
    "supply.autonomy-used",
    EventKind.AUTONOMY_USED,
    _("reserve of {link_kind} is used up"),
    {"link_kind": Role.LINK_KIND},
)
STOPPED = EventCode("supply.stopped", EventKind.STOPPED, _("stops working"))
STARTED = EventCode("supply.started", EventKind.STARTED, _("works again"))

LEVEL_LOW = EventCode(
    "level.low", EventKind.LEVEL_LOW, _("{value}; {required} required"), {"value": Role.LEVEL, "required": Role.LEVEL}
)
LEVEL_BACK = EventCode("level.back", EventKind.LEVEL_BACK, _("back: {value}"), {"value": Role.LEVEL})

REPAIR = Task("repair", _("repair"))
FUEL_DELIVERY = Task("fuel-delivery", _("fuel truck"))
CREW_CALLED = EventCode(
    "crew.called", EventKind.CREW, _("{task}: called at {depot}"), {"task": Role.TASK, "depot": Role.COMPONENT}
)
CREW_ARRIVED = EventCode(
    "crew.arrived",
    EventKind.CREW,
    _("{task}: crew from {depot} arrives after {value} on the road"),
    {"task": Role.TASK, "depot": Role.COMPONENT, "value": Role.SECONDS},
)
CREW_DONE = EventCode("crew.done", EventKind.CREW, _("{task}: done"), {"task": Role.TASK})
CREW_TURNS_BACK = EventCode(
    "crew.turns-back", EventKind.CREW, _("{task}: turns back, deliveries are stopped"), {"task": Role.TASK}
)
NO_DEPOT = EventCode(
    "crew.no-depot", EventKind.CREW, _("{task}: the city has no depot, nobody comes"), {"task": Role.TASK}
)
NO_ROAD = EventCode(
    "crew.waits-for-road", EventKind.CREW, _("{task}: no open road leads there, waiting"), {"task": Role.TASK}
)
NO_TRADE = EventCode(
    "crew.no-trade",
    EventKind.CREW,
    _("{task}: no depot that is asked has a crew for it ({trade}), waiting"),
    {"task": Role.TASK, "trade": Role.TRADE},
)
DEPOT_OUT = EventCode(
    "crew.waits-for-depot", EventKind.CREW, _("{task}: the depot cannot be used, waiting"), {"task": Role.TASK}
)
NO_TRUCK = EventCode(
    "crew.waits-for-truck", EventKind.CREW, _("{task}: no fuel truck can leave, waiting"), {"task": Role.TASK}
)
NO_PART = EventCode(
    "crew.waits-for-part", EventKind.CREW, _("{task}: no spare part is left, waiting"), {"task": Role.TASK}
)
MESSENGER = EventCode(
    "crew.messenger",
    EventKind.CREW,
    _("{task}: no telephone reaches a depot, a messenger is at {depot} in {value}"),
    {"task": Role.TASK, "depot": Role.COMPONENT, "value": Role.SECONDS},
)
NO_VEHICLE = EventCode(
    "crew.waits-for-vehicle",
    EventKind.CREW,
    _("{task}: no vehicle for it is at the depot, waiting"),
    {"task": Role.TASK},
)
NO_FUEL_TO_DRIVE = EventCode(
    "crew.waits-for-fuel",
    EventKind.CREW,
    _("{task}: the depot's vehicles have too little fuel for the way, waiting"),
    {"task": Role.TASK},
)
SHIFT_OVER = EventCode(
    "crew.shift-over", EventKind.CREW, _("{task}: the shift is over, and nobody has come instead"), {"task": Role.TASK}
)
VEHICLE_EMPTY = EventCode("crew.fills-up", EventKind.CREW, _("{task}: has to fill up with fuel"), {"task": Role.TASK})
NEEDED_MORE = EventCode(
    "crew.needed-more", EventKind.CREW, _("{task}: its vehicle is needed more elsewhere"), {"task": Role.TASK}
)
NO_CREW = EventCode("crew.waits-for-crew", EventKind.CREW, _("{task}: no crew is free, waiting"), {"task": Role.TASK})

SEARCH = Task("search", _("search for what is broken"))
READING = Task("reading", _("reading a gauge on site"))
SEARCH_FOUND = EventCode(
    "crew.search-found", EventKind.CREW, _("the crew that searches finds: {found}"), {"found": Role.COMPONENTS}
)
SEARCH_IN_VAIN = EventCode("crew.search-in-vain", EventKind.CREW, _("the crew that searches finds nothing broken"))

ORDERS_OPEN = EventCode(
    "order.open", EventKind.RUN, _("control rooms command {value}"), {"value": DEVICES_COMMANDED}, alone=True
)
ORDERED = EventCode(
    "order.done",
    EventKind.SWITCH,
    _("order from {seat} carried out"),
    {"seat": Role.COMPONENT},
)
ORDER_LOST = EventCode(
    "order.lost",
    EventKind.NOTE,
    _("order from {seat}: no answer"),
    {"seat": Role.COMPONENT},
)
ORDER_REFUSED = EventCode(
    "order.refused",
    EventKind.NOTE,
    _("order from {seat} refused: no right to it"),
    {"seat": Role.COMPONENT},
)

POLICE_ARRIVE = EventCode("police.arrive", EventKind.CREW, _("police arrive at the junction"), mends=True)
POLICE_MESSENGER = EventCode(
    "police.messenger",
    EventKind.CREW,
    _("no telephone reaches the police, a messenger is there in {value}"),
    {"value": Role.SECONDS},
)
POLICE_NOT_FREE = EventCode("police.none-free", EventKind.CREW, _("no officers are free for the junction"))
POLICE_NO_ROAD = EventCode("police.no-road", EventKind.CREW, _("no open road leads officers to the junction"))
POLICE_NO_CAR = EventCode("police.no-car", EventKind.CREW, _("no patrol car with enough fuel is at the police station"))
POLICE_OUT = EventCode("police.station-out", EventKind.CREW, _("the police station is out of service"))
POLICE_RELIEVED = EventCode("police.relieved", EventKind.CREW, _("police are relieved"))
POLICE_REST = EventCode("police.stint-over", EventKind.CREW, _("police leave the junction to rest"))
POLICE_ELSEWHERE = EventCode(
    "police.needed-elsewhere", EventKind.CREW, _("police leave the junction, they are needed elsewhere")
)
