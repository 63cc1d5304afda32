"""Packs from the outbox to ingest, through the broker that is best now."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable

from gateways.gateway.failover import Action, Failover
from gateways.gateway.node.config import NodeConfig
from gateways.gateway.node.field import Intake
from gateways.gateway.node.frames import GroupBook
from gateways.gateway.node.health import Health, status_message
from gateways.gateway.node.packs import PackMessages, read_ack
from gateways.gateway.node.session import Heard, Session
from gateways.gateway.outbox import Outbox
from gateways.gateway.window import Window
from gateways.wire import topics
from gateways.wire.payload import meta_message
from gateways.wire.payload import status_message as will_message
from gateways.wire.senml import SenmlError
from gateways.wire.versions import GatewayConfig, read_config

FAREWELL_S = 2.0
"""Time for the goodbye on a connection that is left (assumption)."""

POLL_S = 0.5
"""Longest wait for anything: keep-alive and health are looked at so often."""


class Uplink:
    """Sends what is in the outbox, and forgets it when ingest says so, in a thread of its own from `start` to `stop`.

    What to send and through which broker is decided by `gateways.gateway.failover`; here are its sockets. On each
    broker that comes into use the meta message and the status are retained first: the birth, whose counterpart is the
    last will. `failure` holds what ended the thread, if something did.
    """

    def __init__(self, config: NodeConfig, outbox: Outbox, book: GroupBook, intake: Callable[[], Intake]) -> None:
        self._config, self._outbox, self._book, self._intake = config, outbox, book, intake
        gateway = config.gateway
        self._packs = PackMessages(gateway, outbox, book, config.payload)
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
            "" if self._outbox.torn is None else self._outbox.torn.reason,
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
