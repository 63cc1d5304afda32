"""The connection of ingest to one broker, and messages between the threads that receive and the one that commits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateways.brokers.address import BrokerAddress, configure_client
from gateways.wire.versions import FILTER

if TYPE_CHECKING:
    from paho.mqtt.client import Client

OVERHEAD_BYTES = 200
"""What a message costs in memory beside its payload (assumption)."""


def held_bytes(payload: bytes) -> int:
    """What a message with this payload costs in memory."""
    return len(payload) + OVERHEAD_BYTES


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
        size = held_bytes(payload)
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


KEEPALIVE_S = 5
"""A broker that hangs is noticed after about twice this (assumption: readings find the other broker meanwhile)."""

RECONNECT_S = (1, 5)
"""Shortest and longest wait before the next try to reach a broker that is gone (assumption)."""


class BrokerLink:
    """Subscribes to readings at one broker and publishes there, for as long as it takes.

    Messages go to `receive`, on paho's thread; the one after it waits until that returns. `connected` is called with
    each new connection. Sessions are clean: what a broker would keep for us, gateways keep as well, and send again. The
    subscription is not shared: Mosquitto gives shared messages to members without rights as well, and drops them.
    """

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        will: tuple[str, bytes],
        receive: Callable[[str, bytes], None],
        connected: Callable[[BrokerLink], None],
    ) -> None:
        self.address = address
        self._client_id, self._will = client_id, will
        self._receive, self._connected = receive, connected
        self._subscribed = False
        self._client: Client | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def online(self) -> bool:
        """Whether the broker is there and has granted the subscription."""
        client = self._client
        return client is not None and client.is_connected() and self._subscribed

    def start(self) -> None:
        """Connect, and go on trying. Raises `UnsafeSecret` and `OSError` for files that cannot be used."""
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=mqtt.MQTTv311)
        configure_client(client, self.address)
        client.will_set(*self._will, qos=1, retain=True)
        client.reconnect_delay_set(*RECONNECT_S)
        client.on_connect, client.on_message = self._on_connect, self._on_message
        client.on_subscribe = self._on_subscribe
        client.connect_async(self.address.host, self.address.port, KEEPALIVE_S)
        with self._lock:
            if self._closed:
                return
            self._client = client
            client.loop_start()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send if there is a connection, else not at all."""
        client = self._client
        if client is not None and client.is_connected():
            client.publish(topic, payload, qos=0, retain=retain)

    def close(self) -> None:
        """Disconnect. The last will is not sent."""
        with self._lock:
            self._closed = True
            client, self._client = self._client, None
        if client is not None:
            _end(client)

    # paho's thread

    def _on_connect(self, client: Client, userdata: object, flags: object, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            return
        self._subscribed = False
        client.subscribe(FILTER, qos=1)
        self._connected(self)

    def _on_subscribe(self, client: Client, userdata: object, mid: int, reasons: list[Any], properties: object) -> None:
        self._subscribed = not any(reason.is_failure for reason in reasons)

    def _on_message(self, client: Client, userdata: object, message: Any) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "?"
        self._receive(topic, bytes(message.payload))


def _end(client: Client) -> None:
    client.disconnect()
    # paho 2.2 looks at its thread twice; one that ends in between becomes None (paho issue 872), and then has ended.
    with contextlib.suppress(AttributeError):
        client.loop_stop()
