"""When each cohort of sensors is read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable

import numpy as np
from numpy.typing import NDArray
from simpy.events import Event as SimEvent
from simpy.events import EventPriority

from simulator.contracts.sensor import Readings, SensorCohort
from simulator.contracts.ticks import to_ticks
from simulator.kernel.clock import Clock
from simulator.kernel.streams import Streams
from simulator.sensors.faults import SensorFaults
from simulator.sensors.panel import Panel

Read = Callable[[], NDArray[np.float64]]
"""The true values now."""

Find = Callable[[str, tuple[str, ...]], Read]
"""The way to read a quantity at these components. Raises `KeyError` for what nobody measures."""

Sink = Callable[[Readings], None]
RoundDone = Callable[[int], None]

AFTER_ALL = EventPriority(2)
"""SimPy priority of a sample: behind everything else of its instant (SimPy's own lowest is 1), so that sensors see the
town after it has settled, whatever period a domain is solved at."""


class UnreadableCohorts(ValueError):
    """Cohorts that cannot be sampled. `reasons` has one sentence for each, naming the cohort."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


class Sampler:
    """Samples every cohort at `clock.begin + phase_s` and then every `period_s`, in warm-up and at the last tick too.

    One process serves all cohorts of the same period and phase, and reads each quantity once for all of them. Each
    cohort has its own noise stream, so adding or moving one changes no other. Readings go to `sink`, gateway by
    gateway; `round_done` is called with the tick when all cohorts of a round have been read. `faults` disturb readings.
    """

    def __init__(
        self,
        clock: Clock,
        streams: Streams,
        cohorts: Iterable[SensorCohort],
        find: Find,
        sink: Sink,
        round_done: RoundDone | None = None,
        faults: SensorFaults | None = None,
    ) -> None:
        self._clock, self._find, self._sink, self._round_done = clock, find, sink, round_done
        self.taken = 0
        cohorts = tuple(cohorts)
        reasons = [reason for cohort in cohorts if (reason := _unfit(cohort)) is not None]
        times = Counter(cohort.id for cohort in cohorts)
        reasons += [f"cohort {name!r} is there {count} times" for name, count in times.items() if count > 1]
        if reasons:
            raise UnreadableCohorts(reasons)
        rounds: dict[tuple[int, int], list[SensorCohort]] = {}
        for cohort in cohorts:
            rounds.setdefault((to_ticks(cohort.period_s), to_ticks(cohort.phase_s)), []).append(cohort)
        self._rounds = {when: Panel(group, streams, faults) for when, group in rounds.items()}

    def start(self) -> None:
        """Check that every cohort can be read and start the processes. Call it once all domains have started.

        Raises `UnreadableCohorts`, with every cohort whose quantity nobody measures at its components.
        """
        reasons = []
        for cohort in (cohort for panel in self._rounds.values() for cohort in panel.cohorts):
            try:
                shape = np.shape(self._find(cohort.quantity, cohort.components)())
            except KeyError as error:
                reasons.append(f"cohort {cohort.id!r} cannot be read: {error.args[0] if error.args else error}")
                continue
            if shape != (len(cohort.components),):
                reasons.append(
                    f"cohort {cohort.id!r} has {len(cohort.components)} sensors, but {cohort.quantity!r} is {shape}"
                )
        if reasons:
            raise UnreadableCohorts(reasons)
        for (period, phase), panel in self._rounds.items():
            self._clock.process(self._sample(self._clock.begin + phase, period, panel, self._sources(panel)))

    def _sources(self, panel: Panel) -> list[tuple[Read, NDArray[np.intp]]]:
        """How to read each quantity of a panel, and at which of the panel's sensors its values belong."""
        where: dict[str, list[tuple[int, str]]] = {}
        sensors = ((cohort.quantity, component) for cohort in panel.cohorts for component in cohort.components)
        for place, (quantity, component) in enumerate(sensors):
            where.setdefault(quantity, []).append((place, component))
        return [
            (self._find(quantity, tuple(component for _, component in found)), np.array([place for place, _ in found]))
            for quantity, found in where.items()
        ]

    def _sample(
        self, first: int, period: int, panel: Panel, sources: list[tuple[Read, NDArray[np.intp]]]
    ) -> Generator[SimEvent, None, None]:
        env, end = self._clock.env, self._clock.end
        due = first
        while due < self._clock.now:
            due += period
        truth = np.empty(len(panel))
        while due <= end:
            wake = SimEvent(env)
            wake._ok, wake._value = True, None
            env.schedule(wake, AFTER_ALL, due - self._clock.now)
            yield wake
            for read, places in sources:
                truth[places] = read()
            for readings in panel.read(truth, due):
                self.taken += len(readings.values)
                self._sink(readings)
            if self._round_done is not None:
                self._round_done(due)
            due += period


def _unfit(cohort: SensorCohort) -> str | None:
    """Why this cohort cannot be sampled at all, None if it can."""
    if not (math.isfinite(cohort.period_s) and to_ticks(cohort.period_s) >= 1):
        return f"cohort {cohort.id!r} has a period of {cohort.period_s} s; the shortest is 0.001 s"
    if not (math.isfinite(cohort.phase_s) and cohort.phase_s >= 0):
        return f"cohort {cohort.id!r} has a phase of {cohort.phase_s} s; it must be 0 or more"
    if not (math.isfinite(cohort.accuracy) and cohort.accuracy >= 0):
        return f"cohort {cohort.id!r} has an accuracy of {cohort.accuracy}; it must be 0 or more"
    return None
