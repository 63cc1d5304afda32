"""The water of a hospital: from the network, from its roof tank, by tanker, or none."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling.catalogue import DRIVER, NO_TANKERS
from simulator.coupling.runtime import Runtime
from simulator.coupling.vehicles import VehicleKind
from simulator.domains.water.catalogue import WATER
from simulator.lifelines.hospital import events
from simulator.lifelines.hospital.process import DRY_SHARE, Hospital
from simulator.lifelines.lifeline import Duty, Lifeline

SHARES = {"network": 1.0, "tank": 1.0, "tanker": 0.9, "none": DRY_SHARE}
"""Share of care that goes on (assumption: water from a tanker is spared)."""


class HospitalWater(Lifeline):
    """*network* and *tank* are the hospital's water link and its autonomy.

    A tanker is called as soon as the network fails, and the next one whenever no more than a load is left of what was
    brought; *tanker* once the roof tank is empty and a load is there. A tanker needs a driver from a depot and an open
    road. Its load lasts load / (beds x litres a bed and day).
    """

    kind = "hospital-water"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self.hospital = component.text("hospital")
        house = runtime.city.components[self.hospital]
        need_l_d = house.number("beds") * house.number("water_l_bed_d")
        self._load = to_ticks(component.number("tanker_l") / need_l_d * 86400.0) if need_l_d > 0 else to_ticks(86400.0)
        self._stock = 0  # how long what tankers brought lasts, in ticks
        self._since = runtime.clock.now
        self._drawing = False
        self._ordered = False

    def tie(self, lifelines: Mapping[str, Lifeline]) -> None:
        hospital = lifelines.get(self.hospital)
        if isinstance(hospital, Hospital):
            hospital.lean_on(self)

    def watches(self) -> tuple[str, ...]:
        return (self.hospital,)

    def judge(self) -> Duty:
        supply = self.runtime.supply
        self._settle()
        if supply.mains(self.hospital, WATER):
            return self._now("network", events.WATER_NETWORK)
        fed = supply.fed(self.hospital, WATER)
        self._order(enough=self._load - fed)
        if fed:
            left_s = supply.autonomy_left_s(self.hospital, WATER)
            return self._now("tank", events.WATER_TANK, left_s)
        if self._stock > 0:
            self.wake(self.runtime.clock.now + (self._stock - self._load if self._stock > self._load else self._stock))
            return self._now("tanker", events.WATER_TANKERS, to_s(self._stock))
        return self._now("none", events.WATER_NONE)

    def _now(self, mode: str, why: EventCode, left_s: float | None = None) -> Duty:
        self._drawing = mode == "tanker"
        return Duty(mode, SHARES[mode], why, {} if left_s is None else {"left_s": left_s})

    def _settle(self) -> None:
        now = self.runtime.clock.now
        if self._drawing:
            self._stock = max(0, self._stock - (now - self._since))
        self._since = now

    def _order(self, enough: int) -> None:
        """Call the next tanker, unless one is under way, more than enough is there, or none can be had."""
        if self._ordered or self._stock > enough or self.runtime.faults.active(self.id, NO_TANKERS.name):
            return
        self._ordered = True
        event = self.runtime.log.add(events.CALLS_TANKER, self.id, cause=self.because)
        unload_s, tanker = self.component.number("unload_s"), VehicleKind.WATER_TANKER
        crews = self.runtime.crews
        crews.dispatch(events.WATER_TANKER, self.hospital, unload_s, event, self._brought, DRIVER, tanker)

    def _brought(self, event: int) -> None:
        self._ordered = False
        if not self.runtime.faults.active(self.id, NO_TANKERS.name):
            self._settle()
            self._stock += self._load
        self.touch(self.id, event)
