"""`python -m gateways.ingest.reset STORE`: take back numbers that somebody used who had stolen an identity."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from gateways.ingest.ledger import Reset, open_database, reset, resets
from simulator.contracts.command_line import BAD_INPUT, program, say_places
from simulator.contracts.problem import reason_of
from simulator.contracts.words import Text, Words

_ = Words("gateways")

_ABOUT = _(
    "Forget the boots of a gateway above one, so that packs of its owner are taken that bear numbers a thief has used. "
    "Revoke the identity first. Stored readings stay. Each time is written down in the store; without a gateway all "
    "of them are shown."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0, or 64 for what is no store or lacks a reason."""
    example = _("example: python -m gateways.ingest.reset store.db gw-2 --above 4 --reason 'stolen on 3 May, revoked'")
    parser, say = program("gateways.ingest.reset", _ABOUT, arguments, example)
    parser.add_argument("store", type=Path, help=say(_("the file of the store, or of the outbox before a database")))
    parser.add_argument("gateway", nargs="?", help=say(_("whose boots")))
    parser.add_argument(
        "--above",
        type=int,
        metavar="N",
        help=say(_("the last boot (restart) that was its owner's; it and those before stay")),
    )
    parser.add_argument("--reason", metavar="TEXT", help=say(_("why, for whoever looks into it later")))
    say_places(parser, say)
    given = parser.parse_args(arguments)
    if not given.store.is_file():
        missing = _("there is no such store")
        print(f"{given.store}: {say(missing)}", file=sys.stderr)
        return BAD_INPUT
    if given.gateway is not None and (given.above is None or not given.reason):
        print(say(_("give --above and --reason as well")), file=sys.stderr)
        return BAD_INPUT
    try:
        if given.gateway is not None:
            with closing(open_database(given.store)) as database:
                reset(database, given.gateway, given.above, given.reason)
        # Who only looks changes nothing, not even how the file is written.
        with closing(sqlite3.connect(f"{given.store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            done = resets(database)
    except sqlite3.Error as error:
        failed = _("cannot be used: {reason}", reason=reason_of(error))
        print(f"{given.store}: {say(failed)}", file=sys.stderr)
        return BAD_INPUT
    for one in done:
        print(say(_told(one)))
    return 0


def _told(one: Reset) -> Text:
    return _("{at} {gateway} above {above}: boots {boots}; packs {packs}; {reason}").filled(
        at=datetime.fromtimestamp(one.at_ms / 1000, UTC).isoformat(timespec="seconds"),
        gateway=one.gateway,
        above=str(one.above),
        boots=" ".join(map(str, one.boots)) or "-",
        packs=str(one.packs),
        reason=one.reason,
    )


if __name__ == "__main__":
    sys.exit(main())
