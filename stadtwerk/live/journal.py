"""What happened to processes and links during a live run, written down as it happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from simulator.contracts.event import EventKind
from simulator.contracts.ticks import to_s


class Journal:
    """`live.jsonl`: one event a line, on disk at once, in the form of events.jsonl and with `wall_s` since the start.

    `cause` is the number of an event in events.jsonl. These events are apart from those because they depend on the wall
    clock: the city's own log, and the digest over it, are the same at any speed and whatever dies. May be called from
    any thread. Until `clock` is set the simulated time is left out.
    """

    def __init__(self, path: Path) -> None:
        self.clock: Callable[[], int] | None = None
        self._lock = threading.Lock()
        self._file = path.open("wb", buffering=0)
        self._began = time.monotonic()
        self._count = 0

    def add(
        self, subject: str, what: str, *, cause: int | None = None, value: float | None = None, after: str | None = None
    ) -> None:
        now = None if self.clock is None else to_s(self.clock())
        fields: dict[str, Any] = {"kind": EventKind.TELEMETRY.value, "subject": subject, "what": what}
        optional = {"t_s": now, "cause": cause, "value": value, "after": after}
        fields |= {name: got for name, got in optional.items() if got is not None}
        with self._lock:
            if self._file.closed:
                return
            place = {"id": self._count, "wall_s": round(time.monotonic() - self._began, 3)}
            self._file.write(orjson.dumps(place | fields) + b"\n")
            self._count += 1

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
