"""What the lifelines log: above all the reasons of their modes."""

from __future__ import annotations

from simulator.contracts.event import Counted, EventCode, EventKind, Role, Task, Vocabulary
from simulator.contracts.words import Words

_ = Words("simulator.lifelines")
_n = _.plural

SIGNALS = Counted(_n("{n} signal", "{n} signals", 2))
PUMPS = Counted(_n("{n} pump", "{n} pumps", 2))
MISSING = Vocabulary(
    {
        "power": _("no power"),
        "records-out": _("no information system"),
        "encrypted": _("no data that are not encrypted"),
        "way": _("no way to its services"),
        "data-link": _("no data link"),
    }
)
"""What a house misses to be online."""
_SITES = {"sites": Role.COMPONENTS, "people": Role.COUNT, "total": Role.COUNT}

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

# town hall
HALL_OUT = EventCode("town-hall.site-out", EventKind.MODE, _("the house cannot be used"))
HALL_ONLINE = EventCode("town-hall.online", EventKind.MODE, _("online"))
HALL_SETTING_UP = EventCode(
    "town-hall.setting-up", EventKind.MODE, _("{missing}; the paper counter is being set up"), {"missing": MISSING}
)
HALL_NOBODY = EventCode(
    "town-hall.nobody", EventKind.MODE, _("{missing}; nobody is at the counter"), {"missing": MISSING}
)
HALL_PAPER = EventCode(
    "town-hall.paper", EventKind.MODE, _("{missing}; cases are taken on paper"), {"missing": MISSING}
)
HALL_CLOSED = EventCode("town-hall.closed", EventKind.MODE, _("{missing}; the counter is closed"), {"missing": MISSING})

# drinking water of a district
DRINKING_NETWORK = EventCode(
    "drinking-water.network", EventKind.MODE, _("the network delivers {share} of the demand"), {"share": Role.SHARE}
)
DRINKING_DIRTY = EventCode(
    "drinking-water.contaminated",
    EventKind.MODE,
    _("{bad} is contaminated, {litres} l a person and day arrive"),
    {"bad": Role.SHARE, "litres": Role.NUMBER},
)
DRINKING_LOW_TANKS = EventCode(
    "drinking-water.low-tanks",
    EventKind.MODE,
    _("tanks are low, {litres} l a person and day arrive"),
    {"litres": Role.NUMBER},
)
DRINKING_WEAK = EventCode(
    "drinking-water.weak-network",
    EventKind.MODE,
    _("the network is weak, {litres} l a person and day arrive"),
    {"litres": Role.NUMBER},
)
DRINKING_BOILED = EventCode(
    "drinking-water.boiled",
    EventKind.MODE,
    _("{bad} is contaminated; {litres} l a person and day are boiled"),
    {"bad": Role.SHARE, "litres": Role.NUMBER},
)
DRINKING_BROUGHT = EventCode(
    "drinking-water.brought",
    EventKind.MODE,
    _("wells and tankers give {brought} l a day, {litres} l a person in all"),
    {"brought": Role.NUMBER, "litres": Role.NUMBER},
)
DRINKING_BOTTLED = EventCode(
    "drinking-water.bottled",
    EventKind.MODE,
    _("{litres} l of bottled water a person and day are handed out"),
    {"litres": Role.NUMBER},
)
DRINKING_GETTING_READY = EventCode(
    "drinking-water.getting-ready",
    EventKind.MODE,
    _("{litres} l a person and day arrive; wells and tankers are getting ready"),
    {"litres": Role.NUMBER},
)
DRINKING_NOBODY_COMES = EventCode(
    "drinking-water.nobody-comes",
    EventKind.MODE,
    _("{litres} l a person and day arrive; no well works and no tanker gets through"),
    {"litres": Role.NUMBER},
)

