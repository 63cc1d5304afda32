"""The homes of a district on the heating network, as a lifeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simulator.contracts.component import Component
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Quantity, Runtime
from simulator.lifelines.district_heating import events
from simulator.lifelines.district_heating.catalogue import (
    COLD,
    COOLING,
    FROM_STORE,
    HEAT_W,
    HOMES,
    NETWORK,
    NO_WARM_ROOMS,
    OUTDOOR_C,
    ROOM_C,
    ROOM_TEMPERATURE,
    STORED_J,
    WARM_ROOMS,
)
from simulator.lifelines.district_heating.network import AT_ONCE_C, HeatNetwork
from simulator.lifelines.lifeline import Duty, Lifeline


class HeatedHomes(Lifeline):
    """Homes that are as warm as heat and weather let them be.

    *network* while the plants alone give what is asked for, *store* while heat stores fill the gap, *cooling* while too
    little arrives and rooms are still at `least_c` or above. Colder than that people go to warm rooms of the town, once
    these have been open for `warm_rooms_s` (*warm-rooms*; the share served is that of the people who find a place),
    and until then, or where there are none, homes are *cold*.
    """

    kind = HOMES

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self._network: HeatNetwork | None = None
        self._cold_since: int | None = None
        levels = runtime.city.levels.values()
        self._temperatures = tuple(
            level.id for level in levels if level.measure == ROOM_TEMPERATURE and level.subject == component.district
        )

    def tie(self, lifelines: Mapping[str, Lifeline]) -> None:
        """One network serves all homes of the city; the first of them makes it."""
        if self._network is None:
            network = HeatNetwork(self.runtime)
            for other in lifelines.values():
                if isinstance(other, HeatedHomes):
                    other._network = network

    @property
    def network(self) -> HeatNetwork:
        """What deals out the heat. Raises `RuntimeError` before the lifelines of the city know each other."""
        if self._network is None:
            raise RuntimeError(f"{self.id} has not been tied to its heating network")
        return self._network

    @classmethod
    def begin(cls, runtime: Runtime, all_of_type: Sequence[Lifeline]) -> None:
        """Register what can be measured."""
        homes = [one for one in all_of_type if isinstance(one, HeatedHomes)]
        if not homes:
            return
        network, ids = homes[0].network, tuple(one.id for one in homes)
        stores = tuple(network.stored_j)
        for quantity in (
            Quantity(ROOM_C, "°C", ids, lambda: np.array([network.room_c(name) for name in ids])),
            Quantity(OUTDOOR_C, "°C", ids, lambda: np.array([network.homes[name].outdoor_c for name in ids])),
            Quantity(HEAT_W, "W", ids, lambda: np.array([network.homes[name].heat_w for name in ids])),
            Quantity(STORED_J, "J", stores, lambda: np.array([network.stored_now_j(name) for name in stores])),
        ):
            if quantity.components:
                runtime.quantities.register(quantity)

    def watches(self) -> tuple[str, ...]:
        return self.network.watched()

    def judge(self) -> Duty:
        network = self.network
        network.advance(self.because)
        if network.wake is not None:
            self.wake(network.wake)
        one, number = network.homes[self.id], self.component.number
        least_c = number("least_c")
        asked = one.building.asked_w(one.room_c, one.outdoor_c)
        enough = one.heat_w >= asked * (1.0 - AT_ONCE_C) and one.reached
        if one.room_c < least_c - AT_ONCE_C:
            return self._cold(least_c)
        self._cold_since = None
        if enough and not one.from_store:
            return Duty(NETWORK, 1.0, events.HEAT_NETWORK)
        if enough:
            return Duty(FROM_STORE, 1.0, events.HEAT_STORE, {"left_s": network.left_s()})
        left_s = one.building.until_s(one.room_c, one.heat_w, one.outdoor_c, least_c)
        if one.building.goal_c(one.heat_w, one.outdoor_c) >= least_c:
            return Duty(COOLING, 1.0, events.HEAT_WEAK, {"least_c": least_c})
        return Duty(COOLING, 1.0, events.HEAT_COOLING, {"least_c": least_c, "left_s": left_s})

    def _cold(self, least_c: float) -> Duty:
        """People leave for warm rooms, as far as there are any."""
        now, wait = self.runtime.clock.now, to_ticks(self.component.number("warm_rooms_s"))
        if self._cold_since is None:
            self._cold_since = now
            self.wake(now + max(1, wait))
        places, people = self.component.number("warm_room_places"), self.component.number("people")
        closed = bool(self.runtime.faults.active(self.id, NO_WARM_ROOMS.name))
        if places <= 0 or closed or now < self._cold_since + wait:
            return Duty(COLD, 0.0, events.HEAT_NONE, {"least_c": least_c})
        found = min(1.0, places / people) if people > 0 else 1.0
        return Duty(WARM_ROOMS, found, events.HEAT_ROOMS, {"least_c": least_c, "places": int(min(places, people))})

    def judged(self, duty: Duty, cause: int | None) -> None:
        for level in self._temperatures:
            self.runtime.levels.record(level, self.network.homes[self.id].room_c, cause)
