"""Kinds of the lifelines: what people lean on when the networks fail. And the crews who mend."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.cyber import CENTRE_FAULTS, FLOODING, RANSOMWARE
from simulator.contracts.kinds.kind import Kind

_CLOSED = FaultPoint("site-out", "the site cannot be used", disables=True)

KINDS = (
    Kind(
        "hospital",
        Domain.LIFELINE,
        "hospital",
        (_CLOSED,),
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
        (_CLOSED,),
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
        (_CLOSED, *CENTRE_FAULTS, FLOODING),
        (),
        ("central", "local", "police", "none"),
    ),
    Kind(
        "town-hall",
        Domain.LIFELINE,
        "digital town hall: online, else the paper counter",
        (_CLOSED, RANSOMWARE),
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
        (_CLOSED, *CENTRE_FAULTS),
        (),
        ("central", "local", "none"),
    ),
    Kind(
        "depot",
        Domain.CREW,
        "depot from which crews, fuel trucks and tankers leave",
        (_CLOSED,),
        (
            Parameter("crews", "", 2.0, "assumption"),
            Parameter("muster_s", "s", 900.0, "assumption", "time from the call until a crew leaves"),
        ),
    ),
)
