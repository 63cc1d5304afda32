"""Names that a generated town gives to its waterworks."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.waterworks")

WATERWORKS = NameCode("waterworks", _("waterworks control room"))
