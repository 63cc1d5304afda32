"""How fast simulated time passes: as fast as possible, or wall clock times a speed."""

from __future__ import annotations

import time
from collections.abc import Callable

from simulator.contracts.ticks import TICKS_PER_S, to_ticks
from simulator.kernel.clock import Clock

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
