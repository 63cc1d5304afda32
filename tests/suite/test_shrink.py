"""What shrinking leaves is held against a search through every smaller timeline."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.judge.verdict import Category, Finding, Value
from resilience.study.shrink import SHORTER, Piece, Timeline, shrink
from simulator.contracts.words import Verbatim
from stadtwerk.studies.suite import _pieces, reduced

Place = tuple[str, str]


def places(timeline: Timeline) -> frozenset[Place]:
    return frozenset((piece.id, target) for piece in timeline for target in piece.targets)


def timeline_of(counts: list[int]) -> Timeline:
    return tuple(Piece(f"f{i}", tuple(f"t{i}{j}" for j in range(n)), 3600.0) for i, n in enumerate(counts))


def fewest(whole: Timeline, weak: list[frozenset[Place]]) -> int:
    """By brute force over every subset: how few places it takes to break the town."""
    every = sorted(places(whole))
    subsets = chain.from_iterable(combinations(every, n) for n in range(1, len(every) + 1))
    return next(len(s) for s in subsets if any(one <= frozenset(s) for one in weak))


TOWNS = st.lists(st.integers(1, 3), min_size=1, max_size=4).flatmap(
    lambda counts: st.tuples(
        st.just(timeline_of(counts)),
        st.lists(
            st.frozensets(st.sampled_from(sorted(places(timeline_of(counts)))), min_size=1, max_size=3),
            min_size=1,
            max_size=3,
        ),
    )
)
"""A timeline, and the sets of places each of which breaks the town when all of it is broken."""


@given(TOWNS)
@settings(deadline=None, max_examples=150)
def test_as_few_places_as_a_search_through_all_finds(town: tuple[Timeline, list[frozenset[Place]]]) -> None:
    whole, weak = town
    asked: list[Timeline] = []

    def fails(timeline: Timeline) -> bool:
        asked.append(timeline)
        return any(one <= places(timeline) for one in weak)

    shrunk = shrink(whole, fails, most_runs=10_000)
    assert shrunk.smallest
    assert len(places(shrunk.timeline)) == fewest(whole, weak)
    assert fails(shrunk.timeline)
    assert shrunk.runs == len(set(asked)) == len(asked) - 1, "no timeline is run twice"


@given(TOWNS, st.integers(1, 12))
@settings(deadline=None, max_examples=60)
def test_with_few_runs_what_is_left_still_fails_and_none_is_run_beyond_them(
    town: tuple[Timeline, list[frozenset[Place]]], most: int
) -> None:
    whole, weak = town
    runs = 0

    def fails(timeline: Timeline) -> bool:
        nonlocal runs
        runs += 1
        return any(one <= places(timeline) for one in weak)

    shrunk = shrink(whole, fails, most)
    assert shrunk.runs == runs <= most
    assert any(one <= places(shrunk.timeline) for one in weak)
    if shrunk.smallest:
        assert len(places(shrunk.timeline)) == fewest(whole, weak)


@pytest.mark.parametrize("needed_s", [1.0, 40.0, 1000.0, 3599.0])
def test_a_fault_is_made_about_as_short_as_it_can_be(needed_s: float) -> None:
    whole = (Piece("a", ("x",), 3600.0), Piece("b", ("y", "z"), 7200.0), Piece("c"))

    def fails(timeline: Timeline) -> bool:
        return any(p.id == "a" and (p.length_s or 0) >= needed_s for p in timeline)

    (left,) = shrink(whole, fails).timeline
    assert left.id == "a" and left.length_s is not None
    assert needed_s <= left.length_s <= max(1.0, needed_s / SHORTER + 1)


def test_a_fault_without_targets_of_its_own_is_kept_whole_or_left_out() -> None:
    whole = (Piece("area"), Piece("rest", ("x", "y")))
    assert shrink(whole, lambda t: any(p.id == "area" for p in t)).timeline == (Piece("area"),)


def test_what_was_drawn_is_shrunk_case_by_case() -> None:
    cases = [{"target": name, "fault": "bus-out", "at": "1 h", "for": "2 h"} for name in ("a", "b", "c")]
    drawn = {"id": "flood", "at": "1 h", "hazard": {"type": "flood"}, "for": "drawn", "cases": cases}
    plain = {"id": "cut", "at": "1 h", "fault": "link-cut", "target": "x", "for": "30min"}
    executed = {"timeline": [drawn, plain], "expect": [{"id": "it"}]}
    assert _pieces(executed) == (Piece("flood", ("a", "b", "c")), Piece("cut", (), 1800.0))
    asked = Finding("it", Category.EXPECTATION, Value.FAIL, Verbatim(""), Verbatim(""))
    (left,) = reduced(executed, (Piece("flood", ("c", "a")),), asked)["timeline"]
    assert left == {**drawn, "cases": [cases[0], cases[2]]}


def test_a_town_that_fails_by_itself_needs_no_fault() -> None:
    shrunk = shrink(timeline_of([2, 2]), lambda _: True)
    assert shrunk.timeline == () and shrunk.runs == 2


def test_a_timeline_that_does_not_fail_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fail"):
        shrink(timeline_of([1]), lambda _: False)
