"""The southbound side of a gateway: what goes over its socket, the server, and a client for whoever samples sensors.

Blocks of readings come over TCP as JSON lines; each is answered once it is in the outbox.

    -> {"group": 0, "cohorts": [{"id": ..., "gateway": ..., "quantity": ..., "unit": ..., "components": [...], ...}]}
    -> {"n": 1, "group": 0, "at_unix": 1767225600.0, "values": [1.5, null], "quality": [0, 2]}
    <- {"ok": 1}

A group is described once a connection, under a number that the sender chooses. `n` rises on each connection. `ok` means
that every block up to that number is on the gateway's disk. `quality` may be left out if all readings are good. A block
that cannot be used is answered with {"refused": n, "why": ...} and counts as done, as are all blocks of a group whose
sensors are another gateway's. After a line that makes no sense at all, {"refused": null, "why": ...}, the gateway hangs
up.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import select
import selectors
import socket
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.gateway.aggregation import all_aggregated
from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.gateway.node.batches import GroupBook, cohorts_from, to_bytes
from gateways.gateway.outbox import Mark, NewBatch, Outbox
from gateways.wire import topics
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from simulator.contracts.ticks import to_s, to_ticks

HOST = "127.0.0.1"
LINE_BYTES = 4 << 20
"""The longest line: some 200,000 readings (assumption)."""


class BadLine(ValueError):
    """A line that makes no sense; `n` is the number of its block, if it has one."""

    def __init__(self, why: str, n: int | None = None) -> None:
        super().__init__(why)
        self.n = n


@dataclass(frozen=True, slots=True)
class Described:
    """A group gets its number on this connection."""

    group: int
    cohorts: tuple[SensorCohort, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A block of readings; `at` in milliseconds of Unix time."""

    n: int
    group: int
    at: int
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]


def describe_line(group: int, cohorts: Iterable[SensorCohort]) -> bytes:
    return orjson.dumps({"group": group, "cohorts": [dataclasses.asdict(cohort) for cohort in cohorts]}) + b"\n"


