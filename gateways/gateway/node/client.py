"""The other end of a gateway's field side, for whoever samples sensors."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from gateways.gateway.node import lines
from simulator.contracts.sensor import Readings, SensorGroup
from simulator.contracts.ticks import to_ticks

WINDOW = 512
"""Blocks that the gateway has not answered; it remembers more than that, and so knows each that is sent again."""

RECONNECT_S = (0.05, 1.0)
"""Shortest and longest wait before the next try to reach the gateway (assumption)."""

CONNECT_S = 2.0


@dataclass(frozen=True, slots=True)
class FieldCounts:
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


class FieldClient:
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

    def counts(self) -> FieldCounts:
        with self._lock:
            waiting = self._sent - self._acknowledged - self._dropped - self._refused
            return FieldCounts(self._sent, self._acknowledged, waiting, self._dropped, self._refused, self._resent)

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything sent is answered; whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._queue and not self._out, timeout_s)

    def close(self, flush_s: float = 0.0) -> FieldCounts:
        """Wait for answers for at most so long, then hang up. What still waits is told in the counts."""
        if flush_s > 0:
            self.wait(flush_s)
        self._ending.set()
        self._wake()
        self._thread.join()
        return self.counts()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_write.send(b".")

    def _run(self) -> None:
        delay = RECONNECT_S[0]
        while not self._ending.is_set():
            try:
                with socket.create_connection((lines.HOST, self.port), CONNECT_S) as connection:
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

    def __init__(self, client: FieldClient, connection: socket.socket) -> None:
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
            self._output += lines.describe(self._groups[readings.group], readings.group.cohorts)
        at = self._client._start + readings.at
        self._output += lines.block(entry.n, self._groups[readings.group], at, readings.values, readings.quality)

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
