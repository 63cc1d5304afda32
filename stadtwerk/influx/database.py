"""The database that a command line names, and how to log in to it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateways.stores.influx import InfluxSettings
from gateways.stores.influx.settings import unfit_address

Wrong = Callable[[str, str, str], None]
"""Called with the option, what is wrong, how to mend it."""


def database(options: argparse.Namespace, wrong: Wrong, **more: Any) -> InfluxSettings | None:
    """Where the database is and who one is there; `more` are further settings. Mistakes are told; then it is None.

    With a token it is InfluxDB 2, with a user InfluxDB 1; with neither it is one that lets everyone in.
    """
    before: list[str] = []

    def tell(field: str, what: str, mend: str) -> None:
        before.append(field)
        wrong(field, what, mend)

    files: dict[str, Path | None] = {}
    for name in ("token_file", "password_file", "ca_file"):
        given = getattr(options, name)
        files[name] = None if given is None else Path(given).resolve()
        if given is not None and not Path(given).is_file():
            tell(f"--{name.replace('_', '-')}", f"there is no file {given!r}", "name a file that only you can read")
    if options.token_file and options.user:
        tell("--user", "a token and a user at once", "give --token-file for InfluxDB 2, or --user for InfluxDB 1")
    if options.user and not options.password_file:
        tell("--password-file", "is missing", "give the file that holds the user's password")
    if options.password_file and not options.user and not options.token_file:
        tell("--user", "is missing", "name the user whose password that is")
    if options.password_file and options.token_file:
        tell("--password-file", "a token and a password both", "give --token-file alone for InfluxDB 2")
    if options.ca_file and options.influx.startswith("http://"):
        tell("--ca-file", "has no meaning for an address that is not encrypted", "use https://, or leave it out")
    if options.token_file and not options.org:
        tell("--org", "is missing", "InfluxDB 2 needs the organisation beside the token")
    if not options.bucket:
        tell("--bucket", "is missing", "name the bucket, or the database of InfluxDB 1")
    secret = bool(options.token_file or options.password_file)
    if (what := unfit_address(options.influx, secret)) is not None:
        tell("--influx", what, "use https://host:port, or http://host:port on this machine")
    if before:
        return None
    settings = {"api": "v2" if options.token_file else "v1", "user": options.user, **files, **more}
    return InfluxSettings(options.influx, options.bucket, options.org, **settings)
