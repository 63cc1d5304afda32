"""Kinds of the road network."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.kind import Kind

KINDS = (
    Kind("road-node", Domain.TRAFFIC, "junction of roads"),
    Kind(
        "road",
        Domain.TRAFFIC,
        "road in one direction",
        (
            FaultPoint("road-closed", "nobody gets in"),
            FaultPoint(
                "road-narrowed",
                "part of the capacity is gone",
                parameters=(Parameter("capacity_share", "1", 0.5, "assumption", "share of the capacity left"),),
            ),
        ),
    ),
    Kind(
        "signal",
        Domain.TRAFFIC,
        "traffic signal at a road node",
        (FaultPoint("signal-dark", "the signal is dark", disables=True),),
        (
            Parameter("cycle_s", "s", 90.0, "assumption; RiLSA names 90 s as usual", "local programme"),
            Parameter("police_s", "s", 1800.0, "assumption", "time until police regulate the junction once it is dark"),
            Parameter("police", "", False, "assumption", "whether police have this junction on their list"),
        ),
        ("central", "local", "dark", "police"),
    ),
)
