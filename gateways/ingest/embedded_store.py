"""The embedded store: columns of packs in a SQLite file, with the ledger in the same transaction.

Measured on two cores, rows a second with one row a reading, unique by (series, time), ledger in the transaction, 10,000
rows each: DuckDB with a primary key 262,000 (and 224 MB of memory after 1.2 million rows); SQLite keyed by (series,
time) 87,000, by (time, series) 476,000. A pack as one row of packed columns: 5 million. DuckDB without a key does 1.1
million, but one process alone may open its file, so nobody could look while ingest runs, nor could two share a ledger.
So: SQLite holds a pack as one row, the ledger makes sure that each is there once, and readers settle (series, time) as
they merge the columns, which is what InfluxDB does with its own files.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.ingest.blocks import Blocks, new_of, unpack
from gateways.ingest.columns import WireColumns
from gateways.ingest.lease import Share
from gateways.ingest.ledger import BOOTS_KEPT, Ledger, Verdict, open_database, transaction
from gateways.ingest.store import Backlog, StoreUnavailable


class EmbeddedStore:
    """A `Store` in a file. Several processes may share it, and anyone may read it meanwhile.

    `keep_days`: how long readings are kept; see `gateways.ingest.embedded_store`. `name`: see `Share`.
    """

    def __init__(self, path: Path, durable: bool = True, keep_days: float | None = None, name: str = "") -> None:
        self._database = open_database(path, durable)
        self._share = Share(self._database, name)
        self._ledger = Ledger(self._database)
        self._blocks = Blocks(self._database)
        self._retention = None if keep_days is None else Retention(self._database, keep_days)

    def commit(self, packs: Sequence[WireColumns]) -> tuple[Verdict, ...]:
        try:
            with transaction(self._database):
                verdicts = self._share.judge(self._ledger, packs, self._blocks.waiting.room)
                self._blocks.append(new_of(packs, verdicts), self._ledger)
        except sqlite3.Error as error:
            self._ledger.forget()
            raise StoreUnavailable(str(error)) from error
        if self._retention is not None:
            with suppress(sqlite3.Error):  # it is tried again with the next commit
                self._retention.look()
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
        return Backlog(ahead, lost)

    def close(self) -> None:
        self._database.close()


@dataclass(frozen=True, slots=True, eq=False)
class StoredColumns:
    """Readings by series and time, each (series, time) once. `series[i]` is a place in `names`, (gateway, sensor)."""

    names: tuple[tuple[str, str], ...]
    series: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.series)


def read_columns(path: Path, since_ms: int | None = None, until_ms: int | None = None) -> StoredColumns:
    """The readings of an embedded store from `since_ms` up to, not including, `until_ms`; all by default.

    May be called while ingest runs. Raises `sqlite3.Error` for what is no such file.
    """
    with closing(_open_to_read(path)) as database:
        # One snapshot: a layout is written with the first block that needs it.
        database.execute("begin")
        names: dict[tuple[str, str], int] = {}
        layouts = {}
        for number, gateway, sensors in database.execute("select id, gateway, sensors from layout order by id"):
            places = [names.setdefault((gateway, sensor), len(names)) for sensor in orjson.loads(sensors)]
            layouts[number] = np.array(places, dtype=np.int64)
        span = (-(2**63) if since_ms is None else since_ms, 2**63 - 1 if until_ms is None else until_ms)
        blocks = database.execute(
            'select layout, rows, first_ms, times, "values", quality from block'
            " where last_ms >= ? and first_ms < ? order by id",
            span,
        )
        series, times, values, quality = [], [], [], []
        for layout, *columns in blocks:
            stamps, numbers, flags = unpack(*columns)
            series.append(layouts[layout])
            times.append(stamps)
            values.append(numbers)
            quality.append(flags)
    if not series:
        empty = np.empty(0, dtype=np.int64)
        return StoredColumns(tuple(names), empty, empty, np.empty(0), np.empty(0, dtype=np.uint8))
    return _merged(
        tuple(names),
        np.concatenate(series),
        np.concatenate(times),
        np.concatenate(values),
        np.concatenate(quality),
        span,
    )


def _merged(
    names: tuple[tuple[str, str], ...],
    series: NDArray[np.int64],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    quality: NDArray[np.uint8],
    span: tuple[int, int],
) -> StoredColumns:
    """By series and time; of several for one of them, the last that came."""
    order = np.lexsort((times, series))
    series, times = series[order], times[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (series[1:] != series[:-1]) | (times[1:] != times[:-1])
    last &= (times >= span[0]) & (times < span[1])
    kept = order[last]
    return StoredColumns(names, series[last], times[last], values[kept], quality[kept])


def _open_to_read(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise sqlite3.OperationalError(f"no store at {path}")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)


DAY_S = 86_400.0
LOOK_S = 600.0
"""How often the store looks for what is too old (assumption)."""

AT_ONCE = 2_000
"""Packs deleted in one transaction (assumption: some 10 ms), so that no gateway waits long for its acknowledgement."""

_INDEX = "create index if not exists block_age on block(last_ms)"
_OLD = "delete from block where id in (select id from block where last_ms < ? order by last_ms limit ?)"


class Retention:
    """Deletes packs whose last reading is older than `keep_days` by the machine's clock.

    Called after commits, from their thread. The file does not shrink: what is free is used again. The ledger stays, so
    that a pack that was deleted is still known and not written again. `clock_s` is Unix time, and may be given for
    tests.
    """

    def __init__(
        self, database: sqlite3.Connection, keep_days: float, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._database, self._keep_s, self._clock_s = database, keep_days * DAY_S, clock_s
        self._due = 0.0
        database.execute(_INDEX)

    def look(self) -> int:
        """Delete some if it is time; how many packs. Raises `sqlite3.Error`."""
        now = self._clock_s()
        if now < self._due:
            return 0
        with transaction(self._database):
            deleted = self._database.execute(_OLD, (round((now - self._keep_s) * 1000), AT_ONCE)).rowcount
        if deleted < AT_ONCE:
            self._due = now + LOOK_S
        return deleted
