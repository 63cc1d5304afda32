"""What sensors and their way to the gateways log."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.sensors")
_n = _.plural

SENSORS = Counted(_n("{n} sensor", "{n} sensors", 2))

WRONG_READINGS = EventCode(
    "sensor.wrong-readings",
    EventKind.TELEMETRY,
    _("wrong readings of {quantity}: {fault}"),
    {"quantity": Role.QUANTITY, "fault": Role.FAULT},
)
WRONG_REPORTS = EventCode(
    "sensor.wrong-reports",
    EventKind.TELEMETRY,
    _("wrong readings from {sensors}: {fault}"),
    {"sensors": SENSORS, "fault": Role.FAULT},
)
