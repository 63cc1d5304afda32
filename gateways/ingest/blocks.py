"""Packs as rows of packed columns in SQLite: quick to append, small, and read back as arrays."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.ingest.columns import Layout, WireColumns
from gateways.ingest.sequence import Verdict

CACHED_LAYOUTS = 4096
"""Layouts whose number is kept in memory (assumption); each is a hash and a number."""

# Numbers of layouts are never used twice, as readers keep them.
_TABLES = """
create table if not exists layout(
  id integer primary key autoincrement, digest blob unique not null, gateway text not null, sensors blob not null);
create table if not exists block(
  id integer primary key, layout integer not null, rows integer not null, first_ms integer not null,
  last_ms integer not null, times blob, "values" blob not null, quality blob);
"""

_INSERT = 'insert into block(layout, rows, first_ms, last_ms, times, "values", quality) values(?,?,?,?,?,?,?)'


class Blocks:
    """The tables `layout` (which sensors) and `block` (their readings in a pack), on top of an open database.

    `times` is empty where all readings are of `first_ms`, `quality` where all are good. Not for two threads at once.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)
        self._layouts: dict[bytes, int] = {}
        self._generation = -1

    def append(self, packs: Sequence[WireColumns], generation: int) -> None:
        """Write packs, inside of a transaction. `generation`: see `Ledger`; at a new one layouts are looked up anew."""
        if generation != self._generation or len(self._layouts) > CACHED_LAYOUTS:
            self._layouts.clear()
            self._generation = generation
        self._database.executemany(_INSERT, [self._row(pack) for pack in packs])

    def drop_unused_layouts(self) -> None:
        """Forget layouts that no block has, once there are many. Inside of a transaction."""
        (known,) = self._database.execute("select count(*) from layout").fetchone()
        if known > CACHED_LAYOUTS:
            self._layouts.clear()
            self._database.execute("delete from layout where id not in (select layout from block)")

    def _row(self, pack: WireColumns) -> tuple[int, int, int, int, bytes | None, bytes, bytes | None]:
        first, last = int(pack.times_ms[0]), int(pack.times_ms[-1])
        times = None if first == last else pack.times_ms.astype("<i8", copy=False).tobytes()
        quality = pack.quality.tobytes() if pack.quality.any() else None
        values = pack.values.astype("<f8", copy=False).tobytes()
        return self._layout(pack.layout), len(pack), first, last, times, values, quality

    def _layout(self, layout: Layout) -> int:
        known = self._layouts.get(layout.digest)
        if known is None:
            self._database.execute(
                "insert or ignore into layout(digest, gateway, sensors) values(?,?,?)",
                (layout.digest, layout.gateway, orjson.dumps(layout.sensors)),
            )
            (known,) = self._database.execute("select id from layout where digest=?", (layout.digest,)).fetchone()
            self._layouts[layout.digest] = int(known)
        return int(known)


def unpack(
    rows: int, first_ms: int, times: bytes | None, values: bytes, quality: bytes | None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8]]:
    """Times, values and quality of one block."""
    stamps = np.full(rows, first_ms, dtype=np.int64) if times is None else np.frombuffer(times, dtype="<i8")
    flags = np.zeros(rows, dtype=np.uint8) if quality is None else np.frombuffer(quality, dtype=np.uint8)
    return stamps, np.frombuffer(values, dtype="<f8"), flags


def new_of(packs: Sequence[WireColumns], verdicts: Sequence[Verdict]) -> list[WireColumns]:
    """The packs that are to be written."""
    return [pack for pack, verdict in zip(packs, verdicts, strict=True) if verdict is Verdict.NEW]
