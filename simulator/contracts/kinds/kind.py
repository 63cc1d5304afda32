"""A kind of component, and the faults that links can have."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.link import LinkKind


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of component: `modes` are the states of its redundancy, best first, empty where it has none."""

    name: str
    domain: Domain
    title: str
    faults: tuple[FaultPoint, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    modes: tuple[str, ...] = ()

    def fault(self, name: str) -> FaultPoint | None:
        return next((point for point in self.faults if point.name == name), None)


SITE_OUT = FaultPoint("site-out", "the site cannot be used", disables=True)

STAFF_ABSENT = FaultPoint(
    "staff-absent",
    "part of the staff is absent",
    parameters=(
        Parameter("share", "1", 0.5, "assumption", "share of the staff that is absent", at_least=0.0, at_most=1.0),
    ),
)
"""On every kind of place that people work at: what it still serves sinks with those who are there."""

FUEL_NOT_DELIVERED = FaultPoint("fuel-not-delivered", "no fuel truck brings anything")
"""On a depot no truck leaves; on a generator none comes to it."""

NO_TANKERS = FaultPoint("no-tankers", "no water tanker comes")

POLICE_ELSEWHERE = FaultPoint("police-elsewhere", "the officers are needed elsewhere")

LINK_CUT = FaultPoint("link-cut", "the link is severed")
LINK_FAULTS: dict[LinkKind, tuple[FaultPoint, ...]] = {
    LinkKind.POWER: (LINK_CUT,),
    LinkKind.DATA: (
        LINK_CUT,
        FaultPoint(
            "link-degraded",
            "the link loses and delays messages",
            parameters=(
                Parameter(
                    "loss",
                    "1",
                    0.0,
                    "assumption",
                    "share of messages lost, added to the link's own",
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter("delay_s", "s", 0.0, "assumption", "delay added to the link's latency", at_least=0.0),
            ),
        ),
    ),
    LinkKind.CONTROL: (LINK_CUT,),
    LinkKind.WATER: (LINK_CUT,),
    LinkKind.ROAD: (LINK_CUT,),
}
"""The faults of a link, by its kind."""
