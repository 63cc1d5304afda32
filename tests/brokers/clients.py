"""A client for the tests: it remembers all that a broker told it."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gateways.brokers.address import IDENTITIES, BrokerAddress, configure_client
from gateways.brokers.mosquitto import MosquittoBroker

V311, V5 = MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5


def by_password(folder: Path, identity: str, host: str, port: int) -> BrokerAddress:
    """How `identity` reaches a broker's second door, by name and password over an encrypted line."""
    own = folder / IDENTITIES / identity
    return BrokerAddress(host, port, identity, own / "password", own / "ca.crt")


def second_door(broker: MosquittoBroker, identity: str) -> BrokerAddress:
    """How `identity` reaches a broker's second door."""
    return by_password(broker._secrets, identity, broker.host, broker.password_port)


class Client:
    """Connects to one broker; `with` waits until it is let in."""

    def __init__(
        self,
        address: BrokerAddress,
        *,
        protocol: MQTTProtocolVersion = V311,
        client_id: str = "",
        persistent: bool = False,
        configure: Callable[[mqtt.Client], None] | None = None,
    ) -> None:
        self.address, self.protocol, self.persistent = address, protocol, persistent
        session = {} if protocol == V5 else {"clean_session": not persistent}
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id or f"test-{id(self)}", protocol=protocol, **session
        )
        (configure or (lambda client: configure_client(client, address)))(self.client)
        self.messages: list[mqtt.MQTTMessage] = []
        self.connects: list[Any] = []
        self.disconnects: list[Any] = []
        self.acknowledged: dict[int, Any] = {}
        self.granted: dict[int, list[int]] = {}
        self.session_present = False
        self._said = threading.Condition()
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = lambda c, u, f, reason, p: self._tell(self.disconnects.append, reason)
        self.client.on_message = lambda c, u, message: self._tell(self.messages.append, message)
        self.client.on_publish = lambda c, u, mid, reason, p: self._tell(
            lambda value: self.acknowledged.__setitem__(mid, value), reason
        )
        self.client.on_subscribe = lambda c, u, mid, reasons, p: self._tell(
            lambda value: self.granted.__setitem__(mid, value), [reason.value for reason in reasons]
        )

    def _on_connect(self, client: object, userdata: object, flags: Any, reason: Any, properties: object) -> None:
        self.session_present = flags.session_present
        self._tell(self.connects.append, reason)

    def _tell(self, note: Callable[[Any], object], value: object) -> None:
        with self._said:
            note(value)
            self._said.notify_all()

    def wait(self, true: Callable[[], object], timeout_s: float = 60.0) -> bool:
        with self._said:
            return bool(self._said.wait_for(true, timeout_s))

    def connect(self) -> bool:
        """Whether the broker lets us in."""
        extra: dict[str, Any] = {}
        if self.protocol == V5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 3600 if self.persistent else 0
            extra = {"clean_start": not self.persistent, "properties": properties}
        try:
            self.client.connect(self.address.host, self.address.port, 30, **extra)
        except (OSError, ssl.SSLError):
            return False
        self.client.loop_start()
        self.wait(lambda: self.connects or self.disconnects)
        return bool(self.connects) and not self.connects[0].is_failure and self.client.is_connected()

    def subscribe(self, topic: str, qos: int = 1) -> int:
        """The code the broker grants it with; 0x80 and above is a refusal."""
        _, mid = self.client.subscribe(topic, qos)
        assert self.wait(lambda: mid in self.granted), f"no answer to {topic}"
        return self.granted[mid][0]

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> Any:
        """Publish and wait until the broker answers: its reason code, or None if it hung up."""
        gone = len(self.disconnects)
        info = self.client.publish(topic, payload, qos, retain)
        if qos:
            self.wait(lambda: info.mid in self.acknowledged or len(self.disconnects) > gone)
        return self.acknowledged.get(info.mid)

    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]

    def __enter__(self) -> Client:
        assert self.connect(), f"not let in: {self.connects} {self.disconnects}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def cut(self) -> None:
        """The line breaks, without a goodbye."""
        line = self.client.socket()
        assert line is not None
        socket.socket.shutdown(line, socket.SHUT_RDWR)  # the plain one's, also below TLS
        assert self.wait(lambda: self.disconnects)
        self.client.loop_stop()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def lets_in(address: BrokerAddress, configure: Callable[[mqtt.Client], None] | None = None) -> bool:
    client = Client(address, configure=configure)
    client.client.reconnect_delay_set(60, 60)
    try:
        return client.connect()
    finally:
        client.close()


def until(true: Callable[[], object], timeout_s: float = 60.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
