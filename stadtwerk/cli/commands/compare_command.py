"""`stadtwerk compare`."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk compare runs/before runs/after             two runs: verdicts, levels, fallbacks, figures
  stadtwerk compare runs/campaign-a runs/campaign-b    two campaigns: how often the town held, what a case cost
  stadtwerk compare runs/before runs/after --lang de --out unterschied.html

Differences are the second less the first. The same is shown on the terminal and left as one page that opens offline.
The exit code is 0 when both could be read, whatever they say; 64 for bad input.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("first", help=say(_("folder of a run or of a campaign")))
    parser.add_argument("second", metavar="OTHER", help=say(_("another one of the same sort")))
    parser.add_argument(
        "--out", default="comparison.html", metavar="FILE", help=say(_("page to write (default: %(default)s)"))
    )
    say.add_lang(parser, _("language of page and terminal"))


def execute(options: argparse.Namespace) -> int:
    from resilience.report.pages import html
    from simulator.contracts.problem import BadInput, Problem, reason_of
    from stadtwerk.studies.comparing import compare_folders
    from stadtwerk.terminal import REPORT, Terminal

    if Path(options.out).suffix.lower() not in (".html", ".htm"):
        what, fix = _("is no name of a page"), _("name a file that ends in .html")
        raise BadInput([Problem(options.out, 0, "--out", what, fix)])
    page = compare_folders(options.first, options.second, options.lang)
    try:
        Path(options.out).write_text(html(page), encoding="utf-8", newline="\n")
    except OSError as error:
        what = _("cannot be written ({reason})", reason=reason_of(error))
        raise BadInput([Problem(options.out, 0, "--out", what, _("name another file"))]) from None
    terminal = Terminal(options.lang)
    terminal.show_page(page)
    print(f"{terminal.said(REPORT)}: {options.out}")
    return 0
