"""Rescue dispatch and its radio: trunked over the sites, each for itself, hand to hand in direct mode, or on foot."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.contracts.component import Component
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling.alarm import InPerson
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import RADIO_SITE
from simulator.lifelines.lifeline import Duty, Lifeline
from simulator.lifelines.rescue import events
from simulator.lifelines.telephony.catalogue import EXCHANGE, MOBILE_SITE

SHARES = {"trunked": 1.0, "isolated-cell": 0.6, "direct-mode": 0.3, "runners": 0.1, "none": 0.0}
"""Share of the duty served (assumption: an isolated site still joins the crews around it but no dispatcher; direct mode
joins those within a kilometre or two; runners carry what cannot wait)."""


class RescueDispatch(Lifeline):
    """The dispatch centre reaches a radio site over a control link, whose way through the data network ICT knows.

    Each district talks over the site nearest to its middle (assumption: sites do not stand in for each other). Its
    place is *trunked* while dispatch reaches the site, an *isolated cell* while the site works alone, and without the
    site in *direct mode* once `direct_s` has passed, until the handsets are empty after `direct_lasts_s` (they are
    charged again when the site is back: assumption). Then, or where direct mode fails, *runners* go after `runners_s`.
    The share is that of the places weighted by people; the mode is
    that of the worst-served place, so that a fallback shows in the log wherever it is needed.

    Calls come by telephone. From a district where that is dead people go in person, after `give_up_s`: to a rescue
    station, or to the fire station in the middle of a district, which is manned `points_s` after telephones were lost
    there and calls dispatch by radio. Stations are alerted by radio while dispatch reaches their site, else by
    telephone, else by a messenger. Where dispatch itself is out, the next centre takes the calls and passes them on by
    telephone (assumption).
    """

    kind = "rescue-dispatch"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        city = runtime.city
        links = self.control_links(RADIO_SITE)
        self._links = {link.target: link.id for link in links}
        sites = tuple(city.components[site] for site in self._links) or city.of_kind(RADIO_SITE)
        self._people = dict.fromkeys((site.id for site in sites), 0)
        self._site_of: dict[str, str] = {}
        for district in city.districts.values():
            if sites:
                near = min(sites, key=lambda s: ((s.x_m - district.x_m) ** 2 + (s.y_m - district.y_m) ** 2, s.id))
                self._people[near.id] += district.people
                self._site_of[district.id] = near.id
        if not any(self._people.values()):
            self._people = dict.fromkeys(self._people, 1)
        self._lost_at: dict[str, int] = {}
        self._failed_at: dict[str, int] = {}
        self._wakes_for: dict[str, int] = {}
        parts = registry().types_that(lambda one: one.network_part)
        homes = {one.district: one.id for one in reversed(city.of_kind(*parts))}
        self._home_in = {district: homes.get(district, site) for district, site in self._site_of.items()}
        self._telephones = tuple(one.id for one in city.of_kind(MOBILE_SITE, EXCHANGE))
        self._late: tuple[dict[str, float], dict[str, float], dict[str, InPerson]] = ({}, {}, {})
        self._silent_at: dict[str, int] = {}

    def watches(self) -> tuple[str, ...]:
        return (*self._people, *self._links.values(), *self._telephones)

    def judge(self) -> Duty:
        if not self._people:
            return Duty("direct-mode", SHARES["direct-mode"], events.RADIO_NO_SITE)
        every = {site: self._state(site) for site in self._people}
        states = {site: state for site, state in every.items() if self._people[site]}
        self._late = self._lateness(every)
        total = sum(self._people.values())
        share = sum(self._people[site] * SHARES[state] for site, state in states.items()) / total
        worst = min(states, key=lambda site: (SHARES[states[site]], -self._people[site], site))
        mode = states[worst]
        there = [site for site, state in states.items() if state == mode]
        people = sum(self._people[site] for site in there)
        why = {
            "isolated-cell": events.RADIO_ISOLATED,
            "direct-mode": events.RADIO_DIRECT,
            "runners": events.RADIO_RUNNERS,
            "none": events.RADIO_NONE,
        }
        if mode == "trunked":
            return Duty(mode, share, events.RADIO_TRUNKED)
        return Duty(mode, share, why[mode], {"sites": " ".join(there), "people": people, "total": total})

    def judged(self, duty: Duty, cause: int | None) -> None:
        self.runtime.alarm.tell(*self._late, cause)

    def _lateness(self, states: Mapping[str, str]) -> tuple[dict[str, float], dict[str, float], dict[str, InPerson]]:
        """By how much later calls come from each district, and alarms to stations there; those in time are left out.
        Districts from which nobody can telephone."""
        number, works, now = self.component.number, self.runtime.supply.works(self.id), self.runtime.clock.now
        calls, alerts, in_person = {}, {}, {}
        for district, site in self._site_of.items():
            phones = self.runtime.calls.reached(self._home_in[district], self.id)
            if phones:
                self._silent_at.pop(district, None)
            if not phones:
                manned_at = self._silent_at.setdefault(district, now) + to_ticks(number("points_s"))
                in_person[district] = InPerson(number("give_up_s"), now >= manned_at and states[site] == "trunked")
                if now < manned_at:
                    self._until(f"fire station of {district}", manned_at, "")
            elif not works:
                calls[district] = number("by_phone_s")
            if states[site] != "trunked":
                alerts[district] = number("by_phone_s" if phones else "by_messenger_s")
        return calls, alerts, in_person

    def _state(self, site: str) -> str:
        supply, now = self.runtime.supply, self.runtime.clock.now
        if supply.works(site):
            self._lost_at.pop(site, None)
            self._failed_at.pop(site, None)
            link = self._links.get(site)
            reached = supply.works(self.id) and (link is None or supply.link_up(link))
            return "trunked" if reached else "isolated-cell"
        number, fails = self.component.number, bool(self.runtime.faults.active(self.id, "direct-mode-fails"))
        lost = self._lost_at.setdefault(site, now)
        ready = lost + to_ticks(number("direct_s"))
        empty = ready + to_ticks(number("direct_lasts_s"))
        if not fails:
            self._failed_at.pop(site, None)
        without = self._failed_at.setdefault(site, now) if fails else empty
        on_foot = without + to_ticks(number("runners_s"))
        if not fails and now < ready:
            return self._until(site, ready, "none")
        if not fails and now < empty:
            return self._until(site, empty, "direct-mode")
        if now < on_foot:
            return self._until(site, on_foot, "none")
        return "runners" if staff_present(self.runtime.faults, self.id) else "none"

    def _until(self, what: str, tick: int, state: str) -> str:
        """The state, and a look at it when it ends."""
        if self._wakes_for.get(what) != tick:
            self._wakes_for[what] = tick
            self.wake(tick)
        return state
