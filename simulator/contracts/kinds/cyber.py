"""What an attacker does to those who command and serve: control rooms, servers, the digital town hall."""

from __future__ import annotations

from simulator.contracts.fault import FaultPoint, Parameter

LOSS_OF_VIEW = FaultPoint("loss-of-view", "the control room gets no readings from what it commands")
"""It commands blindly: what it steers keeps the last set-point, and switching goes by hand."""

LOSS_OF_CONTROL = FaultPoint("loss-of-control", "the control room's commands do not arrive, though readings do")
"""What it commands does what its control links declare for when they are down."""

RANSOMWARE = FaultPoint(
    "ransomware",
    "the systems are encrypted until they are restored from backup",
    disables=True,
    parameters=(
        Parameter("restore_s", "s", 259_200.0, "assumption: 3 days", "time to restore them from backup", at_least=1.0),
    ),
    lasts="restore_s",
)
"""Over once the backup is restored, or earlier when it is cleared."""

FLOODING = FaultPoint(
    "flooding",
    "so many messages come in that the others wait, are lost, or do not get through at all",
    parameters=(
        Parameter(
            "load", "1", 2.0, "assumption", "messages that come in, as a share of what can be served", at_least=0.0
        ),
        Parameter("service_s", "s", 0.001, "assumption", "mean time to serve a message", at_least=0.0),
        Parameter("queue", "", 100.0, "assumption", "messages that can wait", at_least=1.0),
    ),
)
"""Denial of service: below the capacity waiting and loss grow, at the capacity the service is lost."""

SET_POINT_TAMPERED = FaultPoint(
    "set-point-tampered",
    "somebody writes a set-point over the control path",
    parameters=(
        Parameter(
            "setting",
            "",
            0.0,
            "assumption: off",
            "speed of a pump as a share of the rated one; of a valve m of pressure, m3/s or loss coefficient; 0 shuts",
            at_least=0.0,
        ),
    ),
)
"""In force while a control link into the device is up. At a control room: for every pump that it reaches."""

COMMANDS_REPLAYED = FaultPoint(
    "commands-replayed",
    "old commands arrive again in place of the present ones",
    parameters=(Parameter("age_s", "s", 21_600.0, "assumption: 6 h", "how old the commands are", at_least=1.0),),
)
"""In force while a control link into the pump is up. At a control room: for every pump that it reaches."""

COMMAND_FAULTS = (SET_POINT_TAMPERED, COMMANDS_REPLAYED)
CENTRE_FAULTS = (LOSS_OF_VIEW, LOSS_OF_CONTROL)
"""What can befall everyone who commands things over control links."""
