"""A hospital: on the mains, on its batteries, on its generator, by hand, or not at all. And the water it needs."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.coupling.staff import staff_present
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
        live = [components[link.source].kind for link in supply.live_links(self.id, LinkKind.POWER)]
        if self.runtime.faults.disabled(self.id):
            mode, why = "none", "the site cannot be used"
        elif any(kind != "generator" for kind in live) or (supply.mains(self.id, LinkKind.POWER) and not live):
            mode, why = "mains", "fed by the grid"
        elif live:
            mode, why = "generator", "the emergency generator has taken the load"
        elif supply.fed(self.id, LinkKind.POWER):
            left_min = supply.autonomy_left_s(self.id, LinkKind.POWER) / 60
            mode, why = "battery", f"on batteries for {left_min:.0f} min at most"
        else:
            mode, why = self._by_hand()
        if mode not in ("manual", "none"):
            self._powerless_since = None
        share = SHARES[mode] * (1.0 if self._records is None else self._records.share)
        if self._water is not None:
            return Duty(mode, share * self._water.share, why)
        return Duty(mode, share * (1.0 if supply.fed(self.id, LinkKind.WATER) else DRY_SHARE), why)

    def _by_hand(self) -> tuple[str, str]:
        now, lasts = self.runtime.clock.now, to_ticks(self.component.number("manual_s"))
        if self._powerless_since is None:
            self._powerless_since = now
            self.wake(now + lasts)
        if not staff_present(self.runtime.faults, self.id):
            return "none", "no power, and nobody is there"
        if now < self._powerless_since + lasts:
            return "manual", "no power: patients are ventilated by hand"
        return "none", "no power, and staff can ventilate no longer"

    def judged(self, duty: Duty, cause: int | None) -> None:
        """Say what must be brought by tanker once the roof tank is empty (1. WasSV § 2: litres a bed and day)."""
        dry = not self.runtime.supply.fed(self.id, LinkKind.WATER)
        if dry == self._dry:
            return
        self._dry = dry
        beds, litres = self.component.number("beds"), self.component.number("water_l_bed_d")
        if dry:
            what = f"no water left: {beds:g} beds need {litres:g} l each a day, {beds * litres:g} l in all [wassv-bed]"
            self.runtime.log.add(EventKind.NOTE, self.id, what, cause=cause, value=beds * litres)
        else:
            self.runtime.log.add(EventKind.NOTE, self.id, "has water again", cause=cause)
