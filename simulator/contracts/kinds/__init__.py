"""The catalogue of kinds: what may stand in a city, which parameters it takes, how it can break.

One module a domain. Everything that checks an input (city loader, scenario loader) or lists what exists reads this.
"""

from __future__ import annotations

from simulator.contracts.fault import FaultPoint
from simulator.contracts.kinds import energy, ict, lifelines, traffic, water
from simulator.contracts.kinds.kind import LINK_FAULTS, Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*water.KINDS, *energy.KINDS, *traffic.KINDS, *ict.KINDS, *lifelines.KINDS)
}
"""Every kind of component by name."""


def fault_points() -> dict[str, FaultPoint]:
    """Every fault point by name. A name means the same wherever it is declared."""
    points = {point.name: point for kind in KINDS.values() for point in kind.faults}
    points.update((point.name, point) for faults in LINK_FAULTS.values() for point in faults)
    return points


__all__ = ["KINDS", "LINK_FAULTS", "Kind", "fault_points"]
