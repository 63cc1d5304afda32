"""Takes down, now and then, what stores hold and what districts get: the truth behind forecasts and balances."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.history import Gauges
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At
from simulator.contracts.registry import registry
from simulator.coupling.runtime import Quantity, Runtime

PERIOD_S = 300.0
"""As often as water is solved (assumption): what changes at an event in between stands in the event log."""

NO_CHANGE = 1e-9
"""A value that moves by less than this share of itself has not changed."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Probe:
    quantity: str
    subjects: tuple[str, ...]
    read: Callable[[], Floats]


class GaugeRecorder:
    """Samples a fixed list of quantities every `PERIOD_S`. Reading changes nothing, so a run is the same with it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._probes: tuple[_Probe, ...] = ()
        self._last: Floats = np.empty(0)
        self._names: tuple[tuple[str, str], ...] = ()
        self._at: list[int] = []
        self._places: list[NDArray[np.int32]] = []
        self._values: list[Floats] = []

    def also(self, quantity: str, subjects: tuple[str, ...], read: Callable[[], Floats]) -> None:
        """Take this down, too: call before the start."""
        self._probes += (_Probe(quantity, subjects, read),)

    def start(self) -> None:
        """Call once, when all domains stand."""
        self._probes = (*_probes(self._runtime), *self._probes)
        self._names = tuple((subject, probe.quantity) for probe in self._probes for subject in probe.subjects)
        self._last = np.full(len(self._names), np.nan)
        self._runtime.clock.process(self._work())

    def since(self, first: int) -> Gauges:
        """Rows of the samples from the one with this number on."""
        counts = [len(places) for places in self._places[first:]]
        if not counts:
            return Gauges(self._names, np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0))
        at = np.repeat(np.array(self._at[first:], dtype=np.int64), counts)
        return Gauges(self._names, at, np.concatenate(self._places[first:]), np.concatenate(self._values[first:]))

    @property
    def samples(self) -> int:
        return len(self._at)

    def _work(self) -> Generator[simpy.Event, Any, None]:
        while True:
            self._runtime.clock.soon("gauges", self._sample)  # after what the networks do at this instant
            yield self._runtime.clock.timeout(PERIOD_S)

    def _sample(self) -> None:
        values = np.concatenate([probe.read() for probe in self._probes]) if self._probes else np.empty(0)
        known = np.isfinite(values)
        same = np.abs(values - self._last) <= NO_CHANGE * np.maximum(1.0, np.abs(values))
        changed = np.flatnonzero(known & ~same).astype(np.int32)
        self._last[changed] = values[changed]
        self._at.append(self._runtime.clock.now)
        self._places.append(changed)
        self._values.append(values[changed])


def _probes(runtime: Runtime) -> Iterable[_Probe]:
    """What the catalogues say is to be recorded, in the order that they declare."""
    city, quantities = runtime.city, runtime.quantities
    asked = ((of.order, quantity.name, of) for quantity in registry().quantities.values() for of in quantity.recorded)
    for _, measured, of in sorted(asked, key=lambda one: one[:2]):
        name = of.name or measured
        for quantity in quantities.every(measured):
            there = [i for i, c in enumerate(quantity.components) if _of_type(city, c, of.types)]
            if of.types and not there:
                continue
            if of.at is At.COMPONENT:
                read = _picked(quantity, there) if of.types else quantity.read
                yield _Probe(name, tuple(quantity.components[i] for i in there), read)
            else:
                summed = _summed if of.at is At.SUM else _mean
                yield _Probe(name, tuple(city.districts), summed(quantity, city, of.types))
    for kind, link in registry().links.items():
        carried = tuple(c for c in city.components if any(link.autonomy_s > 0 for link in city.links_into(c, kind)))
        if carried and link.autonomy:
            yield _Probe(link.autonomy, carried, _autonomy(runtime, carried, kind))


def _of_type(city: City, component: str, types: tuple[str, ...]) -> bool:
    return not types or city.components[component].kind in types


def _picked(quantity: Quantity, places: list[int]) -> Callable[[], Floats]:
    at = np.array(places, dtype=np.intp)

    return lambda: quantity.read().take(at)


def _rows(quantity: Quantity, city: City, types: tuple[str, ...]) -> NDArray[np.intp]:
    """For each component the row of its district; the last row for those in none, or of another type."""
    row = {district: i for i, district in enumerate(city.districts)}
    components = (city.components[c] for c in quantity.components)
    return np.array(
        [row.get(c.district, len(row)) if not types or c.kind in types else len(row) for c in components], dtype=np.intp
    )


def _summed(quantity: Quantity, city: City, types: tuple[str, ...]) -> Callable[[], Floats]:
    rows, count = _rows(quantity, city, types), len(city.districts)
    return lambda: np.bincount(rows, quantity.read(), minlength=count + 1)[:count].astype(np.float64)


def _mean(quantity: Quantity, city: City, types: tuple[str, ...]) -> Callable[[], Floats]:
    rows, count = _rows(quantity, city, types), len(city.districts)
    there = np.bincount(rows, minlength=count + 1)[:count].astype(np.float64)

    def read() -> Floats:
        total = np.bincount(rows, quantity.read(), minlength=count + 1)[:count].astype(np.float64)
        mean: Floats = np.divide(total, there, out=np.full(count, np.nan), where=there > 0)
        return mean

    return read


def _autonomy(runtime: Runtime, components: tuple[str, ...], kind: LinkKind) -> Callable[[], Floats]:
    """Most batteries and tanks are full most of the time: only those that were called on are asked."""
    supply, place = runtime.supply, {component: i for i, component in enumerate(components)}
    full = np.array([supply.autonomy_s(component, kind) for component in components], dtype=np.float64)

    def read() -> Floats:
        left = full.copy()
        for component, seconds in supply.used_autonomies(kind):
            left[place[component]] = seconds
        return left

    return read
