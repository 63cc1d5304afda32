"""What the traffic control centre logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.traffic_control")
_n = _.plural

SIGNALS = Counted(_n("{n} signal", "{n} signals", 2))

TRAFFIC_WORKS = EventCode("traffic-control.works", EventKind.MODE, _("works"))
TRAFFIC_OUT = EventCode("traffic-control.out", EventKind.MODE, _("the centre does not work"))
TRAFFIC_DARK = EventCode(
    "traffic-control.dark",
    EventKind.MODE,
    _("{dark} of {signals} signals are dark, police are at {policed}"),
    {"dark": Role.COUNT, "signals": Role.COUNT, "policed": Role.COUNT},
)
TRAFFIC_REACHES = EventCode(
    "traffic-control.reaches",
    EventKind.MODE,
    _("the centre reaches {reached} of {signals} signals"),
    {"reached": Role.COUNT, "signals": Role.COUNT},
)
TRAFFIC_BLIND = EventCode(
    "traffic-control.blind", EventKind.MODE, _("sees nothing of the traffic: programmes do not follow it")
)
TRAFFIC_LOCAL = EventCode(
    "traffic-control.local", EventKind.MODE, _("{signals} run their own programmes"), {"signals": SIGNALS}
)
