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
from simulator.coupling.quantities import Quantity
from simulator.coupling.runtime import Runtime

PERIOD_S = 300.0
"""As often as water is solved (assumption): what changes at an event in between stands in the event log."""

NO_CHANGE = 1e-9
"""A value that moves by less than this share of itself has not changed."""

AT_COMPONENTS = (
    *("volume_m3", "charge_j", "fuel_l", "fuel_hours", "energised"),
    *("online", "latency_s", "held_readings"),
)
"""Quantities taken down at every component that has them."""

POWER_AT = ("battery", "substation")
"""Kinds whose `power_w` is taken down at the component; that of PV is summed up by district."""

BY_DISTRICT = ("demand_m3_s", "load_w", "load_asked_w", "vehicles", "queue_veh", "leak_m3_s")
"""Quantities summed up over the components of a district."""

OF_DISTRICT = ("water_supply_ratio", "tank_volume_m3")
"""Quantities that districts have of their own."""

PV_W, SPEED_M_S = "pv_w", "mean_speed_m_s"
AUTONOMY = {LinkKind.POWER: "power_autonomy_s", LinkKind.WATER: "water_autonomy_s"}
"""Seconds that a component goes on without, by the kind of link."""

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

    def start(self) -> None:
        """Call once, when all domains stand."""
        self._probes = tuple(_probes(self._runtime))
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
    city, quantities = runtime.city, runtime.quantities
    for name in AT_COMPONENTS:
        for quantity in quantities.every(name):
            yield _Probe(name, quantity.components, quantity.read)
    for quantity in quantities.every("power_w"):
        places = [i for i, c in enumerate(quantity.components) if city.components[c].kind in POWER_AT]
        if places:
            yield _Probe("power_w", tuple(quantity.components[i] for i in places), _picked(quantity, places))
    for name in OF_DISTRICT:
        for quantity in quantities.every(name):
            yield _Probe(name, quantity.components, quantity.read)
    for name in BY_DISTRICT:
        yield from (_Probe(name, tuple(city.districts), _summed(q, city)) for q in quantities.every(name))
    for quantity in quantities.every("power_w"):
        if any(city.components[c].kind == "pv" for c in quantity.components):
            yield _Probe(PV_W, tuple(city.districts), _summed(quantity, city, "pv"))
    for quantity in quantities.every("speed_m_s"):
        yield _Probe(SPEED_M_S, tuple(city.districts), _mean(quantity, city))
    for kind, name in AUTONOMY.items():
        carried = tuple(c for c in city.components if any(link.autonomy_s > 0 for link in city.links_into(c, kind)))
        if carried:
            yield _Probe(name, carried, _autonomy(runtime, carried, kind))


def _picked(quantity: Quantity, places: list[int]) -> Callable[[], Floats]:
    at = np.array(places, dtype=np.intp)

    return lambda: quantity.read().take(at)


def _rows(quantity: Quantity, city: City, kind: str = "") -> NDArray[np.intp]:
    """For each component the row of its district; the last row for those in none, or of another kind."""
    row = {district: i for i, district in enumerate(city.districts)}
    components = (city.components[c] for c in quantity.components)
    return np.array(
        [row.get(c.district, len(row)) if kind in ("", c.kind) else len(row) for c in components], dtype=np.intp
    )


def _summed(quantity: Quantity, city: City, kind: str = "") -> Callable[[], Floats]:
    rows, count = _rows(quantity, city, kind), len(city.districts)
    return lambda: np.bincount(rows, quantity.read(), minlength=count + 1)[:count].astype(np.float64)


def _mean(quantity: Quantity, city: City) -> Callable[[], Floats]:
    rows, count = _rows(quantity, city), len(city.districts)
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
