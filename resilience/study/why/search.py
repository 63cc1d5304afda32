"""Finds what would have kept a level: each fault left out, each cure at its largest, then as little of it as is enough.

A trial is a run with some faults left out and some cures bought. The run itself is handed in; it says of a list of
trials which findings hold in each. Sizes are halved between one that is enough and one that is not, places are left
out as long as the rest is enough (delta debugging). Where no single cure is enough, pairs are tried. What is found is
true as it stands: with it the finding holds, with a size smaller by the accuracy, or a place less, it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from resilience.study.shrink import irreducible
from resilience.study.why.options import Cured, Option, Place

ACCURACY = 0.02
"""A size is halved until what is enough is at most this much larger than what is not, or one step (assumption)."""

MOST_PAIRS = 3
"""Pairs that are looked at closely, of those that are enough: those with the fewest places first (assumption)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A run that differs from the one asked about: without these timeline entries, with these cures."""

    without: tuple[str, ...] = ()
    cured: tuple[Cured, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a trial: the findings that hold, and what was said of each, to see whether anything changed."""

    held: frozenset[str]
    said: Mapping[str, str] = field(default_factory=dict)


Holds = Callable[[Sequence[Trial]], Sequence[Seen]]
"""Lives through trials. Raises `OutOfRuns` once no more runs are allowed."""


class OutOfRuns(Exception):
    """The allowed runs are used up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What would have made one finding hold.

    `without` are faults (two where no single one is enough), `cured` the cures, the smallest first; `complete` is false
    where the allowed runs did not suffice to try everything.
    """

    finding: str
    without: tuple[tuple[str, ...], ...] = ()
    cured: tuple[tuple[Cured, ...], ...] = ()
    complete: bool = True


class Search:
    """The search for all findings of one run. `tied` are timeline entries without which a finding means nothing."""

    def __init__(
        self, holds: Holds, faults: Sequence[str], options: Sequence[Option], tied: Mapping[str, frozenset[str]]
    ) -> None:
        self._holds, self._faults, self._options, self._tied = holds, tuple(faults), tuple(options), tied

    def answers(self, findings: Sequence[str]) -> tuple[Answer, ...]:
        """An answer for each finding, in their order."""
        try:
            singles = [Trial(without=(fault,)) for fault in self._faults]
            singles += [Trial(cured=(option.whole,)) for option in self._options]
            first = dict(zip(singles, self._holds(singles), strict=True))
        except OutOfRuns:
            return tuple(Answer(finding, complete=False) for finding in findings)
        return tuple(self._answer(finding, first) for finding in findings)

    def _answer(self, finding: str, first: Mapping[Trial, Seen]) -> Answer:
        enough = [trial for trial, seen in first.items() if finding in seen.held]
        without = [trial.without for trial in enough if trial.without and not self._meaningless(finding, trial)]
        whole = [trial.cured for trial in enough if trial.cured]
        cured: list[tuple[Cured, ...]] = []
        try:
            if not without:
                without = self._pairs_of_faults(finding)
            for cures in whole or self._pairs(finding, first):
                cured.append(self._least(finding, cures))
        except OutOfRuns:
            return Answer(finding, tuple(without), _ranked(cured), False)
        return Answer(finding, tuple(without), _ranked(cured))

    def _meaningless(self, finding: str, trial: Trial) -> bool:
        return bool(self._tied.get(finding, frozenset()) & set(trial.without))

    def _keeps(self, finding: str, trial: Trial) -> bool:
        return finding in self._holds([trial])[0].held

    def _pairs_of_faults(self, finding: str) -> list[tuple[str, ...]]:
        trials = [Trial(without=pair) for pair in combinations(self._faults, 2)]
        trials = [trial for trial in trials if not self._meaningless(finding, trial)]
        return [t.without for t, seen in zip(trials, self._holds(trials), strict=True) if finding in seen.held]

    def _pairs(self, finding: str, first: Mapping[Trial, Seen]) -> list[tuple[Cured, ...]]:
        """Two cures that are enough together, those with the fewest places first.

        Those that each changed something for the finding come first, then those of which one did; the others only
        where none of these is enough.
        """
        (base,) = self._holds([Trial()])
        pairs: dict[int, list[tuple[Cured, ...]]] = {2: [], 1: [], 0: []}
        for one, other in combinations(self._options, 2):
            changed = [first[Trial(cured=(o.whole,))].said.get(finding) != base.said.get(finding) for o in (one, other)]
            pairs[sum(changed)].append((one.whole, other.whole))
        for wave in pairs.values():
            found = self._holds([Trial(cured=pair) for pair in wave])
            enough = [pair for pair, seen in zip(wave, found, strict=True) if finding in seen.held]
            if enough:
                return sorted(enough, key=_order)[:MOST_PAIRS]
        return []

    def _least(self, finding: str, cures: tuple[Cured, ...]) -> tuple[Cured, ...]:
        """As few places and as little at them as is enough, one cure after the other."""
        for number in range(len(cures)):
            cures = self._fewest(finding, cures, number)
            cures = self._smallest(finding, cures, number)
        return cures

    def _fewest(self, finding: str, cures: tuple[Cured, ...], number: int) -> tuple[Cured, ...]:
        """Whole groups of like places are left out first, then single ones."""
        option, size = cures[number].option, cures[number].size

        def keeps(places: tuple[Place, ...]) -> bool:
            return bool(places) and self._keeps(finding, Trial(cured=_with(cures, number, option, places, size)))

        places = cures[number].places
        groups: dict[str, tuple[Place, ...]] = {}
        for place in places:
            groups[place.group] = (*groups.get(place.group, ()), place)
        if len(groups) > 1:
            kept = irreducible(tuple(groups), lambda names: keeps(tuple(p for name in names for p in groups[name])))
            places = tuple(place for name in kept for place in groups[name])
        if len(places) > 1:
            places = irreducible(places, keeps)
        return _with(cures, number, option, places, size)

    def _smallest(self, finding: str, cures: tuple[Cured, ...], number: int) -> tuple[Cured, ...]:
        option, places = cures[number].option, cures[number].places
        short, enough = option.at(places).steps
        best = cures
        while enough - short > max(1, int(ACCURACY * enough)):
            middle = (short + enough) // 2
            tried = _with(cures, number, option, places, option.size(middle))
            if self._keeps(finding, Trial(cured=tried)):
                enough, best = middle, tried
            else:
                short = middle
        return best


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
