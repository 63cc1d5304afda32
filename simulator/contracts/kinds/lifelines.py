"""Kinds of the lifelines: what people lean on when the networks fail. And the crews who mend."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.crews import Priority
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.cyber import CENTRE_FAULTS, COMMAND_FAULTS, FLOODING, RANSOMWARE
from simulator.contracts.kinds.kind import FUEL_NOT_DELIVERED, STAFF_ABSENT, Kind

_CLOSED = FaultPoint("site-out", "the site cannot be used", disables=True)

KINDS = (
    Kind(
        "hospital",
        Domain.LIFELINE,
        "hospital",
        (_CLOSED, STAFF_ABSENT),
        (
            Parameter("beds", "", None, ""),
            Parameter("water_l_bed_d", "l/bed/d", 150.0, "1. WasSV § 2, surgical or infectious"),
        ),
        ("mains", "battery", "generator", "none"),
    ),
    Kind(
        "rescue-dispatch",
        Domain.LIFELINE,
        "rescue dispatch centre and its radio: trunked over the sites, isolated cell, direct mode",
        (_CLOSED, STAFF_ABSENT),
        (Parameter("direct_s", "s", 300.0, "assumption", "time until crews have switched to direct mode"),),
        ("trunked", "isolated-cell", "direct-mode", "none"),
    ),
    Kind("rescue-station", Domain.LIFELINE, "station that ambulances leave from", (_CLOSED,)),
    Kind(
        "drinking-water",
        Domain.LIFELINE,
        "emergency supply of one district: network, tank, then wells and tankers",
        (),
        (
            Parameter("activate_s", "s", 7200.0, "assumption", "time until wells are manned and tankers leave"),
            Parameter("tanker_l", "l", 3000.0, "assumption", "water that one tanker brings"),
            Parameter("tankers", "", 2.0, "assumption"),
            Parameter(
                "refill_s", "s", 1800.0, "assumption", "time to fill and to hand out one tanker, without the drive"
            ),
        ),
        ("network", "tank", "emergency", "none"),
    ),
    Kind(
        "emergency-well",
        Domain.LIFELINE,
        "emergency well with a hand pump, or a motor pump if it has a power link",
        (FaultPoint("well-out", "the well gives no water", disables=True),),
        (Parameter("flow_m3_s", "m3/s", 0.0005, "assumption: a hand pump gives about 1.8 m3/h"),),
    ),
    Kind(
        "traffic-control-centre",
        Domain.LIFELINE,
        "traffic control centre: central programmes over its control links, else local ones, else police",
        (_CLOSED, STAFF_ABSENT, *CENTRE_FAULTS, FLOODING),
        (),
        ("central", "local", "police", "none"),
    ),
    Kind(
        "town-hall",
        Domain.LIFELINE,
        "digital town hall: online, else the paper counter",
        (_CLOSED, STAFF_ABSENT, RANSOMWARE),
        (
            Parameter("opens_s", "s", 28800.0, "assumption: counters open at 08:00"),
            Parameter("closes_s", "s", 64800.0, "assumption: counters close at 18:00"),
            Parameter("paper_share", "1", 0.3, "assumption: share of cases the counter handles on paper"),
            Parameter("activate_s", "s", 3600.0, "assumption"),
        ),
        ("online", "paper", "none"),
    ),
    Kind(
        "waterworks",
        Domain.LIFELINE,
        "waterworks' control room: commands pumps over its control links",
        (_CLOSED, STAFF_ABSENT, *CENTRE_FAULTS, *COMMAND_FAULTS),
        (),
        ("central", "local", "none"),
    ),
    Kind(
        "depot",
        Domain.CREW,
        "depot from which crews, fuel trucks and tankers leave",
        (_CLOSED, STAFF_ABSENT, FUEL_NOT_DELIVERED),
        (
            Parameter("crews", "", 2.0, "assumption", "crews that do any work"),
            Parameter("electric_crews", "", 0.0, "assumption", "crews for grid, signals and buildings alone"),
            Parameter("water_crews", "", 0.0, "assumption", "crews for mains, pumps and wells alone"),
            Parameter("ict_crews", "", 0.0, "assumption", "crews for the data network and control rooms alone"),
            Parameter("roads_crews", "", 0.0, "assumption", "crews for roads alone"),
            Parameter("drivers", "", 0.0, "assumption", "drivers of fuel trucks who do nothing else"),
            Parameter("day_from_s", "s", 21600.0, "assumption: 06:00", "when the day shift begins"),
            Parameter("day_until_s", "s", 79200.0, "assumption: 22:00", "when the night shift begins"),
            Parameter("night_share", "1", 0.5, "assumption", "share of the crews on duty at night, rounded up"),
            Parameter("muster_s", "s", 900.0, "assumption", "time from the call until a crew leaves"),
            Parameter(
                "priority",
                "",
                Priority.LIFELINES.value,
                "assumption",
                "which waiting job a free crew takes",
                tuple(priority.value for priority in Priority),
            ),
            Parameter("priority_list", "", "", "assumption", "ids in order, with spaces between; for `priority: list`"),
            Parameter("parts", "", 4.0, "assumption", "spare parts in stock for each trade"),
            Parameter("parts_delivery_s", "s", 86400.0, "assumption", "time until a part that was used is replaced"),
            Parameter("fuel_trucks", "", 1.0, "assumption"),
            Parameter("truck_l", "l", 5000.0, "assumption", "fuel that one truck carries"),
            Parameter("fuel_store_l", "l", 20000.0, "assumption", "fuel at hand; what is used up is not replaced"),
        ),
    ),
)
