"""The fewest parts that are enough, and the smallest number that is, each with as few trials as can prove it.

Both take it that more never harms: what is enough stays enough with a part more, or with more of it. A trial is a
function that is handed in. The fewest parts are a smallest hitting set: of every set of parts without which the rest
is not enough, one must be there (Reiter, "A theory of diagnosis from first principles", Artificial Intelligence 32
(1987), 57-95; small such sets are found as by Junker, "QUICKXPLAIN", AAAI 2004, 167-172). What is found is the fewest,
not only a choice of which none can be left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import count
from typing import TypeVar

Part = TypeVar("Part")
Parts = tuple[Part, ...]


def fewest(parts: Parts[Part], enough: Callable[[Parts[Part]], bool]) -> Parts[Part]:
    """The fewest of `parts` that are enough, in their order. All of them must be enough, and none at all must not.

    Parts that are likely to be needed, or not, together should stand side by side. `enough` is asked of choices of
    them, each once.
    """
    known: dict[Parts[Part], bool] = {(): False, parts: True}

    def holds_without(left_out: Parts[Part]) -> bool:
        rest = tuple(part for part in parts if part not in left_out)
        if rest not in known:
            known[rest] = enough(rest)
        return known[rest]

    cores: list[tuple[Part, ...]] = [(part,) for part in _necessary(parts, holds_without)]
    while True:
        chosen = _smallest_hitting_set(cores)
        others = tuple(part for part in parts if part not in chosen)
        if holds_without(others):
            return tuple(part for part in parts if part in chosen)
        cores.append(_core(others, holds_without))


def _necessary(parts: Parts[Part], holds_without: Callable[[Parts[Part]], bool]) -> Parts[Part]:
    """Those without which all others are not enough; whole halves that are not needed are dismissed in one trial."""
    if not parts or holds_without(parts):
        return ()
    if len(parts) == 1:
        return parts
    middle = len(parts) // 2
    return _necessary(parts[:middle], holds_without) + _necessary(parts[middle:], holds_without)


def _core(parts: Parts[Part], holds_without: Callable[[Parts[Part]], bool]) -> Parts[Part]:
    """Some of `parts` without which the rest is not enough, none of them in vain."""

    def needed(before: Parts[Part], fresh: bool, candidates: Parts[Part]) -> Parts[Part]:
        if fresh and not holds_without(before):
            return ()
        if len(candidates) == 1:
            return candidates
        middle = len(candidates) // 2
        right = needed(before + candidates[:middle], True, candidates[middle:])
        left = needed(before + right, bool(right), candidates[:middle])
        return left + right

    return needed((), False, parts)


def _smallest_hitting_set(cores: Sequence[Parts[Part]]) -> list[Part]:
    """As few parts as touch every core: of sets of one size the first in the order of the cores."""
    for size in count():
        found = _hitting(cores, [], size)
        if found is not None:
            return found
    raise AssertionError


def _hitting(cores: Sequence[Parts[Part]], chosen: list[Part], left: int) -> list[Part] | None:
    open_ = [core for core in cores if not any(part in chosen for part in core)]
    if not open_:
        return chosen
    if _apart(open_) > left:
        return None
    for part in min(open_, key=len):
        found = _hitting(cores, [*chosen, part], left - 1)
        if found is not None:
            return found
    return None


def _apart(cores: Sequence[Parts[Part]]) -> int:
    """How many cores that share nothing there are at the least: each needs a part of its own."""
    taken: set[Part] = set()
    number = 0
    for core in sorted(cores, key=len):
        if taken.isdisjoint(core):
            taken.update(core)
            number += 1
    return number


def smallest(short: int, enough: int, accuracy: float, holds: Callable[[int], bool]) -> int:
    """The smallest whole number that is enough, to within `accuracy` of itself or 1.

    `short` is known not to be enough, `enough` to be. Sizes span orders of magnitude, so their ratio is halved.
    """
    while enough - short > max(1, int(accuracy * enough)):
        middle = min(enough - 1, max(short + 1, round(math.sqrt(max(1, short) * enough))))
        if holds(middle):
            enough = middle
        else:
            short = middle
    return enough
