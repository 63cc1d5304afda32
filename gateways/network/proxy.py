"""A link that can be cut: a TCP proxy on this machine between two that think they talk to each other directly."""

from __future__ import annotations

import contextlib
import math
import random
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType

HOST = "127.0.0.1"
BUFFER_BYTES = 1 << 16
"""Bytes on their way in one direction of one connection; then the sender has to wait (assumption: a small router)."""

CONNECTIONS = 64
"""Connections at once (assumption); more are closed at once."""

JOIN_S = 5.0

RETRANSMIT_S = (0.2, 60.0)
"""What a lost segment costs on TCP: it is sent again after 0.2 s at least (Linux; RFC 6298 has 1 s), doubled with each
further loss up to 60 s, and all behind it waits."""


@dataclass(slots=True, eq=False)
class _Way:
    """One direction of a connection, with what is on its way: when it is due, and the bytes."""

    source: socket.socket
    sink: socket.socket
    queue: deque[tuple[float, bytes]] = field(default_factory=deque)
    size: int = 0
    ended: bool = False
    """The source has said that nothing more comes."""
    done: bool = False
    """The sink has been told so."""

    def due(self) -> float:
        return self.queue[0][0] if self.queue else math.inf


@dataclass(slots=True, eq=False)
class _Pair:
    """A connection from the listening side and the one that was made for it."""

    near: socket.socket
    far: socket.socket
    there: _Way
    back: _Way
    connected: bool = False

    @property
    def ways(self) -> tuple[_Way, _Way]:
        return self.there, self.back


