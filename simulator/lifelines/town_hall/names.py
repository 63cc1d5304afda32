"""Names that a generated town gives to its town hall."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.town_hall")

TOWN_HALL = NameCode("town-hall", _("town hall"))
