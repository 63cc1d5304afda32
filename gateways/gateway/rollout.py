"""Tells gateways, through every broker, which payload version to write: roll-out and roll-back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gateways.brokers.address import BrokerAddress, configure_client
from gateways.wire import topics
from gateways.wire.versions import GatewayConfig, config_message

if TYPE_CHECKING:
    from paho.mqtt.client import Client

KEEPALIVE_S = 5
RECONNECT_S = (1, 5)
"""Shortest and longest wait before the next try to reach a broker that is gone (assumption)."""


class Rollout:
    """Retains the configuration of gateways on each of several brokers, as the identity that may do so.

    A broker that is away is told when it is back, and each one that was away is told everything anew: what it had
    retained may be lost or old. `tell` never waits.
    """

    def __init__(self, addresses: Sequence[BrokerAddress]) -> None:
        self._addresses = tuple(addresses)
        self._told: dict[str, bytes] = {}
        self._clients: list[Client] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        """Connect, and go on trying. Raises `UnsafeSecret` and `OSError` for files that cannot be used."""
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        for address in self._addresses:
            client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=address.user, protocol=mqtt.MQTTv311)
            configure_client(client, address)
            client.reconnect_delay_set(*RECONNECT_S)
            client.on_connect = self._on_connect
            client.connect_async(address.host, address.port, KEEPALIVE_S)
            client.loop_start()
            self._clients.append(client)

    def tell(self, gateway: str, config: GatewayConfig) -> None:
        """From now on a gateway is to write as `config` says."""
        message = config_message(config)
        with self._lock:
            self._told[gateway] = message
        for client in self._clients:
            if client.is_connected():
                client.publish(topics.config(gateway), message, qos=1, retain=True)

    def stop(self) -> None:
        for client in self._clients:
            client.disconnect()
            # paho 2.2 looks at its thread twice; one that ends in between becomes None (paho issue 872).
            with contextlib.suppress(AttributeError):
                client.loop_stop()
        self._clients.clear()

    def _on_connect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        if reason.is_failure:
            return
        with self._lock:
            told = dict(self._told)
        for gateway, message in told.items():
            client.publish(topics.config(gateway), message, qos=1, retain=True)
