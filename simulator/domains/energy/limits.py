"""What no detour may do: overload a line or transformer, or pull a voltage down. Checked on a copy of the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulator.domains.energy.engine import Solver
from simulator.domains.energy.model import Bools, Floats, Solution
from simulator.domains.energy.state import GridState

LOWEST_PU = 0.9
"""No detour may pull a bus below this voltage (EN 50160: -10 %)."""
HIGHEST_LOADING = 1.0
"""No detour may load a line or transformer above its rating."""
SAME = 1e-6
"""Difference of a voltage or loading that does not matter."""


class Limits:
    """Limits of loading and voltage.

    They are those of the intact grid at its rated load (`peak`) where that is worse than 100 % or 0.9 p.u.: a grid
    that was published overloaded is not held to more than it ever kept (assumption).
    """

    def __init__(self, state: GridState, solver: Solver, peak: Solution) -> None:
        self._state, self._solver = state, solver
        self.top: Floats = np.maximum(HIGHEST_LOADING, peak.loading)
        self._floor: Floats = np.minimum(LOWEST_PU, np.where(peak.voltage_pu > 0, peak.voltage_pu, LOWEST_PU))

    def carries(self, closed: Bools, buses: Bools, share: float) -> bool:
        """Whether nothing is overloaded with these ends closed. `share` of each rating is used up at most.

        What is overloaded without any load of `buses` does not count against them, but they may not add to it.
        """
        state = self._state
        bare = self._solver.what_if(state.inputs(closed, state.shed | buses))
        return not bare.approximate and self._fits(self._solver.what_if(state.inputs(closed)), bare, share)

    def kept(self, flow: Solution, before: Solution) -> bool:
        """Whether what is live in a power flow keeps the limits, but for what was beyond them before."""
        alive = replace(flow, voltage_pu=np.where(flow.voltage_pu > 0, flow.voltage_pu, before.voltage_pu))
        return not before.approximate and self._fits(alive, before, HIGHEST_LOADING)

    def _fits(self, flow: Solution, bare: Solution, share: float) -> bool:
        if flow.approximate:
            return False
        loaded = flow.loading <= np.maximum(share * self.top, bare.loading + SAME)
        held = flow.voltage_pu >= np.minimum(self._floor, bare.voltage_pu - SAME)
        return bool(loaded.all() and held.all())
