"""A run into a database while it lasts: the same lines as a push of its folder, and the health of real processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
import simpy

from gateways.brokers.address import BrokerAddress, UnsafeSecret, configure_client
from gateways.stores.influx import InfluxSettings, InfluxWriter, Refused, Retry
from gateways.stores.influx.lines import Value
from gateways.stores.influx.queries import InfluxQuestions
from gateways.wire.topics import ROOT
from simulator.contracts.event import Event
from simulator.contracts.history import Gauges
from simulator.contracts.measurements import BEAT_S, BROKER, GATEWAY, INGEST
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Words
from stadtwerk.influx.gateways import gateway_tags
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.replay import Replay
from stadtwerk.influx.sender import Out, Sender

if TYPE_CHECKING:
    from paho.mqtt.client import Client

    from resilience.judge.verdict import Verdict
    from simulator.coupling import GaugeRecorder, Runtime

_ = Words("stadtwerk")

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

    `brokers` gives their addresses by name, and is asked when they run. A gateway delivers while something of it is
    stored, whatever it said last of itself: it is silent after so many seconds of `silent_after_s` without.
    """

    def __init__(
        self,
        brokers: Callable[[], Mapping[str, BrokerAddress]],
        gateways: Sequence[str],
        silent_after_s: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._brokers = brokers
        self._silent_after_s = silent_after_s
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

    def in_outboxes(self) -> dict[str, int]:
        """Readings that each gateway has not delivered, by what it said last; without those that have said nothing."""
        with self._lock:
            told = {gateway: heard.health.get("in_outbox") for gateway, heard in self._gateways.items()}
        return {gateway: int(left) for gateway, left in told.items() if left is not None}

    def write(self, out: Out, run: RunIdentity, places: Places, tick: int) -> None:
        """Points of everything that has been heard, at this tick."""
        with self._lock:
            users = dict.fromkeys(self._addresses, 0)
            for gateway, heard in self._gateways.items():
                fields = self._of_gateway(heard, run, tick, self._silent_after_s.get(gateway, 2 * BEAT_S))
                if fields["online"] and heard.broker:
                    users[heard.broker] += 1
                out.add(GATEWAY, gateway_tags(places, gateway), fields, tick)
            for name, told in self._ingests.items():
                out.add(INGEST, {"ingest": name}, _of_ingest(told), tick)
        for name in self._addresses:
            up = name in self._clients and self._clients[name].is_connected()
            fields = {"up": int(up), "gateways": users[name], "state": "up" if up else "gone"}
            out.add(BROKER, {"broker": name}, fields, tick)

    @staticmethod
    def _of_gateway(heard: _Heard, run: RunIdentity, tick: int, silent_after_s: float) -> dict[str, Value]:
        health = heard.health
        delivered = int(health.get("acknowledged", heard.delivered))
        # The count begins anew with a restart of the gateway.
        new = delivered - heard.delivered if delivered >= heard.delivered else delivered
        if new or heard.stored or heard.rose is None:
            heard.rose = tick
        heard.stored = False
        heard.delivered = delivered
        silent_s = to_s(tick - heard.rose)
        online = heard.status.get("state") == "online" and silent_s <= silent_after_s
        return {
            "silent_s": silent_s,
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


PATIENCE_S = 60.0
"""How long a database that is away at the end of a run is waited for (assumption)."""


class RunningSource:
    """A `Source` of a run that is going on: what lies before the present instant, which may still change.

    Set `over` when the run is: then its last instant is told as well.
    """

    def __init__(self, runtime: Runtime, gauges: GaugeRecorder) -> None:
        self.over = False
        self._runtime, self._gauges = runtime, gauges
        self._events = self._samples = 0
        self._levels = dict.fromkeys(runtime.city.levels, 0)

    def events(self) -> Sequence[Event]:
        new = self._runtime.log.since(self._events)
        self._events += len(new)
        return new

    def levels(self) -> Sequence[tuple[int, str, float, float | None]]:
        now, found = self._runtime.clock.now, []
        for level, known in self._levels.items():
            new = [
                (at, level, value, people)
                for at, value, people in self._runtime.levels.since(level, known)
                if at < now or self.over
            ]
            self._levels[level] += len(new)
            found += new
        return found

    def gauges(self) -> Gauges:
        new = self._gauges.since(self._samples)
        self._samples = self._gauges.samples
        return new


class LiveLines:
    """Writes a run as it goes on. `attach` before the clock moves, `finish` with the verdict, `close` in any case."""

    def __init__(self, settings: InfluxSettings, run: RunIdentity, health: HealthWatch | None) -> None:
        self._settings, self._run, self._health = settings, run, health
        self._sender = Sender(lambda: InfluxWriter.of(settings))
        self._places, self._out = Places(run.city), Out(run)
        self._source: RunningSource | None = None
        self._replay: Replay | None = None

    def replace(self) -> None:
        """Forget a run of the same name, as its folder will be replaced. Call it when all else is up.

        Raises `BadInput` if the database will not.
        """
        try:
            InfluxQuestions(self._settings).forget("run", self._run.name)
        except (Refused, Retry, UnsafeSecret) as error:
            fix = _("start it, or fix the login, the bucket or (InfluxDB 2) its DBRP mapping")
            raise BadInput(
                [Problem("command line", 0, "--influx", _("cannot be asked: {error}", error=reason_of(error)), fix)]
            ) from None

    def attach(self, runtime: Runtime, gauges: GaugeRecorder) -> None:
        """Begin to look at a run that has not begun yet."""
        self._source = RunningSource(runtime, gauges)
        self._replay = Replay(self._run, self._source)
        if self._health is not None:
            self._health.start()
        self._sender.start()
        runtime.clock.process(self._beat(self._replay, runtime))

    def finish(self, verdict: Verdict, digest: str, report: str) -> str:
        """Write the rest and the verdict; a sentence on what became of it."""
        replay, run = self._replay, self._run
        if replay is None or self._source is None:
            return ""
        self._source.over = True
        self._sender.put([*replay.advance(run.end + 1), *replay.judged(verdict, digest, report)])
        done = self._sender.close(PATIENCE_S)
        said = f"database: {self._sender.written:,} lines beside readings, run {run.name!r}"
        return said if done else f"{said}; NOT all were taken: {self._sender.reason}"

    def close(self) -> None:
        """Stop listening."""
        if self._health is not None:
            self._health.close()

    def _beat(self, replay: Replay, runtime: Runtime) -> Generator[simpy.Event, Any, None]:
        while True:
            yield runtime.clock.timeout(BEAT_S)
            tick = runtime.clock.now
            lines = replay.advance(tick)
            if self._health is not None:
                self._health.write(self._out, self._run, self._places, tick)
                lines += self._out.take()
            self._sender.put(lines)
