"""The file behind an outbox: how it is opened, proved sound, moved aside when it is not, and how starts are counted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

_SEQUENCE_BITS = 32
_SCHEMA = """
create table if not exists facts (name text primary key, number integer not null) without rowid;
create table if not exists groups (id integer primary key, text blob not null unique);
create table if not exists packs (
    place integer primary key, readings integer not null, bytes integer not null, crc integer not null,
    body blob not null);
create table if not exists marks (id integer primary key, grp integer not null, at integer not null);
"""


class OutboxBusy(Exception):
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
    reason: str
    saved_packs: int = 0
    saved_readings: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """What can be read of a damaged file, in its order: descriptions of sensors, packs, marks."""

    groups: tuple[tuple[int, bytes], ...] = ()
    packs: tuple[tuple[int, bytes], ...] = ()
    marks: tuple[tuple[int, int], ...] = ()


class _Damaged(Exception):
    """The file cannot be used; the reason."""


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
        return _open(path), Torn(aside, str(damage))


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
            raise _Damaged(verdict)
        for place, crc, body in db.execute("select place, crc, body from packs"):
            if zlib.crc32(body) != crc:
                raise _Damaged(f"{Place.of(place)} is not what was written")
    except sqlite3.DatabaseError as error:
        db.close()
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise OutboxBusy(f"{path} is in use by another gateway") from None
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise _Damaged(str(error)) from None
    except _Damaged:
        db.close()
        raise
    return db
