"""What leaves a gateway of its sensors: readings of private ones only as sums over their group.

A cohort with a `group_size` is a group of private meters behind one gateway. Of each set of readings two numbers leave:
the sum over all cells that are complete, and how many meters are in it. Of a group that is smaller than
its declared size nothing leaves at all.

A sum of all who reported would tell on one who is missing: the sum before minus the sum after is that household. So
each group is cut, once and for all, into cells of at least the declared size, and a cell enters the sum only when each
of its members reported. Every number that leaves is a sum of whole cells, and so is any difference of two of them.

What this cannot prevent: those who know all other members of a cell, by being them or by asking them, know the last
one; and who belongs to a cell must not change, so a household that moves away is replaced, not taken out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup

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


COVERED = "covered"
"""Quantity of the second number: how many meters are in the sum."""

GroupOf = Callable[[tuple[SensorCohort, ...]], SensorGroup]


def aggregated(cohort: SensorCohort) -> tuple[SensorCohort, ...]:
    """What leaves of a cohort, as cohorts: itself; of private meters their sum and their number; or nothing.

    Errors of meters are taken to be independent: that of the sum is the root of their number times that of one.
    """
    if not cohort.group_size:
        return (cohort,)
    count = len(cohort.components)
    if count < cohort.group_size:
        return ()
    gateway, named, when = cohort.gateway, (cohort.id,), (cohort.period_s, cohort.phase_s)
    error = cohort.accuracy * math.sqrt(count)
    return (
        SensorCohort(f"{cohort.id}-sum", gateway, f"{cohort.quantity}_sum", cohort.unit, named, error, *when),
        SensorCohort(f"{cohort.id}-{COVERED}", gateway, COVERED, "count", named, 0.0, *when),
    )


def all_aggregated(cohorts: Sequence[SensorCohort]) -> tuple[SensorCohort, ...]:
    """What leaves of several cohorts, in their order."""
    return tuple(left for cohort in cohorts for left in aggregated(cohort))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How readings of a group become those that leave; `to` is None if nothing does."""

    to: SensorGroup | None
    parts: tuple[tuple[SensorCohort, slice], ...]


class Aggregation:
    """Makes readings fit to leave. `group_of` makes, or finds, the group of some cohorts."""

    def __init__(self, group_of: GroupOf = SensorGroup) -> None:
        self._group_of = group_of
        self._plans: dict[SensorGroup, _Plan | None] = {}

    def outward(self, group: SensorGroup) -> SensorGroup | None:
        """The group that leaves in place of this one: itself, if nothing in it is private; None if nothing leaves."""
        plan = self._plan(group)
        return group if plan is None else plan.to

    def through(self, readings: Readings) -> Readings | None:
        """Readings as they may leave, None if nothing does. A sum without a complete cell has no number, and is bad."""
        plan = self._plan(readings.group)
        if plan is None:
            return readings
        if plan.to is None:
            return None
        values: list[NDArray[np.float64]] = []
        quality: list[NDArray[np.uint8]] = []
        for cohort, part in plan.parts:
            own, flags = readings.values[part], readings.quality[part]
            if cohort.group_size:
                own, flags = _summed(cohort, own, flags)
            values.append(own)
            quality.append(flags)
        return Readings(plan.to, readings.at, np.concatenate(values), np.concatenate(quality))

    def _plan(self, group: SensorGroup) -> _Plan | None:
        if group not in self._plans:
            self._plans[group] = self._made(group) if any(c.group_size for c in group.cohorts) else None
        return self._plans[group]

    def _made(self, group: SensorGroup) -> _Plan:
        left = all_aggregated(group.cohorts)
        parts = [(cohort, here) for cohort, _, here in group.parts(0, len(group)) if aggregated(cohort)]
        return _Plan(self._group_of(left) if left else None, tuple(parts))


def _summed(
    cohort: SensorCohort, values: NDArray[np.float64], quality: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Sum and number of a private cohort's readings, and what is to be said of them."""
    told = values.copy()
    told[quality == Quality.BAD] = np.nan
    group = HouseholdGroup(cohort.id, cohort.components)
    (found,) = sums(dict(zip(cohort.components, told.tolist(), strict=True)), (group,), cohort.group_size)
    if found.total is None:
        return np.array([np.nan, 0.0]), np.array([Quality.BAD, Quality.GOOD], dtype=np.uint8)
    worst = Quality.SUSPECT if (quality == Quality.SUSPECT).any() else Quality.GOOD
    return np.array([found.total, float(found.covered)]), np.array([worst, Quality.GOOD], dtype=np.uint8)
