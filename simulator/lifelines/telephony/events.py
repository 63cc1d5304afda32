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
NOWHERE = EventCode("telephony.nowhere", EventKind.MODE, _("no mobile phone works"))
EXCHANGE_OUT = EventCode("telephony.exchange-out", EventKind.MODE, _("the exchange is out: nobody can telephone"))
