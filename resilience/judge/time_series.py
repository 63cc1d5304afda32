"""A service level over time: a step function, held from each change to the next; and modes likewise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.duration import shown
from simulator.contracts.event import EventKind
from simulator.contracts.history import Course, History
from simulator.contracts.problem import Unable
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Numeral, Words

_ = Words("resilience")

TOLERANCE = 1e-9


class NotRecorded(Unable):
    """The course does not cover the window that was asked for: nobody knows the value there."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A course cut to a window: `values[i]` holds from `edges[i]` to `edges[i + 1]` (ticks, one edge more)."""

    edges: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def lengths_s(self) -> NDArray[np.float64]:
        return np.diff(self.edges) / 1000.0

    def integral(self) -> float:
        """Value times seconds."""
        return float(np.dot(self.values, self.lengths_s))


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time, in ticks, during which a level was worse than its limit; `worst` is its worst value."""

    begin: int
    end: int
    worst: float

    @property
    def length_s(self) -> float:
        return to_s(self.end - self.begin)


def cut(course: Course, start: int, end: int) -> Steps:
    """The course within a window. Raises `NotRecorded` if it begins later, `ValueError` for an empty window."""
    if end <= start:
        raise ValueError(f"a window from {start} to {end} is empty")
    if not len(course.at) or course.at[0] > start:
        raise NotRecorded(_("nothing was recorded at {time}", time=Numeral(shown(to_s(start)))))
    first = int(np.searchsorted(course.at, start, side="right")) - 1
    last = int(np.searchsorted(course.at, end, side="left"))
    edges = np.concatenate(([start], course.at[first + 1 : last], [end])).astype(np.int64)
    return Steps(edges, course.values[first:last])


def worse(values: NDArray[np.float64], limit: float, higher_is_better: bool) -> NDArray[np.bool_]:
    """Where values are worse than the limit; on the limit is not worse."""
    return values < limit - TOLERANCE if higher_is_better else values > limit + TOLERANCE


def worst(course: Course, start: int, end: int, higher_is_better: bool) -> float:
    values = cut(course, start, end).values
    return float(values.min() if higher_is_better else values.max())


def time_worse_s(course: Course, limit: float, higher_is_better: bool, start: int, end: int) -> float:
    """Seconds of the window during which the level is worse than the limit."""
    steps = cut(course, start, end)
    return float(steps.lengths_s[worse(steps.values, limit, higher_is_better)].sum())


def spells(course: Course, limit: float, higher_is_better: bool, start: int, end: int) -> tuple[Spell, ...]:
    """The unbroken stretches during which the level is worse than the limit, first one first."""
    steps = cut(course, start, end)
    bad = np.concatenate(([False], worse(steps.values, limit, higher_is_better), [False]))
    turns = np.flatnonzero(bad[1:] != bad[:-1])
    found = []
    for begin, until in zip(turns[::2], turns[1::2], strict=True):
        values = steps.values[begin:until]
        extreme = float(values.min() if higher_is_better else values.max())
        found.append(Spell(int(steps.edges[begin]), int(steps.edges[until]), extreme))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The component was in `mode` from `begin` to `end` (ticks). `rank` is the mode's place, 0 for the best."""

    mode: str
    rank: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Outage:
    """The primary mode was lost at `lost`, and was back (or a better one) at `back`; None: not before the run ended.

    `stretches` are what the component went through in between.
    """

    lost: int
    back: int | None
    stretches: tuple[Stretch, ...]


def mode_course(component: str, modes: tuple[str, ...], history: History) -> tuple[Stretch, ...]:
    """All stretches of a run, warm-up included; none is empty, so a mode passed through in no time does not count.

    A component starts in the mode that its first event says it left, in the best one if there is no event.
    Raises `ValueError` for a mode that its kind does not have.
    """
    events = [e for e in history.events if e.kind is EventKind.MODE and e.subject == component and e.after is not None]
    first = events[0].before if events and events[0].before is not None else modes[0]
    turns = [(history.begin, first), *((event.at, event.after or "") for event in events)]
    ends = [*(at for at, _ in turns[1:]), history.end]
    found: list[Stretch] = []
    for (begin, mode), end in zip(turns, ends, strict=True):
        if mode not in modes:
            raise ValueError(f"{component!r} was in mode {mode!r}, which its kind does not have")
        if found and found[-1].mode == mode:
            found[-1] = Stretch(mode, modes.index(mode), found[-1].begin, end)
        elif end > begin:
            found.append(Stretch(mode, modes.index(mode), begin, end))
    return tuple(found)


def outages(course: tuple[Stretch, ...], primary: int) -> tuple[Outage, ...]:
    """When the component was in a mode worse than the one ranked `primary`, from zero on or reaching beyond it."""
    found: list[Outage] = []
    without: list[Stretch] = []
    for stretch in course:
        if stretch.rank > primary:
            without.append(stretch)
        elif without:
            found.append(Outage(without[0].begin, stretch.begin, tuple(without)))
            without = []
    if without:
        found.append(Outage(without[0].begin, None, tuple(without)))
    return tuple(outage for outage in found if outage.back is None or outage.back > 0)
