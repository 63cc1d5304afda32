"""Names that a generated town gives to what its telephones hang on."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.telephony")

EXCHANGE = NameCode("telephone-exchange", _("telephone exchange"))
MOBILE_SITE = NameCode("mobile-site", _("mobile site {name}"))
