"""What the grid tells the town: which buses feed, and why not; service levels; quantities for sensors; capacities."""

from __future__ import annotations

import math

import numpy as np

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode, EventKind
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from simulator.coupling.networks import Ways
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.energy import events
from simulator.domains.energy.catalogue import BATTERY_LEFT, BUS, POWER, POWER_SUPPLY, SWITCH_CLOSED
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.energy.engine import Dataset
from simulator.domains.energy.islands import with_one_of
from simulator.domains.energy.model import Bools, Floats, Grid, Inputs, Ints, Solution, named
from simulator.domains.energy.state import GridState

_ = Words("simulator.domains.energy")

METER = "household-meter"


def register_meters(runtime: Runtime, readout: Readout, bus_at: dict[str, int]) -> None:
    """Make `household_w` readable at all meters of the city. Raises `BadInput` for one at a bus that is not there."""
    city = runtime.city
    meters = city.of_kind(METER)
    unknown = [meter for meter in meters if meter.text("bus") not in bus_at]
    if unknown:
        where = str(city.folder or city.name)
        raise BadInput(
            Problem(
                where,
                0,
                f"{m.id}.parameters.bus",
                _("{bus} is no bus of the grid", bus=repr(m.text("bus"))),
                _("name a bus"),
            )
            for m in unknown
        )
    at = np.array([bus_at[meter.text("bus")] for meter in meters], dtype=np.int64)
    share = np.array([meter.number("share") for meter in meters])

    def read() -> Floats:
        return np.asarray(readout.load[at] * share)

    runtime.quantities.register(Quantity("household_w", "W", tuple(meter.id for meter in meters), read))


def capacities(grid: Grid, data: Dataset) -> dict[str, float]:
    """Rated power by component id, in VA: lines, transformers, buses (their load) and substations (their transformers).

    A line's is sqrt(3) times rated voltage times rated current. What the file gives no rating counts as 0.
    """
    volts = {int(row["id"]): float(row["u_rated"]) for row in data["node"]}
    rated: dict[tuple[str, int], float] = {}
    for row in data.get("line", ()):
        rated["line", int(row["id"])] = math.sqrt(3) * volts[int(row["from_node"])] * float(row["i_n"])
    for table, column in (("transformer", "sn"), ("generic_branch", "sn"), ("three_winding_transformer", "sn_1")):
        for row in data.get(table, ()):
            rated[table, int(row["id"])] = float(row[column])
    of_branch = [
        rated.get((table, int(pgm)), 0.0)
        for table, pgm in zip(grid.branch_table, grid.branch_pgm.tolist(), strict=True)
    ]
    found = {name: value for name, value in zip(grid.branch_ids, of_branch, strict=True) if name}
    found |= dict(zip(grid.bus_ids, grid.bus_rated_w.tolist(), strict=True))
    found |= {site.id: sum(of_branch[branch] for branch in site.branches) for site in grid.sites}
    return {name: value if np.isfinite(value) else 0.0 for name, value in found.items()}


def ways(grid: Grid) -> Ways:
    """What joins what; a transformer of three windings counts by two of them."""
    ends: dict[int, list[int]] = {}
    for branch, bus in zip(grid.end_branch.tolist(), grid.end_bus.tolist(), strict=True):
        ends.setdefault(branch, []).append(bus)
    edges = {name: (ends[i][0], ends[i][1]) for i, name in enumerate(grid.branch_ids) if name and len(ends[i]) > 1}
    return Ways(dict(grid.bus_at), edges)


def _business(substation: Component | None) -> float:
    """Share of a local substation's load behind which nobody lives."""
    return 0.0 if substation is None or substation.kind != BUS else substation.number("business_share")


