"""Re-supply: dead parts are joined to live ones through open ring points, and back when the repair is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.contracts.event import EventCode, Value
from simulator.contracts.fault import ActiveFault
from simulator.coupling.catalogue import LOSS_OF_VIEW
from simulator.coupling.police import STAFF_ABSENT, staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.energy import events
from simulator.domains.energy.limits import HIGHEST_LOADING, SAME, Limits
from simulator.domains.energy.model import Bools, Grid, Ints, RingSwitch, named
from simulator.domains.energy.state import GridState
from simulator.domains.ict.catalogue import CONTROL

BACK_LOADING = 0.95
"""Shed buses come back on a detour only where this loading is kept (assumption, so that they do not go in and out)."""
WORTH = 0.05
"""A further ring point is closed if it brings back at least this share of what a detour had to shed (assumption)."""
TRIALS = 20
"""Ring points that are tried for one dead part, in the order of the file (assumption: more are not looked at)."""


@dataclass(eq=False, slots=True)
class Region:
    """Buses that lost their infeed and hang on a detour, with the ring switches that were closed for it.

    `event` is the last of those closings.
    """

    buses: Bools
    switches: list[RingSwitch] = field(default_factory=list)
    event: int | None = None


@dataclass(eq=False, slots=True)
class _Order:
    """A switch on its way to be closed: for a dead part, or to relieve a region."""

    switch: RingSwitch
    remote: bool
    region: Region | None
    cause: int | None
    void: bool = False


class Resupply:
    """The grid's operation after a trip. `changed` is called with the event of every switching."""

    def __init__(self, runtime: Runtime, state: GridState, limits: Limits, changed: Callable[[int], None]) -> None:
        self._runtime, self._state, self._limits, self._changed = runtime, state, limits, changed
        self._orders: list[_Order] = []
        self._told: set[int] = set()
        self.regions: list[Region] = []
        self.shed_event: dict[int, int] = {}
        runtime.faults.handle(LOSS_OF_VIEW.name, self._on_view)
        runtime.faults.handle(STAFF_ABSENT, self._on_staff)
        for switch in state.grid.switches:
            for link in runtime.city.links_into(switch.id, CONTROL):
                runtime.supply.watch(link.id, self._on_control)

    @property
    def _grid(self) -> Grid:
        return self._state.grid

    # what is to be done

    def plan(self, cause: int | None) -> None:
        """Order a switch for every dead part, and for every detour that had to shed, unless one is on its way."""
        parts = self._state.parts()
        if parts.live.all() and not self.regions:
            self._told.clear()
            return
        dead = np.unique(parts.label[~parts.live]).tolist()
        self._told &= set(dead)
        load = self._state.bus_load_w()
        for label in dead:
            buses = parts.label == label
            usable = self._state.bus_ok[buses].all() and load[buses].sum() > 0
            if usable and not self._awaited(buses):
                reason = self._state.reason(buses)
                self._order_for(buses, label, reason[0] if cause is None and reason is not None else cause)
        for region in self.regions:
            waiting = any(order.region is region for order in self._orders)
            if not waiting and (self._state.region_shed & region.buses).any():
                self._order_more(region, region.event if cause is None else cause)

    def review(self) -> None:
        """The load went on: shed more on a detour that no longer carries it, bring back what it carries again."""
        state = self._state
        for region in self.regions:
            mine = state.region_shed & region.buses
            now = self._limits.least_shed(state.closed, region.buses, HIGHEST_LOADING)
            if now is None:
                continue
            if len(now) > mine.sum():
                self._shed(region, now, region.switches[0].id, region.event)
            elif mine.any():
                back = self._limits.least_shed(state.closed, region.buses, BACK_LOADING)
                if back is not None and len(back) < mine.sum():
                    self._shed(region, back, region.switches[0].id, region.event)

    def restore(self, cause: int | None) -> None:
        """Open the ring switches again wherever nobody needs them any more.

        Assumption: the switching back belongs to the repair, without interruption and without its own delay.
        """
        state = self._state
        for region in list(reversed(self.regions)):
            if any(switch.id in state.stuck for switch in region.switches):
                continue
            closed = state.closed.copy()
            for switch in region.switches:
                closed[list(switch.ends)] = False
            if (state.parts().live & ~state.parts(closed).live).any():
                continue
            state.closed = closed
            state.region_shed &= ~region.buses
            self.regions.remove(region)
            for switch in region.switches:
                self._log_switch(switch, "closed", "open", events.OPENED, {}, cause)

    # orders

    def _awaited(self, buses: Bools) -> bool:
        return any(order.region is None and buses[self._buses(order.switch)].any() for order in self._orders)

    def _buses(self, switch: RingSwitch) -> Ints:
        return np.array(switch.buses, dtype=np.int64)

    def _free(self) -> Sequence[RingSwitch]:
        state, busy = self._state, {order.switch.id for order in self._orders}
        return [
            switch
            for switch in self._grid.switches
            if switch.id not in busy
            and switch.id not in state.stuck
            and not state.closed[list(switch.ends)].all()
            and state.branch_ok[switch.branch]
            and state.bus_ok[self._buses(switch)].all()
        ]

    def _order_for(self, buses: Bools, label: int, cause: int | None) -> None:
        live = self._state.parts().live
        load = self._state.bus_load_w()
        found: list[tuple[bool, bool, float, int, RingSwitch]] = []
        for switch in self._free():
            ends = self._buses(switch)
            if not (buses[ends].any() and live[ends].any()):
                continue
            if len(found) == TRIALS:
                break
            shed = self._limits.least_shed(self._with(switch), buses, HIGHEST_LOADING)
            if shed is not None and load[shed].sum() < load[buses].sum() * (1 - SAME):
                found.append((len(shed) > 0, not self._remote(switch), float(load[shed].sum()), len(found), switch))
        if found:
            self._send(_Order(min(found, key=lambda one: one[:4])[4], True, None, cause))
        elif label not in self._told:
            self._told.add(label)
            first = self._grid.bus_ids[int(np.flatnonzero(buses)[0])]
            self._runtime.log.add(events.NO_RING_POINT, first, {"buses": int(buses.sum())}, cause=cause)

    def _order_more(self, region: Region, cause: int | None) -> None:
        live = self._state.parts().live
        load = self._state.bus_load_w()
        missing = float(load[self._state.region_shed & region.buses].sum())
        found: list[tuple[float, bool, int, RingSwitch]] = []
        for switch in self._free():
            ends = self._buses(switch)
            if not (region.buses[ends].any() and live[ends].all()) or len(found) == TRIALS:
                continue
            shed = self._limits.least_shed(self._with(switch), region.buses, HIGHEST_LOADING)
            left = missing if shed is None else float(load[shed].sum())
            if left < missing * (1 - WORTH):
                found.append((left, not self._remote(switch), len(found), switch))
        if found:
            self._send(_Order(min(found, key=lambda one: one[:3])[3], True, region, cause))

    def _with(self, switch: RingSwitch) -> Bools:
        closed = self._state.closed.copy()
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
        switch = order.switch
        self._orders.append(order)
        order.remote = self._remote(switch)
        if order.remote:
            takes_s = round(switch.remote_s / self._operators(switch), 3)  # who is left does one thing after the other
            takes = {"takes_s": takes_s}
            order.cause = self._runtime.log.add(events.REMOTE_ORDER, switch.id, takes, cause=order.cause)
            self._runtime.clock.after(takes_s, switch.id, lambda: self._at_switch(order, order.cause))
        else:
            done = lambda event: self._at_switch(order, event)  # noqa: E731
            self._runtime.crews.dispatch(events.SWITCHING, switch.id, switch.manual_s, order.cause, done)

    def _on_control(self, subject: str, cause: int | None) -> None:
        """A control link came or went: what waits for a crew is switched from afar if that works again."""
        for order in list(self._orders):
            if not order.remote and self._remote(order.switch):
                order.void = True
                self._orders.remove(order)
                self._send(_Order(order.switch, True, order.region, cause))

    def _on_view(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """A centre that sees nothing sends nobody's switch on its way; crews find out on site what is dark."""
        if self._runtime.city.components[target].kind == "network-control":
            code = events.BLIND if active else events.SEES
            self._on_control(target, self._runtime.log.add(code, target, cause=event))

    def _on_staff(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if self._runtime.city.components[target].kind == "network-control":
            self._on_control(target, event)

    # at the switch

    def _at_switch(self, order: _Order, cause: int | None) -> None:
        if order.void:
            return
        self._orders.remove(order)
        state, switch = self._state, order.switch
        log = self._runtime.log
        if switch.id in state.stuck:
            self._changed(log.add(events.DOES_NOT_MOVE, switch.id, cause=cause))
            return
        if order.remote and not self._remote(switch):
            self._send(_Order(switch, False, order.region, cause))
            return
        parts, ends = state.parts(), self._buses(switch)
        whole = bool(state.branch_ok[switch.branch] and state.bus_ok[ends].all())
        if order.region is not None:
            region = order.region
            short = bool((state.region_shed & region.buses).any())
            needed = short and region in self.regions and bool(parts.live[ends].all())
        else:
            dead = ends[~parts.live[ends]]
            region = Region(np.isin(parts.label, parts.label[dead]))
            needed = bool(len(dead)) and bool(parts.live[ends].any())
        if not (whole and needed):
            log.add(events.NOT_NEEDED, switch.id, cause=cause)
            return
        self._close(switch, region, order.remote, cause)

    def _close(self, switch: RingSwitch, region: Region, remote: bool, cause: int | None) -> None:
        state, load = self._state, self._state.bus_load_w()
        shed = self._limits.least_shed(self._with(switch), region.buses, HIGHEST_LOADING)
        if shed is None or load[shed].sum() >= load[region.buses].sum() * (1 - SAME):
            event = self._runtime.log.add(events.WOULD_OVERLOAD, switch.id, cause=cause)
            self._changed(event)
            return
        before = int((state.region_shed & region.buses).sum())
        state.closed = self._with(switch)
        if region not in self.regions:
            self.regions.append(region)
        region.switches.append(switch)
        how, buses = events.CLOSED_REMOTELY if remote else events.CLOSED_BY_HAND, {"buses": int(region.buses.sum())}
        event = region.event = self._log_switch(switch, "open", "closed", how, buses, cause)
        if len(shed) or before:
            self._shed(region, shed, switch.id, event)
        self._changed(event)

    def _shed(self, region: Region, buses: Ints, subject: str, cause: int | None) -> None:
        state = self._state
        fresh = buses[~state.region_shed[buses]]
        state.region_shed &= ~region.buses
        state.region_shed[buses] = True
        code = events.DETOUR_SHEDS if len(buses) else events.DETOUR_CARRIES
        params = {"buses": named(self._grid, buses)} if len(buses) else None
        event = self._runtime.log.add(code, subject, params, cause=cause, value=float(len(buses)))
        self.shed_event.update((int(bus), event) for bus in fresh)

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
