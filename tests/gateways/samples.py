"""Cohorts and readings made by hand, and a subscriber."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateways.brokers.embedded import EmbeddedBroker, Login
from gateways.wire.payload import Batch, Block
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup

START = 1_768_406_400.0
"""2026-01-14 16:00 UTC."""


def cohort(
    name: str = "c", gateway: str = "gw", count: int = 3, period_s: float = 60.0, unit: str = "m", **more: object
):
    components = tuple(f"{name}{i}" for i in range(count))
    return SensorCohort(name, gateway, "pressure_m", unit, components, 0.1, period_s, **more)


def readings(of: SensorCohort | SensorGroup, at_s: float, first: float = 0.0) -> Readings:
    """Values that tell where they come from: first, first + 1, ..."""
    group = SensorGroup((of,)) if isinstance(of, SensorCohort) else of
    values = first + np.arange(len(group.sensors), dtype=np.float64)
    return Readings(group, round(at_s * 1000), values, np.zeros(len(values), dtype=np.uint8))


def block(
    of: SensorCohort | SensorGroup,
    at_s: float,
    values: list[float],
    quality: list[int] | None = None,
    first: int = 0,
) -> Block:
    flags = quality or [Quality.GOOD] * len(values)
    group = SensorGroup((of,)) if isinstance(of, SensorCohort) else of
    return Block(group, round(at_s * 1000), first, np.array(values, dtype=np.float64), np.array(flags, dtype=np.uint8))


def pack(*blocks: Block, gateway: str = "gw", boot: int = 1, sequence: int = 0) -> Batch:
    return Batch(gateway, boot, sequence, blocks)


@dataclass(frozen=True)
class Message:
    topic: str
    payload: bytes
    retained: bool


class Viewer:
    """A subscriber as a dashboard would be: it sees messages as they come."""

    def __init__(self, broker: EmbeddedBroker, login: Login | None = None, topic: str = "city/#", qos: int = 1) -> None:
        self.messages: list[Message] = []
        self.granted: list[int] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        self._news = threading.Condition()
        self._where, self._topic, self._qos = broker, topic, qos
        who = login or broker.viewer
        self.client.username_pw_set(who.user, who.password)
        self.client.on_message = self._on_message
        self.client.on_subscribe = self._on_subscribe

    def __enter__(self) -> Viewer:
        self.client.connect(self._where.host, self._where.port)
        self.client.loop_start()
        self.subscribe(self._topic)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.client.disconnect()
        with contextlib.suppress(AttributeError):  # paho issue 872: its thread has just ended by itself
            self.client.loop_stop()

    def subscribe(self, topic: str) -> int:
        """The code that the broker grants: 0, 1, or 128 and above for a refusal."""
        before = len(self.granted)
        self.client.subscribe(topic, self._qos)
        assert self.wait(lambda _: len(self.granted) > before), "the broker does not answer a subscription"
        return self.granted[-1]

    def wait(self, enough: Callable[[list[Message]], bool], timeout_s: float = 60.0) -> bool:
        with self._news:
            return self._news.wait_for(lambda: enough(self.messages), timeout_s)

    def on(self, ending: str) -> list[Message]:
        with self._news:
            return [message for message in self.messages if message.topic.endswith(ending)]

    def _on_message(self, client: object, userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._news:
            self.messages.append(Message(message.topic, message.payload, message.retain))
            self._news.notify_all()

    def _on_subscribe(self, client: object, userdata: object, mid: int, codes: list, properties: object) -> None:
        with self._news:
            self.granted.append(codes[0].value)
            self._news.notify_all()


def newcomer(broker: EmbeddedBroker, enough: Callable[[Viewer], bool]) -> Viewer:
    """A subscriber who was told enough, closed again.

    A NATS server can leave a newcomer without what is published in the very moment of the subscription, so up to
    twenty are tried, one after the other.
    """
    for _ in range(20):
        with Viewer(broker) as viewer:
            if viewer.wait(lambda _, viewer=viewer: enough(viewer), 1.0):
                break
    return viewer
