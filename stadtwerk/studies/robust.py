"""Whether what a run found holds under small changes: light variants of it, kept by their content.

What has been run is not run again, so that an interrupted question goes on where it stopped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Verdict, read_verdict
from resilience.report.run.robust import RobustRow, robust_html
from resilience.report.templates import put_in
from resilience.study.robustness import SHARE, Change, Lived, Robustness, assumptions, robustness
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Text, Verbatim, Words
from stadtwerk.runs.finished import ROBUST, ROBUST_FILE
from stadtwerk.runs.folder import put_in_place, read_events
from stadtwerk.studies.executors import Executor
from stadtwerk.studies.variants import NO_CHANGE, Base, Progress, run_variants

if TYPE_CHECKING:
    from stadtwerk.studies.campaigns.job import Job

_ = Words("stadtwerk")

REPORT_FILE = "report.html"
SEEDS = 5
"""Seeds that a run is tried with, beside its own."""


@dataclass(frozen=True, slots=True)
class Robust:
    """The findings of one run over its variants. `failed` are changes with which there was no run, and why."""

    folder: Path
    scenario: str
    findings: tuple[Robustness, ...]
    changes: tuple[Change, ...]
    failed: tuple[tuple[Change, str], ...]


def robust(
    folder: Path,
    seeds: int = SEEDS,
    city: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Robust:
    """Vary every assumption that a run leans on, and its seed.

    Raises `BadInput` for what is no run, and for one that comes out otherwise when it is run again as it is.
    """
    base = Base.of_run(folder, city)
    verdict = read_verdict((folder / "verdict.json").read_text(encoding="utf-8"))
    planned = plan(base, folder, seeds)
    unchanged = base.job(_asked(base))
    found = run_variants([unchanged, *(job for _change, job in planned)], executor, progress)
    again = found[unchanged.key]
    _check_base(folder, verdict, again.verdict)
    told: list[tuple[Change, Lived]] = []
    failed: list[tuple[Change, str]] = []
    for change, job in planned:
        variant = found[job.key]
        if variant.verdict is None:
            failed.append((change, variant.error))
        else:
            told.append((change, Lived(variant.verdict, variant.traces)))
    changes = tuple(change for change, _job in planned)
    return Robust(folder, verdict.scenario, robustness(Lived(verdict, again.traces), told), changes, tuple(failed))


def _check_base(folder: Path, verdict: Verdict, again: Verdict | None) -> None:
    """The run must come out in the same way when it is run again; else nothing follows from a variant."""
    values = {} if again is None else {(one.category, one.id): one.value for one in again.findings}
    other = [
        one.id for one in verdict.findings if one.category in ASKED and values.get((one.category, one.id)) != one.value
    ]
    if other:
        what = _(
            "run again, it comes out otherwise by {names}: another version, or another city", names=", ".join(other)
        )
        raise BadInput([Problem(str(folder), 0, "RUN", what, _("run the scenario again, then ask"))])


def _asked(base: Base) -> dict[str, Any]:
    """The scenario without what is expected of it."""
    return {name: part for name, part in base.scenario.items() if name != "expected"}


def plan(base: Base, folder: Path, seeds: int) -> list[tuple[Change, Job]]:
    """Every variant, in the order in which it is told. What was drawn is drawn: a seed changes what comes after."""
    scenario = _asked(base)
    planned: list[tuple[Change, Job]] = []
    for one in assumptions(base.town(), read_events(folder / "events.jsonl"), scenario):
        for factor in (1.0 - SHARE, 1.0 + SHARE):
            value = one.varied(factor)
            if value is not None:
                text = json.dumps(one.in_city(value), sort_keys=True)
                planned.append((Change(one.id, one.title, factor), base.job(one.in_scenario(scenario, value), text)))
    for seed in range(base.seed + 1, base.seed + 1 + seeds):
        planned.append((Change("", _("seed {seed}", seed=seed), seed=seed), base.job(scenario, NO_CHANGE, seed=seed)))
    return planned


def change_title(change: Change) -> Text:
    """`pump: time to start + 10 %`, or the seed."""
    if change.seed is not None:
        return change.title
    sign = "+" if change.factor > 1 else "\N{MINUS SIGN}"
    return _("{what} {sign} {share} %", what=change.title, sign=Verbatim(sign), share=round(100 * SHARE))


def rows(found: Robust) -> tuple[RobustRow, ...]:
    """The findings in words, as report and terminal show them."""
    return tuple(
        RobustRow(
            one.title,
            one.value,
            one.margin,
            one.holds,
            one.tried,
            True,
            tuple((change_title(change), value) for change, value in one.otherwise),
        )
        for one in found.findings
    )


def write(found: Robust, lang: str) -> Path:
    """Write `robust.json`, and the report's part where there is a report. The same question leaves the same bytes."""
    record = {
        "schema": ROBUST.schema,
        "scenario": found.scenario,
        "share": SHARE,
        "variants": len(found.changes),
        "findings": [_record(one) for one in found.findings],
        "not_run": [{**_change(change), "reason": reason} for change, reason in found.failed],
    }
    path = found.folder / ROBUST_FILE
    put_in_place(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    report = found.folder / REPORT_FILE
    if report.is_file():
        part = robust_html(rows(found), found.folder, lang)
        put_in_place(report, put_in(report.read_text(encoding="utf-8"), part))
    return path


def _record(one: Robustness) -> dict[str, Any]:
    return {
        "finding": one.finding,
        "category": one.category.value,
        "title": one.title.record(),
        "verdict": one.value.value,
        "margin": one.margin,
        "holds": one.holds,
        "tried": one.tried,
        "leans_on": list(one.leans_on),
        "otherwise": [{**_change(change), "verdict": value.value} for change, value in one.otherwise],
    }


def _change(change: Change) -> dict[str, Any]:
    if change.seed is not None:
        return {"seed": change.seed}
    return {"assumption": change.assumption, "factor": change.factor, "title": change_title(change).record()}
