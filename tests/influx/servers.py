"""Databases for tests: those of Debian as child processes on 127.0.0.1, each with a folder of its own."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

VICTORIA_METRICS = shutil.which("victoria-metrics")
INFLUXD = shutil.which("influxd")
START_S = 60.0
TRIES = 5
"""A free port may be taken by somebody else before the server has it; then another one is tried."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def nobody() -> Iterator[str]:
    """An address at which no connection is taken, and nobody else can begin to listen meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def dies_with_us() -> Callable[[], None] | None:
    """What a child does before it becomes another program, so that the end of this process is its own."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGKILL, 0, 0, 0)


def fetch(url: str, query: dict[str, str], login: tuple[str, str] | None = None, post: bool = False) -> bytes:
    encoded = urllib.parse.urlencode(query)
    request = urllib.request.Request(url if post else f"{url}?{encoded}", encoded.encode() if post else None)
    if login is not None:
        request.add_header("Authorization", "Basic " + b64encode(":".join(login).encode()).decode())
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


class Server:
    """A child process that listens on a port of 127.0.0.1. `kill` is kill -9; `start` starts it on its old data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._was_up = False
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._start()
            except RuntimeError as error:
                if self._was_up or not left or "address already in use" not in str(error):
                    raise
                self.port = free_port()
                self.url = f"http://127.0.0.1:{self.port}"
            else:
                self._was_up = True
                return

    def _start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_us(),  # noqa: PLW1509 - one system call
                process_group=0 if os.name == "posix" else None,
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                fetch(f"{self.url}/ping", {})
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()


class VictoriaMetrics(Server):
    def command(self) -> list[str]:
        assert VICTORIA_METRICS is not None
        return [
            VICTORIA_METRICS,
            f"-storageDataPath={self.folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=100y",
            "-dedup.minScrapeInterval=1ms",
            "-memory.allowedBytes=128MB",
        ]

    def count(self, metric: str) -> int:
        """All samples of a metric, whatever their series and time."""
        fetch(f"{self.url}/internal/force_flush", {})
        lines = fetch(f"{self.url}/api/v1/export", {"match[]": metric}).splitlines()
        return sum(len(json.loads(line)["values"]) for line in lines)

    def series(self, metric: str) -> list[dict[str, Any]]:
        fetch(f"{self.url}/internal/force_flush", {})
        return [json.loads(line) for line in fetch(f"{self.url}/api/v1/export", {"match[]": metric}).splitlines()]


class InfluxDB1(Server):
    """InfluxDB 1 with one administrator, and one database that only its own user may write."""

    INDEX = "inmem"
    """The index of the server; what Debian's is told by default."""

    ADMIN, WRITER, DATABASE = ("admin", "admin-of-a-test"), ("ingest", "writer of a test's"), "city"

    def command(self) -> list[str]:
        assert INFLUXD is not None
        config = self.folder / "influxdb.conf"
        config.write_text(
            f"""
reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
  dir = "{self.folder / "meta"}"
[data]
  dir = "{self.folder / "data"}"
  wal-dir = "{self.folder / "wal"}"
  query-log-enabled = false
  index-version = "{self.INDEX}"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{self.port}"
  auth-enabled = true
  log-enabled = false
  max-body-size = 5000000
"""
        )
        return [INFLUXD, "-config", str(config)]

    def set_up(self) -> None:
        (admin, secret), (user, password) = self.ADMIN, self.WRITER
        quoted = password.replace("'", "\\'")
        self.query(f"CREATE USER {admin} WITH PASSWORD '{secret}' WITH ALL PRIVILEGES", login=None)
        self.query(f"CREATE DATABASE {self.DATABASE}")
        self.query(f"CREATE USER {user} WITH PASSWORD '{quoted}'")
        self.query(f"GRANT ALL ON {self.DATABASE} TO {user}")

    def query(self, text: str, login: tuple[str, str] | None = ADMIN) -> list[dict[str, Any]]:
        """The series that a statement of InfluxQL gives."""
        got = fetch(f"{self.url}/query", {"db": self.DATABASE, "epoch": "ms", "q": text}, login, post=True)
        (result,) = json.loads(got)["results"]
        assert "error" not in result, result
        return list(result.get("series", []))

    def count(self, measurement: str, field: str = "value") -> int:
        series = self.query(f'SELECT COUNT("{field}") FROM "{measurement}"')
        return sum(int(one["values"][0][1]) for one in series)
