"""How a component is, in five classes, by its mode and its faults."""

from __future__ import annotations

from simulator.contracts.catalogue import State
from simulator.contracts.registry import registry


def state_of_mode(kind: str, mode: str) -> State:
    """The class of a mode. One that its type does not declare counts as a fallback."""
    of = registry().types.get(kind)
    known = None if of is None else of.mode(mode)
    return State.TECHNICAL if known is None else known.state


def ways_of(kind: str) -> tuple[str, ...]:
    """The modes among which one is a fallback for another: those of its medium, or all but the last, which is none."""
    of = registry().types.get(kind)
    return () if of is None else of.ways


def state_under_fault(kind: str, fault: str) -> State:
    """What a fault in force makes of a component, if nothing else is known. Faults of its sensors change nothing."""
    if fault in registry().faults_of_data:
        return State.NORMAL
    point = next((point for point in registry().faults_of_type.get(kind, ()) if point.name == fault), None)
    return State.FAILED if point is not None and (point.cuts_off or point.disables) else State.DEGRADED


__all__ = ["State", "state_of_mode", "state_under_fault", "ways_of"]
