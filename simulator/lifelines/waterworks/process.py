"""The waterworks' control room: commands the pumps, or leaves them to their own controls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from simulator.contracts.component import Component
from simulator.contracts.link import Fallback
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.water.catalogue import PUMP, RUNNING
from simulator.lifelines.control_centre import Commanded, ControlCentre
from simulator.lifelines.lifeline import Duty
from simulator.lifelines.waterworks import events

LOCAL_SHARE = 0.8
"""Share of the duty served at a pump on its own controls (assumption: nobody balances the tanks)."""

BY_HAND_SHARE = 0.7
"""Share served at a pump that a crew operates on site (assumption: it follows the tank by telephone)."""

STATION_M = 50.0
"""Pumps within this distance of each other stand in one station, and one crew operates all of them (assumption)."""

HELD_SHARE = 0.5
"""Share served at a pump frozen at its last set-point (assumption: right at first, wrong within hours)."""


class Waterworks(ControlCentre):
    """*central* while it works and reaches most of the pumps that work, *local* while any pump works, else *none*.

    A pump that keeps its last set-point and stands gets a crew after `by_hand_after_s`, one for all pumps of a station,
    which operates it on site until the control room is back. Nobody is sent to a pump that runs. *by-hand* while crews
    are at all pumps that would stand frozen, and there are any.
    """

    kind = "waterworks"
    commands = PUMP

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self._frozen_since: dict[str, int] = {}
        self._station = _stations(self.targets)
        self._posts: dict[str, Callable[[], None]] = {}  # station -> the call that ends it
        self._there: set[str] = set()  # stations with a crew

    def judge(self) -> Duty:
        pumps = self.commanded()
        if not pumps:
            works = self.runtime.supply.works(self.id)
            return Duty("central", 1.0, events.WORKS_WORKS) if works else Duty("none", 0.0, events.WORKS_OUT)
        blind, supply = self.blind, self.runtime.supply
        share = sum(self._share(pump, blind) for pump in pumps if pump.works) / len(pumps)
        frozen = [pump for pump in pumps if pump.works and self._is_frozen(pump, blind)]
        frozen = [pump for pump in frozen if not self._runs(pump.component.id)]
        self._man([pump.component.id for pump in frozen])
        working = [pump for pump in pumps if pump.works]
        if not working:
            return Duty("none", share, events.WORKS_NO_PUMP)
        reached = sum(pump.reached for pump in working)
        reaches = {"reached": reached, "working": len(working)}
        if self.in_command(pumps):
            return Duty("central", share, events.WORKS_REACHES, reaches)
        manned = sum(supply.by_hand(pump.component.id) for pump in frozen)
        if frozen and manned == len(frozen):
            return Duty("by-hand", share, events.WORKS_BY_HAND, {"pumps": manned})
        if blind:
            return Duty("local", share, events.WORKS_BLIND, reaches)
        left = {"alone": len(working) - reached, "frozen": len(frozen) - manned}
        return Duty("local", share, events.WORKS_ALONE, left)

    def _share(self, pump: Commanded, blind: bool) -> float:
        """Served at one pump: a control room that sees nothing leaves what it reaches at the last set-point."""
        if self.runtime.supply.by_hand(pump.component.id):
            return BY_HAND_SHARE
        if pump.reached:
            return HELD_SHARE if blind else 1.0
        return LOCAL_SHARE if pump.fallback is Fallback.LOCAL else HELD_SHARE

    def _is_frozen(self, pump: Commanded, blind: bool) -> bool:
        return blind if pump.reached else pump.fallback is Fallback.HOLD

    def _man(self, frozen: list[str]) -> None:
        """Send crews to stations with pumps that stand frozen, and home from where none does any more."""
        runtime, wait = self.runtime, to_ticks(self.component.number("by_hand_after_s"))
        now = runtime.clock.now
        for pump in frozen:
            since = self._frozen_since.setdefault(pump, now)
            if since == now and wait:
                self.wake(now + wait)
            station = self._station[pump]
            if station not in self._posts and now >= since + wait:
                there, left = partial(self._arrived, station), partial(self._left, station)
                self._posts[station] = runtime.crews.station(events.BY_HAND, station, self.because, there, left)
        for pump in [pump for pump in self._frozen_since if pump not in frozen]:
            del self._frozen_since[pump]
        wanted = {self._station[pump] for pump in frozen}
        for station in [station for station in self._posts if station not in wanted]:
            self._posts.pop(station)()
            self._there.discard(station)
        for pump, station in self._station.items():
            by_hand = station in self._there and pump in frozen
            if by_hand != runtime.supply.by_hand(pump):
                runtime.supply.operate_by_hand(pump, by_hand, self.because)

    def _runs(self, pump: str) -> bool:
        """Whether a pump that nobody operates on site turns now. Where nothing measures that, it counts as standing."""
        if self.runtime.supply.by_hand(pump):
            return False
        try:
            return self.runtime.quantities.value(pump, RUNNING) > 0
        except KeyError:
            return False

    def _arrived(self, station: str, event: int) -> None:
        if station in self._posts:
            self._there.add(station)
            self.touch(self.id, event)

    def _left(self, station: str, event: int) -> None:
        self._there.discard(station)
        self.touch(self.id, event)


def _stations(pumps: Sequence[Component]) -> dict[str, str]:
    """The first pump of the station that each pump stands in."""
    found: dict[str, str] = {}
    first: list[Component] = []
    for pump in pumps:
        at = next((one for one in first if math.hypot(one.x_m - pump.x_m, one.y_m - pump.y_m) <= STATION_M), None)
        if at is None:
            first.append(at := pump)
        found[pump.id] = at.id
    return found
