"""Which packs of a gateway are new, which were here before, and up to where nothing is missing; and the same on disk.

The ledger is written in the transaction that writes the readings, and may be shared by processes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from secrets import token_bytes

from gateways.ingest.columns import WireColumns
from gateways.ingest.screening import Flow

WINDOW = 256
"""Packs up to the mark whose content is remembered, so that a repetition is told from a forgery (assumption: a gateway
does not send again what lies further back)."""

AHEAD_LIMIT = 4096
"""Packs above the mark that are taken before a gap is filled (assumption: more than a gateway has on its way)."""

UNNUMBERED = 0
"""Boot of packs that their sender does not number: their sequence is a time, has gaps, and is not acknowledged."""


class Verdict(Enum):
    """What becomes of a pack."""

    NEW = "new"
    DUPLICATE = "duplicate"
    """It was here before, with the same content, or too long ago to tell."""
    REPLAYED = "replayed"
    """Its number was used before, for other content."""
    TOO_FAR = "too_far"
    """So far ahead of the mark, or with so much before it in the queue, that it is not taken yet; its gateway sends it
    again."""
    FORGOTTEN = "forgotten"
    """Its boot is older than all that are remembered of its gateway."""
    CROWDED = "crowded"
    """It is from one gateway more than there may be."""
    FULL = "full"
    """The store has no room; its gateway keeps it and sends it again."""
    RESTARTS = "restarts"
    """Its gateway begins more boots than are believed; it keeps the pack and sends it again."""
    ELSEWHERE = "elsewhere"
    """Another service writes what is of this gateway."""


@dataclass(slots=True)
class Course:
    """The packs of one boot of one gateway.

    Every pack up to `mark` is settled: it is in the store, or its gateway no longer has it. `digests` holds the content
    of all packs above the mark, which wait for a gap to be filled, and of the last `WINDOW` up to it. So a number in
    that window without a digest is one that was given up. `lost` counts those.
    """

    mark: int = -1
    lost: int = 0
    digests: dict[int, bytes] = field(default_factory=dict)

    @property
    def ahead(self) -> int:
        """Packs above a gap."""
        return sum(1 for sequence in self.digests if sequence > self.mark)

    @property
    def top(self) -> int:
        """The highest sequence seen, -1 for none."""
        return max(self.digests, default=self.mark)

    def offer(self, sequence: int, digest: bytes, lowest: int | None = None, room: bool = True) -> Verdict:
        """A pack has come. `lowest` (at most `sequence`): its gateway has none of this boot below that any more.

        A pack that was given up and comes after all, within the window, is new. Without `room` for packs that wait, one
        above a gap is `TOO_FAR`.
        """
        known = self.digests.get(sequence)
        if known is not None and known != digest:
            return Verdict.REPLAYED
        if known is None and sequence > max(self.mark, (lowest or 0) - 1) + AHEAD_LIMIT:
            return Verdict.TOO_FAR
        if lowest is not None:
            self._give_up(lowest)
        if known is not None or sequence <= self.mark - WINDOW:
            return Verdict.DUPLICATE
        if not room and sequence > self.mark + 1:
            return Verdict.TOO_FAR
        self.digests[sequence] = digest
        if sequence <= self.mark:
            self.lost -= 1
        else:
            self._advance()
        return Verdict.NEW

    def _give_up(self, lowest: int) -> None:
        if lowest - 1 <= self.mark:
            return
        stored = sum(1 for sequence in self.digests if self.mark < sequence < lowest)
        self.lost += lowest - 1 - self.mark - stored
        before, self.mark = self.mark, lowest - 1
        self._forget(before)
        self._advance()

    def _advance(self) -> None:
        before = self.mark
        while self.mark + 1 in self.digests:
            self.mark += 1
        self._forget(before)

    def _forget(self, before: int) -> None:
        """Drop digests that fell out of the window since the mark was at `before`."""
        low, high = max(0, before - WINDOW + 1), self.mark - WINDOW
        if high - low > len(self.digests):
            self.digests = {number: digest for number, digest in self.digests.items() if number > high}
        else:
            for number in range(low, high + 1):
                self.digests.pop(number, None)


@dataclass(slots=True)
class Unnumbered:
    """The packs of a sender that does not number them: the last `WINDOW` contents tell what is a repetition."""

    digests: dict[bytes, int] = field(default_factory=dict)

    def offer(self, stamp: int, digest: bytes) -> Verdict:
        if digest in self.digests:
            return Verdict.DUPLICATE
        self.digests[digest] = stamp
        while len(self.digests) > WINDOW:
            del self.digests[next(iter(self.digests))]
        return Verdict.NEW


def restore(mark: int, lost: int, digests: Iterable[tuple[int, bytes]]) -> Course:
    """A course as it was written down."""
    return Course(mark, lost, dict(digests))


GATEWAY_LIMIT = 10_000
"""Gateways in one ledger (assumption: far more than a town has). Further ones are refused, so that names made up by a
stranger do not fill the disk."""

BOOTS_KEPT = 1024
"""Boots of a gateway that are remembered, the highest ones (assumption: three years of a start a day)."""

NEW_BOOTS, NEW_BOOTS_PER_S = 64, 1 / 60
"""Boots that a gateway may begin at once and in the long run (assumption: far more than one that crashes again and
again, as it is started again ever later). Else whoever has its identity could have all that is remembered of it
forgotten within a second."""

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
create table if not exists audit(
  id integer primary key, at_ms integer not null, gateway text not null, above integer not null, boots text not null,
  packs integer not null, reason text not null);
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

    def __init__(self, database: sqlite3.Connection, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        database.executescript(_TABLES)
        self._begins = Flow(NEW_BOOTS_PER_S, NEW_BOOTS, clock_s)
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
        if not isinstance(course, Course):
            return course
        before, lost = course.mark, course.lost
        verdict = course.offer(pack.sequence, digest, pack.lowest, room)
        if verdict is Verdict.NEW:
            accepted.append((*key, pack.sequence, digest))
        if (course.mark, course.lost) != (before, lost) or verdict is Verdict.NEW:
            touched.setdefault(key, (before, course))
        return verdict

    def _course(self, key: _Key) -> Course | Verdict:
        """The course, a new one for a boot that is not known yet; or why there is none for it."""
        course = self._courses.get(key)
        if course is None:
            row = self._database.execute("select mark, lost from course where gateway=? and boot=?", key).fetchone()
            if row is None:
                if not self._begins.admits(key[0]):
                    return Verdict.RESTARTS
                if not self._makes_room(key):
                    return Verdict.FORGOTTEN
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


@dataclass(frozen=True, slots=True)
class Reset:
    """What was taken out of a ledger by hand: of a gateway all boots above one, with their packs. `at_ms` is Unix
    time."""

    at_ms: int
    gateway: str
    above: int
    boots: tuple[int, ...]
    packs: int
    reason: str


def reset(database: sqlite3.Connection, gateway: str, above: int, reason: str) -> Reset:
    """Forget the boots of a gateway above one, and what waits of them, and write down that this was done.

    For an id that somebody else has used: what is numbered anew by its owner is then taken. Readings that are stored
    stay. Services that share the file notice at their next commit. Raises `sqlite3.Error`.
    """
    database.executescript(_TABLES)
    of = (gateway, above)
    with transaction(database):
        found = database.execute("select boot from course where gateway=? and boot>? order by boot", of).fetchall()
        (packs,) = database.execute("select count(*) from pack where gateway=? and boot>?", of).fetchone()
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        for table in {"course", "pack", "waiting"} & tables:
            database.execute(f"delete from {table} where gateway=? and boot>?", of)
        database.execute("delete from writer")  # whoever has read the ledger reads it anew
        done = Reset(round(time.time() * 1000), gateway, above, tuple(boot for (boot,) in found), packs, reason)
        row = (done.at_ms, gateway, above, " ".join(map(str, done.boots)), packs, reason)
        database.execute("insert into audit(at_ms, gateway, above, boots, packs, reason) values(?,?,?,?,?,?)", row)
    return done


def resets(database: sqlite3.Connection) -> list[Reset]:
    """All that was ever done by `reset`, in order: in a store of an earlier version, nothing."""
    if not database.execute("select 1 from sqlite_master where type = 'table' and name = 'audit'").fetchone():
        return []
    rows = database.execute("select at_ms, gateway, above, boots, packs, reason from audit order by id")
    return [
        Reset(at, gateway, above, tuple(map(int, boots.split())), *more) for at, gateway, above, boots, *more in rows
    ]
