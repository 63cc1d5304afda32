"""A town of a few components, made in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType

from simulator.contracts.city import City
from simulator.contracts.component import Component, District, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.registry import registry
from simulator.coupling import Runtime
from simulator.kernel import Clock

START = datetime(2026, 1, 14, 17, 0)


def component(name: str, kind: str, x_m: float = 0.0, y_m: float = 0.0, **parameters: Value) -> Component:
    """A component with its kind's defaults filled in."""
    declared = registry().types[kind]
    filled: dict[str, Value] = {p.name: p.default for p in declared.parameters if p.default is not None}
    return Component(
        name, kind, declared.domain, x_m, y_m, district="d1", parameters=MappingProxyType(filled | parameters)
    )


def link(kind: str, source: str, target: str, autonomy_s: float = 0.0, fallback: str = "local") -> Link:
    name = f"{kind}-{source}-{target}"
    return Link(name, LinkKind(kind), source, target, autonomy_s=autonomy_s, fallback=Fallback(fallback))


def town(
    components: Iterable[Component], links: Iterable[Link] = (), levels: Iterable[ServiceLevel] = (), people: int = 1000
) -> City:
    return City(
        "town",
        "Town",
        "Stadt",
        48.0,
        8.0,
        MappingProxyType({c.id: c for c in components}),
        MappingProxyType({ln.id: ln for ln in links}),
        MappingProxyType({"d1": District("d1", "District 1", people, 0.0, 0.0)}),
        MappingProxyType({lv.id: lv for lv in levels}),
    )


def runtime(city: City, warmup_s: float = 0.0, duration_s: float = 86400.0, seed: int = 1) -> Runtime:
    return Runtime.build(city, Clock(START, warmup_s, duration_s), seed)
