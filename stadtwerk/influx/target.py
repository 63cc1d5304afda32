"""The database that a command line names."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem
from stadtwerk.influx.database import database
from stadtwerk.influx.push import PushRequest


def push_request(options: argparse.Namespace) -> PushRequest:
    """Check what came from a command line. Raises `BadInput` with every problem."""
    problems: list[Problem] = []

    def wrong(field: str, what: str, mend: str) -> None:
        problems.append(Problem("command line", 0, field, what, mend))

    settings = database(options, wrong, timeout_s=30.0)
    if settings is None:
        raise BadInput(problems)
    return PushRequest(
        Path(options.folder),
        settings,
        options.name,
        options.city,
        options.now,
        options.replace,
        options.report,
        not options.no_readings,
    )
