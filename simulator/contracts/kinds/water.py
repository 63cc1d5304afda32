"""Kinds of the water network: what EPANET knows, and the wells it does not."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.cyber import COMMAND_FAULTS, SET_POINT_TAMPERED
from simulator.contracts.kinds.kind import Kind

_DISCHARGE = Parameter(
    "discharge_coefficient",
    "1",
    0.75,
    "sharp-edged orifice, turbulent flow (as WNTR's default)",
    at_least=0.0,
    at_most=1.0,
)
_BURST = FaultPoint(
    "burst",
    "the main breaks and leaks through a hole",
    parameters=(Parameter("area_m2", "m2", None, "", "area of the hole", at_least=0.0), _DISCHARGE),
)
_NOTICE = "what people are told: to boil the water, or not to drink it"


def _contaminated(name: str, title: str, notice: str) -> FaultPoint:
    told = Parameter("notice", "", notice, "assumption", _NOTICE, ("boil", "do-not-drink"))
    return FaultPoint(name, title, parameters=(told,))


TANK_CONTAMINATED = _contaminated("tank-contaminated", "the water in the tank is not drinkable", "boil")
SOURCE_CONTAMINATED = _contaminated(
    "source-contaminated", "the source gives water that is not drinkable", "do-not-drink"
)
_DRAINED = FaultPoint(
    "tank-drained",
    "the drain of the tank stands open",
    parameters=(
        Parameter("area_m2", "m2", 0.0314, "assumption: a drain of DN 200", "area of the drain", at_least=0.0),
        _DISCHARGE,
    ),
)
PEAK_DEMAND = FaultPoint(
    "peak-demand",
    "everybody takes more water than usual, as on the hottest days",
    parameters=(Parameter("factor", "1", None, "", "times the demand of an ordinary day", at_least=0.0),),
)
"""At the waterworks, for the whole network that it feeds."""
_LOST = FaultPoint("source-lost", "the source gives no water")
_ISOLATED = FaultPoint("isolated", "closed off by its valves, for a repair or in error")

KINDS = (
    Kind("junction", Domain.WATER, "junction of mains, with the demand of the houses around it", (_BURST, _ISOLATED)),
    Kind("pipe", Domain.WATER, "water main", (_BURST, _ISOLATED)),
    Kind(
        "pump",
        Domain.WATER,
        "pump",
        (FaultPoint("pump-out", "the pump does not run", disables=True), *COMMAND_FAULTS),
        (
            Parameter(
                "interlock",
                "",
                False,
                "assumption",
                "true: hardwired, it stops where its own controls stop it, whatever is written to it",
            ),
        ),
    ),
    Kind(
        "valve",
        Domain.WATER,
        "control valve",
        (
            FaultPoint(
                "valve-stuck",
                "the valve is stuck open or closed",
                parameters=(Parameter("position", "", "closed", "assumption", choices=("open", "closed")),),
            ),
            SET_POINT_TAMPERED,
        ),
    ),
    Kind("tank", Domain.WATER, "elevated tank or service reservoir", (_ISOLATED, _DRAINED, TANK_CONTAMINATED)),
    Kind(
        "reservoir",
        Domain.WATER,
        "source: waterworks' clear well, lake, aquifer",
        (_ISOLATED, _LOST, SOURCE_CONTAMINATED),
    ),
)
