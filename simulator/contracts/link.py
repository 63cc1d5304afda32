"""What one component gets from another: power, data, control, water or road access."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """The five things that flow between sub-systems.

    power    source bus (or generator) feeds the target; without it the target stops once its autonomy is used up
    data     an edge of the ICT graph, usable both ways: between nodes, or from a node to a field device
    control  source (a control centre) commands the target; needs a working path of data links between the two
    water    source junction supplies the target
    road     source road node is where crews and trucks reach the target
    """

    POWER = "power"
    DATA = "data"
    CONTROL = "control"
    WATER = "water"
    ROAD = "road"


class Fallback(StrEnum):
    """What the target of a control link does while that link is down: keep its last set-point, or control itself."""

    HOLD = "hold"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Link:
    """A directed link `source` → `target`.

    `autonomy_s` is how long the target goes on without it (battery, roof tank), 0 for not at all. `latency_s` and
    `loss` (share of messages, 0 to 1) describe data links. `fallback` matters for control links only. `trenches` are
    the cable trenches in which the link lies.
    """

    id: str
    kind: LinkKind
    source: str
    target: str
    owner: str = ""
    autonomy_s: float = 0.0
    latency_s: float = 0.0
    loss: float = 0.0
    fallback: Fallback = Fallback.LOCAL
    trenches: tuple[str, ...] = ()
