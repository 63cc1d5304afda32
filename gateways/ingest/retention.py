"""How long the embedded store keeps readings."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from gateways.ingest.ledger import transaction

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
