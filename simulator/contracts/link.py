"""What one component gets from another: power, data, control, water, road access, whatever a catalogue declares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.contracts.names import OpenName


class LinkKind(OpenName):
    """The name of what flows between sub-systems. Catalogues declare which exist, and what each means."""

    __slots__ = ()


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
