"""Empty tanks that EPANET lets give water all the same, full ones that it lets take some, and what shuts them."""

from __future__ import annotations

from typing import Any

from epanet import toolkit as tk

from simulator.domains.water.model import WaterNetwork
from simulator.domains.water.overrides import NO_FLOW_M3_S, Overrides

HALF_A_SECOND_S = 0.5
"""EPANET rounds the time until a tank is empty or full to whole seconds, and passes over one of zero."""
_TOLERANCE_M = 0.0005 * 0.3048
"""EPANET's own tolerance of heads (0.0005 ft)."""
_TURNS = 5


class Edges:
    """Shuts the pipes through which an empty tank gives water, or a full one takes some, until it could the other way.

    EPANET shuts what leads out of an empty tank, or into a full one, only where the head falls along it by more than
    its tolerance. Through a short and wide main, which loses less, the tank goes on giving water that it has not, for
    a step or for hours. A tank that may overflow is never shut for being full.
    """

    def __init__(self, project: Any, network: WaterNetwork, overrides: Overrides) -> None:
        self._ph, self._network, self._overrides = project, network, overrides
        self._shut: dict[int, tuple[int, int]] = {}
        self.opened_again = False
        """Whether a control of the network opens at this instant, by the clock, what is shut here: a second later it
        does not any more."""
        self._tanks: list[tuple[int, float, float, float]] = []
        for row, node in enumerate(network.tanks.tolist()):
            lowest, highest = float(network.tank_min_m[row]), float(network.tank_max_m[row])
            usable_m3 = float(network.tank_max_volume_m3[row] - network.tank_min_volume_m3[row])
            if highest > lowest:
                if tk.getnodevalue(project, node + 1, tk.CANOVERFLOW):
                    highest = float("inf")
                self._tanks.append((node, lowest, highest, usable_m3 / (network.tank_max_m[row] - lowest)))

    def look(self, turn: int) -> bool:
        """After each solve; whether something was shut or opened, which asks for another. `turn` counts the solves of
        one instant: after some of them what swings stays shut until the next."""
        opened = turn < _TURNS and self._open()
        return self._close(last=turn >= _TURNS) or opened

    def _open(self) -> bool:
        changed = False
        for link, (tank, way) in list(self._shut.items()):
            ends = self._network.ends[link].tolist()
            other = ends[0] if ends[1] == tank else ends[1]
            if way * (self._head_m(tank) - self._head_m(other)) > _TOLERANCE_M:
                del self._shut[link]
                if self._overrides.may_open(link):
                    tk.setlinkvalue(self._ph, link + 1, tk.STATUS, 1)
                    changed = True
        return changed

    def _close(self, *, last: bool) -> bool:
        ph, network, changed = self._ph, self._network, False
        self.opened_again = False
        for tank, lowest_m, highest_m, section_m2 in self._tanks:
            inflow = float(tk.getnodevalue(ph, tank + 1, tk.DEMAND)) * network.units.flow_m3_s
            if abs(inflow) <= NO_FLOW_M3_S:
                continue
            way = 1 if inflow > 0 else -1
            level_m = self._head_m(tank) - float(network.elevation_m[tank])
            left_m = highest_m - level_m if inflow > 0 else level_m - lowest_m
            if left_m * section_m2 >= HALF_A_SECOND_S * abs(inflow):
                continue
            for link in network.links_at[tank]:
                flow = float(tk.getlinkvalue(ph, link + 1, tk.FLOW)) * network.units.flow_m3_s
                entering = flow if int(network.ends[link, 1]) == tank else -flow
                pipe = network.link_kind[link] == "pipe" and not network.check_valve[link]
                if pipe and way * entering > NO_FLOW_M3_S:
                    if last and self._shut.get(link) == (tank, way):
                        self.opened_again = True
                        continue
                    tk.setlinkvalue(ph, link + 1, tk.STATUS, 0)
                    self._shut[link] = tank, way
                    changed = True
        return changed

    def _head_m(self, node: int) -> float:
        return float(tk.getnodevalue(self._ph, node + 1, tk.HEAD)) * self._network.units.length_m
