"""What the water network logs."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role
from simulator.contracts.words import Words
from simulator.domains.water import catalogue
from simulator.domains.water.catalogue import DOMAIN, NOTICES

_ = Words("simulator.domains.water")
_n = _.plural

JUNCTIONS = Counted(_n("{n} junction", "{n} junctions", 2))
CONTROLS = Counted(_n("{n} control", "{n} controls", 2))

BUSY = EventCode(
    "water.busy",
    EventKind.NOTE,
    _("the water network took {value} within a day: tanks or controls swing, and the run is slow"),
    {"value": Counted(_n("{n} hydraulic step", "{n} hydraulic steps", 2))},
)
_BOIL, _DO_NOT_DRINK, _LIFTED = NOTICES
BOIL = EventCode(
    _BOIL,
    EventKind.SWITCH,
    _("notice: the tap water must be boiled"),
)
DO_NOT_DRINK = EventCode(
    _DO_NOT_DRINK,
    EventKind.SWITCH,
    _("notice: the tap water must not be drunk"),
)
NOTICE_LIFTED = EventCode(
    _LIFTED,
    EventKind.SWITCH,
    _("notice lifted, the water may be drunk again"),
    mends=True,
)

BAD_ARRIVES = EventCode(
    catalogue.BAD_ARRIVES, EventKind.NOTE, _("water that may not be drunk comes out of taps, whoever knows")
)
BAD_GONE = EventCode("water.bad-gone", EventKind.NOTE, _("all water that comes may be drunk"), mends=True)
SAMPLES_BAD = EventCode(
    "water.samples-bad",
    EventKind.NOTE,
    _("the laboratory finds bad water in samples taken {ago_s} ago at {points}"),
    {"points": Role.COMPONENTS, "ago_s": Role.SECONDS},
)
SAMPLES_CLEAN = EventCode(
    "water.samples-clean",
    EventKind.NOTE,
    _("the laboratory finds all samples clean that were taken {ago_s} ago"),
    {"ago_s": Role.SECONDS},
)
NO_SAMPLES = EventCode(
    "water.no-samples", EventKind.NOTE, _("takes no samples of the water: too few of the staff are there")
)
QUALITY_ALARM = EventCode(
    "water.quality-alarm",
    EventKind.NOTE,
    _("a sensor on line raises the alarm over the water: {quantity}"),
    {"quantity": Role.QUANTITY},
)

NO_CONTROL_PATH = EventCode(
    "water.no-control-path", EventKind.NOTE, _("no control path leads there, nothing is written")
)
READINGS_FALSE = EventCode(
    "water.readings-false", EventKind.SWITCH, _("{value} with false readings"), {"value": CONTROLS}
)
READINGS_TRUE = EventCode(
    "water.readings-true",
    EventKind.SWITCH,
    _("{value} with true readings"),
    {"value": CONTROLS},
    mends=True,
)
NO_CONTROLS = EventCode("water.no-controls", EventKind.NOTE, _("no controls look at it"))
PEAK = EventCode(
    "water.peak-demand",
    EventKind.SWITCH,
    _("the town takes {value} times the water of an ordinary day"),
    {"value": Role.NUMBER},
)

HELD_LINK_DOWN = EventCode(
    "water.held-link-down", EventKind.SWITCH, _("control link down: keeps its last set-point, no controls act on it")
)
HELD_BLIND = EventCode(
    "water.held-blind",
    EventKind.SWITCH,
    _("the control room sees nothing: keeps its last set-point, no controls act on it"),
)
FORGED = EventCode("water.forged-command", EventKind.SWITCH, _("follows a forged command"))
RELEASED_OPEN = EventCode(
    "water.released-open",
    EventKind.SWITCH,
    _("back under its own controls, which open it"),
    mends=True,
)
RELEASED_SHUT = EventCode("water.released-shut", EventKind.SWITCH, _("back under its own controls, which shut it"))
CONTROLS_START = EventCode(
    "water.controls-start",
    EventKind.SWITCH,
    _("the network's controls start it"),
    mends=True,
)
CONTROLS_STOP = EventCode("water.controls-stop", EventKind.SWITCH, _("the network's controls stop it"))

UNBALANCED = EventCode(
    "water.unbalanced",
    EventKind.NOTE,
    _("the hydraulic solution is not balanced; figures are rough until it is again"),
    alone=True,
    rough=DOMAIN,
)
BALANCED = EventCode(
    "water.balanced",
    EventKind.NOTE,
    _("the hydraulic solution is balanced again"),
    alone=True,
    settles=UNBALANCED.name,
)
UNDETERMINED = EventCode(
    "water.undetermined",
    EventKind.NOTE,
    _("the pressure of {value} with demand is undetermined: the solver itself has shut every way there from a source"),
    {"value": JUNCTIONS},
    alone=True,
    rough=DOMAIN,
)
DETERMINED = EventCode(
    "water.determined",
    EventKind.NOTE,
    _("every pressure is determined again"),
    alone=True,
    settles=UNDETERMINED.name,
)
TANK_EMPTY = EventCode("water.tank-empty", EventKind.NOTE, _("is empty"))
TANK_REFILLS = EventCode(
    "water.tank-refills",
    EventKind.NOTE,
    _("fills again"),
    mends=True,
)
