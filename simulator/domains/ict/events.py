"""What the data network logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.domains.ict")

VOTES = EventCode(
    "ict.votes",
    EventKind.MODE,
    _("{votes} of {members} vote, {needed} are needed"),
    {"votes": Role.COUNT, "members": Role.COUNT, "needed": Role.COUNT},
)
NONE_WELL = EventCode("ict.no-server-well", EventKind.MODE, _("no server of the cluster is well"))
SERVES = EventCode("ict.serves", EventKind.MODE, _("{server} serves"), {"server": Role.COMPONENT})
BACK_IN_TIME = EventCode(
    "ict.back-in-time", EventKind.MODE, _("{server} is back before it was missed"), {"server": Role.COMPONENT}
)
LOST = EventCode(
    "ict.server-lost",
    EventKind.MODE,
    _("{server} is lost, which is noticed after {wait_s}"),
    {"server": Role.COMPONENT, "wait_s": Role.SECONDS},
)
TAKEN_OVER = EventCode("ict.taken-over", EventKind.MODE, _("{server} has taken over"), {"server": Role.COMPONENT})
FAILS_BACK = EventCode(
    "ict.fails-back", EventKind.MODE, _("{server} is well again and takes the duty back"), {"server": Role.COMPONENT}
)
SPLIT = EventCode(
    "ict.split",
    EventKind.MODE,
    _("they do not see each other, and all act as if they were the only one: {servers}"),
    {"servers": Role.COMPONENTS},
)
RECONCILES = EventCode(
    "ict.reconciles",
    EventKind.MODE,
    _("they see each other again; what both have written is put together, {wait_s}"),
    {"wait_s": Role.SECONDS},
)
DOES_NOT_START = EventCode(
    "ict.does-not-start", EventKind.NOTE, _("{server} does not start"), {"server": Role.COMPONENT}
)

NO_DATA_LINK = EventCode("ict.no-data-link", EventKind.NOTE, _("no data link leads there, so no flood does"))
FLOODED = EventCode(
    "ict.flooded",
    EventKind.NOTE,
    _("messages wait {value} for their turn, {lost} of them are lost"),
    {"value": Role.SECONDS, "lost": Role.SHARE},
)
UNCONNECTED = EventCode(
    "ict.unconnected",
    EventKind.NOTE,
    _("this control link never works, for no data link leads to {ends}"),
    {"ends": Role.COMPONENTS},
)

USUAL_WAY = EventCode("ict.usual-way", EventKind.MODE, _("readings take their usual way"))
OTHER_WAY = EventCode("ict.other-way", EventKind.MODE, _("readings take another way, the usual one is interrupted"))
NO_WAY = EventCode("ict.no-way", EventKind.MODE, _("no way leads to the data centre"))
