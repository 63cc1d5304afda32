"""What a planner could buy of a thing so that the town no longer lacks it, declared with the thing."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.words import Text


@dataclass(frozen=True, slots=True)
class Cure:
    """More of something that the town has too little of.

    `title` says what would be bought. Sizes are in the unit of the parameter or field that it is declared with, and go
    in steps of `step` up to `most`; `source` says where `most` comes from. With `added` a size counts what comes on top
    of what is there; otherwise it is what is there afterwards. Parameters that `also` names grow to at least as much: a
    tank with the fuel in it. A switch has one size, 1.
    """

    title: Text
    most: float
    step: float
    source: str
    added: bool = False
    also: tuple[str, ...] = ()
