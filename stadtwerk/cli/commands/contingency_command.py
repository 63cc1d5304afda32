"""`stadtwerk contingency`."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk contingency demo                        every line, transformer and infeed out, one at a time
  stadtwerk contingency demo --at 2026-07-12T03:00  at the load of that hour (default: a winter evening)
  stadtwerk contingency mycity --all --json n1.json  every outage, also as a file for programs

Rings are run open: an outage counts as borne when open points bring everybody back, nothing above its rating, no
voltage below 0.9 of the rated one. Who closes them, and when, is for a scenario to show. Exit code 0: all are borne;
1: some are not; 2: the power flow of the whole grid has no solution. As a level of a run: measure power-n-1.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("city", help=say(_("a city folder, or the name of one that ships")))
    parser.add_argument(
        "--at",
        type=datetime.fromisoformat,
        default=datetime(2026, 1, 20, 18, 0),
        metavar="TIME",
        help=say(_("the hour whose load is taken, as 2026-01-20T18:00 (default)")),
    )
    parser.add_argument("--all", action="store_true", help=say(_("list the outages that are borne, too")))
    parser.add_argument("--json", type=Path, metavar="FILE", help=say(_("write every outage to a file")))
    say.add_lang(parser, _("language of the answer"))


def execute(options: argparse.Namespace) -> int:
    from stadtwerk.cli.contingency import show_contingencies

    return show_contingencies(options.city, options.at, options.all, options.json, options.lang)
