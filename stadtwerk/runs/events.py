"""What a run itself logs, and what its telemetry does."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("stadtwerk.runs")
_n = _.plural

METERS = Counted(_n("{n} meter", "{n} meters", 2))
KEPT = Counted(_n("{n} reading was kept", "{n} readings were kept", 2))

BEGIN = EventCode("run.begin", EventKind.RUN, _("begin, with the warm-up"), alone=True)
WARM = EventCode("run.warm", EventKind.RUN, _("the warm-up is over"), alone=True)
END = EventCode("run.end", EventKind.RUN, _("end"), alone=True)

TRIES_BROKER = EventCode(
    "telemetry.tries-broker",
    EventKind.TELEMETRY,
    _("gets no acknowledgement and tries {after}"),
    {"after": Role.COMPONENT},
)
USES_BROKER = EventCode(
    "telemetry.uses-broker", EventKind.TELEMETRY, _("sends through {after}"), {"after": Role.COMPONENT}
)
LOGINS_REFUSED = EventCode("telemetry.logins-refused", EventKind.TELEMETRY, _("logins are refused"))
LOGINS_TAKEN = EventCode("telemetry.logins-taken", EventKind.TELEMETRY, _("logins are taken again"))
TOO_FEW_METERS = EventCode(
    "telemetry.too-few-meters",
    EventKind.NOTE,
    _("{cohort}: {meters} are fewer than {needed}, nothing leaves the gateway"),
    {"cohort": Role.NAME, "meters": METERS, "needed": Role.COUNT},
)
SOFTWARE = EventCode(
    "telemetry.software",
    EventKind.TELEMETRY,
    _("new software writes payload {payload}; {kept}"),
    {"payload": Role.NAME, "kept": KEPT},
)
SOFTWARE_FAULTY = EventCode(
    "telemetry.software-faulty",
    EventKind.TELEMETRY,
    _("new software writes payload {payload}, which nobody can read: readings stay in the gateway"),
    {"payload": Role.NAME},
)
SOFTWARE_BACK = EventCode(
    "telemetry.software-back",
    EventKind.TELEMETRY,
    _("the old software is back and writes payload {payload}; {kept}"),
    {"payload": Role.NAME, "kept": KEPT},
)
