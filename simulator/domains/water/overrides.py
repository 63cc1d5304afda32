"""Links that are not as their controls want them: broken, shut off, stuck, without power, or held; counted by cause."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

from epanet import toolkit as tk

from simulator.domains.water.controls import Automation, Setpoint
from simulator.domains.water.model import WaterNetwork

_SHUT_MINOR_LOSS = 1e15
"""EPANET refuses to close a pipe with a check valve, so its local loss is raised until nothing passes (assumption)."""


_STARVED = 1
"""EPANET's state of a pump that it closed for the time being, because its station was cut off; it never reopens it."""


class Force(Enum):
    """How a cause overrides a link: shut, forced open, or left as it stands, each with its controls off."""

    SHUT = "shut"
    OPEN = "open"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Written:
    """A set-point that somebody writes to a link, with its controls off.

    `interlocked`: it stops all the same where its own controls would have stopped it, within a hydraulic step.
    """

    setpoint: Setpoint
    interlocked: bool = False


def _passes(written: Written) -> tuple[bool, float]:
    """The less it lets through, the smaller: shut, then by the set-point; one that just opens lets most through."""
    wanted = written.setpoint
    return wanted.open, math.inf if wanted.setting is None else wanted.setting


How = Force | Written
"""What a cause does to a link."""


class Overrides:
    """Overrides single links (indices from 0) and lets them go again, to where their controls want them by then.

    Shut beats open beats a written set-point beats hold; of written ones the least counts. A link that is still held
    when another cause goes stays as it stands: a motor that stopped needs a start command, and while it is held none
    arrives.
    """

    def __init__(self, project: Any, network: WaterNetwork, automation: Automation) -> None:
        self._ph, self._network, self._automation = project, network, automation
        self._causes: dict[int, dict[str, How]] = {}
        self._commanded: dict[int, Setpoint] = {}
        self.choked: dict[int, float] = {}

    def setpoint(self, link: int, setting: float) -> Setpoint:
        """The set-point that a number means for a link: a pump's speed as a share of the rated one; in SI what a valve
        holds, which is a pressure (m), a flow (m3/s) or a loss coefficient. 0 shuts it."""
        kind, units = int(tk.getlinktype(self._ph, link + 1)), self._network.units
        if setting <= 0 or kind == tk.GPV:
            return Setpoint(setting > 0, 0.0 if kind == tk.PUMP else None)
        if kind in (tk.PRV, tk.PSV, tk.PBV):
            return Setpoint(True, setting * units.pressure_per_m)
        return Setpoint(True, setting / units.flow_m3_s if kind == tk.FCV else setting)

    def force(self, link: int, cause: str, how: How) -> None:
        """Override a link for as long as this cause lasts; its controls are off."""
        causes = self._causes.setdefault(link, {})
        if not causes:
            self._commanded[link] = self._automation.commanded(link)
            self._automation.lock(link)
        causes[cause] = how
        self._settle(link)

    def release(self, link: int, cause: str) -> None:
        """Take one cause away. With the last one the link does what its controls want by now."""
        causes = self._causes.get(link, {})
        if causes.pop(cause, None) is None:
            return
        if causes:
            self._settle(link)
            return
        del self._causes[link]
        self._automation.release(link)
        self._command(link, self._commanded.pop(link))
        self._wake_pumps()

    def forced(self, link: int) -> bool:
        """Whether any cause overrides the link."""
        return link in self._causes

    def how(self, link: int, cause: str) -> How | None:
        """What this cause does to the link."""
        return self._causes.get(link, {}).get(cause)

    @property
    def any_shut(self) -> bool:
        return any(Force.SHUT in causes.values() for causes in self._causes.values())

    def follow(self, since_s: int, t_s: int) -> None:
        """Keep up with what the controls of overridden links would have commanded since then."""
        for link, wanted in self._commanded.items():
            now = self._automation.follow(link, wanted, since_s, t_s)
            if now != wanted:
                self._commanded[link] = now
                if any(isinstance(how, Written) and how.interlocked for how in self._causes[link].values()):
                    self._settle(link)

    def acting_on(self, node: int) -> int:
        """How many controls and rules look at the level or pressure of a node."""
        return self._automation.acting_on(node)

    def falsify(self, node: int, gain: float, offset_m: float) -> None:
        """Controls see level or pressure of this node times `gain` plus `offset_m` from now on."""
        self._automation.falsify(node, gain, offset_m)

    def _settle(self, link: int) -> None:
        how = self._causes[link].values()
        if Force.SHUT in how:
            self._write(link, is_open=False)
        elif Force.OPEN in how:
            self._write(link, is_open=True)
        elif written := [one for one in how if isinstance(one, Written)]:
            least = min(written, key=_passes)
            stopped = least.interlocked and not self._commanded[link].open
            self._command(link, Setpoint(False, 0.0) if stopped else least.setpoint)

    def _command(self, link: int, wanted: Setpoint) -> None:
        if wanted.setting is not None and (wanted.open or self._network.link_kind[link] == "valve"):
            tk.setlinkvalue(self._ph, link + 1, tk.SETTING, wanted.setting)
        else:
            self._write(link, wanted.open)

    def _wake_pumps(self) -> None:
        """Start the pumps again that EPANET shut for the time being, and would leave shut, for want of water."""
        for pump in self._network.pumps.tolist():
            if pump not in self._causes and tk.getlinkvalue(self._ph, pump + 1, tk.PUMP_STATE) == _STARVED:
                speed = tk.getlinkvalue(self._ph, pump + 1, tk.SETTING)
                tk.setlinkvalue(self._ph, pump + 1, tk.STATUS, 0)
                tk.setlinkvalue(self._ph, pump + 1, tk.SETTING, speed)

    def _write(self, link: int, is_open: bool) -> None:
        if not self._network.check_valve[link]:
            tk.setlinkvalue(self._ph, link + 1, tk.STATUS, int(is_open))
        elif not is_open and link not in self.choked:
            self.choked[link] = float(tk.getlinkvalue(self._ph, link + 1, tk.MINORLOSS))
            tk.setlinkvalue(self._ph, link + 1, tk.MINORLOSS, _SHUT_MINOR_LOSS)
        elif is_open and link in self.choked:
            tk.setlinkvalue(self._ph, link + 1, tk.MINORLOSS, self.choked.pop(link))
