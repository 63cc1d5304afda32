"""How far the city is behind the wall clock: shown when it happens, recorded in any case."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateways.alive import NOBODY_ASKS, Alive
from simulator.contracts.ticks import TICKS_PER_S
from simulator.kernel import Clock
from stadtwerk.terminal import Progress, Terminal

BEHIND_S = 1.0
"""From this lag on a run is behind (assumption: what somebody who watches would notice)."""

REPEAT_S = 10.0
"""Wall time between two remarks about it."""


@dataclass(frozen=True, slots=True)
class Lag:
    """`max_s`: the longest lag, in wall seconds. `behind_s`: wall time during which it was above `BEHIND_S`."""

    max_s: float = 0.0
    behind_s: float = 0.0


class LagMeter:
    """Told each tick that the run has reached, compares it with when that was due. Remarks go to `say`."""

    def __init__(
        self, speed: float, first: int, say: Callable[[str], None], wall: Callable[[], float] = time.monotonic
    ) -> None:
        self._speed, self._first, self._say, self._wall = speed, first, say, wall
        self._began = self._last = wall()
        self._said_at: float | None = None
        self.lag = Lag()

    def __call__(self, tick: int) -> None:
        now = self._wall()
        lag_s = max(0.0, now - self._began - (tick - self._first) / TICKS_PER_S / self._speed)
        behind = lag_s > BEHIND_S
        self.lag = Lag(max(self.lag.max_s, lag_s), self.lag.behind_s + (now - self._last if behind else 0.0))
        self._last = now
        if behind and (self._said_at is None or now - self._said_at >= REPEAT_S):
            self._say(f"the city is {lag_s:.1f} s behind the wall clock")
            self._said_at = now
        elif not behind and self._said_at is not None:
            self._say("the city has caught up with the wall clock")
            self._said_at = None


class LiveTerminal(Terminal):
    """A terminal that shows, and remembers, how far a run is behind."""

    def __init__(self, terminal: Terminal, speed: float, alive: Alive = NOBODY_ASKS) -> None:
        super().__init__(terminal.lang)
        self._terminal, self._speed, self._alive = terminal, speed, alive
        self._meter: LagMeter | None = None

    @property
    def lag(self) -> Lag:
        return Lag() if self._meter is None else self._meter.lag

    def say(self, text: str) -> None:
        self._terminal.say(text)

    @contextmanager
    def progress(self, clock: Clock) -> Iterator[Progress]:
        meter = self._meter = LagMeter(self._speed, clock.now, self.say)
        with self._terminal.progress(clock) as shown:

            def show(tick: int) -> None:
                meter(tick)
                shown(tick)
                self._alive.beat()

            yield show
