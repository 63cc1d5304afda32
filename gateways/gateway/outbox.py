"""What a gateway still has to deliver, on disk: it survives the end of the process at any instant.

The file is proved sound when it is opened, and moved aside when it is not; it counts the starts of its gateway.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from simulator.contracts.problem import Reason
from simulator.contracts.words import Text, Words

_ = Words("gateways")

_SEQUENCE_BITS = 32
_SCHEMA = """
create table if not exists facts (name text primary key, number integer not null) without rowid;
create table if not exists groups (id integer primary key, text blob not null unique);
create table if not exists packs (
    place integer primary key, readings integer not null, bytes integer not null, crc integer not null,
    body blob not null);
create table if not exists marks (id integer primary key, grp integer not null, at integer not null);
"""


class OutboxBusy(Reason):
    """Another process has this outbox open. Two gateways with one outbox would use the same numbers twice."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The number of a pack: packs are delivered in the order (boot, sequence)."""

    boot: int
    sequence: int

    def __int__(self) -> int:
        return self.boot << _SEQUENCE_BITS | self.sequence

    @classmethod
    def of(cls, number: int) -> Place:
        """The inverse of `int`."""
        return cls(number >> _SEQUENCE_BITS, number & ((1 << _SEQUENCE_BITS) - 1))


START = Place(0, 0)
"""Before every pack: boots count from 1."""


@dataclass(frozen=True, slots=True)
class Torn:
    """The file was damaged when it was opened: where it lies now, why, and how much was saved from it."""

    file: Path
    reason: Text
    saved_packs: int = 0
    saved_readings: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """What can be read of a damaged file, in its order: descriptions of sensors, packs, marks."""

    groups: tuple[tuple[int, bytes], ...] = ()
    packs: tuple[tuple[int, bytes], ...] = ()
    marks: tuple[tuple[int, int], ...] = ()


class _Damaged(Reason):
    """The file cannot be used."""


