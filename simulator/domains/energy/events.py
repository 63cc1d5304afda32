"""What the grid logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role, Task
from simulator.contracts.words import Words
from simulator.domains.energy.catalogue import DOMAIN

_ = Words("simulator.domains.energy")
_n = _.plural

BUSES = Counted(_n("{n} local substation", "{n} local substations", 2))

BUSES_DEAD = EventCode(
    "energy.buses-dead",
    EventKind.NOTE,
    _("{value} without power: {buses}"),
    {"value": BUSES, "buses": Role.COMPONENTS},
    alone=True,
)
BUSES_ALIVE = EventCode(
    "energy.buses-alive",
    EventKind.NOTE,
    _("{value} live again: {buses}"),
    {"value": BUSES, "buses": Role.COMPONENTS},
    alone=True,
    mends=True,
)
COLLAPSE = EventCode(
    "energy.collapse",
    EventKind.NOTE,
    _("voltage collapse: the power flow has no solution, a linearised one stands in"),
    alone=True,
    rough=DOMAIN,
)
CONVERGES = EventCode(
    "energy.converges",
    EventKind.NOTE,
    _("the power flow has a solution again"),
    alone=True,
    settles=COLLAPSE.name,
    mends=True,
)
OVERLOADED = EventCode("energy.overloaded", EventKind.NOTE, _("loaded to {value}"), {"value": Role.SHARE})
MORE_OVERLOADED = EventCode(
    "energy.more-overloaded",
    EventKind.NOTE,
    _("loaded to {value}, {more} more above 100%"),
    {"value": Role.SHARE, "more": Role.COUNT},
)

PROTECTION_CALLED = EventCode("energy.protection-called", EventKind.SWITCH, _("its protection is called to trip"))
PROTECTION_FAILS = EventCode(
    "energy.protection-fails",
    EventKind.SWITCH,
    _("its protection does not trip, the next one upstream takes {value} with it"),
    {"value": BUSES},
)
ISLAND_SHEDS = EventCode(
    "energy.island-sheds",
    EventKind.NOTE,
    _("its island sheds {value}, for more than {rated_kw} kW is not there: {buses}"),
    {"value": BUSES, "rated_kw": Role.NUMBER, "buses": Role.COMPONENTS},
)

# a substation and the area that it feeds
AREA_INFEED = EventCode(
    "energy.area-infeed",
    EventKind.MODE,
    _("feeds its area"),
    mends=True,
)
AREA_RING = EventCode(
    "energy.area-ring",
    EventKind.MODE,
    _("{share} of its area is fed from others over the ring"),
    {"share": Role.SHARE},
    mends=True,
)
AREA_ISLAND = EventCode("energy.area-island", EventKind.MODE, _("a grid battery carries part of its area"))
AREA_NONE = EventCode(
    "energy.area-dark", EventKind.MODE, _("{share} of its area is fed from others"), {"share": Role.SHARE}
)
RETURNS_IN_STEPS = EventCode(
    "energy.returns-in-steps", EventKind.NOTE, _("comes back in {value} steps"), {"value": Role.COUNT}
)
RETURN_STEP = EventCode(
    "energy.return-step",
    EventKind.SWITCH,
    _("step {step} of {steps}"),
    {"step": Role.COUNT, "steps": Role.COUNT},
    mends=True,
)

# a grid battery
BATTERY_CARRIES = EventCode(
    "energy.battery-carries", EventKind.MODE, _("carries its part of the grid, which has no infeed")
)
BATTERY_EMPTY = EventCode("energy.battery-empty", EventKind.MODE, _("is empty"))
BATTERY_RELEASED = EventCode("energy.battery-released", EventKind.MODE, _("no longer carries an island"))
BATTERY_CHARGED = EventCode(
    "energy.battery-charged",
    EventKind.MODE,
    _("is charged again"),
    mends=True,
)

# re-supply over open ring points
SWITCHING = Task("switching", _("switching"))
NO_RING_POINT = EventCode(
    "energy.no-ring-point", EventKind.NOTE, _("no open ring point can re-supply {buses}"), {"buses": BUSES}, alone=True
)
REMOTE_ORDER = EventCode(
    "energy.remote-order", EventKind.NOTE, _("to be closed by remote control in {takes_s}"), {"takes_s": Role.SECONDS}
)
CLOSED_REMOTELY = EventCode(
    "energy.closed-remotely",
    EventKind.SWITCH,
    _("closed by remote control to re-supply {buses}"),
    {"buses": BUSES},
    mends=True,
)
CLOSED_BY_HAND = EventCode(
    "energy.closed-by-hand",
    EventKind.SWITCH,
    _("closed by hand to re-supply {buses}"),
    {"buses": BUSES},
    mends=True,
)
OPENED = EventCode("energy.opened", EventKind.SWITCH, _("opened, its detour is no longer needed"))
NOT_NEEDED = EventCode("energy.not-needed", EventKind.NOTE, _("stays open, no longer needed"))
NOT_NEEDED_NOW = EventCode("energy.section-not-needed", EventKind.NOTE, _("is left as it is, the plan is out of date"))
SHORT_INDICATED = EventCode(
    "energy.short-indicated", EventKind.NOTE, _("stays open, its indicator shows a short circuit")
)
WOULD_OVERLOAD = EventCode("energy.would-overload", EventKind.NOTE, _("stays open, it would overload something"))
DOES_NOT_MOVE = EventCode("energy.switch-stuck", EventKind.NOTE, _("does not move"))
OPEN_SECTION = EventCode(
    "energy.open-section",
    EventKind.NOTE,
    _("to be opened first, for the detour does not carry the {buses} behind it"),
    {"buses": BUSES},
)
CLOSE_SECTION = EventCode(
    "energy.close-section",
    EventKind.NOTE,
    _("to be closed again, for the detour carries the {buses} behind it by now"),
    {"buses": BUSES},
)
SECTION_OPENED = EventCode(
    "energy.section-opened",
    EventKind.SWITCH,
    _("opened towards {buses}, so that the detour is not overloaded"),
    {"buses": BUSES},
    alone=True,
)
SECTION_CLOSED = EventCode(
    "energy.section-closed",
    EventKind.SWITCH,
    _("closed again towards {buses}"),
    {"buses": BUSES},
    mends=True,
)
LOCATING = Task("locating", _("locating and isolating"))
FEEDER_TRIPPED = EventCode(
    "energy.feeder-tripped",
    EventKind.SWITCH,
    _("short circuit: the breaker of its feeder trips, {value} without power"),
    {"value": BUSES},
    alone=True,
)
ISOLATED = EventCode("energy.isolated", EventKind.SWITCH, _("located and isolated"), mends=True)
FEEDER_BACK = EventCode(
    "energy.feeder-back", EventKind.SWITCH, _("the breaker of its feeder is closed again"), mends=True
)
UPSTREAM_BACK = EventCode(
    "energy.upstream-back", EventKind.SWITCH, _("the breaker that tripped in its place is closed again"), mends=True
)
OVERLOAD_TRIPS = EventCode(
    "energy.overload-trips",
    EventKind.SWITCH,
    _("its protection trips at {value} of the rating, which lasted too long"),
    {"value": Role.SHARE},
    alone=True,
)
UNDERVOLTAGE_TRIPS = EventCode(
    "energy.undervoltage-trips",
    EventKind.SWITCH,
    _("its protection trips at {value} of the voltage, which lasted too long"),
    {"value": Role.SHARE},
    alone=True,
)
INVERTERS_TRIP = EventCode(
    "energy.inverters-trip",
    EventKind.SWITCH,
    _("inverters trip at {value}, where the voltage was at {lowest} for too long: {buses}"),
    {"value": BUSES, "lowest": Role.SHARE, "buses": Role.COMPONENTS},
    alone=True,
)
RECLOSED = EventCode("energy.reclosed", EventKind.SWITCH, _("closed again after the trip"), mends=True)
BLIND = EventCode("energy.view-lost", EventKind.SWITCH, _("sees nothing of the grid, switching goes by hand"))
SEES = EventCode(
    "energy.view-back",
    EventKind.SWITCH,
    _("sees the grid again"),
    mends=True,
)

# an emergency generator
GENERATOR_BROKEN = EventCode("generator.broken", EventKind.MODE, _("does not work"))
GENERATOR_MISSED = EventCode("generator.missed", EventKind.NOTE, _("is needed, and does not work"))
GENERATOR_IN_ORDER = EventCode(
    "generator.in-order",
    EventKind.MODE,
    _("is in order again"),
    mends=True,
)
MAINS_BACK_EARLY = EventCode("generator.mains-back-early", EventKind.MODE, _("mains are back before it ran"))
MAINS_BACK = EventCode(
    "generator.mains-back",
    EventKind.MODE,
    _("mains are back"),
    mends=True,
)
MAINS_STEADY = EventCode(
    "generator.mains-steady", EventKind.MODE, _("mains have been back for {steady_s}"), {"steady_s": Role.SECONDS}
)
NO_FUEL = EventCode("generator.no-fuel", EventKind.MODE, _("has no fuel"))
GENERATOR_CALLED = EventCode("generator.called", EventKind.MODE, _("mains of what it feeds are lost"))
GENERATOR_REFUSES = EventCode("generator.does-not-start", EventKind.MODE, _("does not start"))
GENERATOR_RUNS = EventCode(
    "generator.runs",
    EventKind.MODE,
    _("runs"),
    mends=True,
)
FUEL_USED_UP = EventCode("generator.fuel-used-up", EventKind.MODE, _("has used up its fuel"))
FUEL_AGAIN = EventCode(
    "generator.fuel-again",
    EventKind.MODE,
    _("has fuel again"),
    mends=True,
)
ORDERS_FUEL = EventCode(
    "generator.orders-fuel", EventKind.NOTE, _("orders fuel, {value} l left"), {"value": Role.COUNT}
)
TANK_FILLED = EventCode(
    "generator.tank-filled",
    EventKind.NOTE,
    _("{value} l in the tank"),
    {"value": Role.COUNT},
    mends=True,
)
