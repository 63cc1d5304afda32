"""Packs as rows of packed columns in SQLite, in order: quick to append, small, and read back as arrays."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.ingest.columns import Layout, WireColumns
from gateways.ingest.ledger import UNNUMBERED, Ledger, Verdict

LIMIT_BYTES = 64 << 20
"""Columns of packs that may wait (assumption: the whole windows of a hundred gateways). What is beyond is not taken;
it was not acknowledged, so its gateway sends it again."""

Key = tuple[str, int]
Row = tuple[int, int, int, int, bytes | None, bytes, bytes | None]
"""As it will stand in `block`: layout, rows, first_ms, last_ms, times, values, quality."""

LAST = 2**63 - 1
"""The highest number that SQLite knows."""

COLUMNS = 'layout, rows, first_ms, last_ms, times, "values", quality'

_WAITING_TABLE = """
create table if not exists waiting(
  gateway text, boot integer, sequence integer, size integer not null, layout integer not null, rows integer not null,
  first_ms integer not null, last_ms integer not null, times blob, "values" blob not null, quality blob,
  primary key(gateway, boot, sequence));
"""

_INSERT_WAITING = f"""
insert or replace into waiting(gateway, boot, sequence, size, {COLUMNS}) values(?,?,?,?,?,?,?,?,?,?,?)
"""

_OVERHEAD_BYTES = 100
"""What a row costs besides its columns (assumption)."""


class Waiting:
    """The table `waiting`: packs above a gap, on top of an open database. Nobody reads them as readings yet.

    It is in the file, not in memory: of two services that share the file either one may get the pack that fills a gap.
    All calls belong into a transaction, but `bytes`, which may be old by what others wrote since the last `look`.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_WAITING_TABLE)
        self._boots: dict[str, set[int]] = {}
        self.bytes = 0
        self.look()

    @property
    def room(self) -> bool:
        """Whether further packs may wait; a batch is taken as a whole."""
        return self.bytes < LIMIT_BYTES

    def look(self) -> None:
        """See anew which packs wait."""
        self._boots.clear()
        self.bytes = 0
        query = "select gateway, boot, sum(size) from waiting group by gateway, boot"
        for gateway, boot, size in self._database.execute(query):
            self._boots.setdefault(gateway, set()).add(boot)
            self.bytes += size

    def holds(self, key: Key) -> bool:
        """Whether packs of this boot of a gateway wait."""
        gateway, boot = key
        return boot in self._boots.get(gateway, ())

    def earlier(self, key: Key) -> list[Key]:
        """Earlier boots of the gateway of which packs wait, in order."""
        gateway, boot = key
        return [(gateway, other) for other in sorted(self._boots.get(gateway, ())) if other < boot]

    def add(self, key: Key, sequences: Sequence[int], rows: Sequence[Row]) -> None:
        """Let packs of a boot wait: their numbers, and what is to be written."""
        gateway, boot = key
        for sequence, row in zip(sequences, rows, strict=True):
            size = _OVERHEAD_BYTES + sum(len(column) for column in row if isinstance(column, bytes))
            self._database.execute(_INSERT_WAITING, (gateway, boot, sequence, size, *row))
            self._boots.setdefault(gateway, set()).add(boot)
            self.bytes += size

    def release(self, key: Key, mark: int | None) -> None:
        """Write those of a boot up to its mark, in order; with None all of them."""
        where = "from waiting where gateway=? and boot=? and sequence<=?"
        upto = (*key, LAST if mark is None else mark)
        (size,) = self._database.execute(f"select coalesce(sum(size), 0) {where}", upto).fetchone()
        if not size:
            return
        self._database.execute(f"insert into block({COLUMNS}) select {COLUMNS} {where} order by sequence", upto)
        self._database.execute(f"delete {where}", upto)
        self.bytes -= size
        left = self._database.execute("select 1 from waiting where gateway=? and boot=? limit 1", key).fetchone()
        if left is None:
            gateway, boot = key
            self._boots[gateway].discard(boot)
            if not self._boots[gateway]:
                del self._boots[gateway]


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

_INSERT = f"insert into block({COLUMNS}) values(?,?,?,?,?,?,?)"


class Blocks:
    """The tables `layout` (which sensors) and `block` (their readings in a pack), on top of an open database.

    `times` is empty where all readings are of `first_ms`, `quality` where all are good. Blocks of one gateway are in
    the order in which it numbered its packs, so that no series is out of order; what is above a gap waits. Only a pack
    that was given up and comes after all is late. Not for two threads at once.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)
        self.waiting = Waiting(database)
        self._layouts: dict[bytes, int] = {}
        self._generation = -1

    def append(self, packs: Sequence[WireColumns], ledger: Ledger) -> None:
        """Write the new ones among the packs that `ledger` has just judged, inside of the same transaction."""
        if ledger.generation != self._generation or len(self._layouts) > CACHED_LAYOUTS:
            self._layouts.clear()
            self._generation = ledger.generation
            self.waiting.look()
        groups: dict[Key, list[WireColumns]] = {}
        for pack in packs:
            groups.setdefault((pack.gateway, pack.boot), []).append(pack)
        # A gateway begins a boot when all before it is acknowledged or given up: their gaps stay.
        newest = dict(sorted(groups))  # of each gateway the last boot stays
        over = {key for key in groups if key[1] < newest[key[0]]}
        over |= {earlier for key in newest.items() for earlier in self.waiting.earlier(key)}
        moved = {key for key in ledger.moved if self.waiting.holds(key)}
        for key in sorted(groups.keys() | over | moved):
            group = sorted(groups.get(key, ()), key=lambda pack: pack.sequence)
            mark = None if key in over or key[1] == UNNUMBERED else ledger.mark(key)
            rows = [self._row(pack) for pack in group]
            if self.waiting.holds(key) or (mark is not None and group and group[-1].sequence > mark):
                self.waiting.add(key, [pack.sequence for pack in group], rows)
                self.waiting.release(key, mark)
            else:
                self._database.executemany(_INSERT, rows)

    def drop_unused_layouts(self) -> None:
        """Forget layouts that no block has, once there are many. Inside of a transaction."""
        (known,) = self._database.execute("select count(*) from layout").fetchone()
        if known > CACHED_LAYOUTS:
            self._layouts.clear()
            used = "select layout from block union select layout from waiting"
            self._database.execute(f"delete from layout where id not in ({used})")

    def _row(self, pack: WireColumns) -> Row:
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
