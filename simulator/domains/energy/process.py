"""The grid on the clock: when to solve again, and what a fault, a switching or the time of day changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.city.power_file import read_power_file
from simulator.contracts.event import EventCode, Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.ticks import to_ticks
from simulator.coupling.catalogue import DEVICES
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.energy import events
from simulator.domains.energy.areas import Areas
from simulator.domains.energy.build import build_grid
from simulator.domains.energy.carrying import Carried, Island, solve_carried
from simulator.domains.energy.catalogue import COLD_SPELL, DOMAIN, HEAT_SPELL, OUTDOOR_C, POWER_N_1
from simulator.domains.energy.contingency import Contingencies, secure_share
from simulator.domains.energy.demand import Demand
from simulator.domains.energy.engine import Solver, load_dataset
from simulator.domains.energy.limits import Limits
from simulator.domains.energy.model import Ints, named
from simulator.domains.energy.pickup import RETURN_S
from simulator.domains.energy.profile import STEP_S, sun_factor
from simulator.domains.energy.readout import Readout, capacities, register_meters, ways
from simulator.domains.energy.resupply import Resupply
from simulator.domains.energy.state import BREAKING, SHORTS, GridState
from simulator.domains.energy.trips import Trips
from simulator.domains.energy.weather import ordinary_c

HANDLED = (*BREAKING, "switch-stuck", "pv-loss", "battery-loss", "plant-out")


SECURITY_S = 3600.0
"""N-1 is looked at after every switching and fault, and this often as the load goes on (assumption: hourly)."""
LOCATE_S = 1800.0
"""Work of a crew to find what is broken along a feeder and to open all its ends (assumption: with the drive within the
hour that the press names for crews of Vattenfall Hamburg, 2013)."""


class EnergyDomain:
    """The running grid with its n-1. `solver.skipped` counts power flows that an unchanged grid saved."""

    name = "energy"

    def __init__(self, runtime: Runtime) -> None:
        city = runtime.city
        if city.power_file is None:
            raise ValueError("this city has no power file")
        file = read_power_file(city.power_file)
        data = load_dataset(file.dataset)
        grid = build_grid(file, data, city)
        self.runtime = runtime
        self.state = GridState(grid)
        self.solver = Solver(grid, data, file.frequency_hz)
        runtime.crews.provide_capacity(capacities(grid, data))
        runtime.networks.provide(ways(grid))
        peak = self.solver.what_if(self.state.inputs())
        limits = Limits(self.state, self.solver, peak)
        self.resupply = Resupply(runtime, self.state, limits, self._mark)
        self.readout = Readout(runtime, self.state)
        register_meters(runtime, self.readout, self.state.grid.bus_at)
        self.areas = Areas(runtime, self.state, self._mark)
        self.trips = Trips(runtime, self.state, self.solver, limits.top, self.resupply.shed_event, self._switched)
        branches = (city.components[name] for name in grid.branch_ids if name in city.components)
        doubled = frozenset(one.id for one in branches if float(one.parameters.get(DEVICES, 1.0)) > 1)
        self.contingencies = Contingencies(self.state, self.solver, limits, self.resupply.detour, doubled)
        self._secure = [level.id for level in city.levels_of(DOMAIN) if level.measure == POWER_N_1]
        self._demand = Demand(city, grid)
        self._spells: dict[tuple[str, str], float] = {}
        sites = tuple(site.id for site in grid.sites)
        runtime.quantities.register(Quantity(OUTDOOR_C, "°C", sites, lambda: np.full(len(sites), self.outdoor_c())))
        self._waiting = False
        self._causes: list[int | None] = []
        self._cleared: int | None = None
        self._battery_serial = 0
        for fault in HANDLED:
            runtime.faults.handle(fault, self._on_fault)
        for spell in (COLD_SPELL, HEAT_SPELL):
            runtime.faults.handle(spell.name, self._on_weather)
        self._time_goes_on()
        self._solve(None)
        self._judge_security(None)
        self._next_step()

    @property
    def solves(self) -> int:
        return self.solver.solves

    def close(self) -> None:
        """Nothing to give back: the model goes with its last reference."""

    # what makes it solve again

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        known = (target, fault) in self.state.outages
        if known and active:
            return
        self.state.set_fault(target, fault, event if active else None)
        if active and fault in ("line-trip", "protection-fails"):
            self._ask_protection(target)
        if active and fault in SHORTS:
            self._locate(target, fault, event)
        if active and fault == "feeder-out":
            self._isolate(target, fault, event, lambda: self.state.outages.get((target, fault)) == event)
        if not active:
            self._cleared = event
        self._mark(event)

    def _on_weather(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """The weather of a town is one, whatever part of it a scenario names."""
        self._spells.pop((target, fault), None)
        if active:
            most = min if fault == COLD_SPELL.name else max
            self._spells[target, fault] = most(one.number("outdoor_c") for one in active)
        self._time_goes_on()
        self._mark(event)

    def outdoor_c(self) -> float:
        """As on an ordinary day of the year, or as the coldest or the hottest spell has it, whichever is farther."""
        ordinary = ordinary_c(self.runtime.clock.datetime())
        return max((ordinary, *self._spells.values()), key=lambda value: abs(value - ordinary))

    def _locate(self, target: str, fault: str, event: int) -> None:
        """The breaker of the feeder has tripped: the short circuit is isolated, and what lies beyond is fed over open
        ring points."""
        state, key = self.state, (target, fault)
        if key not in state.tripped:
            return
        head = state.tripped[key]
        out = state.feeder(int(state.grid.end_branch[head]))
        tripped = self.runtime.log.add(events.FEEDER_TRIPPED, target, cause=event, value=float(out.sum()))

        def still() -> bool:
            return key in state.tripped and state.outages.get(key) == event

        self._isolate(target, fault, tripped, still, (int(state.grid.end_bus[head]), events.FEEDER_BACK))

    def _isolate(
        self,
        target: str,
        fault: str,
        cause: int,
        still: Callable[[], bool],
        breaker: tuple[int, EventCode] | None = None,
    ) -> None:
        """A crew finds what is broken and opens it at all ends; nothing more is done once it is not `still` so.

        The `breaker` that ended the fault, at a bus, is then closed again, which the log says by its code. Without one
        what was open at the broken thing itself stays open.
        """
        log, state = self.runtime.log, self.state

        def back(because: int) -> None:
            if still() and breaker is not None:
                waits = state.held_open(target, fault)
                state.isolated(target, fault)
                self._mark(because if waits else log.add(breaker[1], target, cause=because))

        def isolated(because: int) -> None:
            if not still():
                return
            found = log.add(events.ISOLATED, target, cause=because)
            self.resupply.told(target)
            if breaker is not None and not state.held_open(target, fault):
                self.resupply.switch_head(breaker[0], found, back)
            else:
                state.isolated(target, fault)
                self._mark(found)

        def call(because: int | None) -> None:
            self.runtime.crews.dispatch(events.LOCATING, target, LOCATE_S, because, isolated)

        self.runtime.noticed.once(target, self._around(target), cause, call, still)

    def _around(self, target: str) -> frozenset[str]:
        """Districts in which a fault is found: where it is, and where its ends are."""
        grid, city = self.state.grid, self.runtime.city
        names = [target]
        if (branch := grid.branch_at.get(target)) is not None:
            names += [grid.bus_ids[bus] for bus in grid.end_bus[grid.ends_of(branch)].tolist()]
        return frozenset(city.components[name].district for name in names if name in city.components)

    def _ask_protection(self, line: str) -> None:
        """Say it where the protection of a line is called and does not trip: what follows is put down to that.

        As after a short circuit that its own breaker ended, the line is isolated; then the breaker that tripped in its
        place is closed again, and only what hangs on the line alone stays dark.
        """
        zone, outages = self.state.zone(line, "protection-fails"), self.state.outages
        if zone is None or (line, "protection-fails") not in outages:
            return
        log = self.runtime.log
        log.add(events.PROTECTION_CALLED, line, cause=outages[line, "line-trip"])
        cause = outages[line, "protection-fails"]
        event = log.add(events.PROTECTION_FAILS, line, cause=cause, value=float(zone.sum()))
        self.state.set_fault(line, "protection-fails", event)
        upstream = self.state.fed_from(self.state.grid.branch_at[line])
        if not zone.any() or not len(upstream):
            return

        def still() -> bool:
            return outages.get((line, "protection-fails")) == event and (line, "line-trip") in outages

        self._isolate(line, "protection-fails", event, still, (int(upstream[0]), events.UPSTREAM_BACK))

    def _mark(self, cause: int | None) -> None:
        """Something changed: solve once at this instant, after everything else that changes now."""
        if not self._waiting:
            self._waiting, self._causes = True, []
            self.runtime.clock.soon("energy", self._react)
        self._causes.append(cause)

    def _switched(self, event: int) -> None:
        """Protection opened something, or it was closed again."""
        if self.runtime.log.events[event].code == events.RECLOSED.name:
            self._cleared = event
        self._mark(event)

    def _react(self) -> None:
        self._waiting = False
        if self._cleared is not None:
            self.resupply.restore(self._cleared)
            self._cleared = None
        cause = self.runtime.log.together(self._causes)
        self._solve(cause)
        self._judge_security(cause)
        self.resupply.plan(cause)

    def _judge_security(self, cause: int | None) -> None:
        """Record how many single losses the grid bears as it is switched now; only where a level asks for it."""
        if self._secure:
            share = secure_share(self.contingencies.run())
            for level in self._secure:
                self.runtime.levels.record(level, share, cause)

    def _next_step(self) -> None:
        clock = self.runtime.clock
        rest = STEP_S - clock.time_of_day_s() % STEP_S
        if clock.now + to_ticks(rest) <= clock.end:
            clock.after(rest, "energy", self._step)

    def _step(self) -> None:
        self._time_goes_on()
        cause = (
            self.runtime.log.together(self._causes) if self._waiting else None
        )  # a fault at this very instant is solved here already
        self._solve(cause)
        if self.resupply.regions:
            self.resupply.review()
            self._solve(cause)
        self.trips.close()
        if self.runtime.clock.time_of_day_s() % SECURITY_S == 0:
            self._judge_security(cause)
        self.resupply.plan(None)
        self._next_step()

    def _time_goes_on(self) -> None:
        now = self.runtime.clock.datetime()
        self.state.load_factor = self._demand.factor(now, self.outdoor_c())
        self.state.sun = sun_factor(self.runtime.city.latitude_deg, now)

    # solving

    def _solve(self, cause: int | None) -> None:
        state, supply, tick = self.state, self.runtime.supply, self.runtime.clock.now
        grid = state.grid
        state.returning.advance(tick)
        state.draw_w = np.array([supply.demand_w(grid.bus_ids[i]) for i in grid.draw_bus.tolist()], dtype=np.float64)
        for battery in state.batteries:
            battery.advance(tick)
            battery.may_charge = not self.resupply.regions
        if self.readout.up is not None:
            self.areas.before(self.readout.up, cause, self.resupply.shed_event)
        self._wake_for_black_start(tick)
        carried = solve_carried(state, self.solver, lambda island, buses: self._on_shed(island, buses, cause))
        solution, inputs = carried.solution, carried.inputs
        cause = self._batteries(carried, cause)
        for i, battery in enumerate(state.batteries):
            given = float(solution.source_w[battery.site.source]) if inputs.source_on[battery.site.source] else 0.0
            battery.power_w = given - float(inputs.charge_w[i])
        up = self.readout.publish(solution, inputs, self.resupply.shed_event, cause)
        self.areas.after(up, cause)
        live = self.readout.energised > 0
        self.trips.look(solution, live, inputs.plant_on, cause)
        if state.returning.note(tick, up, live & ~state.low):
            for after_s in range(60, int(RETURN_S) + 1, 60):
                due = tick + to_ticks(after_s)
                if due <= self.runtime.clock.end:
                    self.runtime.clock.at(due, "inverters", lambda: self._mark(None))
        state.returning.advance(tick)  # for what is tried on copies: what went dark now comes back without inverters
        self._wake_for_batteries()

    def _wake_for_black_start(self, tick: int) -> None:
        """Batteries that have lost every infeed build up their island first."""
        live = self.state.parts().live if self.state.batteries else None
        for battery in self.state.batteries:
            alone = live is not None and not live[battery.site.bus]
            due = battery.look_for_infeed(alone, tick)
            if due is not None and due <= self.runtime.clock.end:
                self.runtime.clock.at(due, battery.site.id, lambda: self._mark(None))

    def _on_shed(self, island: Island, buses: Ints, cause: int | None) -> None:
        shed: dict[str, Value] = {"rated_kw": island.rated_w / 1e3, "buses": named(self.state.grid, buses)}
        subject = island.batteries[0].site.id
        because = self.state.why(island.buses, cause, self.runtime.log)
        event = self.runtime.log.add(events.ISLAND_SHEDS, subject, shed, cause=because, value=float(len(buses)))
        self.resupply.shed_event.update((int(bus), event) for bus in buses)

    def _batteries(self, carried: Carried, cause: int | None) -> int | None:
        """Log batteries that begin or end to carry an island; returns the cause of what follows."""
        islands = {battery.site.id: island for island in carried.islands for battery in island.batteries}
        for battery in self.state.batteries:
            island = islands.get(battery.site.id)
            mode = "island" if island is not None else "empty" if battery.empty else "standby"
            if mode == battery.mode:
                continue
            if island is not None:
                why = events.BATTERY_CARRIES
                because = self.state.why(island.buses, cause, self.runtime.log)
            else:
                why = events.BATTERY_EMPTY if mode == "empty" else events.BATTERY_RELEASED
                why = events.BATTERY_CHARGED if battery.mode == "empty" else why
                because = battery.event if cause is None else cause
            battery.event = self.runtime.mode(battery.site.id, battery.mode, mode, why, None, because)
            battery.mode = mode
            cause = battery.event if cause is None else cause
        return cause

    def _wake_for_batteries(self) -> None:
        """Come back when the first battery will be empty or full."""
        self._battery_serial += 1
        serial, clock = self._battery_serial, self.runtime.clock
        times = [battery.change_in_s(battery.mode == "island") for battery in self.state.batteries]
        due = min((seconds for seconds in times if seconds is not None and seconds > 0), default=None)
        if due is None or clock.now + to_ticks(due) > clock.end:
            return

        def come_back() -> None:
            if serial == self._battery_serial:
                self._mark(None)

        clock.at(clock.now + max(1, to_ticks(due)), "battery", come_back)
