"""Everything a domain or lifeline is handed: the city, the clock, what ties it to others, and what can be measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.event import EventCode, EventKind, Value
from simulator.contracts.fault import Foreseen
from simulator.contracts.registry import registry
from simulator.coupling.alarm import Alarm
from simulator.coupling.calls import Calls
from simulator.coupling.consumers import ConsumerRecorder
from simulator.coupling.crews import Crews
from simulator.coupling.faults import FaultStack
from simulator.coupling.levels import LevelRecorder
from simulator.coupling.messages import Messages
from simulator.coupling.networks import Networks
from simulator.coupling.orders import Orders
from simulator.coupling.police import STAFF_ABSENT, Police, staff_present
from simulator.coupling.recovery import Recovery
from simulator.coupling.search import Noticed
from simulator.coupling.supply import Supply
from simulator.coupling.travel import Travel
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams


@dataclass(frozen=True)
class Quantity:
    """A measurable at many components at once: `read()` gives float64 values in the order of `components`.

    The name carries the unit: `pressure_m`, `flow_m3_s`, `voltage_pu`. `read` may return a live view: copy to keep.
    """

    name: str
    unit: str
    components: tuple[str, ...]
    read: Callable[[], NDArray[np.float64]]
    index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {component: i for i, component in enumerate(self.components)})


class Quantities:
    """Every quantity that the domains of a run register. One name may stand for several sets of components."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Quantity]] = {}

    def register(self, quantity: Quantity) -> None:
        self._by_name.setdefault(quantity.name, []).append(quantity)

    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def every(self, name: str) -> tuple[Quantity, ...]:
        """All that is registered under a name; empty where nothing measures it."""
        return tuple(self._by_name.get(name, ()))

    def find(self, component: str, name: str) -> Quantity:
        """The quantity `name` that covers `component`. Raises `KeyError` if there is none."""
        for quantity in self._by_name.get(name, ()):
            if component in quantity.index:
                return quantity
        raise KeyError(f"nothing measures {name!r} at {component!r}")

    def value(self, component: str, name: str) -> float:
        """The true value now, in the unit of the name."""
        quantity = self.find(component, name)
        return float(quantity.read()[quantity.index[component]])


class Running(Protocol):
    """What `start(runtime)` of every domain returns. `solves` counts what its engine was asked to do."""

    @property
    def name(self) -> str: ...

    @property
    def solves(self) -> int: ...

    def close(self) -> None:
        """Give the engine's memory and files back. Called once, after the run."""
        ...


@dataclass(frozen=True)
class Runtime:
    """One run's world. Made by `build`; domains register themselves on it and start their processes.

    `foreseen` are the faults of this run, and of those that share its beginning, for which a domain has to prepare.
    `behind` tells for a domain the event behind how its network is now, for who looks at it from time to time.
    """

    city: City
    clock: Clock
    log: EventLog
    streams: Streams
    faults: FaultStack
    supply: Supply
    levels: LevelRecorder
    quantities: Quantities
    travel: Travel
    messages: Messages
    calls: Calls
    crews: Crews
    police: Police
    consumers: ConsumerRecorder
    networks: Networks
    orders: Orders
    foreseen: tuple[Foreseen, ...] = ()
    noticed: Noticed = field(default_factory=Noticed)
    alarm: Alarm = field(default_factory=Alarm)
    behind: dict[Domain, Callable[[], int | None]] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        city: City,
        clock: Clock,
        seed: int,
        supply_of: type[Supply] = Supply,
        foreseen: tuple[Foreseen, ...] = (),
    ) -> Runtime:
        log = EventLog(clock)
        faults = FaultStack(city, clock, log)
        supply = supply_of(city, clock, log, faults)
        Recovery(clock, faults)
        travel = Travel(city, supply)
        quantities = Quantities()
        names = tuple(city.components)
        quantities.register(
            Quantity("working", "1", names, lambda: np.array([supply.works(name) for name in names], dtype=np.float64))
        )
        streams = Streams(seed)
        calls = Calls(city, travel)
        networks = Networks(city)
        crews = Crews(city, clock, log, faults, supply, travel, streams, calls, networks)
        police = Police(city, clock, log, faults, calls, supply, travel)
        levels = LevelRecorder(city, clock, log)
        _measure_people(city, faults, crews, quantities)
        consumers, messages = ConsumerRecorder(city, clock), Messages()
        return cls(
            city,
            clock,
            log,
            streams,
            faults,
            supply,
            levels,
            quantities,
            travel,
            messages,
            calls,
            crews,
            police,
            consumers,
            networks,
            Orders(city, clock, log, supply, streams),
            foreseen,
        )

    def mode(
        self,
        component: str,
        before: str,
        after: str,
        why: EventCode,
        params: Mapping[str, Value] | None,
        cause: int | None,
    ) -> int:
        """Log that a lifeline or redundancy changed its mode, and why; checkers judge redundancies by these events."""
        return self.log.add(why, component, params, kind=EventKind.MODE, cause=cause, before=before, after=after)


class Standing:
    """The events behind what is out of order in a network now, by component, for what a solver finds in it.

    What a network comes to hours later is not the doing of the last change alone, but of all that still stand.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._causes: dict[str, int] = {}
        self._stopped: set[str] = set()

    def note(self, component: str, cause: int | None) -> bool:
        """Something about a component changed because of this event. Whether that can be behind anything.

        What stopped it stays behind it for as long as it does not work: what changes about it meanwhile, data that are
        lost too or somebody who does its work by hand, is not why it stands.
        """
        if cause is None:
            return False
        stands = not self._runtime.supply.works(component)
        stood = stands and component in self._stopped and component in self._causes
        if not stood:
            self._causes[component] = cause
        (self._stopped.add if stands else self._stopped.discard)(component)
        return not stood

    def together(self, last: int | None) -> int | None:
        """The cause of what the solver finds now: `last` leads, and all else that is out of order shares in it."""
        faults, works = self._runtime.faults, self._runtime.supply.works
        for name in list(self._causes):
            if not faults.broken(name) and works(name):
                del self._causes[name]
                self._stopped.discard(name)
        return None if last is None else self._runtime.log.together((*self._causes.values(), last))


def _measure_people(city: City, faults: FaultStack, crews: Crews, quantities: Quantities) -> None:
    """Register who is there: staff of every place that has some, crews and fuel of depots."""
    staffed = tuple(c.id for c in city.components.values() if registry().types[c.kind].fault(STAFF_ABSENT) is not None)
    depots = tuple(crews.depot(depot) for depot in crews.depots)
    names = crews.depots
    for quantity in (
        Quantity("staff_share", "1", staffed, lambda: np.array([staff_present(faults, name) for name in staffed])),
        Quantity("crews_on_duty", "1", names, lambda: np.array([float(depot.all_on_duty()) for depot in depots])),
        Quantity("fuel_trucks", "1", names, lambda: np.array([float(depot.trucks) for depot in depots])),
        Quantity("fuel_store_l", "l", names, lambda: np.array([depot.fuel_l for depot in depots])),
    ):
        if quantity.components:
            quantities.register(quantity)
