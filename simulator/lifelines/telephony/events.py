"""What the telephone network logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.telephony")

EVERYWHERE = EventCode("telephony.everywhere", EventKind.MODE, _("mobile phones work everywhere"))
IN_PLACES = EventCode(
    "telephony.in-places",
    EventKind.MODE,
    _("mobile phones work for {share} of the people"),
    {"share": Role.SHARE},
)
CELL_CALLED = EventCode(
    "telephony.cell-called", EventKind.CREW, _("a portable cell sets out for {district}"), {"district": Role.NAME}
)
CELL_UP = EventCode(
    "telephony.cell-up", EventKind.NOTE, _("a portable cell serves {district}"), {"district": Role.NAME}
)
CELL_FREE = EventCode(
    "telephony.cell-free",
    EventKind.NOTE,
    _("the portable cell is no longer needed in {district}"),
    {"district": Role.NAME},
)
NOWHERE = EventCode("telephony.nowhere", EventKind.MODE, _("no mobile phone works"))
EXCHANGE_OUT = EventCode("telephony.exchange-out", EventKind.MODE, _("the exchange is out: nobody can telephone"))
