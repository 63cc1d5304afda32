"""Emergency generators: start when mains are lost, burn fuel, order more, stop when mains are back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode, Value
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.energy import events
from simulator.domains.energy.catalogue import POWER

STEADY_S = 60.0
"""Mains must be back for so long before a generator stops (assumption)."""
PUMPING_S = 1800.0
"""Time a fuel truck needs on site to fill a tank (assumption)."""


class Generator:
    """One generator. Its fuel burns at a steady rate while it runs.

    With the chance `fail_on_demand`, drawn at each start, it does not start; it is then *failed* until a crew has
    mended it, or for good where no crew comes.
    """

    def __init__(self, runtime: Runtime, component: Component) -> None:
        self.id = component.id
        self.mode = "standby"
        self._runtime = runtime
        self._start_s = component.number("start_s")
        self._tank_l = component.number("tank_l")
        self._fuel_l = min(component.number("fuel_l"), self._tank_l)
        self.burn_l_s = component.number("burn_l_h") / 3600.0
        self._order_at_l = component.number("order_below") * self._tank_l
        self._delivery_l = component.number("delivery_l")
        self._since = runtime.clock.now
        self._serial = 0
        self._fail_on_demand = component.number("fail_on_demand")
        self._luck = runtime.streams.stream(self.id, "starts")
        self._refuses = False
        self._broken: int | None = None
        self._missed = False
        self._ordered = False
        self._stopping = False
        links = runtime.city.links_out_of(self.id, POWER)
        self._targets = tuple(dict.fromkeys(link.target for link in links))
        runtime.supply.offer(self.id, POWER, False)
        for subject in (self.id, *self._targets):
            runtime.supply.watch(subject, self._look)
        self._look(self.id, None)

    @property
    def fuel_l(self) -> float:
        """Fuel in the tank now."""
        if self.mode != "running":
            return self._fuel_l
        return max(0.0, self._fuel_l - self.burn_l_s * to_s(self._runtime.clock.now - self._since))

    def _needed(self) -> bool:
        """Whether one of its targets has no power link left from anything but generators."""
        supply, city = self._runtime.supply, self._runtime.city
        for target in self._targets:
            live = supply.live_links(target, POWER)
            if all(city.components[link.source].kind == "generator" for link in live):
                return True
        return False

    def _look(self, subject: str, cause: int | None) -> None:
        if not self._runtime.supply.works(self.id):
            if self.mode != "failed":
                self._broken = self._turn("failed", events.GENERATOR_BROKEN, cause)
            self._miss(cause)
            return
        self._missed = False
        if self.mode == "failed":
            if self._refuses:
                return
            self._turn("standby", events.GENERATOR_IN_ORDER, cause)
        if self.mode == "standby" and self._needed():
            self._begin(cause)
        elif self.mode == "starting" and not self._needed():
            self._turn("standby", events.MAINS_BACK_EARLY, cause)
        elif self.mode == "empty" and not self._needed():
            self._turn("standby", events.MAINS_BACK, cause)
        elif self.mode == "running" and not self._needed():
            if not self._stopping:
                self._stopping, steady = True, {"steady_s": STEADY_S}
                self._later(STEADY_S, lambda: self._turn("standby", events.MAINS_STEADY, cause, steady))
        elif self.mode == "running":
            self._stopping = False
            self._watch_fuel(cause)

    def _miss(self, cause: int | None) -> None:
        """Tell once that it is broken and needed: what it would have fed goes without by what broke it, too."""
        if self._needed() and not self._missed:
            log = self._runtime.log
            log.add(events.GENERATOR_MISSED, self.id, cause=log.together((cause, self._broken)))
        self._missed = self._needed()

    def _begin(self, cause: int | None) -> None:
        if self.fuel_l <= 0:
            self._turn("empty", events.NO_FUEL, cause)
            self._order(cause)
            return
        event = self._turn("starting", events.GENERATOR_CALLED, cause)
        self._later(self._start_s, lambda: self._run(event))

    def _run(self, cause: int | None) -> None:
        if self._luck.random() < self._fail_on_demand:
            self._refuses = True
            event = self._turn("failed", events.GENERATOR_REFUSES, cause)
            self._runtime.crews.repair(self.id, None, event, self._mended)
            return
        event = self._turn("running", events.GENERATOR_RUNS, cause)
        self._runtime.supply.offer(self.id, POWER, True, event)
        self._watch_fuel(event)

    def _mended(self, event: int) -> None:
        self._refuses = False
        self._look(self.id, event)

    def _watch_fuel(self, cause: int | None) -> None:
        """Wake up when fuel has to be ordered, or is used up."""
        left = self.fuel_l
        if left <= self._order_at_l:
            self._order(cause)
        goal = 0.0 if left <= self._order_at_l else self._order_at_l
        if self.burn_l_s > 0:
            self._later((left - goal) / self.burn_l_s, lambda: self._reached(goal, cause))

    def _reached(self, goal: float, cause: int | None) -> None:
        self._fuel_l, self._since = goal, self._runtime.clock.now
        if goal > 0:
            self._watch_fuel(cause)
        else:
            event = self._turn("empty", events.FUEL_USED_UP, cause)
            self._order(event)

    def _order(self, cause: int | None) -> None:
        if not self._ordered:
            self._ordered = True
            event = self._runtime.log.add(events.ORDERS_FUEL, self.id, cause=cause, value=self.fuel_l)
            self._runtime.crews.deliver_fuel(self.id, self._delivery_l, PUMPING_S, event, self._delivered)

    def _delivered(self, cause: int, litres: float) -> float:
        """Returns what found room in the tank."""
        self._ordered = False
        taken = min(litres, self._tank_l - self.fuel_l)
        fuel = self.fuel_l + taken
        self._fuel_l, self._since = fuel, self._runtime.clock.now
        self._runtime.log.add(events.TANK_FILLED, self.id, cause=cause, value=fuel)
        if self.mode == "empty":
            self._turn("standby", events.FUEL_AGAIN, cause)
        self._look(self.id, cause)
        return taken

    def _turn(self, mode: str, why: EventCode, cause: int | None, params: Mapping[str, Value] | None = None) -> int:
        """Change the mode; leaving `running` settles the fuel and takes the power away."""
        self._fuel_l = self.fuel_l
        self._since = self._runtime.clock.now
        self._serial += 1
        self._stopping = False
        before, self.mode = self.mode, mode
        event = self._runtime.mode(self.id, before, mode, why, params, cause)
        if before == "running":
            self._runtime.supply.offer(self.id, POWER, False, event)
        return event

    def _later(self, seconds: float, call: Callable[[], object]) -> None:
        """Call after so many seconds, unless anything else happens to this generator first."""
        self._serial += 1
        serial, clock = self._serial, self._runtime.clock

        def due() -> None:
            if serial == self._serial:
                call()

        clock.at(clock.now + max(1, to_ticks(seconds)), self.id, due)


class Generators:
    """All generators of a city, running."""

    name = "generators"
    solves = 0

    def __init__(self, runtime: Runtime) -> None:
        self.generators = tuple(Generator(runtime, component) for component in runtime.city.of_kind("generator"))
        ids = tuple(generator.id for generator in self.generators)
        every = self.generators
        runtime.quantities.register(Quantity("fuel_l", "l", ids, lambda: np.array([g.fuel_l for g in every])))
        runtime.quantities.register(Quantity("fuel_hours", "h", ids, lambda: np.array([_hours(g) for g in every])))

    def close(self) -> None:
        """Nothing to give back."""


def _hours(generator: Generator) -> float:
    return generator.fuel_l / generator.burn_l_s / 3600.0 if generator.burn_l_s > 0 else float("inf")
