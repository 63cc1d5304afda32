"""The public telephone network: who can telephone, and who can be reached."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.contracts.component import Component
from simulator.contracts.event import Value
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.lifelines.lifeline import Duty, Lifeline
from simulator.lifelines.telephony import events
from simulator.lifelines.telephony.catalogue import MOBILE_SITE, TELEPHONE


class Telephony(Lifeline):
    """The share served is that of the people whose mobile phones work: where a site of theirs works and reaches the
    exchange. Several sites of a district are those of several operators, with as many customers each (assumption).

    Portable cells go where no phone works, to the most people first, one to a district; they need the exchange, but
    neither its lines nor any power (assumption). One whose district is served again is free for another.

    A district without a site is served by the nearest one (assumption). Sites do not stand in for each other, and the
    network is never overloaded (both assumptions; the latter is kind). A place can telephone by its own line while the
    place works, for a modern telephone dies with the power of the house, or by mobile phone where any operator's works:
    emergency calls go over any network (TKG § 164), and somebody nearby has one (assumption).
    """

    kind = "telephone-exchange"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        city = runtime.city
        self._sites = city.of_kind(MOBILE_SITE)
        self._people = {name: district.people for name, district in city.districts.items()}
        self._sites_of = {
            name: self._nearest(name, district.x_m, district.y_m) for name, district in city.districts.items()
        }
        self._near: dict[str, tuple[str, ...]] = {}
        self._cells: dict[str, int] = {}
        """Where portable cells are, or are on their way to, with the tick from which they serve."""
        self._told: set[str] = set()

    @classmethod
    def begin(cls, runtime: Runtime, all_of_type: Sequence[Lifeline]) -> None:
        """Calls go over the first network of the town."""
        for network in all_of_type[:1]:
            assert isinstance(network, Telephony)
            runtime.calls.provide(network.connected)

    def watches(self) -> tuple[str, ...]:
        return tuple(site.id for site in self._sites)

    def judge(self) -> Duty:
        if not self.runtime.supply.works(self.id):
            return Duty("none", 0.0, events.EXCHANGE_OUT)
        self._send_cells()
        total = sum(self._people.values()) or 1
        share = sum(people * self.covers(name) for name, people in self._people.items()) / total
        if share >= 1.0:
            return Duty("everywhere", 1.0, events.EVERYWHERE)
        if share <= 0.0:
            return Duty("none", 0.0, events.NOWHERE)
        return Duty("in-places", share, events.IN_PLACES, {"share": share})

    def judged(self, duty: Duty, cause: int | None) -> None:
        self.runtime.calls.changed()

    def covers(self, district: str) -> float:
        """Share of the people of a district whose mobile phones work."""
        if self._by_cell(district):
            return 1.0
        sites = self._sites_of.get(district, ())
        return sum(self._carries(site) for site in sites) / len(sites) if sites else 0.0

    def _served(self, district: str) -> bool:
        return any(self._carries(site) for site in self._sites_of.get(district, ()))

    def _by_cell(self, district: str) -> bool:
        serves = self._cells.get(district)
        return serves is not None and serves <= self.runtime.clock.now and self.runtime.supply.works(self.id)

    def _send_cells(self) -> None:
        """Call back the cells that nobody needs any more, and send the free ones; say where one has begun to serve."""
        log, now = self.runtime.log, self.runtime.clock.now
        for district in [name for name in self._cells if self._served(name)]:
            del self._cells[district]
            if district in self._told:
                self._told.discard(district)
                log.add(events.CELL_FREE, self.id, self._named(district), cause=self.because)
        without = [name for name in self._people if name not in self._cells and not self._served(name)]
        without.sort(key=lambda name: (-self._people[name], name))
        for district in without[: int(self.component.number("portable_cells")) - len(self._cells)]:
            self._cells[district] = now + to_ticks(self.component.number("portable_after_s"))
            self.wake(self._cells[district])
            log.add(events.CELL_CALLED, self.id, self._named(district), cause=self.because)
        for district, serves in self._cells.items():
            if serves <= now and district not in self._told:
                self._told.add(district)
                log.add(events.CELL_UP, self.id, self._named(district), cause=self.because)

    def connected(self, origin: str, destination: str) -> bool:
        """Whether somebody at one place can telephone with somebody at another."""
        supply = self.runtime.supply
        return supply.works(self.id) and self._speaks(origin) and self._speaks(destination)

    def _named(self, district: str) -> dict[str, Value]:
        return {"district": self.runtime.city.districts[district].title or district}

    def _speaks(self, place: str) -> bool:
        supply = self.runtime.supply
        if supply.live_links(place, TELEPHONE) and supply.works(place):
            return True
        by_cell = self._by_cell(self.runtime.city.components[place].district)
        return by_cell or any(self._carries(site) for site in self._at(place))

    def _carries(self, site: str) -> bool:
        supply = self.runtime.supply
        return supply.works(self.id) and supply.works(site) and supply.mains(site, TELEPHONE)

    def _at(self, place: str) -> tuple[str, ...]:
        """The sites over which mobile phones at a place work."""
        if place not in self._near:
            component = self.runtime.city.components[place]
            self._near[place] = self._nearest(component.district, component.x_m, component.y_m)
        return self._near[place]

    def _nearest(self, district: str, x_m: float, y_m: float) -> tuple[str, ...]:
        if own := tuple(site.id for site in self._sites if site.district == district):
            return own
        every = sorted(self._sites, key=lambda s: ((s.x_m - x_m) ** 2 + (s.y_m - y_m) ** 2, s.id))
        return tuple(site.id for site in every[:1])
