"""What stands around a gateway in these tests: brokers, an ingest that acknowledges after its commit, sensors."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateways.brokers.address import BrokerAddress, configure_client
from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.pair import Broker
from gateways.brokers.rights import WATCH, identities
from gateways.gateway.failover import LinkSettings
from gateways.gateway.node import NodeConfig, NodeProcess, SouthboundClient
from gateways.wire import topics
from gateways.wire.senml import SenmlError
from gateways.wire.versions import FILTER, read_message
from simulator.contracts.sensor import Readings, SensorCohort, SensorGroup

GATEWAY = "gateway-1"
START = 1_768_406_400.0

FAST = LinkSettings(
    ack_timeout_s=0.5,
    ack_timeout_max_s=2.0,
    retry_s=0.05,
    retry_max_s=0.3,
    silence_s=1.0,
    silence_max_s=2.0,
    connect_timeout_s=2.0,
    settled_s=0.3,
)
"""Patience of a test."""

KNOWN = identities([GATEWAY], ["ingest-1"])


def group(sensors: int = 5, name: str = "c", gateway: str = GATEWAY, unit: str = "m") -> SensorGroup:
    components = tuple(f"{name}{i}" for i in range(sensors))
    return SensorGroup((SensorCohort(name, gateway, "pressure_m", unit, components, 0.1, 1.0),))


def readings(of: SensorGroup, i: int) -> Readings:
    """The i-th block: every value names its block and its place."""
    count = len(of.sensors)
    return Readings(of, 1000 * i, i + np.arange(count) / 1024, np.zeros(count, dtype=np.uint8))


def until(true: Callable[[], bool], timeout_s: float = 60.0) -> bool:
    """Wait until something is so; whether it came to be."""
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


@contextlib.contextmanager
def brokers(count: int) -> Iterator[list[EmbeddedBroker]]:
    started: list[EmbeddedBroker] = []
    try:
        for _ in range(count):
            broker = EmbeddedBroker(identities=KNOWN)
            broker.start()
            started.append(broker)
        yield started
    finally:
        for broker in started:
            broker.stop()


@contextlib.contextmanager
def node(folder: Path, addresses: Sequence[BrokerAddress], **more: object) -> Iterator[NodeProcess]:
    settings = {"link": FAST, "keepalive_s": 2, "health_period_s": 0.2} | more
    process = NodeProcess(NodeConfig(GATEWAY, tuple(addresses), folder / "outbox.sqlite", **settings), folder, 60.0)
    try:
        process.start()
        yield process
    finally:
        process.stop()


@contextlib.contextmanager
def field(process: NodeProcess, **more: object) -> Iterator[SouthboundClient]:
    client = SouthboundClient(process.port, START, **more)
    try:
        yield client
    finally:
        client.close()


class FakeIngest:
    """Takes packs in the order (boot, sequence) from all brokers, commits them to a file, then acknowledges.

    Rows are not unique in the file: what is written twice is found twice.
    """

    def __init__(self, path: Path, started: Sequence[Broker]) -> None:
        self._broker = started[0]
        self.rows = 0
        self.lost = self.unreadable = 0
        self.statuses: list[dict] = []
        self.versions: list[str] = []
        self.acknowledges = True
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma synchronous = off")
        self._db.execute("create table rows (gateway, boot, sequence, sensor, time, value)")
        self._next: dict[int, int] = defaultdict(int)
        self._early: dict[tuple[int, int], object] = {}
        self._clients = [
            self._connect(f"ingest-{place}", broker.address("ingest-1")) for place, broker in enumerate(started)
        ]
        self._watchers = [
            self._connect(f"watch-{place}", broker.address(WATCH), "city/v1/+/status")
            for place, broker in enumerate(started)
        ]

    def _connect(self, name: str, address: BrokerAddress, hears: str = FILTER) -> mqtt.Client:
        """A connection of its own for each identity: ingest hears no status, who watches acknowledges nothing."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=mqtt.MQTTv311)
        configure_client(client, address)
        client.on_connect = lambda c, *_: c.subscribe(hears, 1)
        client.on_message = self._on_message
        client.reconnect_delay_set(1, 1)
        client.connect(address.host, address.port, 5)
        client.loop_start()
        return client

    def close(self) -> None:
        for client in (*self._clients, *self._watchers):
            client.disconnect()
            with contextlib.suppress(AttributeError):
                client.loop_stop()
        self._db.close()

    def configure(self, message: bytes) -> None:
        """Retain a configuration, as the one who is in control of roll-outs would."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        configure_client(client, self._broker.address("control"))
        client.connect(self._broker.host, self._broker.port)
        client.loop_start()
        client.publish(topics.config(GATEWAY), message, 1, True).wait_for_publish(60)
        client.disconnect()
        with contextlib.suppress(AttributeError):
            client.loop_stop()

    def publish(self, topic: str, payload: bytes) -> None:
        for client in self._clients:
            if client.is_connected():
                client.publish(topic, payload, 0)

    def series(self) -> dict[str, list[tuple[float, float]]]:
        """(time, value) of each sensor in the order in which they were committed."""
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        with self._lock:
            for sensor, moment, value in self._db.execute("select sensor, time, value from rows order by rowid"):
                found[sensor].append((moment, value))
        return dict(found)

    def health(self) -> dict:
        """What the gateway said last of itself."""
        with self._lock:
            told = [status["health"] for status in self.statuses if "health" in status]
        return told[-1] if told else {}

    def tells(self, **wanted: object) -> bool:
        """Whether the gateway comes to say all of this at once."""
        return until(lambda: wanted.items() <= self.health().items())

    def _on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            if message.topic.endswith("/status"):
                self.statuses.append(orjson.loads(message.payload) | {"retained": message.retain})
                return
            try:
                pack = read_message(message.topic, message.payload)
            except SenmlError:
                self.unreadable += 1
                return
            self.versions.append(message.topic.split("/")[1])
            self._take(pack)
            last = self._next[pack.boot] - 1
            said = orjson.dumps({"schema": 1, "gateway": pack.gateway, "restart": pack.boot, "seq": last})
        if self.acknowledges and last >= 0:
            self.publish(topics.ack(pack.gateway), said)

    def _take(self, pack) -> None:
        boot = pack.boot
        if pack.sequence < self._next[boot]:
            return
        if pack.lowest is not None and pack.lowest > self._next[boot]:
            self.lost += pack.lowest - self._next[boot]
            self._next[boot] = pack.lowest
            self._early = {key: early for key, early in self._early.items() if key >= (boot, pack.lowest)}
        self._early[boot, pack.sequence] = pack
        self._db.execute("begin")
        while (due := self._early.pop((boot, self._next[boot]), None)) is not None:
            self._db.executemany(
                "insert into rows values (?, ?, ?, ?, ?, ?)",
                [(due.gateway, boot, due.sequence, r.sensor, r.time, r.value) for r in due.readings],
            )
            self.rows += len(due.readings)
            self._next[boot] += 1
        self._db.execute("commit")


@contextlib.contextmanager
def ingest(folder: Path, started: Sequence[Broker]) -> Iterator[FakeIngest]:
    service = FakeIngest(folder / "ingest.sqlite", started)
    try:
        yield service
    finally:
        service.close()


def expected(of: SensorGroup, blocks: range) -> dict[str, list[tuple[float, float]]]:
    """What must stand in the store if the blocks of a range came, each once, in order."""
    return {sensor: [(START + i, i + place / 1024) for i in blocks] for place, sensor in enumerate(of.sensors)}
