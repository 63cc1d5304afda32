"""How a component is, in five classes: what an engineer wants to see of every kind of thing at once."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from simulator.contracts.kinds import FAULTS_OF_KIND, KINDS, REPORT_FAULTS, SENSOR_FAULTS


class State(IntEnum):
    """From well to gone. A fallback that carries is worse than a weak primary way, but better than nothing."""

    NORMAL = 0
    DEGRADED = 1
    TECHNICAL = 2
    ANALOGUE = 3
    FAILED = 4


_BY_MODE: Mapping[str, State] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "mains",
                "trunked",
                "network",
                "central",
                "online",
                "primary",
                "usual-way",
                "digital",
                "infeed",
                "open",
                "closed",
            ),
            State.NORMAL,
        ),
        **dict.fromkeys(
            (
                *("battery", "generator", "isolated-cell", "tank", "local", "fixed", "standby"),
                *("majority", "other-way", "sirens", "ring", "island"),
            ),
            State.TECHNICAL,
        ),
        **dict.fromkeys(
            (
                *("direct-mode", "runners", "emergency", "boiled", "bottled", "tanker"),
                *("police", "paper", "by-hand", "manual", "vans"),
            ),
            State.ANALOGUE,
        ),
        **dict.fromkeys(("none", "dark", "empty", "failed"), State.FAILED),
        "flashing": State.DEGRADED,
    }
)
_BY_KIND_AND_MODE: Mapping[tuple[str, str], State] = MappingProxyType(
    {
        ("generator", "standby"): State.NORMAL,
        ("generator", "starting"): State.DEGRADED,
        ("generator", "running"): State.TECHNICAL,
        ("battery", "standby"): State.NORMAL,
    }
)
"""Where a mode means something else for one kind."""

MEDIUM: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hospital": ("mains", "battery", "generator"),
        "rescue-dispatch": ("trunked", "isolated-cell", "direct-mode"),
    }
)
"""The modes that are ways of one and the same medium (power, radio), where others stand in for its loss."""

GIVES_NOTHING = frozenset(
    {
        "substation-out",
        "transformer-out",
        "bus-out",
        "line-trip",
        "feeder-out",
        "pv-loss",
        "battery-loss",
        "road-closed",
        "isolated",
        "source-lost",
    }
)
"""Faults that leave a component without any use, though it counts as working: nothing supplies it, or it is cut off."""

_OF_DATA = frozenset(point.name for point in (*SENSOR_FAULTS, *REPORT_FAULTS))


def classified(kind: str, mode: str) -> bool:
    """Whether somebody has said what this mode of this kind is."""
    return (kind, mode) in _BY_KIND_AND_MODE or mode in _BY_MODE


def state_of_mode(kind: str, mode: str) -> State:
    """The class of a mode. One that nobody classified counts by its place: the first is normal, the others stand in."""
    known = _BY_KIND_AND_MODE.get((kind, mode))
    if known is None:
        known = _BY_MODE.get(mode)
    if known is None:
        modes = KINDS[kind].modes if kind in KINDS else ()
        known = State.NORMAL if modes and mode == modes[0] else State.TECHNICAL
    return known


def ways_of(kind: str) -> tuple[str, ...]:
    """The modes among which one is a fallback for another: those of its medium, or all but the last, which is none."""
    modes = KINDS[kind].modes if kind in KINDS else ()
    return MEDIUM.get(kind, modes[:-1])


def state_under_fault(kind: str, fault: str) -> State:
    """What a fault in force makes of a component, if nothing else is known. Faults of its sensors change nothing."""
    if fault in _OF_DATA:
        return State.NORMAL
    point = next((point for point in FAULTS_OF_KIND.get(kind, ()) if point.name == fault), None)
    if fault in GIVES_NOTHING or (point is not None and point.disables):
        return State.FAILED
    return State.DEGRADED
