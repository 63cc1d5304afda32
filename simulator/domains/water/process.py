"""The water domain on the clock: solves when a period is over or something changed, and tells the town."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from simulator.contracts.component import Component, Domain
from simulator.contracts.event import EventKind
from simulator.contracts.fault import ActiveFault
from simulator.contracts.link import Fallback, LinkKind
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.ticks import TICKS_PER_S, to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.measures import Measures
from simulator.domains.water.overrides import Force

PERIOD_S = 300.0
"""Time between two solves when nothing changes: EPANET's usual hydraulic step for pressure and tank levels."""
OFFER_SHARE = 0.5
"""A junction feeds its water links while at least this share of a demand there is delivered (assumption)."""
QUIET_S = 3600.0
"""A pump that its own controls switch more often than this is logged once in that time (assumption)."""
EMPTY_SHARE, REFILLED_SHARE = 0.01, 0.05
"""A tank is called empty below the first share of its usable volume, and no longer above the second (assumption)."""

_POWER, _CONTROL = "no power or out of order", "control link down"


class WaterProcess:
    """What `start` returns. Changes are collected and made at the next whole second, in one solve."""

    name = "water"

    def __init__(self, runtime: Runtime, water_age: bool) -> None:
        self._rt, self._clock = runtime, runtime.clock
        city = runtime.city
        if city.water_file is None:
            raise BadInput([_no_file(runtime)])
        self._engine = WaterEngine(
            city.water_file, self._clock.time_of_day_s(self._clock.begin), water_age=water_age, step_s=int(PERIOD_S)
        )
        self._network, self._overrides = self._engine.network, self._engine.overrides
        self._where = self._located()
        self._switched = tuple((c, self._where[c.id]) for c in city.of_kind("pump", "valve"))
        self._pump_power = {int(link): i for i, link in enumerate(self._network.pumps)}
        self._feeders = tuple(
            (c.id, self._where[c.id]) for c in city.of_kind("junction") if city.links_out_of(c.id, LinkKind.WATER)
        )
        self._measures = Measures(runtime, self._engine, self._where)
        self._bursts: dict[int, dict[str, float]] = {}
        self._dirty: dict[str, int | None] = {}
        self._pending = False
        self._cause: int | None = None
        self._logged: dict[str, int] = {}
        self._was_open = self._engine.link_open.copy()
        self._empty: dict[str, int] = {}
        for fault in ("burst", "isolated", "valve-stuck"):
            runtime.faults.handle(fault, self._on_fault)
        for component, _ in self._switched:
            runtime.supply.watch(component.id, self._on_change)
            self._dirty[component.id] = None
        self.solves = 0
        self._solve(at_start=True)
        self._clock.process(self._period())

    def close(self) -> None:
        self._engine.close()

    # what happens to the network

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._on_change(target, event)

    def _on_change(self, component: str, cause: int | None) -> None:
        self._dirty[component] = cause
        if self._pending:
            return
        self._pending = True
        elapsed = self._clock.now - self._clock.begin
        second = self._clock.begin + -(-elapsed // TICKS_PER_S) * TICKS_PER_S
        if second == self._clock.now:
            self._clock.soon(self.name, self._solve_pending)
        else:
            self._clock.at(second, self.name, self._solve_pending)

    def _solve_pending(self) -> None:
        self._pending = False
        self._solve()

    def _period(self) -> Generator[simpy.Event, Any, None]:
        while True:
            yield self._clock.timeout(PERIOD_S)
            self._solve()

    def _solve(self, at_start: bool = False) -> None:
        engine = self._engine
        engine.advance_to((self._clock.now - self._clock.begin) // TICKS_PER_S)
        if self._dirty and (self._clock.now - self._clock.begin) % TICKS_PER_S == 0:
            dirty, self._dirty = self._dirty, {}
            changed = False
            for component, cause in dirty.items():
                if self._change(self._rt.city.components[component], cause):
                    changed = True
                    self._cause = cause if cause is not None else self._cause
            if changed:
                engine.solve()
        self.solves = engine.solves
        self._tell(at_start)

    # one component at a time: what is on it now, against what the engine has

    def _change(self, component: Component, cause: int | None) -> bool:
        faults, where = self._rt.faults, self._where[component.id]
        if component.kind in ("pump", "valve"):
            return self._change_switched(component, where, cause)
        isolated = any(p.name == "isolated" for p in faults.declared(component.id)) and bool(
            faults.active(component.id, "isolated")
        )
        links = (where,) if component.kind == "pipe" else self._network.links_at[where]
        changed = [self._set(link, f"isolated {component.id}", Force.SHUT if isolated else None) for link in links]
        if component.kind in ("junction", "pipe"):
            broken = () if isolated and component.kind == "pipe" else faults.active(component.id, "burst")
            changed.append(self._change_burst(component, where, broken))
        return any(changed)

    def _change_switched(self, component: Component, link: int, cause: int | None) -> bool:
        supply, faults = self._rt.supply, self._rt.faults
        before = self._overrides.forced(link)
        held = not supply.fed(component.id, LinkKind.CONTROL) and any(
            ln.fallback is Fallback.HOLD for ln in self._rt.city.links_into(component.id, LinkKind.CONTROL)
        )
        if component.kind == "pump":
            stop = None if supply.works(component.id) else Force.SHUT
        else:
            held = held or not supply.works(component.id)  # a valve without power stays where it is
            stop = None
            positions = [f.parameters["position"] for f in faults.active(component.id, "valve-stuck")]
            if positions:
                stop = Force.SHUT if "closed" in positions else Force.OPEN
        # the hold comes first, so that what it keeps is the state before the stop
        changed = [
            self._set(link, _CONTROL, Force.HOLD if held else None),
            self._set(link, _POWER, stop),
        ]
        if changed[0] and held:
            what = f"{_CONTROL}: keeps its last set-point, no controls act on it"
            self._rt.log.add(EventKind.SWITCH, component.id, what, cause=cause)
        if before and not self._overrides.forced(link):
            self._rt.log.add(EventKind.SWITCH, component.id, "back under its own controls", cause=cause)
        return any(changed)

    def _set(self, link: int, why: str, how: Force | None) -> bool:
        if self._overrides.how(link, why) is how:
            return False
        if how is None:
            self._overrides.release(link, why)
        else:
            self._overrides.force(link, why, how)
        return True

    def _change_burst(self, component: Component, where: int, broken: tuple[ActiveFault, ...]) -> bool:
        """The hole of a broken pipe is put at its lower end, where the pressure is higher (assumption)."""
        node = where
        if component.kind == "pipe":
            ends = [int(n) for n in self._network.ends[where] if self._network.node_kind[int(n)] == "junction"]
            if not ends:
                if broken:
                    what = "the burst is not modelled: the pipe joins two tanks or sources"
                    self._rt.log.add(EventKind.NOTE, component.id, what)
                return False
            node = min(ends, key=lambda n: float(self._network.elevation_m[n]))
        area = sum(f.number("area_m2") * f.number("discharge_coefficient") for f in broken)
        holes = self._bursts.setdefault(node, {})
        if holes.get(component.id, 0.0) == area:
            return False
        holes[component.id] = area
        self._engine.set_burst(node, sum(holes.values()))
        return True

    # what the town gets to know

    def _tell(self, at_start: bool) -> None:
        self._measures.refresh(self._cause)
        for component, link in self._switched:
            if component.kind == "pump":
                power = float(self._engine.pump_power_w[self._pump_power[link]])
                self._rt.supply.draw(component.id, power)
                if not at_start:
                    self._log_switch(component.id, link)
        self._was_open[:] = self._engine.link_open
        for tank, share in self._measures.tank_shares():
            self._log_empty(tank, share)
        for junction, node in self._feeders:
            share = self._measures.share_at(node)
            self._rt.supply.offer(junction, LinkKind.WATER, share >= OFFER_SHARE, self._cause)

    def _log_switch(self, pump: str, link: int) -> None:
        runs = bool(self._engine.link_open[link])
        if runs == bool(self._was_open[link]) or self._overrides.forced(link):
            return
        last = self._logged.get(pump)
        if last is None or self._clock.now - last >= to_ticks(QUIET_S):
            self._logged[pump] = self._clock.now
            what = "the network's controls start it" if runs else "the network's controls stop it"
            self._rt.log.add(EventKind.SWITCH, pump, what, after="on" if runs else "off")

    def _log_empty(self, tank: str, share: float) -> None:
        if share < EMPTY_SHARE and tank not in self._empty:
            self._empty[tank] = self._rt.log.add(EventKind.NOTE, tank, "the tank is empty", cause=self._cause)
        elif share > REFILLED_SHARE and tank in self._empty:
            self._rt.log.add(EventKind.NOTE, tank, "the tank fills again", cause=self._empty.pop(tank))

    def _located(self) -> dict[str, int]:
        """Where each component of the city is in the network: node or link, by its kind."""
        found: dict[str, int] = {}
        problems: list[Problem] = []
        file = str(self._rt.city.water_file)
        for component in self._rt.city.components.values():
            if component.domain is not Domain.WATER:
                continue
            index = self._network.find(component.kind, component.network_id or component.id.partition("-")[2])
            if index is None:
                known = (*self._network.nodes, *self._network.links)
                what = f"has no {component.kind} {component.network_id!r}, which the city names"
                problems.append(Problem(file, 0, component.id, what, suggestion(component.network_id, known)))
            else:
                found[component.id] = index
        if problems:
            self._engine.close()
            raise BadInput(problems)
        return found


def _no_file(runtime: Runtime) -> Problem:
    what = "the city has water components but names no water network"
    return Problem(str(runtime.city.folder or runtime.city.name), 0, "water", what, "name an EPANET file")
