"""`stadtwerk why`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from stadtwerk.terminal import Terminal

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
enough together. It is taken that more never harms. What has been run is kept in the cache: a search that is
interrupted goes on where it stopped. The answer stands on the terminal, in RUN/why.json and in RUN/report.html.
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

    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.studies.executors.local import LocalProcesses
    from stadtwerk.studies.why import why
    from stadtwerk.studies.why_results import write
    from stadtwerk.terminal import Terminal

    few = [name for name in ("jobs", "most_runs") if getattr(options, name) < 1]
    if few:
        names = [f"--{name.replace('_', '-')}" for name in few]
        raise BadInput(
            [Problem("command line", 0, name, _("is below 1"), _("use a whole number from 1")) for name in names]
        )
    terminal = Terminal(options.lang)
    with contextlib.ExitStack() as stack:
        executor = stack.enter_context(LocalProcesses(options.jobs)) if options.jobs > 1 else None
        found = why(Path(options.run), options.finding, options.city, options.most_runs, executor, terminal.counting_up)
    path = write(found, options.lang)
    _show(terminal, found)
    answers = _("answers: {path}", path=str(path))
    print(terminal.said(answers))
    return 0 if all(answer.complete for answer in found.answers) else 2


def _show(terminal: Terminal, found: object) -> None:
    import textwrap

    from resilience.report.run.texts import say
    from stadtwerk.studies.declaring import expected_part, plain
    from stadtwerk.studies.why import Why
    from stadtwerk.studies.why_results import changes, rows

    assert isinstance(found, Why)
    lang = terminal.lang
    if not found.answers:
        print(say("why-nothing", lang))
        return
    for answer, row in zip(found.answers, rows(found), strict=True):
        print(f"\n{row.title.of(lang)} ({answer.finding})\n{row.reason.of(lang)}")
        if row.without:
            print(say("why-without", lang))
            for names, words in zip(answer.without, row.without, strict=True):
                print(f"  - {words.of(lang)} ({', '.join(names)})")
        if row.cures:
            print(say("why-with", lang))
            for number, words in enumerate(row.cures, start=1):
                print(f"  {number}. {words.of(lang)}")
            print(terminal.said(_("The first as a known weakness of a scenario:")))
            found_cure = {"findings": [answer.finding], "cure": plain(changes(answer)[0])}
            print(textwrap.indent(expected_part([found_cure]), "  "), end="")
        else:
            print(say("why-none", lang))
        if not answer.complete:
            print(say("why-incomplete", lang))
