"""What can be measured in a town: the names that sensors and evidence of faults refer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.contracts.words import Text


class At(StrEnum):
    """Where a quantity is recorded now and then, for forecasts and balances."""

    COMPONENT = "component"  # at each component or district that has it
    SUM = "sum"  # summed up over the components of each district
    MEAN = "mean"  # the mean over the components of each district


@dataclass(frozen=True, slots=True)
class Recorded:
    """That a quantity is recorded, at components of these types (empty: of all), under another name if one is given.

    `order` is the place among the records of a run, small numbers first.
    """

    at: At
    order: int
    types: tuple[str, ...] = ()
    name: str = ""


class Tells(StrEnum):
    """What mechanisms read from a quantity, whatever it is called."""

    DEAD = "dead"  # 0 says that the component is without what it lives on, though nothing failed in it
    OFFLINE = "offline"  # 0 says that the data centre does not reach it
    DELAY = "delay"  # seconds on the way to the data centre
    HELD = "held"  # readings that wait for their way


@dataclass(frozen=True, slots=True)
class QuantityName:
    """A measurable quantity. `of` are the types of component it exists at, or `district`, or `any`.

    `tells` is the role in which mechanisms read it.
    `own_record` marks what follows from a fault on the component by definition (whether it works, how many of its staff
    are there): it repeats that the fault came, and is no evidence of what that does.
    `least` and `most` are what no instrument shows values beyond, in the unit (no depth and no speed below 0).
    `of_types_with` names a fault: the quantity exists at every type that can have it. So it does at every
    `ComponentType` for which `of_types_that` holds.
    """

    name: str
    unit: str
    of: tuple[str, ...]
    title: Text
    of_types_with: str = ""
    of_types_that: Callable[[Any], bool] | None = None
    recorded: tuple[Recorded, ...] = ()
    tells: Tells | None = None
    own_record: bool = False
    least: float | None = None
    most: float | None = None
