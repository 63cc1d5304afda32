"""What the waterworks' control room logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role, Task
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.waterworks")
_n = _.plural

PUMPS = Counted(_n("{n} pump", "{n} pumps", 2))

BY_HAND = Task("by-hand", _("operating by hand"))
WORKS_WORKS = EventCode("waterworks.works", EventKind.MODE, _("works"))
WORKS_OUT = EventCode("waterworks.out", EventKind.MODE, _("the control room does not work"))
WORKS_NO_PUMP = EventCode("waterworks.no-pump", EventKind.MODE, _("no pump works"))
WORKS_REACHES = EventCode(
    "waterworks.reaches",
    EventKind.MODE,
    _("reaches {reached} of {working} working pumps"),
    {"reached": Role.COUNT, "working": Role.COUNT},
)
WORKS_BY_HAND = EventCode(
    "waterworks.by-hand", EventKind.MODE, _("crews operate {pumps} that nobody commands"), {"pumps": PUMPS}
)
WORKS_BLIND = EventCode(
    "waterworks.blind",
    EventKind.MODE,
    _("sees nothing: {reached} of {working} pumps keep their last set-point"),
    {"reached": Role.COUNT, "working": Role.COUNT},
)
WORKS_ALONE = EventCode(
    "waterworks.alone",
    EventKind.MODE,
    _("{alone} on their own, {frozen} of them frozen"),
    {"alone": PUMPS, "frozen": Role.COUNT},
)
