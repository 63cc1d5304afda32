"""Kinds of what a town falls back on: emergency water, and ways to warn people."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.kind import NO_TANKERS, Kind

_WARNTAG = "online survey on the Warntag of 2023 (BBK, by way of the press)"

KINDS = (
    Kind(
        "drinking-water",
        Domain.LIFELINE,
        "emergency supply of one district: network, boiled, tank, then wells and tankers, bottles",
        (
            NO_TANKERS,
            FaultPoint("notice-withheld", "nobody tells people that the water must not be drunk as it is"),
            FaultPoint("bottles-missing", "there is no bottled water to hand out"),
        ),
        (
            Parameter("activate_s", "s", 7200.0, "assumption", "time until wells are manned and tankers leave"),
            Parameter(
                "notice_s",
                "s",
                1800.0,
                "assumption",
                "time until people know that the water must be boiled",
            ),
            Parameter("bottled_s", "s", 3600.0, "assumption", "time until bottled water is handed out"),
            Parameter("bottled_l_person", "l", 0.0, "assumption", "bottled water in stock for each person"),
            Parameter("tanker_l", "l", 3000.0, "assumption", "water that one tanker brings"),
            Parameter("tankers", "", 2.0, "assumption"),
            Parameter(
                "refill_s", "s", 1800.0, "assumption", "time to fill and to hand out one tanker, without the drive"
            ),
        ),
        ("network", "boiled", "tank", "emergency", "bottled", "none"),
    ),
    Kind(
        "emergency-well",
        Domain.LIFELINE,
        "emergency well with a hand pump, or a motor pump if it has a power link",
        (FaultPoint("well-out", "the well gives no water", disables=True),),
        (Parameter("flow_m3_s", "m3/s", 0.0005, "assumption: a hand pump gives about 1.8 m3/h"),),
    ),
    Kind(
        "public-warning",
        Domain.LIFELINE,
        "warning of the public: mobile phones, else sirens, else loudspeaker vans",
        (FaultPoint("warning-out", "no warning goes to mobile phones"),),
        (
            Parameter("digital_share", "1", 0.75, _WARNTAG, "share of people reached by cell broadcast"),
            Parameter("vans_s", "s", 1800.0, "assumption", "time until loudspeaker vans are under way"),
        ),
        ("digital", "sirens", "vans", "none"),
    ),
    Kind(
        "siren",
        Domain.LIFELINE,
        "siren of a district, sounded from afar over its control link, else by hand",
        (FaultPoint("siren-out", "the siren makes no sound", disables=True),),
        (
            Parameter("heard_share", "1", 0.54, _WARNTAG, "share of the people of its district who hear it"),
            Parameter("by_hand_s", "s", 1800.0, "assumption", "time until it is sounded by hand"),
        ),
    ),
    Kind(
        "loudspeaker-van",
        Domain.LIFELINE,
        "loudspeaker van that drives through the streets",
        (FaultPoint("van-out", "the van does not drive", disables=True),),
        (
            Parameter("people_h", "1/h", 3000.0, "assumption", "people that it warns in an hour"),
            Parameter("endurance_s", "s", 28800.0, "assumption", "how long it drives before its crew must rest"),
        ),
    ),
)
