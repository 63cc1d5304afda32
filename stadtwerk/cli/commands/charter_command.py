"""`stadtwerk charter`."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk test charter --out runs/charter --jobs 2       first the runs
  stadtwerk charter runs/charter --out report              then the report on all of them
  stadtwerk charter runs/a runs/b --out report --lang de   on some runs, in German
  stadtwerk charter runs/charter audits/demo --out report  with what `stadtwerk audit demo` found

One row for each clause of the Smart City Charter: the scenarios and checks that speak for or against it, figures beside
their targets, findings grouped by owner, vendors, ages. A clause that nothing conclusive speaks to is `not shown`,
never passed. DIR gets charter.html, charter.md (each in both languages) and charter.json.

exit codes: 0 every clause is shown or shown with a known weakness, 1 a clause is not met, 2 a clause is not shown,
64 bad input, 70 internal error
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN_FOLDER", help=say(_("run folders, folders that hold some, audits"))
    )
    parser.add_argument("--city", help=say(_("the city of the runs, where it has moved")))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(_("folder for the report")))
    say.add_lang(parser, _("language of the report"))


def execute(options: argparse.Namespace) -> int:
    from resilience.report.charter.page import charter_view
    from resilience.report.charter.texts import STATUS
    from stadtwerk.charter.report import make_report
    from stadtwerk.terminal import REPORT, Terminal

    terminal, lang = Terminal(options.lang), options.lang
    with terminal.working(_("reading runs, checking")):
        made = make_report(options.runs, options.city, options.out, lang)
    heads = tuple(head.of(lang) for head in (_("clause"), _("status"), _("what was found")))
    rows = [(row.clause.id, STATUS[row.status].of(lang), row.sentence.of(lang)) for row in made.content.rows]
    terminal.table(made.content.city_title.of(lang), heads, rows)
    print(charter_view(made.content, lang).summary)
    print(f"{terminal.said(REPORT)}: {made.page}")
    return made.content.exit_code
