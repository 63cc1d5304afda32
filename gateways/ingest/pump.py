"""The thread that takes readings from the outbox to the database."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import orjson

from gateways.ingest.blocks import unpack
from gateways.ingest.ledger import open_database, transaction
from gateways.stores.influx import LineWriter, Refused, Retry
from gateways.stores.influx.lines import NO_TAGS

if TYPE_CHECKING:
    from gateways.ingest.influx_store import LinesSink

BODY_ROWS = 10_000
"""Readings in one request (assumption: 1 MB; influxdb-client is at its fastest from 5,000 on)."""

ROUND_BODIES = 8
"""Requests before the database is asked to make them safe, and the outbox forgets them (assumption)."""

IDLE_S = 1.0
"""How often an idle pump looks for what another process has put into the outbox (assumption)."""

MISTAKE_S = 30.0
"""Wait after an answer that only a person can mend, such as a wrong token (assumption)."""

CLOSE_S = 15.0
"""How long the end waits for a request (assumption); the thread goes with the process, and nothing is deleted."""

CACHED_LAYOUTS = 1024
"""Layouts kept as lists of names (assumption)."""

_Row = tuple[int, int, int, int, bytes | None, bytes, bytes | None]


class Pump:
    """Oldest first; what the database has confirmed is deleted. While it is away, waits longer and longer.

    Whoever holds a lock on the file `OUTBOX.pump` works; the lock goes with its process. `reason` says why nothing
    moves, "" if it does. `refused_rows` counts what the database will never take, after it went to `refused`.
    """

    def __init__(
        self,
        outbox: Path,
        sink: Callable[[], LinesSink],
        refused: Callable[[bytes, str], None],
        tags: Mapping[str, Mapping[str, str]] = NO_TAGS,
    ) -> None:
        self.reason = ""
        self.refused_rows = 0
        self._outbox, self._make_sink, self._refused = outbox, sink, refused
        self._lines = LineWriter(tags)
        self._layouts: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._wake, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="ingest-pump", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something in the outbox."""
        self._wake.set()

    def close(self) -> None:
        """End after the request that is under way, or without it if that takes long."""
        self._closed.set()
        self._wake.set()
        self._thread.join(CLOSE_S)

    def _work(self) -> None:
        database = open_database(self._outbox)
        try:
            with self._outbox.with_name(self._outbox.name + ".pump").open("wb") as lock:
                while not self._closed.is_set() and not _lock(lock):
                    self._closed.wait(IDLE_S)
                self._empty(database)
        except OSError as error:
            self.reason = f"the outbox cannot be emptied: {error}"
        finally:
            database.close()

    def _empty(self, database: sqlite3.Connection) -> None:
        sink: LinesSink | None = None
        while not self._closed.is_set():
            self._wake.clear()
            wait_s = 0.0
            try:
                sink = sink or self._make_sink()
                if not self._round(database, sink):
                    self._wake.wait(IDLE_S)
                self.reason = ""
            except Retry as later:
                self.reason, wait_s = later.reason, later.after_s
            except Refused as refusal:
                self.reason, wait_s = str(refusal), MISTAKE_S
            except (sqlite3.Error, OSError) as error:
                self.reason, wait_s = str(error), IDLE_S
            except Exception as error:  # the client, or a secret that cannot be read: it must not end this thread
                self.reason, wait_s = f"{type(error).__name__}: {error}", MISTAKE_S
            if wait_s:
                self._closed.wait(wait_s)
        if sink is not None:
            sink.close()

    def _round(self, database: sqlite3.Connection, sink: LinesSink) -> bool:
        """Write some, make them safe, forget them. False if there was nothing."""
        last = -1
        for _ in range(ROUND_BODIES):
            rows = self._next(database, last)
            if not rows or self._closed.is_set():
                break
            self._write(sink, self._body(database, rows))
            last = rows[-1][0]
        if last < 0:
            return False
        sink.flush()
        # Whatever came meanwhile has a higher id: others only ever append.
        with transaction(database):
            database.execute("delete from block where id <= ?", (last,))
        return True

    def _write(self, sink: LinesSink, body: bytes) -> None:
        try:
            sink.write(body)
        except Refused as refusal:
            if not refusal.lines_at_fault:
                raise
            self.refused_rows += refusal.lines.count(b"\n")
            self._refused(refusal.lines, refusal.reason)

    def _next(self, database: sqlite3.Connection, after: int) -> list[_Row]:
        found: list[_Row] = []
        size = 0
        rows = database.execute(
            'select id, layout, rows, first_ms, times, "values", quality from block where id > ? order by id limit ?',
            (after, BODY_ROWS),
        )
        for row in rows:
            found.append(row)
            size += row[2]
            if size >= BODY_ROWS:
                break
        rows.close()
        return found

    def _body(self, database: sqlite3.Connection, rows: Sequence[_Row]) -> bytes:
        parts = []
        for _, layout, count, first_ms, times, values, quality in rows:
            gateway, sensors = self._layout(database, layout)
            columns = unpack(count, first_ms, times, values, quality)
            parts.append(self._lines.lines(gateway, sensors, *columns))
        return b"".join(parts)

    def _layout(self, database: sqlite3.Connection, number: int) -> tuple[str, tuple[str, ...]]:
        known = self._layouts.get(number)
        if known is None:
            gateway, sensors = database.execute(
                "select gateway, sensors from layout where id = ?", (number,)
            ).fetchone()
            if len(self._layouts) >= CACHED_LAYOUTS:
                self._layouts.clear()
            known = self._layouts[number] = gateway, tuple(orjson.loads(sensors))
        return known


def _lock(file: BinaryIO) -> bool:
    """Whether the file is ours now. Without such locks (Windows) everyone works: rows are written twice and are one."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
