"""Open drains of tanks: what runs out through them beside what the network takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.contracts.fault import ActiveFault
from simulator.domains.water.catalogue import AREA_SHARE
from simulator.domains.water.model import WaterNetwork

GRAVITY_M_S2 = 9.81
_CLOSE_M = 1e-6


def hole_m2(bursts: Sequence[ActiveFault], diameter_m: float = 0.0) -> float:
    """The area of these holes, times their discharge coefficients; `diameter_m` is that of the main they are in."""
    section_m2 = math.pi / 4 * diameter_m**2

    def area_m2(one: ActiveFault) -> float:
        return one.number("area_m2") + (one.number(AREA_SHARE) * section_m2 if AREA_SHARE in one.parameters else 0.0)

    return float(sum(area_m2(one) * one.number("discharge_coefficient") for one in bursts))


class Drains:
    """Lets tanks (rows of `network.tanks`) run out. EPANET knows no outflow of a tank but through its pipes, so after
    each of its steps the level is lowered by what ran out meanwhile.

    Torricelli's orifice, q = Cd A sqrt(2 g h), over the height h above the tank's floor: the root of h falls by
    Cd A sqrt(2 g) / (2 S) in a second, with the tank's section S at that height. Exact for an upright tank but for
    what flows in during a step. The level falls to the network's minimum level, which is EPANET's bottom.
    `rate_m3_s` is the mean of the last step, at first that of the moment.
    """

    def __init__(self, project: Any, network: WaterNetwork) -> None:
        self._ph, self._network = project, network
        self._area_m2: dict[int, float] = {}
        self._shape: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        self.rate_m3_s = np.zeros(len(network.tanks))

    def __bool__(self) -> bool:
        return bool(self._area_m2)

    def set(self, row: int, area_m2: float) -> None:
        """The drain is open with this area times its discharge coefficient; 0 shuts it."""
        if area_m2 > 0:
            self._area_m2[row] = area_m2
            above_m = self._level_m(row) - float(self._network.tank_min_m[row])
            rate = area_m2 * math.sqrt(2 * GRAVITY_M_S2 * max(0.0, self._level_m(row)))
            self.rate_m3_s[row] = rate if above_m > _CLOSE_M else 0.0
        else:
            self._area_m2.pop(row, None)
            self.rate_m3_s[row] = 0.0

    def let_out(self, seconds: float) -> None:
        """Lower the tanks by what ran out in the step that EPANET has just taken."""
        for row, area_m2 in self._area_m2.items():
            levels, volumes = self._shape_of(row)
            before_m = self._level_m(row)
            here = min(max(int(np.searchsorted(levels, before_m)), 1), len(levels) - 1)
            section_m2 = (volumes[here] - volumes[here - 1]) / (levels[here] - levels[here - 1])
            root = math.sqrt(max(before_m, 0.0)) - area_m2 * math.sqrt(2 * GRAVITY_M_S2) / (2 * section_m2) * seconds
            fallen_m = before_m - max(root, 0.0) ** 2
            volume = float(np.interp(before_m, levels, volumes))
            left = max(volume - fallen_m * section_m2, float(volumes[0]))
            self.rate_m3_s[row] = max(0.0, volume - left) / seconds
            self._lower(row, float(np.interp(left, volumes, levels)))

    def _level_m(self, row: int) -> float:
        node = int(self._network.tanks[row]) + 1
        height = tk.getnodevalue(self._ph, node, tk.HEAD) - tk.getnodevalue(self._ph, node, tk.ELEVATION)
        return float(height) * self._network.units.length_m

    def _lower(self, row: int, level_m: float) -> None:
        unit, node = self._network.units.length_m, int(self._network.tanks[row]) + 1
        lowest, highest = (float(tk.getnodevalue(self._ph, node, edge)) for edge in (tk.MINLEVEL, tk.MAXLEVEL))
        margin = 1e-9 * (highest - lowest)
        tk.setnodevalue(self._ph, node, tk.TANKLEVEL, min(max(level_m / unit, lowest + margin), highest - margin))

    def _shape_of(self, row: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Levels (m) and the volumes (m3) up to them, from the minimum to the maximum level."""
        if row not in self._shape:
            network, node = self._network, int(self._network.tanks[row]) + 1
            lowest, highest = float(network.tank_min_m[row]), float(network.tank_max_m[row])
            levels = np.array([lowest, highest])
            volumes: NDArray[np.float64] = np.array([network.tank_min_volume_m3[row], network.tank_max_volume_m3[row]])
            curve = int(tk.getnodevalue(self._ph, node, tk.VOLCURVE))
            if curve:
                points = [tk.getcurvevalue(self._ph, curve, i + 1) for i in range(tk.getcurvelen(self._ph, curve))]
                height = np.array([x for x, _ in points]) * network.units.length_m
                held = np.array([y for _, y in points]) * network.units.volume_m3
                inside = (height > lowest) & (height < highest)
                levels = np.r_[lowest, height[inside], highest]
                volumes = np.asarray(np.interp(levels, height, held))
            self._shape[row] = levels, volumes
        return self._shape[row]
