"""What one rule lays over the networks, components, links and what goes with them; how much of it, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from simulator.city.check import CITY
from simulator.city.draft import Override, SensorRule
from simulator.city.generator.bare_town import BareTown
from simulator.city.networks import Networks
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component, District, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.naming import Given
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words, enumerated

_ = Words("simulator.city")


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners by duty. Neutral names; a planner puts the real ones into the city's files."""

    water: str = "water utility"
    power: str = "grid operator"
    roads: str = "city roads department"
    ict: str = "city IT department"
    health: str = "hospital trust"
    rescue: str = "rescue service"
    radio: str = "public-safety radio operator"
    telephone: str = "telephone operator"
    city: str = "city administration"


NEUTRAL = Owners()


@dataclass(frozen=True, slots=True)
class TownSize:
    """Numbers of things to lay over the networks.

    `core_routers` make a ring if there are three or more; with 0 every district hangs on the data centre itself.
    `makes` are the makers that devices come from in turn, empty where nothing is assumed about makers. `protocols` are
    what old devices speak, each behind one gateway, the gateway bought first taking the first of them.
    `household_meters`: whether some households have meters that report. `land` is the Land whose rules
    count. `gateways` are how many a district has; one where nothing is said.
    """

    owners: Owners = NEUTRAL
    core_routers: int = 0
    signals: int = 20
    signals_with_police: int = 8
    depots: int = 1
    makes: tuple[Make, ...] = ()
    protocols: tuple[str, ...] = ()
    household_meters: bool = False
    land: str = "SN"
    gateways: Mapping[str, int] = field(default_factory=dict)

    def make(self, turn: int) -> Make:
        """The maker of the device whose turn it is."""
        return self.makes[turn % len(self.makes)] if self.makes else UNKNOWN_MAKE


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
class Laying:
    """What a rule builds on: the ground and its networks, how much is wanted, and all that the rules before it laid."""

    ground: BareTown
    networks: Networks
    plan: TownSize
    laid: Layer

    def measured(self, rules: Iterable[SensorRule], text: Text) -> Layer:
        """The rules for those types of component that the town has, and what is assumed of them, in words."""
        present = {component.kind for component in (*self.ground.components.values(), *self.laid.components)}
        wanted = tuple(rule for rule in rules if rule.kind in present)
        if not wanted:
            return Layer()
        measured = [registry().quantities[name].title for name in dict.fromkeys(rule.quantity for rule in wanted)]
        subject = _("sensors of {which}", which=enumerated(measured, most=len(measured)))
        return Layer(sensors=wanted, assumptions=(Assumption(subject, text),))

    @property
    def everywhere(self) -> tuple[tuple[str, int], ...]:
        """Each district and then the city, with their people: the subjects of service levels."""
        return (*((district.id, district.people) for district in self.ground.districts), (CITY, self.ground.people))


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
    for parameter in registry().types[kind].parameters:
        given = parameters.get(parameter.name, parameter.default)
        if given is None:
            raise KeyError(f"a {kind} needs {parameter.name}")
        filled[parameter.name] = given
    return Component(
        name,
        kind,
        registry().types[kind].domain,
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


def known(
    ground: BareTown, kind: str, owner: str, title: Callable[[int, District], str | Given], **parameters: Value
) -> list[Component]:
    """What of a type really stands in the town, numbered in the order of the list.

    `title` is for those of which the list says none, `parameters` for what it does not say.
    """
    found = []
    for number, one in enumerate(ground.known(kind), start=1):
        seat, said = ground.district_at(one.x_m, one.y_m), {**parameters, **one.parameters}
        name = one.title or title(number, seat)
        found.append(place(f"{kind}-{number}", kind, one.x_m, one.y_m, owner, name, seat.id, UNKNOWN_MAKE, **said))
    return found


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
