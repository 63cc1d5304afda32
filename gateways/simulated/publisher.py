"""An MQTT client that never holds up the simulation."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateways.brokers.embedded import BrokerUnavailable, Login
from gateways.wire import topics
from gateways.wire.payload import status_message

if TYPE_CHECKING:
    from paho.mqtt.client import Client

INFLIGHT = 20
"""Messages on their way without an acknowledgement; more made paho slower, as every acknowledgement scans them all."""

KEEPALIVE_S = 10
"""A broker that hangs is noticed after about twice this (assumption)."""

RECONNECT_S = (1, 5)
"""Shortest and longest wait before the next try to reach a broker that is gone (assumption)."""


_PRESENCE = topics.status(topics.RUN)


@dataclass(frozen=True, slots=True)
class PublisherCount:
    """Readings that the broker has acknowledged, and readings that were dropped on the way to it."""

    published: int
    dropped: int


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    readings: int
    payload: Callable[[], bytes]
    retain: bool = False


class Publisher:
    """Publishes to one broker with QoS 1, from a thread of its own.

    `put` and `retain` only append to a queue. Beyond `queue_readings` (assumption: a million, some 16 MB) what comes
    is dropped and counted, as is what is left when the broker stays away. While it is away the queue is kept, and
    paho connects again by itself. Every reading put is counted once: published + dropped after `close`. The status of
    the run itself is retained below `topics.RUN`: online with each connection, offline by last will, ended by `close`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        login: Login,
        *,
        client_id: str = "stadtwerk",
        queue_readings: int = 1_000_000,
    ) -> None:
        self._host, self._port, self._login = host, port, login
        self._client_id, self._limit = client_id, queue_readings
        self._client: Client | None = None
        self._wake = threading.Condition()
        self._queue: deque[_Message] = deque()
        self._retained: dict[str, _Message] = {}
        self._queued = self._published = self._dropped = 0
        self._underway: dict[int, _Message] = {}
        self._early: set[int] = set()
        self._connected = False
        self._refusal = ""
        self._deadline: float | None = None
        self._worker = threading.Thread(target=self._work, name="publisher", daemon=True)

    def start(self, timeout_s: float = 5.0) -> None:
        """Connect. Raises `BrokerUnavailable` if that fails or takes longer."""
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=mqtt.MQTTv311)
        client.username_pw_set(self._login.user, self._login.password)
        client.will_set(_PRESENCE, status_message(topics.RUN, "offline"), qos=1, retain=True)
        client.max_inflight_messages_set(INFLIGHT)
        client.reconnect_delay_set(*RECONNECT_S)
        client.on_connect, client.on_disconnect, client.on_publish = self._on_connect, self._on_disconnect, self._on_ack
        try:
            client.connect(self._host, self._port, KEEPALIVE_S)
        except OSError as error:
            raise BrokerUnavailable(f"no broker at {self._host}:{self._port}: {error}") from error
        client.loop_start()
        with self._wake:
            self._wake.wait_for(lambda: self._connected or self._refusal, timeout_s)
            reason = "" if self._connected else self._refusal or f"no answer within {timeout_s:g} s"
        if reason:
            client.disconnect()
            _end_thread(client)
            raise BrokerUnavailable(f"the broker at {self._host}:{self._port} refused: {reason}")
        self._client = client
        self._worker.start()

    def put(self, topic: str, readings: int, payload: Callable[[], bytes]) -> bool:
        """Queue a pack of so many readings; `payload` is called later, on the publisher's thread. False: dropped."""
        with self._wake:
            if self._deadline is not None or self._queued + readings > self._limit:
                self._dropped += readings
                return False
            self._queued += readings
            self._queue.append(_Message(topic, readings, payload))
            self._wake.notify_all()
            return True

    def retain(self, topic: str, payload: bytes) -> None:
        """Publish a retained message, ahead of the queue. Of several for one topic only the last one matters."""
        with self._wake:
            if self._deadline is None:
                self._retain(topic, payload)

    def close(self, flush_s: float = 5.0) -> PublisherCount:
        """Publish what is queued for at most `flush_s` seconds, or not at all without a broker, and disconnect."""
        with self._wake:
            if self._deadline is None:
                self._deadline = time.monotonic() + flush_s
                self._retain(_PRESENCE, status_message(topics.RUN, "ended"))
        if self._client is not None:
            self._worker.join(flush_s + 1.0)
            self._disconnect(self._client)
            self._client = None
        with self._wake:
            for message in (*self._queue, *self._underway.values()):
                self._dropped += message.readings
            self._queue.clear()
            self._underway.clear()
            return PublisherCount(self._published, self._dropped)

    def _retain(self, topic: str, payload: bytes) -> None:
        self._retained[topic] = _Message(topic, 0, lambda: payload, retain=True)
        self._wake.notify_all()

    def _disconnect(self, client: Client) -> None:
        client.disconnect()
        # paho's thread stays until all is acknowledged. A broker that hangs never does that, so hang up on it.
        hung = client.socket() if self._underway else None
        if isinstance(hung, socket.socket):
            with contextlib.suppress(OSError):
                hung.shutdown(socket.SHUT_RDWR)
        _end_thread(client)

    # the publisher's thread

    def _work(self) -> None:
        client = self._client
        assert client is not None
        while (message := self._next()) is not None:
            info = client.publish(message.topic, message.payload(), qos=1, retain=message.retain)
            with self._wake:
                # The acknowledgement may come before `publish` has returned.
                if info.mid in self._early:
                    self._early.remove(info.mid)
                    self._published += message.readings
                else:
                    self._underway[info.mid] = message

    def _next(self) -> _Message | None:
        """The next message that may be sent, None when all is done or time is up."""
        with self._wake:
            while True:
                waiting = bool(self._retained or self._queue)
                if self._deadline is not None:
                    left = self._deadline - time.monotonic()
                    if left <= 0 or not self._connected or not (waiting or self._underway):
                        return None
                else:
                    left = None
                if waiting and self._connected and len(self._underway) < INFLIGHT:
                    if self._retained:
                        return self._retained.pop(next(iter(self._retained)))
                    message = self._queue.popleft()
                    self._queued -= message.readings
                    return message
                self._wake.wait(left)

    # paho's thread

    def _on_connect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        with self._wake:
            self._connected = not reason.is_failure
            self._refusal = str(reason) if reason.is_failure else ""
            if self._connected and self._deadline is None:
                self._retain(_PRESENCE, status_message(topics.RUN, "online"))
            self._wake.notify_all()
        if reason.is_failure and self._client is None:
            client.disconnect()  # the first login was refused; another try would be, too

    def _on_disconnect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        with self._wake:
            self._connected = False
            self._wake.notify_all()

    def _on_ack(self, client: Client, userdata: object, mid: int, reason: object, properties: object) -> None:
        with self._wake:
            message = self._underway.pop(mid, None)
            if message is None:
                self._early.add(mid)
            else:
                self._published += message.readings
            self._wake.notify_all()


def _end_thread(client: Client) -> None:
    # paho 2.2 looks at its thread twice; one that ends in between becomes None (paho issue 872), and then has ended.
    with contextlib.suppress(AttributeError):
        client.loop_stop()
