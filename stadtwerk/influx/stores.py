"""Forecasts of depletion, and supply against demand by district."""

from __future__ import annotations

from collections.abc import Mapping

from gateways.stores.influx.lines import Value
from simulator.contracts.catalogue import Balance
from simulator.contracts.component import Domain
from simulator.contracts.event import Event, EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.measurements import BALANCE, HOURS_SHOWN, STORE
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out


class Stores:
    """Follows samples. What an hour takes is taken from the fall since the last look; what fuel lasts is known."""

    def __init__(self, places: Places, out: Out) -> None:
        self._places, self._out, self._city = places, out, places.city
        self._amount: dict[tuple[str, str], float] = {}
        self._before: dict[tuple[str, str], float] = {}
        self._sums: dict[tuple[str, str], float] = {}
        self._most: dict[tuple[Domain, str], float] = {}
        self._asked: dict[tuple[Domain, str], float] = {}
        self._looked: int | None = None
        found = registry()
        self._kinds = found.stores
        self._autonomy = {kind: link.autonomy for kind, link in found.links.items() if link.autonomy in self._kinds}
        pages = found.pages.items()
        self._balances = {domain: page.balance for domain, page in pages if page.balance is not None}
        self._hours: dict[str, dict[str, float]] = {one.hours: {} for one in self._kinds.values() if one.hours}
        self._counted: dict[str, dict[str, float]] = {b.counted: {} for b in self._balances.values() if b.counted}
        summed = (b for b in self._balances.values() if b.supplied)
        self._summed = frozenset(q for b in summed for q in (b.supplied, b.asked, b.share, b.stored, b.local) if q)

    def gauge(self, subject: str, quantity: str, value: float) -> None:
        if quantity in self._kinds:
            self._amount[subject, quantity] = value
        elif quantity in self._hours:
            self._hours[quantity][subject] = value
        elif quantity in self._counted:
            self._counted[quantity][subject] = value
        elif quantity in self._summed and subject in self._city.districts:
            self._sums[subject, quantity] = value

    def event(self, event: Event) -> None:
        """Autonomy begins to be used, or is used up: known at once, not at the next sample."""
        if event.subject not in self._city.components:
            return
        via = self._city.links.get(event.via or "")
        if event.kind is EventKind.SUPPLY_LOST and event.value and via is not None:
            quantity = self._autonomy.get(via.kind)
            if quantity is not None:
                self._write(event.subject, quantity, event.value, event.at, True)
        elif event.kind is EventKind.AUTONOMY_USED:
            quantity = self._autonomy.get(LinkKind(str(event.params["link_kind"])))
            if quantity is not None:
                self._write(event.subject, quantity, 0.0, event.at, True)

    def slow_beat(self, tick: int) -> None:
        """Write all stores and balances."""
        passed_h = 0.0 if self._looked is None else to_s(tick - self._looked) / 3600.0
        self._looked = tick
        for (subject, quantity), amount in self._amount.items():
            fall = self._before.get((subject, quantity), amount) - amount
            self._write(subject, quantity, amount, tick, fall > 0, fall / passed_h if passed_h else 0.0)
        self._before = dict(self._amount)
        for domain, balance in self._balances.items():
            if balance.counted:
                self._count(domain, self._counted[balance.counted], tick)
            else:
                for district in self._city.districts:
                    self._balance(domain, balance, district, tick)

    def _write(
        self, subject: str, quantity: str, amount: float, tick: int, draining: bool, per_hour: float = 0.0
    ) -> None:
        kind = self._kinds[quantity]
        hours = HOURS_SHOWN
        if kind.per_hour:
            hours = amount / kind.per_hour
        elif kind.hours:
            hours = self._hours[kind.hours].get(subject, HOURS_SHOWN)
        elif draining and per_hour > 0:
            hours = amount / per_hour
        label = self._places.label(subject)
        fields: dict[str, Value] = {
            "hours_left": min(HOURS_SHOWN, hours),
            "amount": amount,
            "draining": int(draining),
            "unit": kind.unit,
            "label_de": label.de,
            "label_en": label.en,
        }
        self._out.add(STORE, {**self._places.tags(subject), "kind": kind.name}, fields, tick)

    def _balance(self, domain: Domain, balance: Balance, district: str, tick: int) -> None:
        def has(quantity: str) -> float | None:
            return self._sums.get((district, quantity)) if quantity else None

        supplied, share, key = has(balance.supplied), has(balance.share), (domain, district)
        if supplied is None or any(has(quantity) is None for quantity in balance.needs):
            return
        if balance.share:
            if share is None:
                return
            if share > 0:
                self._asked[key] = supplied / share
            asked = self._asked.get(key, supplied)
        elif balance.asked:
            wanted = has(balance.asked)
            if wanted is None:
                return
            asked, share = wanted, supplied / wanted if wanted > 0 else 1.0
        else:
            # Roads are empty when a run begins, so the most so far is what there is without a hindrance.
            asked = self._most[key] = max(supplied, self._most.get(key, 0.0))
            share = supplied / asked if asked else 1.0
        self._add(domain, district, tick, supplied, asked, share, has(balance.stored), has(balance.local))

    def _count(self, domain: Domain, known: Mapping[str, float], tick: int) -> None:
        """How many of the components of each district are above zero, of all that there are."""
        found: dict[str, list[float]] = {}
        for component, value in known.items():
            found.setdefault(self._city.components[component].district, []).append(value)
        for district, values in found.items():
            there, asked = float(sum(value > 0 for value in values)), float(len(values))
            self._add(domain, district, tick, there, asked, there / asked)

    def _add(
        self,
        domain: Domain,
        district: str,
        tick: int,
        supplied: float,
        asked: float,
        share: float,
        stored: float | None = None,
        local: float | None = None,
    ) -> None:
        fields = {"supplied": supplied, "asked": asked, "share": share, "stored": stored, "local": local}
        self._out.add(BALANCE, {"district": self._places.district(district), "domain": domain.value}, fields, tick)
