"""What the user of a live run asks for beyond a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem

BROKERS = ("broker-a", "broker-b")
INGESTS = ("ingest-1", "ingest-2")
ENGINES = ("influxdb", "victoriametrics")
DOWN_S = 5.0
"""Wall time that a process killed in a drill stays down (assumption: about what a service manager waits)."""


@dataclass(frozen=True, slots=True)
class Drill:
    """`kill -9` on a process at a time of the scenario, in seconds."""

    process: str
    at_s: float


@dataclass(frozen=True, slots=True)
class InfluxTarget:
    """A database instead of the embedded store; the token is in a file that only its owner can read.

    `engine` says what it takes until it has safe what was written: see `gateways.influx`.
    """

    url: str
    token_file: Path
    org: str
    bucket: str
    engine: str = ENGINES[0]


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """`gateways`: as many of the city's gateways are processes, None for all; `mosquitto`: a folder that `stadtwerk
    secrets init` made, for a pair of Mosquitto brokers instead of the embedded ones; `drain_s`: wall time that readings
    have to reach the store after the end (assumption: enough for the longest wait between two tries of a gateway)."""

    gateways: int | None = None
    ingests: int = 1
    drills: tuple[Drill, ...] = ()
    influx: InfluxTarget | None = None
    mosquitto: Path | None = None
    drain_s: float = 90.0

    @classmethod
    def from_arguments(
        cls,
        gateways: int | None,
        ingests: int,
        kills: Sequence[str],
        influx: str | None,
        token_file: str | None,
        org: str | None,
        bucket: str | None,
        engine: str = ENGINES[0],
        mosquitto: str | None = None,
    ) -> LiveSettings:
        """Check what came from a command line. Raises `BadInput` with every problem."""
        problems: list[Problem] = []

        def wrong(field: str, what: str, mend: str) -> None:
            problems.append(Problem("command line", 0, field, what, mend))

        if gateways is not None and gateways < 1:
            wrong("--gateways", f"{gateways} is below 1", "use a whole number from 1, or leave it out for all")
        if not 1 <= ingests <= len(INGESTS):
            wrong("--ingests", f"{ingests} is no choice", "use 1 or 2")
        drills = []
        for text in kills:
            name, at, second = text.rpartition("@")
            try:
                at_s = float(second)
            except ValueError:
                at_s = math.nan
            if not name or not at or not math.isfinite(at_s):
                wrong("--kill", f"{text!r} is no process and second", "write it like broker-a@120")
            else:
                drills.append(Drill(INGESTS[0] if name == "ingest" else name, at_s))
        target = None
        given = {"--influx": influx, "--token-file": token_file, "--org": org, "--bucket": bucket}
        missing = [name for name, value in given.items() if not value]
        if missing and len(missing) < len(given):
            wrong(missing[0], "is missing", "a database needs --influx, --token-file, --org and --bucket")
        elif influx and token_file and org and bucket:
            if not influx.startswith(("http://", "https://")):
                wrong(
                    "--influx", f"{influx!r} is no address of a database", "use http://host:port or https://host:port"
                )
            if not Path(token_file).is_file():
                wrong("--token-file", f"there is no file {token_file!r}", "name the file that holds the token")
            target = InfluxTarget(influx, Path(token_file).resolve(), org, bucket, engine)
        secrets = None if mosquitto is None else Path(mosquitto).resolve()
        if secrets is not None and not (secrets / "identities").is_dir():
            wrong("--mosquitto", f"{mosquitto!r} is no folder of secrets", "make one with `stadtwerk secrets init`")
        if problems:
            raise BadInput(problems)
        return cls(gateways, ingests, tuple(drills), target, secrets)
