"""Kinds of the electric grid and of what makes power without it."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.cyber import CENTRE_FAULTS
from simulator.contracts.kinds.kind import FUEL_NOT_DELIVERED, STAFF_ABSENT, Kind

_PRIORITY = Parameter("priority", "", 3.0, "assumption", "shed last (1) to first (3) when an island runs short")

_BUS = Parameter("bus", "", "", "the network file", "component id of its bus; only where no network file says it")

KINDS = (
    Kind(
        "bus", Domain.ENERGY, "busbar or local substation", (FaultPoint("bus-out", "the busbar is dead"),), (_PRIORITY,)
    ),
    Kind(
        "line",
        Domain.ENERGY,
        "line or cable",
        (
            FaultPoint("line-trip", "the line is open at both ends"),
            FaultPoint("feeder-out", "the line and all that it alone feeds, up to the open ring points, are out"),
            FaultPoint("protection-fails", "when the line is to trip, the next protection upstream trips in its place"),
        ),
        (Parameter("overhead", "", False, "assumption", "whether it hangs on poles, where storms reach it"),),
    ),
    Kind(
        "transformer",
        Domain.ENERGY,
        "transformer",
        (FaultPoint("transformer-out", "the transformer is open at both sides"),),
    ),
    Kind(
        "substation",
        Domain.ENERGY,
        "infeed from the higher grid with its transformer and busbar",
        (FaultPoint("substation-out", "the infeed and every transformer of the substation are out"),),
        (
            Parameter("restore_steps", "", 1.0, "assumption", "steps in which a dark area comes back after an outage"),
            Parameter("restore_step_s", "s", 300.0, "assumption", "time between two of these steps"),
        ),
        ("infeed", "ring", "island", "none"),
    ),
    Kind(
        "grid-switch",
        Domain.ENERGY,
        "switch at an open ring point",
        (FaultPoint("switch-stuck", "the switch does not move"),),
        (
            Parameter("remote_s", "s", 300.0, "assumption", "time to switch by remote control, with the decision"),
            Parameter("manual_s", "s", 900.0, "assumption", "work of a crew on site to switch by hand"),
        ),
        ("open", "closed"),
    ),
    Kind(
        "pv",
        Domain.ENERGY,
        "photovoltaic plant",
        (FaultPoint("pv-loss", "the plant feeds nothing in"),),
        (Parameter("rated_w", "W", 0.0, "the network file"), _BUS),
    ),
    Kind(
        "battery",
        Domain.ENERGY,
        "grid battery; forms an island when its part of the grid loses every other source",
        (FaultPoint("battery-loss", "the battery gives nothing"),),
        (
            Parameter("rated_w", "W", None, ""),
            Parameter("energy_j", "J", None, ""),
            Parameter("initial_share", "1", 0.8, "assumption"),
            Parameter("grid_forming", "", True, "assumption"),
            Parameter("black_start_s", "s", 0.0, "assumption: without interruption", "time to build up an island"),
            _BUS,
        ),
        ("standby", "island", "empty"),
    ),
    Kind(
        "generator",
        Domain.ENERGY,
        "emergency generator: starts when what it feeds has no other power",
        (FaultPoint("generator-fails", "the generator does not start, or stops", disables=True), FUEL_NOT_DELIVERED),
        (
            Parameter(
                "start_s", "s", 12.0, "DIN VDE 0100-710 asks for 15 s at most (secondary); 12 s is an assumption"
            ),
            Parameter(
                "fail_on_demand",
                "1",
                0.01,
                "starting reliability asked of emergency diesel sets, 0.99 a demand: U.S. NRC Regulatory Guide 1.108, "
                "as quoted in NUREG-0933, item B-56",
                "chance that it does not start; drawn at each start",
            ),
            Parameter("fuel_l", "l", None, "", "fuel in the tank at the start"),
            Parameter("tank_l", "l", None, "", "capacity of the tank"),
            Parameter("burn_l_h", "l/h", None, "", "fuel used in an hour at the load it carries"),
            Parameter("order_below", "1", 0.5, "assumption", "share of the tank below which a fuel truck is ordered"),
            Parameter("delivery_l", "l", 2000.0, "assumption", "fuel that is ordered at a time"),
        ),
        ("standby", "starting", "running", "empty", "failed"),
    ),
    Kind(
        "household-meter",
        Domain.ENERGY,
        "electricity meter of a household, whose readings leave the gateway only as sums",
        (),
        (
            Parameter("bus", "", None, "", "component id of the local substation behind which the household is"),
            Parameter("share", "1", None, "", "its share of that substation's load"),
        ),
    ),
    Kind(
        "network-control",
        Domain.ENERGY,
        "grid control centre: operates remote switches over its control links",
        (FaultPoint("control-out", "the control centre does not work", disables=True), STAFF_ABSENT, *CENTRE_FAULTS),
    ),
)
