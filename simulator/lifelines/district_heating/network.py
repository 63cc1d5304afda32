"""Who gets how much heat now, and when that changes next.

Plants and stores give heat to pump stations, these to homes, all over links of the kind `heat`. The water in the pipes
carries as much as is asked for: pipes have no limit and lose nothing (assumption: the plant's rating covers losses).
Where plants and stores give less than all homes ask for, each gets the same share. Between two changes heat is
constant, so every state in between is a closed form (`model`); the store is charged with what plants have to spare.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.contracts.component import Component
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling.runtime import Runtime
from simulator.lifelines.district_heating.catalogue import COLD_SPELL, HEAT, HOMES, PLANT, PUMPS, STORE
from simulator.lifelines.district_heating.events import STORE_CALLED, STORE_EMPTY
from simulator.lifelines.district_heating.model import Building

AT_ONCE_C = 1e-6
"""Two temperatures that differ by less than this are the same: a tick of the clock moves a room by 1e-7 °C at most."""
FULL_J = 1.0
"""A store that lacks less than this is full, one that holds less is empty."""
STEP_S = 900.0
"""How often rooms that cool or warm up are recorded."""


@dataclass(slots=True)
class Homes:
    """The homes of one component: their state since the last change."""

    component: Component
    building: Building
    room_c: float
    heat_w: float = 0.0
    outdoor_c: float = 0.0
    from_store: bool = False
    reached: bool = True


class HeatNetwork:
    """All heating networks of a city. Ask it at a time that is not before the last one.

    `advance` brings every state to now and deals out the heat anew; it is called whenever something changed, and at
    `wake`, the tick of the next change that comes by itself.
    """

    def __init__(self, runtime: Runtime) -> None:
        city = runtime.city
        self._runtime, self._supply = runtime, runtime.supply
        self._plants = {c.id: c.number("rated_w") for c in city.of_kind(PLANT)}
        self._pumps = tuple(c.id for c in city.of_kind(PUMPS))
        self._stores = {c.id: c for c in city.of_kind(STORE)}
        self.stored_j = {name: c.number("initial_share") * c.number("energy_j") for name, c in self._stores.items()}
        self._store_w = dict.fromkeys(self._stores, 0.0)
        self._called = dict.fromkeys(self._stores, False)
        self.homes = {c.id: _homes(c) for c in city.of_kind(HOMES)}
        self._since = runtime.clock.now
        self.wake: int | None = None
        for kind in (PLANT, PUMPS):
            for component in city.of_kind(kind):
                runtime.supply.draw(component.id, component.number("electric_w"))

    def watched(self) -> tuple[str, ...]:
        """Components and links whose change may change who gets heat."""
        links = (link.id for link in self._runtime.city.links_of_kind(HEAT))
        return (*self._plants, *self._pumps, *self._stores, *links)

    def room_c(self, homes: str) -> float:
        """The room temperature now, in °C."""
        return self._room_c(self.homes[homes], to_s(self._runtime.clock.now - self._since))

    def stored_now_j(self, store: str) -> float:
        """The heat in a store now, in J."""
        passed = to_s(self._runtime.clock.now - self._since)
        full = self._stores[store].number("energy_j")
        return min(full, max(0.0, self.stored_j[store] - self._store_w[store] * passed))

    def left_s(self) -> float:
        """How long the stores last at what they give now, in s."""
        gives = sum(max(0.0, watts) for watts in self._store_w.values())
        return math.inf if gives <= 0 else sum(self.stored_now_j(name) for name in self._stores) / gives

    def advance(self, cause: int | None) -> None:
        """Bring everything to now and deal out the heat anew, because of this event."""
        now = self._runtime.clock.now
        passed = to_s(now - self._since)
        for one in self.homes.values():
            one.room_c = self._settled(one, self._room_c(one, passed))
        self.stored_j = {name: self.stored_now_j(name) for name in self._stores}
        self._since = now
        for name, stored in self.stored_j.items():
            if self._called[name] and stored <= FULL_J:
                self._called[name] = False
                cause = self._runtime.log.add(STORE_EMPTY, name, cause=cause)
        self._deal(cause)
        self.wake = self._next(now)

    def _room_c(self, one: Homes, passed_s: float) -> float:
        return one.building.after_c(one.room_c, one.heat_w, one.outdoor_c, passed_s)

    def _settled(self, one: Homes, room_c: float) -> float:
        return one.building.set_c if abs(room_c - one.building.set_c) < AT_ONCE_C else room_c

    def _deal(self, cause: int | None) -> None:
        """Give every home its share of what the sources of its pump stations have."""
        supply = self._supply
        sources = {pumps: self._sources(pumps) for pumps in self._pumps}
        for pumps in self._pumps:
            warm = any(name in self._plants or self.stored_j[name] > FULL_J for name in sources[pumps])
            supply.offer(pumps, HEAT, supply.works(pumps) and warm, cause)
        for one in self.homes.values():
            spells = self._runtime.faults.active(one.component.id, COLD_SPELL.name)
            usual = one.component.number("outdoor_c")
            one.outdoor_c = min((usual, *(spell.number("outdoor_c") for spell in spells)))
            one.heat_w, one.from_store, one.reached = 0.0, False, False
        self._store_w = dict.fromkeys(self._stores, 0.0)
        for homes, feeding in self._groups(sources):
            self._share_out(homes, feeding, cause)

    def _sources(self, pumps: str) -> frozenset[str]:
        """The plants and stores that work, as far as their pipes lead to a pump station."""
        return frozenset(link.source for link in self._supply.live_links(pumps, HEAT))

    def _groups(self, sources: dict[str, frozenset[str]]) -> list[tuple[list[Homes], frozenset[str]]]:
        """Homes that share sources, with these: what two pump stations both draw on, they draw on together."""
        groups: list[tuple[list[Homes], frozenset[str]]] = []
        for one in self.homes.values():
            live = self._supply.live_links(one.component.id, HEAT)
            feeding: frozenset[str] = frozenset().union(*(sources.get(link.source, frozenset()) for link in live))
            if not feeding:
                continue
            one.reached = True
            members = [one]
            apart = []
            for others, of in groups:
                if of & feeding:
                    members, feeding = others + members, feeding | of
                else:
                    apart.append((others, of))
            groups = [*apart, (members, feeding)]
        return groups

    def _share_out(self, homes: Sequence[Homes], feeding: frozenset[str], cause: int | None) -> None:
        asked = {one.component.id: one.building.asked_w(one.room_c, one.outdoor_c) for one in homes}
        needed = sum(asked.values())
        plants_w = sum(self._plants[name] for name in sorted(feeding) if name in self._plants)
        missing = needed - plants_w
        stores = [name for name in sorted(feeding) if name in self._stores]
        for name in stores:
            rated, held = self._stores[name].number("rated_w"), self.stored_j[name]
            room_j = self._stores[name].number("energy_j") - held
            gives = min(rated, missing) if missing > 0 and held > FULL_J else 0.0
            takes = min(rated, -missing) if missing < 0 and room_j > FULL_J else 0.0
            self._store_w[name] = gives - takes
            missing += takes - gives
            if gives > 0 and not self._called[name]:
                self._called[name] = True
                self._runtime.log.add(STORE_CALLED, name, {"share": gives / needed}, cause=cause)
            elif gives <= 0:
                self._called[name] = False
        has_w = plants_w + sum(max(0.0, self._store_w[name]) for name in stores)
        share = 1.0 if needed <= 0 else min(1.0, has_w / needed)
        for one in homes:
            one.heat_w = asked[one.component.id] * share
            one.from_store = plants_w < needed and any(self._store_w[name] > 0 for name in stores)

    def _next(self, now: int) -> int | None:
        """The tick of the next change that comes by itself."""
        seconds = [math.inf]
        for name, watts in self._store_w.items():
            if watts > 0:
                seconds.append(self.stored_j[name] / watts)
            elif watts < 0:
                seconds.append((self._stores[name].number("energy_j") - self.stored_j[name]) / -watts)
        for one in self.homes.values():
            building, room_c = one.building, one.room_c
            if abs(building.goal_c(one.heat_w, one.outdoor_c) - room_c) < AT_ONCE_C:
                continue
            least_c = one.component.number("least_c")
            for mark in (building.set_c, least_c, least_c - 2 * AT_ONCE_C):
                if room_c != mark:
                    seconds.append(building.until_s(room_c, one.heat_w, one.outdoor_c, mark))
            seconds.append(STEP_S)
        soonest = min(seconds)
        return None if math.isinf(soonest) else now + max(1, to_ticks(soonest))


def _homes(component: Component) -> Homes:
    building = Building.designed(
        component.number("peak_w"), component.number("tau_s"), component.number("set_c"), component.number("design_c")
    )
    return Homes(component, building, building.set_c)
