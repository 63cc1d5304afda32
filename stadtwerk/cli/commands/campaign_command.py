"""`stadtwerk campaign`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("stadtwerk")

TODAY = "today"
EPILOG = _(
    """\
examples:
  stadtwerk campaign winter-measures                   one that ships, on all cores of this machine
  stadtwerk campaign my-campaign.yaml --jobs 2         with two worker processes
  stadtwerk campaign my-campaign.yaml --case 17        one case with report, as `stadtwerk run` would leave it
  stadtwerk campaign my-campaign.yaml --dask tcp://127.0.0.1:8786   on the workers of a Dask cluster

Stopped or killed, the same command goes on where it was; what is finished is not run again. More cases or measures in
the file are run in addition. The folder holds runs.parquet (a row for each run), campaign.json with the digest,
report.html and report.md. The exit code is 0 when every run came to an end, 1 if one failed or the cluster was lost,
64 for bad input.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("file", help=say(_("a campaign file, or the name of one that ships")))
    parser.add_argument("--jobs", type=int, help=say(_("worker processes (default: one for each core)")))
    parser.add_argument(
        "--dask", default="", metavar="ADDRESS", help=say(_("scheduler of a Dask cluster, instead of --jobs"))
    )
    parser.add_argument("--out", help=say(_("folder of the campaign (default: runs/ID)")))
    parser.add_argument(
        "--case", type=int, metavar="N", help=say(_("run this case alone, and leave its whole run folder"))
    )
    parser.add_argument("--measure", metavar="ID", help=say(_("with --case: the measure (default: today)")))
    parser.add_argument(
        "--progress",
        type=Path,
        metavar="FILE",
        help=say(_("keep in this file how far it is (JSON), for a program that watches")),
    )
    parser.add_argument(
        "--keep-runs", action="store_true", help=say(_("leave a whole run folder with report for every run"))
    )
    say.add_lang(parser, _("language of report and answer"))


def execute(options: argparse.Namespace) -> int:
    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.library import find_campaign
    from stadtwerk.studies.campaigns.campaign import CampaignRequest, replay, run_campaign
    from stadtwerk.studies.executors import ExecutorGone
    from stadtwerk.terminal import REPORT, terminal_for

    problems: list[Problem] = []

    def wrong(field: str, what: Text, fix: Text) -> None:
        problems.append(Problem("command line", 0, field, what, fix))

    if options.jobs is not None and options.jobs < 1:
        wrong("--jobs", _("{jobs} workers do no work", jobs=options.jobs), _("use a whole number from 1"))
    if options.jobs is not None and options.dask:
        wrong("--jobs", _("has no meaning with --dask"), _("leave it out: the cluster has the workers that it has"))
    if options.measure is not None and options.case is None:
        wrong("--measure", _("has no meaning without --case"), _("name a case, or leave it out to run all measures"))
    for field, given in (("--jobs", options.jobs), ("--dask", options.dask), ("--keep-runs", options.keep_runs)):
        if given and options.case is not None:
            wrong(
                field,
                _("has no meaning with --case"),
                _("leave it out: one case runs here and leaves its whole folder"),
            )
    if problems:
        raise BadInput(problems)
    request = CampaignRequest(
        file=find_campaign(options.file),
        out=None if options.out is None else Path(options.out),
        jobs=options.jobs or len(os.sched_getaffinity(0)),
        dask=options.dask,
        keep_runs=options.keep_runs,
        lang=options.lang,
    )
    terminal = terminal_for(options.lang, options.progress)
    if options.case is not None:
        replayed = replay(request, options.case, options.measure or TODAY, terminal)
        terminal.show_verdict(replayed.verdict, replayed.notes, replayed.folder)
        return replayed.verdict.exit_code
    try:
        result = run_campaign(request, terminal)
    except (KeyboardInterrupt, ExecutorGone) as end:
        why = Verbatim(str(end)) if str(end) else _("stopped")
        kept = _("{why}; what was finished is kept, and the same command goes on from there.", why=why)
        print(terminal.said(kept), file=sys.stderr)
        return 130 if isinstance(end, KeyboardInterrupt) else 1
    if result.found_done:
        terminal.say(_("{n} runs were done already", n=result.found_done))
    print(*result.answer, sep="\n")
    print(f"{terminal.said(REPORT)}: {result.folder / 'report.html'}")
    came_to = _("{folder}: {runs} runs, {failed} failed, digest {digest}")
    came_to = came_to.filled(folder=str(result.folder), runs=result.runs, failed=result.failed)
    print(terminal.said(came_to.filled(digest=result.digest[:16])))
    return 1 if result.failed else 0
