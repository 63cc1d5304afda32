"""Names that a generated town gives to what the data network is made of."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.domains.ict")

SERVER = NameCode("server", _("server {name}"))
ROOM_SWITCH = NameCode("room-switch", _("switch of data room {name}"))
BROKER = NameCode("broker", _("broker {name}"))
CONTROL_SYSTEM = NameCode("control-system", _("control system"))
PORTAL = NameCode("portal", _("citizens' portal"))
CORE_ROUTER = NameCode("core-router", _("core router {name}"))
ROUTER = NameCode("router", _("router {name}"))
GATEWAY = NameCode("gateway", _("gateway {name}"))