class Readout:
    """Publishes each solved state: offers of power, events, levels, quantities.

    People live where households' load is: of those to whom a level is owed each local substation has its share.
    """

    def __init__(self, runtime: Runtime, state: GridState) -> None:
        self._runtime, self._state = runtime, state
        grid, city = state.grid, runtime.city
        self.up: Bools | None = None
        self._without: dict[int, int | None] = {}
        self._energised: Bools = np.ones(len(grid.bus_ids), dtype=np.bool_)
        self._over: Bools = np.zeros(len(grid.branch_ids), dtype=np.bool_)
        self._diverged = False
        self.voltage: Floats = np.zeros(len(grid.bus_ids))
        self.load: Floats = np.zeros(len(grid.bus_ids))
        self.asked: Floats = np.zeros(len(grid.bus_ids))
        self.energised: Floats = np.zeros(len(grid.bus_ids))
        self.loading: Floats = np.zeros(len(grid.branch_ids))
        self.through: Floats = np.zeros(len(grid.branch_ids))
        self.source_w: Floats = np.zeros(len(grid.source_pgm))
        self.gen_w: Floats = np.zeros(len(grid.gen_pgm))
        self._loads = np.flatnonzero([name in city.components for name in grid.bus_ids])
        self._meter = runtime.consumers.meter(
            POWER_SUPPLY, "W", [grid.bus_ids[i] for i in self._loads], grid.bus_rated_w[self._loads]
        )
        homes = np.array([1.0 - _business(city.components.get(name)) for name in grid.bus_ids])
        self._levels = []
        for level in city.levels_of(ENERGY_DOMAIN):
            if level.measure != POWER_SUPPLY:
                continue
            here = np.array(
                [
                    level.subject in ("city", city.components[name].district if name in city.components else "")
                    for name in grid.bus_ids
                ]
            )
            weight = grid.bus_rated_w * here
            living = weight * homes
            self._levels.append((level.id, weight, level.people * living / max(float(living.sum()), 1e-9)))
        self._register()

    def _register(self) -> None:
        grid, city, quantities = self._state.grid, self._runtime.city, self._runtime.quantities
        buses = [i for i, name in enumerate(grid.bus_ids) if name in city.components]
        names = tuple(grid.bus_ids[i] for i in buses)
        at = np.array(buses, dtype=np.int64)
        quantities.register(Quantity("voltage_pu", "1", names, lambda: self.voltage[at]))
        quantities.register(Quantity("load_w", "W", names, lambda: self.load[at]))
        quantities.register(Quantity("load_asked_w", "W", names, lambda: self.asked[at]))
        quantities.register(Quantity("energised", "1", names, lambda: self.energised[at]))
        branches = [i for i, name in enumerate(grid.branch_ids) if name in city.components]
        of = np.array(branches, dtype=np.int64)
        loaded = tuple(grid.branch_ids[i] for i in branches)
        quantities.register(Quantity("loading_pu", "1", loaded, lambda: self.loading[of]))
        quantities.register(Quantity("through_pu", "1", loaded, lambda: self.through[of]))
        switches = [switch for switch in grid.switches if switch.id in city.components]
        drives, state = tuple(switch.id for switch in switches), self._state

        def positions() -> Floats:
            return np.array([float(state.closed[list(switch.ends)].all()) for switch in switches])

        quantities.register(Quantity(SWITCH_CLOSED, "1", drives, positions))
        quantities.register(Quantity("power_w", "W", grid.pv_ids, lambda: self.gen_w[grid.pv_gen]))
        plants = np.array([plant.gen for plant in grid.plants], dtype=np.int64)
        held = tuple(plant.id for plant in grid.plants)
        quantities.register(Quantity("power_w", "W", held, lambda: self.gen_w[plants]))
        sites = np.array([site.source for site in grid.sites], dtype=np.int64)
        feeding = tuple(site.id for site in grid.sites)
        quantities.register(Quantity("power_w", "W", feeding, lambda: self.source_w[sites]))
        supply = self._runtime.supply
        backed = tuple(name for name in city.components if supply.autonomy_s(name, POWER) > 0)
        quantities.register(
            Quantity(
                BATTERY_LEFT, "s", backed, lambda: np.array([supply.autonomy_left_s(one, POWER) for one in backed])
            )
        )
        batteries, clock = self._state.batteries, self._runtime.clock
        stored = tuple(battery.site.id for battery in batteries)
        quantities.register(Quantity("power_w", "W", stored, lambda: np.array([b.power_w for b in batteries])))
        quantities.register(
            Quantity("charge_j", "J", stored, lambda: np.array([b.charge_at(clock.now) for b in batteries]))
        )

    def publish(self, solution: Solution, inputs: Inputs, shed_event: dict[int, int], cause: int | None) -> Bools:
        """Make a solved state known, with what went into it; returns which buses are supplied.

        `shed_event` names the event that shed a bus.
        """
        state, grid = self._state, self._state.grid
        shed, label = state.shed, state.parts().label
        energised = with_one_of(label, grid.source_bus[inputs.source_on])
        up = energised & ~shed
        asked = np.where(
            up, state.bus_load_w(), state.bus_load_w(ordinary=True)
        )  # also where load was shed, which the power flow's inputs leave out
        self.voltage, self.loading, self.source_w = solution.voltage_pu, solution.loading, solution.source_w
        self.through = solution.through
        self.load, self.asked, self.energised = asked * up, asked, energised.astype(np.float64)
        self.gen_w = inputs.gen_w * energised[grid.gen_bus]
        self._meter.note(asked[self._loads], self.load[self._loads])
        changed = self.up is None or not np.array_equal(self.up, up)
        self._offer(energised, up, shed, shed_event, cause)
        self._note(solution, cause)
        if not changed:
            return up
        for level, weight, people in self._levels:
            owed = float(weight.sum())
            share = float(weight[up].sum()) / owed if owed else 1.0
            self._runtime.levels.record(level, share, self._cause_of(weight, cause), float(people[~up].sum()))
        return up

    def _cause_of(self, weight: Floats, cause: int | None) -> int | None:
        """Why a level is what it is: what took supply from its buses that are without, the largest one leading."""
        without = sorted((i for i in self._without if weight[i] > 0), key=lambda i: (weight[i], -i))
        return cause if not without else self._runtime.log.together(self._without[i] for i in without)

    def _offer(self, energised: Bools, up: Bools, shed: Bools, shed_event: dict[int, int], cause: int | None) -> None:
        supply, grid = self._runtime.supply, self._state.grid
        first = self.up is None
        before = np.ones(len(up), dtype=np.bool_) if self.up is None else self.up
        down = self._dead(self._energised & ~energised, cause)
        back = self._alive(~self._energised & energised, cause)
        self._energised, self.up = energised, up
        for i in range(len(up)) if first else np.flatnonzero(up != before).tolist():
            why = cause
            if not up[i]:
                why = shed_event.get(i, cause) if shed[i] and energised[i] else down.get(i, cause)
            elif i in back:
                why = back[i]
            if up[i]:
                self._without.pop(i, None)
            else:
                self._without[i] = why
            supply.offer(grid.bus_ids[i], POWER, bool(up[i]), why)

    def _dead(self, buses: Bools, cause: int | None) -> dict[int, int]:
        """One event for every part that went dead, caused by the fault or empty battery that lies in it."""
        out: dict[int, int] = {}
        if not buses.any():
            return out
        state = self._state
        label = state.parts().label
        for part in np.unique(label[buses]).tolist():
            members = np.flatnonzero(buses & (label == part))
            subject = state.grid.bus_ids[int(members[0])]
            because = self._runtime.log.together(state.reasons(label == part) or (cause,))
            event = self._note_buses(events.BUSES_DEAD, subject, members, because)
            out.update((int(i), event) for i in members)
        return out

    def _alive(self, buses: Bools, cause: int | None) -> dict[int, int]:
        """One event for all that came back by the same causes: by the clearing of what had taken their supply.

        Where none of the causes of this solve has to do with what took it, all of them are behind it.
        """
        log = self._runtime.log
        out: dict[int, int] = {}
        causes = () if cause is None else (cause, *log.others(cause))
        ends = {one: self._broken(one) for one in causes} if len(causes) > 1 else {}
        groups: dict[tuple[int, ...], list[int]] = {}
        lost: dict[int | None, tuple[int, ...]] = {}  # what gave back, by what took
        for i in np.flatnonzero(buses).tolist():
            why = self._without.get(i)
            if why not in lost:
                taken: frozenset[tuple[str, str]] = frozenset() if why is None or not ends else self._broken(why)
                lost[why] = tuple(one for one in ends if ends[one] & taken) or causes
            groups.setdefault(lost[why], []).append(i)
        for because, members in groups.items():
            subject = self._state.grid.bus_ids[members[0]]
            lead = log.together(reversed(because))
            event = self._note_buses(events.BUSES_ALIVE, subject, np.array(members, dtype=np.int64), lead)
            out.update((i, event) for i in members)
        log.together(reversed(causes))
        return out

    def _broken(self, event: int) -> frozenset[tuple[str, str]]:
        """The faults, by target and cause, that an event goes back to or ends."""
        behind = self._runtime.log.behind(event)
        came = {(one.subject, one.after) for one in behind if one.kind is EventKind.FAULT}
        gone = {(one.subject, one.before) for one in behind if one.kind is EventKind.CLEAR}
        return frozenset((subject, name) for subject, name in came | gone if name)

    def _note_buses(self, code: EventCode, subject: str, members: Ints, cause: int | None) -> int:
        buses = {"buses": named(self._state.grid, members)}
        return self._runtime.log.add(code, subject, buses, cause=cause, value=float(len(members)))

    def _note(self, solution: Solution, cause: int | None) -> None:
        log, grid = self._runtime.log, self._state.grid
        if solution.approximate and not self._diverged:
            log.add(events.COLLAPSE, "city", cause=cause)
        elif self._diverged and not solution.approximate:
            log.add(events.CONVERGES, "city", cause=cause)
        self._diverged = solution.approximate
        over = solution.loading > 1.0
        fresh = [i for i in np.flatnonzero(over & ~self._over).tolist() if grid.branch_ids[i]]
        if fresh:
            worst = max(fresh, key=lambda i: (solution.loading[i], -i))
            name, most = grid.branch_ids[worst], float(solution.loading[worst])
            if len(fresh) > 1:
                log.add(events.MORE_OVERLOADED, name, {"more": len(fresh) - 1}, cause=cause, value=most)
            else:
                log.add(events.OVERLOADED, name, cause=cause, value=most)
        self._over = over
