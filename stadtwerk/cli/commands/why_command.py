"""`stadtwerk why`."""

from __future__ import annotations

import argparse

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk why runs/blackout-seed1                     for each finding that failed: what would have kept it
  stadtwerk why runs/blackout-seed1 rescue-radio        for one of them
  stadtwerk why runs/blackout-seed1 --jobs 4 --lang de

The run is lived through again without each of its faults, and with each lack cured that its event log shows: a longer
reserve, a second link, another crew, more of whatever a component declares. Of each cure that is enough the fewest
places are searched for, then the smallest size, the same at each of them; where no single one is, the fewest that are
enough together. It is taken that more never harms. First it is looked for every finding what would have been enough,
then how little of it. Each run is told as it ends, and kept in the cache: a search that is interrupted, or has used up
its runs, goes on where it stopped. The answer stands on the terminal, in RUN/why.json and in RUN/report.html.
exit codes: 0 answered, 2 not everything could be tried within --most-runs, 64 bad input
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("run", metavar="RUN", help=say(_("folder of a run")))
    parser.add_argument(
        "finding", metavar="FINDING", nargs="?", help=say(_("id of a finding that failed (default: all)"))
    )
    parser.add_argument("--city", metavar="NAME_OR_FOLDER", help=say(_("the city of the run, where it has moved")))
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help=say(_("runs at once (default: %(default)s)")))
    parser.add_argument(
        "--most-runs", type=int, default=400, metavar="N", help=say(_("new runs allowed (default: %(default)s)"))
    )
    say.add_lang(parser, _("language of terminal and report"))


def execute(options: argparse.Namespace) -> int:
    import contextlib
    from pathlib import Path

    from resilience.study.why.search import Follower
    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.cli.why_terminal import Watching, show
    from stadtwerk.studies.executors.local import LocalProcesses
    from stadtwerk.studies.why import Searched, why
    from stadtwerk.studies.why_results import write
    from stadtwerk.terminal import Terminal

    few = [name for name in ("jobs", "most_runs") if getattr(options, name) < 1]
    if few:
        names = [f"--{name.replace('_', '-')}" for name in few]
        raise BadInput(
            [Problem("command line", 0, name, _("is below 1"), _("use a whole number from 1")) for name in names]
        )
    terminal = Terminal(options.lang)
    watching: Watching | None = None

    def follows(searched: Searched) -> Follower:
        nonlocal watching
        watching = Watching(searched, terminal, options.most_runs)
        return watching

    with contextlib.ExitStack() as stack:
        executor = stack.enter_context(LocalProcesses(options.jobs)) if options.jobs > 1 else None
        try:
            found = why(Path(options.run), options.finding, options.city, options.most_runs, executor, follows)
        except KeyboardInterrupt:
            if watching is not None and watching.found_so_far is not None:
                show(terminal, watching.found_so_far)
            stopped = _("{why}; what was finished is kept, and the same command goes on from there.", why=_("stopped"))
            terminal.say(stopped)
            return 130
    path = write(found, options.lang)
    show(terminal, found)
    answers = _("answers: {path}", path=str(path))
    print(terminal.said(answers))
    return 0 if all(answer.complete for answer in found.answers) else 2
