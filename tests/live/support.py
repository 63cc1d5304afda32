"""A small scenario on the demo city, and what a live run of it left."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

from gateways.gateway.aggregation import all_aggregated
from gateways.wire.senml import registered
from gateways.wire.topics import EVERYTHING
from simulator.contracts.words import Text
from stadtwerk.library import load_named_city
from stadtwerk.terminal import Terminal

START_MS = int(datetime(2026, 1, 14, 17, tzinfo=UTC).timestamp() * 1000)
SCENARIO = """\
schema: stadtwerk/scenario/1
id: live-short
title: {de: Kurz, en: Short}
question: {de: "Kommt alles an?", en: "Does all arrive?"}
charter: [3.3/subsystem-continuity]
city: {name: demo}
run: {start: "2026-01-14T17:00", duration: 20min, seeds: [1]}
timeline:
  - {id: dead, at: 5min, fault: node-out, target: gateway-d1, for: 5min}
  - {id: cut, at: 8min, fault: link-cut, target: data-router-d2-gateway-d2, for: 6min}
not_asked:
  - {levels: {measure: telemetry}, reason: {de: "die Störungen trennen sie", en: "it is what the faults cut"}}
expect:
  - {id: water, type: invariant, levels: {measure: water-supply}}
"""


@dataclass(frozen=True)
class Live:
    """The folder of a live run, read back."""

    folder: Path
    exit_code: int
    record: dict[str, Any]
    journal: list[dict[str, Any]]

    def told(self, subject: str) -> list[str]:
        """What the journal says of a process or a link, in order."""
        return [event["code"] for event in self.journal if event["subject"] == subject]


def read_live(folder: Path, exit_code: int) -> Live:
    lines = (folder / "live.jsonl").read_text(encoding="utf-8").splitlines()
    return Live(
        folder, exit_code, json.loads((folder / "live.json").read_bytes()), [json.loads(line) for line in lines]
    )


Key = tuple[str, str, int]


def taken_by(folder: Path, gateways: tuple[str, ...]) -> dict[Key, float]:
    """What the sensors of these gateways read in a run, by gateway, sensor and time, in the units of the wire."""
    import pyarrow.parquet as pq

    factors = {
        sensor: unit.factor
        for cohort in all_aggregated(load_named_city("demo").cohorts)
        if (unit := registered(cohort.unit)) is not None
        for sensor in cohort.sensors
    }
    table = pq.read_table(folder / "readings.parquet").to_pydict()
    columns = zip(table["gateway"], table["sensor"], table["t_s"], table["value"], strict=True)
    return {
        (gateway, sensor, START_MS + round(t_s * 1000)): value * factors.get(sensor, 1.0)
        for gateway, sensor, t_s, value in columns
        if gateway in gateways
    }


class Listener(Terminal):
    """A terminal that also listens: it subscribes to all topics as soon as the run says where."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, bytes]] = []
        self._client: mqtt.Client | None = None

    def say(self, text: str | Text) -> None:
        said = text if isinstance(text, str) else text.of("en")
        found = re.search(r"mqtt://([\d.]+):(\d+).*user (\S+), password (\S+)", said)
        if found is None:
            return
        ready = threading.Event()
        client = self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        client.username_pw_set(found[3], found[4])
        client.on_connect = lambda c, *_: c.subscribe([(topic, 1) for topic in EVERYTHING])
        client.on_subscribe = lambda *_: ready.set()
        client.on_message = lambda c, _, message: self.heard.append((message.topic, bytes(message.payload)))
        client.connect(found[1], int(found[2]))
        client.loop_start()
        assert ready.wait(60), "the broker does not grant the subscription"

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            with contextlib.suppress(AttributeError):  # paho issue 872
                self._client.loop_stop()


def write_scenario(place: Path, text: str = SCENARIO) -> Path:
    path = place / "live-short.yaml"
    path.write_text(text, encoding="utf-8")
    return path
