"""Re-supply: dead parts are joined to live ones through open ring points, and back when the repair is done.

Where a detour does not carry all that hangs on it, somebody opens a switch first and leaves the section behind it dark:
the grid control from afar at the busbar of a substation, a crew at any other local substation. Nothing sheds load by
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.contracts.event import EventCode, Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.ticks import to_ticks
from simulator.coupling.catalogue import LOSS_OF_CONTROL, LOSS_OF_VIEW
from simulator.coupling.police import STAFF_ABSENT, staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.energy import events
from simulator.domains.energy.limits import HIGHEST_LOADING, SAME, Limits
from simulator.domains.energy.model import Bools, Grid, Ints, RingSwitch
from simulator.domains.energy.state import GridState
from simulator.domains.ict.catalogue import CONTROL

BACK_LOADING = 0.95
"""A section comes back on a detour only where this loading is kept (assumption, so that it does not go in and out)."""
HEAD_S, HEAD_HAND_S = 300.0, 900.0
"""Time to close the breaker of a feeder from afar, with the decision, and by hand (assumption: as a ring switch)."""
CREW_S = 3600.0
"""A detour that a crew switches has to carry what comes back after so long without power (drive and search take up to
an hour, Vattenfall Hamburg, by way of the press), not what hangs on it now: load grows while it is dark."""
TRIALS = 20
"""Ring points that are tried for one dead part, in the order of the file (assumption: more are not looked at)."""


@dataclass(frozen=True, slots=True)
class Section:
    """What one opened end leaves dark, seen from where a detour feeds: `load_w` by the load of now.

    `own` says whether the end is at the busbar of a substation, where the grid control switches from afar.
    """

    end: int
    buses: Ints
    load_w: float
    first: int
    own: bool


@dataclass(eq=False, slots=True)
class Region:
    """Buses that lost their infeed and hang on a detour, with the ring switches closed and sections opened for it.

    `event` is the last of those closings.
    """

    buses: Bools
    switches: list[RingSwitch] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    event: int | None = None
    busy: bool = False


@dataclass(eq=False, slots=True)
class _Order:
    """A switch on its way to be closed for a dead part, once the section that the detour does not carry is open."""

    switch: RingSwitch
    remote: bool
    section: Section | None
    cause: int | None
    opened: bool = False
    void: bool = False


class Resupply:
    """The grid's operation after a trip. `changed` is called with the event of every switching."""

    def __init__(self, runtime: Runtime, state: GridState, limits: Limits, changed: Callable[[int], None]) -> None:
        self._runtime, self._state, self._limits, self._changed = runtime, state, limits, changed
        self._orders: list[_Order] = []
        self._told: set[int] = set()
        self._found_stuck: set[str] = set()
        self._unnoticed: set[int] = set()
        self._isolated: set[str] = set()
        self.regions: list[Region] = []
        self.shed_event: dict[int, int] = {}
        runtime.faults.handle(LOSS_OF_VIEW.name, self._on_view)
        runtime.faults.handle(STAFF_ABSENT, self._on_staff)
        for switch in state.grid.switches:
            runtime.orders.listen(switch.id, self._on_order)
            for link in runtime.city.links_into(switch.id, CONTROL):
                runtime.supply.watch(link.id, self._on_control)

    @property
    def _grid(self) -> Grid:
        return self._state.grid

    # what is to be done

    def plan(self, cause: int | None) -> None:
        """Order a switch for every dead part, and for every detour that had to shed, unless one is on its way."""
        parts = self._state.parts()
        if parts.live.all():
            self._told.clear()
            return
        dead = np.unique(parts.label[~parts.live]).tolist()
        self._told &= set(dead)
        load = self._state.bus_load_w()
        for label in dead:
            buses = parts.label == label
            usable = self._state.bus_ok[buses].all() and load[buses].sum() > 0 and not self._state.short_in(buses)
            if usable and not self._awaited(buses):
                why = self._state.why(buses, cause, self._runtime.log)
                if self._runtime.noticed.by is None or self._is_known(buses):
                    self._order_for(buses, label, why)
                else:
                    self._leave_to_others(buses, why)

    def told(self, target: str) -> None:
        """A crew says that it has isolated something: what stays dark behind it is known by that."""
        self._isolated.add(target)

    def _is_known(self, dark: Bools) -> bool:
        """Whether the dark part hangs on something that a crew has isolated, and that is broken still."""
        grid = self._grid
        self._isolated = {name for name in self._isolated if any(name == one for one, _ in self._state.outages)}
        for name in self._isolated:
            branch = grid.branch_at.get(name)
            buses = [grid.bus_at[name]] if branch is None else grid.end_bus[grid.ends_of(branch)].tolist()
            if dark[buses].any() or (branch is None and self._touches(buses[0], dark)):
                return True
        return False

    def _touches(self, bus: int, dark: Bools) -> bool:
        """Whether a line leads from a bus into a dark part."""
        grid = self._grid
        branches = grid.end_branch[grid.end_bus == bus]
        return bool(dark[grid.end_bus[np.isin(grid.end_branch, branches)]].any())

    def _leave_to_others(self, dark: Bools, cause: int | None) -> None:
        """In a town with a control room nobody knows that a part is dark until it shows in readings, and the room has a
        ring switch closed; or until somebody who was sent to look has found it."""
        if any(dark[bus] for bus in self._unnoticed):
            return
        grid, components = self._grid, self._runtime.city.components
        first = int(np.flatnonzero(dark)[0])
        names = [grid.bus_ids[bus] for bus in np.flatnonzero(dark).tolist()]
        districts = frozenset(components[name].district for name in names if name in components)
        self._unnoticed.add(first)

        def still() -> bool:
            dead = not self._state.parts().live[first]
            if not dead:
                self._unnoticed.discard(first)
            return dead

        def found(event: int | None) -> None:
            self._unnoticed.discard(first)
            parts = self._state.parts()
            buses = parts.label == parts.label[first]
            if not parts.live[first] and not self._state.short_in(buses) and not self._awaited(buses):
                self._order_for(buses, int(parts.label[first]), event)

        self._runtime.noticed.once(grid.bus_ids[first], districts, cause, found, still)

    def _on_order(self, name: str, event: int) -> None:
        """A control room has ordered a ring switch. Closing it feeds what is dark on one side, unless its indicator
        shows a short circuit; where the detour does not carry all of it, a section is opened first. A switch that
        nobody needs any more is opened where the repair is done (`restore`)."""
        if self._runtime.orders.order(name) != 1.0:
            return
        state, log = self._state, self._runtime.log
        switch = next(one for one in self._grid.switches if one.id == name)
        parts, ends = state.parts(), self._buses(switch)
        dead = ends[~parts.live[ends]]
        if switch not in self._free() or not len(dead) or not parts.live[ends].any():
            log.add(events.NOT_NEEDED, name, cause=event)
            return
        buses = np.isin(parts.label, parts.label[dead])
        if state.short_in(buses):
            log.add(events.SHORT_INDICATED, name, cause=event)
            return
        detour = self.detour(state.closed, switch, buses)
        if detour is None:
            log.add(events.WOULD_OVERLOAD, name, cause=event)
            return
        order = _Order(switch, True, detour[1], event)
        if order.section is None:
            self._orders.append(order)
            self._at_switch(order, event)
        else:
            self._send(order)

    def review(self) -> None:
        """The load went on: open a section on a detour that no longer carries it, close one that it carries again."""
        state = self._state
        for region in self.regions:
            if region.busy:
                continue
            if not self._limits.carries(state.closed, region.buses, HIGHEST_LOADING):
                found = self.section(state.closed, region.switches[0], region.buses)
                if found is not None:
                    self._operate(region, found, region.event)
                continue
            for section in reversed(region.sections):
                back = state.closed.copy()
                back[section.end] = True
                dark = not state.parts().live[section.buses].any()
                if dark and self._limits.carries(back, region.buses, BACK_LOADING):
                    self._operate(region, section, state.opened.get(section.end))
                    break

    def restore(self, cause: int | None) -> None:
        """Open the ring switches again wherever nobody needs them any more.

        Sections that were opened for a detour still to come are closed where that brings them back. Assumption: the
        switching back belongs to the repair, without interruption and without its own delay.
        """
        self._call_off(cause)
        free = [one for one in self.regions if not any(switch.id in self._state.stuck for switch in one.switches)]
        if self._undone(free, cause):
            return
        while any(self._undone([region], cause) for region in list(reversed(self.regions)) if region in free):
            free = [region for region in free if region in self.regions]

    def _call_off(self, cause: int | None) -> None:
        """Give up detours on their way whose sections get their supply back without them."""
        state = self._state
        waiting = [order for order in self._orders if order.opened and order.section is not None]
        closed = state.closed.copy()
        closed[[order.section.end for order in waiting if order.section is not None]] = True
        live = state.parts(closed).live
        for order in waiting:
            section = order.section
            if section is None or not live[self._buses(order.switch)].all():
                continue
            order.void = True
            self._orders.remove(order)
            state.closed = state.closed.copy()
            state.closed[section.end] = True
            state.opened.pop(section.end, None)
            self._log_section(section, events.SECTION_CLOSED, cause)

    def _undone(self, regions: Sequence[Region], cause: int | None) -> bool:
        """Open the ring switches of these regions and close their sections, unless somebody would lose supply by it.

        Detours that lean on each other can only be undone together.
        """
        state = self._state
        if not regions:
            return False
        closed = state.closed.copy()
        for region in regions:
            for switch in region.switches:
                closed[list(switch.ends)] = False
            for section in region.sections:
                closed[section.end] = True
        if (state.parts().live & ~state.parts(closed).live).any():
            return False
        shut = [one for region in regions for one in region.switches if state.closed[list(one.ends)].all()]
        state.closed = closed
        for region in regions:
            self.regions.remove(region)
            for section in region.sections:
                state.opened.pop(section.end, None)
        for switch in dict.fromkeys(shut):  # two dead parts may hang on one switch
            self._log_switch(switch, "closed", "open", events.OPENED, {}, cause)
        return True

    # orders

    def _awaited(self, buses: Bools) -> bool:
        return any(buses[self._buses(order.switch)].any() for order in self._orders)

    def _buses(self, switch: RingSwitch) -> Ints:
        return np.array(switch.buses, dtype=np.int64)

    def _free(self) -> Sequence[RingSwitch]:
        state, busy = self._state, {order.switch.id for order in self._orders}
        self._found_stuck &= state.stuck  # whoever has tried in vain knows it; that one moves again is told at once
        return [
            switch
            for switch in self._grid.switches
            if switch.id not in busy
            and switch.id not in self._found_stuck
            and not state.closed[list(switch.ends)].all()
            and state.branch_ok[switch.branch]
            and state.bus_ok[self._buses(switch)].all()
        ]

    def _order_for(self, buses: Bools, label: int, cause: int | None) -> None:
        live = self._state.parts().live
        found: list[tuple[bool, int, bool, float, int, RingSwitch, Section | None]] = []
        for switch in self._free():
            ends = self._buses(switch)
            if not (buses[ends].any() and live[ends].any()):
                continue
            if len(found) == TRIALS:
                break
            self._ahead(self._switching_s(switch))
            detour = self.detour(self._state.closed, switch, buses)
            if detour is None:
                continue
            section = detour[1]
            left, spared = (0.0, 0) if section is None else (section.load_w, section.first)
            found.append((section is not None, -spared, not self._remote(switch), left, len(found), switch, section))
        self._ahead(0.0)
        if found:
            *_, switch, section = min(found, key=lambda one: one[:5])
            self._send(_Order(switch, True, section, cause))
        elif label not in self._told:
            self._told.add(label)
            first = self._grid.bus_ids[int(np.flatnonzero(buses)[0])]
            self._runtime.log.add(events.NO_RING_POINT, first, {"buses": int(buses.sum())}, cause=cause)

    def _switching_s(self, switch: RingSwitch) -> float:
        return switch.remote_s if self._remote(switch) else CREW_S

    def _ahead(self, seconds: float) -> None:
        """Look at load as what is dark would draw if it came back in so long."""
        self._state.returning.advance(self._runtime.clock.now + to_ticks(seconds))

    # detours, and the sections that they do not carry

    def detour(self, closed: Bools, switch: RingSwitch, dark: Bools) -> tuple[Bools, Section | None] | None:
        """The ends that are closed once a ring switch feeds a dead part, and the section that is opened for it, if any.

        None where the limits cannot be kept, or only with next to nothing of the part fed.
        """
        after = self._with(switch, closed)
        if self._limits.carries(after, dark, HIGHEST_LOADING):
            return after, None
        section = self.section(after, switch, dark)
        if section is None or section.load_w >= self._state.bus_load_w()[dark].sum() * (1 - SAME):
            return None
        after[section.end] = False
        return after, section

    def section(self, closed: Bools, switch: RingSwitch, region: Bools) -> Section | None:
        """The smallest section without which the detour carries the rest, with these ends closed; None if none does.

        Sections with more important buses are left dark only where no other is enough: hospitals, rescue and what water
        needs (priority 1) last, as priority rules for critical infrastructure ask (BBK). A greater section is taken to
        relieve the detour more.
        """
        sections = sorted(self._sections(closed, switch, region), key=lambda one: (one.load_w, one.end))
        for least in (3, 2, 1):
            some = [one for one in sections if one.first >= least]
            if not some or not self._without(closed, some[-1], region):
                continue
            low, high = -1, len(some) - 1
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self._without(closed, some[middle], region) else (middle, high)
            return some[high]
        return None

    def _without(self, closed: Bools, section: Section, region: Bools) -> bool:
        rest = closed.copy()
        rest[section.end] = False
        return self._limits.carries(rest, region, HIGHEST_LOADING)

    def _sections(self, closed: Bools, switch: RingSwitch, region: Bools) -> list[Section]:
        """Every section of a region that one end cuts off, by the tree that the detour feeds."""
        state, grid = self._state, self._grid
        ends = state.ends(closed)
        at: dict[int, list[int]] = {}
        for end in np.flatnonzero(ends & (region[grid.end_bus])).tolist():
            at.setdefault(int(grid.end_bus[end]), []).append(end)
        bars = state.busbars()
        roots = [int(bus) for bus in self._buses(switch) if region[bus]][:1]
        came: dict[int, tuple[int, int, bool]] = {}
        order, seen = list(roots), set(roots)
        for bus in order:
            for end in at.get(bus, ()):
                branch = int(grid.end_branch[end])
                for other in grid.ends_of(branch).tolist():
                    beyond = int(grid.end_bus[other])
                    if beyond in seen or not region[beyond] or not ends[other]:
                        continue
                    seen.add(beyond)
                    order.append(beyond)
                    from_bar, to_bar = bus in bars and beyond not in bars, beyond in bars and bus not in bars
                    came[beyond] = (bus, end if from_bar else other, from_bar or to_bar)
        load = state.bus_load_w()
        behind: dict[int, list[int]] = {bus: [bus] for bus in order}
        out = []
        for bus in reversed(order):
            if bus not in came:
                continue
            before, end, own = came[bus]
            buses = np.array(behind[bus], dtype=np.int64)
            behind[before] += behind[bus]
            drawn = float(load[buses].sum())
            if drawn > 0:
                out.append(Section(end, buses, drawn, int(grid.bus_priority[buses].min()), own))
        return out

    def _operate(self, region: Region, section: Section, cause: int | None) -> None:
        """Have a section of a standing detour opened, or closed again if it is open."""
        region.busy, order = True, events.CLOSE_SECTION if section in region.sections else events.OPEN_SECTION

        def done(event: int | None) -> None:
            region.busy = False
            if region not in self.regions or not self._operated(region, section, event):
                self._runtime.log.add(events.NOT_NEEDED_NOW, self._place(section), cause=event)
                self.review()

        self._go(order, section, region.switches[0], cause, done)

    def _operated(self, region: Region, section: Section, cause: int | None) -> bool:
        """Switch the section if, by what is live and by the load of now, it is still to be: the order may be old.

        Opened it is only where the detour does not carry what hangs on it, and does once this end is open. Closed it
        is only where it is still dark and the detour carries it too.
        """
        state = self._state
        state.returning.advance(self._runtime.clock.now)  # what is dark comes back colder by now, and without inverters
        if section in region.sections:
            back = state.closed.copy()
            back[section.end] = True
            dark = not state.parts().live[section.buses].any()
            if not dark or not self._limits.carries(back, region.buses, HIGHEST_LOADING):
                return False
            state.closed = back
            region.sections.remove(section)
            state.opened.pop(section.end, None)
            self._changed(self._log_section(section, events.SECTION_CLOSED, cause))
            return True
        if self._limits.carries(state.closed, region.buses, HIGHEST_LOADING):
            return False
        now = self._still(self._sections(state.closed, region.switches[0], region.buses), section)
        if now is None or not self._without(state.closed, now, region.buses):
            return False
        region.sections.append(now)
        self._changed(self._open(now, cause))
        return True

    @staticmethod
    def _still(sections: Sequence[Section], section: Section) -> Section | None:
        """What the end of a section leaves dark by now; None where it leaves nothing dark any more."""
        return next((one for one in sections if one.end == section.end), None)

    def _go(
        self,
        order: EventCode,
        section: Section,
        switch: RingSwitch,
        cause: int | None,
        done: Callable[[int | None], None],
    ) -> None:
        """Somebody goes to the switch of a section: the grid control from afar at a busbar, else a crew."""
        buses = {"buses": len(section.buses)}
        event = self._runtime.log.add(order, self._place(section), buses, cause=cause)
        if section.own and self._manned():
            self._runtime.clock.after(HEAD_S, switch.id, lambda: done(event))
        else:
            self._runtime.crews.dispatch(events.SWITCHING, self._place(section), switch.manual_s, event, done)

    def _place(self, section: Section) -> str:
        return self._grid.bus_ids[int(self._grid.end_bus[section.end])]

    def _open(self, section: Section, cause: int | None) -> int:
        self._state.closed = self._state.closed.copy()
        self._state.closed[section.end] = False
        event = self._log_section(section, events.SECTION_OPENED, cause)
        self._state.opened[section.end] = event
        return event

    def _log_section(self, section: Section, code: EventCode, cause: int | None) -> int:
        return self._runtime.log.add(code, self._place(section), {"buses": len(section.buses)}, cause=cause)

    def _with(self, switch: RingSwitch, closed: Bools) -> Bools:
        closed = closed.copy()
        closed[list(switch.ends)] = True
        return closed

    def _remote(self, switch: RingSwitch) -> bool:
        """Whether a working control centre that sees the grid reaches the switch now, with somebody in it."""
        return self._operators(switch) > 0

    def _operators(self, switch: RingSwitch) -> float:
        """Share of the staff that is there in the best manned centre which reaches the switch, 0 where none does."""
        supply, city, faults = self._runtime.supply, self._runtime.city, self._runtime.faults
        manned = [
            staff_present(faults, link.source)
            for link in supply.live_links(switch.id, CONTROL)
            if city.components[link.source].kind == "network-control"
            and supply.works(link.source)
            and not faults.active(link.source, LOSS_OF_VIEW.name)
        ]
        return max(manned, default=0.0)

    def _send(self, order: _Order) -> None:
        switch, section = order.switch, order.section
        self._orders.append(order)
        if section is not None and not order.opened:
            self._go(events.OPEN_SECTION, section, switch, order.cause, lambda event: self._at_section(order, event))
            return
        order.remote = self._remote(switch)
        if order.remote:
            takes_s = round(switch.remote_s / self._operators(switch), 3)  # who is left does one thing after the other
            takes = {"takes_s": takes_s}
            order.cause = self._runtime.log.add(events.REMOTE_ORDER, switch.id, takes, cause=order.cause)
            self._runtime.clock.after(takes_s, switch.id, lambda: self._at_switch(order, order.cause))
        else:
            done = lambda event: self._at_switch(order, event)  # noqa: E731
            self._runtime.crews.dispatch(events.SWITCHING, switch.id, switch.manual_s, order.cause, done)

    def _at_section(self, order: _Order, cause: int | None) -> None:
        """Somebody is at the section: it is opened if it is still dark and a detour would feed it; then comes the ring.

        What is supplied again by now is left alone: nobody is cut off for a plan that has become old.
        """
        self._orders.remove(order)
        if order.section is None or order.void:
            return
        parts, ends = self._state.parts(), self._buses(order.switch)
        live, closed = parts.live, self._with(order.switch, self._state.closed)
        needed = not live[order.section.buses].any() and not live[ends].all() and bool(live[ends].any())
        dark = np.isin(parts.label, parts.label[ends[~live[ends]]])
        now = self._still(self._sections(closed, order.switch, dark), order.section) if needed else None
        self._ahead(self._switching_s(order.switch))
        whole = needed and self._limits.carries(closed, dark, HIGHEST_LOADING)
        rest = now is not None and self._without(closed, now, dark)
        self._ahead(0.0)
        if whole:
            order.section = None  # the detour carries all of it by now
        elif now is None or not rest:
            if needed:  # another one has to be left dark
                self._runtime.log.add(events.NOT_NEEDED_NOW, self._place(order.section), cause=cause)
            else:
                self._runtime.log.add(events.NOT_NEEDED, order.switch.id, cause=cause)
            self.plan(cause)
            return
        else:
            order.section, order.opened = now, True
            cause = self._open(now, cause)
        order.cause = cause
        self._send(order)
        self.plan(cause)  # what lies beyond is a part of its own by now, and may have a detour of its own

    def _on_control(self, subject: str, cause: int | None) -> None:
        """A control link came or went: what waits for a crew is switched from afar if that works again."""
        for order in list(self._orders):
            waits = order.section is not None and not order.opened
            if not waits and not order.remote and self._remote(order.switch):
                order.void = True
                self._orders.remove(order)
                self._send(_Order(order.switch, True, order.section, cause, order.opened))

    def _on_view(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """A centre that sees nothing sends nobody's switch on its way; crews find out on site what is dark."""
        if self._runtime.city.components[target].kind == "network-control":
            code = events.BLIND if active else events.SEES
            self._on_control(target, self._runtime.log.add(code, target, cause=event))

    def _on_staff(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if self._runtime.city.components[target].kind == "network-control":
            self._on_control(target, event)

    def switch_head(self, bus: int, cause: int, done: Callable[[int], None]) -> None:
        """Somebody closes the breaker of a feeder at a busbar again: a manned grid control, else a crew at its bus."""
        if manned := self._manned():
            self._runtime.clock.after(HEAD_S, manned[0], lambda: done(cause))
        else:
            self._runtime.crews.dispatch(events.SWITCHING, self._grid.bus_ids[bus], HEAD_HAND_S, cause, done)

    def _manned(self) -> list[str]:
        """Working grid controls that see the grid and are heard, with somebody in them: they switch the breakers of
        substations (assumption: over lines of the operator's own, which no link of the city stands for)."""
        city, supply, faults = self._runtime.city, self._runtime.supply, self._runtime.faults
        return [
            one.id
            for one in city.of_kind("network-control")
            if supply.works(one.id)
            and staff_present(faults, one.id)
            and not any(faults.active(one.id, fault.name) for fault in (LOSS_OF_VIEW, LOSS_OF_CONTROL))
        ]

    # at the switch

    def _at_switch(self, order: _Order, cause: int | None) -> None:
        if order.void:
            return
        self._orders.remove(order)
        state, switch = self._state, order.switch
        log = self._runtime.log
        if switch.id in state.stuck:
            self._undo(order, cause)
            self._found_stuck.add(switch.id)
            cause = log.together((state.outages.get((switch.id, "switch-stuck")), cause))
            self._changed(log.add(events.DOES_NOT_MOVE, switch.id, cause=cause))
            return
        if order.remote and not self._remote(switch):
            self._send(_Order(switch, False, order.section, cause, order.opened))
            return
        parts, ends = state.parts(), self._buses(switch)
        whole = bool(state.branch_ok[switch.branch] and state.bus_ok[ends].all())
        dead = ends[~parts.live[ends]]
        region = Region(np.isin(parts.label, parts.label[dead]))
        needed = bool(len(dead)) and bool(parts.live[ends].any())
        if not (whole and needed):
            self._undo(order, cause)
            log.add(events.NOT_NEEDED, switch.id, cause=cause)
            return
        self._close(order, region, cause)

    def _undo(self, order: _Order, cause: int | None) -> None:
        """The detour does not come: the section that was opened for it is closed again, nothing is fed by that."""
        if order.section is not None and order.opened:
            self._state.closed[order.section.end] = True
            self._state.opened.pop(order.section.end, None)
            self._changed(self._log_section(order.section, events.SECTION_CLOSED, cause))

    def _close(self, order: _Order, region: Region, cause: int | None) -> None:
        state, switch = self._state, order.switch
        state.returning.advance(self._runtime.clock.now)  # what is dark comes back colder by now, and without inverters
        closed = self._with(switch, state.closed)
        if not self._limits.carries(closed, region.buses, HIGHEST_LOADING):
            self._undo(order, cause)
            self._changed(self._runtime.log.add(events.WOULD_OVERLOAD, switch.id, cause=cause))
            return
        state.closed = closed
        self.regions.append(region)
        region.switches.append(switch)
        if order.section is not None:
            region.sections.append(order.section)
        how = events.CLOSED_REMOTELY if order.remote else events.CLOSED_BY_HAND
        buses = {"buses": int(region.buses.sum())}
        region.event = self._log_switch(switch, "open", "closed", how, buses, cause)
        self._changed(region.event)

    def _log_switch(
        self,
        switch: RingSwitch,
        before: str,
        after: str,
        code: EventCode,
        params: Mapping[str, Value],
        cause: int | None,
    ) -> int:
        event = self._runtime.log.add(code, switch.id, params, cause=cause, before=before, after=after)
        self._runtime.mode(switch.id, before, after, code, params, event)
        return event