class TcpProxy:
    """Takes connections on 127.0.0.1 (or `host`) and hands their bytes on to `target` and back, in its own thread.

    `cut` is what a digger does (`hang`: nothing passes and nobody is told, connections stay open, and go on after
    `mend`) or what a firewall does (everything is closed, and so is each new connection). `delay` holds every byte for
    so long, in each direction. `lose` is packet loss as it looks to those who speak TCP over it: no byte is missing,
    but what passed in one piece comes later by retransmissions, and what is behind it waits. `port` stays the same from
    the first `start` to `stop`.
    """

    def __init__(
        self, target: tuple[str, int], listen_port: int = 0, buffer_bytes: int = BUFFER_BYTES, host: str = HOST
    ) -> None:
        if buffer_bytes < 1:
            raise ValueError("a buffer holds at least one byte")
        self.target = target
        self._limit = buffer_bytes
        self._state = "sound"
        self._delay_s = self._loss = 0.0
        self._draw = random.Random(listen_port)
        self._drop = False
        self._ending = False
        self._pairs: list[_Pair] = []
        self._watched: dict[socket.socket, int] = {}
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server((host, listen_port), backlog=CONNECTIONS)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"link-{self.port}", daemon=True)

    @property
    def connections(self) -> int:
        """Connections that are open now."""
        return len(self._pairs)

    def start(self) -> None:
        self._thread.start()

    def cut(self, hang: bool = True) -> None:
        """Let nothing pass any more. Returns at once; it holds from within milliseconds."""
        self._state = "hung" if hang else "closed"
        self._wake()

    def mend(self) -> None:
        """Let everything pass again. A delay stays."""
        self._state = "sound"
        self._wake()

    def delay(self, seconds: float) -> None:
        """Hold what comes from now on for so long. Raises `ValueError` for a time that cannot be."""
        if not 0 <= seconds < math.inf:
            raise ValueError(f"{seconds} s is no delay")
        self._delay_s = seconds
        self._wake()

    def lose(self, share: float) -> None:
        """Lose this share of the pieces that come from now on. Raises `ValueError` for what is no share below 1."""
        if not 0 <= share < 1:
            raise ValueError(f"{share} is no share that can be lost")
        self._loss = share

    def drop(self) -> None:
        """Close all connections; new ones are taken. Returns at once."""
        self._drop = True
        self._wake()

    def stop(self) -> None:
        """Close everything. May be called twice, and before `start`."""
        self._ending = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        for one in (self._listener, self._wake_write):
            one.close()

    def __enter__(self) -> TcpProxy:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake already; closed: it has ended
            self._wake_write.send(b".")

    # the proxy's thread

    def _run(self) -> None:
        self._watch(self._wake_read, selectors.EVENT_READ)
        try:
            while not self._ending:
                self._round()
        finally:
            for pair in list(self._pairs):
                self._close(pair)
            self._listener.close()
            self._selector.close()
            self._wake_read.close()

    def _round(self) -> None:
        state = self._state
        if state == "closed" or self._drop:
            self._drop = False
            for pair in list(self._pairs):
                self._close(pair)
        self._watch(self._listener, 0 if state == "hung" else selectors.EVENT_READ)
        now = time.monotonic()
        soonest = math.inf
        for pair in self._pairs:
            for one, events in self._interest(pair, state, now):
                self._watch(one, events)
            if state == "sound":
                soonest = min([soonest, *(way.due() for way in pair.ways if way.due() > now)])
        ready = self._selector.select(None if soonest == math.inf else max(0.0, soonest - now))
        if state != self._state:
            self._drain_wake()
            return
        sockets = {key.fileobj: events for key, events in ready}
        if self._wake_read in sockets:
            self._drain_wake()
        if self._listener in sockets:
            self._accept(refuse=state == "closed")
        for pair in list(self._pairs):
            if pair.near in sockets or pair.far in sockets:
                self._serve(pair, sockets.get(pair.near, 0), sockets.get(pair.far, 0))

    def _drain_wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_read.recv(4096)

    def _interest(self, pair: _Pair, state: str, now: float) -> Iterator[tuple[socket.socket, int]]:
        """What to wait for on both sockets of a connection; nothing at all while the link hangs."""
        if state != "sound":
            yield from ((pair.near, 0), (pair.far, 0))
            return
        if not pair.connected:
            yield from ((pair.near, 0), (pair.far, selectors.EVENT_WRITE))
            return
        for incoming, outgoing in (pair.ways, pair.ways[::-1]):
            events = selectors.EVENT_READ if not incoming.ended and incoming.size < self._limit else 0
            if outgoing.due() <= now or (outgoing.ended and not outgoing.queue and not outgoing.done):
                events |= selectors.EVENT_WRITE
            yield incoming.source, events

    def _accept(self, refuse: bool) -> None:
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        if refuse or len(self._pairs) >= CONNECTIONS:
            near.close()
            return
        far = socket.socket()
        for one in (near, far):
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.connect_ex(self.target)
        self._pairs.append(_Pair(near, far, _Way(near, far), _Way(far, near)))

    def _serve(self, pair: _Pair, near: int, far: int) -> None:
        try:
            if not pair.connected:
                if pair.far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    self._close(pair)
                pair.connected = True
                return
            for incoming, outgoing, events in ((*pair.ways, near), (*pair.ways[::-1], far)):
                if events & selectors.EVENT_WRITE:
                    self._send(outgoing)
                if events & selectors.EVENT_READ:
                    self._receive(incoming)
        except BlockingIOError:
            return
        except OSError:
            self._close(pair)
            return
        if pair.there.done and pair.back.done:
            self._close(pair)

    def _receive(self, way: _Way) -> None:
        chunk = way.source.recv(self._limit - way.size)
        if not chunk:
            way.ended = True
            return
        way.queue.append((time.monotonic() + self._delay_s + self._retransmissions(), chunk))
        way.size += len(chunk)

    def _retransmissions(self) -> float:
        """How much later a piece comes because it, and its repetitions, were lost."""
        wait, late = RETRANSMIT_S[0], 0.0
        while self._draw.random() < self._loss:
            late += wait
            wait = min(2 * wait, RETRANSMIT_S[1])
        return late

    def _send(self, way: _Way) -> None:
        now = time.monotonic()
        while way.due() <= now:
            due, chunk = way.queue.popleft()
            sent = 0
            try:
                sent = way.sink.send(chunk)
            finally:
                way.size -= sent
                if sent < len(chunk):
                    way.queue.appendleft((due, chunk[sent:]))
        if way.ended and not way.queue and not way.done:
            way.done = True
            way.sink.shutdown(socket.SHUT_WR)

    def _close(self, pair: _Pair) -> None:
        self._pairs.remove(pair)
        for one in (pair.near, pair.far):
            self._watch(one, 0)
            one.close()

    def _watch(self, one: socket.socket, events: int) -> None:
        before = self._watched.get(one, 0)
        if events == before:
            return
        if not events:
            del self._watched[one]
            self._selector.unregister(one)
            return
        if before:
            self._selector.modify(one, events)
        else:
            self._selector.register(one, events)
        self._watched[one] = events
