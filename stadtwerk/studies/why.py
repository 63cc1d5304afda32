"""Why a finding failed: the run again without each fault, and with each lack cured that it shows.

Every trial is a light run that is kept by its content (`variants`): what an interrupted search has run is not run
again, and neither is what the search for another finding, or another study, has run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Finding, Value, Verdict, read_verdict
from resilience.study.why.options import Cured, Option, merged, options
from resilience.study.why.search import Answer, Follower, OutOfRuns, Search, Seen, Trial
from simulator.contracts.failure import HazardType
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from stadtwerk.runs.folder import read_events
from stadtwerk.studies.campaigns.job import Job
from stadtwerk.studies.executors import Executor
from stadtwerk.studies.variants import NO_CHANGE, Base, Progress, Variant, run_variants, variants_kept

if TYPE_CHECKING:
    from simulator.contracts.city import City
    from simulator.contracts.event import Event

_ = Words("stadtwerk")

MOST_RUNS = 400
"""Runs that one search may take, without those that are kept already (assumption: some twenty minutes on one core)."""


@dataclass(frozen=True, slots=True)
class Why:
    """The answers for the findings of one run that failed, or those of them that there are so far."""

    folder: Path
    city: City
    verdict: Verdict
    answers: tuple[Answer, ...]
    scenario: Mapping[str, Any]
    runs: int
    """Trials that were looked at, whether run now or kept from before."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search is about: the run, what failed in it, and what could be bought."""

    folder: Path
    city: City
    verdict: Verdict
    scenario: Mapping[str, Any]
    findings: tuple[Finding, ...]
    options: tuple[Option, ...]


def asked(verdict: Verdict, finding: str | None) -> tuple[Finding, ...]:
    """The findings that failed, or the one that is named. Raises `BadInput` for a name of none that failed."""
    failed = [one for one in verdict.findings if one.value is Value.FAIL and one.category in ASKED]
    if finding is None:
        return tuple(failed)
    found = tuple(one for one in failed if one.id == finding)
    if not found:
        names = [one.id for one in failed]
        what = _("no finding of this run that failed is called {finding}", finding=repr(finding))
        raise BadInput([Problem("command line", 0, "FINDING", what, suggestion(finding, names, ", ".join(names)))])
    return found


def why(
    folder: Path,
    finding: str | None = None,
    city: str | None = None,
    most_runs: int = MOST_RUNS,
    executor: Executor | None = None,
    follows: Callable[[Searched], Follower] = lambda _searched: Follower(),
) -> Why:
    """Search for what would have kept what failed in a run. Raises `BadInput` for what is no run or no such finding.

    `follows` makes who is told how the search goes on, once it is known what is looked for.
    """
    base = Base.of_run(folder, city)
    verdict = read_verdict((folder / "verdict.json").read_text(encoding="utf-8"))
    findings = asked(verdict, finding)
    names = [one.id for one in findings]
    answers: tuple[Answer, ...] = ()
    runs = 0
    if findings:
        found = lacks(base, verdict, read_events(folder / "events.jsonl"))
        follower = follows(Searched(folder, base.town(), verdict, base.scenario, findings, found))
        trials = Trials(base, most_runs, executor, None, follower)
        _check_base(folder, trials, names)
        answers = answered(base, names, found, trials, follower=follower)
        runs = len(trials.seen)
    return Why(folder, base.town(), verdict, answers, base.scenario, runs)


def lacks(base: Base, verdict: Verdict, events: Sequence[Event]) -> tuple[Option, ...]:
    """What could be bought where a run of this base, with this verdict and these events, shows a lack."""
    town = base.town()
    judged = [name for one in verdict.findings for name in one.subjects]
    subjects = [town.levels[name].subject for name in judged if name in town.levels]
    return options(town, events, subjects, hazards(base.scenario))


def hazards(scenario: Mapping[str, Any]) -> dict[HazardType, frozenset[str]]:
    """The timeline entries of a scenario file that are natural hazards, by which."""
    found: dict[HazardType, frozenset[str]] = {}
    for entry in scenario.get("timeline", ()):
        if "hazard" in entry:
            kind = HazardType(entry["hazard"]["type"])
            found[kind] = found.get(kind, frozenset()) | {str(entry["id"])}
    return found


