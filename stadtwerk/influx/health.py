"""What gateways, ingest and brokers tell of themselves while a run is live, as points."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from gateways.brokers.address import BrokerAddress, configure_client
from gateways.stores.influx.lines import Value
from gateways.wire.topics import ROOT
from simulator.contracts.measurements import BEAT_S, BROKER, GATEWAY, INGEST
from simulator.contracts.ticks import to_s
from stadtwerk.influx.gateways import gateway_tags
from stadtwerk.influx.identity import RunIdentity
from stadtwerk.influx.out import Out
from stadtwerk.influx.places import Places

if TYPE_CHECKING:
    from paho.mqtt.client import Client

STATUS, HEALTH, ACK = f"{ROOT}/+/status", f"{ROOT}/ingest/+/health", f"{ROOT}/+/ack"
KEEPALIVE_S = 5
RECONNECT_S = (1, 2)
"""A broker that is gone is noticed after about twice the first, and looked for so often (assumption)."""


@dataclass(slots=True)
class _Heard:
    """Of one gateway: the last status with its broker, whether ingest stored anything of it since the last look, and
    when it last had."""

    status: dict[str, Any] = field(default_factory=dict)
    health: dict[str, Any] = field(default_factory=dict)
    broker: str = ""
    delivered: int = 0
    stored: bool = False
    rose: int | None = None


class HealthWatch:
    """Listens at the brokers as a viewer, who may only read. Messages come on paho's threads.

    `brokers` gives their addresses by name, and is asked when they run.
    """

    def __init__(self, brokers: Callable[[], Mapping[str, BrokerAddress]], gateways: Sequence[str]) -> None:
        self._brokers = brokers
        self._addresses: dict[str, BrokerAddress] = {}
        self._gateways = {gateway: _Heard() for gateway in gateways}
        self._ingests: dict[str, dict[str, Any]] = {}
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Connect, and go on trying."""
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        self._addresses = dict(self._brokers())
        for name, address in self._addresses.items():
            client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"health-{name}", protocol=mqtt.MQTTv311)
            configure_client(client, address)
            client.reconnect_delay_set(*RECONNECT_S)
            client.on_connect = lambda client, *_: client.subscribe([(STATUS, 1), (HEALTH, 1), (ACK, 0)])
            client.on_message = partial(self._on_message, name)
            client.connect_async(address.host, address.port, KEEPALIVE_S)
            client.loop_start()
            self._clients[name] = client

    def close(self) -> None:
        for client in self._clients.values():
            client.disconnect()
            client.loop_stop()
        self._clients.clear()

    def write(self, out: Out, run: RunIdentity, places: Places, tick: int) -> None:
        """Points of everything that has been heard, at this tick."""
        with self._lock:
            users = dict.fromkeys(self._addresses, 0)
            for gateway, heard in self._gateways.items():
                fields = self._of_gateway(heard, run, tick)
                if fields["online"] and heard.broker:
                    users[heard.broker] += 1
                out.add(GATEWAY, gateway_tags(places, gateway), fields, tick)
            for name, told in self._ingests.items():
                out.add(INGEST, {"ingest": name}, _of_ingest(told), tick)
        for name in self._addresses:
            up = name in self._clients and self._clients[name].is_connected()
            fields = {"up": int(up), "gateways": users[name], "state": "up" if up else "gone"}
            out.add(BROKER, {"broker": name}, fields, tick)

    def _of_gateway(self, heard: _Heard, run: RunIdentity, tick: int) -> dict[str, Value]:
        health = heard.health
        delivered = int(health.get("acknowledged", heard.delivered))
        # The count begins anew with a restart of the gateway.
        new = delivered - heard.delivered if delivered >= heard.delivered else delivered
        if new or heard.stored or heard.rose is None:
            heard.rose = tick
        heard.stored = False
        heard.delivered = delivered
        online = heard.status.get("state") == "online"
        return {
            "silent_s": to_s(tick - heard.rose),
            "rate_hz": new / BEAT_S,
            "online": int(online),
            "taken": int(health.get("received", 0)),
            "delivered": delivered,
            "lost": int(health.get("dropped", 0)),
            "outbox": int(health.get("in_outbox", 0)),
            "dropped": int(health.get("dropped", 0)),
            "refused": int(health.get("refused", 0)),
            "switches": int(health.get("switches", 0)),
            "last_seen_ms": run.ms(heard.rose),
            "broker": heard.broker if online else "",
        }

    def _on_message(self, broker: str, client: object, user: object, message: Any) -> None:
        try:
            told = orjson.loads(message.payload)
        except orjson.JSONDecodeError:
            return
        if not isinstance(told, dict):
            return
        with self._lock:
            if message.topic.endswith("/health"):
                name = str(told.get("name", ""))
                self._ingests[name] = self._ingests.get(name, {}) | told  # a will knows no counts
                return
            heard = self._gateways.get(str(told.get("gateway", "")))
            if heard is not None and message.topic.endswith("/ack"):
                heard.stored = True
                return
            if heard is None or (told.get("state") != "online" and heard.broker not in ("", broker)):
                return  # the will of a connection that was left for the other broker
            heard.status, heard.broker = told, broker
            heard.health = told.get("health", heard.health)


def _of_ingest(told: Mapping[str, Any]) -> dict[str, Value]:
    rejected = sum(int(count) for count in told.get("rejected", {}).values())
    numbers = ("duplicate", "late", "lost_packs", "outbox_bytes")
    fields: dict[str, Value] = {name: int(told.get(name, 0)) for name in numbers}
    fields |= {
        "up": int(told.get("state") == "online"),
        "written": int(told.get("written", 0)),
        "rejected": rejected + int(told.get("refused_rows", 0)),
        "dead_letters": rejected,
        "outbox": int(told.get("in_outbox", 0)),
        "lag_s": float(told.get("lag_s", 0.0)),
        "commit_s": float(told.get("commit_s", 0.0)),
        "reason": str(told.get("reason", "")),
    }
    return fields
