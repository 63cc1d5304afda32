"""What rescue dispatch logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.rescue")
_SITES = {"sites": Role.COMPONENTS, "people": Role.COUNT, "total": Role.COUNT}

RADIO_NO_SITE = EventCode("rescue.no-site", EventKind.MODE, _("the city has no radio site"))
RADIO_TRUNKED = EventCode("rescue.trunked", EventKind.MODE, _("dispatch reaches every site"))
RADIO_ISOLATED = EventCode(
    "rescue.isolated", EventKind.MODE, _("dispatch does not reach {sites} ({people} of {total} people)"), {**_SITES}
)
RADIO_DIRECT = EventCode(
    "rescue.direct",
    EventKind.MODE,
    _("crews around {sites} talk in direct mode ({people} of {total} people)"),
    {**_SITES},
)
RADIO_RUNNERS = EventCode(
    "rescue.runners",
    EventKind.MODE,
    _("runners carry messages around {sites} ({people} of {total} people)"),
    {**_SITES},
)
RADIO_NONE = EventCode(
    "rescue.none", EventKind.MODE, _("{sites} lost, no other way is there yet ({people} of {total} people)"), {**_SITES}
)
