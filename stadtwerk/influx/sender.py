"""Lines of a run: gathered until somebody takes them, and a thread that writes them, so that nobody waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence

from gateways.stores.influx import InfluxWriter, PointWriter, Refused, Retry
from gateways.stores.influx.lines import Value
from simulator.contracts.measurements import Measurement
from stadtwerk.influx.places import RunIdentity


class Out:
    """Points of one run: adds the tags `run` and `city` and turns ticks into time."""

    def __init__(self, run: RunIdentity) -> None:
        self._run = run
        self._writer = PointWriter()
        self._lines: list[bytes] = []

    def add(self, of: Measurement, tags: Mapping[str, str], fields: Mapping[str, Value], tick: int) -> None:
        complete = {"run": self._run.name, "city": self._run.city.name, **tags}
        self._lines.append(self._writer.point(of, complete, fields, self._run.ms(tick)))

    def ms(self, tick: int) -> int:
        """A tick of the run in Unix milliseconds."""
        return self._run.ms(tick)

    def take(self) -> list[bytes]:
        """What has come since the last call, a line each."""
        lines, self._lines = self._lines, []
        return [line for line in lines if line]


BODY_LINES = 5_000
"""Lines in one request at most (assumption: 1 MB)."""

WAIT_S = 30.0
"""Longest wait between two tries while the database is away (assumption)."""


class Sender:
    """Keeps what the database does not take now, in memory, and tries again. `reason` says why nothing moves."""

    def __init__(self, writer: Callable[[], InfluxWriter]) -> None:
        self.written = 0
        self.refused = 0
        self.reason = ""
        self._make = writer
        self._lines: queue.SimpleQueue[Sequence[bytes] | None] = queue.SimpleQueue()
        self._giving_up = threading.Event()
        self._thread = threading.Thread(target=self._work, name="influx-sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, lines: Sequence[bytes]) -> None:
        """Write these some time. Never waits."""
        if lines:
            self._lines.put(lines)

    def close(self, patience_s: float) -> bool:
        """Write what there is, for so long at most. Whether all was taken."""
        self._lines.put(None)
        self._thread.join(patience_s)
        self._giving_up.set()
        return not self._thread.is_alive() and not self.reason

    def _work(self) -> None:
        writer: InfluxWriter | None = None
        try:
            while (lines := self._lines.get()) is not None:
                for first in range(0, len(lines), BODY_LINES):
                    body = lines[first : first + BODY_LINES]
                    writer = writer or self._make()
                    self._write(writer, body)
            if writer is not None:
                writer.flush()
        except Exception as error:  # a secret that cannot be read, a client that breaks: told at the end of the run
            self.reason = f"{type(error).__name__}: {error}"
        finally:
            if writer is not None:
                writer.close()

    def _write(self, writer: InfluxWriter, lines: Sequence[bytes]) -> None:
        while True:
            try:
                writer.write(b"".join(lines))
            except Retry as later:
                self.reason = later.reason
                if self._giving_up.wait(min(later.after_s, WAIT_S)):
                    return
            except Refused as refusal:
                self.refused += len(refusal.lines.splitlines())
                self.reason = str(refusal)
                return
            else:
                self.written += len(lines)
                self.reason = "" if not self.refused else self.reason
                return
