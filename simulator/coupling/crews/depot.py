"""One depot: crews by trade and shift, spare parts, fuel and the trucks that bring it."""

from __future__ import annotations

import math

from simulator.contracts.component import Component
from simulator.contracts.crews import CrewPolicy, Priority, crews_of
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.contracts.ticks import to_ticks
from simulator.coupling import catalogue
from simulator.coupling.faults import FaultStack
from simulator.coupling.staff import staff_present
from simulator.kernel.clock import Clock

DAY_S = 86400.0
FUEL_NOT_DELIVERED = catalogue.FUEL_NOT_DELIVERED.name


class Depot:
    """Crews go out one by one and come back; at night a share of them is on duty, rounded up.

    Who is out when his shift ends finishes his work (assumption). Of the staff that is absent the crews are missing,
    rounded to the disadvantage.
    """

    def __init__(self, component: Component, clock: Clock, faults: FaultStack) -> None:
        self.id = component.id
        self._clock, self._faults = clock, faults
        number = component.parameters.get
        self._crews = dict.fromkeys(registry().trades, 0) | crews_of(component)
        self._day_from_s = float(number("day_from_s", 0.0))
        self._day_until_s = float(number("day_until_s", DAY_S))
        self._night_share = float(number("night_share", 1.0))
        self.muster_s = component.number("muster_s")
        self.out: dict[Trade, int] = dict.fromkeys(self._crews, 0)
        self._parts = dict.fromkeys(self._crews, int(float(number("parts", 0.0))))
        self.parts_delivery_s = float(number("parts_delivery_s", DAY_S))
        self._trucks, self.truck_l = int(float(number("fuel_trucks", 0.0))), float(number("truck_l", 0.0))
        self.trucks_out = 0
        self.fuel_l = float(number("fuel_store_l", 0.0))
        listed = str(number("priority_list", "")).replace(",", " ").split()
        self.policy = CrewPolicy(Priority(str(number("priority", Priority.LIFELINES))), tuple(listed))

    def on_duty(self, trade: Trade) -> int:
        """Crews of this trade alone that are on duty now, at the depot or out."""
        crews = self._crews[trade]
        if not self._by_day():
            crews = math.ceil(crews * self._night_share - 1e-9)
        return math.floor(crews * staff_present(self._faults, self.id) + 1e-9)

    def all_on_duty(self) -> int:
        """Crews of all trades that are on duty now."""
        return sum(self.on_duty(trade) for trade in self._crews)

    def free(self, trade: Trade) -> Trade | None:
        """The trade of a crew that could go now for work of this trade, None if there is none."""
        return next((t for t in (trade, *registry().any_work) if self.out[t] < self.on_duty(t)), None)

    def has_trade(self, trade: Trade) -> bool:
        """Whether any crew of the depot does such work at all, on duty or not."""
        return any(self._crews[t] for t in (trade, *registry().any_work))

    def parts(self, trade: Trade) -> int:
        return self._parts[trade]

    def take_parts(self, trade: Trade, count: int) -> None:
        self._parts[trade] -= count

    def add_parts(self, trade: Trade, count: int) -> None:
        self._parts[trade] += count

    @property
    def trucks(self) -> int:
        """Fuel trucks that could leave now."""
        lost = bool(self._faults.active(self.id, FUEL_NOT_DELIVERED)) or self.fuel_l <= 0
        return 0 if lost else self._trucks - self.trucks_out

    def next_shift(self) -> int | None:
        """The tick of the next change of shift, None where day and night are the same."""
        if self._night_share == 1.0 or (self._day_until_s - self._day_from_s) % DAY_S == 0:
            return None
        now_s = self._clock.time_of_day_s()
        rest = min((edge - now_s) % DAY_S or DAY_S for edge in (self._day_from_s, self._day_until_s))
        return self._clock.now + max(1, to_ticks(rest))

    def _by_day(self) -> bool:
        length = (self._day_until_s - self._day_from_s) % DAY_S or DAY_S
        return (self._clock.time_of_day_s() - self._day_from_s) % DAY_S < length
