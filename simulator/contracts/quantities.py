"""What can be measured in a town: the names that sensors and evidence of faults refer to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuantityName:
    """A measurable quantity. `of` are the types of component it exists at, or `district`, or `any`.

    `of_types_with` names a fault: the quantity exists at every type that can have it.
    """

    name: str
    unit: str
    of: tuple[str, ...]
    title: str
    of_types_with: str = ""
