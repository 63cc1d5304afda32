"""What a gateway still has to deliver, on disk: it survives the end of the process at any instant."""

from __future__ import annotations

import contextlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from gateways.gateway.outbox_file import START, OutboxBusy, Place, Torn, next_boot, open_file, saved

__all__ = ["START", "Held", "Mark", "NewPack", "OutPack", "Outbox", "OutboxBusy", "Place", "Torn"]

LIMIT_BYTES = 64 << 20
"""Room for packs (assumption: a week and more of a gateway with 100 sensors a minute, at 9 bytes a reading)."""

OVERHEAD_BYTES = 128
"""What a pack costs in the file besides its body: row, index, slack of the page (assumption, rounded up)."""

MARKS = 16_384
"""How many of the last blocks are remembered, so that one that is sent again is known. A field client has at most 512
without an answer, so this is enough for 32 of them at once."""


@dataclass(frozen=True, slots=True)
class OutPack:
    """A pack that waits for its acknowledgement. The body is opaque here."""

    place: Place
    readings: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NewPack:
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

    def put(self, packs: Sequence[NewPack], marks: Iterable[Mark] = ()) -> tuple[Place, ...]:
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

    def unacknowledged(self, limit: int, after: Place = START) -> list[OutPack]:
        """At most `limit` packs behind a place, in the order (boot, sequence)."""
        with self._lock:
            rows = self._db.execute(
                "select place, readings, body from packs where place > ? order by place limit ?",
                (int(after), limit),
            ).fetchall()
        return [OutPack(Place.of(number), readings, body) for number, readings, body in rows]

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
            self.put([NewPack(readings, body)])
        self.put((), [Mark(*mark) for mark in rest.marks])
        self.torn = replace(torn, saved_packs=len(rest.packs), saved_readings=sum(n for n, _ in rest.packs))
