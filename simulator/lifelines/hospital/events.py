"""What hospitals log, with their water and their records."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role, Task, Vocabulary
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.hospital")
MISSING = Vocabulary(
    {
        "power": _("no power"),
        "records-out": _("no information system"),
        "way": _("no way to its services"),
        "data-link": _("no data link"),
    }
)
"""What it misses to be online."""

# hospital
HOSPITAL_SITE_OUT = EventCode("hospital.site-out", EventKind.MODE, _("the site cannot be used"))
HOSPITAL_GRID = EventCode("hospital.grid", EventKind.MODE, _("fed by the grid"))
HOSPITAL_GENERATOR = EventCode("hospital.generator", EventKind.MODE, _("the emergency generator has taken the load"))
HOSPITAL_BATTERY = EventCode(
    "hospital.battery", EventKind.MODE, _("on batteries for {left_s} at most"), {"left_s": Role.SECONDS}
)
HOSPITAL_MANUAL = EventCode("hospital.manual", EventKind.MODE, _("no power: patients are ventilated by hand"))
HOSPITAL_NOBODY = EventCode("hospital.nobody", EventKind.MODE, _("no power, and nobody is there"))
HOSPITAL_EXHAUSTED = EventCode("hospital.exhausted", EventKind.MODE, _("no power, and staff can ventilate no longer"))
HOSPITAL_CUT_OFF = EventCode(
    "hospital.cut-off",
    EventKind.NOTE,
    _("no road leads there: no emergency is brought, and stocks last {left_s}"),
    {"left_s": Role.SECONDS},
)
HOSPITAL_STOCK_USED = EventCode("hospital.stock-used", EventKind.NOTE, _("stocks are used up"))
HOSPITAL_ROAD_OPEN = EventCode("hospital.road-open", EventKind.NOTE, _("a road leads there again"))
HOSPITAL_DRY = EventCode(
    "hospital.dry",
    EventKind.NOTE,
    _("no water left: {beds} beds need {litres_bed} l each a day, {value} l in all"),
    {"beds": Role.NUMBER, "litres_bed": Role.NUMBER, "value": Role.NUMBER},
)
HOSPITAL_WATER_BACK = EventCode("hospital.water-back", EventKind.NOTE, _("has water again"))

# water of a hospital
WATER_TANKER = Task("water-tanker", _("water tanker"))
WATER_NETWORK = EventCode("hospital-water.network", EventKind.MODE, _("the network delivers"))
WATER_TANK = EventCode(
    "hospital-water.tank", EventKind.MODE, _("the roof tank lasts {left_s}"), {"left_s": Role.SECONDS}
)
WATER_TANKERS = EventCode(
    "hospital-water.tankers", EventKind.MODE, _("what tankers brought lasts {left_s}"), {"left_s": Role.SECONDS}
)
WATER_NONE = EventCode("hospital-water.none", EventKind.MODE, _("the roof tank is empty and no tanker is there"))
CALLS_TANKER = EventCode("hospital-water.calls-tanker", EventKind.NOTE, _("calls a water tanker"))

# patient records
RECORDS_ONLINE = EventCode("records.online", EventKind.MODE, _("online"))
RECORDS_NO_FORMS = EventCode(
    "records.no-forms", EventKind.MODE, _("{missing}; there are no forms"), {"missing": MISSING}
)
RECORDS_NOBODY = EventCode(
    "records.nobody", EventKind.MODE, _("{missing}; nobody is there to write"), {"missing": MISSING}
)
RECORDS_CHANGING = EventCode(
    "records.going-to-paper", EventKind.MODE, _("{missing}; wards are going over to paper"), {"missing": MISSING}
)
RECORDS_PAPER = EventCode(
    "records.paper", EventKind.MODE, _("{missing}; records are kept on paper"), {"missing": MISSING}
)
