"""One identity without rights does not slow down what everybody else's readings go through."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.client import CallbackAPIVersion

from gateways.brokers.address import BrokerAddress, configure_client
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.secrets.folder import init_secrets
from tests.brokers.conftest import need_mosquitto
from tests.brokers.test_rights import SHARED
from tests.ingest.support import Ingest, Packs, Sender, running, until, written

FOR_S = 10.0
ROWS_S = 400.0
"""What is sent, about as much as one gateway of a town does at its busiest."""


def rate(sender: Sender, first: int, store: Path) -> float:
    """Rows that are stored in a second while packs are sent at a steady pace, until the last is acknowledged."""
    each = len(sender.packs.rows([0]))
    before, begun, sequence = written(store), time.monotonic(), first
    while (passed := time.monotonic() - begun) < FOR_S:
        while (sequence - first) * each < passed * ROWS_S:
            sender.take(sequence)
            sequence += 1
        time.sleep(0.005)
    assert until(sender.done)
    return (written(store) - before) / (time.monotonic() - begun)


def beset(address: BrokerAddress, ending: threading.Event) -> None:
    """Join every shared group there may be, and publish what is not allowed."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    configure_client(client, address)
    client.connect(address.host, address.port)
    client.loop_start()
    number = 0
    while not ending.wait(0.002):
        client.subscribe(SHARED[number % len(SHARED)], qos=1)
        client.publish("city/v1/gw-1/senml", b"x" * 1000, qos=0)
        number += 1
    client.disconnect()
    client.loop_stop()


@pytest.mark.nightly  # what is granted to whom is always tried, see tests/brokers/test_rights.py
def test_an_identity_without_rights_starves_nobody(tmp_path: Path) -> None:
    need_mosquitto()
    init_secrets(tmp_path / "secrets", ("gw-1",))
    ending = threading.Event()
    with MosquittoBroker(tmp_path / "secrets", tmp_path / "broker") as broker:
        ingest = Ingest(tmp_path, [broker.address("ingest-1")])
        packs = Packs("gw-1", count=10)
        with running(ingest), Sender(packs, [broker.address("gw-1")]) as sender:
            sender.take(0)
            assert until(sender.done)
            alone = rate(sender, 1, ingest.store)
            thief = threading.Thread(target=beset, args=(broker.address("viewer"), ending))
            thief.start()
            try:
                beside = rate(sender, 1_000_000, ingest.store)
            finally:
                ending.set()
                thief.join()
    print(f"rows a second: {alone:.0f} alone, {beside:.0f} beside one that joins every shared group and publishes")
    assert beside > 0.8 * alone
