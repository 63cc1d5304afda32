"""A hospital: on the mains, on its batteries, on its generator, by hand, or not at all. And the water it needs."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode, Value
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


class Hospital(Lifeline):
    """Mode by its power links: a live link from anything but a generator is the mains.

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
        share = SHARES[mode] * (1.0 if self._records is None else self._records.share)
        if self._water is not None:
            return Duty(mode, share * self._water.share, why, params)
        return Duty(mode, share * (1.0 if supply.fed(self.id, WATER) else DRY_SHARE), why, params)

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
