"""Messages between the threads that receive and the one that commits."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

OVERHEAD_BYTES = 200
"""What a message costs in memory beside its payload (assumption)."""


@dataclass(frozen=True, slots=True)
class Message:
    """As it came. `at_s` is the monotonic clock's."""

    topic: str
    payload: bytes
    at_s: float


class Inbox:
    """A queue of at most `limit_bytes`. Who puts waits for room, which holds up the sender in turn."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._change = threading.Condition()
        self._closed = False

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    def put(self, topic: str, payload: bytes, timeout_s: float) -> bool:
        """False if there was no room for so long, or the inbox is closed: the message is dropped."""
        size = len(payload) + OVERHEAD_BYTES
        with self._change:
            if not self._change.wait_for(lambda: self._closed or not self._bytes or self._fits(size), timeout_s):
                return False
            if self._closed:
                return False
            self._bytes += size
            self._messages.append(Message(topic, payload, time.monotonic()))
            if len(self._messages) == 1:
                self._change.notify_all()
            return True

    def take(self, timeout_s: float) -> list[Message]:
        """All that is there, after waiting for the first one for at most `timeout_s`."""
        with self._change:
            self._change.wait_for(lambda: self._messages or self._closed, timeout_s)
            taken = list(self._messages)
            self._messages.clear()
            self._bytes = 0
            self._change.notify_all()
            return taken

    def close(self) -> None:
        """Nothing more is put; what is there may still be taken."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _fits(self, size: int) -> bool:
        return self._bytes + size <= self._limit
