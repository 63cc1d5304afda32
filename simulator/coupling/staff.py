"""How many of the people who belong to a place are there."""

from __future__ import annotations

from math import prod

from simulator.coupling import catalogue
from simulator.coupling.faults import FaultStack

STAFF_ABSENT = catalogue.STAFF_ABSENT.name


def staff_present(faults: FaultStack, component: str) -> float:
    """Share of the staff of a component that is there, 0 to 1.

    Several causes at once take their shares of those who are left, one after the other (assumption: they are
    independent of each other).
    """
    return prod(1.0 - fault.number("share") for fault in faults.active(component, STAFF_ABSENT))
