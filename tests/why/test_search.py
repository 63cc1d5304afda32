"""The search for what would have kept a level, on towns of pure arithmetic where the answer is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.study.why.fewest import fewest, smallest
from resilience.study.why.options import Cured, Option, Place, merged
from resilience.study.why.search import ACCURACY, Answer, Follower, OutOfRuns, Search, Seen, Stage, Trial
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
        return [Seen(frozenset({"f"} if self._rule(trial) else ())) for trial in trials]


def search(town: Town, options: Sequence[Option], faults: Sequence[str] = (), tied: Sequence[str] = (), known=()):  # type: ignore[no-untyped-def]
    (answer,) = Search(town, faults, options, {"f": frozenset(tied)}, known).answers(["f"])
    return answer


@given(outage=st.integers(31, 4300), needed=st.sets(st.integers(0, 11), min_size=1, max_size=5))
def test_the_batteries_that_matter_and_no_others_get_what_the_outage_lasts(outage: int, needed: set[int]) -> None:
    option = batteries(*[30.0] * 12)
    town = Town(lambda trial: all(size_at(trial, "battery", f"b{i}") >= outage for i in needed))
    answer = search(town, [option])
    ((cured,),) = answer.cured
    assert {place.id for place in cured.places} == {f"b{i}" for i in needed}
    assert outage <= cured.size <= max(outage, outage * (1 + 2 * ACCURACY))
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


def test_one_big_place_is_found_where_leaving_out_one_by_one_would_end_at_several_small_ones() -> None:
    """Six small ones do what the last one does alone; none of the six can be left out either."""
    option = batteries(*[0.0] * 7)

    def rule(trial: Trial) -> bool:
        got = {i for i in range(7) if size_at(trial, "battery", f"b{i}") >= 100}
        return 6 in got or got >= set(range(6))

    ((cured,),) = search(Town(rule), [option]).cured
    assert [place.id for place in cured.places] == ["b6"]


WAYS = st.lists(st.sets(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=4)


@given(ways=WAYS)
def test_it_is_the_fewest_whatever_the_ways_to_be_enough(ways: list[set[int]]) -> None:
    """`ways` are sets of places of which each is enough; the fewest have the size of the least of them."""
    asked: list[tuple[int, ...]] = []

    def enough(parts: tuple[int, ...]) -> bool:
        asked.append(parts)
        return any(way <= set(parts) for way in ways)

    found = fewest(tuple(range(7)), enough)
    assert any(way <= set(found) for way in ways)
    assert len(found) == min(len(way) for way in ways)
    assert list(found) == sorted(found)
    assert len(asked) == len(set(asked))


@given(needed=st.sets(st.integers(0, 63), min_size=1, max_size=4))
def test_few_of_many_take_few_trials(needed: set[int]) -> None:
    """Bisection: for each one that is needed two a halving of 64, and one for all of them together."""
    asked: list[tuple[int, ...]] = []

    def enough(parts: tuple[int, ...]) -> bool:
        asked.append(parts)
        return needed <= set(parts)

    assert set(fewest(tuple(range(64)), enough)) == needed
    assert len(asked) <= 2 * 6 * len(needed) + 1


@given(needed=st.integers(1, 5000), short=st.integers(0, 5000))
def test_the_smallest_number_is_exact_or_as_near_as_asked(needed: int, short: int) -> None:
    short = min(short, needed - 1)
    asked: list[int] = []

    def holds(size: int) -> bool:
        asked.append(size)
        return size >= needed

    assert smallest(short, 5000, 0.0, holds) == needed
    asked.clear()
    found = smallest(short, 5000, ACCURACY, holds)
    assert needed <= found <= needed + max(0, int(ACCURACY * found) - 1)
    assert len(asked) <= 16


def test_most_of_what_makes_no_difference_is_dismissed_at_once() -> None:
    options = [Option(f"other-{i}", (Place(f"o{i}"),), CREWS, parameter="x") for i in range(31)]
    option = Option("depot", (Place("d"),), CREWS, parameter="crews")
    town = Town(lambda trial: size_at(trial, "depot", "d") >= 20)
    assert [cures[0].option.name for cures in search(town, [*options, option]).cured] == ["depot"]
    assert town.trials <= 2 * 5 + 1 + 6


def test_a_cure_that_spoils_another_sort_does_not_hide_it() -> None:
    """With the second link nothing holds, whatever else is bought."""
    line = Option("second", (Place("t"),), lines={"t": {"id": "x"}})
    town = Town(lambda t: size_at(t, "battery", "b0") >= 60 and all(c.option.name != "second" for c in t.cured))
    ((cured,),) = search(town, [line, batteries(0.0)]).cured
    assert (cured.option.name, cured.size) == ("battery", 60)


def test_a_change_that_makes_no_city_says_nothing_of_its_companions() -> None:
    broken, good = Option("broken", (Place("d"),), CREWS, parameter="x"), batteries(0.0)
    good = replace(good, kind="", parameter="y")

    class Strict(Town):
        def __call__(self, trials: Sequence[Trial]) -> list[Seen]:
            seen = super().__call__(trials)
            odd = [any(cured.option.name == "broken" for cured in trial.cured) for trial in trials]
            return [Seen(frozenset(), False) if wrong else one for one, wrong in zip(seen, odd, strict=True)]

    ((cured,),) = search(Strict(lambda t: size_at(t, "battery", "b0") >= 60), [broken, good]).cured
    assert cured.option.name == "battery"


def test_three_together_where_no_two_are_enough() -> None:
    options = [Option(f"o{i}", (Place(f"p{i}"),), CREWS, parameter="x") for i in range(6)]
    town = Town(lambda t: all(size_at(t, f"o{i}", f"p{i}") >= i + 1 for i in (1, 3, 5)))
    (cures,) = search(town, options).cured
    assert [(c.option.name, c.size) for c in cures] == [("o1", 2), ("o3", 4), ("o5", 6)]


def test_what_was_found_before_is_still_true_when_the_runs_are_used_up() -> None:
    option = batteries(*[0.0] * 12)
    whole = search(Town(lambda t: size_at(t, "battery", "b3") >= 60, 6), [option])
    ((cured,),) = whole.cured
    assert not whole.complete and "b3" in {place.id for place in cured.places}


@pytest.mark.parametrize(("size", "places", "trusted"), [(60, (3,), True), (62, (3,), False), (60, (3, 4), False)])
def test_a_known_cure_is_taken_at_its_word_only_if_nothing_less_is_enough(
    size: float, places: tuple[int, ...], trusted: bool
) -> None:
    option = batteries(*[0.0] * 12)
    known = (Cured(option, tuple(option.places[i] for i in places), size),)
    town = Town(lambda t: size_at(t, "battery", "b3") >= 60)
    ((cured,),) = search(town, [option], known=[known]).cured
    assert (cured.size, [place.id for place in cured.places]) == (60, ["b3"])
    assert (town.trials == 2) is trusted


def test_a_known_cure_that_is_none_is_not_believed() -> None:
    option = batteries(0.0)
    known = (Cured(option, option.places, 60.0),)
    assert search(Town(lambda t: False), [option], known=[known]).cured == ()


def test_every_finding_has_some_cure_before_any_has_the_smallest() -> None:
    """The runs suffice for what is enough, and not for how little is: nobody is left without an answer."""
    option = batteries(*[0.0] * 12)

    def holds(trials: Sequence[Trial]) -> list[Seen]:
        left[0] -= len(trials)
        if left[0] < 0:
            raise OutOfRuns
        return [
            Seen(frozenset({"f", "g"} if trial.cured and size_at(trial, "battery", "b3") >= 60 else ()))
            for trial in trials
        ]

    left = [4]
    for answer in Search(holds, [], [option], {}).answers(["f", "g"]):
        ((cured,),) = answer.cured
        assert not answer.complete and "b3" in {place.id for place in cured.places}


def test_who_follows_is_told_what_is_looked_for_and_what_is_known_by_then() -> None:
    told: list[tuple[str, str, bool]] = []

    class Notes(Follower):
        def begins(self, finding: str, stage: Stage) -> None:
            told.append((finding, stage.value, False))

        def found(self, answers: Mapping[str, Answer]) -> None:
            told.append((*told[-1][:2], answers[told[-1][0]].complete))

    town = Town(lambda t: size_at(t, "battery", "b0") >= 60)
    found = Search(town, [], [batteries(0.0)], {}, follower=Notes()).answers(["f", "never"])
    assert [answer.complete for answer in found] == [True, True] and not found[1].cured
    assert told == [
        ("f", "enough", False),
        ("f", "enough", False),
        ("never", "enough", False),
        ("never", "enough", True),
        ("f", "least", False),
        ("f", "least", True),
    ]
