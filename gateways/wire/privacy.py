"""Household meters leave a gateway only as sums over at least a declared number of households.

A sum of all who reported would tell on one who is missing: the sum before minus the sum after is that household. So
each group is cut, once and for all, into cells of at least the declared size, and a cell enters the sum only when each
of its members reported. Every number that leaves is a sum of whole cells, and so is any difference of two of them.

What this cannot prevent: those who know all other members of a cell, by being them or by asking them, know the last
one; and who belongs to a cell must not change, so a household that moves away is replaced, not taken out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAST = 2
"""A sum of one is no sum."""


class GroupsRefused(ValueError):
    """Groups that would give households away, with every reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class HouseholdGroup:
    """Meters that are read together, such as those behind one transformer. The order of `members` makes the cells."""

    id: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupSum:
    """What leaves the gateway of one group. `total` in the meters' unit; None if the group is withheld.

    `covered` households are in it, of `members`.
    """

    group: str
    total: float | None
    covered: int
    members: int


def cells(group: HouseholdGroup, minimum: int) -> tuple[tuple[str, ...], ...]:
    """The group's members in cells of at least `minimum`, as equal as can be. Nothing but members and minimum decides.

    Raises `GroupsRefused` for a group below the minimum.
    """
    check([group], minimum)
    count = len(group.members) // minimum
    size, more = divmod(len(group.members), count)
    bounds = [i * size + min(i, more) for i in range(count + 1)]
    return tuple(group.members[begin:end] for begin, end in pairwise(bounds))


def check(groups: Sequence[HouseholdGroup], minimum: int) -> None:
    """Raises `GroupsRefused` with all reasons.

    A group must have `minimum` members or more, and no household may be in two groups or twice in one: the difference
    of groups that overlap can be a single household.
    """
    reasons = []
    if minimum < LEAST:
        reasons.append(f"sums over {minimum} are none: declare a size of {LEAST} or more")
    reasons += [
        f"the group {group.id!r} has {len(group.members)} households, fewer than {minimum}"
        for group in groups
        if len(group.members) < minimum
    ]
    named = Counter(group.id for group in groups)
    reasons += [f"there are {count} groups {name!r}" for name, count in named.items() if count > 1]
    households = Counter(member for group in groups for member in group.members)
    reasons += [f"the household {name!r} is counted {count} times" for name, count in households.items() if count > 1]
    if reasons:
        raise GroupsRefused(reasons)


def sums(readings: Mapping[str, float], groups: Sequence[HouseholdGroup], minimum: int) -> tuple[GroupSum, ...]:
    """The sum of each group at one instant, in the groups' order.

    `readings` are the meters' values by household; one that is missing or not finite did not report. A group none of
    whose cells is complete is withheld. Readings of households that are in no group do not leave at all. Raises
    `GroupsRefused` like `check`.
    """
    check(groups, minimum)
    return tuple(_sum(readings, group, minimum) for group in groups)


def _sum(readings: Mapping[str, float], group: HouseholdGroup, minimum: int) -> GroupSum:
    whole: list[float] = []
    for cell in cells(group, minimum):
        values = [readings.get(member, math.nan) for member in cell]
        if all(map(math.isfinite, values)):
            whole += values
    return GroupSum(group.id, math.fsum(whole) if whole else None, len(whole), len(group.members))
