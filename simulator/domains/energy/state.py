"""What is switched, broken, shed and blown in the grid now; and from that the inputs of a power flow."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy

import numpy as np

from simulator.domains.energy.battery import Battery
from simulator.domains.energy.islands import Parts, find_parts
from simulator.domains.energy.model import Bools, Floats, Grid, Inputs, Ints, Site
from simulator.domains.energy.pickup import Return
from simulator.domains.energy.zones import Zones
from simulator.kernel.log import EventLog

BREAKING = (
    "line-trip",
    "transformer-out",
    "substation-out",
    "bus-out",
    "feeder-out",
    "protection-fails",
    "substation-flooded",
    "short-circuit",
)
"""Faults that take something out of the grid."""


SHORTS = ("short-circuit", "bus-out")
"""Of these, the faults for which the breaker of a whole feeder trips."""

OVERLOAD_TRIP = "overload-trip"
"""Not a fault that anybody injects: what the protection does to a branch, until somebody closes it again."""

UNDERVOLTAGE_TRIP = "undervoltage-trip"
"""The same of a local substation or a power plant, by lasting undervoltage."""


class GridState:
    """The grid as operated. `closed` is the state of every end as switched, whatever is broken besides.

    Power plants follow the load of the day: the file's power times the mean of `load_factor` (assumption: the file is a
    dispatch at its load). One whose part has lost every infeed trips (assumption: no plant holds an island alone).

    `load_factor` (of each bus) and `sun` are shares of what is rated; `draw_w` is what components draw, by feeding bus.
    Buses are shed because their island is short (`island_shed`), because it is not yet their turn after an outage
    (`restore_shed`), or because a relay saw undervoltage (`relay_shed`); `low` is where inverters tripped for that.
    `opened` are ends that somebody opened so that a detour is not overloaded, with the event. Faults are a thing and
    what befell it: `tripped` are feeder heads (ends) that a short circuit has opened, by fault; `freed` are faults that
    took a part of the grid as a whole and are isolated, so that they take only the broken thing by now.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.closed: Bools = grid.end_closed.copy()
        self.outages: dict[tuple[str, str], int] = {}
        self.stuck: set[str] = set()
        self.batteries = tuple(Battery(site) for site in grid.batteries)
        self.load_factor: Floats = np.ones(len(grid.bus_ids))
        self.sun = 0.0
        self.returning = Return(grid)
        self.draw_w: Floats = np.zeros(len(grid.draw_bus))
        buses = len(grid.bus_ids)
        self.island_shed: Bools = np.zeros(buses, dtype=np.bool_)
        self.opened: dict[int, int] = {}
        self.tripped: dict[tuple[str, str], int] = {}
        self.freed: set[tuple[str, str]] = set()
        self.restore_shed: Bools = np.zeros(buses, dtype=np.bool_)
        self.relay_shed: Bools = np.zeros(buses, dtype=np.bool_)
        self.low: Bools = np.zeros(buses, dtype=np.bool_)
        self.gen_share: Floats = np.ones(buses)
        self.branch_ok: Bools = np.ones(len(grid.branch_ids), dtype=np.bool_)
        self.bus_ok: Bools = np.ones(buses, dtype=np.bool_)
        self._end_ok: Bools = np.ones(len(grid.end_branch), dtype=np.bool_)
        self._zones = Zones(grid)
        self._pv_ok: Bools = np.ones(len(grid.pv_ids), dtype=np.bool_)
        self._plant_ok: Bools = np.ones(len(grid.plants), dtype=np.bool_)
        self._plant_gen = np.array([plant.gen for plant in grid.plants], dtype=np.int64)
        self._plant_bus = np.array([plant.bus for plant in grid.plants], dtype=np.int64)
        self._site_ok: Bools = np.ones(len(grid.sites), dtype=np.bool_)
        self._sites = {site.id: i for i, site in enumerate(grid.sites)}
        self._site_source = np.array([site.source for site in grid.sites], dtype=np.int64)
        self._parts: tuple[Bools, Bools, Parts] | None = None

    def set_fault(self, target: str, fault: str, event: int | None) -> None:
        """A fault is in force because of `event`, or gone (None)."""
        grid = self.grid
        if event is None:
            self.outages.pop((target, fault), None)
        else:
            self.outages[target, fault] = event
        self.freed.discard((target, "protection-fails" if fault == "line-trip" else fault))
        self.tripped.pop((target, fault), None)
        if fault in SHORTS and event is not None:
            bus = grid.bus_at.get(target)
            head = self._zones.head(grid.branch_at[target]) if bus is None else self._zones.head_of_bus(bus)
            if head is not None:
                self.tripped[target, fault] = head
        self._apply()

    def isolated(self, target: str, fault: str) -> None:
        """The broken thing is open at all ends, and what tripped for it, or in its place, closed again."""
        if self.tripped.pop((target, fault), None) is None:
            self.freed.add((target, fault))
        self._apply()

    def _apply(self) -> None:
        self.branch_ok[:] = True
        self.bus_ok[:] = True
        self._site_ok[:] = True
        self.relay_shed[:] = False
        dark = np.zeros(len(self.bus_ok), dtype=np.bool_)
        for name, kind in self.outages:
            if (zone := self.zone(name, kind)) is not None:
                dark |= zone
            if kind == "bus-out":
                self.bus_ok[self.grid.bus_at[name]] = False
            elif kind in ("substation-out", "substation-flooded"):
                site = self.grid.sites[self._sites[name]]
                self._site_ok[self._sites[name]] = False
                self.branch_ok[list(site.branches)] = False
                if kind == "substation-flooded":
                    self.bus_ok[list(self._zones.busbar(site.busbar))] = False
            elif kind in ("line-trip", "transformer-out", "feeder-out", "short-circuit", OVERLOAD_TRIP):
                self.branch_ok[self.grid.branch_at[name]] = False
            elif kind == UNDERVOLTAGE_TRIP and name in self.grid.bus_at:
                self.relay_shed[self.grid.bus_at[name]] = True
        self._open_ends(dark)
        for i, site in enumerate(self.grid.sites):
            self._site_ok[i] &= self.bus_ok[site.bus]
        for i, plant in enumerate(self.grid.pv_ids):
            self._pv_ok[i] = (plant, "pv-loss") not in self.outages
        for i, station in enumerate(self.grid.plants):
            lost = any((station.id, kind) in self.outages for kind in ("plant-out", UNDERVOLTAGE_TRIP))
            self._plant_ok[i] = not lost and bool(self.bus_ok[station.bus])
        for battery in self.batteries:
            lost = (battery.site.id, "battery-loss") in self.outages
            battery.available = not lost and bool(self.bus_ok[battery.site.bus])
            battery.overwhelmed = False
        self.stuck = {name for name, kind in self.outages if kind == "switch-stuck"}

    def ends(self, closed: Bools | None = None) -> Bools:
        """Which ends conduct with these ends switched on (those of now if not given), less what is broken."""
        return (self.closed if closed is None else closed) & self._end_ok

    def held_open(self, target: str, fault: str) -> bool:
        """Whether another short circuit that is not isolated yet keeps the breaker open that this one has tripped."""
        head = self.tripped.get((target, fault))
        return any(end == head for key, end in self.tripped.items() if key != (target, fault))

    def short_in(self, buses: Bools) -> bool:
        """Whether a short circuit that is not isolated yet lies in or next to these buses."""
        return any(buses[self._at(target)].any() for target, _ in self.tripped)

    def busbar(self, site: Site) -> frozenset[int]:
        """All buses of a substation's busbar."""
        return self._zones.busbar(site.busbar)

    def busbars(self) -> frozenset[int]:
        """All buses of the busbars of all substations, those included that a high-voltage line feeds."""
        return frozenset(bus for one in self.grid.busbars for bus in self._zones.busbar(one))

    def fed_from(self, branch: int) -> Ints:
        """The buses from which a branch is fed on an ordinary day: where the next protection upstream is."""
        return self._zones.fed_from(branch)

    def feeder(self, branch: int) -> Bools:
        """The buses that a branch alone feeds on an ordinary day."""
        return self._zones.feeder(branch)

    def zone(self, target: str, fault: str) -> Bools | None:
        """The part of the grid that a fault takes out as a whole, None for one that breaks a single thing."""
        if (target, fault) in self.freed:
            return None
        if fault == "feeder-out":
            return self._zones.feeder(self.grid.branch_at[target])
        if fault == "protection-fails" and (target, "line-trip") in self.outages:
            return self._zones.backup(self.grid.branch_at[target])
        return None

    def _open_ends(self, dark: Bools) -> None:
        """Let nothing pass what is broken. A part that is out as a whole hangs together, cut off from all others."""
        grid = self.grid
        self._end_ok = self.branch_ok[grid.end_branch] & self.bus_ok[grid.end_bus]
        self._end_ok[list(self.tripped.values())] = False
        if dark.any():
            out = np.ones(len(self.branch_ok), dtype=np.bool_)
            out[grid.end_branch[~dark[grid.end_bus]]] = False
            self._end_ok &= ~dark[grid.end_bus] | out[grid.end_branch]
            self.bus_ok &= ~dark

    def buses_of(self, target: str, fault: str) -> Ints:
        """The buses in or next to a broken thing, to tell whom it concerns. A line that is open concerns nobody."""
        grid = self.grid
        zone = self.zone(target, fault)
        if fault == UNDERVOLTAGE_TRIP:
            return np.zeros(0, dtype=np.int64)
        if fault == "protection-fails" or (zone is not None and zone.any()):
            return np.flatnonzero(np.zeros(0) if zone is None else zone)
        if target in grid.bus_at:
            return self._at(target)
        if target in self._sites:
            site = grid.sites[self._sites[target]]
            return np.array([site.bus, site.busbar])
        if target in grid.branch_at:
            ends = grid.ends_of(grid.branch_at[target])
            return grid.end_bus[ends] if self.closed[ends].all() else np.zeros(0, dtype=np.int64)
        return np.array([b.site.bus for b in self.batteries if b.site.id == target], dtype=np.int64)

    def _at(self, target: str) -> Ints:
        """The ends of a branch; or a bus with its neighbours, for what lies behind a dead bus is cut off by it."""
        grid = self.grid
        if target in grid.branch_at:
            return grid.end_bus[grid.ends_of(grid.branch_at[target])]
        bus = grid.bus_at[target]
        through = grid.end_branch[grid.end_bus == bus]
        return np.unique(np.append(grid.end_bus[np.isin(grid.end_branch, through)], bus))

    def reasons(self, buses: Bools) -> list[int]:
        """The events of every fault and empty battery that keeps infeeds from these buses, in order.

        Of the faults that lie in or next to them those count without which, all else being as it is, some of the buses
        would have an infeed, or which alone are enough that some have none: not a line at their border behind which
        there was none either. Where several are needed to explain it, all that lie there count.
        """
        grid = self.grid
        faults = {
            (target, fault): event
            for (target, fault), event in self.outages.items()
            if buses[self.buses_of(target, fault)].any()
        }
        faults |= {
            key: self.outages[key]
            for key, head in self.tripped.items()
            if buses[grid.end_bus[grid.ends_of(int(grid.end_branch[head]))]].any()
        }
        opened = {end: event for end, event in self.opened.items() if buses[int(grid.end_bus[end])]}
        found = [*self._behind(buses, faults, opened).values(), *opened.values()]
        for battery in self.batteries:
            if battery.event is not None and battery.mode != "island" and buses[battery.site.bus]:
                found.append(battery.event)
        return sorted(found)

    def why(self, buses: Bools, cause: int | None, log: EventLog) -> int | None:
        """The event behind what happens to these buses: what keeps infeeds from them, if there is any, else `cause`."""
        found = self.reasons(buses)
        return log.together(found) if found else cause

    def _behind(
        self, buses: Bools, faults: dict[tuple[str, str], int], opened: Collection[int]
    ) -> dict[tuple[str, str], int]:
        """Those of the faults that took the infeed of these buses; all of them where none can be told from the others.

        A bus that lost its supply otherwise, such as one that is shed, has an infeed all the same: then all lie there.
        """
        if len(faults) < 2 or self.parts().live[buses].any():
            return faults
        needed = {
            key
            for key in faults
            if self.without({key}).parts().live[buses].any()
            or not self.without(faults.keys() - {key}, opened).parts().live[buses].all()
        }
        return {key: event for key, event in faults.items() if key in needed} or faults

    def without(self, faults: Collection[tuple[str, str]], opened: Collection[int] = ()) -> GridState:
        """A copy without these faults and these openings, all else being as it is: to ask, not to operate."""
        other = copy(self)
        other.outages = {key: event for key, event in self.outages.items() if key not in faults}
        other.tripped = {key: head for key, head in self.tripped.items() if key not in faults}
        other.closed = self.closed.copy()
        other.closed[list(opened)] = True
        for name in ("branch_ok", "bus_ok", "relay_shed", "_site_ok", "_pv_ok", "_plant_ok"):
            setattr(other, name, getattr(self, name).copy())
        other.batteries, other._parts = tuple(copy(battery) for battery in self.batteries), None
        other._apply()
        return other

    @property
    def shed(self) -> Bools:
        return self.island_shed | self.restore_shed | self.relay_shed

    @property
    def site_ok(self) -> Bools:
        """Which substations feed in."""
        return self._site_ok

    def parts(self, closed: Bools | None = None) -> Parts:
        """Connected parts with these ends switched on (those of now if not given), less what is broken."""
        ends = self.ends(closed)
        if closed is not None:
            return find_parts(self.grid, ends, self._site_ok)
        if self._parts is not None:
            known_ends, known_sites, parts = self._parts
            if np.array_equal(known_ends, ends) and np.array_equal(known_sites, self._site_ok):
                return parts
        parts = find_parts(self.grid, ends, self._site_ok)
        self._parts = (ends, self._site_ok.copy(), parts)
        return parts

    def inputs(self, closed: Bools | None = None, shed: Bools | None = None) -> Inputs:
        """Inputs of a power flow, for the state of now or for a what-if with other ends closed or other buses shed."""
        grid = self.grid
        live = self.parts(closed).live if self.batteries or grid.plants else None
        served = ~(self.shed if shed is None else shed)
        source_on = np.zeros(len(grid.source_pgm), dtype=np.bool_)
        source_on[self._site_source] = self._site_ok
        charge = np.zeros(len(self.batteries))
        for i, battery in enumerate(self.batteries):
            alone = live is not None and not live[battery.site.bus]
            source_on[battery.site.source] = alone and battery.can_form
            charge[i] = 0.0 if alone else battery.charging_w
        gen = grid.gen_w.copy()
        gen[grid.pv_gen] = grid.pv_rated_w * np.minimum(self.sun, self.returning.pv_share) * self._pv_ok
        plant_on = self._plant_ok if live is None else self._plant_ok & live[self._plant_bus]
        gen[self._plant_gen] *= self._mean_factor() * plant_on
        factor = (self.load_factor * self.returning.factor)[grid.load_bus]
        full = Inputs(
            self.ends(closed),
            grid.load_w * factor,
            grid.load_var * factor,
            self.draw_w,
            gen * self.gen_share[grid.gen_bus],
            charge,
            source_on,
            plant_on,
        )
        return full.with_loads(grid, served)

    def _mean_factor(self) -> float:
        """The load of all buses now over what is rated."""
        rated = float(self.grid.load_w.sum())
        return float((self.grid.load_w * self.load_factor[self.grid.load_bus]).sum()) / rated if rated else 1.0

    def bus_load_w(self, ordinary: bool = False) -> Floats:
        """Load of every bus if it is supplied, before voltage changes it; `ordinary`: without cold-load pick-up."""
        grid = self.grid
        buses = len(grid.bus_ids)
        factor = np.ones(buses) if ordinary else self.returning.factor
        load = factor * self.load_factor * np.bincount(grid.load_bus, grid.load_w, minlength=buses)
        return np.asarray(load + np.bincount(grid.draw_bus, self.draw_w, minlength=buses), dtype=np.float64)
