"""Names that the town generator gives to what heats its homes."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.district_heating")

PLANT_NAME = NameCode("heating-plant", _("heating plant"))
PUMPS_NAME = NameCode("heating-pumps", _("heating pumps"))
STORE_NAME = NameCode("heat-store", _("heat store"))
HOMES_NAME = NameCode("heated-homes", _("heated homes {name}"))
