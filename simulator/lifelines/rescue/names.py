"""Names that a generated town gives to its rescue services."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words
from simulator.domains.ict.catalogue import RADIO_SITE as RADIO_SITE_TYPE

_ = Words("simulator.lifelines.rescue")

DISPATCH = NameCode("rescue-dispatch", _("rescue dispatch centre"))
RADIO_SITE = NameCode(RADIO_SITE_TYPE, _("radio site {name}"))
RESCUE_STATION = NameCode("rescue-station", _("rescue station {name}"))
