"""The waterworks' control room: commands the pumps, or leaves them to their own controls."""

from __future__ import annotations

from simulator.contracts.link import Fallback
from simulator.lifelines.control_centre import ControlCentre
from simulator.lifelines.lifeline import Duty

LOCAL_SHARE = 0.8
"""Share of the duty served at a pump on its own controls (assumption: nobody balances the tanks)."""

HELD_SHARE = 0.5
"""Share served at a pump frozen at its last set-point (assumption: right at first, wrong within hours)."""


class Waterworks(ControlCentre):
    """*central* while it works and reaches most of the pumps that work, *local* while any pump works, else *none*."""

    kind = "waterworks"
    commands = "pump"

    def judge(self) -> Duty:
        pumps = self.commanded()
        if not pumps:
            works = self.runtime.supply.works(self.id)
            return Duty("central", 1.0, "works") if works else Duty("none", 0.0, "the control room does not work")
        alone = {Fallback.LOCAL: LOCAL_SHARE, Fallback.HOLD: HELD_SHARE}
        blind = self.blind
        share = sum(_share(p.reached, blind, alone[p.fallback]) for p in pumps if p.works) / len(pumps)
        working = [pump for pump in pumps if pump.works]
        if not working:
            return Duty("none", share, "no pump works")
        reached = sum(pump.reached for pump in working)
        if self.in_command(pumps):
            return Duty("central", share, f"reaches {reached} of {len(working)} working pumps")
        if blind:
            return Duty("local", share, f"sees nothing: {reached} of {len(working)} pumps keep their last set-point")
        held = sum(not p.reached and p.fallback is Fallback.HOLD for p in working)
        return Duty("local", share, f"{len(working) - reached} pumps are on their own, {held} of them frozen")


def _share(reached: bool, blind: bool, alone: float) -> float:
    """Served at one pump: a control room that sees nothing leaves what it reaches at the last set-point."""
    return alone if not reached else HELD_SHARE if blind else 1.0
