"""The gateway as a child process, for a run and for tests."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from subprocess import Popen

import orjson

from gateways import children
from gateways.gateway.node.config import NodeConfig, save


class NodeFailed(Exception):
    """The process did not get as far as taking readings; the message is what it said last."""


class NodeProcess:
    """Starts, kills and starts again one gateway. Its files lie in `folder`: configuration, log, and what it says.

    After the first start the field side keeps its port, so that field clients find it again.
    """

    def __init__(self, config: NodeConfig, folder: Path, start_timeout_s: float = 60.0) -> None:
        self.config, self.port = config, config.field_port
        self._folder, self._timeout_s = folder, start_timeout_s
        self._process: Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """What the process ended with; negative for a signal, None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    @property
    def log(self) -> Path:
        return self._folder / "node.log"

    def start(self) -> None:
        """Start it and wait until it takes readings. Raises `NodeFailed`."""
        if self.pid is not None:
            raise RuntimeError("this gateway runs already")
        self._folder.mkdir(parents=True, exist_ok=True)
        settings, ready = self._folder / "node.json", self._folder / "ready.json"
        save(self.config, settings)
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "gateways.gateway.node", str(settings), "--ready", str(ready)]
        if self.port:
            command += ["--field-port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = children.spawn(command, log.fileno())
        deadline = time.monotonic() + self._timeout_s
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                children.end(self._process)
                last = self.log.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
                raise NodeFailed(f"{self.config.gateway} did not start: {last[0]}")
            time.sleep(0.005)
        self.port = orjson.loads(ready.read_bytes())["port"]

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            children.end(self._process)
