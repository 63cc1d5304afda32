"""`python -m gateways.alive FILE`: whether a service is alive, by the age of a file that it touches while it works.

A container's health check runs in the container of the service, but not in its process; the file is what both can see.
Exit codes: 0 alive, 1 not.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from simulator.contracts.command_line import program, say_places
from simulator.contracts.words import Words, quantity

_ = Words("gateways")

ALIVE = _("touched while it works, for a health check")
"""What a service says of its option `--alive`."""

PERIOD_S = 1.0
"""How often a service touches its file."""

WITHIN_S = 15.0
"""An older file says that the service hangs (assumption: a slow disk may hold it up for seconds)."""


class Alive:
    """The file of one service; without a path nothing happens. `beat` may be called as often as one likes."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._due = path, 0.0

    def beat(self) -> None:
        now = time.monotonic()
        if self._path is not None and now >= self._due:
            self._due = now + PERIOD_S
            with contextlib.suppress(OSError):  # a full disk shows as what it is: no sign of life
                self._path.touch()


NOBODY_ASKS = Alive(None)


def is_alive(path: Path, within_s: float = WITHIN_S) -> bool:
    """Whether the file was touched within the last seconds."""
    try:
        return abs(time.time() - path.stat().st_mtime) <= within_s
    except OSError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    parser, say = program("gateways.alive", _("Say whether a service is alive."), arguments)
    parser.add_argument("file", type=Path, help=say(_("the file that the service touches (its option --alive)")))
    within = _("older than so many seconds it is no sign of life (default: %(default)g)")
    parser.add_argument("--within", type=float, default=WITHIN_S, metavar="SECONDS", help=say(within))
    say_places(parser, say)
    given = parser.parse_args(arguments)
    if is_alive(given.file, given.within):
        return 0
    none = _("no sign of life at {file} within {time}", file=str(given.file), time=quantity(given.within, "s"))
    print(say(none), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
