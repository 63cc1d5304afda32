"""`stadtwerk runs`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from stadtwerk.runs.shelf import Left
    from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")
_n = _.plural

EPILOG = _(
    """\
examples:
  stadtwerk runs                                 the runs below runs/, with verdict, size and age
  stadtwerk runs --caches                        what is kept between runs instead: cities, ordinary days, variants
  stadtwerk runs --prune --older 30d             say which runs of more than 30 days would go; nothing is removed
  stadtwerk runs --prune --older 30d --yes       remove them
  stadtwerk runs out/ --prune --verdict pass --yes
  stadtwerk runs --caches --prune --yes          empty the cache: what is needed again is made again

Without --yes nothing is ever removed, and with --dry-run not even with it. Only folders that `run` left are
removed, whole, and never one with readings of a live run that were not delivered.
"""
)
VERDICTS = ("pass", "fail", "inconclusive")


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("folders", nargs="*", metavar="DIR", help=say(_("folders that hold runs (default: runs)")))
    parser.add_argument("--caches", action="store_true", help=say(_("what is kept between runs instead")))
    parser.add_argument("--older", metavar="DURATION", help=say(_("only what was written longer ago, as 30d")))
    parser.add_argument("--verdict", choices=VERDICTS, help=say(_("only runs that ended so")))
    parser.add_argument("--prune", action="store_true", help=say(_("remove what is listed, with --yes")))
    parser.add_argument("--yes", action="store_true", help=say(_("do remove it")))
    parser.add_argument("--dry-run", action="store_true", help=say(_("only say what would be removed")))
    say.add_lang(parser, _("language of the answer"))


def execute(options: argparse.Namespace) -> int:
    import time

    from stadtwerk.runs.shelf import kept_in_cache, remove, runs_below
    from stadtwerk.terminal import Terminal

    terminal, now = Terminal(options.lang), time.time()
    least_s = _checked(options)
    folders = [Path(name) for name in options.folders] or [one for one in [Path("runs")] if one.is_dir()]
    found = kept_in_cache() if options.caches else runs_below(folders)
    found = [one for one in found if now - one.written >= least_s and options.verdict in (None, one.verdict)]
    _show(found, now, terminal)
    if not options.prune:
        return 0
    going = [one for one in found if not one.held]
    if options.dry_run or not options.yes:
        text = _n(
            "{n} folder or entry would be removed, {size}; to do so: --yes without --dry-run",
            "{n} folders or entries would be removed, {size}; to do so: --yes without --dry-run",
            len(going),
            size=_megabytes(going),
        )
        print(terminal.said(text))
        return 0
    gone = list(remove(going))
    text = _n(
        "{n} folder or entry removed, {size}",
        "{n} folders or entries removed, {size}",
        len(gone),
        size=_megabytes(gone),
    )
    print(terminal.said(text))
    return 0


def _checked(options: argparse.Namespace) -> float:
    """How old something has to be, in seconds. Raises `BadInput` with every problem of the command line."""
    from simulator.contracts.duration import seconds
    from simulator.contracts.problem import BadInput, Problem, reason_of

    problems, least_s = [], 0.0
    try:
        least_s = 0.0 if options.older is None else seconds(options.older)
    except ValueError as error:
        problems.append(Problem("command line", 0, "--older", reason_of(error), _("write it as 30d or 12h")))
    if (options.yes or options.dry_run) and not options.prune:
        option = "--yes" if options.yes else "--dry-run"
        what, fix = _("changes nothing without --prune"), _("add it, or leave this out")
        problems.append(Problem("command line", 0, option, what, fix))
    if options.caches and (options.folders or options.verdict):
        what, fix = _("is of runs, and --caches lists none"), _("leave out --caches")
        problems.append(Problem("command line", 0, "--verdict" if options.verdict else "DIR", what, fix))
    if problems:
        raise BadInput(problems)
    return least_s


def _show(found: list[Left], now: float, terminal: Terminal) -> None:
    from stadtwerk.terminal import WORDS

    heads = (_("folder"), _("what"), _("verdict"), _("size"), _("age"))
    rows = [
        (
            str(one.path),
            one.what,
            terminal.said(WORDS[one.verdict]) if one.verdict in WORDS else one.verdict,
            _megabytes([one]),
            terminal.said(_("{days} d", days=int((now - one.written) // 86400))),
        )
        for one in found
    ]
    title = _n("{n} folder or entry, {size}", "{n} folders or entries, {size}", len(found), size=_megabytes(found))
    terminal.table(terminal.said(title), tuple(terminal.said(head) for head in heads), rows)


def _megabytes(found: list[Left]) -> str:
    return f"{sum(one.bytes for one in found) / 1e6:.1f} MB"
