"""Load and plants after an outage: cold-load pick-up, and photovoltaics that wait and come back slowly."""

from __future__ import annotations

import numpy as np

from simulator.contracts.ticks import to_s
from simulator.domains.energy.model import Bools, Floats, Grid, Ints

OUTAGE_H = (0.0, 1.0, 4.0, 8.0)
PEAK = (1.0, 1.4, 1.8, 2.0)
UNTIL_H = (0.0, 3.0, 11.0, 13.0)
"""What thermostats draw at first after outages of so many hours, over what they drew before, and after how many
hours it is below 1.1 again: 3,000 thermostats of first order at 0 °C outside, time constants 65 and 230 h, oversize
1.0 to 1.5 (computed; population model of Ihara and Schweppe 1981; tests/energy/test_pickup.py computes it anew)."""
THERMOSTATS = 0.3
"""Share of the load that thermostats hold: hot water, cooling, freezing, electric heating (assumption)."""
FADED = 0.1
WAIT_S = 60.0
"""Voltage and frequency must be in order for so long before an inverter feeds in again (VDE-AR-N 4105)."""
RAMP_S = 600.0
"""It then comes back with 10 % of its rating a minute (VDE-AR-N 4105)."""
RETURN_S = WAIT_S + RAMP_S
"""After that an inverter is back as it was."""


def peak_factor(outage_s: Floats) -> Floats:
    """Load of a bus at the moment it comes back, over its ordinary load, after an outage of so long."""
    return 1.0 + THERMOSTATS * (np.interp(outage_s / 3600.0, OUTAGE_H, PEAK) - 1.0)


def fading_factor(outage_s: Floats, since_s: Floats) -> Floats:
    """The same, some time after it came back: exponential, through the published time at which 1.1 is passed."""
    hours = outage_s / 3600.0
    above = np.interp(hours, OUTAGE_H, PEAK) - 1.0
    until_h = np.maximum(np.interp(hours, OUTAGE_H, UNTIL_H), 1e-3)
    rate = np.maximum(np.log(np.maximum(above, 1e-9) / FADED), 0.5) / until_h
    return 1.0 + THERMOSTATS * above * np.exp(-rate * since_s / 3600.0)


def ramp(live_s: Floats) -> Floats:
    """Share of its rating that an inverter may feed in so long after its bus came back."""
    return np.clip((live_s - WAIT_S) / RAMP_S, 0.0, 1.0)


class Return:
    """How long buses have been without supply, and how long back. `factor` is that on the load of each bus."""

    def __init__(self, grid: Grid) -> None:
        buses = len(grid.bus_ids)
        self._pv_bus: Ints = grid.gen_bus[grid.pv_gen]
        self._up: Bools = np.ones(buses, dtype=np.bool_)
        self._live: Bools = np.ones(buses, dtype=np.bool_)
        self._turned = np.full(buses, -np.inf)
        self._outage_s = np.zeros(buses)
        self._live_since = np.full(buses, -np.inf)
        self.factor: Floats = np.ones(buses)
        self.pv_share: Floats = np.ones(len(grid.pv_ids))

    def advance(self, tick: int) -> None:
        """Factors for a power flow at this tick. What is dark is counted as it would come back now."""
        since = to_s(1) * (tick - self._turned)
        with np.errstate(invalid="ignore"):
            fading = fading_factor(self._outage_s, np.where(np.isfinite(since), since, 0.0))
            dark = peak_factor(np.where(np.isfinite(since), since, 0.0))
        self.factor = np.where(self._up, np.where(self._outage_s > 0, fading, 1.0), dark)
        live_s = to_s(1) * (tick - self._live_since)
        self.pv_share = np.where(self._live, ramp(live_s), 0.0)[self._pv_bus]

    def lose(self, buses: Bools) -> None:
        """Inverters at these buses have tripped: they feed nothing until their bus is found live again."""
        self._live = self._live & ~buses

    def note(self, tick: int, up: Bools, live: Bools) -> bool:
        """Take over what a power flow found. Returns whether inverters begin to wait."""
        lost, back = self._up & ~up, ~self._up & up
        self._outage_s[back] = to_s(1) * (tick - self._turned[back])
        self._turned[lost | back] = tick
        waking = ~self._live & live
        self._live_since[waking] = tick
        self._up, self._live = up.copy(), live.copy()
        return bool(waking[self._pv_bus].any())
