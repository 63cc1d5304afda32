"""`stadtwerk robust`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Verbatim, Words

if TYPE_CHECKING:
    from stadtwerk.studies.executors import Executor
    from stadtwerk.studies.robust import Robust
    from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk robust runs/blackout-seed1                     every assumption 10 % less and more, and five other seeds
  stadtwerk robust runs/blackout-seed1 --seeds 20 --jobs 2
  stadtwerk robust runs/blackout-seed1 --dask tcp://127.0.0.1:8786

The run is lived through again with one thing changed at a time: each number that is declared an assumption, of all
components of the types that the run's event log speaks of and of its faults, and each battery that was called on,
10 % less and 10 % more; and with other seeds, where what was drawn at first stays drawn. Each finding is told by the
assumptions that it leans on: those that change anything in what it judges. What has been run is kept in the cache: a
question that is interrupted goes on where it stopped. The answer stands on the terminal, in RUN/robust.json and in
RUN/report.html.
exit codes: 0 every finding came out as in the run, 1 some did not, 2 with some changes there was no run, 64 bad input
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("run", metavar="RUN", help=say(_("folder of a run")))
    parser.add_argument("--city", metavar="NAME_OR_FOLDER", help=say(_("the city of the run, where it has moved")))
    parser.add_argument(
        "--seeds", type=int, default=5, metavar="N", help=say(_("other seeds to try (default: %(default)s)"))
    )
    parser.add_argument("--jobs", type=int, metavar="N", help=say(_("runs at once (default: one)")))
    parser.add_argument(
        "--dask", default="", metavar="ADDRESS", help=say(_("scheduler of a Dask cluster, instead of --jobs"))
    )
    say.add_lang(parser, _("language of terminal and report"))


def execute(options: argparse.Namespace) -> int:
    import contextlib
    from pathlib import Path

    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.studies.executors.local import ExecutorGone, LocalProcesses
    from stadtwerk.studies.robust import robust, write
    from stadtwerk.terminal import Terminal

    problems = []
    for name, least in (("seeds", 0), ("jobs", 1)):
        given = getattr(options, name)
        if given is not None and given < least:
            mend = _("use a whole number from {least}", least=least)
            problems.append(
                Problem("command line", 0, f"--{name}", _("{given} is below {least}", given=given, least=least), mend)
            )
    if options.jobs is not None and options.dask:
        what, mend = _("has no meaning with --dask"), _("leave it out: the cluster has the workers that it has")
        problems.append(Problem("command line", 0, "--jobs", what, mend))
    folder = Path(options.run)
    missing = [name for name in ("run.json", "verdict.json", "events.jsonl") if not (folder / name).is_file()]
    if missing:
        what = _("is no run folder: {names} missing", names=", ".join(missing))
        problems.append(Problem(str(folder), 0, "RUN", what, _("name a folder that `stadtwerk run` left")))
    if problems:
        raise BadInput(problems)
    terminal = Terminal(options.lang)
    with contextlib.ExitStack() as stack:
        executor: Executor | None = None
        if options.dask:
            from stadtwerk.studies.executors.cluster import DaskCluster

            executor = stack.enter_context(DaskCluster(options.dask))
        elif (options.jobs or 1) > 1:
            executor = stack.enter_context(LocalProcesses(options.jobs))
        try:
            found = robust(folder, options.seeds, options.city, executor, terminal.counting_up)
        except (KeyboardInterrupt, ExecutorGone) as end:
            why = Verbatim(str(end)) if str(end) else _("stopped")
            kept = _("{why}; what was finished is kept, and the same command goes on from there.", why=why)
            print(terminal.said(kept), file=sys.stderr)
            return 130 if isinstance(end, KeyboardInterrupt) else 1
    path = write(found, options.lang)
    _show(terminal, found)
    answers = _("answers: {path}", path=str(path))
    print(terminal.said(answers))
    if any(one.otherwise for one in found.findings):
        return 1
    return 2 if found.failed else 0


def _show(terminal: Terminal, found: Robust) -> None:
    from resilience.report.run.robust import held_words, margin_words, ranked
    from resilience.report.run.texts import say
    from stadtwerk.studies.robust import change_title, rows

    lang = terminal.lang
    for row in ranked(rows(found)):
        said = held_words(row, lang)
        near = f"{say('margin', lang)} {margin_words(row.margin, lang)}"
        print(f"{row.title.of(lang)}: {say(row.value.value, lang)}, {said}; {near}")
        for words, value in row.otherwise:
            print(f"  - {say(value.value, lang)}: {words.of(lang)}")
    for change, reason in found.failed:
        print(terminal.said(_("no run with {change}: {reason}", change=change_title(change), reason=reason)))
