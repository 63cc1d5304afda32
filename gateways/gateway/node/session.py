"""One connection to one broker, driven by one thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateways.brokers.address import BrokerAddress, UnsafeSecret, configure_client

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage


@dataclass(frozen=True, slots=True)
class Heard:
    """Who is told what happens on a connection; all but `wake` in the thread that calls `Session.move`.

    `up(session)`: the login was taken. `down(session, reason)`: refused, not reached or cut; the session is of no more
    use. `message(session, topic, payload)`. `taken(session, id)`: the broker has a message of ours. `wake()`:
    there is something to do, called from any thread.
    """

    up: Callable[[Session], None]
    down: Callable[[Session, str], None]
    message: Callable[[Session, str, bytes], None]
    taken: Callable[[Session, int], None]
    wake: Callable[[], None]


class Session:
    """A login at one broker with MQTT 3.1.1, a clean session and a last will.

    Connecting is done in a short-lived thread, as names and TLS take their time; from then on everything happens in
    `move`. There is no queue: what is published goes out at once, or with `move` as soon as the socket takes it.
    """

    def __init__(
        self,
        broker: int,
        address: BrokerAddress,
        client_id: str,
        will: tuple[str, bytes],
        keepalive_s: int,
        heard: Heard,
    ) -> None:
        self.broker, self.address = broker, address
        self.is_up = False
        self._client_id, self._will, self._keepalive_s, self._heard = client_id, will, keepalive_s, heard
        self._client: Client | None = None
        self._failure = ""
        self._over = False
        self._misc_at = 0.0

    def open(self, timeout_s: float) -> None:
        """Begin to connect."""
        threading.Thread(target=self._connect, args=(timeout_s,), name="connect", daemon=True).start()

    @property
    def socket(self) -> socket.socket | None:
        """What to wait for; None while there is none."""
        return None if self._client is None or self._over else self._client.socket()  # type: ignore[return-value]

    @property
    def wants_write(self) -> bool:
        return self._client is not None and self._client.want_write()

    def move(self, readable: bool, writable: bool) -> None:
        """Read and write what there is, and keep the connection alive."""
        client = self._client
        if self._over:
            return
        if client is None:
            if self._failure:
                self._end(self._failure)
            return
        if readable:
            client.loop_read()
            # TLS may have more in its own buffer than the socket shows.
            while (pending := getattr(self.socket, "pending", None)) is not None and pending():
                client.loop_read()
        if writable and not self._over:
            client.loop_write()
        if not self._over and (now := time.monotonic()) >= self._misc_at:
            self._misc_at = now + min(1.0, self._keepalive_s / 4)
            client.loop_misc()
        if not self._over and client.socket() is None:
            self._end("the connection was cut")

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        """Send with QoS 1. Returns the message's id, None if the connection is gone, which `down` tells, too."""
        import paho.mqtt.client as mqtt

        if self._client is None or self._over or not self.is_up:
            return None
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        return info.mid if info.rc == mqtt.MQTT_ERR_SUCCESS else None

    def subscribe(self, topic: str, qos: int) -> None:
        if self._client is not None and not self._over:
            self._client.subscribe(topic, qos)

    def farewell(self) -> None:
        """Say goodbye behind what was published before; the broker then sends no last will. Keep moving it a while."""
        if self._client is not None and not self._over:
            self._client.disconnect()

    def hang_up(self) -> None:
        """Cut the connection at once; nobody is told."""
        self._over = True
        client = self._client
        connected = None if client is None else client.socket()
        if isinstance(connected, socket.socket):
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
            connected.close()

    @property
    def is_over(self) -> bool:
        return self._over

    def _end(self, reason: str) -> None:
        if not self._over:
            self.is_up = False
            self.hang_up()
            self._heard.down(self, reason)

    def _connect(self, timeout_s: float) -> None:
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=mqtt.MQTTv311)
        try:
            configure_client(client, self.address)
            client.will_set(*self._will, qos=1, retain=True)
            # In flight means something else here: more than the window never goes out, so paho need not queue.
            client.max_inflight_messages_set(65535)
            client.connect_timeout = timeout_s
            client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
            client.on_message, client.on_publish = self._on_message, self._on_publish
            client.connect(self.address.host, self.address.port, self._keepalive_s)
        except (OSError, ValueError, UnsafeSecret) as error:
            self._failure = str(error) or type(error).__name__
        else:
            self._client = client
            if self._over:
                self.hang_up()
        self._heard.wake()

    # paho's callbacks, from within `move`

    def _on_connect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        if reason.is_failure:
            self._failure = str(reason)
        else:
            self.is_up = True
            self._heard.up(self)

    def _on_disconnect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        self._end(self._failure or str(reason))

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self._heard.message(self, message.topic, bytes(message.payload))

    def _on_publish(self, client: Client, userdata: object, mid: int, reason: object, properties: object) -> None:
        self._heard.taken(self, mid)
