"""A lifting station: its pumps, what stops or holds them, and what stands in for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode
from simulator.contracts.link import Fallback
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.energy.catalogue import GENERATOR, POWER
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.wastewater import catalogue as c
from simulator.domains.wastewater import events
from simulator.domains.wastewater.engine import SewerEngine, Switch

_GRAVITY_N_M3 = 9810.0
"""Weight of a cubic metre of water."""

_SPILL_M3_S = 1e-4


class Station:
    """One wet well with its pumps, in the city and in the engine.

    Its pumps stand while the station has no power or is out of order; a single one stands while that one is. While no
    control link is up and one declares to hold, pumps stay as they were when it went down. When no pump lifts for
    `suction_after_s`, suction trucks are called and carry water away from the well until one lifts again; where more
    comes than they carry, the station is on its overflow all the same.
    """

    def __init__(
        self, runtime: Runtime, engine: SewerEngine, component: Component, well: int, pumps: Mapping[str, int]
    ) -> None:
        self._rt, self._engine, self.component, self.id = runtime, engine, component, component.id
        self._well, self._pumps = well, pumps
        self.mode = c.MAINS
        self._held: dict[str, Switch] = {}
        self._stands_since: int | None = None
        self._trucks: Callable[[], None] | None = None
        self._sucking = False
        self._overflows = tuple(
            int(link)
            for link in range(len(engine.network.links))
            if engine.network.ends[link, 0] == well and engine.network.link_kind[link] == c.REGULATOR
        )
        self.spills_into = frozenset(int(engine.network.ends[link, 1]) for link in self._overflows)
        """Nodes of the network that its overflows lead to."""
        self.last_event: int | None = None
        self._stands_by: int | None = None
        """Its last change of mode."""
        self._carried = True

    # what the engine is to do

    def apply(self, cause: int | None) -> None:
        """Stop, hold or release the pumps as the town is now. The engine must be at this instant already."""
        self._hold(cause)
        self._carried = any(self._lifts(name) for name in self._pumps)
        for name, link in self._pumps.items():
            how = self._held.get(name, Switch.FREE) if self._lifts(name) else Switch.OFF
            before = self._engine.switched(link)
            if how is before:
                continue
            self._engine.switch(link, how)
            if how is Switch.OFF and not self._lifts(name):
                self._rt.log.add(events.PUMP_STOPPED, name, cause=cause, after="off")
            elif before is Switch.OFF:
                self._rt.log.add(events.PUMP_FREE, name, cause=cause, after="on")
        self.judge(cause)

    def stands(self) -> bool:
        """Whether a pump of its cannot lift."""
        return not all(self._lifts(name) for name in self._pumps)

    def _lifts(self, pump: str) -> bool:
        return self._rt.supply.works(self.id) and self._rt.supply.works(pump)

    def _hold(self, cause: int | None) -> None:
        supply, links = self._rt.supply, self._rt.city.links_into(self.id, CONTROL)
        lost = not supply.fed(self.id, CONTROL) and any(link.fallback is Fallback.HOLD for link in links)
        lost = lost and not supply.by_hand(self.id)
        if lost and not self._held:
            self._held = {
                name: Switch.ON if self._engine.runs(link) else Switch.OFF for name, link in self._pumps.items()
            }
            self._rt.log.add(events.HELD, self.id, cause=cause)
        elif self._held and not lost:
            self._held = {}
            self._rt.log.add(events.RELEASED, self.id, cause=cause)

    # how it does

    def judge(self, cause: int | None) -> None:
        """Its mode now, and whether suction trucks are wanted. Pumps are as they were at the last `apply`."""
        self._call_trucks(cause)
        mode, why = self._mode()
        if mode != self.mode:
            worse = mode in (c.OVERFLOW, c.NONE)
            if cause is None:  # it overflows because it stands, not because of the trucks that came for that
                cause = self._stands_by if worse else self.last_event
            self.last_event = self._rt.mode(self.id, self.mode, mode, why, None, cause)
            self._stands_by = self.last_event if worse else self._stands_by
            self.mode = mode

    def _mode(self) -> tuple[str, EventCode]:
        if self._carried:
            kinds = [self._rt.city.components[link.source].kind for link in self._rt.supply.live_links(self.id, POWER)]
            if kinds and all(kind == GENERATOR for kind in kinds):
                return c.ON_GENERATOR, events.STATION_GENERATOR
            return c.MAINS, events.STATION_MAINS
        if any(self._engine.flow_m3_s[link] > _SPILL_M3_S for link in self._overflows):
            return c.OVERFLOW, events.STATION_OVERFLOW
        if self._sucking:
            return c.TANKERS, events.STATION_SUCTION
        return c.NONE, events.STATION_STANDS

    def _call_trucks(self, cause: int | None) -> None:
        now, barred = self._rt.clock.now, bool(self._rt.faults.active(self.id, c.NO_SUCTION.name))
        if self._carried or barred:
            if self._carried:
                self._stands_since = None
            self._send_trucks_home()
            return
        wait = to_ticks(self.component.number("suction_after_s"))
        if self._stands_since is None:
            self._stands_since = now
            self._rt.clock.at(now + wait, self.id, lambda: self.judge(self.last_event))
        usable = self.component.number("suction_m3_s") > 0 and self._engine.can_suck(self._well)
        if usable and self._trucks is None and now >= self._stands_since + wait:
            self._trucks = self._rt.crews.station(events.SUCTION, self.id, cause, self._arrived, self._left)

    def _arrived(self, event: int) -> None:
        if self._trucks is not None:
            self._sucking = True
            self._engine.suck(self._well, self.component.number("suction_m3_s"))
            self.judge(event)

    def _left(self, event: int) -> None:
        self._sucking = False
        self._engine.suck(self._well, 0.0)
        self.judge(event)

    def _send_trucks_home(self) -> None:
        if self._trucks is not None:
            end, self._trucks = self._trucks, None
            if self._sucking:
                self._sucking = False
                self._engine.suck(self._well, 0.0)
            end()

    def draw(self) -> float:
        """Electric power that its pumps take now: weight of the water times the lift, over the efficiency."""
        network, engine = self._engine.network, self._engine
        low = network.invert_m[self._well] + engine.depth_m[self._well]
        watts = 0.0
        for link in self._pumps.values():
            high = int(network.ends[link, 1])
            lift = network.invert_m[high] + engine.depth_m[high] - low
            watts += _GRAVITY_N_M3 * max(0.0, float(engine.flow_m3_s[link])) * max(0.0, float(lift))
        return watts / max(self.component.number("efficiency"), 0.05)
