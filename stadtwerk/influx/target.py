"""The database that a command line names."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from gateways.influx import InfluxSettings
from simulator.contracts.problem import BadInput, Problem
from stadtwerk.influx.push import PushRequest


def push_request(options: argparse.Namespace) -> PushRequest:
    """Check what came from a command line. Raises `BadInput` with every problem."""
    problems: list[Problem] = []

    def wrong(field: str, what: str, mend: str) -> None:
        problems.append(Problem("command line", 0, field, what, mend))

    files: dict[str, Path | None] = {}
    for name in ("token_file", "password_file", "ca_file"):
        given = getattr(options, name)
        files[name] = None if given is None else Path(given)
        if given is not None and not Path(given).is_file():
            wrong(f"--{name.replace('_', '-')}", f"there is no file {given!r}", "name a file that only you can read")
    if options.token_file and options.user:
        wrong("--user", "a token and a user at once", "give --token-file for InfluxDB 2, or --user for InfluxDB 1")
    if options.user and not options.password_file:
        wrong("--password-file", "is missing", "give the file that holds the user's password")
    if options.token_file and not options.org:
        wrong("--org", "is missing", "InfluxDB 2 needs the organisation beside the token")
    if not options.influx.startswith(("http://", "https://")):
        wrong(
            "--influx", f"{options.influx!r} is no address of a database", "use http://host:port or https://host:port"
        )
    if problems:
        raise BadInput(problems)
    settings: dict[str, Any] = {"api": "v2" if options.token_file else "v1", "user": options.user, **files}
    return PushRequest(
        Path(options.folder),
        InfluxSettings(options.influx, options.bucket, options.org, timeout_s=30.0, **settings),
        options.name,
        options.city,
        options.now,
        options.replace,
        options.report,
        not options.no_readings,
    )