def open_file(path: Path) -> tuple[sqlite3.Connection, Torn | None]:
    """Open the file for this process alone, or begin it. A damaged one is moved aside, with its log.

    Every page and the checksum of every pack is looked at. Raises `OutboxBusy` if another process has it open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path), None
    except _Damaged as damage:
        aside = path.with_name(f"{path.name}.torn-{time.time_ns()}")
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return _open(path), Torn(aside, damage.text)


def next_boot(db: sqlite3.Connection, path: Path, first: int, torn: bool, durable: bool) -> int:
    """One more than ever before; both memories of it, in the file and beside it, are on the disk before it is used.

    If the file is torn and what stood beside it is gone, the Unix time in seconds is greater than any count of starts.
    """
    beside = path.with_name(path.name + ".boot")
    known = db.execute("select number from facts where name = 'boot'").fetchone()
    last = 0 if known is None else int(known[0])
    with contextlib.suppress(OSError, ValueError):
        last = max(last, int(beside.read_text()))
    if last == 0 and torn:
        last = int(time.time())
    boot = max(last + 1, first)
    if boot >= 1 << (63 - _SEQUENCE_BITS):
        raise OverflowError(f"the boot {boot} is beyond what an outbox can number")
    part = beside.with_name(beside.name + ".part")
    with part.open("w") as file:
        file.write(f"{boot}\n")
        file.flush()
        if durable:
            os.fsync(file.fileno())
    part.replace(beside)
    db.execute(f"pragma synchronous = {'full' if durable else 'off'}")
    db.execute("insert or replace into facts values ('boot', ?)", (boot,))
    return boot


def saved(file: Path) -> Saved:
    """What can be read of a damaged file: packs up to the first place that cannot, without those that changed.

    Packs without the descriptions of their sensors are of no use, so without these it is nothing.
    """
    packs: list[tuple[int, bytes]] = []
    marks: list[tuple[int, int]] = []
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        try:
            groups = db.execute("select id, text from groups order by id").fetchall()
        except sqlite3.DatabaseError:
            return Saved()
        with contextlib.suppress(sqlite3.DatabaseError):
            for readings, crc, body in db.execute("select readings, crc, body from packs order by place"):
                if zlib.crc32(body) == crc:
                    packs.append((readings, body))
        with contextlib.suppress(sqlite3.DatabaseError):
            for group, at in db.execute("select grp, at from marks order by id"):
                marks.append((group, at))
    return Saved(tuple(groups), tuple(packs), tuple(marks))


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
    try:
        # With exclusive locking the file is this process's alone from here on; the lock goes with the process.
        db.execute("pragma locking_mode = exclusive")
        db.execute("pragma journal_mode = wal")
        db.executescript(f"begin immediate; {_SCHEMA} commit;")
        verdict = db.execute("pragma quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise _Damaged(_("SQLite finds: {said}", said=verdict))
        for place, crc, body in db.execute("select place, crc, body from packs"):
            if zlib.crc32(body) != crc:
                raise _Damaged(_("{place} is not what was written", place=str(Place.of(place))))
    except sqlite3.DatabaseError as error:
        db.close()
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise OutboxBusy(_("{path} is in use by another gateway", path=str(path))) from None
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise _Damaged(_("SQLite finds: {said}", said=str(error))) from None
    except _Damaged:
        db.close()
        raise
    return db


__all__ = ["START", "Held", "Mark", "NewBatch", "OutBatch", "Outbox", "OutboxBusy", "Place", "Torn"]

LIMIT_BYTES = 64 << 20
"""Room for packs (assumption: a week and more of a gateway with 100 sensors a minute, at 9 bytes a reading)."""

OVERHEAD_BYTES = 128
"""What a pack costs in the file besides its body: row, index, slack of the page (assumption, rounded up)."""

MARKS = 16_384
"""How many of the last blocks are remembered, so that one that is sent again is known. A field client has at most 512
without an answer, so this is enough for 32 of them at once."""


@dataclass(frozen=True, slots=True)
class OutBatch:
    """A pack that waits for its acknowledgement. The body is opaque here."""

    place: Place
    readings: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A pack that has no number yet."""

    readings: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """A block of readings that was taken: `group` at `at`, in milliseconds of the town's clock."""

    group: int
    at: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is in the outbox, and what was ever dropped from it because it was full or damaged."""

    packs: int
    readings: int
    bytes: int
    dropped_packs: int
    dropped_readings: int


class Outbox:
    """An SQLite file in WAL mode. What `put` has returned for is on the disk: every commit waits for it, if `durable`.

    Bounded by `limit_bytes` and, if given, by `limit_readings`; beyond it the oldest packs are dropped first and
    counted, as the newest reading says most about the town. `boot` is one more than at the last start; the first one is
    `first_boot`. It is also kept in a small file beside, so that it outlives a damaged outbox: a boot number used
    twice would make ingest take new packs for repetitions. If both are gone, the Unix time in seconds takes its place.

    Acknowledged packs are deleted without waiting for the disk: should that get lost, they are sent once more and
    ingest knows them. A damaged file is moved aside, what can be read of it gets new numbers under this boot, and
    `torn` tells of it. May be used from several threads. Raises `OutboxBusy` if another process has the file open.
    """

    def __init__(
        self,
        path: Path,
        limit_bytes: int = LIMIT_BYTES,
        limit_readings: int | None = None,
        *,
        first_boot: int = 1,
        durable: bool = True,
    ) -> None:
        self.path = path
        self._limit_bytes, self._limit_readings = limit_bytes, limit_readings
        self._full = "full" if durable else "off"
        self._lazy = "normal" if durable else "off"
        self._lock = threading.Lock()
        self._sequence = self._packs = self._readings = self._bytes = 0
        self._marks: OrderedDict[Mark, None] = OrderedDict()
        self._db, self.torn = open_file(path)
        self.boot = next_boot(self._db, path, first_boot, self.torn is not None, durable)
        if self.torn is not None:
            self._refill(self.torn)
        self._packs, self._readings, self._bytes = self._db.execute(
            f"select count(*), coalesce(sum(readings), 0), coalesce(sum(bytes), 0) + count(*) * {OVERHEAD_BYTES} "
            "from packs"
        ).fetchone()
        known = self._db.execute("select grp, at from marks order by id")
        self._marks = OrderedDict.fromkeys(Mark(group, at) for group, at in known)

    # writing

    def put(self, packs: Sequence[NewBatch], marks: Iterable[Mark] = ()) -> tuple[Place, ...]:
        """Number packs in their order and commit them together with the marks of their blocks, all or nothing.

        Returns the numbers. Raises `sqlite3.OperationalError` if the disk is full: then nothing has changed.
        """
        marks = tuple(marks)
        with self._lock:
            places = tuple(Place(self.boot, self._sequence + i) for i in range(len(packs)))
            rows = [
                (int(place), pack.readings, len(pack.body), zlib.crc32(pack.body), pack.body)
                for place, pack in zip(places, packs, strict=True)
            ]
            with self._transaction(self._full):
                self._db.executemany("insert into packs values (?, ?, ?, ?, ?)", rows)
                self._db.executemany("insert into marks (grp, at) values (?, ?)", [(m.group, m.at) for m in marks])
                if marks:
                    self._db.execute("delete from marks where id <= (select max(id) from marks) - ?", (MARKS,))
                totals = self._make_room(
                    self._packs + len(rows),
                    self._readings + sum(pack.readings for pack in packs),
                    self._bytes + sum(len(pack.body) + OVERHEAD_BYTES for pack in packs),
                )
            self._packs, self._readings, self._bytes = totals
            self._sequence += len(places)
            self._marks.update(dict.fromkeys(marks))
            while len(self._marks) > MARKS:
                self._marks.popitem(last=False)
        return places

    def acknowledge(self, boot: int, sequence: int) -> tuple[int, int] | None:
        """Forget the packs of a boot up to `sequence`. Returns how many packs and readings were forgotten by it.

        None if it is an acknowledgement of a pack that was never numbered here, or of a boot of which nothing is held
        any more: it changes nothing.
        """
        with self._lock:
            if not self._is_ours(boot, sequence):
                return None
            span = int(Place(boot, 0)), int(Place(boot, sequence))
            packs, readings, size = self._sums(*span)
            if packs:
                with self._transaction(self._lazy):
                    self._db.execute("delete from packs where place between ? and ?", span)
                self._packs -= packs
                self._readings -= readings
                self._bytes -= size
            return packs, readings

    def group(self, text: bytes) -> int:
        """The lasting number of a description of sensors; a new one is committed."""
        with self._lock:
            found = self._db.execute("select id from groups where text = ?", (text,)).fetchone()
            if found is None:
                with self._transaction(self._full):
                    found = self._db.execute("insert into groups (text) values (?) returning id", (text,)).fetchone()
            return int(found[0])

    # reading

    def unacknowledged(self, limit: int, after: Place = START) -> list[OutBatch]:
        """At most `limit` packs behind a place, in the order (boot, sequence)."""
        with self._lock:
            rows = self._db.execute(
                "select place, readings, body from packs where place > ? order by place limit ?",
                (int(after), limit),
            ).fetchall()
        return [OutBatch(Place.of(number), readings, body) for number, readings, body in rows]

    def lowest(self, boot: int) -> int | None:
        """The first sequence number of a boot that is still held, None if none is."""
        with self._lock:
            found = self._db.execute(
                "select place from packs where place >= ? order by place limit 1", (int(Place(boot, 0)),)
            ).fetchone()
        place = None if found is None else Place.of(found[0])
        return place.sequence if place is not None and place.boot == boot else None

    def groups(self) -> dict[int, bytes]:
        """All descriptions of sensors by their number."""
        with self._lock:
            return dict(self._db.execute("select id, text from groups order by id").fetchall())

    def knows(self, mark: Mark) -> bool:
        """Whether a block was committed before; the last `MARKS` are remembered."""
        return mark in self._marks

    def held(self) -> Held:
        with self._lock:
            facts = dict(self._db.execute("select name, number from facts").fetchall())
            dropped = facts.get("dropped_packs", 0), facts.get("dropped_readings", 0)
            return Held(self._packs, self._readings, self._bytes, *dropped)

    def close(self) -> None:
        """Merge the log into the file. Not needed for safety."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Outbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # inside

    @contextlib.contextmanager
    def _transaction(self, synchronous: str) -> Iterator[None]:
        self._db.execute(f"pragma synchronous = {synchronous}")
        self._db.execute("begin immediate")
        try:
            yield
            self._db.execute("commit")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise

    def _make_room(self, packs: int, readings: int, size: int) -> tuple[int, int, int]:
        """Delete the oldest packs until the rest fits; what is left, as packs, readings, bytes."""
        before, before_readings = packs, readings
        while size > self._limit_bytes or (self._limit_readings is not None and readings > self._limit_readings):
            place, gone, length = self._db.execute(
                "select place, readings, bytes from packs order by place limit 1"
            ).fetchone()
            self._db.execute("delete from packs where place = ?", (place,))
            packs, readings, size = packs - 1, readings - gone, size - length - OVERHEAD_BYTES
        if packs < before:
            self._count("dropped_packs", before - packs)
            self._count("dropped_readings", before_readings - readings)
        return packs, readings, size

    def _count(self, name: str, more: int) -> None:
        self._db.execute(
            "insert into facts values (?, ?) on conflict (name) do update set number = number + excluded.number",
            (name, more),
        )

    def _is_ours(self, boot: int, sequence: int) -> bool:
        if not 0 < boot <= self.boot or sequence < 0:
            return False
        if boot == self.boot:
            return sequence < self._sequence
        last = self._db.execute(
            "select max(place) from packs where place between ? and ?",
            (int(Place(boot, 0)), int(Place(boot + 1, 0)) - 1),
        ).fetchone()[0]
        return last is not None and sequence <= Place.of(last).sequence

    def _sums(self, first: int, last: int) -> tuple[int, int, int]:
        packs, readings, size = self._db.execute(
            "select count(*), coalesce(sum(readings), 0), coalesce(sum(bytes), 0) from packs "
            "where place between ? and ?",
            (first, last),
        ).fetchone()
        return packs, readings, size + packs * OVERHEAD_BYTES

    def _refill(self, torn: Torn) -> None:
        """Take what can be read of the damaged file into this one, under new numbers: gaps would stop ingest."""
        rest = saved(torn.file)
        with self._transaction(self._full):
            self._db.executemany("insert into groups values (?, ?)", rest.groups)
        for readings, body in rest.packs:
            self.put([NewBatch(readings, body)])
        self.put((), [Mark(*mark) for mark in rest.marks])
        self.torn = replace(torn, saved_packs=len(rest.packs), saved_readings=sum(n for n, _ in rest.packs))
