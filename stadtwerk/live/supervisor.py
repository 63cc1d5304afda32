"""Keeps one child process alive; and the ingest service as such a child."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from gateways import children
from gateways.brokers.address import UnsafeSecret
from gateways.brokers.embedded import BrokerUnavailable
from gateways.gateway.node.process import NodeFailed
from gateways.ingest.config import EmbeddedConfig, InfluxConfig
from gateways.stores.influx.settings import InfluxSettings
from simulator.contracts.event import EventCode
from stadtwerk.live import events
from stadtwerk.live.plant import Journal

LOOK_S = 0.05
"""How often a child is looked at."""

BACK_OFF_S = (0.25, 10.0)
"""Shortest and longest wait before a child that died is started again, doubled each time (assumption)."""

STEADY_S = 10.0
"""A child that lived so long begins with the shortest wait again (assumption)."""

PROBE_S = 3.0
PROBES = 3
"""A child that lives but fails so many looks in a row, so far apart, hangs: it is killed (assumption)."""

HOPELESS = 3
"""Failed starts after which nobody waits for the first one any more; it is tried on all the same (assumption)."""


class Child(Protocol):
    """A process that can be started again after its end. `start` raises if it does not come up."""

    @property
    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...

    def healthy(self) -> bool: ...


class Supervisor:
    """One child with a thread of its own, which alone starts, kills and ends it; so whoever asks never waits.

    A child that dies is started again after a wait that doubles with each death; one that hangs is killed first. Every
    start and death goes into the journal. On Linux a child is killed when its thread ends, so that it outlives nobody.
    """

    def __init__(self, name: str, child: Child, journal: Journal) -> None:
        self.name, self.child = name, child
        self.starts = self.deaths = 0
        self.failure = ""
        self._failures = 0
        self._journal = journal
        self._changed = threading.Condition()
        self._strike: tuple[str, float, int | None] | None = None
        self._cause: int | None = None
        self._due = 0.0
        self._held = False
        self._back_off = BACK_OFF_S[0]
        self._up = False
        self._since = 0.0
        self._probe_at = 0.0
        self._missed = 0
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"supervisor-{name}", daemon=True)

    @property
    def up(self) -> bool:
        return self._up

    @property
    def held(self) -> bool:
        """Whether it stays down until somebody calls `revive`."""
        return self._held

    def start(self) -> None:
        """Begin; `wait_up` tells when the child runs."""
        self._thread.start()

    def wait_up(self, timeout_s: float) -> bool:
        """Wait until the child runs; whether it does. Gives up on one that failed `HOPELESS` times and never ran."""
        with self._changed:
            self._changed.wait_for(lambda: self._up or (not self.starts and self._failures >= HOPELESS), timeout_s)
            return self._up

    def kill(self, reason: str, down_s: float = math.inf, cause: int | None = None) -> None:
        """`kill -9`, and start it again after `down_s`; for ever down by default, until `revive`. Does not wait."""
        with self._changed:
            self._held = down_s == math.inf
            self._strike = reason, 0.0 if self._held else down_s, cause
            self._changed.notify_all()

    def revive(self, cause: int | None = None) -> None:
        """Start it again now if it is down. Does not wait."""
        with self._changed:
            self._held = False
            self._due, self._cause, self._back_off = 0.0, cause, BACK_OFF_S[0]
            self._changed.notify_all()

    def end(self) -> None:
        """Let the child end in order. Does not wait: see `join`."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait until it has ended; whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # the supervisor's thread

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._ending:
                    break
                strike, self._strike = self._strike, None
            if strike is not None:
                self._hit(*strike)
            else:
                self._look(time.monotonic())
            with self._changed:
                if self._strike is None and not self._ending:
                    self._changed.wait(LOOK_S)
        self._up = False
        self.child.stop()

    def _hit(self, reason: str, down_s: float, cause: int | None) -> None:
        pid = self.child.pid
        self.child.kill()
        self._down(events.KILLED, reason, down_s, pid, cause)

    def _look(self, now: float) -> None:
        if not self._up:
            if not self._held and now >= self._due:
                self._try()
        elif self.child.pid is None:
            self._down(events.DIED, "by itself", self._next_wait(), None, None)
        elif now >= self._probe_at:
            self._probe_at = now + PROBE_S
            self._missed = 0 if self.child.healthy() else self._missed + 1
            if self._missed >= PROBES:
                self._hit("it hangs", self._next_wait(), None)

    def _try(self) -> None:
        cause, self._cause = self._cause, None
        try:
            self.child.start()
        except _FAILURES as error:
            self.failure = str(error)
            self._due = time.monotonic() + self._next_wait()
            self._journal.add(events.NOT_STARTED, self.name, cause=cause, after=self.failure)
            with self._changed:
                self._failures += 1
                self._changed.notify_all()
            return
        pid = self.child.pid
        self.starts += 1
        self._since = time.monotonic()
        self._probe_at, self._missed = self._since + PROBE_S, 0
        code = events.STARTED if self.starts == 1 else events.STARTED_AGAIN
        self._journal.add(code, self.name, cause=cause, value=pid)
        with self._changed:
            self._up = True
            self._changed.notify_all()

    def _down(self, what: EventCode, reason: str, down_s: float, pid: int | None, cause: int | None) -> None:
        if self._up:
            self.deaths += 1
        self._journal.add(what, self.name, cause=cause, value=pid, after=reason)
        with self._changed:
            self._up = False
            self._due = time.monotonic() + down_s

    def _next_wait(self) -> float:
        if self._up and time.monotonic() - self._since >= STEADY_S:
            self._back_off = BACK_OFF_S[0]
        wait, self._back_off = self._back_off, min(2 * self._back_off, BACK_OFF_S[1])
        return wait


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
    file: Path, influx: InfluxSettings | None, tags: Mapping[str, Mapping[str, str]], longest_wait_s: float
) -> EmbeddedConfig | InfluxConfig:
    """The store of a service: `file` is the store itself or, with a database, what waits for it."""
    if influx is None:
        return EmbeddedConfig(file)
    told = {each.name: getattr(influx, each.name) for each in fields(influx)}
    return InfluxConfig(**told, outbox=file, tags=tags, longest_wait_s=longest_wait_s)


_FAILURES = (OSError, BrokerUnavailable, NodeFailed, IngestFailed, UnsafeSecret)
"""How a child may not come up."""
