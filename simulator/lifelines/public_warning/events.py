"""What the warning of the public logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.public_warning")

WARNING_DIGITAL = EventCode(
    "warning.digital",
    EventKind.MODE,
    _("warnings go to phones, and sirens sound for {within} of the people"),
    {"within": Role.SHARE},
)
WARNING_SIRENS = EventCode(
    "warning.sirens", EventKind.MODE, _("sirens sound for {within} of the people"), {"within": Role.SHARE}
)
WARNING_VANS = EventCode(
    "warning.vans", EventKind.MODE, _("loudspeaker vans warn {within} of the people in an hour"), {"within": Role.SHARE}
)
WARNING_NONE = EventCode("warning.none", EventKind.MODE, _("phones and sirens are lost, vans are not under way"))
