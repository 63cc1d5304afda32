"""Warning of the public: on mobile phones, by sirens, by loudspeaker vans."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.contracts.component import Component
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import CONTROL, DATA
from simulator.domains.traffic.catalogue import ROAD
from simulator.lifelines.drinking_water.process import DrinkingWater
from simulator.lifelines.lifeline import Duty, Lifeline
from simulator.lifelines.public_warning import events
from simulator.lifelines.telephony.process import Telephony

MOST = 0.5
"""Sirens count as the way of warning while at least this share of the people live where one sounds (assumption)."""


class PublicWarning(Lifeline):
    """The share served is that of the people whom a warning would reach within the hour.

    *digital* while a live control link from the warning service and a data link reach it, and mobile phones work for
    most of the people; it reaches only those districts where they do. Without it *sirens*: one
    that works is sounded from afar over its control link, or by hand `by_hand_s` after that was lost. Where these
    reach too few, *vans* roll `vans_s` later, as long as their crews last and a road leads out. Ways count as
    independent of each other: 1 - prod(1 - share) in each district (assumption).
    """

    kind = "public-warning"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        city = runtime.city
        self._sirens = city.of_kind("siren")
        self._vans = city.of_kind("loudspeaker-van")
        self._people = {name: district.people for name, district in city.districts.items()}
        self._unreached_since: dict[str, int] = {}
        self._called: int | None = None
        self._telephony: Telephony | None = None
        self.reached: dict[str, float] = dict.fromkeys(city.districts, 1.0)

    def tie(self, lifelines: Mapping[str, Lifeline]) -> None:
        """Phones are reached over the town's first mobile network; notices about the water reach whom the town's first
        warning system reaches."""
        self._telephony = next((one for one in lifelines.values() if isinstance(one, Telephony)), None)
        if self._telephony is not None:
            self._telephony.tells.append(self)
        if next((one for one in lifelines.values() if isinstance(one, PublicWarning)), None) is self:
            for water in lifelines.values():
                if isinstance(water, DrinkingWater):
                    water.warned = self.share_of
                    self.tells.append(water)

    def watches(self) -> tuple[str, ...]:
        return tuple(one.id for one in (*self._sirens, *self._vans))

    def judge(self) -> Duty:
        total = sum(self._people.values()) or 1
        sent = self._digital()
        on_air = {name: self._covers(name) for name in self._people if sent}
        digital = sent and sum(self._people[name] * of for name, of in on_air.items()) >= MOST * total
        phones = {name: of * self.component.number("digital_share") for name, of in on_air.items()}
        heard = {name: self._heard(name) for name in self._people}
        within = sum(people for name, people in self._people.items() if heard[name] > 0) / total
        vans = 0.0
        if digital or within >= MOST:
            self._called = None
        else:
            vans = self._by_van(total)
        self.reached = {
            name: 1.0 - (1.0 - phones.get(name, 0.0)) * (1.0 - heard[name]) * (1.0 - vans) for name in self._people
        }
        share = sum(self.reached[name] * people for name, people in self._people.items()) / total
        if digital:
            return Duty("digital", share, events.WARNING_DIGITAL, {"within": within})
        if within >= MOST:
            return Duty("sirens", share, events.WARNING_SIRENS, {"within": within})
        if vans > 0:
            return Duty("vans", share, events.WARNING_VANS, {"within": vans})
        return Duty("none", share, events.WARNING_NONE)

    def share_of(self, district: str) -> float:
        """Share of a district's people whom a warning would reach within the hour."""
        return self.reached.get(district, 1.0)

    def _digital(self) -> bool:
        supply, faults = self.runtime.supply, self.runtime.faults
        ways = all(supply.mains(self.id, kind) for kind in (CONTROL, DATA))
        return supply.works(self.id) and ways and not faults.active(self.id, "warning-out")

    def _covers(self, district: str) -> float:
        """Share of the people of a district whose mobile phones work."""
        return 1.0 if self._telephony is None else self._telephony.covers(district)

    def _heard(self, district: str) -> float:
        """Share of a district's people who hear one of its sirens."""
        silent = 1.0
        for siren in self._sirens:
            if siren.district == district and self._sounds(siren):
                silent *= 1.0 - siren.number("heard_share")
        return 1.0 - silent

    def _sounds(self, siren: Component) -> bool:
        supply, now = self.runtime.supply, self.runtime.clock.now
        if supply.mains(siren.id, CONTROL):
            self._unreached_since.pop(siren.id, None)
            return supply.works(siren.id)
        by_hand = to_ticks(siren.number("by_hand_s"))
        if siren.id not in self._unreached_since:
            self._unreached_since[siren.id] = now
            self.wake(now + by_hand)
        return supply.works(siren.id) and now >= self._unreached_since[siren.id] + by_hand

    def _by_van(self, total: int) -> float:
        """Share of the people whom the vans under way warn in an hour."""
        now, start = self.runtime.clock.now, to_ticks(self.component.number("vans_s"))
        if self._called is None:
            self._called = now
            self.wake(now + start)
            for van in self._vans:
                self.wake(now + start + to_ticks(van.number("endurance_s")))
        on_road = now - self._called - start
        if on_road < 0:
            return 0.0
        supply, city = self.runtime.supply, self.runtime.city
        out = [
            van.number("people_h")
            for van in self._vans
            if supply.works(van.id)
            and on_road < to_ticks(van.number("endurance_s"))
            and (supply.live_links(van.id, ROAD) or not city.links_into(van.id, ROAD))
        ]
        return min(1.0, sum(out) / total)
