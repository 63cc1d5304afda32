"""The northbound side of a gateway: packs from the outbox to ingest, through the broker that is best now."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import select
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from gateways.brokers.address import BrokerAddress, UnsafeSecret, configure_client
from gateways.gateway.failover import Action, Failover, Window
from gateways.gateway.node.batches import BatchMessages, GroupBook, read_ack
from gateways.gateway.node.config import NodeConfig
from gateways.gateway.node.southbound import Intake
from gateways.gateway.outbox import Outbox
from gateways.wire import payload, topics
from gateways.wire.payload import meta_message
from gateways.wire.payload import status_message as will_message
from gateways.wire.senml import SenmlError
from gateways.wire.versions import GatewayConfig, read_config
from simulator.contracts.words import SOURCE

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of readings since this start, unless said otherwise.

    `received` were committed to the outbox, `repeated` came again and were known, `refused` counts blocks that could
    not be used. `sent` went to a broker, some of them more than once; `acknowledged` were committed by ingest.
    `dropped` were lost because the outbox was full, ever since it exists. `in_outbox` and `outbox_bytes` are held now.
    `timeouts` counts times without progress, `switches` changes of the broker, `foreign` acknowledgements and
    configurations that could not be used. `broker` is the one in use, "" if none is. `torn` tells of an outbox that
    was damaged at this start.
    """

    gateway: str
    restart: int
    payload: str
    received: int = 0
    repeated: int = 0
    refused: int = 0
    sent: int = 0
    acknowledged: int = 0
    dropped: int = 0
    in_outbox: int = 0
    outbox_bytes: int = 0
    timeouts: int = 0
    switches: int = 0
    foreign: int = 0
    broker: str = ""
    torn: str = ""


def status_message(state: str, unix: float, health: Health) -> bytes:
    """The retained status of a gateway with its health in it, so that a last will takes the place of both."""
    fields = orjson.loads(payload.status_message(health.gateway, state, unix, health.restart))
    return orjson.dumps(fields | {"health": dataclasses.asdict(health)})


@dataclass(frozen=True, slots=True)
class Heard:
    """Who is told what happens on a connection; all but `wake` in the thread that calls `Session.move`.

    `up(session)`: the login was taken. `down(session, reason)`: refused, not reached or cut; the session is of no more
    use. `message(session, topic, payload)`. `taken(session, id)`: the broker has a message of ours. `wake()`:
    there is something to do, called from any thread.
    """

    up: Callable[[Session], None]
    down: Callable[[Session, str], None]
    message: Callable[[Session, str, bytes], None]
    taken: Callable[[Session, int], None]
    wake: Callable[[], None]