def block_line(n: int, group: int, at: int, values: NDArray[np.float64], quality: NDArray[np.uint8]) -> bytes:
    fields: dict[str, Any] = {"n": n, "group": group, "at_unix": to_s(at), "values": np.ascontiguousarray(values)}
    if quality.any():
        fields["quality"] = quality.tolist()
    return orjson.dumps(fields, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"


def read_line(line: bytes) -> Described | Sent:
    """What one line says. Raises `BadLine`."""
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(fields, dict) or type(fields.get("group")) is not int:
        raise BadLine("a line is a JSON object with the number of a group")
    if "cohorts" in fields:
        try:
            return Described(fields["group"], cohorts_from(orjson.dumps(fields["cohorts"])))
        except ValueError as error:
            raise BadLine(str(error)) from None
    n, at = fields.get("n"), fields.get("at_unix")
    if type(n) is not int or n < 0:
        raise BadLine("a block has a number n, 0 or more")
    if isinstance(at, bool) or not isinstance(at, int | float) or not (math.isfinite(at) and abs(at) < 1e12):
        raise BadLine(f"at_unix {at!r} is no Unix time", n)
    values = _array(fields.get("values"), n)
    return Sent(n, fields["group"], to_ticks(at), values, _flags(fields.get("quality"), len(values), n))


def mismatch(sent: Sent, group: SensorGroup) -> str | None:
    """Why a block cannot belong to its group, None if it can."""
    wanted = sum(len(cohort.components) for cohort in group.cohorts)
    return None if wanted == len(sent.values) else f"{len(sent.values)} values for {wanted} sensors"


def _array(values: object, n: int) -> NDArray[np.float64]:
    if not isinstance(values, list) or not values:
        raise BadLine("values are no list with at least one number", n)
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadLine("values are not all numbers or null", n) from None
    if array.ndim != 1:
        raise BadLine("values are lists in a list", n)
    return array


def _flags(quality: object, count: int, n: int) -> NDArray[np.uint8]:
    if quality is None:
        return np.zeros(count, dtype=np.uint8)
    if not isinstance(quality, list) or len(quality) != count:
        raise BadLine("quality is no list as long as values", n)
    if not all(type(flag) is int and flag in _QUALITIES for flag in quality):
        raise BadLine("quality is not made of 0, 1 and 2", n)
    return np.array(quality, dtype=np.uint8)


_QUALITIES = frozenset(int(quality) for quality in Quality)


CONNECTIONS = 64
"""Field clients at once (assumption)."""

RECEIVE_BYTES = 1 << 18
UNREAD_BYTES = 1 << 20
"""Answers that a client leaves unread, beyond which nothing more is taken from it."""

RETRY_S = 0.5
"""Wait before the next try to write to a full disk. Nothing is answered and nothing is read meanwhile."""

MESSAGE_BYTES = 200_000
"""The longest message, with room to what brokers here take (256 kB): packs of sensors with long names are smaller."""

RECORD_BYTES = 60
"""What a reading takes in a message besides its name, at most: labels, number, unit, quality."""

_FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in since the process started: readings committed, readings that were known already, blocks refused."""

    received: int = 0
    repeated: int = 0
    refused: int = 0


@dataclass(slots=True, eq=False)
class _Client:
    socket: socket.socket
    groups: dict[int, SensorGroup] = field(default_factory=dict)
    unread: bytearray = field(default_factory=bytearray)
    answers: bytearray = field(default_factory=bytearray)
    closing: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """Owed to a client once so many readings are committed."""

    after: int
    client: _Client
    n: int


class SouthboundServer:
    """Listens on 127.0.0.1, in a thread of its own between `start` and `stop`.

    One commit takes in everything that came from all clients since the one before it, so that many small blocks cost
    no more than one. A block that was committed before, by its group and time, is answered and not stored again.
    `failure` holds what ended the thread, if something did.
    """

    def __init__(
        self,
        gateway: str,
        outbox: Outbox,
        book: GroupBook,
        *,
        port: int = 0,
        batch_size: int = 1000,
        batch_period_s: float = 0.0,
    ) -> None:
        self._outbox, self._book, self._period_s = outbox, book, batch_period_s
        settings = GatewaySettings(batch_size=batch_size)
        # The bounds are the outbox's: the core only holds what the next commit takes.
        self._core = GatewayCore(gateway, replace(settings, outbox_size=_FOREVER), book.of)
        self._on_commit: Callable[[], None] = lambda: None
        self._open_until: float | None = None
        self._open_marks: dict[Mark, None] = {}
        self._taken = self._committed = 0
        self._owed: deque[_Answer] = deque()
        self.intake = Intake()
        self.failure: BaseException | None = None
        self._ending = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server((HOST, port), backlog=CONNECTIONS)
        self._listener.setblocking(False)
        self._wake_read, self._wake_write = socket.socketpair()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="field", daemon=True)

    def start(self, on_commit: Callable[[], None]) -> None:
        """Take readings from now on; `on_commit` is called after each commit, in the server's thread."""
        self._on_commit = on_commit
        self._thread.start()

    def stop(self) -> None:
        """Commit and answer what has been taken, then hang up."""
        self._ending.set()
        with contextlib.suppress(OSError):  # stopped before
            self._wake_write.send(b".")
        self._thread.join()
        self._wake_read.close()
        self._wake_write.close()

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                self._round()
            self._commit(at_once=True)
        except BaseException as error:
            self.failure = error
        finally:
            for key in list(self._selector.get_map().values()):
                if isinstance(key.data, _Client):
                    self._hang_up(key.data)
            self._selector.close()
            self._listener.close()

    def _round(self) -> None:
        wait = None if self._open_until is None else max(0.0, self._open_until - time.monotonic())
        for key, events in self._selector.select(wait):
            if key.fileobj is self._listener:
                self._accept()
            elif isinstance(key.data, _Client):
                if events & selectors.EVENT_READ:
                    self._receive(key.data)
                if events & selectors.EVENT_WRITE:
                    self._flush(key.data)
        self._commit(at_once=False)

    # readings

    def _take(self, client: _Client, line: bytes) -> None:
        try:
            said = read_line(line)
            if isinstance(said, Described):
                self._describe(client, said)
                return
        except BadLine as error:
            self._refuse(client, error.n, str(error))
            client.closing = error.n is None
            return
        group = client.groups.get(said.group)
        if group is None:
            self._refuse(client, said.n, f"the group {said.group} was not described, or refused")
            return
        if (why := mismatch(said, group)) is not None:
            self._refuse(client, said.n, why)
            return
        mark = Mark(self._book.number(group), said.at)
        leaving = self._core.sums.through(Readings(group, said.at, said.values, said.quality))
        if leaving is None:
            pass  # private, and too few: that is all that becomes of them
        elif mark in self._open_marks or self._outbox.knows(mark):
            self.intake = replace(self.intake, repeated=self.intake.repeated + len(said.values))
        else:
            if self._core.open_since is None:
                self._open_until = time.monotonic() + self._period_s
            self._core.take(leaving)
            self._open_marks[mark] = None
            self._taken += len(leaving.values)
        self._owed.append(_Answer(self._taken, client, said.n))

    def _describe(self, client: _Client, said: Described) -> None:
        strangers = sorted({c.gateway for c in said.cohorts if c.gateway != self._core.gateway})
        if strangers:
            # Its blocks are refused one by one, so that the sender goes on with other groups.
            self._refuse(client, None, f"sensors of {', '.join(strangers)} do not report to {self._core.gateway}")
            return
        named = (sensor for cohort in (*said.cohorts, *all_aggregated(said.cohorts)) for sensor in cohort.sensors)
        longest = max(len(topics.name(sensor)) for sensor in named)
        size = max(1, min(self._core.settings.batch_size, MESSAGE_BYTES // (longest + RECORD_BYTES)))
        self._core.settings = replace(self._core.settings, batch_size=size)
        try:
            group = client.groups[said.group] = self._book.of(said.cohorts)
            self._core.sums.outward(group)  # so that what leaves is described on the disk, too
        except sqlite3.OperationalError as error:
            raise BadLine(f"the outbox cannot be written: {error}") from None

    def _refuse(self, client: _Client, n: int | None, why: str) -> None:
        self.intake = replace(self.intake, refused=self.intake.refused + 1)
        self._answer(client, {"refused": n, "why": why})

    def _commit(self, at_once: bool) -> None:
        if self._open_until is not None and (at_once or time.monotonic() >= self._open_until):
            self._core.seal_due(_FOREVER)
        elif self._core.waiting():
            # A full pack does not wait, nor may its mark be on the disk before the rest of its block.
            self._core.seal_due(_FOREVER)
        if packs := self._core.waiting():
            self._open_until = None
            self._put([NewBatch(len(pack), to_bytes(pack.blocks, self._book)) for pack in packs], self._open_marks)
            self._core.acknowledge(packs[-1].sequence)
            self._open_marks = {}
            committed = sum(len(pack) for pack in packs)
            self._committed += committed
            self.intake = replace(self.intake, received=self.intake.received + committed)
            self._on_commit()
        done: dict[_Client, int] = {}
        while self._owed and self._owed[0].after <= self._committed:
            answer = self._owed.popleft()
            done[answer.client] = answer.n
        for client, n in done.items():
            self._answer(client, {"ok": n})

    def _put(self, packs: list[NewBatch], marks: Iterable[Mark]) -> None:
        while True:
            try:
                self._outbox.put(packs, marks)
                return
            except sqlite3.OperationalError:
                # The disk is full. Acknowledgements make room in the file; until then the field side has to wait.
                if self._ending.wait(RETRY_S):
                    raise

    # sockets

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            if len(self._selector.get_map()) > CONNECTIONS + 1:
                connection.close()
                return
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(connection, selectors.EVENT_READ, _Client(connection))

    def _receive(self, client: _Client) -> None:
        try:
            chunk = client.socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._hang_up(client)
            return
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = bytes(client.unread) + whole[0]
            client.unread = bytearray(rest)
        else:
            client.unread += rest
        for line in whole:
            if line and not client.closing:
                self._take(client, line)
        if len(client.unread) > LINE_BYTES:
            self._answer(client, {"refused": None, "why": f"a line is longer than {LINE_BYTES} bytes"})
            client.closing = True
        if client.closing:
            self._flush(client)

    def _answer(self, client: _Client, fields: dict[str, object]) -> None:
        client.answers += orjson.dumps(fields) + b"\n"
        self._flush(client)

    def _flush(self, client: _Client) -> None:
        if client.socket.fileno() < 0:
            return
        try:
            if client.answers:
                del client.answers[: client.socket.send(client.answers)]
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up(client)
            return
        if client.closing and not client.answers:
            self._hang_up(client)
            return
        events = selectors.EVENT_WRITE if client.answers else 0
        if len(client.answers) < UNREAD_BYTES and not client.closing:
            events |= selectors.EVENT_READ
        if self._selector.get_key(client.socket).events != events:
            self._selector.modify(client.socket, events, client)

    def _hang_up(self, client: _Client) -> None:
        if client.socket.fileno() >= 0:
            self._selector.unregister(client.socket)
            client.socket.close()


WINDOW = 512
"""Blocks that the gateway has not answered; it remembers more than that, and so knows each that is sent again."""

RECONNECT_S = (0.05, 1.0)
"""Shortest and longest wait before the next try to reach the gateway (assumption)."""

CONNECT_S = 2.0


@dataclass(frozen=True, slots=True)
class SouthboundCounts:
    """Readings: sent = acknowledged + waiting + dropped + refused. `resent` counts those that went out once more."""

    sent: int = 0
    acknowledged: int = 0
    waiting: int = 0
    dropped: int = 0
    refused: int = 0
    resent: int = 0


@dataclass(slots=True, eq=False)
class _Entry:
    n: int
    readings: Readings
    refused: bool = False

    def __len__(self) -> int:
        return len(self.readings.values)


class SouthboundClient:
    """Hands readings to a gateway process on this machine, from a thread of its own.

    `send` only appends to a queue of at most `limit_readings` (assumption: a million, some 16 MB); beyond it the oldest
    blocks that have not gone out are dropped and counted. What went out without an answer is sent again after a
    reconnection. `clock_start_unix` is the Unix time of tick 0. `acknowledged(n)` is called in the client's thread when
    every block up to number `n` that was neither dropped nor refused is on the gateway's disk. The gateway may come
    back on another port: set `port`.
    """

    def __init__(
        self,
        port: int,
        clock_start_unix: float = 0.0,
        *,
        limit_readings: int = 1_000_000,
        acknowledged: Callable[[int], None] = lambda n: None,
    ) -> None:
        self.port = port
        self._start, self._limit, self._tell = to_ticks(clock_start_unix), limit_readings, acknowledged
        self._lock = threading.Condition()
        self._queue: deque[_Entry] = deque()
        self._out: deque[_Entry] = deque()
        self._next = self._queued = 0
        self._sent = self._acknowledged = self._dropped = self._refused = self._resent = 0
        self._ending = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="field-client", daemon=True)
        self._thread.start()

    def send(self, readings: Readings) -> int:
        """Queue a block, whose arrays must not change later. Returns its number, from 0. Never waits."""
        with self._lock:
            entry = _Entry(self._next, readings)
            self._next += 1
            self._queue.append(entry)
            self._queued += len(entry)
            self._sent += len(entry)
            while self._queued > self._limit and self._queue:
                dropped = self._queue.popleft()
                self._queued -= len(dropped)
                self._dropped += len(dropped)
        self._wake()
        return entry.n

    def counts(self) -> SouthboundCounts:
        with self._lock:
            waiting = self._sent - self._acknowledged - self._dropped - self._refused
            return SouthboundCounts(self._sent, self._acknowledged, waiting, self._dropped, self._refused, self._resent)

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything sent is answered; whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._queue and not self._out, timeout_s)

    def close(self, flush_s: float = 0.0) -> SouthboundCounts:
        """Wait for answers for at most so long, then hang up. What still waits is told in the counts."""
        if flush_s > 0:
            self.wait(flush_s)
        self._ending.set()
        self._wake()
        self._thread.join()
        self._wake_read.close()
        self._wake_write.close()
        return self.counts()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full, or closed: either way nobody need be woken
            self._wake_write.send(b".")

    def _run(self) -> None:
        delay = RECONNECT_S[0]
        while not self._ending.is_set():
            try:
                with socket.create_connection((HOST, self.port), CONNECT_S) as connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.setblocking(False)
                    if _Conversation(self, connection).hold():
                        delay = RECONNECT_S[0]
            except OSError:
                pass
            self._ending.wait(delay)
            delay = min(2 * delay, RECONNECT_S[1])


class _Conversation:
    """One connection, from the first block to send again to the end of the line."""

    def __init__(self, client: SouthboundClient, connection: socket.socket) -> None:
        self._client, self._socket = client, connection
        self._groups: dict[SensorGroup, int] = {}
        self._output = bytearray()
        self._input = b""
        self._answered = False

    def hold(self) -> bool:
        """Until the gateway hangs up or the client ends. Returns whether anything was answered."""
        client = self._client
        with client._lock:
            again = tuple(entry for entry in client._out if not entry.refused)
            client._resent += sum(len(entry) for entry in again)
        for entry in again:
            self._write(entry)
        while not client._ending.is_set():
            self._fill()
            read, write, _ = select.select(
                [self._socket, client._wake_read], [self._socket] if self._output else [], [], None
            )
            if client._wake_read in read:
                with contextlib.suppress(BlockingIOError):
                    client._wake_read.recv(4096)
            try:
                if write:
                    del self._output[: self._socket.send(self._output)]
                if self._socket in read and not self._receive():
                    break
            except BlockingIOError:
                continue
            except OSError:
                break
        return self._answered

    def _fill(self) -> None:
        client = self._client
        while len(self._output) < 1 << 18:
            with client._lock:
                if not client._queue or len(client._out) >= WINDOW:
                    return
                entry = client._queue.popleft()
                client._queued -= len(entry)
                client._out.append(entry)
            self._write(entry)

    def _write(self, entry: _Entry) -> None:
        readings = entry.readings
        if readings.group not in self._groups:
            self._groups[readings.group] = len(self._groups)
            self._output += describe_line(self._groups[readings.group], readings.group.cohorts)
        at = self._client._start + readings.at
        self._output += block_line(entry.n, self._groups[readings.group], at, readings.values, readings.quality)

    def _receive(self) -> bool:
        chunk = self._socket.recv(1 << 16)
        if not chunk:
            return False
        *whole, self._input = (self._input + chunk).split(b"\n")
        for line in whole:
            self._hear(orjson.loads(line))
        return True

    def _hear(self, answer: dict[str, int | str | None]) -> None:
        client = self._client
        refused, ok = answer.get("refused"), answer.get("ok")
        with client._lock:
            for entry in client._out:
                if refused is not None and entry.n == refused and not entry.refused:
                    entry.refused = True
                    client._refused += len(entry)
            while isinstance(ok, int) and client._out and client._out[0].n <= ok:
                entry = client._out.popleft()
                if not entry.refused:
                    client._acknowledged += len(entry)
            while client._out and client._out[0].refused:
                client._out.popleft()
            client._lock.notify_all()
        self._answered = True
        if isinstance(ok, int):
            client._tell(ok)
