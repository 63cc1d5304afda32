"""The water domain on the clock: solves when a period is over or something changed, and tells the town."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from simulator.contracts.component import Component
from simulator.contracts.fault import ActiveFault
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.ticks import TICKS_PER_S, to_ticks
from simulator.contracts.words import Words
from simulator.coupling.catalogue import LOSS_OF_VIEW
from simulator.coupling.runtime import Runtime, Standing
from simulator.domains.ict.catalogue import CONTROL, FALSE_DATA
from simulator.domains.water import events
from simulator.domains.water.catalogue import (
    BURST,
    COMMAND_FAULTS,
    COMMANDS_REPLAYED,
    PEAK_DEMAND,
    PIPE,
    PLACE,
    PRESSURES,
    STEP,
    VOLUME,
    WATER,
)
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.domains.water.changes import BLIND, CONTROL_LOST, FORGED, ORDERED, Change, Changes
from simulator.domains.water.commands import Commands, Falsified
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.fire import FireWater
from simulator.domains.water.holes import Place
from simulator.domains.water.hours import read_hours
from simulator.domains.water.measures import Measures, capacities, peaking, ways
from simulator.domains.water.notices import CONTAMINATIONS, Notices
from simulator.domains.water.surveillance import Surveillance

_ = Words("simulator.domains.water")

OFFER_SHARE = 0.5
"""A junction feeds its water links while at least this share of a demand there is delivered (assumption), may be drunk,
and no notice is in force there: whoever is told shuts the inlet and lives on the house's own tank. Water that is bad
before anybody knows is no supply either (assumption, harsh: the tank is taken to be used from then on)."""
QUIET_S = 3600.0
"""A pump that its own controls switch more often than this is logged once in that time (assumption)."""
REFILLED_SHARE = 0.05
"""A tank that was empty is called so no longer above this share of its usable volume (assumption)."""

_SAID = {CONTROL_LOST: events.HELD_LINK_DOWN, BLIND: events.HELD_BLIND, FORGED: events.FORGED}


class WaterProcess:
    """What `start` returns. Changes are collected and made at the next whole second, in one solve."""

    name = "water"

    def __init__(self, runtime: Runtime, water_age: bool) -> None:
        self._rt, self._clock = runtime, runtime.clock
        city = runtime.city
        if city.water_file is None:
            raise BadInput([_no_file(runtime)])
        factors = {tank.network_id: float(tank.parameters.get(VOLUME, 1.0)) for tank in city.of_kind("tank")}
        given = city.settings.get(WATER_DOMAIN.value, {})
        self._period_s = float(round(city.setting(WATER_DOMAIN, STEP)))
        begins_s = self._clock.time_of_day_s(self._clock.begin)
        self._engine = WaterEngine(
            city.water_file,
            begins_s,
            water_age=water_age,
            pressures={name: value for name, value in given.items() if name in PRESSURES},
            step_s=int(self._period_s),
            initial=read_hours(city.water_hours).at(begins_s) if city.water_hours else None,
            larger={tank: factor for tank, factor in factors.items() if factor != 1.0},
            holes=sorted(_holes(runtime)),
        )
        self._network, self._overrides = self._engine.network, self._engine.overrides
        self._where = self._located()
        self._switched = tuple((c, self._where[c.id]) for c in city.of_kind("pump", "valve"))
        row = {int(link): i for i, link in enumerate(self._network.pumps)}
        self._pumps = tuple((c.id, link, row[link]) for c, link in self._switched if c.kind == "pump")
        self._pump_links = np.array([link for _, link, _ in self._pumps], dtype=np.int64)
        self._feeders = tuple(
            (c.id, self._where[c.id]) for c in city.of_kind("junction") if city.links_out_of(c.id, WATER)
        )
        self._commands, self._falsified = Commands(runtime, self._overrides), Falsified(runtime)
        self._measures = Measures(runtime, self._engine, self._where, self._commands.devices, self._falsified)
        self._changes = Changes(runtime, self._engine, self._where, self._commands, self._falsified)
        kinds = {name: city.components[name].kind for name in self._where}
        runtime.crews.provide_capacity(capacities(self._network, kinds, self._where))
        runtime.networks.provide(ways(self._network, kinds, self._where))
        self._dirty: dict[str, list[int | None]] = {}
        self._standing = Standing(runtime)
        runtime.behind[WATER_DOMAIN] = lambda: self._standing.together(self._cause)
        self._pending = False
        self._cause: int | None = None
        self._logged: dict[str, int] = {}
        self._was_open = self._engine.link_open.tolist()
        self._unbalanced, self._loose, self._busy = False, 0, False
        self._empty: dict[str, int] = {}
        self._notices, self._traced = Notices(runtime), False
        Surveillance(runtime, self._engine, self._where, self._notices)
        self._fire = FireWater(runtime, self._engine, self._where)
        for fault in ("burst", "isolated", "valve-stuck", "tank-drained", "source-lost", *CONTAMINATIONS):
            runtime.faults.handle(fault, self._on_fault)
        runtime.faults.handle(LOSS_OF_VIEW.name, self._on_centre)
        for point in COMMAND_FAULTS:
            runtime.faults.handle(point.name, self._on_command)
        runtime.faults.handle(FALSE_DATA.name, self._on_false_data)
        runtime.faults.handle(PEAK_DEMAND.name, self._on_peak)
        self._demand, self._demand_due = 1.0, False
        self._replays: dict[str, int] = {}
        for pump, link, _ in self._pumps:
            self._commands.note(pump, self._was_open[link])
        for component, _ in self._switched:
            runtime.supply.watch(component.id, self._on_change)
            runtime.orders.listen(component.id, self._on_change)
            self._dirty[component.id] = []
        self.solves = 0
        self._expected = 0
        self._solve(self._plan(), period=True)
        self._clock.process(self._period())

    def close(self) -> None:
        self._fire.close()
        self._engine.close()

    # what happens to the network

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._on_change(target, event)

    def _on_centre(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """Something about a control room concerns the pumps and valves that it commands."""
        switched = {component.id for component, _ in self._switched}
        for link in self._rt.city.links_out_of(target, CONTROL):
            if link.target in switched:
                self._on_change(link.target, event)

    def _on_command(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """Somebody forges commands to a device, or to all pumps that a control room commands, or ends it."""
        if fault == COMMANDS_REPLAYED.name:
            self._replays.pop(target, None)
            if active:
                self._replays[target] = event
        devices = self._commands.devices(target)
        if active and not any(self._rt.supply.live_links(device, CONTROL) for device in devices):
            self._rt.log.add(events.NO_CONTROL_PATH, target, cause=event)
        for device in devices:
            self._on_change(device, event)

    def _on_false_data(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        behind = [name for name in self._falsified.behind(target) if name in self._where]
        acting = sum(self._overrides.acting_on(self._where[name]) for name in behind)
        code = events.READINGS_FALSE if active else events.READINGS_TRUE
        code = code if acting else events.NO_CONTROLS
        event = self._rt.log.add(code, target, cause=event, value=float(acting))
        for name in behind:
            self._on_change(name, event)

    def _on_peak(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """Peaks of several waterworks are multiplied: all of them feed the one network."""
        works, faults = peaking(self._rt.city), self._rt.faults
        peaks = [active for one in works for active in faults.active(one.id, fault)]
        before, self._demand = self._demand, PEAK_DEMAND.together("factor", peaks) if peaks else 1.0
        self._demand_due = self._demand_due or self._demand != before
        self._cause = self._rt.log.add(events.PEAK, target, cause=event, value=self._demand)
        self._standing.note(target, self._cause)
        self._wake()

    def _on_change(self, component: str, cause: int | None) -> None:
        self._dirty.setdefault(component, []).append(cause)
        self._wake()

    def _wake(self) -> None:
        """Solve at the next whole second."""
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
        plan = self._plan()
        if plan or self._demand_due:
            self._solve(plan)

    def _period(self) -> Generator[simpy.Event, Any, None]:
        while True:
            yield self._clock.timeout(self._period_s)
            self._solve(self._plan(), period=True)

    def _plan(self) -> list[tuple[Component, int | None, list[Change]]]:
        """What has to change because of what happened since the last solve. A fault that came and went is nothing."""
        if (self._clock.now - self._clock.begin) % TICKS_PER_S:
            return []
        for target, event in self._replays.items():
            for pump in self._commands.devices(target):
                if pump not in self._dirty:
                    self._dirty[pump] = [event]
        dirty, self._dirty = self._dirty, {}
        components, log = self._rt.city.components, self._rt.log
        found = [(components[name], causes, self._changes.of(components[name])) for name, causes in dirty.items()]
        return [(component, log.together(causes), changes) for component, causes, changes in found if changes]

    def _solve(self, plan: list[tuple[Component, int | None, list[Change]]], period: bool = False) -> None:
        """Live on until now, change what has to change and solve.

        Between two periods EPANET is asked only where something that flows changes: it rounds at each step, so that a
        run in which nothing was changed would drift from its twin.
        """
        engine, now_s = self._engine, (self._clock.now - self._clock.begin) // TICKS_PER_S
        released: list[tuple[str, int, int | None]] = []
        touched = lasting = self._demand_due
        lived_on = False
        if period or touched:
            engine.advance_to(now_s)
        else:
            lived_on = engine.approach(now_s)
        for component, cause, changes in plan:
            forced = [self._overrides.forced(c.where) for c in changes]
            for change in changes:
                if not touched and self._changes.touches(change):
                    touched = True
                    engine.advance_to(now_s)
                self._changes.make(change)
            if self._standing.note(component.id, cause):
                self._cause = cause
            if any(forced) and component.kind in ("pump", "valve") and not self._overrides.forced(changes[0].where):
                released.append((component.id, changes[0].where, cause))
            elif why := next((c.why for c in changes if c.why in _SAID and c.how is not None), None):
                self._rt.log.add(_SAID[why], component.id, cause=cause)
        if self._demand_due:
            engine.set_demand(self._demand)
        if touched:
            self._log_switches()
            self._demand_due = False
            engine.solve()
        elif plan:
            engine.reread()
        for name, link, cause in released:
            is_open = bool(engine.link_open[link])
            code = events.RELEASED_OPEN if is_open else events.RELEASED_SHUT
            self._rt.log.add(code, name, cause=cause, after="on" if is_open else "off")
            if self._was_open[link] != is_open:
                self._was_open[link] = is_open
                self._commands.note(name, is_open)
        self.solves = engine.solves
        if touched and (lasting or any(c.why != ORDERED for _, _, changes in plan for c in changes)):
            self._fire.changed()  # a pump that its room switches is an ordinary day, as with its own controls
        if period or touched or not lived_on:  # else the town would be told before the period is over
            self._tell()

    # what the town gets to know

    def _tell(self) -> None:
        self._standing.together(self._cause)
        self._measures.refresh(self._cause)
        self._log_switches()
        self._log_balance()
        power_w = self._engine.pump_power_w.tolist()
        for pump, _, row in self._pumps:
            self._rt.supply.draw(pump, power_w[row])
        self._fire.look(self._cause)
        if self._engine.traced or self._traced:
            self._traced = self._engine.traced
            self._notices.truth(self._measures.undrinkable_of())
            if not self._traced:
                self._notices.forget()
        shares = self._measures.tank_shares()
        filled = self._measures.tanks_filled()
        if self._empty or not all(filled):
            for tank, share, lets_out in zip(self._measures.tanks, shares, filled, strict=True):
                self._log_empty(tank, share, lets_out)
        for junction, node in self._feeders:
            good = self._measures.share_at(node) >= OFFER_SHARE and self._measures.drinkable_at(node)
            good = good and not self._notices.over(self._rt.city.components[junction].district)
            self._rt.supply.offer(junction, WATER, good, self._cause)
        self._expect()

    def _expect(self) -> None:
        """A tank that will be empty before the period is over is so at its own second, and not at the period's end."""
        self._expected += 1
        passed = (self._clock.now - self._clock.begin) % to_ticks(self._period_s)
        left_s = (to_ticks(self._period_s) - passed) // TICKS_PER_S
        after_s = self._engine.next_empty_s(left_s, self._measures.tank_rows_but(self._empty))
        if after_s is not None:
            number = self._expected
            self._clock.at(self._clock.now + to_ticks(after_s), self.name, lambda: self._come(number))

    def _come(self, number: int) -> None:
        if number == self._expected:  # else something was solved since, and expected anew
            self._solve(self._plan(), period=True)

    def _log_switches(self) -> None:
        """Log what the network's own controls did to pumps; what others did to them is in the log already."""
        running = self._engine.link_open.take(self._pump_links).tolist()
        for (pump, link, _), runs in zip(self._pumps, running, strict=True):
            if runs == self._was_open[link]:
                continue
            self._was_open[link] = runs
            self._commands.note(pump, runs)
            last = self._logged.get(pump)
            quiet = last is not None and self._clock.now - last < to_ticks(QUIET_S)
            if not quiet and not self._overrides.forced(link):
                self._logged[pump] = self._clock.now
                code = events.CONTROLS_START if runs else events.CONTROLS_STOP
                self._rt.log.add(code, pump, after="on" if runs else "off")

    def _log_balance(self) -> None:
        """Say when EPANET found no balanced solution or left pressures open: figures are not to be trusted then."""
        unbalanced = not self._engine.balanced
        if unbalanced and not self._unbalanced:
            self._rt.log.add(events.UNBALANCED, self.name, cause=self._cause)
        elif self._unbalanced and not unbalanced:
            self._rt.log.add(events.BALANCED, self.name)
        self._unbalanced = unbalanced
        loose = self._engine.undetermined
        if loose and not self._loose:
            self._rt.log.add(events.UNDETERMINED, self.name, cause=self._cause, value=float(loose))
        elif self._loose and not loose:
            self._rt.log.add(events.DETERMINED, self.name)
        self._loose = loose
        if self._engine.busy and not self._busy:
            self._busy = True
            self._rt.log.add(events.BUSY, self.name, value=float(self._engine.busy))

    def _log_empty(self, tank: str, share: float, lets_out: bool) -> None:
        if not lets_out and tank not in self._empty:
            self._empty[tank] = self._rt.log.add(events.TANK_EMPTY, tank, cause=self._cause)
        elif share > REFILLED_SHARE and tank in self._empty:
            self._rt.log.add(events.TANK_REFILLS, tank, cause=self._empty.pop(tank))

    def _located(self) -> dict[str, int]:
        """Where each component of the city is in the network: node or link, by its kind."""
        found: dict[str, int] = {}
        problems: list[Problem] = []
        file = str(self._rt.city.water_file)
        for component in self._rt.city.components.values():
            if component.domain != WATER_DOMAIN or not registry().types[component.kind].from_file:
                continue
            index = self._network.find(component.kind, component.network_id or component.id.partition("-")[2])
            if index is None:
                known = (*self._network.nodes, *self._network.links)
                what = _(
                    "has no {kind} {network_id}, which the city names",
                    kind=component.kind,
                    network_id=repr(component.network_id),
                )
                problems.append(Problem(file, 0, component.id, what, suggestion(component.network_id, known)))
            else:
                found[component.id] = index
        if problems:
            self._engine.close()
            raise BadInput(problems)
        return found


def _holes(runtime: Runtime) -> set[Place]:
    """The places along pipes at which this run may see them break."""
    found = set()
    for one in runtime.foreseen:
        pipe = runtime.city.components.get(one.target)
        if one.fault == BURST and pipe is not None and pipe.kind == PIPE:
            point = next(point for point in runtime.faults.declared(pipe.id) if point.name == BURST)
            found.add((pipe.network_id or pipe.id.partition("-")[2], float(point.filled(one.parameters)[PLACE])))
    return found


def _no_file(runtime: Runtime) -> Problem:
    what = _("the city has water components but names no water network")
    return Problem(str(runtime.city.folder or runtime.city.name), 0, "water", what, _("name an EPANET file"))
