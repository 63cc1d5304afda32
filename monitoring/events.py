"""What a control room logs: alarms with their life, and every decision with what it was based on."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role, Vocabulary
from simulator.contracts.words import Words

_ = Words("monitoring")

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
        "limit": _("readings beyond their limit"),
        "report": _("citizens report something"),
    }
)
BELIEVED = Vocabulary(
    {
        "measured": _("as measured"),
        "estimated": _("as other gateways let expect"),
        "timetable": _("by timetable, since nothing is to be believed"),
    }
)

ALARM_RAISED = EventCode(
    "alarm.raised",
    EventKind.NOTE,
    _("alarm {alarm} at {seat}: {evidence} ({components}); {value} times the limit"),
    {
        "alarm": Role.COUNT,
        "seat": Role.COMPONENT,
        "evidence": EVIDENCE,
        "components": Role.NAME,
        "districts": Role.NAME,
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
SWITCHES = EventCode(
    "decision.switches",
    EventKind.NOTE,
    _("{seat} wants {value}: {reading}, {believed}, reads {read}; on below {below}, off above {above}"),
    {
        "seat": Role.COMPONENT,
        "value": Role.NUMBER,
        "reading": Role.NAME,
        "believed": BELIEVED,
        "read": Role.NUMBER,
        "below": Role.NUMBER,
        "above": Role.NUMBER,
    },
)
SWITCHES_BLIND = EventCode(
    "decision.switches-by-timetable",
    EventKind.NOTE,
    _("{seat} wants {value} by timetable, since {reading} is not to be believed"),
    {"seat": Role.COMPONENT, "value": Role.NUMBER, "reading": Role.NAME},
)
