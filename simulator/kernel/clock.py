"""The SimPy environment on whole ticks, with a name behind every waiting event; and how fast simulated time passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any

import simpy
from simpy.events import NORMAL, Process, Timeout
from simpy.events import Event as SimEvent

from simulator.contracts.ticks import TICKS_PER_S, to_s, to_ticks

SAME_TIME_LIMIT = 1_000
"""Calls that may lead to each other at one instant before the run is stopped as a loop (assumption: far above what a
cascade needs). How many happen side by side does not count: a blackout of a large town reaches very many at once."""
SHOWN_AT_LOOP = 20


class SameTimeLoop(RuntimeError):
    """Couplings chased each other without time going on. The message names who was called last."""


class Clock:
    """Simulated time in ticks of a millisecond; 0 is the scenario's zero, warm-up lies before it.

    Few long-lived processes are meant to live here, and calls at a time (`at`, `soon`) for everything else: SimPy
    keeps abandoned timeouts queued, so a call that may have become void checks that for itself when it comes.
    """

    def __init__(self, start: datetime, warmup_s: float, duration_s: float) -> None:
        self.start = start
        self.begin = -to_ticks(warmup_s)
        self.end = to_ticks(duration_s)
        self.env = simpy.Environment(initial_time=self.begin)
        self._midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        self._depth = 0
        self._chain: list[str] = []

    @property
    def now(self) -> int:
        return int(self.env.now)

    @property
    def now_s(self) -> float:
        """Seconds since the scenario's zero; negative during warm-up."""
        return to_s(self.now)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began, warm-up included: the time an engine has lived through."""
        return to_s(self.now - self.begin)

    def datetime(self, tick: int | None = None) -> datetime:
        """The town's wall clock at `tick` (now if not given)."""
        return self.start + timedelta(milliseconds=self.now if tick is None else tick)

    def time_of_day_s(self, tick: int | None = None) -> float:
        """Seconds since local midnight, 0 to 86400."""
        return (self.datetime(tick) - self._midnight).total_seconds() % 86400.0

    def at(self, tick: int, who: str, call: Callable[[], None]) -> None:
        """Run `call` at `tick` (not in the past). `who` is named if the run loops or hangs."""
        if tick < self.now:
            raise ValueError(f"{who} wants to act at {to_s(tick)} s, but it is {self.now_s} s already")
        depth = self._depth + 1 if tick == self.now else 0
        event = Timeout(self.env, tick - self.now)
        event.callbacks.append(lambda _: self._run(who, call, depth))

    def after(self, seconds: float, who: str, call: Callable[[], None]) -> None:
        self.at(self.now + to_ticks(seconds), who, call)

    def soon(self, who: str, call: Callable[[], None]) -> None:
        """Run `call` at this same instant, after what is already queued for it."""
        depth = self._depth + 1
        event = SimEvent(self.env)
        event.callbacks.append(lambda _: self._run(who, call, depth))
        event._ok = True
        event._value = None
        self.env.schedule(event, NORMAL, 0)

    def process(self, generator: Generator[SimEvent, Any, Any]) -> Process:
        return self.env.process(generator)

    def timeout(self, seconds: float) -> Timeout:
        """For `yield` in a process: wait so many seconds."""
        return self.env.timeout(to_ticks(seconds))

    def run_until(self, tick: int) -> None:
        """Advance to `tick` and run what is due at it."""
        if tick >= self.now:
            stop = Timeout(self.env, tick - self.now)
            # A stop at NORMAL priority comes after everything queued earlier for that tick, and what those calls add
            # for the same instant must still run, so step on until the next event lies later.
            self.env.run(until=stop)
            while self.env.peek() <= tick:
                self.env.step()

    def _run(self, who: str, call: Callable[[], None], depth: int) -> None:
        if depth > SAME_TIME_LIMIT - SHOWN_AT_LOOP:
            self._chain.append(who)
            if depth > SAME_TIME_LIMIT:
                names = ", ".join(dict.fromkeys(self._chain[-SHOWN_AT_LOOP:]))
                what = f"more than {SAME_TIME_LIMIT} calls led to each other at {self.now_s} s"
                raise SameTimeLoop(f"{what}; last called: {names}")
        self._depth = depth
        call()
        self._depth = 0


__all__ = ["TICKS_PER_S", "Clock", "SameTimeLoop"]


CHUNK_S = 300.0
"""Simulated time between two looks at the wall clock and the progress bar when running as fast as possible."""


class Pace:
    """Drives a clock to its end. `speed` is simulated seconds per wall second, None for as fast as possible.

    The wall clock decides only when a step is taken, never what happens in it: results do not depend on the speed.
    """

    def __init__(
        self,
        speed: float | None = None,
        wall: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if speed is not None and not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        self.lag_s = 0.0
        self._wall = wall
        self._sleep = sleep

    def drive(self, clock: Clock, progress: Callable[[int], None] = lambda _: None) -> None:
        """Run to `clock.end`. `lag_s` tells how far the run fell behind the wall clock at the worst."""
        step = to_ticks(CHUNK_S)
        if self.speed is not None:  # ten looks a wall second, and at least one tick each
            step = max(1, min(step, int(self.speed * TICKS_PER_S / 10)))
        began, first = self._wall(), clock.now
        while clock.now < clock.end:
            target = min(clock.now + step, clock.end)
            if self.speed is not None:
                due = began + (target - first) / TICKS_PER_S / self.speed
                ahead = due - self._wall()
                if ahead > 0:
                    self._sleep(ahead)
                else:
                    self.lag_s = max(self.lag_s, -ahead)
            clock.run_until(target)
            progress(clock.now)
