"""`stadtwerk audit`."""

from __future__ import annotations

import argparse
import sys

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk audit demo                                 every link, every core component, every lifeline
  stadtwerk audit mycity --kinds power,data            links that carry power or data only
  stadtwerk audit mycity --components --makers         every component, and everything of one vendor at once
  stadtwerk audit mycity --kinds power --pairs         also two at once; long, so try --limit 500 first
  stadtwerk audit demo --lang de --out audit-demo

What is broken is found in the city itself, nothing is listed by hand:
  links       each is cut, power and data first
  components  each server, router, switch and network control fails; with --components everything that can
  lifelines   each loses its data and control links, and all of the data network is down
  access      each road link is cut while somebody has to get there: a crew to what is broken, fuel to a generator,
              people to wells. A cut that nobody asks about is proven to have no effect and not run.

Everything breaks at one time (--at) for one length (--for) on one day (--start), and the town is watched until --until.
The defaults are assumptions: a working day in winter, with the morning peak; six hours, longer than batteries of four.
A service level may be worse than its declared minimum for --longest at a stretch (3 min: norm saidi-sustained).

The folder --out gets audit.html for people, audit.csv and audit.json with every case: link, kind, owner, worst
sub-system and level, depth, length, person-hours, pass or fail, and single points of failure by graph and by
simulation, with the reason where the two differ. Its folder cases/ has the worst ones as scenario files, each to be
run by itself with a full report: stadtwerk run audits/demo/cases/NAME.yaml

exit codes: 0 all held, 1 something did not, 2 open (left out by --limit, or nothing to judge by), 64 bad input
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("city", help=say(_("a city folder, or the name of a city (see: stadtwerk list cities)")))
    parser.add_argument(
        "--kinds", metavar="LIST", help=say(_("kinds of link, by comma: power,data,control,water,road (all)"))
    )
    parser.add_argument(
        "--components", action="store_true", help=say(_("every component that can break, not only core ones"))
    )
    parser.add_argument("--pairs", action="store_true", help=say(_("also two links or core components at once")))
    parser.add_argument("--makers", action="store_true", help=say(_("also everything of one vendor at once")))
    parser.add_argument(
        "--limit", type=int, metavar="N", help=say(_("run so many cases at most, spread over all of them"))
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help=say(_("cases at once (default: as many as there are cores)"))
    )
    parser.add_argument("--start", metavar="TIME", help=say(_("the town's time at zero (default: 2026-01-14T07:00)")))
    parser.add_argument("--warmup", metavar="DURATION", help=say(_("time lived through before zero (default: 1h)")))
    parser.add_argument("--at", metavar="DURATION", help=say(_("when things break, after zero (default: 1h)")))
    parser.add_argument(
        "--for", dest="length", metavar="DURATION", help=say(_("how long they stay broken (default: 6h)"))
    )
    parser.add_argument("--until", metavar="DURATION", help=say(_("how long the town is watched (default: 9h)")))
    parser.add_argument(
        "--longest", metavar="DURATION", help=say(_("allowed below a minimum at a stretch (default: 3min)"))
    )
    parser.add_argument("--seed", type=int, default=1, help=say(_("seed of all random streams (default: 1)")))
    parser.add_argument("--out", metavar="DIR", help=say(_("folder for the tables (default: audits/CITY)")))
    say.add_lang(parser, _("language of page and answer"))


def execute(options: argparse.Namespace) -> int:
    from pathlib import Path

    from resilience.judge.verdict import EXIT_CODES
    from stadtwerk.cli.audit_terminal import read_options, show
    from stadtwerk.runs.shelf import beside_others
    from stadtwerk.studies.audit import audit_city
    from stadtwerk.terminal import Terminal

    terminal = Terminal(options.lang)
    settings, scope = read_options(options)
    named = Path("audits") / Path(options.city).resolve().name
    out = Path(options.out) if options.out else beside_others(named, options.lang, "audit.html")
    try:
        found = audit_city(options.city, settings, scope, options.jobs, out, terminal)
    except KeyboardInterrupt:
        why = _("stopped")
        kept = _("{why}; what was finished is kept, and the same command goes on from there.", why=why)
        print(terminal.said(kept), file=sys.stderr)
        return 130
    show(found, out, terminal)
    return EXIT_CODES[found.value]
