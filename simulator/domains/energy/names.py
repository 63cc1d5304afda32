"""Names that a generated town gives to what operates its grid."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.domains.energy")

GRID_CONTROL = NameCode("grid-control", _("grid control"))
