"""What one rule lays over the networks: components, links and what goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.city.draft import Override, SensorRule
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, Value
from simulator.contracts.kinds import KINDS
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.naming import Given


@dataclass(frozen=True)
class Layer:
    """Part of a city. Layers add up with `+`, and later ones come after earlier ones in every list."""

    components: tuple[Component, ...] = ()
    links: tuple[Link, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    sensors: tuple[SensorRule, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()

    def __add__(self, other: Layer) -> Layer:
        return Layer(
            self.components + other.components,
            self.links + other.links,
            self.levels + other.levels,
            self.sensors + other.sensors,
            {**self.overrides, **other.overrides},
            self.assumptions + other.assumptions,
        )


def total(layers: Iterable[Layer]) -> Layer:
    """All layers as one."""
    out = Layer()
    for layer in layers:
        out = out + layer
    return out


@dataclass(frozen=True, slots=True)
class Make:
    """Who made a device, and when it was bought."""

    maker: str = ""
    model: str = ""
    firmware: str = ""
    year: int | None = None


UNKNOWN_MAKE = Make()


def place(
    name: str,
    kind: str,
    x_m: float,
    y_m: float,
    owner: str,
    title: str | Given = "",
    district: str = "",
    make: Make = UNKNOWN_MAKE,
    **parameters: Value,
) -> Component:
    """A component with its kind's defaults, its place rounded to a decimetre. Raises `KeyError` for what is missing."""
    filled: dict[str, Value] = {}
    for parameter in KINDS[kind].parameters:
        given = parameters.get(parameter.name, parameter.default)
        if given is None:
            raise KeyError(f"a {kind} needs {parameter.name}")
        filled[parameter.name] = given
    return Component(
        name,
        kind,
        KINDS[kind].domain,
        round(x_m, 1),
        round(y_m, 1),
        district,
        owner,
        make.maker,
        make.model,
        make.firmware,
        make.year,
        title if isinstance(title, str) else "",
        parameters=filled,
        given=() if isinstance(title, str) else title,
    )


def join(
    kind: LinkKind,
    source: str,
    target: str,
    owner: str,
    autonomy_s: float = 0.0,
    latency_s: float = 0.0,
    loss: float = 0.0,
    fallback: Fallback = Fallback.LOCAL,
) -> Link:
    """A link named after its kind and its ends, such as `power-bus-3-pump-7`."""
    name = f"{kind.value}-{source}-{target}"
    return Link(name, kind, source, target, owner, autonomy_s, latency_s, loss, fallback)
