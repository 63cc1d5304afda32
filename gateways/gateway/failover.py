"""What a gateway sends next and through which broker, as decisions without input or output.

Two small machines. `Window` says which pack may go out on the connection in use; `Failover` says which
connection that is. Both are told what happened and what time it is, in seconds of any clock that never goes back, and
never look at one themselves. So the same code serves both drivers: `gateways.gateway.node` asks them with the wall
clock, an `Outbox` on disk and paho's connections; `gateways.simulated.reach` asks them with simulated time, the packs
of `GatewayCore.waiting()` and brokers that are components of the town. Packing is `GatewayCore` in both.

What they promise, and the tests hold them to it with any sequence of losses, repetitions, refusals and restarts:

- A pack is out of the window only when ingest has acknowledged it. Until then it is sent again, oldest first: on every
  new connection, and after a time-out.
- On each connection packs go out in the order (boot, sequence), and a boot begins when the one before is acknowledged
  as a whole; so a reading is committed after all earlier ones of its series.
- Whatever happens, some broker is tried again within `retry_max_s` (or `silence_max_s` if it was silent), and a
  preferred broker that stays reachable is used again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, ClassVar, Protocol

from annotated_types import Ge, Gt

from gateways.gateway.outbox import START, Place
from simulator.contracts.problem import Unfit
from simulator.contracts.settings import STRICT
from simulator.contracts.words import Numeral, Words

_ = Words("gateways")

_Seconds = Annotated[float, Gt(0)]


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a gateway uses its brokers. All times are assumptions for a link within a town.

    `inflight`: packs that the broker has not taken yet; more made paho slower. `window`: packs that ingest has not
    acknowledged; it bounds what ingest has to keep in memory. `ack_timeout_s` to `ack_timeout_max_s`: time without
    progress until the oldest pack is sent again; doubled each time. `patience`: time-outs in a row until the next
    broker is tried. `retry_s` to `retry_max_s`: wait before a broker that was lost is tried again, doubled each time.
    `silence_s` to `silence_max_s`: the same for one that was left because no acknowledgement came through it.
    `connect_timeout_s`: time to connect and log in. `settled_s`: a preferred broker must be reachable for so long
    before it is used again.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    inflight: Annotated[int, Ge(1)] = 20
    window: int = 200
    ack_timeout_s: _Seconds = 5.0
    ack_timeout_max_s: float = 30.0
    patience: Annotated[int, Ge(1)] = 2
    retry_s: _Seconds = 0.25
    retry_max_s: float = 10.0
    silence_s: _Seconds = 30.0
    silence_max_s: float = 300.0
    connect_timeout_s: _Seconds = 3.0
    settled_s: Annotated[float, Ge(0)] = 10.0

    def __post_init__(self) -> None:
        if self.window < self.inflight:
            raise Unfit(
                _("is {window}, below inflight", window=self.window),
                _("give at least {inflight}", inflight=self.inflight),
                "window",
            )
        for name in ("ack_timeout", "retry", "silence"):
            low, high = getattr(self, f"{name}_s"), getattr(self, f"{name}_max_s")
            if high < low:
                raise Unfit(
                    _("is {high}, below {name}_s", high=Numeral(f"{high:g}"), name=name),
                    _("give at least {low}", low=Numeral(f"{low:g}")),
                    f"{name}_max_s",
                )


def doubled(shortest: float, longest: float, times: int) -> float:
    """A wait that has been doubled so many times."""
    return min(shortest * float(1 << min(times, 30)), longest)


class Window:
    """Which packs are on their way on the connection in use.

    After a time-out only one pack goes out, then, with each acknowledgement, twice as many as before: if ingest is away
    for long, the broker does not fill up with repetitions.
    """

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._size = settings.window
        self._out: deque[Place] = deque()
        self._underway = 0
        self._since = 0.0
        self._timeouts = 0
        self.cursor = START
        """The last pack that was sent: the next one is the first behind it."""

    @property
    def timeouts(self) -> int:
        """Time-outs in a row."""
        return self._timeouts

    def room(self) -> int:
        """How many packs may go out now."""
        return max(0, min(self._settings.inflight - self._underway, self._size - len(self._out)))

    def may(self, place: Place) -> bool:
        """Whether a pack may follow those that are out: a boot waits until all before it is acknowledged.

        Ingest sees a gap within a boot by the numbers, but not that the end of an earlier boot is missing.
        """
        return not self._out or self._out[0].boot == place.boot

    def opened(self, now: float) -> None:
        """Another connection is in use: begin with the oldest pack that is not acknowledged.

        After a time-out still with this one alone: if it is ingest that is away, no broker is to be filled up.
        """
        self._underway = self._timeouts = 0
        self._back(now)

    def sent(self, place: Place, now: float) -> None:
        """A pack went out. Raises `ValueError` if it is not behind the one before it."""
        if place <= self.cursor:
            raise ValueError(f"{place} was sent after {self.cursor}")
        if not self._out and not self._underway:
            self._since = now
        self._out.append(place)
        self._underway += 1
        self.cursor = place

    def taken(self) -> None:
        """The broker has taken one pack."""
        self._underway = max(0, self._underway - 1)

    def acknowledged(self, boot: int, sequence: int, progress: bool, now: float) -> None:
        """Ingest has all packs of a boot up to `sequence`, which the outbox knows to be ours.

        `progress`: some of them were still in the outbox. One that is not ours must not get here, or else packs would
        be taken for delivered.
        """
        self._out = deque(place for place in self._out if place.boot != boot or place.sequence > sequence)
        if progress:
            if self._timeouts or self._size < self._settings.window:
                self._size = min(2 * self._size, self._settings.window)
            self._timeouts = 0
            self._since = now
        elif self._timeouts > 1:
            self._timeouts = 1  # nothing new, but ingest is there again: no need to wait so long

    def due(self) -> float | None:
        """When the oldest pack, or the broker's answer, has been waited for too long; None if nothing is."""
        if not self._out and not self._underway:
            return None
        return self._since + doubled(self._settings.ack_timeout_s, self._settings.ack_timeout_max_s, self._timeouts)

    def overdue(self, now: float) -> bool:
        """If a time-out is over: go back to the oldest pack, and say so."""
        due = self.due()
        if due is None or now < due:
            return False
        self._timeouts += 1
        self._size = 1
        self._back(now)
        return True

    def _back(self, now: float) -> None:
        self._out.clear()
        self.cursor = START
        self._since = now


