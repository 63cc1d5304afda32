"""What the town hall logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Vocabulary
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.town_hall")
MISSING = Vocabulary(
    {
        "power": _("no power"),
        "encrypted": _("no data that are not encrypted"),
        "way": _("no way to its services"),
        "data-link": _("no data link"),
    }
)
"""What it misses to be online."""

HALL_OUT = EventCode("town-hall.site-out", EventKind.MODE, _("the house cannot be used"))
HALL_ONLINE = EventCode("town-hall.online", EventKind.MODE, _("its online services are within reach"))
HALL_SETTING_UP = EventCode(
    "town-hall.setting-up", EventKind.MODE, _("{missing}; the paper counter is being set up"), {"missing": MISSING}
)
HALL_NOBODY = EventCode(
    "town-hall.nobody", EventKind.MODE, _("{missing}; nobody is at the counter"), {"missing": MISSING}
)
HALL_PAPER = EventCode(
    "town-hall.paper", EventKind.MODE, _("{missing}; cases are taken on paper"), {"missing": MISSING}
)
HALL_CLOSED = EventCode("town-hall.closed", EventKind.MODE, _("{missing}; the counter is closed"), {"missing": MISSING})
