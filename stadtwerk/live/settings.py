"""What the user of a live run asks for beyond a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateways.influx.settings import InfluxSettings
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
class LiveSettings:
    """`gateways`: as many of the city's gateways are processes, None for all; `mosquitto`: a folder that `stadtwerk
    secrets init` made, for a pair of Mosquitto brokers instead of the embedded ones; `drain_s`: wall time that readings
    have to reach the store after the end (assumption: enough for the longest wait between two tries of a gateway)."""

    gateways: int | None = None
    ingests: int = 1
    drills: tuple[Drill, ...] = ()
    influx: InfluxSettings | None = None
    mosquitto: Path | None = None
    drain_s: float = 90.0

    @classmethod
    def from_arguments(
        cls,
        gateways: int | None,
        ingests: int,
        kills: Sequence[str],
        influx: InfluxSettings | None = None,
        mosquitto: str | None = None,
        told: Sequence[Problem] = (),
    ) -> LiveSettings:
        """Check what came from a command line; `told` are mistakes that are known. Raises `BadInput` with all."""
        problems: list[Problem] = list(told)

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
        secrets = None if mosquitto is None else Path(mosquitto).resolve()
        if secrets is not None and not (secrets / "identities").is_dir():
            wrong("--mosquitto", f"{mosquitto!r} is no folder of secrets", "make one with `stadtwerk secrets init`")
        if problems:
            raise BadInput(problems)
        return cls(gateways, ingests, tuple(drills), influx, secrets)
