"""Links that are not as their controls want them: broken, shut off, stuck, without power, or held; counted by cause."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from epanet import toolkit as tk

from simulator.domains.water.controls import Automation, Setpoint
from simulator.domains.water.model import WaterNetwork

_SHUT_MINOR_LOSS = 1e15
"""EPANET refuses to close a pipe with a check valve, so its local loss is raised until nothing passes (assumption)."""


_SAME_SETTING = 1e-9
"""Settings that differ by less than this share are the same: it is the rounding of units."""

_STARVED = 1
"""EPANET's state of a pump that it closed for the time being, for want of water; it may never reopen it by itself."""

NO_FLOW_M3_S = 1e-6
"""What flows less than this, a millilitre a second, does not flow (assumption: through a closed link EPANET lets 1e-8
ft3/s pass for each foot of head, which at 100 m are 1e-7 m3/s)."""


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


def _alike(one: Setpoint, other: Setpoint) -> bool:
    if one.setting is None or other.setting is None:
        return one.setting is other.setting
    return math.isclose(one.setting, other.setting, rel_tol=_SAME_SETTING)


How = Force | Written
"""What a cause does to a link."""


class Overrides:
    """Overrides single links (indices from 0) and lets them go again, to where their controls want them by then.

    Shut beats open beats a written set-point beats hold; of written ones the least counts. A link that is still held
    when another cause goes stays as it stands: a motor that stopped needs a start command, and while it is held none
    arrives.

    EPANET is told only what makes a difference, and a link is put back only if something was done to it: to shut what
    does not flow is nothing until it would flow (`look` sees to that), nor is a set-point that is there already. So a
    network in which nothing that flowed was changed goes on as it would have without, to the last digit.
    """

    def __init__(self, project: Any, network: WaterNetwork, automation: Automation) -> None:
        self._ph, self._network, self._automation = project, network, automation
        self._causes: dict[int, dict[str, How]] = {}
        self._found: dict[int, Setpoint] = {}
        self._commanded: dict[int, Setpoint] = {}
        self._written: set[int] = set()
        self._shut: set[int] = set()
        self._idle: set[int] = set()
        self._starved: set[int] = set()
        self._asleep: dict[int, set[int]] = {}
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
            self._found[link] = self._commanded[link] = self._automation.commanded(link)
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
        found, wanted = self._found.pop(link), self._commanded.pop(link)
        self._idle.discard(link)
        if link in self._written or wanted != found:
            self._command(link, wanted)
        self._written.discard(link)
        self._opened(link)

    def touches(self, link: int, cause: str, how: How | None) -> bool:
        """Whether EPANET would have to be told something if this cause came, or with `how` None went."""
        hows = {key: value for key, value in self._causes.get(link, {}).items() if key != cause}
        if how is not None:
            hows[cause] = how
        if hows:
            wanted = self._wanted(link, hows)
            return wanted is not None and self._differs(link, wanted)
        changed = link in self._written or self._commanded.get(link) != self._found.get(link)
        return changed or self._asleep.get(link) == set()

    def forced(self, link: int) -> bool:
        """Whether any cause overrides the link."""
        return link in self._causes

    def how(self, link: int, cause: str) -> How | None:
        """What this cause does to the link."""
        return self._causes.get(link, {}).get(cause)

    def off_command(self, link: int) -> bool:
        """Whether somebody makes the link do something else than its own controls would, where that moves water."""
        causes = self._causes.get(link, {})
        if Force.SHUT in causes.values():
            return False
        wanted = self._wanted(link, causes)
        if wanted is None or link in self._idle:
            return False
        commanded = self._commanded[link]
        other = wanted.open is not commanded.open or (wanted.open and not _alike(wanted, commanded))
        return other and (not wanted.open or self._flows(link))

    @property
    def idle(self) -> tuple[int, ...]:
        """Links that are shut without EPANET being told, as nothing flows there."""
        return tuple(self._idle)

    def start_again(self) -> None:
        """Before each solve: start the pumps that somebody wants to run and EPANET has shut for the time being. Those
        of constant power it may shut without a cause, and leaves them so."""
        for pump in self._starved:
            wanted = self._wanted(pump, self._causes.get(pump, {}))
            if wanted is not None and wanted.open:
                self._start(pump)

    def look(self) -> bool:
        """After each solve: shut by now what was idle and would flow, which asks for another solve; and see which
        pumps a shut link has just taken the water from."""
        flowing = [link for link in self._idle if self._flows(link)]
        for link in flowing:
            self._idle.discard(link)
            self._write(link, is_open=False)
            self._written.add(link)
            self._shut.add(link)
        starving = self._starving()
        if self._shut and (fallen := starving - self._starved):
            for pump in fallen:
                self._asleep.setdefault(pump, set()).update(self._shut & self._beside(pump))
        self._starved = starving
        return bool(flowing)

    def may_open(self, link: int) -> bool:
        """Whether nobody wants the link shut: EPANET may have shut it for the time being, as it does with a check
        valve, a pump against too much head, or what leads to a full tank."""
        if link in self._shut or link in self._idle:
            return False
        if self._network.check_valve[link]:
            return link not in self.choked
        wanted = self._automation.commanded(link)
        return wanted.open or (self._network.link_kind[link] == "valve" and wanted.setting is not None)

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

    def would_act(self, node: int, gain: float, offset_m: float) -> bool:
        """Whether controls would switch anything now if they saw a node so."""
        return self._automation.would_act(node, gain, offset_m)

    def falsify(self, node: int, gain: float, offset_m: float) -> None:
        """Controls see level or pressure of this node times `gain` plus `offset_m` from now on."""
        self._automation.falsify(node, gain, offset_m)

    def _settle(self, link: int) -> None:
        wanted = self._wanted(link, self._causes[link])
        if wanted is None:
            return
        if not wanted.open and link not in self._shut and not self._flows(link):
            self._idle.add(link)
            return
        self._idle.discard(link)
        if not self._differs(link, wanted):
            return
        self._written.add(link)
        if wanted.open:
            self._command(link, wanted)
            self._opened(link)
        else:
            self._write(link, is_open=False)
            self._shut.add(link)

    def _wanted(self, link: int, causes: Mapping[str, How]) -> Setpoint | None:
        """What these causes come to, None for as it stands."""
        hows = causes.values()
        if Force.SHUT in hows:
            return Setpoint(False)
        if Force.OPEN in hows:
            return Setpoint(True)
        written = [one for one in hows if isinstance(one, Written)]
        if not written:
            return None
        least = min(written, key=_passes)
        commanded = self._commanded[link] if link in self._commanded else self._automation.commanded(link)
        return Setpoint(False) if least.interlocked and not commanded.open else least.setpoint

    def _differs(self, link: int, wanted: Setpoint) -> bool:
        """Whether a link is otherwise than wanted, as far as anything flows."""
        if not wanted.open:
            return link not in self._shut and self._flows(link)
        if link in self._shut:
            return True
        kind = self._network.link_kind[link]
        setting = float(tk.getlinkvalue(self._ph, link + 1, tk.SETTING))
        if kind == "pump":
            return not math.isclose(setting, 1.0 if wanted.setting is None else wanted.setting, rel_tol=_SAME_SETTING)
        if kind == "valve" and wanted.setting is not None:
            return not math.isclose(setting, wanted.setting, rel_tol=_SAME_SETTING)
        if kind == "valve" and tk.getlinktype(self._ph, link + 1) != tk.GPV:  # forced open is without a setting
            return self._automation.commanded(link) != Setpoint(True)
        return not self.may_open(link)

    def _flows(self, link: int) -> bool:
        flow = float(tk.getlinkvalue(self._ph, link + 1, tk.FLOW)) * self._network.units.flow_m3_s
        return abs(flow) > NO_FLOW_M3_S

    def _command(self, link: int, wanted: Setpoint) -> None:
        if wanted.setting is not None and (wanted.open or self._network.link_kind[link] == "valve"):
            tk.setlinkvalue(self._ph, link + 1, tk.SETTING, wanted.setting)
        else:
            self._write(link, wanted.open)

    def _opened(self, link: int) -> None:
        """A link is shut no longer: start the pumps again from which it had taken the water, and nothing else."""
        self._shut.discard(link)
        for pump, shut in list(self._asleep.items()):
            shut.discard(link)
            if shut or pump in self._causes:
                continue
            del self._asleep[pump]
            if pump in self._starving():
                self._start(pump)

    def _start(self, pump: int) -> None:
        """Start a pump again that EPANET has shut for the time being."""
        speed = tk.getlinkvalue(self._ph, pump + 1, tk.SETTING)
        tk.setlinkvalue(self._ph, pump + 1, tk.STATUS, 0)
        tk.setlinkvalue(self._ph, pump + 1, tk.SETTING, speed)

    def _starving(self) -> set[int]:
        """The pumps that EPANET has shut for the time being."""
        pumps = self._network.pumps.tolist()
        return {pump for pump in pumps if tk.getlinkvalue(self._ph, pump + 1, tk.PUMP_STATE) == _STARVED}

    def _beside(self, pump: int) -> set[int]:
        """The links that meet the mains on either side of a pump, as far as these are open and up to the next tank."""
        network, found = self._network, set[int]()
        queue = [int(node) for node in network.ends[pump]]
        seen = set(queue)
        while queue:
            node = queue.pop()
            if network.node_kind[node] != "junction":
                continue
            for link in network.links_at[node]:
                found.add(link)
                if link not in self._shut and tk.getlinkvalue(self._ph, link + 1, tk.STATUS):
                    ends = {int(end) for end in network.ends[link]} - seen
                    seen |= ends
                    queue += ends
        return found

    def _write(self, link: int, is_open: bool) -> None:
        if not self._network.check_valve[link]:
            tk.setlinkvalue(self._ph, link + 1, tk.STATUS, int(is_open))
        elif not is_open and link not in self.choked:
            self.choked[link] = float(tk.getlinkvalue(self._ph, link + 1, tk.MINORLOSS))
            tk.setlinkvalue(self._ph, link + 1, tk.MINORLOSS, _SHUT_MINOR_LOSS)
        elif is_open and link in self.choked:
            tk.setlinkvalue(self._ph, link + 1, tk.MINORLOSS, self.choked.pop(link))
