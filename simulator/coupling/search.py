"""Repairs of what nobody knows of yet: they wait until a crew that was sent to look for it has found it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator.contracts.city import City
from simulator.contracts.crews import trade_at
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.coupling import events
from simulator.coupling.crews import Crews, Done
from simulator.coupling.faults import FaultStack
from simulator.kernel.log import EventLog

Call = Callable[[int | None], None]
"""Called with the event of the finding."""


@dataclass(frozen=True, slots=True)
class _Unknown:
    broken: str
    trade: Trade
    districts: frozenset[str]
    call: Call
    still: Callable[[], bool]


class Noticed:
    """Whether what is out of order is known: at once, unless a control room has to find it out (`by`)."""

    def __init__(self) -> None:
        self.by: Search | None = None

    def once(
        self, what: str, districts: frozenset[str], cause: int | None, call: Call, still: Callable[[], bool]
    ) -> None:
        """`call` with the event behind it: now, or once somebody who was sent to look has found it."""
        if self.by is None:
            call(cause)
        else:
            self.by.hide(what, districts, call, still)


class Search:
    """Stands in for the crews where a scenario asks for repairs: `repair` is theirs, but calls nobody by itself."""

    def __init__(self, city: City, log: EventLog, faults: FaultStack, crews: Crews) -> None:
        self._city, self._log, self._faults, self._crews = city, log, faults, crews
        self._unknown: list[_Unknown] = []

    def hide(self, what: str, districts: frozenset[str], call: Call, still: Callable[[], bool]) -> None:
        """Something is out of order in these districts; `call` once somebody of its trade has found it, as long as it
        is `still` so."""
        self._unknown.append(_Unknown(what, trade_at(what, self._city), districts, call, still))

    def repair(
        self,
        target: str,
        work_s: float | None,
        cause: int | None,
        done: Done,
        depot: str | None = None,
        broken: str | None = None,
        trade: str = "",
        entry: str = "",
    ) -> None:
        """As `Crews.repair`, once it is found."""
        if depot is not None:
            self._crews.depot(depot)
        broken = target if broken is None else broken
        known = Trade(trade) if trade else trade_at(broken, self._city)
        district = self._city.components[target].district

        def call(because: int | None) -> None:
            self._crews.repair(target, work_s, because, done, depot, broken, trade, entry)

        self._unknown.append(_Unknown(broken, known, frozenset({district}), call, lambda: self._faults.broken(broken)))

    def in_street(self) -> Iterable[tuple[str, Trade, str]]:
        """What is broken so that everybody who passes sees it, and is not known yet."""
        for one in self._unknown:
            if self._faults.broken(one.broken, lambda point: point.in_street):
                for district in one.districts:
                    yield one.broken, one.trade, district

    def send(
        self, trade: Trade, districts: tuple[str, ...], search_s: float, cause: int | None, told: Callable[[bool], None]
    ) -> None:
        """A crew of a trade looks for what is broken in each of these districts, and repairs of what it finds are
        called for. `told` is called when one comes back, with whether it has found something."""
        for district in districts:
            site = self._start(district)
            if site is None:
                continue

            self.look(trade, site, search_s, cause, told)

    def look(self, trade: Trade, site: str, search_s: float, cause: int | None, told: Callable[[bool], None]) -> None:
        """A crew of a trade looks for what is broken in the district of a site."""
        district = self._city.components[site].district

        def over(event: int) -> None:
            told(self._look_around(trade, district, site, event))

        self._crews.dispatch(events.SEARCH, site, search_s, cause, over, trade)

    def read(
        self,
        trade: Trade,
        site: str,
        search_s: float,
        cause: int | None,
        there: Callable[[int], None],
        told: Callable[[bool], None],
    ) -> None:
        """A crew of a trade reads a gauge at a site, and looks around in its district. `there` is called with the event
        once it has read it, `told` with whether it has found something broken."""
        district = self._city.components[site].district

        def over(event: int) -> None:
            there(event)
            told(self._look_around(trade, district, site, event))

        self._crews.dispatch(events.READING, site, search_s, cause, over, trade)

    def _start(self, district: str) -> str | None:
        """Where a search begins: what lies nearest to the middle of the district of all that a road leads to."""
        access = registry().access_links
        at = self._city.districts[district]
        there = [
            ((one.x_m - at.x_m) ** 2 + (one.y_m - at.y_m) ** 2, one.id)
            for one in self._city.components.values()
            if one.district == district and any(link.kind in access for link in self._city.links_into(one.id))
        ]
        return min(there)[1] if there else None

    def _look_around(self, trade: Trade, district: str, site: str, event: int) -> bool:
        self._unknown = [one for one in self._unknown if one.still()]
        found = [one for one in self._unknown if one.trade == trade and district in one.districts]
        if not found:
            self._log.add(events.SEARCH_IN_VAIN, site, cause=event)
            return False
        names = " ".join(dict.fromkeys(one.broken for one in found))
        event = self._log.add(events.SEARCH_FOUND, site, {"found": names}, cause=event)
        self._unknown = [one for one in self._unknown if one not in found]
        for one in found:
            one.call(event)
        return True
