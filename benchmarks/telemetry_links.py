"""What the parts of the telemetry benchmark share: clients that are logged in, identities, bounded waits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateways.brokers.address import BrokerAddress, configure_client

LIMIT_S = 20.0
"""A single measurement that takes longer has failed."""

GATEWAY, BARE, CEILING, INGEST, COUNTER, WATCHER = "gateway-1", "bare", "ceiling", "ingest-1", "ingest-2", "viewer"
KEPT = "viewer-kept"
"""Whose session the broker keeps."""

START_UNIX = 1_768_406_400.0


class Failed(Exception):
    """A measurement did not come to its end; the message says which."""


def until(true: Callable[[], bool], what: str, pause_s: float = 0.01) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not true():
        if time.monotonic() > deadline:
            raise Failed(f"{what} took longer than {LIMIT_S:g} s")
        time.sleep(pause_s)


@contextlib.contextmanager
def connected(address: BrokerAddress, client_id: str, prepare: Callable[[mqtt.Client], Any]) -> Iterator[mqtt.Client]:
    """A paho client, logged in, with its thread running; `prepare` sets its callbacks."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv311)
    configure_client(client, address)
    prepare(client)
    client.connect(address.host, address.port)
    client.loop_start()
    try:
        until(client.is_connected, "a login")
        yield client
    finally:
        client.disconnect()
        with contextlib.suppress(AttributeError):
            client.loop_stop()
