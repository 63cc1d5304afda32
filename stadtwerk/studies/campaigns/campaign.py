"""A campaign from its file to a data set and a report."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from stadtwerk.runs import folder as files
from stadtwerk.runs.basis import basis
from stadtwerk.studies.campaigns.job import Job, run_job, run_whole
from stadtwerk.studies.campaigns.plan import Plan, campaign_command, plan_campaign
from stadtwerk.studies.campaigns.records import (
    DATASET_FILE,
    RESULT,
    Record,
    RecordStore,
    digest_of_rows,
    held,
    rows_of,
    write_dataset,
)
from stadtwerk.studies.executors import Executor
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.judge.figures import RunFigures
    from resilience.study.campaign.campaign import CampaignRun
    from stadtwerk.runs.run import RunResult

_ = Words("stadtwerk")


RECORD = "campaign.json"


@dataclass(frozen=True, slots=True)
class CampaignRequest:
    """What the user asked for. `dask` empty means local processes, `jobs` of them."""

    file: Path
    out: Path | None = None
    jobs: int = 1
    dask: str = ""
    keep_runs: bool = False
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """Where a campaign stands, its digest, how many of its runs failed or were done before, and what it says."""

    folder: Path
    digest: str
    runs: int
    failed: int
    found_done: int
    answer: tuple[str, ...]


def run_campaign(request: CampaignRequest, terminal: Terminal | None = None) -> CampaignResult:
    """Do all runs that are not done yet, then write data set and report. Raises `BadInput`.

    Whatever ends it on the way, what was finished stays: the same request goes on from there. The data set depends on
    the campaign alone, not on who ran what, in which order, or how often it was begun.
    """
    terminal = terminal or Terminal(request.lang)
    plan, out = _planned(request, terminal)
    with _executor(request) as executor, held(out) as store:
        if request.keep_runs:
            (out / "runs").mkdir(exist_ok=True)
        waiting = _waiting(plan, store)
        total = len({run.job.key for run in plan.runs})
        with terminal.counting_up(total, total - len(waiting)) as count:
            for done in executor.run(run_job, waiting):
                store.put(done.item.key, _record(done.result, done.error, done.lost))
                count(failed=done.result is None)
        return _write(plan, store, out, request, total - len(waiting))


def replay(request: CampaignRequest, case: int, measure: str, terminal: Terminal) -> RunResult:
    """Run one case with one measure (or `today`) and leave a whole run folder. Raises `BadInput`."""
    with terminal.working(_("checking every case")):
        plan = plan_campaign(request.file, request.file.parent, request.lang)
    found = [run.job for run in plan.runs if (run.case.number, run.measure) == (case, measure)]
    if not found:
        known = ", ".join(dict.fromkeys(run.measure for run in plan.runs))
        what = _("there is no case {case} with {measure}", case=case, measure=repr(measure))
        fix = _("cases are 0 to {runs}, measures: {known}", runs=plan.campaign.runs - 1, known=known)
        raise BadInput([Problem("command line", 0, "--case", what, fix)])
    out = request.out or Path("runs") / f"{plan.campaign.id}-case{case}-{measure}"
    result, _history = run_whole(replace(found[0], keep=str(out)), terminal)
    return result


def _planned(request: CampaignRequest, terminal: Terminal) -> tuple[Plan, Path]:
    from resilience.study.campaign.model import load_campaign
    from simulator.contracts.document import load_document

    out = request.out
    if out is None:
        out = Path("runs") / load_campaign(load_document(request.file)).id
    with terminal.working(_("checking every case")):
        return plan_campaign(request.file, out / "runs" if request.keep_runs else None, request.lang), out


def _waiting(plan: Plan, store: RecordStore) -> list[Job]:
    """The jobs that have no record yet, each once, and those whose worker was lost."""
    jobs: dict[str, Job] = {}
    for run in plan.runs:
        record = store.get(run.job.key)
        if record is None or record.error.startswith(LOST) or (run.job.keep and not Path(run.job.keep).exists()):
            jobs.setdefault(run.job.key, run.job)
    return list(jobs.values())


LOST = "lost: "
"""How the error of a record begins whose worker ended in the middle: it is tried again when the campaign is."""


def _record(figures: RunFigures | None, error: str, lost: bool) -> Record:
    from resilience.judge.figures import figures_json

    if figures is None:
        return Record("", (LOST if lost else "") + error)
    return Record(figures_json(figures))


def _executor(request: CampaignRequest) -> Executor:
    if request.dask:
        from stadtwerk.studies.executors.cluster import DaskCluster

        cluster = DaskCluster(request.dask)
        others = [worker for worker, found in cluster.on_each(basis).items() if found != basis()]
        if others:
            cluster.close()
            what = _("workers with another version of stadtwerk or of its libraries: {names}", names=", ".join(others))
            raise BadInput([Problem("command line", 0, "--dask", what, _("install the same versions there"))])
        return cluster
    from stadtwerk.studies.executors.local import LocalProcesses

    return LocalProcesses(request.jobs)


def recorded_runs(plan: Plan, store: RecordStore) -> tuple[CampaignRun, ...]:
    """Every planned run with what was recorded of it."""
    from resilience.judge.figures import read_figures
    from resilience.study.campaign.campaign import CampaignRun

    found = []
    for run in plan.runs:
        record = store.get(run.job.key)
        if record is None:
            raise LookupError(f"no record of case {run.case.number} with {run.measure!r}")
        figures = read_figures(record.figures) if record.figures else None
        found.append(CampaignRun(run.case, run.measure, figures, record.error))
    return tuple(found)


def _write(plan: Plan, store: RecordStore, out: Path, request: CampaignRequest, found_done: int) -> CampaignResult:
    from resilience.report.pages import html, markdown
    from resilience.study.campaign.content import compose
    from resilience.study.campaign.report import campaign_answer, campaign_page

    runs = recorded_runs(plan, store)
    rows = rows_of(plan.campaign, runs)
    parts = {"campaign": files.sha256(json.dumps(plan.document.data).encode()), "runs": digest_of_rows(rows)}
    digest = files.digest_of(parts)
    write_dataset(out / DATASET_FILE, rows)
    failed = sum(run.figures is None for run in runs)
    record: dict[str, Any] = {
        "schema": RESULT.schema,
        "campaign": plan.campaign.id,
        "title": plan.campaign.title.record(),
        "city": plan.city.name,
        "people": plan.city.people,
        "cases": plan.campaign.runs,
        "seed": plan.campaign.seed,
        "measures": {measure.id: measure.title.record() for measure in plan.campaign.measures},
        "runs": len(runs),
        "failed": failed,
        "digest": digest,
        "digests": parts,
        "versions": files.versions(),
    }
    content = compose(plan.campaign, plan.city, runs, campaign_command(request.file), digest)
    page = campaign_page(content, request.lang)
    _replace(out / "report.html", html(page))
    _replace(out / "report.md", markdown(page))
    _replace(out / RECORD, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return CampaignResult(out, digest, len(runs), failed, found_done, campaign_answer(content, request.lang))


def _replace(path: Path, text: str) -> None:
    """Write a file aside and put it in place."""
    aside = path.with_name(f".{path.name}.partial")
    aside.write_text(text, encoding="utf-8", newline="\n")
    aside.rename(path)
