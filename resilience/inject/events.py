"""What the injector logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("resilience.inject")
_n = _.plural

FAULTS_LEFT = Counted(_n("{n} fault still in force is", "{n} faults still in force are", 2))

NEVER_COMES = EventCode(
    "inject.never-comes",
    EventKind.NOTE,
    _("{fault} of {entry} never comes, for nothing measures {quantity} of {component}"),
    {"fault": Role.FAULT, "entry": Role.ENTRY, "component": Role.COMPONENT, "quantity": Role.QUANTITY},
)
STATE_SEEN = EventCode(
    "inject.state-seen",
    EventKind.TRIGGER,
    _("the state that {entry} waits for is there: {quantity} is {value}"),
    {"entry": Role.ENTRY, "quantity": Role.QUANTITY, "value": Role.NUMBER},
)
NEVER_SEEN = EventCode(
    "inject.never-seen",
    EventKind.NOTE,
    _("{fault} of {entry} is never closed off, for nothing measures {quantity} of {component}"),
    {"fault": Role.FAULT, "entry": Role.ENTRY, "component": Role.COMPONENT, "quantity": Role.QUANTITY},
)
BREAK_SEEN = EventCode(
    "inject.break-seen",
    EventKind.NOTE,
    _("a sensor shows what {entry} has broken: {quantity} is {value}"),
    {"entry": Role.ENTRY, "quantity": Role.QUANTITY, "value": Role.NUMBER},
)
NOT_DECLARED = EventCode(
    "inject.not-declared",
    EventKind.NOTE,
    _("{fault} of {entry} cannot be applied, nothing here can fail in that way"),
    {"fault": Role.FAULT, "entry": Role.ENTRY},
)
NOT_HANDLED = EventCode(
    "inject.not-handled",
    EventKind.NOTE,
    _("{fault} of {entry} cannot be applied, no network of this city knows it"),
    {"fault": Role.FAULT, "entry": Role.ENTRY},
)
NO_SUCH_DEPOT = EventCode(
    "inject.no-such-depot",
    EventKind.NOTE,
    _("no crew for {entry}, for {depot} is not a depot of this city"),
    {"entry": Role.ENTRY, "depot": Role.NAME},
)
HEALED = EventCode("inject.healed", EventKind.RUN, _("healed: {value} cleared"), {"value": FAULTS_LEFT}, alone=True)

CLEARED_UNSEEN = EventCode(
    "inject.cleared-unseen",
    EventKind.EVIDENCE,
    _("no effect seen ({fault}) before it was cleared"),
    {"fault": Role.FAULT},
)
NOT_MEASURED = EventCode(
    "inject.not-measured",
    EventKind.EVIDENCE,
    _("no effect seen ({fault}), for nothing measures {quantity} of {component}"),
    {"fault": Role.FAULT, "component": Role.COMPONENT, "quantity": Role.QUANTITY},
)
TOOK_EFFECT = EventCode(
    "inject.took-effect",
    EventKind.EVIDENCE,
    _("effect seen ({fault}): {quantity} of {component} is {value} after {after_s}"),
    {
        "fault": Role.FAULT,
        "component": Role.COMPONENT,
        "quantity": Role.QUANTITY,
        "value": Role.NUMBER,
        "after_s": Role.SECONDS,
    },
)
NO_EFFECT = EventCode(
    "inject.no-effect",
    EventKind.EVIDENCE,
    _("no effect seen ({fault}): {quantity} of {component} is {value} after {after_s}"),
    {
        "fault": Role.FAULT,
        "component": Role.COMPONENT,
        "quantity": Role.QUANTITY,
        "value": Role.NUMBER,
        "after_s": Role.SECONDS,
    },
)
NO_CHANGE = EventCode(
    "inject.no-change",
    EventKind.EVIDENCE,
    _("no effect seen ({fault}): {quantity} of {component} is, as before the fault, {value} after {after_s}"),
    {
        "fault": Role.FAULT,
        "component": Role.COMPONENT,
        "quantity": Role.QUANTITY,
        "value": Role.NUMBER,
        "after_s": Role.SECONDS,
    },
)
