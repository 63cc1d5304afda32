"""The ingest service as a child process."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from subprocess import Popen

from gateways import children
from gateways.ingest.config import EmbeddedConfig, InfluxConfig
from gateways.stores.influx.settings import InfluxSettings

START_S = 20.0
RUNS = b" runs\n"
"""How the last line of what it says ends, once it runs."""


class IngestFailed(Exception):
    """The process did not come up; the message is what it said last."""


class IngestProcess:
    """Starts, kills and starts again one ingest service. `config` is its JSON file; its log lies beside it."""

    def __init__(self, config: Path) -> None:
        self.log = config.with_suffix(".log")
        self._config = config
        self._process: Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it and wait until it says that it runs. Raises `IngestFailed`."""
        with self.log.open("ab") as log:
            begin = log.tell()
            self._process = children.spawn([sys.executable, "-m", "gateways.ingest", str(self._config)], log.fileno())
        deadline = time.monotonic() + START_S
        while not (said := self.log.read_bytes()[begin:]).endswith(RUNS):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
                raise IngestFailed(f"ingest did not start: {last[0]}")
            time.sleep(0.01)

    def healthy(self) -> bool:
        """Whether it runs. It ends by itself when the thread that commits has ended."""
        return self.pid is not None

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            children.end(self._process)


def store_config(
    file: Path, influx: InfluxSettings | None, tags: Mapping[str, Mapping[str, str]]
) -> EmbeddedConfig | InfluxConfig:
    """The store of a service: `file` is the store itself or, with a database, what waits for it."""
    if influx is None:
        return EmbeddedConfig(file)
    return InfluxConfig(**{each.name: getattr(influx, each.name) for each in fields(influx)}, outbox=file, tags=tags)
