"""`stadtwerk events`."""

from __future__ import annotations

import argparse

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk events runs/substation-winter-seed1               everything that happened, one event a line
  stadtwerk events runs/demo --from 0 --until 30min           the first half hour of the scenario
  stadtwerk events runs/demo --component hospital-1           what befell the hospital, its links and service levels
  stadtwerk events runs/demo --cause blackout                 all that an entry of the timeline led to, as a tree
  stadtwerk events runs/demo --cause 127 --lang de            all that one event led to, in German

A line has the number of the event, the time since the scenario's zero (negative during the warm-up), the number of the
event that caused it, and what happened. Filters can be combined: a line is shown when all of them let it pass; with
--cause it is moved in as far as its causes are away. The same events stand in the run's events.jsonl as codes with
parameters, for programs.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("folder", metavar="RUN", help=say(_("the folder of a finished run")))
    parser.add_argument("--component", metavar="ID", help=say(_("only what is about this component, link or district")))
    parser.add_argument(
        "--cause",
        metavar="EVENT|ENTRY",
        help=say(_("only this event, or the faults of this timeline entry, and what followed")),
    )
    parser.add_argument(
        "--from", dest="begin", metavar="TIME", help=say(_("only from then on, as 2h; before the zero: --from=-30min"))
    )
    parser.add_argument("--until", dest="end", metavar="TIME", help=say(_("only up to then")))
    parser.add_argument(
        "--city", help=say(_("the city's folder or name, where the scenario's own does not lead there"))
    )
    say.add_lang(parser, _("language of the sentences"))


def execute(options: argparse.Namespace) -> int:
    import sys
    from pathlib import Path

    from stadtwerk.runs.events_shown import Filters, event_rows, time_of
    from stadtwerk.runs.finished import read_folder

    wanted = Filters(
        options.component, options.cause, time_of("--from", options.begin), time_of("--until", options.end)
    )
    run = read_folder(Path(options.folder), options.city)
    shown = 0
    for row in event_rows(run, wanted, options.lang):
        print(row)
        shown += 1
    if not shown:
        print(_("no event passes these filters").of(options.lang), file=sys.stderr)
    return 0