class Draw(Protocol):
    """A stream of random numbers in [0, 1)."""

    def random(self) -> float: ...


class Action(Enum):
    """What the driver is to do."""

    WAIT = "wait"
    CONNECT = "connect"
    """Begin to connect and log in to the broker, beside the one in use."""
    USE = "use"
    """Send through this broker from now on; leave the one that was in use."""
    GIVE_UP = "give up"
    """Hang up on this broker: it does not answer in time or is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision.

    `until`: the latest time at which to ask again, if nothing happens before. `silent`: the broker that was in use is
    left because no acknowledgement came through it.
    """

    action: Action
    broker: int | None = None
    until: float = float("inf")
    silent: bool = False


@dataclass(slots=True)
class _Broker:
    """What is known of one broker. `free_at`: it is left alone until then."""

    free_at: float = float("-inf")
    losses: int = 0
    silences: int = 0


@dataclass(slots=True)
class _Candidate:
    """A broker that is to be used next. `up_since` is None until it has taken the login."""

    broker: int
    since: float
    up_since: float | None = None


class Failover:
    """Which of several brokers, counted in the order of preference from 0, is used.

    The next one is connected before the one in use is left, unless that is lost already. `draw` spreads the waits of
    many gateways that lost the same broker; it comes seeded.
    """

    def __init__(self, brokers: int, settings: LinkSettings, draw: Draw) -> None:
        if brokers < 1:
            raise ValueError("a gateway needs a broker")
        self._settings, self._draw = settings, draw
        self._brokers = [_Broker() for _ in range(brokers)]
        self._candidate: _Candidate | None = None
        self._silent = False
        self._last: int | None = None
        self.active: int | None = None
        """The broker in use."""
        self.switches = 0
        """How often another broker than the one before came into use."""

    # what happened

    def connected(self, broker: int, now: float) -> None:
        """A broker has taken the login."""
        if self._candidate is not None and self._candidate.broker == broker and self._candidate.up_since is None:
            self._candidate.up_since = now

    def lost(self, broker: int, now: float) -> None:
        """A connection, in use or on trial, was refused, not answered or cut."""
        if self.active == broker:
            self.active = None
            self._silent = False
        elif self._candidate is not None and self._candidate.broker == broker:
            self._candidate = None
        else:
            return
        state = self._brokers[broker]
        self._rest(broker, now, self._settings.retry_s, self._settings.retry_max_s, state.losses)
        state.losses += 1

    def acknowledged(self, now: float) -> None:
        """Ingest has acknowledged something new: the broker in use is as good as can be."""
        self._silent = False
        if self.active is not None:
            state = self._brokers[self.active]
            state.losses = state.silences = 0

    def silent(self, timeouts: int) -> None:
        """So many time-outs in a row went by on the broker in use."""
        if self.active is not None and timeouts >= self._settings.patience:
            self._silent = True

    # what to do

    def decide(self, now: float) -> Step:
        """The next thing to do. Ask again until the answer is to wait."""
        candidate = self._candidate
        if candidate is not None:
            return self._judge(candidate, now)
        wanted = [broker for broker in self._wanted() if self._brokers[broker].free_at <= now]
        if wanted:
            self._candidate = _Candidate(wanted[0], now)
            return Step(Action.CONNECT, wanted[0])
        return Step(Action.WAIT, until=min((self._brokers[b].free_at for b in self._wanted()), default=float("inf")))

    def _judge(self, candidate: _Candidate, now: float) -> Step:
        if candidate.broker not in self._wanted():
            self._candidate = None
            return Step(Action.GIVE_UP, candidate.broker)
        if candidate.up_since is None:
            late = candidate.since + self._settings.connect_timeout_s
            if now < late:
                return Step(Action.WAIT, until=late)
            self.lost(candidate.broker, now)
            return Step(Action.GIVE_UP, candidate.broker)
        ready = candidate.up_since
        if self.active is not None and not self._silent:
            ready += self._settings.settled_s
        if now < ready:
            return Step(Action.WAIT, until=ready)
        silent = self._silent
        self._use(candidate.broker, now)
        return Step(Action.USE, candidate.broker, silent=silent)

    def _wanted(self) -> list[int]:
        """Brokers that would be better than what is in use, best first."""
        everyone = range(len(self._brokers))
        if self.active is None:
            return list(everyone)
        if self._silent:
            return [*everyone[self.active + 1 :], *everyone[: self.active]]
        return list(everyone[: self.active])

    def _use(self, broker: int, now: float) -> None:
        if self.active is not None and self._silent:
            state = self._brokers[self.active]
            self._rest(self.active, now, self._settings.silence_s, self._settings.silence_max_s, state.silences)
            state.silences += 1
        if self._last is not None and self._last != broker:
            self.switches += 1
        self.active = self._last = broker
        self._candidate = None
        self._silent = False

    def _rest(self, broker: int, now: float, shortest: float, longest: float, times: int) -> None:
        """Leave a broker alone for a while: twice as long each time, and between half and all of it by chance."""
        wait = doubled(shortest, longest, times)
        self._brokers[broker].free_at = now + wait * (0.5 + 0.5 * self._draw.random())
