"""Everything a domain or lifeline is handed: the city, the clock, and what ties it to the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.coupling.crews import Crews
from simulator.coupling.faults import FaultStack
from simulator.coupling.levels import LevelRecorder
from simulator.coupling.quantities import Quantities, Quantity
from simulator.coupling.recovery import Recovery
from simulator.coupling.supply import Supply
from simulator.coupling.travel import Travel
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams


@dataclass(frozen=True)
class Runtime:
    """One run's world. Made by `build`; domains register themselves on it and start their processes."""

    city: City
    clock: Clock
    log: EventLog
    streams: Streams
    faults: FaultStack
    supply: Supply
    levels: LevelRecorder
    quantities: Quantities
    travel: Travel
    crews: Crews

    @classmethod
    def build(cls, city: City, clock: Clock, seed: int, supply_of: type[Supply] = Supply) -> Runtime:
        log = EventLog(clock)
        faults = FaultStack(city, log)
        supply = supply_of(city, clock, log, faults)
        Recovery(clock, faults)
        travel = Travel(city, supply)
        quantities = Quantities()
        names = tuple(city.components)
        quantities.register(
            Quantity("working", "1", names, lambda: np.array([supply.works(name) for name in names], dtype=np.float64))
        )
        crews = Crews(city, clock, log, supply, travel)
        levels = LevelRecorder(city, clock, log)
        return cls(city, clock, log, Streams(seed), faults, supply, levels, quantities, travel, crews)

    def mode(self, component: str, before: str, after: str, why: str, cause: int | None) -> int:
        """Log that a lifeline or redundancy changed its mode; checkers judge redundancies by these events."""
        return self.log.add(EventKind.MODE, component, why, cause=cause, before=before, after=after)
