"""`python -m gateways.ingest CONFIG.json [--stay]`: run an ingest service until it is told to end."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from gateways.alive import ALIVE, Alive
from gateways.brokers.address import UnsafeSecret
from gateways.ingest.config import read_config
from gateways.ingest.service import IngestService
from simulator.contracts.command_line import BAD_INPUT, program, say_places
from simulator.contracts.problem import BadInput, reason_of
from simulator.contracts.words import Words

_ = Words("gateways")

UNAVAILABLE = 70
LOOK_S = 0.2
"""How often to look whether the parent is still there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 after a clean end, 64 for a wrong configuration, 70 if it cannot run or broke down."""
    parser, say = program("gateways.ingest", _("Run an ingest service: it stores what gateways send."), arguments)
    parser.add_argument("config", type=Path, help=say(_("the configuration, a JSON file")))
    parser.add_argument("--stay", action="store_true", help=say(_("go on when the process that started it ends")))
    parser.add_argument("--alive", type=Path, metavar="FILE", help=say(ALIVE))
    say_places(parser, say)
    given = parser.parse_args(arguments)
    parent = os.getppid()
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    try:
        config = read_config(given.config)
    except BadInput as problems:
        print(problems.told(given.lang), file=sys.stderr)
        return BAD_INPUT
    try:
        service = IngestService(config)
        service.start()
    except (OSError, sqlite3.Error, UnsafeSecret) as error:
        print(say(_("ingest cannot run: {reason}", reason=reason_of(error))), file=sys.stderr)
        return UNAVAILABLE
    print(say(_("ingest {name} runs", name=config.name)), flush=True)
    alive = Alive(given.alive)
    while not ending.wait(LOOK_S):
        alive.beat()
        if not service.alive or (not given.stay and os.getppid() != parent):
            break
    broken = not service.alive
    service.stop()
    return UNAVAILABLE if broken else 0


if __name__ == "__main__":
    sys.exit(main())