class Session:
    """A login at one broker with MQTT 3.1.1, a clean session and a last will.

    Connecting is done in a short-lived thread, as names and TLS take their time; from then on everything happens in
    `move`. There is no queue: what is published goes out at once, or with `move` as soon as the socket takes it.
    """

    def __init__(
        self,
        broker: int,
        address: BrokerAddress,
        client_id: str,
        will: tuple[str, bytes],
        keepalive_s: int,
        heard: Heard,
    ) -> None:
        self.broker, self.address = broker, address
        self.is_up = False
        self._client_id, self._will, self._keepalive_s, self._heard = client_id, will, keepalive_s, heard
        self._client: Client | None = None
        self._failure = ""
        self._over = False
        self._misc_at = 0.0

    def open(self, timeout_s: float) -> None:
        """Begin to connect."""
        threading.Thread(target=self._connect, args=(timeout_s,), name="connect", daemon=True).start()

    @property
    def socket(self) -> socket.socket | None:
        """What to wait for; None while there is none."""
        return None if self._client is None or self._over else self._client.socket()  # type: ignore[return-value]

    @property
    def wants_write(self) -> bool:
        return self._client is not None and self._client.want_write()

    def move(self, readable: bool, writable: bool) -> None:
        """Read and write what there is, and keep the connection alive."""
        client = self._client
        if self._over:
            return
        if client is None:
            if self._failure:
                self._end(self._failure)
            return
        if readable:
            client.loop_read()
            # TLS may have more in its own buffer than the socket shows.
            while (pending := getattr(self.socket, "pending", None)) is not None and pending():
                client.loop_read()
        if writable and not self._over:
            client.loop_write()
        if not self._over and (now := time.monotonic()) >= self._misc_at:
            self._misc_at = now + min(1.0, self._keepalive_s / 4)
            client.loop_misc()
        if not self._over and client.socket() is None:
            self._end("the connection was cut")

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        """Send with QoS 1. Returns the message's id, None if the connection is gone, which `down` tells, too."""
        import paho.mqtt.client as mqtt

        if self._client is None or self._over or not self.is_up:
            return None
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        return info.mid if info.rc == mqtt.MQTT_ERR_SUCCESS else None

    def subscribe(self, topic: str, qos: int) -> None:
        if self._client is not None and not self._over:
            self._client.subscribe(topic, qos)

    def farewell(self) -> None:
        """Say goodbye behind what was published before; the broker then sends no last will. Keep moving it a while."""
        if self._client is not None and not self._over:
            self._client.disconnect()

    def hang_up(self) -> None:
        """Cut the connection at once; nobody is told."""
        self._over = True
        client = self._client
        connected = None if client is None else client.socket()
        if isinstance(connected, socket.socket):
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
            connected.close()

    @property
    def is_over(self) -> bool:
        return self._over

    def _end(self, reason: str) -> None:
        if not self._over:
            self.is_up = False
            self.hang_up()
            self._heard.down(self, reason)

    def _connect(self, timeout_s: float) -> None:
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=mqtt.MQTTv311)
        try:
            configure_client(client, self.address)
            client.will_set(*self._will, qos=1, retain=True)
            # In flight means something else here: more than the window never goes out, so paho need not queue.
            client.max_inflight_messages_set(65535)
            client.connect_timeout = timeout_s
            client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
            client.on_message, client.on_publish = self._on_message, self._on_publish
            client.connect(self.address.host, self.address.port, self._keepalive_s)
        except (OSError, ValueError, UnsafeSecret) as error:
            self._failure = str(error) or type(error).__name__
        else:
            self._client = client
            if self._over:
                self.hang_up()
        self._heard.wake()

    # paho's callbacks, from within `move`

    def _on_connect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        if reason.is_failure:
            self._failure = str(reason)
        else:
            self.is_up = True
            self._heard.up(self)

    def _on_disconnect(self, client: Client, userdata: object, flags: object, reason: Any, properties: object) -> None:
        self._end(self._failure or str(reason))

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self._heard.message(self, message.topic, bytes(message.payload))

    def _on_publish(self, client: Client, userdata: object, mid: int, reason: object, properties: object) -> None:
        self._heard.taken(self, mid)


FAREWELL_S = 2.0
"""Time for the goodbye on a connection that is left (assumption)."""

POLL_S = 0.5
"""Longest wait for anything: keep-alive and health are looked at so often."""


