"""What a run itself logs, what its telemetry does, and what its control rooms notice and decide."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role, Vocabulary
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

EVIDENCE = Vocabulary(
    {
        "silence": _("the gateway is silent"),
        "range": _("a reading is where it never was"),
        "jump": _("a reading jumped as it cannot"),
        "stuck": _("a reading stands still"),
        "contradiction": _("a reading contradicts other gateways"),
        "replay": _("readings repeat themselves to the digit"),
        "twice": _("two different readings of one instant"),
        "balance": _("more is drawn than ever at this hour"),
        "discrepancy": _("a device does not do what it was ordered"),
        "limit": _("readings beyond their limit"),
        "report": _("citizens report something"),
    }
)
BELIEVED = Vocabulary(
    {
        "measured": _("as measured"),
        "estimated": _("as other gateways let expect"),
        "reckoned": _("as what flowed in and out lets expect"),
        "timetable": _("by timetable, since nothing is to be believed"),
    }
)

ALARM_RAISED = EventCode(
    "alarm.raised",
    EventKind.NOTE,
    _("alarm {alarm} at {seat}: {evidence} ({components}; {districts}); {value} times the limit"),
    {
        "alarm": Role.COUNT,
        "seat": Role.COMPONENT,
        "evidence": EVIDENCE,
        "components": Role.COMPONENTS,
        "districts": Role.COMPONENTS,
        "value": Role.NUMBER,
    },
)
ALARM_ACKNOWLEDGED = EventCode(
    "alarm.acknowledged",
    EventKind.NOTE,
    _("alarm {alarm} is acknowledged after {value}"),
    {"alarm": Role.COUNT, "value": Role.SECONDS},
)
ALARM_CLEARED = EventCode(
    "alarm.cleared", EventKind.NOTE, _("alarm {alarm} is over"), {"alarm": Role.COUNT}, mends=True
)
SENDS = EventCode(
    "decision.sends",
    EventKind.NOTE,
    _("{seat} sends a crew ({trade}) to look in {districts}, by playbook {playbook}, because of alarm {alarm}"),
    {
        "seat": Role.COMPONENT,
        "trade": Role.TRADE,
        "districts": Role.COMPONENTS,
        "playbook": Role.NAME,
        "alarm": Role.COUNT,
    },
)
JOINS = EventCode(
    "decision.joins",
    EventKind.NOTE,
    _("{seat} wants it closed: {reading} reads {read}, the other side is fed"),
    {"seat": Role.COMPONENT, "reading": Role.READING, "read": Role.NUMBER},
)
PARTS = EventCode(
    "decision.parts",
    EventKind.NOTE,
    _("{seat} takes the order to close back: {reading} reads {read}"),
    {"seat": Role.COMPONENT, "reading": Role.READING, "read": Role.NUMBER},
)
LENGTHENS = EventCode(
    "decision.lengthens",
    EventKind.NOTE,
    _("{seat} wants the longest cycle: {reading}: {read}, more than leave in one cycle"),
    {"seat": Role.COMPONENT, "reading": Role.READING, "read": Role.NUMBER},
)
SHORTENS = EventCode(
    "decision.shortens",
    EventKind.NOTE,
    _("{seat} wants the usual cycle: {reading}: {read}"),
    {"seat": Role.COMPONENT, "reading": Role.READING, "read": Role.NUMBER},
)
READ_ON_SITE = EventCode(
    "gauge.read-on-site",
    EventKind.NOTE,
    _("{reading}, read on site, is {value}"),
    {"reading": Role.READING, "value": Role.NUMBER},
)
SWITCHES = EventCode(
    "decision.switches",
    EventKind.NOTE,
    _("{seat} switches it {value}: {reading} is {read} ({believed}); on below {below}, off above {above}"),
    {
        "seat": Role.COMPONENT,
        "value": Role.SWITCHED,
        "reading": Role.READING,
        "believed": BELIEVED,
        "read": Role.NUMBER,
        "below": Role.NUMBER,
        "above": Role.NUMBER,
    },
)
SWITCHES_BLIND = EventCode(
    "decision.switches-by-timetable",
    EventKind.NOTE,
    _("{seat} switches it {value} by timetable, since {reading} is not to be believed"),
    {"seat": Role.COMPONENT, "value": Role.SWITCHED, "reading": Role.READING},
)
