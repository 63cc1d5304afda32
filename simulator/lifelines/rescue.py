"""Rescue dispatch and its radio: trunked over the sites, each site for itself, or hand to hand in direct mode."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.lifelines.lifeline import Duty, Lifeline

SHARES = {"trunked": 1.0, "isolated-cell": 0.6, "direct-mode": 0.3, "none": 0.0}
"""Share of the duty served (assumption: an isolated site still joins the crews around it but no dispatcher; direct mode
joins those within a kilometre or two)."""


class RescueDispatch(Lifeline):
    """The dispatch centre reaches a radio site over a control link, whose way through the data network ICT knows.

    Each district talks over the site nearest to its middle (assumption: sites do not stand in for each other). Its
    place is *trunked* while dispatch reaches the site, an *isolated cell* while the site works alone, and without the
    site in *direct mode* once `direct_s` has passed. The share is that of the places weighted by people; the mode is
    that of the worst-served place, so that a fallback shows in the log wherever it is needed.
    """

    kind = "rescue-dispatch"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        city = runtime.city
        links = self.control_links("radio-site")
        self._links = {link.target: link.id for link in links}
        sites = tuple(city.components[site] for site in self._links) or city.of_kind("radio-site")
        self._people = dict.fromkeys((site.id for site in sites), 0)
        for district in city.districts.values():
            if sites:
                near = min(sites, key=lambda s: ((s.x_m - district.x_m) ** 2 + (s.y_m - district.y_m) ** 2, s.id))
                self._people[near.id] += district.people
        if not any(self._people.values()):
            self._people = dict.fromkeys(self._people, 1)
        self._lost_at: dict[str, int] = {}

    def watches(self) -> tuple[str, ...]:
        return (*self._people, *self._links.values())

    def judge(self) -> Duty:
        if not self._people:
            return Duty("direct-mode", SHARES["direct-mode"], "the city has no radio site")
        states = {site: self._state(site) for site, people in self._people.items() if people}
        total = sum(self._people.values())
        share = sum(self._people[site] * SHARES[state] for site, state in states.items()) / total
        worst = min(states, key=lambda site: (SHARES[states[site]], -self._people[site], site))
        mode = states[worst]
        there = [site for site, state in states.items() if state == mode]
        people = sum(self._people[site] for site in there)
        why = {
            "trunked": "dispatch reaches every site",
            "isolated-cell": f"dispatch does not reach {_names(there)}",
            "direct-mode": f"crews around {_names(there)} talk in direct mode",
            "none": f"{_names(there)} lost, crews are switching to direct mode",
        }[mode]
        return Duty(mode, share, why if mode == "trunked" else f"{why} ({people} of {total} people)")

    def _state(self, site: str) -> str:
        supply, now = self.runtime.supply, self.runtime.clock.now
        if supply.works(site):
            self._lost_at.pop(site, None)
            link = self._links.get(site)
            reached = supply.works(self.id) and (link is None or supply.link_up(link))
            return "trunked" if reached else "isolated-cell"
        switched = to_ticks(self.component.number("direct_s"))
        if site not in self._lost_at:
            self._lost_at[site] = now
            self.wake(now + switched)
        return "direct-mode" if now >= self._lost_at[site] + switched else "none"


def _names(sites: list[str]) -> str:
    return ", ".join(sites[:3]) + (f" and {len(sites) - 3} more" if len(sites) > 3 else "")
