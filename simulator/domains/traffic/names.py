"""Names that a generated town gives to what stands on its roads."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.domains.traffic")

SIGNAL = NameCode("signal", _("signal at {name}"))
