"""The field side of a gateway: takes blocks of readings over TCP, commits them to the outbox, then answers."""

from __future__ import annotations

import contextlib
import selectors
import socket
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import orjson

from gateways.gateway.aggregation import all_leaving
from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.gateway.node import lines
from gateways.gateway.node.frames import GroupBook, to_bytes
from gateways.gateway.outbox import Mark, NewPack, Outbox
from gateways.wire import topics
from simulator.contracts.sensor import Readings, SensorGroup

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


class FieldServer:
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
        self._listener = socket.create_server((lines.HOST, port), backlog=CONNECTIONS)
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
        self._wake_write.send(b".")
        self._thread.join()

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
            said = lines.read(line)
            if isinstance(said, lines.Described):
                self._describe(client, said)
                return
        except lines.BadLine as error:
            self._refuse(client, error.n, str(error))
            client.closing = error.n is None
            return
        group = client.groups.get(said.group)
        if group is None:
            self._refuse(client, said.n, f"the group {said.group} was not described, or refused")
            return
        if (why := lines.mismatch(said, group)) is not None:
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

    def _describe(self, client: _Client, said: lines.Described) -> None:
        strangers = sorted({c.gateway for c in said.cohorts if c.gateway != self._core.gateway})
        if strangers:
            # Its blocks are refused one by one, so that the sender goes on with other groups.
            self._refuse(client, None, f"sensors of {', '.join(strangers)} do not report to {self._core.gateway}")
            return
        named = (sensor for cohort in (*said.cohorts, *all_leaving(said.cohorts)) for sensor in cohort.sensors)
        longest = max(len(topics.name(sensor)) for sensor in named)
        size = max(1, min(self._core.settings.batch_size, MESSAGE_BYTES // (longest + RECORD_BYTES)))
        self._core.settings = replace(self._core.settings, batch_size=size)
        try:
            group = client.groups[said.group] = self._book.of(said.cohorts)
            self._core.sums.outward(group)  # so that what leaves is described on the disk, too
        except sqlite3.OperationalError as error:
            raise lines.BadLine(f"the outbox cannot be written: {error}") from None

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
            self._put([NewPack(len(pack), to_bytes(pack.blocks, self._book)) for pack in packs], self._open_marks)
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

    def _put(self, packs: list[NewPack], marks: Iterable[Mark]) -> None:
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
        if len(client.unread) > lines.LINE_BYTES:
            self._answer(client, {"refused": None, "why": f"a line is longer than {lines.LINE_BYTES} bytes"})
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
