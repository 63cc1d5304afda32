"""A depot: crews in shifts, their vehicles, and the fuel that all of them drive on."""

from __future__ import annotations

import math

from simulator.contracts.component import Component
from simulator.contracts.crews import CrewPolicy, Priority, crews_of
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.contracts.ticks import to_ticks
from simulator.coupling import catalogue
from simulator.coupling.faults import FaultStack
from simulator.coupling.police import staff_present
from simulator.coupling.supply import Supply
from simulator.coupling.vehicles import Vehicle, VehicleKind
from simulator.kernel.clock import Clock

DAY_S = 86400.0
FUEL_NOT_DELIVERED = catalogue.FUEL_NOT_DELIVERED.name


class Depot:
    """Crews go out one by one and come back; at night a share of them is on duty, rounded up.

    Who is out when his shift ends finishes his work (assumption). Of the staff that is absent the crews are missing,
    rounded to the disadvantage. Each crew takes a vehicle, which is filled from the depot's store whenever it comes
    home or leaves; the pumps of the store need power, and crews leave without it as long as their tanks last.
    """

    def __init__(self, component: Component, clock: Clock, faults: FaultStack, supply: Supply) -> None:
        self.id = component.id
        self._clock, self._faults, self._supply = clock, faults, supply
        declared = {one.name: one.default for one in registry().types[component.kind].parameters}
        given = {**declared, **component.parameters}

        def number(name: str) -> float:
            return float(given[name] or 0.0)

        self._crews = dict.fromkeys(registry().trades, 0) | crews_of(component)
        self._day_from_s, self._day_until_s = number("day_from_s"), number("day_until_s")
        self._night_share = number("night_share")
        self.muster_s, self.shift_s, self.overtime_s = number("muster_s"), number("shift_s"), number("overtime_s")
        self.out: dict[Trade, int] = dict.fromkeys(self._crews, 0)
        self._parts = dict.fromkeys(self._crews, int(number("parts")))
        self.parts_delivery_s = number("parts_delivery_s")
        self.truck_l = number("truck_l")
        self.fuel_l = number("fuel_store_l")
        van, truck = (number("van_tank_l"), number("van_l_h")), (number("truck_tank_l"), number("truck_l_h"))
        self._van = van
        counts = (
            (VehicleKind.VAN, "crew_vehicles", van),
            (VehicleKind.FUEL_TRUCK, "fuel_trucks", truck),
            (VehicleKind.WATER_TANKER, "water_tankers", truck),
        )
        self.fleet = tuple(
            Vehicle(kind, tank_l, burn_l_h, tank_l)
            for kind, name, (tank_l, burn_l_h) in counts
            for _ in range(int(number(name)))
        )
        listed = str(given["priority_list"]).replace(",", " ").split()
        self.policy = CrewPolicy(Priority(str(given["priority"])), tuple(listed))

    def set_crews(self, trade: Trade, many: int) -> None:
        """So many crews of this trade by day, each with a vehicle: vans are added where there are too few."""
        self._crews[trade] = many
        lacking = sum(self._crews.values()) - sum(one.kind is VehicleKind.VAN for one in self.fleet)
        vans = (Vehicle(VehicleKind.VAN, *self._van, self._van[0]) for _ in range(lacking))
        self.fleet = (*self.fleet, *vans)

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

    # vehicles and fuel

    @property
    def pumps_run(self) -> bool:
        """Whether fuel can be pumped out of the store: that takes power."""
        return self._supply.works(self.id)

    def at_home(self, kind: VehicleKind) -> int:
        """Vehicles of a kind that stand at the depot."""
        return sum(one.kind is kind and not one.out for one in self.fleet)

    def ready(self, kind: VehicleKind, seconds: float) -> Vehicle | None:
        """The vehicle at home with most fuel, if that lasts for so long; filled up where that is possible."""
        home = [one for one in self.fleet if one.kind is kind and not one.out]
        for one in home:
            self._fill(one)
        best = max(home, key=lambda one: one.fuel_l, default=None)
        return best if best is not None and best.lasts(seconds) else None

    def load(self, truck: Vehicle, litres: float) -> None:
        """Pump up to so many litres from the store into a truck."""
        truck.load_l = min(litres, self.truck_l, self.fuel_l)
        self.fuel_l -= truck.load_l

    def come_home(self, vehicle: Vehicle) -> None:
        """A vehicle is back, and what is left of its load goes into the store."""
        vehicle.out = False
        self.fuel_l += vehicle.load_l
        vehicle.load_l = 0.0
        self._fill(vehicle)

    @property
    def trucks(self) -> int:
        """Fuel trucks that could leave now, loaded."""
        lost = bool(self._faults.active(self.id, FUEL_NOT_DELIVERED)) or self.fuel_l <= 0 or not self.pumps_run
        return 0 if lost else self.at_home(VehicleKind.FUEL_TRUCK)

    def _fill(self, vehicle: Vehicle) -> None:
        if self.pumps_run:
            litres = min(vehicle.tank_l - vehicle.fuel_l, self.fuel_l)
            self.fuel_l -= litres
            vehicle.fuel_l += litres

    # shifts

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
