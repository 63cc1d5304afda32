"""The store for InfluxDB: an outbox on disk, with the ledger in the same transaction, and a thread that empties it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from gateways.ingest.blocks import Blocks, new_of
from gateways.ingest.columns import WireColumns
from gateways.ingest.ledger import BOOTS_KEPT, Ledger, open_database, transaction
from gateways.ingest.pump import Pump
from gateways.ingest.sequence import Verdict
from gateways.ingest.store import Backlog, StoreUnavailable
from gateways.stores.influx.lines import NO_TAGS


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
    those of `LineWriter`.
    """

    def __init__(
        self,
        outbox: Path,
        sink: Callable[[], LinesSink],
        limit_bytes: int,
        refused: Callable[[bytes, str], None],
        durable: bool = True,
        tags: Mapping[str, Mapping[str, str]] = NO_TAGS,
    ) -> None:
        self._database = open_database(outbox, durable)
        self._ledger = Ledger(self._database)
        self._blocks = Blocks(self._database)
        # Counting what waits must not read what waits.
        self._database.execute("create index if not exists block_rows on block(rows)")
        self._limit = limit_bytes
        self._pump = Pump(outbox, sink, refused, tags)
        self._pump.start()

    def commit(self, packs: Sequence[WireColumns]) -> tuple[Verdict, ...]:
        try:
            if self._used_bytes() - self._blocks.waiting.bytes >= self._limit:
                return (Verdict.FULL,) * len(packs)
            with transaction(self._database):
                verdicts = self._ledger.judge(packs, self._blocks.waiting.room)
                self._blocks.append(new_of(packs, verdicts), self._ledger)
                self._blocks.drop_unused_layouts()
        except sqlite3.Error as error:
            self._ledger.forget()
            raise StoreUnavailable(str(error)) from error
        self._pump.wake()
        return verdicts

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
