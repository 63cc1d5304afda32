"""The waterworks' control room: commands the pumps, or leaves them to their own controls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simulator.contracts.component import Component
from simulator.contracts.link import Fallback
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.water.catalogue import PUMP
from simulator.lifelines.control_centre import Commanded, ControlCentre
from simulator.lifelines.lifeline import Duty
from simulator.lifelines.waterworks import events

LOCAL_SHARE = 0.8
"""Share of the duty served at a pump on its own controls (assumption: nobody balances the tanks)."""

BY_HAND_SHARE = 0.7
"""Share served at a pump that a crew operates on site (assumption: it follows the tank by telephone)."""

HELD_SHARE = 0.5
"""Share served at a pump frozen at its last set-point (assumption: right at first, wrong within hours)."""


class Waterworks(ControlCentre):
    """*central* while it works and reaches most of the pumps that work, *local* while any pump works, else *none*.

    A pump that keeps its last set-point gets a crew after `by_hand_after_s`, which operates it on site until the
    control room is back. *by-hand* while crews stand at all pumps that would be frozen, and there are any.
    """

    kind = "waterworks"
    commands = PUMP

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self._frozen_since: dict[str, int] = {}
        self._posts: dict[str, Callable[[], None]] = {}

    def judge(self) -> Duty:
        pumps = self.commanded()
        if not pumps:
            works = self.runtime.supply.works(self.id)
            return Duty("central", 1.0, events.WORKS_WORKS) if works else Duty("none", 0.0, events.WORKS_OUT)
        blind, supply = self.blind, self.runtime.supply
        share = sum(self._share(pump, blind) for pump in pumps if pump.works) / len(pumps)
        frozen = [pump for pump in pumps if pump.works and self._is_frozen(pump, blind)]
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
        """Send crews to frozen pumps, and home from those that are commanded again or stand."""
        runtime, wait = self.runtime, to_ticks(self.component.number("by_hand_after_s"))
        now = runtime.clock.now
        for pump in frozen:
            since = self._frozen_since.setdefault(pump, now)
            if since == now and wait:
                self.wake(now + wait)
            if pump not in self._posts and now >= since + wait:
                there = partial(self._there, pump)
                self._posts[pump] = runtime.crews.station(events.BY_HAND, pump, self.because, there)
        for pump in [pump for pump in self._frozen_since if pump not in frozen]:
            del self._frozen_since[pump]
            if pump in self._posts:
                self._posts.pop(pump)()
                runtime.supply.operate_by_hand(pump, False, self.because)

    def _there(self, pump: str, event: int) -> None:
        if pump in self._posts:
            self.runtime.supply.operate_by_hand(pump, True, event)
