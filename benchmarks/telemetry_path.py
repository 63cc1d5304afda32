"""The whole way of a reading: sensors here, gateway, broker and ingest as processes, and the store."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import paho.mqtt.client as mqtt

from benchmarks.telemetry_links import GATEWAY, INGEST, LIMIT_S, START_UNIX, WATCHER, Failed, connected, until
from gateways.brokers.pair import Broker
from gateways.gateway.node import NodeConfig, NodeProcess, SouthboundClient
from gateways.ingest.embedded_store import read_columns
from gateways.wire import topics
from simulator.contracts.sensor import Readings, SensorCohort, SensorGroup
from simulator.contracts.settings import settings_text
from stadtwerk.live.supervisor import IngestProcess
from tests.ingest.stored import read_ledger

LARGE, SMALL = (1000, 2000), (20, 10_000)
"""Sensors in a block, and blocks in an end-to-end run."""

STAGES = ("sensors", "gateway", "broker", "ingest")


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds that the threads of a process ran on a core, and that they were ready to run and had none."""

    ran_s: float
    queued_s: float

    def __sub__(self, before: Work) -> Work:
        return Work(self.ran_s - before.ran_s, self.queued_s - before.queued_s)


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """Seconds until the field side was answered, and until the last acknowledgement; the work of each stage."""

    readings: int
    answered_s: float
    took_s: float
    work: dict[str, Work]

    @property
    def rate(self) -> float:
        return self.readings / self.took_s


def work_of(pid: int | None) -> Work:
    """As the Linux kernel counted it for the threads that are there (Documentation/scheduler/sched-stats); else NaN."""
    try:
        files = sorted(Path(f"/proc/{pid}/task").glob("*/schedstat"))
        counted = [[int(number) for number in file.read_text().split()] for file in files]
    except OSError:
        counted = []
    if not counted:
        return Work(float("nan"), float("nan"))
    return Work(sum(ran for ran, *_ in counted) / 1e9, sum(queued for _, queued, *_ in counted) / 1e9)


class Watcher:
    """Notes when ingest acknowledged what, and keeps one pack to know its size."""

    def __init__(self) -> None:
        self.acknowledged: list[tuple[int, float]] = []
        self.pack = b""

    def prepare(self, client: mqtt.Client) -> None:
        client.on_message = self._on_message
        client.on_connect = lambda client, *_: client.subscribe([(topics.ack(GATEWAY), 0), (topics.senml(GATEWAY), 0)])

    def _on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        if message.topic == topics.ack(GATEWAY):
            self.acknowledged.append((orjson.loads(message.payload)["seq"], time.perf_counter()))
        else:
            self.pack = bytes(message.payload) if len(message.payload) > len(self.pack) else self.pack
            client.unsubscribe(topics.senml(GATEWAY))


def sensors(size: int) -> SensorGroup:
    """The cohort's sensors: four quantities at a quarter of the components each."""
    quantities = (("pressure", "m"), ("flow", "m3/s"), ("voltage", "V"), ("speed", "m/s"))
    names = tuple(f"node-{i}" for i in range(size // len(quantities)))
    return SensorGroup(tuple(SensorCohort(q, GATEWAY, q, unit, names, 0.001, 1.0) for q, unit in quantities))


class Town:
    """Gateway, broker and ingest as processes, and the sensors in this one."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker, self.store = broker, folder / "store.db"
        config = folder / "ingest.json"
        store = {"kind": "embedded", "path": self.store.name}
        brokers = [orjson.loads(settings_text(broker.address(INGEST)))]
        config.write_bytes(orjson.dumps({"name": INGEST, "brokers": brokers, "store": store}))
        self.ingest = IngestProcess(config)
        self.gateway = NodeProcess(
            NodeConfig(GATEWAY, (broker.address(GATEWAY),), folder / "outbox.sqlite"), folder / "gateway"
        )
        self.watcher = Watcher()
        self._random = np.random.default_rng(1)
        self._groups = {size: sensors(size) for size, _ in (LARGE, SMALL)}
        self._at = self._sent = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[Town]:
        try:
            self.ingest.start()
            self.gateway.start()
            with connected(self.broker.address(WATCHER), WATCHER, self.watcher.prepare):
                self.client = SouthboundClient(self.gateway.port, START_UNIX, limit_readings=1 << 40)
                try:
                    for size, _ in (LARGE, SMALL):  # connections, descriptions and caches
                        self.run(size, 20)
                    yield self
                finally:
                    self.client.close()
        finally:
            self.gateway.stop()
            self.ingest.stop()

    def run(self, size: int, blocks: int) -> EndToEnd:
        """Hand over so many blocks of so many sensors and wait for the last acknowledgement."""
        first = self._at + 1000
        made = [self._block(size) for _ in range(blocks)]
        self._sent += blocks * size
        before = self._work()
        self.watcher.acknowledged.clear()
        began = time.perf_counter()
        for readings in made:
            self.client.send(readings)
        if not self.client.wait(LIMIT_S):
            raise Failed(f"the gateway took longer than {LIMIT_S:g} s")
        answered = time.perf_counter()
        until(lambda: self._stored() >= self._sent, "the way to the store", 0.02)
        last = max(read_ledger(self.store).values())
        until(lambda: any(seq >= last for seq, _ in list(self.watcher.acknowledged)), "the last acknowledgement")
        ended = min(at for seq, at in list(self.watcher.acknowledged) if seq >= last)
        after = self._work()
        spent = {stage: after[stage] - before[stage] for stage in STAGES}
        there = len(read_columns(self.store, _unix_ms(first), _unix_ms(self._at + 1)))
        if there != blocks * size or self._stored() != self._sent:
            raise Failed(f"{blocks * size:,} readings were sent, {there:,} are in the store")
        return EndToEnd(blocks * size, answered - began, max(ended, answered) - began, spent)

    def _block(self, size: int) -> Readings:
        self._at += 1000
        values = np.round(self._random.normal(50.0, 5.0, size), 3)
        return Readings(self._groups[size], self._at, values, np.zeros(size, dtype=np.uint8))

    def _stored(self) -> int:
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as database:
            return int(database.execute("select coalesce(sum(rows), 0) from block").fetchone()[0])

    def _work(self) -> dict[str, Work]:
        pids = (os.getpid(), self.gateway.pid, self.broker.pid, self.ingest.pid)
        return {stage: work_of(pid) for stage, pid in zip(STAGES, pids, strict=True)}


def _unix_ms(at: int) -> int:
    return round(START_UNIX * 1000) + at
