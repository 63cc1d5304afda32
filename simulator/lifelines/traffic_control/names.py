"""Names that a generated town gives to its traffic control."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.traffic_control")

POLICE_STATION = NameCode("police-station", _("police station"))
TRAFFIC_CENTRE = NameCode("traffic-centre", _("traffic control centre"))
