"""Names that the town generator gives to what lifts and treats its wastewater."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.domains.wastewater")

STATION_NAME = NameCode("lifting-station", _("lifting station {name}"))
PLANT_NAME = NameCode("treatment-plant", _("treatment plant"))
