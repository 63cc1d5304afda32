"""In which part of a run an expectation asks for a level: holds it at least to what the city requires of it.

This is what can be told from the file alone; `resilience.judge.checkers.judged` has the rule as a whole.
"""

from __future__ import annotations

from resilience.scenario.scenario import Budget, Expectation, Invariant, LevelHolds, Threshold, TimeLimit, Window
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry


def asked_window(item: Expectation, level: ServiceLevel, duration_s: float) -> Window | None:
    """The window in which `item`, which is about `level`, holds it at least to its declared minimum.

    None: it never does, since it looks at one moment or at a sum, since its limit is weaker than what is required, or
    since the level may be missed for all of the window, which no run could break.
    """
    if not isinstance(item, Invariant | LevelHolds | Budget) or weaker(item.limit, level):
        return None
    begin, end = item.window.start_s, duration_s if item.window.end_s is None else item.window.end_s
    match item:
        case Invariant():
            allowed_s = item.longest.seconds
        case LevelHolds(share=float() | int() as share):
            allowed_s = (1.0 - share) * (end - begin)
        case Budget(time_below=TimeLimit(seconds)):
            allowed_s = seconds
        case _:
            return None
    return item.window if allowed_s < end - begin else None


def asks_throughout(item: Expectation, level: ServiceLevel, duration_s: float) -> bool:
    """Whether one expectation asks for a level in the whole run."""
    window = asked_window(item, level, duration_s)
    return window is not None and window.start_s <= 0 and (window.end_s is None or window.end_s >= duration_s)


def weaker(limit: Threshold, level: ServiceLevel) -> bool:
    """Whether a limit asks for less than the city requires."""
    if limit.value is None:
        return False
    higher = registry().measures[level.measure].higher_is_better
    return limit.value < level.minimum if higher else limit.value > level.minimum
