"""No number that leaves a gateway, and no difference of two, tells of fewer households than declared."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.gateway.aggregation import GroupsRefused, GroupSum, HouseholdGroup, cells, sums


def households(count: int, name: str = "h") -> tuple[str, ...]:
    return tuple(f"{name}{i}" for i in range(count))


def of(count: int, name: str = "g") -> HouseholdGroup:
    return HouseholdGroup(name, households(count, name))


def test_a_group_leaves_as_its_sum() -> None:
    group = of(7)
    readings = {name: float(i) for i, name in enumerate(group.members)}
    assert sums(readings, [group], 5) == (GroupSum("g", 21.0, 7, 7),)


def test_a_group_is_withheld_when_one_is_missing_and_there_is_no_second_cell() -> None:
    group = of(9)
    readings = dict.fromkeys(group.members, 1.0)
    for missing in ("g4", None):
        there = {name: value for name, value in readings.items() if name != missing}
        assert sums(there, [group], 5)[0].total == (9.0 if missing is None else None)
    for value in (math.nan, math.inf):
        assert sums({**readings, "g4": value}, [group], 5) == (GroupSum("g", None, 0, 9),)


def test_in_a_larger_group_only_the_cell_of_the_missing_one_is_left_out() -> None:
    group = of(23)
    readings = {name: 1.0 for name in group.members if name != "g0"}
    (got,) = sums(readings, [group], 5)
    lost = next(cell for cell in cells(group, 5) if "g0" in cell)
    assert (got.total, got.covered, got.members) == (23.0 - len(lost), 23 - len(lost), 23)


def test_one_who_is_in_no_group_does_not_leave() -> None:
    group = of(5)
    readings = dict.fromkeys(group.members, 1.0) | {"stranger": 1000.0}
    assert sums(readings, [group], 5)[0].total == 5.0


def test_groups_that_would_give_households_away_are_refused_with_every_reason() -> None:
    small = of(4, "small")
    twice = HouseholdGroup("twice", (*households(5), "h0"))
    overlapping = HouseholdGroup("overlapping", households(6))
    with pytest.raises(GroupsRefused) as refused:
        sums({}, [small, twice, overlapping, of(5, "small")], 5)
    reasons = "\n".join(refused.value.reasons)
    assert "'small' has 4 households, fewer than 5" in reasons
    assert "2 groups 'small'" in reasons
    assert "'h0' is counted 3 times" in reasons
    assert "'h1' is counted 2 times" in reasons
    for minimum in (1, 0, -3):
        with pytest.raises(GroupsRefused, match="declare a size of 2"):
            sums({}, [of(5)], minimum)


@given(st.integers(2, 12), st.integers(0, 60))
def test_cells_hold_each_member_once_and_enough_of_them(minimum: int, more: int) -> None:
    group = of(minimum + more)
    found = cells(group, minimum)
    assert [member for cell in found for member in cell] == list(group.members)
    assert all(minimum <= len(cell) < 2 * minimum for cell in found)


@given(st.data(), st.integers(2, 6), st.integers(0, 20))
def test_two_sums_never_differ_by_fewer_households_than_declared(data: st.DataObject, minimum: int, more: int) -> None:
    """Each household is a power of two, so that a sum tells who is in it."""
    group = of(minimum + more)
    meaning = {name: 2.0**i for i, name in enumerate(group.members)}

    def round_() -> int:
        absent = data.draw(st.sets(st.sampled_from(group.members)))
        (got,) = sums({name: value for name, value in meaning.items() if name not in absent}, [group], minimum)
        inside = 0 if got.total is None else int(got.total)
        assert inside.bit_count() == got.covered
        assert not any(inside >> group.members.index(name) & 1 for name in absent)
        return inside

    first, second = round_(), round_()
    for told in (first, second, first & ~second, second & ~first, first ^ second):
        assert told == 0 or told.bit_count() >= minimum


@given(st.integers(2, 5), st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=30))
def test_a_sum_is_that_of_all_when_all_report(minimum: int, values: list[float]) -> None:
    group = of(len(values))
    (got,) = sums(dict(zip(group.members, values, strict=True)), [group], minimum)
    assert got.total == pytest.approx(math.fsum(values), abs=1e-6)
    assert got.covered == len(values)
