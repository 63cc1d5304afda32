"""What a suite is known to fail at, as recorded: a build then fails for what is new, and only for that.

A team that takes up a suite in a town with many weaknesses cannot mend them all before its first build, and a failure
without a known cure cannot be declared in a scenario. The record names them run by run and finding by finding, so that
another finding that fails, or another run, is told apart from them. Nothing recorded is ever a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from resilience.judge.outcome import Judged, Outcome, is_known, quoted
from resilience.judge.verdict import Value
from resilience.study.suite import SuiteRun
from simulator.contracts.document import load_document
from simulator.contracts.model import Id, Mistakes, Model, Name, Version, read, read_version
from simulator.contracts.problem import BadInput
from simulator.contracts.words import Text, Words, enumerated

_ = Words("resilience")

SCHEMA = "stadtwerk/suite-baseline/1"

RECORDED = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NOT_SHOWN)
"""What can be recorded. A run that broke down cannot: that is a fault of the program."""


class RecordedRun(Model):
    """A run that did not come out as expected when it was recorded."""

    scenario: Name
    seed: int
    outcome: Literal["fail", "inconclusive", "not-shown"]
    findings: list[Name] = Field(default_factory=list)
    """ids of the findings that failed, or that were inconclusive"""


class BaselineFile(Model):
    """What a suite is known to fail at."""

    schema_: Version(SCHEMA) = Field(alias="schema")  # type: ignore[valid-type]
    suite: Id
    runs: list[RecordedRun]

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: str, mistakes: Mistakes) -> None:
        """It is of this suite, and each run stands in it once. `context` is the id of the suite."""
        if fields.get("suite", context) != context:
            what = _("is of the suite {other}, not of {suite}", other=repr(fields["suite"]), suite=repr(context))
            mistakes.wrong(("suite",), what, _("record one of its own: --record-baseline FILE"))
        seen: set[tuple[str, int]] = set()
        for number, run in enumerate(fields.get("runs", ())):
            if (run.scenario, run.seed) in seen:
                what = _("{scenario} stands there twice with seed {seed}", scenario=repr(run.scenario), seed=run.seed)
                mistakes.wrong(("runs", number), what, _("name it once"))
            seen.add((run.scenario, run.seed))


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is recorded, by scenario and seed: the outcome and the findings behind it."""

    runs: dict[tuple[str, int], tuple[Outcome, frozenset[str]]]

    def beside(self, run: SuiteRun) -> SuiteRun:
        """The run, of which only what is new counts. What is recorded and no more than that is `Outcome.RECORDED`."""
        outcome, known = self.runs.get((run.scenario, run.seed), (Outcome.PASS, frozenset()))
        if run.judged.outcome not in RECORDED or outcome is Outcome.PASS:
            return run
        found = behind(run)
        if found is None or (run.judged.outcome is Outcome.FAIL and outcome is not Outcome.FAIL):
            return run
        new = tuple(finding for finding in run.judged.unexpected if finding.id not in known)
        if not new and found <= known:
            reason: Text = _("As recorded. {reason}", reason=run.judged.reason)
            return replace(run, judged=Judged(Outcome.RECORDED, reason, run.judged.unexpected))
        if not new:
            return run
        names = enumerated([quoted(finding.title) for finding in new])
        reason = _("New beside what is recorded: {names}. {reason}", names=names, reason=new[0].reason)
        return replace(run, judged=Judged(run.judged.outcome, reason, new))

    def mended(self, runs: Iterable[SuiteRun]) -> tuple[str, ...]:
        """What is recorded and did not show: names of runs, and of findings where the rest of a run still fails."""
        gone = []
        for run in runs:
            outcome, known = self.runs.get((run.scenario, run.seed), (Outcome.PASS, frozenset()))
            if outcome is Outcome.PASS or run.verdict is None:
                continue
            if run.judged.outcome in (Outcome.PASS, Outcome.KNOWN):
                gone.append(run.name)
            elif run.judged.outcome in (Outcome.FAIL, Outcome.RECORDED):
                open_ = {f.id for f in run.verdict.findings if f.value in (Value.FAIL, Value.INCONCLUSIVE)}
                gone += [f"{run.name}: {name}" for name in sorted(known - open_)]
        return tuple(gone)


def behind(run: SuiteRun) -> frozenset[str] | None:
    """The ids of the findings that make a run one that was not expected.

    None where a declared weakness is the reason, one that no longer shows or that its cure does not cure: the
    declaration is wrong then, and that is mended in the scenario.
    """
    if run.verdict is None:
        return None
    value = Value.FAIL if run.judged.outcome is Outcome.FAIL else Value.INCONCLUSIVE
    of_run = {finding.id for finding in run.verdict.findings if finding.value is value}
    found = frozenset(finding.id for finding in run.judged.unexpected)
    declared = any(is_known(finding, run.expected) for finding in run.judged.unexpected)
    return None if declared or not found <= of_run else found


def baseline_yaml(suite: str, runs: Sequence[SuiteRun]) -> str:
    """What the runs of a suite did not hold, as the text of a baseline file."""
    rows = []
    for run in runs:
        found = behind(run) if run.judged.outcome in (*RECORDED, Outcome.RECORDED) else None
        if found is None or run.verdict is None:
            continue
        outcome = run.judged.outcome
        if outcome is Outcome.RECORDED:
            outcome = Outcome.FAIL if run.verdict.value is Value.FAIL else Outcome.INCONCLUSIVE
        row: dict[str, Any] = {"scenario": run.scenario, "seed": run.seed, "outcome": outcome.value}
        rows.append(row | {"findings": sorted(found)} if found else row)
    data = {"schema": SCHEMA, "suite": suite, "runs": rows}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def load_baseline(path: Path, suite: str) -> Baseline:
    """Read and check a baseline file of a suite. Raises `BadInput`, all problems."""
    document = load_document(path)
    problems, file = read_version(document, "stadtwerk/suite-baseline", 1), None
    if not problems:
        file, problems = read(BaselineFile, document, suite)
    if file is None:
        raise BadInput(problems)
    return Baseline({(run.scenario, run.seed): (Outcome(run.outcome), frozenset(run.findings)) for run in file.runs})
