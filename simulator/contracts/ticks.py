"""Time as whole ticks of one millisecond, counted from the scenario's zero."""

from __future__ import annotations

TICKS_PER_S = 1000


def to_ticks(seconds: float) -> int:
    """Seconds as ticks, rounded to the nearest; exact for whole milliseconds."""
    return round(seconds * TICKS_PER_S)


def to_s(ticks: int) -> float:
    return ticks / TICKS_PER_S
