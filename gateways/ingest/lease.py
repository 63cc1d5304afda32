"""Which ingest service may write the packs of which gateways: leases in the file of the store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_bytes
from zlib import crc32

from gateways.ingest.columns import WireColumns
from gateways.ingest.ledger import Ledger, Verdict, transaction
from gateways.ingest.store import StoreUnavailable
from gateways.wire import topics

PARTS = 16
"""Gateways are parted into so many groups by their id (assumption: enough to share among a few services)."""

ALL = frozenset(range(PARTS))

BEAT_S = 0.6
"""How often a service says that it lives."""

EXPIRE_S = 2.4
"""A service that has not said so for this long is taken for dead by the others' own clocks. The other one then writes
within two beats of this, so within 3.6 s of a kill, plus what its own commit takes."""

_TABLES = """
create table if not exists member(name text primary key, token blob not null, beat integer not null);
create table if not exists lease(part integer primary key, owner text not null, token blob not null, term integer not null);
"""  # noqa: E501


def part_of(gateway: str) -> int:
    """The part that a gateway belongs to."""
    return part_of_level(topics.level(gateway))


def part_of_level(level: str) -> int:
    """The same by the gateway's level in a topic."""
    return crc32(level.encode()) % PARTS


class Superseded(Exception):
    """Another process of the same name has started: this one has nothing left to do."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """The last sign of life of a service, and when it was first seen."""

    token: bytes
    beat: int
    at_s: float


class Leases:
    """The leases of one service, on top of an open database that others share. Not for two threads at once.

    All services that live share the parts evenly, by their names. A part changes hands in two steps: who has it gives
    it back, or is dead by the clock of who wants it; then it is taken, with the next term. What counts is `held`, asked
    in the transaction that writes: so two never write packs of one gateway, however wrong a clock is or however long a
    process slept. A process that starts takes the place of an earlier one of its name at once.
    """

    def __init__(self, database: sqlite3.Connection, name: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._database, self._name, self._clock_s = database, name, clock_s
        self._token = token_bytes(8)
        self._seen: dict[str, _Sign] = {}
        self._joined = False
        database.executescript(_TABLES)

    def tend(self) -> frozenset[int]:
        """Say that we live, give back what others are to have, take what is ours and free; the parts that we hold.

        A transaction of its own. Raises `Superseded` and `sqlite3.Error`.
        """
        with transaction(self._database):
            self._say_that_we_live()
            living = sorted({self._name, *self._others()})
            ours = {part for part in ALL if living[part % len(living)] == self._name}
            for part in ALL:
                self._look_at(part, part in ours, living)
            return self.held()

    def held(self) -> frozenset[int]:
        """What we hold by the file. Inside of the transaction that relies on it."""
        rows = self._database.execute("select part from lease where token = ?", (self._token,))
        return frozenset(part for (part,) in rows)

    def release(self) -> None:
        """Give everything back, so that nobody has to wait for our end. A transaction of its own."""
        with transaction(self._database):
            self._database.execute("update lease set owner = '', token = x'' where token = ?", (self._token,))
            self._database.execute("delete from member where token = ?", (self._token,))

    def _say_that_we_live(self) -> None:
        if not self._joined:
            row = (self._name, self._token, 0)
            self._database.execute("insert or replace into member values(?,?,?)", row)
            self._joined = True
            return
        beat = "update member set beat = beat + 1 where name = ? and token = ?"
        if not self._database.execute(beat, (self._name, self._token)).rowcount:
            raise Superseded(f"another process named {self._name!r} has taken over")

    def _others(self) -> list[str]:
        """Services of other names that live, as far as we can tell."""
        now, living = self._clock_s(), []
        for name, token, beat in self._database.execute("select name, token, beat from member").fetchall():
            seen = self._seen.get(name)
            if seen is None or (seen.token, seen.beat) != (token, beat):
                seen = self._seen[name] = _Sign(token, beat, now)
            if name != self._name and now - seen.at_s < EXPIRE_S:
                living.append(name)
        return living

    def _look_at(self, part: int, ours: bool, living: list[str]) -> None:
        row = self._database.execute("select owner, token, term from lease where part = ?", (part,)).fetchone()
        owner, token, term = row or ("", b"", 0)
        if token == self._token:
            if not ours:
                self._database.execute("update lease set owner = '', token = x'' where part = ?", (part,))
        elif ours and (owner == self._name or owner not in living):
            row = (part, self._name, self._token, term + 1)
            self._database.execute("insert or replace into lease values(?,?,?,?)", row)


class Share:
    """What of the packs that come to a store is its own to write.

    Without a `name` it is alone, and all is: for tools and tests that hand it packs themselves.
    """

    def __init__(self, database: sqlite3.Connection, name: str) -> None:
        self._leases = Leases(database, name) if name else None

    def tend(self) -> frozenset[int]:
        """See `Leases.tend`. Raises `Superseded` and `StoreUnavailable`."""
        try:
            return ALL if self._leases is None else self._leases.tend()
        except sqlite3.Error as error:
            raise StoreUnavailable(str(error)) from error

    def leave(self) -> None:
        """Give all leases back; if that cannot be written they run out."""
        if self._leases is not None:
            with suppress(sqlite3.Error):
                self._leases.release()

    def judge(self, ledger: Ledger, packs: Sequence[WireColumns], room: bool) -> tuple[Verdict, ...]:
        """As `ledger` judges them, but of others all is `ELSEWHERE`, by the leases of this moment.

        Inside of the transaction that writes them.
        """
        held = ALL if self._leases is None else self._leases.held()
        mine = [part_of(pack.gateway) in held for pack in packs]
        judged = iter(ledger.judge([pack for pack, own in zip(packs, mine, strict=True) if own], room))
        return tuple(next(judged) if own else Verdict.ELSEWHERE for own in mine)
