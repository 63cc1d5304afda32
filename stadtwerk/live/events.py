"""What a live run logs of its processes and of the links between them, in live.jsonl."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("stadtwerk.live")

STARTED = EventCode("live.started", EventKind.TELEMETRY, _("started"))
STARTED_AGAIN = EventCode("live.started-again", EventKind.TELEMETRY, _("started again"))
NOT_STARTED = EventCode("live.not-started", EventKind.TELEMETRY, _("did not start: {after}"), {"after": Role.NAME})
KILLED = EventCode("live.killed", EventKind.TELEMETRY, _("killed: {after}"), {"after": Role.NAME})
DIED = EventCode("live.died", EventKind.TELEMETRY, _("died by itself"))
NOT_ENDED = EventCode("live.not-ended", EventKind.TELEMETRY, _("did not end in time"))
CUT_OFF = EventCode(
    "live.cut-off",
    EventKind.TELEMETRY,
    _("cut off, it runs elsewhere and goes on there: {after}"),
    {"after": Role.NAME},
)
REACHED = EventCode("live.reached-again", EventKind.TELEMETRY, _("reached again"))
EXPIRED = EventCode("live.certificate-expired", EventKind.TELEMETRY, _("certificate has expired"))
EXPIRED_QUIETLY = EventCode(
    "live.certificate-expired-quietly", EventKind.TELEMETRY, _("certificate has expired, no login is due")
)
RENEWED = EventCode("live.certificate-renewed", EventKind.TELEMETRY, _("certificate is renewed"))
SOFTWARE = EventCode(
    "live.software", EventKind.TELEMETRY, _("software that writes payload {payload}"), {"payload": Role.NAME}
)
SOFTWARE_FAULTY = EventCode(
    "live.software-faulty",
    EventKind.TELEMETRY,
    _("faulty software that writes payload {payload}"),
    {"payload": Role.NAME},
)
LINK_CUT = EventCode("live.link-cut", EventKind.TELEMETRY, _("all its links are cut"))
LINK_MENDED = EventCode("live.link-mended", EventKind.TELEMETRY, _("all its links are mended"))
ONE_LINK_CUT = EventCode("live.one-link-cut", EventKind.TELEMETRY, _("link to {broker} is cut"), {"broker": Role.NAME})
ONE_LINK_MENDED = EventCode(
    "live.one-link-mended", EventKind.TELEMETRY, _("link to {broker} is mended"), {"broker": Role.NAME}
)
DELAY = EventCode(
    "live.delay", EventKind.TELEMETRY, _("all its links delay messages by {value}"), {"value": Role.SECONDS}
)
LOSS = EventCode("live.loss", EventKind.TELEMETRY, _("all its links lose {value} of messages"), {"value": Role.SHARE})
ONE_DELAY = EventCode(
    "live.one-delay",
    EventKind.TELEMETRY,
    _("link to {broker} delays messages by {value}"),
    {"broker": Role.NAME, "value": Role.SECONDS},
)
ONE_LOSS = EventCode(
    "live.one-loss",
    EventKind.TELEMETRY,
    _("link to {broker} loses {value} of messages"),
    {"broker": Role.NAME, "value": Role.SHARE},
)
DRAIN = EventCode("live.drain", EventKind.TELEMETRY, _("waiting for the last readings"))
DRAINED = EventCode("live.drained", EventKind.TELEMETRY, _("all readings have arrived"))
NOT_DRAINED = EventCode("live.not-drained", EventKind.TELEMETRY, _("readings have not all arrived in time"))
RESUMED = EventCode("live.resumed", EventKind.TELEMETRY, _("delivering what an earlier run left"))
UNIT_LISTENS = EventCode("live.unit-listens", EventKind.TELEMETRY, _("Modbus unit listens"))
UNIT_NOT_READ = EventCode(
    "live.unit-not-read", EventKind.TELEMETRY, _("Modbus unit cannot be read: {after}"), {"after": Role.NAME}
)
