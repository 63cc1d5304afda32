"""A town of two districts, small enough to know every answer by heart, and histories made by hand."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from resilience.scenario.scenario import (
    CityReference,
    Expectation,
    Redundancy,
    RunSettings,
    Scenario,
    SteadyState,
    TimelineEntry,
)
from simulator.contracts.city import City
from simulator.contracts.component import Component, District, Domain
from simulator.contracts.event import Event, EventCode, EventKind, Value
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import Said

HOUR = 3_600_000
SAME = Said({"de": "gleich", "en": "same"})


def component(name: str, kind: str, district: str = "d1", **more: str) -> Component:
    return Component(name, kind, registry().types[kind].domain, 0.0, 0.0, district, **more)  # type: ignore[arg-type]


def tiny_city() -> City:
    depot = replace(component("depot-1", "depot"), parameters={"crews": 1.0, "muster_s": 600.0})
    components = [
        component("substation-0", "substation"),
        component("bus-1", "bus"),
        component("bus-2", "bus", "d2"),
        component("pump-1", "pump", maker="Alpha"),
        component("pump-2", "pump", "d2", maker="Alpha"),
        component("pump-3", "pump", "d2", maker="Beta"),
        component("junction-1", "junction"),
        component("hospital-1", "hospital"),
        component("rescue-dispatch-1", "rescue-dispatch"),
        component("server-a", "server", maker="Alpha"),
        depot,
    ]
    links = [
        Link("power-bus-1-pump-1", LinkKind("power"), "bus-1", "pump-1"),
        Link("power-bus-2-pump-2", LinkKind("power"), "bus-2", "pump-2"),
        Link("data-server-a-pump-1", LinkKind("data"), "server-a", "pump-1"),
    ]
    levels = [
        ServiceLevel("water-supply-d1", "water-supply", "d1", 0.9, 1000),
        ServiceLevel("water-supply-d2", "water-supply", "d2", 0.9, 3000),
        ServiceLevel("power-supply-d1", "power-supply", "d1", 0.95, 1000),
        ServiceLevel("travel-time-index", "travel-time-index", "city", 1.5, 4000, basis="travel-time-index"),
        ServiceLevel("litres-d1", "litres-per-person", "d1", 15.0, 1000, basis="wassv-person"),
        ServiceLevel("hospital-1", "lifeline", "hospital-1", 0.8, 4000),
    ]
    districts = [District("d1", "Nordstadt", 1000, 0.0, 0.0), District("d2", "Südstadt", 3000, 0.0, 0.0)]
    return City(
        "tiny",
        "tiny",
        "tiny",
        49.0,
        8.0,
        {c.id: c for c in components},
        {ln.id: ln for ln in links},
        {d.id: d for d in districts},
        {lv.id: lv for lv in levels},
    )


def course(*points: tuple[float, float]) -> Course:
    """A course from (seconds, value)."""
    at = np.array([round(t * 1000) for t, _ in points], dtype=np.int64)
    return Course(at, np.array([v for _, v in points], dtype=np.float64))


def history(
    levels: Mapping[str, Course] | None = None,
    events: Sequence[Event] = (),
    executed: Sequence[Executed] = (),
    begin: int = -HOUR,
    end: int = 10 * HOUR,
) -> History:
    return History(begin, end, dict(levels or {}), tuple(events), tuple(executed))


def modes(name: str, *turns: tuple[float, str, str]) -> tuple[Event, ...]:
    """MODE events from (seconds, before, after)."""
    return tuple(
        Event(i, round(t * 1000), EventKind.MODE, name, "", before=before, after=after)
        for i, (t, before, after) in enumerate(turns)
    )


def scenario(
    *,
    timeline: Sequence[TimelineEntry] = (),
    expectations: Sequence[Expectation] = (),
    redundancies: Sequence[Redundancy] = (),
    steady_state: Sequence[SteadyState] = (),
    heal_by_s: float | None = None,
    duration_s: float = 36000.0,
) -> Scenario:
    run = RunSettings(datetime(2026, 1, 14, 17), 3600.0, duration_s, heal_by_s)
    return Scenario(
        "by-hand",
        SAME,
        SAME,
        CityReference("tiny"),
        run,
        tuple(timeline),
        tuple(steady_state),
        tuple(redundancies),
        tuple(expectations),
    )


class FakeClock:
    """Calls at ticks, first come first served within a tick."""

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = 0

    def at(self, tick: int, who: str, call: Callable[[], None]) -> None:
        assert tick >= self.now, who
        self._serial += 1
        heapq.heappush(self._queue, (tick, self._serial, call))

    def run_until(self, tick: int) -> None:
        while self._queue and self._queue[0][0] <= tick:
            self.now, _, call = heapq.heappop(self._queue)
            call()
        self.now = tick


class FakeDoor:
    """Writes down what was applied and cleared, and when."""

    def __init__(self, clock: FakeClock, refuse: str = "", unknown: str = "") -> None:
        self._clock, self._refuse, self._unknown = clock, refuse, unknown
        self.calls: list[tuple[int, str, str, str]] = []
        self.because: list[int | None] = []
        self.on_apply: Callable[[], None] = lambda: None

    def apply(
        self, target: str, fault: str, cause: str, parameters: Mapping[str, object], because: int | None = None
    ) -> int:
        if target == self._unknown:
            raise KeyError(f"{target!r} declares no fault {fault!r}")
        if target == self._refuse:
            raise NotImplementedError(f"no domain in this city handles {fault!r} on {target!r}")
        self.calls.append((self._clock.now, "apply", target, cause))
        self.on_apply()
        return 100 + len(self.calls)

    def clear(self, target: str, fault: str, cause: str, because: int | None = None) -> int:
        self.calls.append((self._clock.now, "clear", target, cause))
        self.because.append(because)
        return 100 + len(self.calls)


class FakeLog:
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.events: list[Event] = []

    def __call__(
        self,
        code: EventCode,
        subject: str,
        params: Mapping[str, Value] | None = None,
        *,
        cause: int | None = None,
        value: float | None = None,
    ) -> int:
        params = {} if params is None else params
        code.check(params)
        number, now = len(self.events), self._clock.now
        self.events.append(Event(number, now, code.kind, subject, code.name, params, cause, None, value))
        return len(self.events) - 1

    def of(self, kind: EventKind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]


__all__ = [
    "HOUR",
    "SAME",
    "Domain",
    "FakeClock",
    "FakeDoor",
    "FakeLog",
    "component",
    "course",
    "history",
    "modes",
    "scenario",
    "tiny_city",
]
