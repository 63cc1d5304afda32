"""The smallest timeline that still fails: which faults, at how many places, for how long.

Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions on
Software Engineering 28 (2002), 183-200) over faults, then over their targets. What it leaves does not fail without any
one of its parts, yet something smaller may: all smaller choices are then tried as far as the allowed runs go. Last,
faults are made shorter by halving.

Pure: the run itself is a function that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import TypeVar

SHORTER = 0.8
"""Halving ends once what still fails is at most this much longer than what no longer does (assumption)."""
SHORTEST_S = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One fault of a timeline. `targets` empty: it cannot be split. `length_s` None: it has no length of its own."""

    id: str
    targets: tuple[str, ...] = ()
    length_s: float | None = None


Timeline = tuple[Piece, ...]
Part = TypeVar("Part")
Fails = Callable[[Timeline], bool]
"""Whether the town still fails, for the same finding, when only these pieces are broken."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What is left, and after how many runs. `smallest`: no choice of fewer faults and places fails, all were tried."""

    timeline: Timeline
    runs: int
    smallest: bool


class _OutOfRuns(Exception):
    """The allowed runs are used up."""


class _Tries:
    """Runs each timeline once, and no more of them than allowed."""

    def __init__(self, fails: Fails, most: int) -> None:
        self._fails, self._most = fails, most
        self._known: dict[Timeline, bool] = {}

    @property
    def runs(self) -> int:
        return len(self._known)

    @property
    def left(self) -> int:
        return self._most - self.runs

    def fails(self, timeline: Timeline) -> bool:
        if timeline not in self._known:
            if self.left <= 0:
                raise _OutOfRuns
            self._known[timeline] = self._fails(timeline)
        return self._known[timeline]

    def failing(self) -> list[Timeline]:
        return [timeline for timeline, failed in self._known.items() if failed]


def shrink(timeline: Timeline, fails: Fails, most_runs: int = 100) -> Shrunk:
    """Make a failing timeline smaller as long as it still fails.

    Raises `ValueError` if it does not fail in the first place. Once the runs are used up, the smallest one is returned.
    """
    tries = _Tries(fails, most_runs)
    if not tries.fails(timeline):
        raise ValueError("this timeline does not fail, so nothing of it can be left out")
    smallest = False
    try:
        best = irreducible(timeline, tries.fails)
        for number in range(len(best)):
            best = _fewer_targets(best, number, tries)
        best, smallest = _fewest(timeline, best, tries)
        for number in range(len(best)):
            best = _shorter(best, number, tries)
    except _OutOfRuns:
        best = min(tries.failing(), key=_size)
    return Shrunk(best, tries.runs, smallest)


def _size(timeline: Timeline) -> tuple[int, float]:
    return _places(timeline), sum(piece.length_s or 0.0 for piece in timeline)


def _places(timeline: Timeline) -> int:
    return sum(max(1, len(piece.targets)) for piece in timeline)


def irreducible(parts: tuple[Part, ...], fails: Callable[[tuple[Part, ...]], bool]) -> tuple[Part, ...]:
    """Delta debugging: parts of which none can be left out alone. Never empty, unless nothing at all fails too.

    `fails` is whatever all parts together do and is to be kept; it is asked of fewer of them.
    """
    if parts and fails(()):
        return ()
    chunks = 2
    while len(parts) > 1:
        size = -(-len(parts) // chunks)
        cuts = [(parts[i : i + size], parts[:i] + parts[i + size :]) for i in range(0, len(parts), size)]
        smaller = next((part for part, _ in cuts if fails(part)), None)
        if smaller is not None:
            parts, chunks = smaller, 2
            continue
        smaller = next((rest for _, rest in cuts if fails(rest)), None)
        if smaller is not None:
            parts, chunks = smaller, max(2, chunks - 1)
        elif chunks >= len(parts):
            break
        else:
            chunks = min(len(parts), 2 * chunks)
    return parts


def _fewer_targets(timeline: Timeline, number: int, tries: _Tries) -> Timeline:
    piece = timeline[number]

    def made(targets: tuple[str, ...]) -> Timeline:
        return (*timeline[:number], replace(piece, targets=targets), *timeline[number + 1 :])

    if len(piece.targets) < 2:
        return timeline
    return made(irreducible(piece.targets, lambda targets: bool(targets) and tries.fails(made(targets))))


def _fewest(whole: Timeline, best: Timeline, tries: _Tries) -> tuple[Timeline, bool]:
    """Every choice with fewer places than `best`, fewest first, as long as a whole round fits into the runs left."""
    places = [(piece, target) for piece in whole for target in piece.targets or ("",)]
    for count in range(1, _places(best)):
        if comb(len(places), count) > tries.left:
            return best, False
        for choice in combinations(places, count):
            chosen: dict[str, tuple[str, ...]] = {}
            for piece, target in choice:
                chosen[piece.id] = (*chosen.get(piece.id, ()), *([target] if target else []))
            timeline = tuple(replace(piece, targets=chosen[piece.id]) for piece in whole if piece.id in chosen)
            if tries.fails(timeline):
                return timeline, True
    return best, True


def _shorter(timeline: Timeline, number: int, tries: _Tries) -> Timeline:
    """Halve the time between the shortest length that is known to fail and the longest that is known not to."""
    piece = timeline[number]
    if piece.length_s is None:
        return timeline
    holds, best = 0.0, timeline
    fails_s = piece.length_s
    while fails_s > SHORTEST_S and holds < SHORTER * fails_s:
        length = max(SHORTEST_S, round((holds + fails_s) / 2))
        if not holds < length < fails_s:
            break
        tried = (*timeline[:number], replace(piece, length_s=length), *timeline[number + 1 :])
        if tries.fails(tried):
            fails_s, best = length, tried
        else:
            holds = length
    return best
