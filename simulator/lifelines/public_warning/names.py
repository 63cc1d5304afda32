"""Names that a generated town gives to what warns people."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.public_warning")

WARNING_SYSTEM = NameCode("warning-system", _("warning system"))
PUBLIC_WARNING = NameCode("public-warning", _("warning of the public"))
SIREN = NameCode("siren", _("siren {name}"))
VAN = NameCode("loudspeaker-van", _("loudspeaker van {name}"))
