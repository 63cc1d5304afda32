"""The search for what would have kept a level, on towns of pure arithmetic where the answer is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.study.why.options import Cured, Option, Place, merged
from resilience.study.why.search import ACCURACY, OutOfRuns, Search, Seen, Trial
from simulator.contracts.cure import Cure
from simulator.contracts.words import Verbatim

MINUTES = Cure(Verbatim("battery"), 4320, 1, "test")
CREWS = Cure(Verbatim("crews"), 20, 1, "test", added=True)


def batteries(*today: float) -> Option:
    return Option("battery", tuple(Place(f"b{i}", value, "site") for i, value in enumerate(today)), MINUTES, "power")


def size_at(trial: Trial, name: str, place: str) -> float:
    return max((c.size for c in trial.cured if c.option.name == name and place in [p.id for p in c.places]), default=0)


class Town:
    """Holds a finding by a rule over trials, and counts them."""

    def __init__(self, rule, most: int = 10_000) -> None:  # type: ignore[no-untyped-def]
        self._rule, self.trials, self._most = rule, 0, most

    def __call__(self, trials: Sequence[Trial]) -> list[Seen]:
        self.trials += len(trials)
        if self.trials > self._most:
            raise OutOfRuns
        return [Seen(frozenset({"f"} if self._rule(trial) else ()), {"f": "same"}) for trial in trials]


def search(town: Town, options: Sequence[Option], faults: Sequence[str] = (), tied: Sequence[str] = ()):  # type: ignore[no-untyped-def]
    (answer,) = Search(town, faults, options, {"f": frozenset(tied)}).answers(["f"])
    return answer


@given(outage=st.integers(31, 4300), needed=st.sets(st.integers(0, 11), min_size=1, max_size=5))
def test_the_batteries_that_matter_and_no_others_get_what_the_outage_lasts(outage: int, needed: set[int]) -> None:
    option = batteries(*[30.0] * 12)
    town = Town(lambda trial: all(size_at(trial, "battery", f"b{i}") >= outage for i in needed))
    answer = search(town, [option])
    ((cured,),) = answer.cured
    assert {place.id for place in cured.places} == {f"b{i}" for i in needed}
    assert outage <= cured.size <= max(outage + 1, outage * (1 + 2 * ACCURACY))
    assert answer.complete


@given(needed=st.integers(1, 20))
def test_small_whole_numbers_are_exact(needed: int) -> None:
    option = Option("depot", (Place("d", 2.0),), CREWS, parameter="crews")
    ((cured,),) = search(Town(lambda t: size_at(t, "depot", "d") >= needed), [option]).cured
    assert cured.size == needed
    assert cured.change == {"set": [{"component": "d", "parameters": {"crews": 2.0 + needed}}]}


def test_two_are_tried_where_one_is_not_enough_and_nothing_is_said_where_none_is() -> None:
    one, other = batteries(0.0), Option("depot", (Place("d"),), CREWS, parameter="crews")
    both = search(Town(lambda t: size_at(t, "battery", "b0") >= 60 and size_at(t, "depot", "d") >= 3), [one, other])
    ((battery, depot),) = both.cured
    assert (battery.size, depot.size) == (60, 3)
    never = search(Town(lambda t: False), [one, other], faults=["a", "b"])
    assert (never.without, never.cured, never.complete) == ((), (), True)


def test_faults_alone_then_in_pairs_but_never_one_that_the_finding_is_about() -> None:
    def rule(trial: Trial) -> bool:
        return bool({"a", "b"} <= set(trial.without) or "c" in trial.without)

    assert search(Town(rule), [], faults=["a", "b", "c"]).without == (("c",),)
    assert search(Town(rule), [], faults=["a", "b", "c"], tied=["c"]).without == (("a", "b"),)


def test_the_smallest_cure_comes_first() -> None:
    few, many = batteries(0.0), Option("other", tuple(Place(f"o{i}") for i in range(3)), MINUTES, "water")
    town = Town(lambda t: size_at(t, "battery", "b0") > 9 or all(size_at(t, "other", f"o{i}") > 9 for i in range(3)))
    assert [cures[0].option.name for cures in search(town, [many, few]).cured] == ["battery", "other"]


@pytest.mark.parametrize("most", [0, 1, 5])
def test_a_search_that_may_not_run_enough_says_so(most: int) -> None:
    answer = search(Town(lambda t: size_at(t, "battery", "b0") >= 60, most), [batteries(0.0)])
    assert not answer.complete


def test_what_is_there_already_is_never_made_less_and_changes_join() -> None:
    option = batteries(10.0, 500.0)
    change = Cured(option, option.places, 60.0).change
    assert change == {"set": [{"link": "b0", "autonomy_min": 60.0}, {"link": "b1", "autonomy_min": 500.0}]}
    line = Option("second", (Place("t"),), lines={"t": {"id": "x"}})
    assert merged([change, line.whole.change]) == {**change, "add": {"links": [{"id": "x"}]}}
