"""Kinds of the lifelines: what people lean on when the networks fail. Emergency water and warning: see `emergency`."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.cyber import CENTRE_FAULTS, COMMAND_FAULTS, FLOODING, RANSOMWARE
from simulator.contracts.kinds.kind import NO_TANKERS, POLICE_ELSEWHERE, SITE_OUT, STAFF_ABSENT, Kind
from simulator.contracts.kinds.water import PEAK_DEMAND

KINDS = (
    Kind(
        "hospital",
        Domain.LIFELINE,
        "hospital",
        (SITE_OUT, STAFF_ABSENT),
        (
            Parameter("beds", "", None, ""),
            Parameter("water_l_bed_d", "l/bed/d", 150.0, "1. WasSV § 2, surgical or infectious"),
            Parameter(
                "manual_s",
                "s",
                21600.0,
                "Halpern et al., six hours of manual ventilation with a bag-valve-mask device is feasible",
                "how long staff ventilate patients by hand without any power",
            ),
        ),
        ("mains", "battery", "generator", "manual", "none"),
    ),
    Kind(
        "patient-records",
        Domain.LIFELINE,
        "records of a hospital: digital over its information system, else on paper",
        (
            FaultPoint("records-out", "the hospital's information system is down"),
            FaultPoint("forms-missing", "there is no paper to go on with"),
        ),
        (
            Parameter("hospital", "", None, "", "component id of the hospital"),
            Parameter("activate_s", "s", 900.0, "assumption", "time until wards work on paper"),
            Parameter("paper_share", "1", 0.8, "assumption", "share of care that goes on with paper records"),
        ),
        ("online", "paper", "none"),
    ),
    Kind(
        "hospital-water",
        Domain.LIFELINE,
        "water of a hospital: network, roof tank, tankers",
        (NO_TANKERS,),
        (
            Parameter("hospital", "", None, "", "component id of the hospital, whose water link and tank it is"),
            Parameter("tanker_l", "l", 12000.0, "assumption", "water that one tanker brings"),
            Parameter("unload_s", "s", 1800.0, "assumption", "time a tanker needs to unload"),
        ),
        ("network", "tank", "tanker", "none"),
    ),
    Kind(
        "rescue-dispatch",
        Domain.LIFELINE,
        "rescue dispatch centre and its radio: trunked over the sites, isolated cell, direct mode",
        (SITE_OUT, STAFF_ABSENT, FaultPoint("direct-mode-fails", "the handsets do not reach each other")),
        (
            Parameter("direct_s", "s", 300.0, "assumption", "time until crews have switched to direct mode"),
            Parameter(
                "direct_lasts_s", "s", 43200.0, "assumption: a shift of 12 h", "how long handsets last without a charge"
            ),
            Parameter("runners_s", "s", 1800.0, "assumption", "time until runners carry messages"),
        ),
        ("trunked", "isolated-cell", "direct-mode", "runners", "none"),
    ),
    Kind("rescue-station", Domain.LIFELINE, "station that ambulances leave from", (SITE_OUT,)),
    Kind(
        "traffic-control-centre",
        Domain.LIFELINE,
        "traffic control centre: central programmes over its control links, else local ones, else police",
        (SITE_OUT, STAFF_ABSENT, *CENTRE_FAULTS, FLOODING, POLICE_ELSEWHERE),
        (
            Parameter("officers", "", 24.0, "assumption", "police officers for junctions whose signals are dark"),
            Parameter("officers_at_junction", "", 2.0, "assumption"),
            Parameter(
                "stint_s", "s", 14400.0, "assumption", "how long officers stand before they are relieved or leave"
            ),
            Parameter("rest_s", "s", 14400.0, "assumption", "how long they rest after that"),
        ),
        ("central", "local", "police", "none"),
    ),
    Kind(
        "town-hall",
        Domain.LIFELINE,
        "digital town hall: online, else the paper counter",
        (SITE_OUT, STAFF_ABSENT, RANSOMWARE),
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
        (SITE_OUT, STAFF_ABSENT, PEAK_DEMAND, *CENTRE_FAULTS, *COMMAND_FAULTS),
        (Parameter("by_hand_after_s", "s", 900.0, "assumption", "time until crews are sent to pumps that are frozen"),),
        ("central", "by-hand", "local", "none"),
    ),
)
