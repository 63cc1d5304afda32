"""A hospital: on the mains, on its batteries, on its generator, by hand, or not at all. And the water it needs."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode, Value
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.energy.catalogue import POWER
from simulator.domains.water.catalogue import WATER
from simulator.lifelines.hospital import events
from simulator.lifelines.lifeline import Duty, Lifeline

SHARES = {"mains": 1.0, "generator": 0.8, "battery": 0.5, "manual": 0.1, "none": 0.0}
"""Share of care that goes on (assumption: the generator carries what is essential, and planned operations are put off;
the batteries carry theatre, intensive care and escape lights only; by hand those are ventilated who would die else)."""

DRY_SHARE = 0.5
"""Factor on the share when no water is left (assumption: no sterilising, no dialysis, patients are moved)."""


BROUGHT_SHARE = 0.42
"""Share of the patients who come as emergencies (Destatis for 2012, by way of the press): without a road none is
brought any more."""

UNSUPPLIED_SHARE = 0.5
"""Factor on the share when the stocks are used up (assumption: those who are there are cared for, nobody is operated
on)."""

LOOK_S = 900.0
"""How often somebody looks whether a road is open (assumption)."""


class Hospital(Lifeline):
    """Mode by its power links: a live link from anything but a generator is the mains.

    Where no road leads from any depot or station to it, no emergency is brought, and medicines, blood, linen and food
    last for `stock_s`; they are refilled at once when a road is open again (assumption).

    Without any power staff ventilate patients by hand, at once, for `manual_s` and while anybody is there. Care shrinks
    further by how its records and its water do, where the city has them as components of their own.
    """

    kind = "hospital"
    _dry = False

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self._powerless_since: int | None = None
        self._records: Lifeline | None = None
        self._water: Lifeline | None = None
        bases = (name for name, of in registry().types.items() if of.base)
        self._bases = tuple(one.id for one in runtime.city.of_kind(*bases))
        self._cut_off_since: int | None = None
        self._looks_at = runtime.clock.now
        self._told = "open"

    def lean_on(self, other: Lifeline) -> None:
        """Its records or its water, as a lifeline of their own."""
        if other.kind == "patient-records":
            self._records = other
        else:
            self._water = other
        other.tells.append(self)

    def judge(self) -> Duty:
        supply, components = self.runtime.supply, self.runtime.city.components
        params: dict[str, Value] = {}
        live = [components[link.source].kind for link in supply.live_links(self.id, POWER)]
        if self.runtime.faults.disabled(self.id):
            mode, why = "none", events.HOSPITAL_SITE_OUT
        elif any(kind != "generator" for kind in live) or (supply.mains(self.id, POWER) and not live):
            mode, why = "mains", events.HOSPITAL_GRID
        elif live:
            mode, why = "generator", events.HOSPITAL_GENERATOR
        elif supply.fed(self.id, POWER):
            mode, why = "battery", events.HOSPITAL_BATTERY
            params["left_s"] = supply.autonomy_left_s(self.id, POWER)
        else:
            mode, why = self._by_hand()
        if mode not in ("manual", "none"):
            self._powerless_since = None
        share = SHARES[mode] * (1.0 if self._records is None else self._records.share) * self._supplied()
        if self._water is not None:
            return Duty(mode, share * self._water.share, why, params)
        return Duty(mode, share * (1.0 if supply.fed(self.id, WATER) else DRY_SHARE), why, params)

    def _supplied(self) -> float:
        """Factor on the share by what comes over the roads."""
        now, travel = self.runtime.clock.now, self.runtime.travel
        if self._looks_at <= now and self._bases:
            self._looks_at = now + to_ticks(LOOK_S)
            self.wake(self._looks_at)
        if not self._bases or any(travel.time_s(base, self.id) is not None for base in self._bases):
            self._cut_off_since = None
            return 1.0
        if self._cut_off_since is None:
            self._cut_off_since = now
            self.wake(now + self._stock)
        left = 1.0 - BROUGHT_SHARE
        return left if now < self._cut_off_since + self._stock else left * UNSUPPLIED_SHARE

    @property
    def _stock(self) -> int:
        return to_ticks(self.component.number("stock_s"))

    def _tell_of_roads(self, cause: int | None) -> None:
        """Say once that nobody gets there, that stocks are used up, and that a road is open again."""
        since = self._cut_off_since
        state = "open" if since is None else "cut-off" if self.runtime.clock.now < since + self._stock else "used-up"
        if state == self._told:
            return
        self._told, log = state, self.runtime.log
        if state == "open":
            log.add(events.HOSPITAL_ROAD_OPEN, self.id, cause=cause)
        elif state == "cut-off":
            left_s: dict[str, Value] = {"left_s": self.component.number("stock_s")}
            log.add(events.HOSPITAL_CUT_OFF, self.id, left_s, cause=cause)
        else:
            log.add(events.HOSPITAL_STOCK_USED, self.id, cause=cause)

    def _by_hand(self) -> tuple[str, EventCode]:
        now, lasts = self.runtime.clock.now, to_ticks(self.component.number("manual_s"))
        if self._powerless_since is None:
            self._powerless_since = now
            self.wake(now + lasts)
        if not staff_present(self.runtime.faults, self.id):
            return "none", events.HOSPITAL_NOBODY
        if now < self._powerless_since + lasts:
            return "manual", events.HOSPITAL_MANUAL
        return "none", events.HOSPITAL_EXHAUSTED

    def judged(self, duty: Duty, cause: int | None) -> None:
        """Say what must be brought by tanker once the roof tank is empty (1. WasSV § 2: litres a bed and day)."""
        self._tell_of_roads(cause)
        dry = not self.runtime.supply.fed(self.id, WATER)
        if dry == self._dry:
            return
        self._dry = dry
        beds, litres = self.component.number("beds"), self.component.number("water_l_bed_d")
        if dry:
            need: dict[str, Value] = {"beds": beds, "litres_bed": litres}
            self.runtime.log.add(events.HOSPITAL_DRY, self.id, need, cause=cause, value=beds * litres)
        else:
            self.runtime.log.add(events.HOSPITAL_WATER_BACK, self.id, cause=cause)