# warning of the public
WARNING_DIGITAL = EventCode(
    "warning.digital",
    EventKind.MODE,
    _("warnings go to phones, and sirens sound for {within} of the people"),
    {"within": Role.SHARE},
)
WARNING_SIRENS = EventCode(
    "warning.sirens", EventKind.MODE, _("sirens sound for {within} of the people"), {"within": Role.SHARE}
)
WARNING_VANS = EventCode(
    "warning.vans", EventKind.MODE, _("loudspeaker vans warn {within} of the people in an hour"), {"within": Role.SHARE}
)
WARNING_NONE = EventCode("warning.none", EventKind.MODE, _("phones and sirens are lost, vans are not under way"))

# rescue dispatch and its radio
RADIO_NO_SITE = EventCode("rescue.no-site", EventKind.MODE, _("the city has no radio site"))
RADIO_TRUNKED = EventCode("rescue.trunked", EventKind.MODE, _("dispatch reaches every site"))
RADIO_ISOLATED = EventCode(
    "rescue.isolated", EventKind.MODE, _("dispatch does not reach {sites} ({people} of {total} people)"), {**_SITES}
)
RADIO_DIRECT = EventCode(
    "rescue.direct",
    EventKind.MODE,
    _("crews around {sites} talk in direct mode ({people} of {total} people)"),
    {**_SITES},
)
RADIO_RUNNERS = EventCode(
    "rescue.runners",
    EventKind.MODE,
    _("runners carry messages around {sites} ({people} of {total} people)"),
    {**_SITES},
)
RADIO_NONE = EventCode(
    "rescue.none", EventKind.MODE, _("{sites} lost, no other way is there yet ({people} of {total} people)"), {**_SITES}
)

# traffic control centre
TRAFFIC_WORKS = EventCode("traffic-control.works", EventKind.MODE, _("works"))
TRAFFIC_OUT = EventCode("traffic-control.out", EventKind.MODE, _("the centre does not work"))
TRAFFIC_DARK = EventCode(
    "traffic-control.dark",
    EventKind.MODE,
    _("{dark} of {signals} signals are dark, police are at {policed}"),
    {"dark": Role.COUNT, "signals": Role.COUNT, "policed": Role.COUNT},
)
TRAFFIC_REACHES = EventCode(
    "traffic-control.reaches",
    EventKind.MODE,
    _("the centre reaches {reached} of {signals} signals"),
    {"reached": Role.COUNT, "signals": Role.COUNT},
)
TRAFFIC_BLIND = EventCode(
    "traffic-control.blind", EventKind.MODE, _("sees nothing of the traffic: programmes do not follow it")
)
TRAFFIC_LOCAL = EventCode(
    "traffic-control.local", EventKind.MODE, _("{signals} run their own programmes"), {"signals": SIGNALS}
)

# control room of the waterworks
BY_HAND = Task("by-hand", _("operating by hand"))
WORKS_WORKS = EventCode("waterworks.works", EventKind.MODE, _("works"))
WORKS_OUT = EventCode("waterworks.out", EventKind.MODE, _("the control room does not work"))
WORKS_NO_PUMP = EventCode("waterworks.no-pump", EventKind.MODE, _("no pump works"))
WORKS_REACHES = EventCode(
    "waterworks.reaches",
    EventKind.MODE,
    _("reaches {reached} of {working} working pumps"),
    {"reached": Role.COUNT, "working": Role.COUNT},
)
WORKS_BY_HAND = EventCode(
    "waterworks.by-hand", EventKind.MODE, _("crews operate {pumps} that nobody commands"), {"pumps": PUMPS}
)
WORKS_BLIND = EventCode(
    "waterworks.blind",
    EventKind.MODE,
    _("sees nothing: {reached} of {working} pumps keep their last set-point"),
    {"reached": Role.COUNT, "working": Role.COUNT},
)
WORKS_ALONE = EventCode(
    "waterworks.alone",
    EventKind.MODE,
    _("{alone} on their own, {frozen} of them frozen"),
    {"alone": PUMPS, "frozen": Role.COUNT},
)
