"""A thing that stands in the town: pump, bus, signal, server, hospital. And the district it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from simulator.contracts.names import OpenName
from simulator.contracts.naming import Given

Value = float | str | bool
"""A component's parameter: a number in SI units, a name, or yes/no."""

NO_PARAMETERS: Mapping[str, Value] = MappingProxyType({})


class Domain(OpenName):
    """The name of a sub-system: a network, the lifelines that lean on it, the crews. Catalogues declare which exist."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One component of the city.

    `x_m`, `y_m` are metres east and north of the city's map origin. `network_id` is its name in the network file it
    came from, if it came from one. `parameters` holds what its kind declares (see `kinds`), complete with defaults.
    `given` is the name that a rule gave to what has no title of its own (see `naming`).
    `length_m` is that of a pipe, line or road, 0 for all others. `trenches` are the cable trenches in which it lies.
    """

    id: str
    kind: str
    domain: Domain
    x_m: float
    y_m: float
    district: str = ""
    owner: str = ""
    maker: str = ""
    model: str = ""
    firmware: str = ""
    year: int | None = None
    title: str = ""
    network_id: str = ""
    parameters: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS, hash=False)
    length_m: float = 0.0
    trenches: tuple[str, ...] = ()
    given: Given = ()

    def number(self, name: str) -> float:
        """A numeric parameter. Raises `KeyError` if the kind does not declare it, `TypeError` if it is no number."""
        value = self.parameters[name]
        if isinstance(value, str | bool):
            raise TypeError(f"parameter {name!r} of {self.id!r} is not a number: {value!r}")
        return value

    def text(self, name: str) -> str:
        return str(self.parameters[name])


@dataclass(frozen=True, slots=True)
class District:
    """A part of the town with people in it. `outline` is a ring of (x_m, y_m); `people` is the same in all domains."""

    id: str
    title: str
    people: int
    x_m: float
    y_m: float
    outline: tuple[tuple[float, float], ...] = ()