class Northbound:
    """Sends what is in the outbox, and forgets it when ingest says so, in a thread of its own from `start` to `stop`.

    What to send and through which broker is decided by `gateways.gateway.failover`; here are its sockets. On each
    broker that comes into use the meta message and the status are retained first: the birth, whose counterpart is the
    last will. `failure` holds what ended the thread, if something did.
    """

    def __init__(self, config: NodeConfig, outbox: Outbox, book: GroupBook, intake: Callable[[], Intake]) -> None:
        self._config, self._outbox, self._book, self._intake = config, outbox, book, intake
        gateway = config.gateway
        self._packs = BatchMessages(gateway, outbox, book, config.payload)
        self._window = Window(config.link)
        draw = random.Random(f"{gateway}/{outbox.boot}")
        self._failover = Failover(len(config.brokers), config.link, draw)
        self._sessions: dict[int, Session] = {}
        self._leaving: list[tuple[Session, float]] = []
        self._mids: set[int] = set()
        self._more = True
        self._sent = self._acknowledged = self._timeouts = self._foreign = 0
        self._health_at = 0.0
        self._described = 0
        self.failure: BaseException | None = None
        self._ending = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._heard = Heard(self._up, self._down, self._message, self._taken, self.wake)
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send. From any thread."""
        self._more = True
        with contextlib.suppress(BlockingIOError):
            self._wake_write.send(b".")

    def stop(self) -> None:
        """Say goodbye on the connection in use and hang up. What is not acknowledged stays in the outbox."""
        self._ending.set()
        self.wake()
        self._thread.join()

    def health(self) -> Health:
        intake, held = self._intake(), self._outbox.held()
        broker = self._failover.active
        return Health(
            self._config.gateway,
            self._outbox.boot,
            self._packs.version,
            intake.received,
            intake.repeated,
            intake.refused,
            self._sent,
            self._acknowledged,
            held.dropped_readings,
            held.readings,
            held.bytes,
            self._timeouts,
            self._failover.switches,
            self._foreign,
            "" if broker is None else str(self._config.brokers[broker]),
            "" if self._outbox.torn is None else self._outbox.torn.reason.of(SOURCE),
        )

    # the thread

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                self._move(self._decide())
            self._goodbye()
        except BaseException as error:
            self.failure = error
        finally:
            for session in self._all():
                session.hang_up()

    def _decide(self) -> float:
        """Do what is due. Returns until when nothing else is."""
        now = time.monotonic()
        while (step := self._failover.decide(now)).action is not Action.WAIT:
            assert step.broker is not None
            if step.action is Action.CONNECT:
                self._connect(step.broker)
            elif step.action is Action.USE:
                self._use(step.broker, now)
            else:
                self._sessions.pop(step.broker).hang_up()
        if self._failover.active is None:
            return step.until
        if self._window.overdue(now):
            self._timeouts += 1
            self._more = True
            self._failover.silent(self._window.timeouts)
        self._send(now)
        if now >= self._health_at:
            self._tell_health(now)
        return min(step.until, self._window.due() or step.until, self._health_at)

    def _move(self, until: float) -> None:
        sessions = {session.socket: session for session in self._all() if session.socket is not None}
        writers = [connected for connected, session in sessions.items() if session.wants_write]
        wait = max(0.0, min(until - time.monotonic(), POLL_S))
        readable, writable, _ = select.select([self._wake_read, *sessions], writers, [], wait)
        if self._wake_read in readable:
            with contextlib.suppress(BlockingIOError):
                self._wake_read.recv(4096)
        for session in self._all():
            connected = session.socket
            session.move(connected in readable, connected in writable)
        now = time.monotonic()
        for session, deadline in self._leaving:
            if now >= deadline:
                session.hang_up()
        self._leaving = [(session, deadline) for session, deadline in self._leaving if not session.is_over]

    def _all(self) -> list[Session]:
        return [*self._sessions.values(), *(session for session, _ in self._leaving)]

    # brokers

    def _connect(self, broker: int) -> None:
        gateway, config = self._config.gateway, self._config
        will = topics.status(gateway), will_message(gateway, "offline", boot=self._outbox.boot)
        session = Session(broker, config.brokers[broker], topics.level(gateway), will, config.keepalive_s, self._heard)
        self._sessions[broker] = session
        session.open(config.link.connect_timeout_s)

    def _use(self, broker: int, now: float) -> None:
        session = self._sessions[broker]
        for other in [b for b in self._sessions if b != broker]:
            self._leave(self._sessions.pop(other), "offline", now)
        gateway = self._config.gateway
        session.subscribe(topics.ack(gateway), 0)
        session.subscribe(topics.config(gateway), 1)
        self._described = 0
        self._mids.clear()
        self._window.opened(now)
        self._more = True
        self._tell_health(now)
        _say(f"{gateway}: uses {session.address}")

    def _leave(self, session: Session, state: str, now: float) -> None:
        session.publish(topics.status(self._config.gateway), self._status(state), retain=True)
        session.farewell()
        if not session.is_over:
            self._leaving.append((session, now + FAREWELL_S))

    def _goodbye(self) -> None:
        now = time.monotonic()
        for broker in list(self._sessions):
            self._leave(self._sessions.pop(broker), "ended", now)
        while self._leaving:
            self._move(self._leaving[-1][1])

    def _status(self, state: str) -> bytes:
        return status_message(state, time.time(), self.health())

    def _tell_health(self, now: float) -> None:
        """Retain the status with the health, and what the gateway serves if that is more than before."""
        self._health_at = now + self._config.health_period_s
        gateway, broker = self._config.gateway, self._failover.active
        session = self._sessions.get(-1 if broker is None else broker)
        if session is None:
            return
        cohorts = self._book.cohorts()
        if len(cohorts) != self._described:
            self._described = len(cohorts)
            session.publish(topics.meta(gateway), meta_message(gateway, cohorts), retain=True)
        session.publish(topics.status(gateway), self._status("online"), retain=True)

    # packs

    def _send(self, now: float) -> None:
        room = self._window.room()
        broker = self._failover.active
        if broker is None or not room or not self._more:
            return
        session = self._sessions[broker]
        packs = self._outbox.unacknowledged(room, self._window.cursor)
        self._more = len(packs) == room
        lowest: dict[int, int | None] = {}
        for pack in packs:
            if not self._window.may(pack.place):
                return
            boot = pack.place.boot
            if boot not in lowest:
                lowest[boot] = self._outbox.lowest(boot)
            mid = session.publish(*self._packs.message(pack, lowest[boot]))
            if mid is None:
                return
            self._mids.add(mid)
            self._window.sent(pack.place, now)
            self._sent += pack.readings

    # what sessions tell

    def _up(self, session: Session) -> None:
        self._failover.connected(session.broker, time.monotonic())

    def _down(self, session: Session, reason: str) -> None:
        if self._sessions.get(session.broker) is session:
            del self._sessions[session.broker]
            self._failover.lost(session.broker, time.monotonic())
            _say(f"{self._config.gateway}: lost {session.address}: {reason}")

    def _taken(self, session: Session, mid: int) -> None:
        if session.broker == self._failover.active and mid in self._mids:
            self._mids.remove(mid)
            self._window.taken()
            self._more = True

    def _message(self, session: Session, topic: str, payload: bytes) -> None:
        gateway = self._config.gateway
        try:
            if topic == topics.ack(gateway):
                self._acknowledge(payload)
            elif topic == topics.config(gateway) and session.broker == self._failover.active:
                self._install(read_config(payload))
        except (SenmlError, ValueError) as error:
            self._foreign += 1
            _say(f"{gateway}: ignores a message on {topic}: {error}")

    def _install(self, told: GatewayConfig) -> None:
        """Write as told from now on; what is not acknowledged is written anew at once."""
        if told.faulty and not self._config.drills:
            raise ValueError("this gateway takes no drills")
        if (told.payload, told.faulty) == (self._packs.version, self._packs.faulty):
            return
        self._packs.use(told.payload, told.faulty)
        self._mids.clear()
        self._window.opened(time.monotonic())
        self._more = True
        self._health_at = 0.0
        _say(f"{self._config.gateway}: writes payload {told.payload}" + (", spoilt" if told.faulty else ""))

    def _acknowledge(self, payload: bytes) -> None:
        boot, sequence = read_ack(payload, self._config.gateway)
        now = time.monotonic()
        try:
            forgotten = self._outbox.acknowledge(boot, sequence)
        except sqlite3.OperationalError as error:
            # The disk is full. The pack is sent again, and so acknowledged again.
            _say(f"{self._config.gateway}: cannot forget what is acknowledged: {error}")
            return
        if forgotten is None:
            if boot >= self._outbox.boot:
                raise ValueError(f"the pack {sequence} of boot {boot} was never sent")
            return
        packs, readings = forgotten
        self._window.acknowledged(boot, sequence, packs > 0, now)
        self._more = True
        if packs:
            self._acknowledged += readings
            self._failover.acknowledged(now)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
