"""Repair work: the trades there are, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.names import OpenName
from simulator.contracts.sources import Source


class Trade(OpenName):
    """The name of what a crew has learnt. Catalogues declare which trades exist; crews of one of them do any work."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RepairClass:
    """Work on site as a lognormal distribution: its median in seconds and the standard deviation of its logarithm.

    `parts` is how many spare parts it uses up. `source` says where the median comes from.
    """

    median_s: float
    sigma: float
    parts: int
    source: Source


HOUR_S = 3600.0

SIGMA = 0.5
"""Spread of repair times (assumption: one repair in six takes more than 1.65 times as long as the median)."""


def repair_hours(median_h: float, parts: int = 1, source: Source = "assumption") -> RepairClass:
    """A repair class with the usual spread; `median_h` is the median in hours."""
    return RepairClass(median_h * HOUR_S, SIGMA, parts, source)


OTHER_REPAIR = repair_hours(4, parts=0)
"""Repair work on a component whose type names no other, and on a link."""