def answered(
    base: Base,
    findings: Sequence[str],
    found: Sequence[Option],
    trials: Trials,
    known: Sequence[tuple[Cured, ...]] = (),
    faults: bool = True,
    follower: Follower | None = None,
) -> tuple[Answer, ...]:
    """The answers for these findings. `known` are cures that are said to be the smallest (see `Search`).

    `faults`: whether it is also looked for faults without which a finding would have held.
    """
    entries = [str(entry["id"]) for entry in base.scenario.get("timeline", ())] if faults else []
    return Search(trials.holds, entries, found, tied(base.scenario), known, follower).answers(findings)


def _check_base(folder: Path, trials: Trials, findings: Sequence[str]) -> None:
    """The run must fail in the same way when it is run again; else nothing follows from a trial."""
    held = trials.holds([Trial()])[0].held
    passed = [name for name in findings if name in held]
    if passed:
        what = _("run again, it does not fail by {names}: another version, or another city", names=", ".join(passed))
        raise BadInput([Problem(str(folder), 0, "RUN", what, _("run the scenario again, then ask"))])


class Trials:
    """Runs trials of one base, each once, and no more new ones than allowed."""

    def __init__(
        self,
        base: Base,
        most_runs: int,
        executor: Executor | None,
        progress: Progress | None,
        follower: Follower | None = None,
    ) -> None:
        self._base, self._left = base, most_runs
        self._executor, self._progress, self._follower = executor, progress, follower or Follower()
        self.seen: dict[Trial, Seen] = {}

    def holds(self, trials: Sequence[Trial]) -> list[Seen]:
        """The findings that hold in each trial. Raises `OutOfRuns` where those that are new are more than is left."""
        new = {trial: self._job(trial) for trial in trials if trial not in self.seen}
        kept = variants_kept([job.key for job in new.values()])
        to_run = [job for job in new.values() if job.key not in kept]
        affordable = len(to_run) <= self._left
        if not affordable:
            to_run = to_run[: self._left]
        self._left -= len(to_run)
        if not affordable:
            run_variants(to_run, self._executor, self._progress)  # kept for whoever goes on
            raise OutOfRuns
        found = run_variants(list(new.values()), self._executor, self._progress)
        for trial, job in new.items():
            self.seen[trial] = _seen(found[job.key])
            self._follower.lived(trial, self.seen[trial], job.key in kept)
        return [self.seen[trial] for trial in trials]

    def held_with(self, change: Mapping[str, Any]) -> frozenset[str]:
        """The findings that hold with a change that need not be made of cures."""
        job = self._base.job(without(self._base.scenario, ()), json.dumps(change, sort_keys=True))
        return _seen(run_variants([job], self._executor, self._progress)[job.key]).held

    def _job(self, trial: Trial) -> Job:
        change = merged(cured.change for cured in trial.cured)
        text = json.dumps(change, sort_keys=True) if change else NO_CHANGE
        return self._base.job(without(self._base.scenario, trial.without), text)


def _seen(variant: Variant) -> Seen:
    if variant.verdict is None:  # changed like this it makes no sense: nothing holds
        return Seen(frozenset(), possible=False)
    findings = variant.verdict.findings
    return Seen(frozenset(one.id for one in findings if one.value is Value.PASS and one.category in ASKED))


def without(scenario: Mapping[str, Any], entries: Sequence[str]) -> dict[str, Any]:
    """The scenario without these timeline entries, and without what only makes sense with them."""
    data = {name: part for name, part in scenario.items() if name != "expected"}
    if not entries:
        return data
    data["timeline"] = [entry for entry in scenario.get("timeline", ()) if entry["id"] not in entries]
    if "expect" in scenario:
        data["expect"] = [item for item in scenario["expect"] if _asks_still(item, entries, bool(data["timeline"]))]
    return data


def _asks_still(item: Mapping[str, Any], entries: Sequence[str], any_left: bool) -> bool:
    """Whether an expectation still asks something; what counts from a fault asks nothing where there is none."""
    of_faults = item["type"] == "link-continuity" or (item["type"] == "recovery" and item.get("after") != "heal")
    return item.get("fault") not in entries and (any_left or not of_faults)


def tied(scenario: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """For each expectation the timeline entry that it speaks of: without that it asks nothing."""
    return {str(item["id"]): frozenset((str(item["fault"]),)) for item in scenario.get("expect", ()) if "fault" in item}
