"""A gateway's connections to the brokers of a simulated town: what `gateways.gateway.node` does with sockets.

Which broker is used and which pack goes out is decided by `gateways.gateway.failover`, as
in the process. Here is what stands in for sockets: a login takes a round trip; a broker that does not run refuses at
once, one that nothing reaches not at all; a connection on which nothing passes is given up after `NOTICE_S`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateways.gateway.core import GatewayCore
from gateways.gateway.failover import Action, Draw, Failover, LinkSettings, Window
from gateways.gateway.outbox import Place
from gateways.wire.payload import Batch

NOTICE_S = 20.0
"""Time until a connection on which nothing passes is given up: twice the keep-alive of 10 s of `NodeConfig`."""


@dataclass(frozen=True, slots=True)
class Way:
    """From a gateway to a broker, now.

    `latency_s`: to the machine of the broker, not finite where no message gets through. `answers`: the broker runs
    there. `admits`: it would take a login of this gateway. `passes`: what it takes reaches ingest. `loss`: share of
    messages that is lost on the way; in simulated time it costs nothing, as MQTT is spoken over TCP, which repeats.
    """

    latency_s: float
    answers: bool = True
    admits: bool = True
    passes: bool = True
    loss: float = 0.0

    @property
    def open(self) -> bool:
        return math.isfinite(self.latency_s)


@dataclass(slots=True)
class _Session:
    """A connection, or a try. `due`: when the login is answered; `hung_since`: since when nothing passes."""

    due: float = math.inf
    up: bool = False
    hung_since: float = math.inf
    reset: bool = False
    """The broker has ended meanwhile: this shows as soon as something passes again."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what happens, with the time in seconds.

    `delivered(pack, t)`: it arrives at t. `refused(pack, t)`: it arrives and cannot be read. `changed(online, t)`: a
    broker can be reached, or none any more. `used(broker, silent)`: another broker is used from now on; `silent` says
    that the one before is there, but no acknowledgement came through it.
    """

    delivered: Callable[[Batch, float], None]
    refused: Callable[[Batch, float], None]
    changed: Callable[[bool, float], None]
    used: Callable[[int, bool], None]


class Reach:
    """The uplink of one gateway from one start to its end. Times are in seconds and never go back.

    `at_once`: the town begins with gateways that are connected already.
    """

    def __init__(
        self, core: GatewayCore, brokers: int, settings: LinkSettings, draw: Draw, told: Told, at_once: bool = False
    ) -> None:
        self._core, self._told = core, told
        self._failover = Failover(brokers, settings, draw)
        self._window = Window(settings)
        self._sessions: dict[int, _Session] = {}
        self._ways: Sequence[Way] = [Way(math.inf)] * brokers
        self._reads = True
        self._until = math.inf
        self._now = -math.inf
        self._at_once = at_once
        self.online = False

    def due(self) -> float:
        """When something happens by itself next, infinite if nothing does."""
        times = [self._until]
        for session in self._sessions.values():
            times.append(session.hung_since + NOTICE_S if session.up else session.due)
        if self._failover.active is not None:
            times.append(self._window.due() or math.inf)
        return min(times)

    @property
    def between(self) -> bool:
        """Whether no broker is in use."""
        return self._failover.active is None

    @property
    def hopeful(self) -> bool:
        """Whether a reading would reach ingest through some broker, if not at once then after a login or a wait."""
        return self._reads and any(way.open and way.answers and way.admits and way.passes for way in self._ways)

    def pass_time(self, now: float) -> None:
        """Let happen what is due up to `now`, in the surroundings as they were told last."""
        while (due := self.due()) <= now:
            # What is overdue at the first look happens now: time does not go back.
            self._now = max(self._now, due)
            self._happen(self._now)
            self._settle(self._now)

    def look(self, ways: Sequence[Way], reads: bool, now: float) -> None:
        """The surroundings from now on. `reads`: ingest can read what the gateway's software writes."""
        self.pass_time(now)
        self._now = now
        if not self._reads and reads and self._failover.active is not None:
            self._window.opened(now)  # what nobody could read is written anew
        self._reads = reads
        if ways != self._ways:
            self._ways = ways
            self._rewire(now)
        self._settle(now)

    def drop(self, now: float, broker: int | None = None) -> None:
        """All connections end, or that with one broker, and have to be made anew."""
        for other in list(self._sessions):
            if broker in (None, other):
                self._lose(other, now)
        self._settle(now)

    # what happens by itself

    def _happen(self, now: float) -> None:
        for broker, session in list(self._sessions.items()):
            way = self._ways[broker]
            if session.up:
                if session.hung_since + NOTICE_S <= now:
                    self._lose(broker, now)
            elif session.due <= now:
                session.due = math.inf
                if way.answers and way.admits:
                    session.up = True
                    self._failover.connected(broker, now)
                else:
                    self._lose(broker, now)
        if self._failover.active is not None and self._window.overdue(now):
            self._failover.silent(self._window.timeouts)

    def _rewire(self, now: float) -> None:
        for broker, session in list(self._sessions.items()):
            way = self._ways[broker]
            if not session.up:
                session.due = self._answer_at(way, now)
                continue
            session.reset |= not way.answers
            if not way.open:
                session.hung_since = min(session.hung_since, now)
            elif session.reset:
                self._lose(broker, now)
            elif session.hung_since < math.inf:
                session.hung_since = math.inf
                if broker == self._failover.active:
                    self._window.opened(now)

    def _answer_at(self, way: Way, now: float) -> float:
        if not way.open:
            return math.inf
        return now if self._at_once else now + 2 * way.latency_s

    def _lose(self, broker: int, now: float) -> None:
        del self._sessions[broker]
        self._failover.lost(broker, now)

    # what the gateway does

    def _settle(self, now: float) -> None:
        while True:
            step = self._failover.decide(now)
            if step.action is Action.CONNECT:
                assert step.broker is not None
                self._sessions[step.broker] = _Session(self._answer_at(self._ways[step.broker], now))
                if self._at_once:
                    self._happen(now)
            elif step.action is Action.USE:
                assert step.broker is not None
                self._sessions = {step.broker: self._sessions[step.broker]}
                self._window.opened(now)
                self._told.used(step.broker, step.silent)
            elif step.action is Action.GIVE_UP:
                assert step.broker is not None
                self._sessions.pop(step.broker, None)
            else:
                break
        self._at_once = False
        self._until = step.until
        self._send(now)
        if self.online is not (online := self._passing() is not None):
            self.online = online
            self._told.changed(online, now)

    def _passing(self) -> Way | None:
        """The way in use, if something passes on it."""
        active = self._failover.active
        if active is None or self._sessions[active].hung_since < math.inf:
            return None
        return self._ways[active]

    def _send(self, now: float) -> None:
        if self._failover.active is None or not self._core.held:
            return
        way = self._passing()
        while packs := self._next():
            for pack in packs:
                self._window.sent(Place(pack.boot, pack.sequence), now)
            if way is None:
                return  # they lie in the buffers of a connection on which nothing passes
            for _ in packs:
                self._window.taken()
            if not way.passes:
                return
            for pack in packs:
                (self._told.delivered if self._reads else self._told.refused)(pack, now + way.latency_s)
            if not self._reads:
                continue
            last = packs[-1]
            self._core.acknowledge(last.sequence)
            self._window.acknowledged(last.boot, last.sequence, True, now)
            self._failover.acknowledged(now)

    def _next(self) -> list[Batch]:
        room, cursor = self._window.room(), self._window.cursor
        if not room:
            return []
        return [pack for pack in self._core.waiting() if Place(pack.boot, pack.sequence) > cursor][:room]
