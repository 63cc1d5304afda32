"""What the sewer network logs."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind, Role, Task
from simulator.contracts.words import Words

_ = Words("simulator.domains.wastewater")

SUCTION = Task("suction-trucks", _("suction trucks"))

HELD = EventCode(
    "wastewater.held", EventKind.SWITCH, _("control link down: pumps stay as they are, levels do not switch them")
)
RELEASED = EventCode(
    "wastewater.released",
    EventKind.SWITCH,
    _("levels switch the pumps again"),
    mends=True,
)
PUMP_STOPPED = EventCode("wastewater.pump-stopped", EventKind.SWITCH, _("stands"))
PUMP_FREE = EventCode(
    "wastewater.pump-free",
    EventKind.SWITCH,
    _("can lift again"),
    mends=True,
)
BLOCKED = EventCode("wastewater.blocked", EventKind.SWITCH, _("nothing passes"))
CLEARED = EventCode(
    "wastewater.cleared",
    EventKind.SWITCH,
    _("is free again"),
    mends=True,
)

RAIN = EventCode("wastewater.rain", EventKind.SWITCH, _("it rains {value} mm an hour"), {"value": Role.NUMBER})
RAIN_OVER = EventCode(
    "wastewater.rain-over",
    EventKind.SWITCH,
    _("the rain is over"),
    mends=True,
)

OVERFLOWS = EventCode("wastewater.overflows", EventKind.NOTE, _("overflows onto the street"))
OVERFLOW_OVER = EventCode(
    "wastewater.overflow-over",
    EventKind.NOTE,
    _("no longer overflows; {value} m³ came out"),
    {"value": Role.NUMBER},
    mends=True,
)
CELLARS_AT_RISK = EventCode(
    "wastewater.cellars-at-risk",
    EventKind.NOTE,
    _("water in the sewer above cellar floors: {people} people rely on backflow valves"),
    {"people": Role.COUNT},
)
CELLARS_SAFE = EventCode(
    "wastewater.cellars-safe",
    EventKind.NOTE,
    _("water in the sewer below cellar floors again"),
    mends=True,
)
SPILLS = EventCode("wastewater.spills", EventKind.NOTE, _("untreated wastewater runs into the water body"))
SPILL_OVER = EventCode(
    "wastewater.spill-over",
    EventKind.NOTE,
    _("no more untreated wastewater; {value} m³ ran out"),
    {"value": Role.NUMBER},
    mends=True,
)

STATION_MAINS = EventCode("wastewater.station-mains", EventKind.MODE, _("pumps run on the grid"), mends=True)
STATION_GENERATOR = EventCode("wastewater.station-generator", EventKind.MODE, _("pumps run on emergency power"))
STATION_SUCTION = EventCode(
    "wastewater.station-suction", EventKind.MODE, _("suction trucks carry the wastewater away"), mends=True
)
STATION_OVERFLOW = EventCode(
    "wastewater.station-overflow", EventKind.MODE, _("pumps stand, the emergency overflow protects the cellars")
)
STATION_STANDS = EventCode("wastewater.station-stands", EventKind.MODE, _("pumps stand, the well fills"))

PLANT_FULL = EventCode("wastewater.plant-full", EventKind.MODE, _("all stages work"))
PLANT_MECHANICAL = EventCode(
    "wastewater.plant-mechanical", EventKind.MODE, _("screens and settling tanks work, the biological stage does not")
)
PLANT_BYPASS = EventCode("wastewater.plant-bypass", EventKind.MODE, _("wastewater passes the plant untreated"))
PLANT_BEYOND = EventCode(
    "wastewater.plant-beyond",
    EventKind.NOTE,
    _("more arrives than the plant treats ({value} m³/s); the rest leaves untreated"),
    {"value": Role.NUMBER},
)
PLANT_WITHIN = EventCode(
    "wastewater.plant-within",
    EventKind.NOTE,
    _("no more arrives than the plant treats; {value} m³ left untreated"),
    {"value": Role.NUMBER},
    mends=True,
)
