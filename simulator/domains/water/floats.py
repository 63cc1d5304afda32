"""Tanks that float at their top or bottom edge, and what keeps them from driving the solver into steps of a second."""

from __future__ import annotations

from typing import Any

from epanet import toolkit as tk

from simulator.domains.water.model import WaterNetwork

SHORT_S = 10
"""A hydraulic step below that is short."""
FEW = 5
"""So many short steps within one call are taken as they come: a tank does fill up, a control does switch."""
NEAR_M = 0.001
"""A tank whose level is nearer to its edge than that is at its edge (assumption). It is a litre in a square metre, far
below what any level sensor tells; nearer than 0.15 mm EPANET itself takes it for full."""
_INSIDE = 1e-9


class Floats:
    """Ends the swinging of tanks that are full (or empty) within a hair's breadth.

    EPANET ends a step when a tank becomes full. Two tanks that float at their tops can pass a few litres back and forth
    for hours: one fills within a second and closes, the flow turns to the other, and each turn is a solve. From the
    sixth short step on such tanks are put to their edge exactly, all at once: full is then full, and they stay so
    until the network draws from them for longer. `added_m3` is what that added, or took where negative.
    """

    def __init__(self, project: Any, network: WaterNetwork) -> None:
        self._ph, self._network = project, network
        self._short = 0
        self.added_m3 = 0.0
        self._tanks: tuple[tuple[int, float, float, float], ...] = ()
        found = []
        for row, node in enumerate(network.tanks.tolist()):
            lowest, highest = (float(tk.getnodevalue(project, node + 1, edge)) for edge in (tk.MINLEVEL, tk.MAXLEVEL))
            height_m = (highest - lowest) * network.units.length_m
            if height_m > 2 * NEAR_M:
                usable_m3 = float(network.tank_max_volume_m3[row] - network.tank_min_volume_m3[row])
                found.append((node + 1, lowest, highest, usable_m3 / height_m))
        self._tanks = tuple(found)

    def begin(self) -> None:
        """A call to go on begins."""
        self._short = 0

    def still(self, lived_s: int) -> None:
        """After each of EPANET's steps, before the network is solved at its end."""
        if lived_s >= SHORT_S:
            return
        self._short += 1
        if self._short <= FEW:
            return
        unit = self._network.units.length_m
        for node, lowest, highest, section_m2 in self._tanks:
            head = float(tk.getnodevalue(self._ph, node, tk.HEAD))
            level = head - float(tk.getnodevalue(self._ph, node, tk.ELEVATION))
            margin = _INSIDE * (highest - lowest)
            for edge, to in ((highest, highest - margin), (lowest, lowest + margin)):
                away_m = abs(edge - level) * unit
                if 2 * margin * unit < away_m < NEAR_M:
                    tk.setnodevalue(self._ph, node, tk.TANKLEVEL, to)
                    self.added_m3 += (to - level) * unit * section_m2
