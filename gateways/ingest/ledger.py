"""The ledger in SQLite: it is written in the transaction that writes the readings, and may be shared by processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes

from gateways.ingest.columns import WireColumns
from gateways.ingest.sequence import UNNUMBERED, WINDOW, Course, Unnumbered, Verdict, restore

GATEWAY_LIMIT = 10_000
"""Gateways in one ledger (assumption: far more than a town has). Further ones are refused, so that names made up by a
stranger do not fill the disk."""

BOOTS_KEPT = 1024
"""Boots of a gateway that are remembered, the highest ones (assumption: three years of a start a day)."""

CACHED_COURSES = 4096
"""Courses in memory (assumption); each is some ten kilobytes."""

BUSY_S = 10.0
"""How long one process waits for another one's transaction (assumption)."""

_TABLES = """
create table if not exists course(
  gateway text, boot integer, mark integer not null, lost integer not null, primary key(gateway, boot)) without rowid;
create table if not exists pack(
  gateway text, boot integer, sequence integer, digest blob not null, primary key(gateway, boot, sequence)
) without rowid;
create table if not exists writer(id integer primary key check(id = 1), name blob not null);
"""

_Key = tuple[str, int]


def open_database(path: Path, durable: bool = True) -> sqlite3.Connection:
    """A SQLite file in which several processes may write in turn and read at any time.

    With `durable` a commit is on the disk when it returns, also for a power cut; without it, it is safe from `kill -9`
    of the process only. Raises `OSError` or `sqlite3.Error` if the file cannot be used.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    _write_ahead(database)
    database.execute(f"pragma synchronous={'full' if durable else 'normal'}")
    database.execute("pragma auto_vacuum=none")
    return database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log.

    SQLite does not wait here for another process that is just making the same switch, whatever the timeout says: two
    services that start on one new file would otherwise find it locked.
    """
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            database.execute("pragma journal_mode=wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and nobody else writes meanwhile."""
    database.execute("begin immediate")
    try:
        yield
        database.execute("commit")
    except BaseException:
        database.execute("rollback")
        raise


class Ledger:
    """Who has sent what, on top of an open database. Not for two threads at once.

    All calls but `mark`, `marks` and `sums` belong into a `transaction`; after one that failed, call `forget`. What was
    read is kept as long as no other `Ledger` writes; `generation` counts how often it had to be read anew.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)
        self._courses: dict[_Key, Course] = {}
        self._unnumbered: dict[str, Unnumbered] = {}
        self._gateways: set[str] = set()
        self._name = token_bytes(8)
        self._fresh = False
        self.generation = 0
        self.moved: frozenset[_Key] = frozenset()

    def judge(self, packs: Sequence[WireColumns], room: bool = True) -> tuple[Verdict, ...]:
        """What becomes of each pack, in this order; what is new is written down. `room`: see `Course.offer`.

        `moved` then names the boots whose mark is another than before.
        """
        self._notice_others()
        touched: dict[_Key, tuple[int, Course]] = {}
        accepted: list[tuple[str, int, int, bytes]] = []
        verdicts = [self._judge(pack, touched, accepted, room) for pack in packs]
        self.moved = frozenset(key for key, (before, course) in touched.items() if course.mark != before)
        # A boot may have been dropped again, for newer ones among these packs.
        kept = [row for row in accepted if row[:2] in self._courses]
        self._database.executemany("insert or replace into pack values(?,?,?,?)", kept)
        for (gateway, boot), (before, course) in touched.items():
            if (gateway, boot) not in self._courses:
                continue
            row = (gateway, boot, course.mark, course.lost)
            self._database.execute("insert or replace into course values(?,?,?,?)", row)
            if course.mark > before:
                old = (gateway, boot, course.mark - WINDOW)
                self._database.execute("delete from pack where gateway=? and boot=? and sequence<=?", old)
        return tuple(verdicts)

    def mark(self, key: _Key) -> int | None:
        """Of a boot that was just judged; None if it was dropped for newer ones."""
        course = self._courses.get(key)
        return None if course is None else course.mark

    def marks(self, gateways: Iterable[str] | None = None, newest: int = BOOTS_KEPT) -> dict[_Key, int]:
        """Up to where all packs are settled, by gateway and boot; of each gateway the `newest` boots only."""
        marks: dict[_Key, int] = {}
        wanted = self._named() if gateways is None else gateways
        for gateway in wanted:
            rows = self._database.execute(
                "select boot, mark from course where gateway=? order by boot desc limit ?", (gateway, newest)
            )
            marks |= {(gateway, boot): mark for boot, mark in rows}
        return marks

    def sums(self) -> tuple[int, int]:
        """Packs above a gap, and packs that were given up."""
        (lost,) = self._database.execute("select coalesce(sum(lost), 0) from course").fetchone()
        (ahead,) = self._database.execute(
            "select count(*) from course cross join pack"
            " on pack.gateway = course.gateway and pack.boot = course.boot and pack.sequence > course.mark"
        ).fetchone()
        return ahead, lost

    def forget(self) -> None:
        """Read everything anew."""
        self._courses.clear()
        self._unnumbered.clear()
        self._gateways.clear()
        self._fresh = False

    def _notice_others(self) -> None:
        row = self._database.execute("select name from writer").fetchone()
        if row != (self._name,):
            self._database.execute("insert or replace into writer values(1, ?)", (self._name,))
        elif self._fresh and len(self._courses) <= CACHED_COURSES:
            return
        self._courses.clear()
        self._gateways = set(self._named()) | self._unnumbered.keys()
        self._fresh = True
        self.generation += 1

    def _named(self) -> list[str]:
        return [gateway for (gateway,) in self._database.execute("select distinct gateway from course order by 1")]

    def _judge(
        self,
        pack: WireColumns,
        touched: dict[_Key, tuple[int, Course]],
        accepted: list[tuple[str, int, int, bytes]],
        room: bool,
    ) -> Verdict:
        key = pack.gateway, pack.boot
        digest = pack.digest()
        if pack.gateway not in self._gateways:
            if len(self._gateways) >= GATEWAY_LIMIT:
                return Verdict.CROWDED
            self._gateways.add(pack.gateway)
        if pack.boot == UNNUMBERED:
            return self._unnumbered.setdefault(pack.gateway, Unnumbered()).offer(pack.sequence, digest)
        course = self._course(key)
        if course is None:
            return Verdict.FORGOTTEN
        before, lost = course.mark, course.lost
        verdict = course.offer(pack.sequence, digest, pack.lowest, room)
        if verdict is Verdict.NEW:
            accepted.append((*key, pack.sequence, digest))
        if (course.mark, course.lost) != (before, lost) or verdict is Verdict.NEW:
            touched.setdefault(key, (before, course))
        return verdict

    def _course(self, key: _Key) -> Course | None:
        """The course, a new one for a boot that is not known yet, None for one that was dropped."""
        course = self._courses.get(key)
        if course is None:
            row = self._database.execute("select mark, lost from course where gateway=? and boot=?", key).fetchone()
            if row is None:
                if not self._makes_room(key):
                    return None
                course = Course()
                self._database.execute("insert into course values(?,?,?,?)", (*key, course.mark, course.lost))
            else:
                packs = self._database.execute("select sequence, digest from pack where gateway=? and boot=?", key)
                course = restore(row[0], row[1], packs)
            self._courses[key] = course
        return course

    def _makes_room(self, key: _Key) -> bool:
        gateway, boot = key
        count, oldest = self._database.execute(
            "select count(*), min(boot) from course where gateway=?", (gateway,)
        ).fetchone()
        if count < BOOTS_KEPT:
            return True
        if boot < oldest:
            return False
        for table in ("course", "pack"):
            self._database.execute(f"delete from {table} where gateway=? and boot=?", (gateway, oldest))
        self._courses.pop((gateway, oldest), None)
        return True
