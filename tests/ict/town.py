"""Small towns written in code: components with the defaults of their kinds, links, districts and levels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from simulator.contracts.city import City
from simulator.contracts.component import Component, District, Value
from simulator.contracts.event import Event, EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.sensor import SensorCohort
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.kernel.clock import Clock


def component(
    id: str, kind: str, district: str = "", x_m: float = 0.0, y_m: float = 0.0, **parameters: Value
) -> Component:
    known = {p.name: p.default for p in registry().types[kind].parameters if p.default is not None}
    assert parameters.keys() <= {p.name for p in registry().types[kind].parameters}
    return Component(id, kind, registry().types[kind].domain, x_m, y_m, district, parameters=known | parameters)


def power(source: str, target: str, autonomy_s: float = 0.0) -> Link:
    return Link(f"power-{source}-{target}", LinkKind("power"), source, target, autonomy_s=autonomy_s)


def data(source: str, target: str, latency_s: float = 0.001, loss: float = 0.0) -> Link:
    return Link(f"data-{source}-{target}", LinkKind("data"), source, target, latency_s=latency_s, loss=loss)


def control(source: str, target: str, fallback: Fallback = Fallback.LOCAL) -> Link:
    return Link(f"control-{source}-{target}", LinkKind("control"), source, target, fallback=fallback)


def level(measure: str, subject: str, minimum: float = 0.5) -> ServiceLevel:
    return ServiceLevel(f"{measure}-{subject}", measure, subject, minimum, people=1)


def town(
    components: Iterable[Component],
    links: Iterable[Link] = (),
    districts: Iterable[District] = (),
    levels: Iterable[ServiceLevel] = (),
    cohorts: tuple[SensorCohort, ...] = (),
) -> City:
    return City(
        "town",
        "Town",
        "Stadt",
        48.0,
        8.0,
        components={c.id: c for c in components},
        links={link.id: link for link in links},
        districts={d.id: d for d in districts},
        levels={lv.id: lv for lv in levels},
        cohorts=cohorts,
    )


def world(city: City, warmup_s: float = 0.0, start: datetime = datetime(2024, 1, 10, 6, 0)) -> Runtime:
    """A runtime of a week, and the clock at its begin."""
    return Runtime.build(city, Clock(start, warmup_s, 7 * 86400.0), seed=1)


def run_to(runtime: Runtime, seconds: float) -> None:
    runtime.clock.run_until(to_ticks(seconds))


def modes(runtime: Runtime, subject: str) -> list[tuple[float, str | None]]:
    """When a component entered which mode: (seconds, mode)."""
    found: list[Event] = [e for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == subject]
    return [(e.at / 1000, e.after) for e in found]


def course(runtime: Runtime, level: str) -> list[tuple[float, float]]:
    """A level's steps: (seconds, value)."""
    steps = runtime.levels.courses()[level]
    return [(at / 1000, value) for at, value in zip(steps.at.tolist(), steps.values.tolist(), strict=True)]
