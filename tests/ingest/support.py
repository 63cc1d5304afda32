"""Packs made by hand, a gateway that sends until it is told that all is safe, and ingest as a process."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateways.brokers.address import BrokerAddress, configure_client
from gateways.ingest.columns import WireColumns, columns_of
from gateways.wire import topics
from gateways.wire.payload import BatchEncoder, WireBatch, WireReading
from simulator.contracts.sensor import Quality
from simulator.contracts.settings import settings_text
from tests.gateways.samples import START, block, cohort, pack

ROOT = Path(__file__).resolve().parents[2]
GATEWAYS = ("gw-1", "gw-2", "gw-3")
INGESTS = ("ingest-1", "ingest-2")


def until(true: Callable[[], bool], timeout_s: float = 60.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def columns(
    sequence: int,
    boot: int = 1,
    gateway: str = "gw-1",
    values: Sequence[float] = (1.0, 2.0),
    lowest: int | None = None,
    time_s: float | None = None,
) -> WireColumns:
    """A pack of sensors s0, s1, ... a minute after the one before."""
    at = START + 60 * sequence if time_s is None else time_s
    readings = tuple(WireReading(f"s{i}/level_m", at, value, "m", Quality.GOOD) for i, value in enumerate(values))
    return columns_of(WireBatch(gateway, boot, sequence, readings, lowest))


class Packs:
    """Payloads of one gateway: pack n holds `count` sensors at minute n, each with a value that is there only once."""

    def __init__(self, gateway: str, count: int = 20, boot: int = 1) -> None:
        self.gateway, self.boot, self.count = gateway, boot, count
        self._cohort = cohort("c", gateway, count)
        self._encoder = BatchEncoder(START)

    def value(self, sequence: int, sensor: int) -> float:
        return self.boot * 1e9 + sequence * 1000.0 + sensor

    def payload(self, sequence: int, lowest: int | None = None, offset: float = 0.0) -> bytes:
        values = [self.value(sequence, i) + offset for i in range(self.count)]
        of = pack(block(self._cohort, sequence * 60, values), gateway=self.gateway, boot=self.boot, sequence=sequence)
        return self._encoder.encode(of, lowest)

    def rows(self, sequences: Sequence[int]) -> dict[tuple[str, str, int], float]:
        """What must be in a store then: value by gateway, sensor and time."""
        return {
            (self.gateway, f"c{i}/pressure_m", round((START + sequence * 60) * 1000)): self.value(sequence, i)
            for sequence in sequences
            for i in range(self.count)
        }


class Sender:
    """A small gateway: it sends what is not acknowledged, again after `again_s`, oldest first, at every broker."""

    def __init__(self, packs: Packs, addresses: Sequence[BrokerAddress], again_s: float = 0.5) -> None:
        self.packs = packs
        self.acked = -1
        self.acks: list[dict[str, Any]] = []
        self._again_s = again_s
        self._outbox: dict[int, float] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._clients = [self._client(address) for address in addresses]
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Sender:
        self._thread.start()
        assert until(lambda: all(client.is_connected() for client in self._clients))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for client in self._clients:
            client.disconnect()
            with contextlib.suppress(AttributeError):
                client.loop_stop()

    def take(self, sequence: int) -> None:
        with self._lock:
            self._outbox[sequence] = 0.0

    def done(self) -> bool:
        with self._lock:
            return not self._outbox

    def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        self._clients[0].publish(topic, payload, qos=qos)

    def _client(self, address: BrokerAddress) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        configure_client(client, address)
        client.reconnect_delay_set(1, 1)
        client.on_message = self._on_ack
        client.on_connect = lambda client, *_: client.subscribe(topics.ack(self.packs.gateway))
        client.connect(address.host, address.port)
        client.loop_start()
        return client

    def _on_ack(self, client: object, userdata: object, message: mqtt.MQTTMessage) -> None:
        ack = orjson.loads(message.payload)
        with self._lock:
            self.acks.append(ack)
            if ack["restart"] == self.packs.boot:
                self.acked = max(self.acked, ack["seq"])
                for sequence in [known for known in self._outbox if known <= self.acked]:
                    del self._outbox[sequence]

    def _work(self) -> None:
        while not self._stop.wait(0.005):
            now = time.monotonic()
            with self._lock:
                due = sorted(sequence for sequence, sent in self._outbox.items() if now - sent > self._again_s)[:50]
                lowest = min(self._outbox, default=None)
                for sequence in due:
                    self._outbox[sequence] = now
            for sequence in due:
                self.publish(topics.senml(self.packs.gateway), self.packs.payload(sequence, min(lowest, sequence)))


class Ingest:
    """`python -m gateways.ingest` on a folder of its own."""

    def __init__(self, folder: Path, addresses: Sequence[BrokerAddress], name: str = "ingest-1", **more: Any) -> None:
        document = {
            "name": name,
            "brokers": [orjson.loads(settings_text(address)) for address in addresses],
            "store": {"kind": "embedded", "path": "store.db"},
            "dead_letters": f"dead-{name}.jsonl",
            "health_s": 0.2,
            **more,
        }
        self.config = folder / f"{name}.json"
        self.config.write_text(json.dumps(document))
        self.store = folder / "store.db"
        self.dead = folder / f"dead-{name}.jsonl"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "gateways.ingest", str(self.config)], cwd=ROOT)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(60)

    def memory_kb(self) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0])

    def records(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.dead.read_bytes().splitlines()] if self.dead.exists() else []


@contextlib.contextmanager
def running(ingest: Ingest) -> Iterator[Ingest]:
    ingest.start()
    try:
        yield ingest
    finally:
        if ingest.process is not None and ingest.process.poll() is None:
            ingest.kill()


class Watcher:
    """Keeps the latest health of each ingest service."""

    def __init__(self, address: BrokerAddress) -> None:
        self.health: dict[str, dict[str, Any]] = {}
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        configure_client(self._client, address)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe("city/v1/ingest/+/health")
        self._client.connect(address.host, address.port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        with contextlib.suppress(AttributeError):
            self._client.loop_stop()

    def _on_message(self, client: object, userdata: object, message: mqtt.MQTTMessage) -> None:
        health = orjson.loads(message.payload)
        self.health[health["name"]] = health


def written(path: Path) -> int:
    """Readings as they were written, before readers make one of those with the same series and time.

    0 while the service that starts has not made its tables yet.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=60.0)) as database:
        if database.execute("select 1 from sqlite_master where name = 'block'").fetchone() is None:
            return 0
        return int(database.execute("select coalesce(sum(rows), 0) from block").fetchone()[0])


def rows_of(path: Path) -> dict[tuple[str, str, int], float]:
    """The readings of an embedded store. Fails if a (series, time) is there twice."""
    from gateways.ingest.embedded_store import read_columns

    stored = read_columns(path)
    keys = [
        (*stored.names[series], at) for series, at in zip(stored.series.tolist(), stored.times_ms.tolist(), strict=True)
    ]
    assert len(set(keys)) == len(keys)
    assert np.all(np.diff(stored.series) >= 0), "by series"
    assert np.all((np.diff(stored.times_ms) > 0) | (np.diff(stored.series) > 0)), "and by time within"
    return dict(zip(keys, stored.values.tolist(), strict=True))
