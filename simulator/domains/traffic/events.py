"""What the traffic logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role
from simulator.contracts.words import Words
from simulator.domains.traffic.catalogue import DOMAIN

_ = Words("simulator.domains.traffic")
_n = _.plural

ROADS = Counted(_n("{n} road", "{n} roads", 2))
CARS = Counted(_n("{n} car", "{n} cars", 2))
TRIPS = Counted(_n("{n} trip", "{n} trips", 2))
MORE_CARS = Counted(_n("{n} more car", "{n} more cars", 2))

LUMPED = EventCode(
    "traffic.lumped",
    EventKind.NOTE,
    _("{value} held fewer cars than move together in a platoon of {platoon}: queues there are rough"),
    {"value": ROADS, "platoon": Role.COUNT},
    alone=True,
    rough=DOMAIN,
)

LONG_CYCLE = EventCode(
    "traffic.long-cycle", EventKind.SWITCH, _("runs a cycle of {value}, as its centre ordered"), {"value": Role.SECONDS}
)
USUAL_CYCLE = EventCode(
    "traffic.usual-cycle", EventKind.SWITCH, _("runs its usual cycle again, as its centre ordered"), mends=True
)
ROAD_CLOSED = EventCode("traffic.road-closed", EventKind.SWITCH, _("is closed"))
ROAD_OPEN = EventCode(
    "traffic.road-open",
    EventKind.SWITCH,
    _("is open"),
    mends=True,
)
ROAD_NARROWED = EventCode(
    "traffic.road-narrowed", EventKind.SWITCH, _("takes in {value} of its capacity"), {"value": Role.SHARE}
)
SURGE = EventCode(
    "traffic.surge", EventKind.NOTE, _("{cars} set out within {over_s}"), {"cars": MORE_CARS, "over_s": Role.SECONDS}
)
SURGE_SEEN = EventCode(
    "traffic.surge-seen", EventKind.SWITCH, _("of the surge the first {value} are on the road"), {"value": CARS}
)

STAY = EventCode(
    "traffic.stay",
    EventKind.NOTE,
    _("ways are closed or far too slow: people leave later, walk or stay at home"),
)
DRIVE_AGAIN = EventCode(
    "traffic.drive-again",
    EventKind.NOTE,
    _("all set out again; {moved} left later, {walked} were walked, {home} were not made"),
    {"moved": TRIPS, "walked": TRIPS, "home": TRIPS},
)

# a signal
SIGNAL_CENTRAL = EventCode("traffic.signal-central", EventKind.MODE, _("the control centre sets the programme"))
SIGNAL_LOCAL = EventCode("traffic.signal-local", EventKind.MODE, _("the signal runs its local programme"))
SIGNAL_FIXED = EventCode(
    "traffic.signal-fixed", EventKind.MODE, _("its controller has failed: each phase is green for as long")
)
SIGNAL_FLASHING = EventCode(
    "traffic.signal-flashing", EventKind.MODE, _("its controller has failed: flashing amber, the signs count")
)
SIGNAL_DARK = EventCode("traffic.signal-dark", EventKind.MODE, _("the signal is dark, the signs count"))
SIGNAL_POLICED = EventCode("traffic.signal-policed", EventKind.MODE, _("police regulate the junction"))
SIGNAL_UNPOLICED = EventCode("traffic.signal-unpoliced", EventKind.MODE, _("police have left, the signs count"))
