"""Forecasts of depletion, and supply against demand by district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateways.stores.influx.lines import Value
from simulator.contracts.component import Domain
from simulator.contracts.event import Event, EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.measurements import BALANCE, HOURS_SHOWN, STORE
from simulator.contracts.ticks import to_s
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of store: its unit, and how many of it an hour of its own autonomy takes (0: by how fast it falls)."""

    name: str
    unit: str
    per_hour: float = 0.0


KINDS_OF_STORE: Mapping[str, _Kind] = MappingProxyType(
    {
        "volume_m3": _Kind("tank", "m3"),
        "charge_j": _Kind("battery", "J"),
        "fuel_l": _Kind("fuel", "l"),
        "power_autonomy_s": _Kind("backup-battery", "s", 3600.0),
        "water_autonomy_s": _Kind("roof-tank", "s", 3600.0),
    }
)
"""By the quantity that is sampled."""

_AUTONOMY = {LinkKind.POWER: "power_autonomy_s", LinkKind.WATER: "water_autonomy_s"}
_SUMMED = frozenset(
    {"demand_m3_s", "water_supply_ratio", "tank_volume_m3", "load_w", "load_asked_w", "pv_w"}
    | {"vehicles", "mean_speed_m_s"}
)


class Stores:
    """Follows samples. What an hour takes is taken from the fall since the last look; what fuel lasts is known."""

    def __init__(self, places: Places, out: Out) -> None:
        self._places, self._out, self._city = places, out, places.city
        self._amount: dict[tuple[str, str], float] = {}
        self._before: dict[tuple[str, str], float] = {}
        self._fuel_hours: dict[str, float] = {}
        self._sums: dict[tuple[str, str], float] = {}
        self._fastest: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._online: dict[str, float] = {}
        self._looked: int | None = None

    def gauge(self, subject: str, quantity: str, value: float) -> None:
        if quantity in KINDS_OF_STORE:
            self._amount[subject, quantity] = value
        elif quantity == "fuel_hours":
            self._fuel_hours[subject] = value
        elif quantity == "online":
            self._online[subject] = value
        elif quantity in _SUMMED and subject in self._city.districts:
            self._sums[subject, quantity] = value

    def event(self, event: Event) -> None:
        """Autonomy begins to be used, or is used up: known at once, not at the next sample."""
        if event.subject not in self._city.components:
            return
        via = self._city.links.get(event.via or "")
        if event.kind is EventKind.SUPPLY_LOST and event.value and via is not None:
            quantity = _AUTONOMY.get(via.kind)
            if quantity is not None:
                self._write(event.subject, quantity, event.value, event.at, True)
        elif event.kind is EventKind.AUTONOMY_USED:
            quantity = _AUTONOMY.get(LinkKind(str(event.params["link_kind"])))
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
        for district in self._city.districts:
            self._balance(district, tick)
        self._gateways(tick)

    def _write(
        self, subject: str, quantity: str, amount: float, tick: int, draining: bool, per_hour: float = 0.0
    ) -> None:
        kind = KINDS_OF_STORE[quantity]
        hours = HOURS_SHOWN
        if kind.per_hour:
            hours = amount / kind.per_hour
        elif kind.name == "fuel":
            hours = self._fuel_hours.get(subject, HOURS_SHOWN)
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

    def _balance(self, district: str, tick: int) -> None:
        def has(quantity: str) -> float | None:
            return self._sums.get((district, quantity))

        delivered, share = has("demand_m3_s"), has("water_supply_ratio")
        if delivered is not None and share is not None:
            if share > 0:
                self._asked[district] = delivered / share
            asked = self._asked.get(district, delivered)
            self._add(Domain.WATER, district, tick, delivered, asked, share, stored=has("tank_volume_m3"))
        drawn, wanted = has("load_w"), has("load_asked_w")
        if drawn is not None and wanted is not None:
            share = drawn / wanted if wanted > 0 else 1.0
            self._add(Domain.ENERGY, district, tick, drawn, wanted, share, local=has("pv_w"))
        speed, vehicles = has("mean_speed_m_s"), has("vehicles")
        if speed is not None and vehicles is not None:
            # Roads are empty when a run begins, so the fastest mean so far is that of free roads.
            free = self._fastest[district] = max(speed, self._fastest.get(district, 0.0))
            self._add(Domain.TRAFFIC, district, tick, speed, free, speed / free if free else 1.0, local=vehicles)

    def _gateways(self, tick: int) -> None:
        """ICT by district: gateways that reach the data centre, of all that there are."""
        found: dict[str, list[float]] = {}
        for gateway, value in self._online.items():
            found.setdefault(self._city.components[gateway].district, []).append(value)
        for district, values in found.items():
            there, asked = float(sum(value > 0 for value in values)), float(len(values))
            self._add(Domain.ICT, district, tick, there, asked, there / asked)

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
