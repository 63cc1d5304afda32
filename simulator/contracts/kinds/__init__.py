"""The catalogue of kinds: what may stand in a city, which parameters it takes, how it can break.

One module a domain. Everything that checks an input (city loader, scenario loader) or lists what exists reads this.
"""

from __future__ import annotations

from simulator.contracts.fault import FaultPoint
from simulator.contracts.kinds import depot, emergency, energy, ict, lifelines, traffic, water
from simulator.contracts.kinds.kind import LINK_FAULTS, Kind
from simulator.contracts.kinds.sensor import REPORT_FAULTS, SENSOR_FAULTS

KINDS: dict[str, Kind] = {
    kind.name: kind for room in (water, energy, traffic, ict, lifelines, emergency, depot) for kind in room.KINDS
}
"""Every kind of component by name."""

FAULTS_OF_KIND: dict[str, tuple[FaultPoint, ...]] = {kind.name: kind.faults + SENSOR_FAULTS for kind in KINDS.values()}
"""How a component can fail, by its kind: in itself, and in the sensors that it carries."""


def fault_points() -> dict[str, FaultPoint]:
    """Every fault point by name. A name means the same wherever it is declared."""
    points = {point.name: point for kind in KINDS.values() for point in kind.faults}
    points.update((point.name, point) for faults in LINK_FAULTS.values() for point in faults)
    points.update((point.name, point) for point in SENSOR_FAULTS)
    return points


__all__ = ["FAULTS_OF_KIND", "KINDS", "LINK_FAULTS", "REPORT_FAULTS", "SENSOR_FAULTS", "Kind", "fault_points"]
