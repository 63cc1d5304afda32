"""Finds what would have kept a level: each fault left out, each cure at its largest, then as little of it as is enough.

A trial is a run with some faults left out and some cures bought. The run itself is handed in; it says of a list of
trials which findings hold in each. Many cures are tried at once, and halves of them only where all are enough: most of
what could be bought makes no difference. Of each cure that is enough alone the fewest places are searched for, at the
largest size, then the smallest size, the same at each of them. Where no single cure is enough, the fewest that are
enough together are. All this takes it that more never harms; what is found is true as it stands, since it was run: with
it the finding holds, with a size smaller by the accuracy, or a place less, it does not.

First it is looked for all findings what is enough at all, then how little of it is: so that where the allowed runs do
not suffice every finding has an answer, if a generous one, before any has the smallest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations

from resilience.study.why.fewest import fewest, smallest
from resilience.study.why.options import Cured, Option, Place

ACCURACY = 0.02
"""A size is narrowed down until what is enough is at most this much larger than what is not, or one step (assumption).
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """A run that differs from the one asked about: without these timeline entries, with these cures."""

    without: tuple[str, ...] = ()
    cured: tuple[Cured, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a trial: the findings that hold. `possible` is false where no city came of it that makes sense."""

    held: frozenset[str]
    possible: bool = True


Holds = Callable[[Sequence[Trial]], Sequence[Seen]]
"""Lives through trials. Raises `OutOfRuns` once no more runs are allowed."""


class OutOfRuns(Exception):
    """The allowed runs are used up."""


class Stage(Enum):
    """What is looked for of a finding."""

    ENOUGH = "enough"
    """Faults and cures that are enough, at their largest."""
    LEAST = "least"
    """How little of each cure is."""


class Follower:
    """Told how a search goes on. This one looks away."""

    def begins(self, finding: str, stage: Stage) -> None:
        """From now on it is looked for this."""

    def lived(self, trial: Trial, seen: Seen, kept: bool) -> None:
        """A trial has been run, or was kept from an earlier search."""

    def found(self, answers: Mapping[str, Answer]) -> None:
        """What is known by now, by finding: after each finding of each stage. What is not done is incomplete."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What would have made one finding hold.

    `without` are faults (two where no single one is enough), `cured` the cures, the smallest first; `complete` is false
    where the allowed runs did not suffice to try everything: what is told is then enough, but perhaps less would be.
    """

    finding: str
    without: tuple[tuple[str, ...], ...] = ()
    cured: tuple[tuple[Cured, ...], ...] = ()
    complete: bool = True


class Search:
    """The search for all findings of one run.

    `tied` are timeline entries without which a finding means nothing. `known` are cures that were found before: one
    that is still enough for a finding, and nothing less of it is, is its answer, and nothing else is looked for.
    """

    def __init__(
        self,
        holds: Holds,
        faults: Sequence[str],
        options: Sequence[Option],
        tied: Mapping[str, frozenset[str]],
        known: Sequence[tuple[Cured, ...]] = (),
        follower: Follower | None = None,
    ) -> None:
        self._holds, self._faults, self._options, self._tied = holds, tuple(faults), tuple(options), tied
        self._known, self._follower = tuple(known), follower or Follower()

    def answers(self, findings: Sequence[str]) -> tuple[Answer, ...]:
        """An answer for each finding, in their order."""
        found: dict[str, Answer] = {}
        for stage, look in ((Stage.ENOUGH, self._enough), (Stage.LEAST, self._least)):
            for finding in findings:
                before = found.get(finding, Answer(finding, complete=False))
                if not before.complete and (stage is Stage.ENOUGH or before.cured):
                    self._follower.begins(finding, stage)
                    found[finding] = look(before)
                    self._follower.found(found)
        return tuple(found[finding] for finding in findings)

    def _enough(self, before: Answer) -> Answer:
        """What would do at all. Complete where there is nothing of which less could do."""
        finding = before.finding
        without: list[tuple[str, ...]] = []
        cured: list[tuple[Cured, ...]] = []
        try:
            proved = next((cures for cures in self._known if self._is_least(finding, cures)), None)
            if proved is not None:
                return Answer(finding, (), (proved,))
            without += self._faults_less(finding)
            cured += [(option.whole,) for option in self._alone(finding)] or self._together(finding)
        except OutOfRuns:
            return Answer(finding, tuple(without), _ranked(cured), False)
        return Answer(finding, tuple(without), _ranked(cured), not cured)

    def _least(self, before: Answer) -> Answer:
        """The same with as little of each cure as is enough."""
        cured = list(before.cured)
        try:
            for number, cures in enumerate(before.cured):
                for less in self._lessened(before.finding, cures):
                    cured[number] = less
        except OutOfRuns:
            return replace(before, cured=_ranked(cured))
        return replace(before, cured=_ranked(cured), complete=True)

    def _keeps(self, finding: str, trial: Trial) -> bool:
        return finding in self._holds([trial])[0].held

    # --- faults

    def _faults_less(self, finding: str) -> list[tuple[str, ...]]:
        for size in (1, 2):
            trials = [Trial(without=names) for names in combinations(self._faults, size)]
            trials = [trial for trial in trials if not self._meaningless(finding, trial)]
            found = [t.without for t, seen in zip(trials, self._holds(trials), strict=True) if finding in seen.held]
            if found:
                return found
        return []

    def _meaningless(self, finding: str, trial: Trial) -> bool:
        return bool(self._tied.get(finding, frozenset()) & set(trial.without))

    # --- cures

    def _alone(self, finding: str) -> list[Option]:
        """The options of which each is enough by itself."""
        return [option for group in _alike(self._options) for option in self._enough_alone(finding, group)]

    def _enough_alone(self, finding: str, group: Sequence[Option]) -> list[Option]:
        """Where all of a group together are not enough, none of it is by itself; else halves of it are looked at."""
        (seen,) = self._holds([_all(group)])
        if seen.possible and finding not in seen.held:
            return []
        if len(group) == 1:
            return list(group) if finding in seen.held else []
        middle = len(group) // 2
        return self._enough_alone(finding, group[:middle]) + self._enough_alone(finding, group[middle:])

    def _together(self, finding: str) -> list[tuple[Cured, ...]]:
        """The fewest options that are enough with each other; none where even all of them are not."""

        def enough(group: tuple[Option, ...]) -> bool:
            return self._keeps(finding, _all(group))

        if len(self._options) < 2 or not enough(self._options):
            return []
        return [_all(fewest(self._options, enough)).cured]

    def _lessened(self, finding: str, cures: tuple[Cured, ...]) -> Iterator[tuple[Cured, ...]]:
        """Ever less that is enough: for one cure after the other the fewest places, then the smallest size."""
        for number in range(len(cures)):
            cures = self._fewest(finding, cures, number)
            yield cures
            cures = self._smallest(finding, cures, number)
            yield cures

    def _fewest(self, finding: str, cures: tuple[Cured, ...], number: int) -> tuple[Cured, ...]:
        """Places that are alike stand side by side, so that they are dismissed together where they are not needed."""
        option, size = cures[number].option, cures[number].size
        groups = list(dict.fromkeys(place.group for place in cures[number].places))
        places = tuple(sorted(cures[number].places, key=lambda place: groups.index(place.group)))

        def enough(chosen: tuple[Place, ...]) -> bool:
            return self._keeps(finding, Trial(cured=_with(cures, number, option, _in_order(option, chosen), size)))

        kept = fewest(places, enough) if len(places) > 1 else places
        return _with(cures, number, option, _in_order(option, kept), size)

    def _smallest(self, finding: str, cures: tuple[Cured, ...], number: int) -> tuple[Cured, ...]:
        option, places = cures[number].option, cures[number].places
        short, enough = option.at(places).steps

        def holds(step: int) -> bool:
            return self._keeps(finding, Trial(cured=_with(cures, number, option, places, option.size(step))))

        if enough:
            enough = smallest(short, enough, ACCURACY, holds)
        return _with(cures, number, option, places, option.size(enough))

    # --- cures that are known

    def _is_least(self, finding: str, cures: tuple[Cured, ...]) -> bool:
        """Whether a cure is enough, and is not with a place less, nor with a smaller size."""
        if not self._keeps(finding, Trial(cured=cures)):
            return False
        return not any(self._keeps(finding, trial) for trial in _less(cures))


def _less(cures: tuple[Cured, ...]) -> Iterator[Trial]:
    """Each cure a little smaller; and at a place less, but at its largest."""
    for number, cured in enumerate(cures):
        option, places = cured.option, cured.places
        short, most = option.at(places).steps
        if most:
            step = round(cured.size / option.cure.step) if option.cure is not None else 0
            smaller = step - max(1, int(ACCURACY * step))
            if smaller > short:
                yield Trial(cured=_with(cures, number, option, places, option.size(smaller)))
        for one in places:
            others = tuple(place for place in places if place != one)
            if others:
                yield Trial(cured=_with(cures, number, option, others, option.whole.size))
            elif len(cures) > 1:
                yield Trial(cured=(*cures[:number], *cures[number + 1 :]))


def _alike(options: Sequence[Option]) -> list[tuple[Option, ...]]:
    """Reserves, second links, and what components have: one sort must not hide what another one is good for."""
    sorts: dict[str, list[Option]] = {}
    for option in options:
        sorts.setdefault(option.sort, []).append(option)
    return [tuple(group) for group in sorts.values()]


def _all(options: Sequence[Option]) -> Trial:
    return Trial(cured=tuple(option.whole for option in options))


def _in_order(option: Option, places: Sequence[Place]) -> tuple[Place, ...]:
    return tuple(place for place in option.places if place in places)


def _with(
    cures: tuple[Cured, ...], number: int, option: Option, places: tuple[Place, ...], size: float
) -> tuple[Cured, ...]:
    return (*cures[:number], Cured(option, places, size), *cures[number + 1 :])


def _order(cures: tuple[Cured, ...]) -> tuple[int, float, str]:
    """The fewest places first, then the smallest part of what could be bought."""
    part = sum(cured.size / cured.option.cure.most for cured in cures if cured.option.cure is not None)
    return sum(len(cured.places) for cured in cures), part, " ".join(cured.option.name for cured in cures)


def _ranked(cured: Sequence[tuple[Cured, ...]]) -> tuple[tuple[Cured, ...], ...]:
    return tuple(sorted(cured, key=_order))
