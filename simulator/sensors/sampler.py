"""When each group of sensors is read; those read at the same times are disturbed together."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from simpy.events import Event as SimEvent
from simpy.events import EventPriority

from simulator.contracts.registry import registry
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import Numeral, Text, Words
from simulator.kernel.clock import Clock
from simulator.kernel.streams import Streams
from simulator.sensors.faults import SensorFaults

_ = Words("simulator.sensors")

NOISE_ROWS = 32
"""Samples whose noise is drawn in one call. The numbers do not depend on it: a stream is the same in any portion."""

FINEST_DIGIT = 12
"""Digits after the point that a reading has at most; finer steps drown in the rounding of float64."""


def digits_shown(accuracy: float) -> int | None:
    """Digits after the point (before it if negative) that a reading of this accuracy has, None if it is not rounded.

    A display shows no more than its accuracy bears: the step is a whole power of ten at or below a tenth of the
    accuracy (assumption; rounding so adds less than 0.1 % to the variance of the error).
    """
    if accuracy <= 0:
        return None
    digits = -math.floor(math.log10(accuracy / 10))
    return digits if digits <= FINEST_DIGIT else None


class Panel:
    """Reads its cohorts: value = truth + normal noise with the cohort's `accuracy` as one standard deviation.

    Readings are rounded as `digits_shown` says; accuracy 0 gives the truth itself. Where the truth is not finite the
    reading is NaN and `BAD`. Each cohort has its own noise stream, so that no cohort changes another one's noise.

    An instrument shows nothing that cannot be: `least` and `most` of its quantity bound what it measures.

    Under `faults` readings are what those make of them; the noise beneath goes on as if there were none.

    `cohorts` are in the order of the truth: gateway by gateway, each gateway's as they were given.
    """

    def __init__(self, cohorts: Iterable[SensorCohort], streams: Streams, faults: SensorFaults | None = None) -> None:
        of_gateway: dict[str, list[SensorCohort]] = {}
        for cohort in cohorts:
            of_gateway.setdefault(cohort.gateway, []).append(cohort)
        groups = [SensorGroup(tuple(served)) for served in of_gateway.values()]
        self.cohorts = tuple(cohort for group in groups for cohort in group.cohorts)
        ends = np.cumsum([0, *(len(cohort.components) for cohort in self.cohorts)]).tolist()
        self._parts = tuple(slice(first, end) for first, end in itertools.pairwise(ends))
        last = np.cumsum([0, *(len(group.cohorts) for group in groups)]).tolist()
        cuts = [slice(ends[first], ends[end]) for first, end in itertools.pairwise(last)]
        self._groups = tuple(zip(groups, cuts, strict=True))
        self._streams = [streams.stream(cohort.id, "sensor-noise") for cohort in self.cohorts]
        self._ahead = np.zeros((NOISE_ROWS, ends[-1]))
        self._row = NOISE_ROWS
        self._up, self._down = np.ones(ends[-1]), np.ones(ends[-1])
        self._exact = np.zeros(ends[-1], dtype=np.bool_)
        for cohort, part in zip(self.cohorts, self._parts, strict=True):
            digits = digits_shown(cohort.accuracy)
            if digits is None:
                self._exact[part] = True
            else:
                self._up[part], self._down[part] = 10.0 ** max(digits, 0), 10.0 ** max(-digits, 0)
        self._some_exact = bool(self._exact.any())
        known = registry().quantities
        bounds = [known.get(cohort.quantity) for cohort in self.cohorts]
        sizes = [len(cohort.components) for cohort in self.cohorts]
        self._least = np.repeat([-np.inf if b is None or b.least is None else b.least for b in bounds], sizes)
        self._most = np.repeat([np.inf if b is None or b.most is None else b.most for b in bounds], sizes)
        self._all_good = np.zeros(ends[-1], dtype=np.uint8)
        self._all_good.flags.writeable = False
        self._faults = None if faults is None else faults.over(self.cohorts)
        self._last = np.full(ends[-1], np.nan)

    def __len__(self) -> int:
        """Sensors in all cohorts."""
        return len(self._up)

    def read(self, truth: NDArray[np.float64], at: int) -> tuple[Readings, ...]:
        """One sample of every cohort at the tick `at`, gateway by gateway. `truth` has one value for each sensor."""
        measured = truth + self._noise()
        np.clip(measured, self._least, self._most, out=measured, where=np.isfinite(measured))
        if self._faults:
            self._faults.measured(measured, at)
        values = self._shown(measured)
        if self._faults:
            self._faults.shown(truth, values, self._last, at)
        self._last = values
        finite = np.isfinite(values)
        quality = self._all_good
        if not finite.all():
            values[~finite] = np.nan
            quality = np.where(finite, Quality.GOOD, Quality.BAD).astype(np.uint8)
        # Copies, so that a gateway that holds its readings for long does not hold the whole round's.
        return tuple(Readings(group, at, values[part].copy(), quality[part].copy()) for group, part in self._groups)

    def _shown(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(over="ignore", invalid="ignore"):
            shown: NDArray[np.float64] = np.rint(values * self._up / self._down) / self._up * self._down
        if self._some_exact:
            shown[self._exact] = values[self._exact]
        return shown

    def _noise(self) -> NDArray[np.float64]:
        if self._row == NOISE_ROWS:
            for cohort, part, stream in zip(self.cohorts, self._parts, self._streams, strict=True):
                if cohort.accuracy > 0:
                    size = (NOISE_ROWS, part.stop - part.start)
                    self._ahead[:, part] = stream.standard_normal(size) * cohort.accuracy
            self._row = 0
        row: NDArray[np.float64] = self._ahead[self._row]
        self._row += 1
        return row


Read = Callable[[], NDArray[np.float64]]
"""The true values now."""

Find = Callable[[str, tuple[str, ...]], Read]
"""The way to read a quantity at these components. Raises `KeyError` for what nobody measures."""

Powered = Mapping[str, Callable[[], bool]]
"""Whether a component has power now, for those that live on it."""

Sink = Callable[[Readings], None]
RoundDone = Callable[[int], None]

AFTER_ALL = EventPriority(2)
"""SimPy priority of a sample: behind everything else of its instant (SimPy's own lowest is 1), so that sensors see the
town after it has settled, whatever period a domain is solved at."""


class UnreadableCohorts(ValueError):
    """Cohorts that cannot be sampled. `reasons` has one sentence for each, naming the cohort."""

    def __init__(self, reasons: Iterable[Text]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reason.en for reason in self.reasons))


class Sampler:
    """Samples every cohort at `clock.begin + phase_s` and then every `period_s`, in warm-up and at the last tick too.

    One process serves all cohorts of the same period and phase, and reads each quantity once for all of them. Each
    cohort has its own noise stream, so adding or moving one changes no other. Readings go to `sink`, gateway by
    gateway; `round_done` is called with the tick when all cohorts of a round have been read. `faults` disturb readings;
    sensors at what is without power, by `powered`, give no value.
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
        powered: Powered = MappingProxyType({}),
    ) -> None:
        self._powered = powered
        self._clock, self._find, self._sink, self._round_done = clock, find, sink, round_done
        self.taken = 0
        cohorts = tuple(cohorts)
        reasons = [reason for cohort in cohorts if (reason := _unfit(cohort)) is not None]
        times = Counter(cohort.id for cohort in cohorts)
        reasons += [
            _("cohort {name} is there {count} times", name=repr(name), count=count)
            for name, count in times.items()
            if count > 1
        ]
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
                said = str(error.args[0] if error.args else error)
                reasons.append(_("cohort {name} cannot be read: {reason}", name=repr(cohort.id), reason=said))
                continue
            if shape != (len(cohort.components),):
                what = _(
                    "cohort {name} has {n} sensors, but {quantity} is {shape}",
                    name=repr(cohort.id),
                    n=len(cohort.components),
                    quantity=repr(cohort.quantity),
                    shape=str(shape),
                )
                reasons.append(what)
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
        carriers = (component for cohort in panel.cohorts for component in cohort.components)
        wired = [(place, self._powered[name]) for place, name in enumerate(carriers) if name in self._powered]
        while due <= end:
            wake = SimEvent(env)
            wake._ok, wake._value = True, None
            env.schedule(wake, AFTER_ALL, due - self._clock.now)
            yield wake
            for read, places in sources:
                truth[places] = read()
            for place, powered in wired:
                if not powered():
                    truth[place] = np.nan
            for readings in panel.read(truth, due):
                self.taken += len(readings.values)
                self._sink(readings)
            if self._round_done is not None:
                self._round_done(due)
            due += period


def _unfit(cohort: SensorCohort) -> Text | None:
    """Why this cohort cannot be sampled at all, None if it can."""
    name = repr(cohort.id)
    if not (math.isfinite(cohort.period_s) and to_ticks(cohort.period_s) >= 1):
        least = Numeral("0.001 s")
        return _(
            "cohort {name} has a period of {value}; the shortest is {least}",
            name=name,
            value=f"{cohort.period_s} s",
            least=least,
        )
    if not (math.isfinite(cohort.phase_s) and cohort.phase_s >= 0):
        return _("cohort {name} has a phase of {value}; it must be 0 or more", name=name, value=f"{cohort.phase_s} s")
    if not (math.isfinite(cohort.accuracy) and cohort.accuracy >= 0):
        return _(
            "cohort {name} has an accuracy of {value}; it must be 0 or more", name=name, value=str(cohort.accuracy)
        )
    return None
