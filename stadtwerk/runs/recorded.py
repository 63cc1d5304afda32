"""The series that a scenario asks for: any quantity of any component, without a sensor, as the town has it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.contracts.history import Gauges
from simulator.contracts.ticks import to_s, to_ticks
from stadtwerk.runs.wiring import Floats, Read, finder

if TYPE_CHECKING:
    from resilience.scenario.scenario import Series
    from simulator.coupling import Runtime


class Recorder:
    """Reads the true values at even steps from zero on, the warm-up left out. Reading changes nothing.

    What is declared but measured nowhere in this city has no rows. Call `start` when all domains stand.
    """

    def __init__(self, runtime: Runtime, asked: Sequence[Series]) -> None:
        self._runtime = runtime
        self._names: list[tuple[str, str]] = []
        self._parts: list[tuple[int, Read, int, int]] = []
        find = finder(runtime.quantities)
        for series in asked:
            there = tuple(one for q in runtime.quantities.every(series.quantity) for one in q.components)
            chosen = series.among(runtime.city, there)
            if chosen:
                first = len(self._names)
                self._names += [(name, series.quantity) for name in chosen]
                read = find(series.quantity, chosen)
                self._parts.append((to_ticks(series.every_s), read, first, len(self._names)))
        self._at: list[int] = []
        self._places: list[Any] = []
        self._values: list[Floats] = []

    def start(self) -> None:
        for step, read, first, last in self._parts:
            self._runtime.clock.process(self._work(step, read, np.arange(first, last, dtype=np.int32)))

    def _work(self, step: int, read: Read, places: Any) -> Generator[Any, Any, None]:
        clock = self._runtime.clock

        def sample() -> None:
            self._at.append(clock.now)
            self._places.append(places)
            self._values.append(read().astype(np.float64))

        while True:
            if clock.now >= 0 and clock.now % step == 0:
                clock.soon("record", sample)  # after what the networks do at this instant
            yield clock.timeout(to_s(step - clock.now % step))

    def kept(self) -> Gauges:
        """What was read, by time."""
        counts = [len(places) for places in self._places]
        at = np.repeat(np.array(self._at, dtype=np.int64), counts)
        places = np.concatenate(self._places) if counts else np.empty(0, np.int32)
        values = np.concatenate(self._values) if counts else np.empty(0)
        order = np.lexsort((places, at))
        return Gauges(tuple(self._names), at[order], places[order], values[order])
