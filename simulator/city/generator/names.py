"""Names that the town generator gives to what it lays out; who knows a better one writes it into the city's tables."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.city.generator.layer import NEUTRAL
from simulator.contracts.naming import NameCode
from simulator.contracts.words import Text, Words

_ = Words("simulator.city")

SERVER = NameCode("server", _("server {name}"))
ROOM_SWITCH = NameCode("room-switch", _("switch of data room {name}"))
BROKER = NameCode("broker", _("broker {name}"))
CONTROL_SYSTEM = NameCode("control-system", _("control system"))
PORTAL = NameCode("portal", _("citizens' portal"))
CORE_ROUTER = NameCode("core-router", _("core router {name}"))
ROUTER = NameCode("router", _("router {name}"))
GATEWAY = NameCode("gateway", _("gateway {name}"))
SIGNAL = NameCode("signal", _("signal at {name}"))
WATERWORKS = NameCode("waterworks", _("waterworks control room"))
GRID_CONTROL = NameCode("grid-control", _("grid control"))
TRAFFIC_CENTRE = NameCode("traffic-centre", _("traffic control centre"))
DISPATCH = NameCode("rescue-dispatch", _("rescue dispatch centre"))
RADIO_SITE = NameCode("radio-site", _("radio site {name}"))
RESCUE_STATION = NameCode("rescue-station", _("rescue station {name}"))
HOSPITAL = NameCode("hospital", _("hospital"))
HOSPITAL_SERVER = NameCode("hospital-server", _("hospital server {name}"))
HOSPITAL_IT = NameCode("hospital-it", _("hospital information system"))
RECORDS = NameCode("patient-records", _("patient records"))
HOSPITAL_WATER = NameCode("hospital-water", _("water of the hospital"))
WARNING_SYSTEM = NameCode("warning-system", _("warning system"))
PUBLIC_WARNING = NameCode("public-warning", _("warning of the public"))
SIREN = NameCode("siren", _("siren {name}"))
VAN = NameCode("loudspeaker-van", _("loudspeaker van {name}"))
TOWN_HALL = NameCode("town-hall", _("town hall"))
EMERGENCY_WATER = NameCode("emergency-water", _("emergency water supply {name}"))
EMERGENCY_WELL = NameCode("emergency-well", _("emergency well {name}"))
DEPOT = NameCode("depot", _("depot {name}"))
GENERATOR = NameCode("generator", _("emergency generator of {served}"))

OWNERS: Mapping[str, Text] = {
    NEUTRAL.water: _("water utility"),
    NEUTRAL.power: _("grid operator"),
    NEUTRAL.roads: _("city roads department"),
    NEUTRAL.ict: _("city IT department"),
    NEUTRAL.health: _("hospital trust"),
    NEUTRAL.rescue: _("rescue service"),
    NEUTRAL.radio: _("public-safety radio operator"),
    NEUTRAL.city: _("city administration"),
}
"""The neutral names that a generated town has for its owners; what a town wrote into its files stays as it is."""
