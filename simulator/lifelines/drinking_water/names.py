"""Names that a generated town gives to its emergency water."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.drinking_water")

EMERGENCY_WATER = NameCode("emergency-water", _("emergency water supply {name}"))
EMERGENCY_WELL = NameCode("emergency-well", _("emergency well {name}"))
