"""The store for InfluxDB: an outbox on disk, with the ledger in the same transaction, and a thread that empties it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

import orjson

from gateways.ingest.blocks import Blocks, new_of, unpack
from gateways.ingest.columns import WireColumns
from gateways.ingest.lease import Share
from gateways.ingest.ledger import BOOTS_KEPT, Ledger, Verdict, open_database, transaction
from gateways.ingest.store import Backlog, StoreUnavailable
from gateways.stores.influx import LineWriter, Refused, Retry
from gateways.stores.influx.lines import NO_TAGS
from gateways.stores.influx.writer import LONGEST_WAIT_S


class LinesSink(Protocol):
    """Where lines go: an `InfluxWriter`, which says what `write` and `flush` raise."""

    def write(self, lines: bytes) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class InfluxStore:
    """A `Store` whose readings reach the database later, at least once; there (series, time) makes them one.

    Readings and ledger are one transaction in `outbox`, so that an acknowledgement is true while the database is away.
    When the outbox holds `limit_bytes`, beside packs that wait above a gap, packs are `FULL`: not written, not
    acknowledged. Several processes may share the outbox; one of them at a time empties it. `sink` is made on the thread
    that uses it. `refused` is called, on that thread too, with lines that the database will never take. `tags` are
    those of `LineWriter`. `name`: see `Share`.
    """

    def __init__(
        self,
        outbox: Path,
        sink: Callable[[], LinesSink],
        limit_bytes: int,
        refused: Callable[[bytes, str], None],
        durable: bool = True,
        tags: Mapping[str, Mapping[str, str]] = NO_TAGS,
        name: str = "",
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._database = open_database(outbox, durable)
        self._share = Share(self._database, name)
        self._ledger = Ledger(self._database)
        self._blocks = Blocks(self._database)
        # Counting what waits must not read what waits.
        self._database.execute("create index if not exists block_rows on block(rows)")
        self._limit = limit_bytes
        self._pump = Pump(outbox, sink, refused, tags, longest_wait_s)
        self._pump.start()

    def commit(self, packs: Sequence[WireColumns]) -> tuple[Verdict, ...]:
        try:
            if self._used_bytes() - self._blocks.waiting.bytes >= self._limit:
                return (Verdict.FULL,) * len(packs)
            with transaction(self._database):
                verdicts = self._share.judge(self._ledger, packs, self._blocks.waiting.room)
                self._blocks.append(new_of(packs, verdicts), self._ledger)
                self._blocks.drop_unused_layouts()
        except sqlite3.Error as error:
            self._ledger.forget()
            raise StoreUnavailable(str(error)) from error
        self._pump.wake()
        return verdicts

    def tend(self) -> frozenset[int]:
        return self._share.tend()

    def leave(self) -> None:
        self._share.leave()

    def ledger(self) -> dict[tuple[str, int], int]:
        return self._ledger.marks()

    def marks(self, gateways: Iterable[str] | None, newest: int = BOOTS_KEPT) -> dict[tuple[str, int], int]:
        return self._ledger.marks(gateways, newest)

    def backlog(self) -> Backlog:
        ahead, lost = self._ledger.sums()
        (rows,) = self._database.execute("select coalesce(sum(rows), 0) from block").fetchone()
        return Backlog(ahead, lost, rows, self._used_bytes(), self._pump.refused_rows, self._pump.reason)

    def close(self) -> None:
        """What is in the outbox stays there for the next start."""
        self._pump.close()
        self._database.close()

    def _used_bytes(self) -> int:
        """Size of the file without pages that are free again."""
        (pages,) = self._database.execute("pragma page_count").fetchone()
        (free,) = self._database.execute("pragma freelist_count").fetchone()
        (size,) = self._database.execute("pragma page_size").fetchone()
        return int((pages - free) * size)


BODY_ROWS = 10_000
"""Readings in one request (assumption: 1 MB; influxdb-client is at its fastest from 5,000 on)."""

ROUND_BODIES = 8
"""Requests before the database is asked to make them safe, and the outbox forgets them (assumption)."""

IDLE_S = 1.0
"""How often an idle pump looks for what another process has put into the outbox (assumption)."""

MISTAKE_S = 30.0
"""Wait after an answer that only a person can fix, such as a wrong token (assumption)."""

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
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self.reason = ""
        self.refused_rows = 0
        self._outbox, self._make_sink, self._refused = outbox, sink, refused
        self._lines = LineWriter(tags)
        self._longest_wait_s = longest_wait_s
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
                self._closed.wait(min(wait_s, self._longest_wait_s))
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
