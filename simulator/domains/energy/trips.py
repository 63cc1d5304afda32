"""What protection switches off, step by step: each trip is an event whose cause is the one before, until nothing is
beyond its limits any more or nothing is left to trip.

Lines and transformers trip by lasting overload, inverters, power plants and local substations that have such a relay by
lasting undervoltage. Somebody has to go to what has tripped in the grid; it is closed again only where it would stay.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.contracts.event import Value
from simulator.coupling.runtime import Runtime
from simulator.domains.energy import events
from simulator.domains.energy.engine import Solver
from simulator.domains.energy.model import Bools, Floats, Ints, Solution, named
from simulator.domains.energy.protection import (
    INVERTER_BACK_PU,
    INVERTER_PU,
    INVERTER_S,
    PICKUP,
    PLANT_PU,
    PLANT_S,
    Overload,
    Undervoltage,
)
from simulator.domains.energy.state import OVERLOAD_TRIP, UNDERVOLTAGE_TRIP, GridState

RECLOSE_S = 900.0
"""Work of a crew to look at what tripped and to close it again (assumption: as for a switch)."""
PLANT_WAIT_S = 600.0
"""Time after which a plant that tripped tries to come back, and again while the voltage is too low (VDE-AR-N 4110: 10
min of voltage in order; defaults of a controller, secondary)."""
BACK_PU = 0.95
"""Voltage that a plant or a local substation needs to come back (VDE-AR-N 4110 for plants; for others assumption)."""


class Trips:
    """The protection of a grid. `top` is what each branch carries at most on an intact day, over its rating; `told`
    takes the event for every bus that is shed; `changed` is called with the event of every trip and of every closing.
    """

    def __init__(
        self,
        runtime: Runtime,
        state: GridState,
        solver: Solver,
        top: Floats,
        told: dict[int, int],
        changed: Callable[[int], None],
    ) -> None:
        self._runtime, self._state, self._solver, self._changed = runtime, state, solver, changed
        self._told = told
        grid, city, clock = state.grid, runtime.city, runtime.clock
        self._named = np.array([bool(name) for name in grid.branch_ids], dtype=np.bool_)
        self._settings = PICKUP * top
        self._loading: Floats = np.zeros(len(grid.branch_ids))
        self._voltage: Floats = np.ones(len(grid.bus_ids))
        self._last: int | None = None
        self._ready: dict[tuple[str, str], int] = {}
        relays = [(bus, city.components[name]) for bus, name in enumerate(grid.bus_ids) if name in city.components]
        pu, delay_s = np.zeros(len(grid.bus_ids)), np.zeros(len(grid.bus_ids))
        for bus, component in relays:
            pu[bus], delay_s[bus] = component.number("undervoltage_pu"), component.number("undervoltage_s")
        self._relay_pu: Floats = pu
        self.overload = Overload(clock, self._settings, self._overloaded)
        self._relays = Undervoltage(clock, pu, delay_s, self._too_low)
        inverters = np.zeros(len(grid.bus_ids))
        inverters[grid.gen_bus[grid.pv_gen]] = INVERTER_PU
        self._inverters = Undervoltage(clock, inverters, np.full(len(inverters), INVERTER_S), self._inverters_trip)
        self._plant_bus = np.array([plant.bus for plant in grid.plants], dtype=np.int64)
        many = len(self._plant_bus)
        self._plants = Undervoltage(clock, np.full(many, PLANT_PU), np.full(many, PLANT_S), self._plants_trip)

    def look(self, solution: Solution, live: Bools, plant_on: Bools, cause: int | None) -> None:
        """Take over what a power flow found, with the buses that are live and the plants that run. Nothing is known of
        a collapse.
        """
        if cause is not None:
            self._last = cause
        if solution.approximate:
            return
        state, self._loading, self._voltage = self._state, solution.loading, solution.voltage_pu
        self.overload.look(np.where(self._named, solution.loading, 0.0))
        served = live & ~state.relay_shed
        self._relays.look(self._voltage, served)
        state.low &= live & (self._voltage < INVERTER_BACK_PU)
        self._inverters.look(self._voltage, live & ~state.low)
        if len(self._plant_bus):
            self._plants.look(self._voltage[self._plant_bus], plant_on)

    # trips

    def _cause(self) -> int | None:
        return self._runtime.log.together([self._last]) if self._last is not None else None

    def _overloaded(self, branch: int) -> None:
        """Overload has lasted: the branch is open until a crew has been there."""
        name = self._state.grid.branch_ids[branch]
        value = float(self._loading[branch])
        event = self._runtime.log.add(events.OVERLOAD_TRIPS, name, cause=self._cause(), value=value)
        self._open(name, OVERLOAD_TRIP, event)

    def _too_low(self, buses: Ints) -> None:
        """A local substation with such a relay lets go of what it feeds."""
        for bus in buses.tolist():
            name = self._state.grid.bus_ids[bus]
            value = float(self._voltage[bus])
            event = self._runtime.log.add(events.UNDERVOLTAGE_TRIPS, name, cause=self._cause(), value=value)
            self._told[bus] = event
            self._open(name, UNDERVOLTAGE_TRIP, event)

    def _inverters_trip(self, buses: Ints) -> None:
        """All that feed in at these buses; they come back by themselves once the voltage is in order."""
        state = self._state
        state.low[buses] = True
        state.returning.lose(state.low)
        at: dict[str, Value] = {"buses": named(state.grid, buses), "lowest": float(self._voltage[buses].min())}
        subject = state.grid.bus_ids[int(buses[0])]
        code, count = events.INVERTERS_TRIP, float(len(buses))
        self._changed(self._runtime.log.add(code, subject, at, cause=self._cause(), value=count))

    def _plants_trip(self, plants: Ints) -> None:
        state, log = self._state, self._runtime.log
        for plant in plants.tolist():
            name, bus = state.grid.plants[plant].id, state.grid.plants[plant].bus
            event = log.add(events.UNDERVOLTAGE_TRIPS, name, cause=self._cause(), value=float(self._voltage[bus]))
            state.set_fault(name, UNDERVOLTAGE_TRIP, event)
            self._plant_waits(name, bus, event)
            self._changed(event)

    def _plant_waits(self, name: str, bus: int, because: int) -> None:
        def again() -> None:
            if self._voltage[bus] < BACK_PU:
                self._plant_waits(name, bus, because)
                return
            self._state.set_fault(name, UNDERVOLTAGE_TRIP, None)
            self._changed(self._runtime.log.add(events.RECLOSED, name, cause=because))

        if self._runtime.clock.now < self._runtime.clock.end:
            self._runtime.clock.after(PLANT_WAIT_S, name, again)

    def _open(self, name: str, trip: str, event: int) -> None:
        self._state.set_fault(name, trip, event)
        self._changed(event)

        def there(done: int) -> None:
            self._ready[name, trip] = done
            self.close()

        def call(because: int | None) -> None:
            self._runtime.crews.dispatch(events.SWITCHING, name, RECLOSE_S, because, there)

        districts = frozenset({self._runtime.city.components[name].district})
        self._runtime.noticed.once(name, districts, event, call, lambda: (name, trip) in self._state.outages)

    # closing again

    def close(self) -> None:
        """Close again what crews have looked at, all of it or what there is one by one, if it would not trip again.

        Assumption: who has been there can be asked again at once, so that waiting costs nobody a second way.
        """
        waiting = list(self._ready)
        for some in (waiting, *([one] for one in waiting if len(waiting) > 1)):
            if some and all(one in self._ready for one in some) and self._stays(some):
                for name, trip in some:
                    self._state.set_fault(name, trip, None)
                    self._changed(self._runtime.log.add(events.RECLOSED, name, cause=self._ready.pop((name, trip))))

    def _stays(self, some: list[tuple[str, str]]) -> bool:
        """Whether nothing of these would be beyond its limits if they were closed."""
        flow, grid = self._solver.what_if(self._state.without(some).inputs()), self._state.grid
        if flow.approximate:
            return False
        for name, trip in some:
            if trip == OVERLOAD_TRIP:
                branch = grid.branch_at[name]
                if flow.loading[branch] > self._settings[branch]:
                    return False
            elif 0 < flow.voltage_pu[bus := grid.bus_at[name]] < max(self._relay_pu[bus], BACK_PU):
                return False
        return True
