"""`stadtwerk serve`."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk serve                                      the demo city, in the browser of this machine
  stadtwerk serve --city mycity                        a town of your own
  stadtwerk serve --folder winter                      with what-ifs and runs in the folder winter
  stadtwerk serve --no-browser --port 8800             print the address only

A what-if is a scenario file: saved in the folder, it is run by `stadtwerk run` with the same result. Runs go on when
the browser is closed or the server is stopped; the next server of the folder finds them.
The address holds a token: without it nothing is answered. The server listens on 127.0.0.1 only, and neither it nor its
page asks anything of another machine. It needs the extra: pip install 'stadtwerk[workbench]'
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("--city", default="demo", help=say(_("a city by name or folder (default: demo)")))
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("what-ifs"),
        metavar="DIR",
        help=say(_("where what-ifs and their runs lie (default: what-ifs)")),
    )
    parser.add_argument(
        "--port", type=int, help=say(_("port on 127.0.0.1 (default: 8765, or a free one if that is taken)"))
    )
    parser.add_argument("--no-browser", action="store_true", help=say(_("do not open a browser")))
    say.add_lang(parser, _("language of the page, which offers the others as well"))


def execute(options: argparse.Namespace) -> int:
    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.terminal import Terminal
    from stadtwerk.workbench.serve import ServeRequest, serve

    if options.port is not None and not 1024 <= options.port <= 65535:
        what = _("{port} is no choice", port=options.port)
        raise BadInput([Problem("command line", 0, "--port", what, _("use a port from 1024 to 65535"))])
    request = ServeRequest(options.city, options.folder, options.port, not options.no_browser, options.lang)
    return serve(request, Terminal(options.lang))
