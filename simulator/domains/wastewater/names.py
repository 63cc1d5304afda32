"""Names that the town generator gives to what lifts and treats its wastewater."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.domains.wastewater")

STATION_NAME = NameCode("lifting-station", _("lifting station {name}"))
PLANT_NAME = NameCode("treatment-plant", _("treatment plant"))
INLET_NAME = NameCode("treatment-plant-inlet", _("inlet of the treatment plant"))
LAST_SEWER_NAME = NameCode("last-sewer", _("sewer {name} to the treatment plant"))
TOP_NAME = NameCode("pressure-main-end", _("manhole behind lifting station {name}"))
OUTLET_NAME = NameCode("emergency-outlet", _("emergency outlet {name}"))
SPILL_NAME = NameCode("emergency-overflow", _("emergency overflow {name}"))
GAUGE_NAME = NameCode("rain-gauge", _("rain gauge of the town"))

CONTROLLER = "scada"
"""The service of the city's control system, which commands the stations."""
