"""A hospital: on the mains, on its batteries, on its generator, or without power. And the water it needs."""

from __future__ import annotations

from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.lifelines.lifeline import Duty, Lifeline

SHARES = {"mains": 1.0, "generator": 0.8, "battery": 0.5, "none": 0.0}
"""Share of care that goes on (assumption: the generator carries what is essential, and planned operations are put off;
the batteries carry theatre, intensive care and escape lights only)."""

DRY_SHARE = 0.5
"""Factor on the share when no water is left (assumption: no sterilising, no dialysis, patients are moved)."""


class Hospital(Lifeline):
    """Mode by its power links: a live link from anything but a generator is the mains."""

    kind = "hospital"
    _dry = False

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
            mode, why = "none", "no mains, no generator, batteries empty"
        wet = supply.fed(self.id, LinkKind.WATER)
        return Duty(mode, SHARES[mode] * (1.0 if wet else DRY_SHARE), why)

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
