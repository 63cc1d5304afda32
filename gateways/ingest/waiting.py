"""Packs that came before the ones in front of them: they wait in the file, so that rows are written in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

LIMIT_BYTES = 64 << 20
"""Columns of packs that may wait (assumption: the whole windows of a hundred gateways). What is beyond is not taken;
it was not acknowledged, so its gateway sends it again."""

Key = tuple[str, int]
Row = tuple[int, int, int, int, bytes | None, bytes, bytes | None]
"""As it will stand in `block`: layout, rows, first_ms, last_ms, times, values, quality."""

LAST = 2**63 - 1
"""The highest number that SQLite knows."""

COLUMNS = 'layout, rows, first_ms, last_ms, times, "values", quality'

_TABLE = """
create table if not exists waiting(
  gateway text, boot integer, sequence integer, size integer not null, layout integer not null, rows integer not null,
  first_ms integer not null, last_ms integer not null, times blob, "values" blob not null, quality blob,
  primary key(gateway, boot, sequence));
"""

_INSERT = f"""
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
        database.executescript(_TABLE)
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
            self._database.execute(_INSERT, (gateway, boot, sequence, size, *row))
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
