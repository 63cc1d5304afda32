"""Relays: lasting overload by the inverse-time curve of IEC 60255-151, lasting undervoltage by a definite time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.contracts.ticks import to_s, to_ticks
from simulator.domains.energy.model import Bools, Floats, Ints
from simulator.kernel import Clock

PICKUP = 1.2
"""Current above which a relay counts, over the rating (assumption; 1.2 to 1.5 is usual), or over what the intact grid
carries at its rated load where that is more."""
TMS = 1.0
"""Time multiplier of the relays (assumption)."""
K, ALPHA = 0.14, 0.02
"""Standard inverse curve of IEC 60255-151: t = TMS k / ((I/Is)^alpha - 1)."""
INVERTER_PU, INVERTER_S = 0.8, 3.0
"""An inverter trips when the voltage has been below this for so long (VDE-AR-N 4105:2018, U<; a maker's profile for it,
secondary)."""
INVERTER_BACK_PU = 0.85
"""Voltage from which on its wait begins (VDE-AR-N 4105:2018, secondary)."""
PLANT_PU, PLANT_S = 0.8, 2.7
"""A power plant trips when the voltage has been below this for so long (VDE-AR-N 4110:2018, U< at the point of
connection; secondary)."""


def trip_s(ratio: Floats) -> Floats:
    """Time to trip in s at a current over the setting; infinite up to 1."""
    over = np.maximum(ratio, 1.0) ** ALPHA - 1.0
    return np.where(over > 0, TMS * K / np.where(over > 0, over, 1.0), np.inf)


class Overload:
    """The relays of all branches: a relay trips when its integral of dt / t_trip is 1 and resets below its setting."""

    def __init__(self, clock: Clock, settings: Floats, trip: Callable[[int], None]) -> None:
        """`settings` are the loadings above which each counts; `trip` is called with the branch."""
        self._clock, self._settings, self._trip = clock, settings, trip
        self._done = np.zeros(len(settings))
        self._rate = np.zeros(len(settings))
        self._since = clock.now
        self._serial = 0

    def look(self, loading: Floats) -> None:
        """Take over the loadings (shares of the ratings) that hold from now on."""
        now = self._clock.now
        self._done += self._rate * to_s(now - self._since)
        self._since = now
        self._rate = 1.0 / trip_s(loading / self._settings)
        self._done[self._rate == 0.0] = 0.0
        self._serial += 1
        counting = np.flatnonzero(self._rate > 0)
        if not len(counting):
            return
        left = (1.0 - self._done[counting]) / self._rate[counting]
        first, serial = int(counting[left.argmin()]), self._serial

        def due() -> None:
            if serial == self._serial:
                self._done[first] = 0.0
                self._trip(first)

        at = now + max(1, to_ticks(max(0.0, float(left.min()))))
        if at <= self._clock.end:
            self._clock.at(at, "protection", due)


class Undervoltage:
    """Relays with a definite time: each trips when the voltage has been below its own without a break for that time.

    A threshold of 0 is no relay. All that are due at one instant trip together; `trip` is called with them.
    """

    def __init__(self, clock: Clock, below_pu: Floats, delay_s: Floats, trip: Callable[[Ints], None]) -> None:
        self._clock, self._below, self._trip = clock, below_pu, trip
        self._delay = np.array([to_ticks(one) for one in delay_s.tolist()], dtype=np.float64)
        self._since = np.full(len(below_pu), np.inf)
        self._serial = 0

    def look(self, voltage: Floats, live: Bools) -> None:
        """Take over the voltages that hold from now on; what is not live is not watched."""
        now = self._clock.now
        low = live & (voltage < self._below)
        self._since = np.where(low, np.minimum(self._since, now), np.inf)
        self._serial += 1
        if not low.any():
            return
        due_at, serial = self._since + self._delay, self._serial

        def due() -> None:
            if serial == self._serial:
                at_once = np.flatnonzero(due_at <= self._clock.now)
                self._since[at_once] = np.inf
                self._trip(at_once)

        at = max(now + 1, int(due_at.min()))
        if at <= self._clock.end:
            self._clock.at(at, "protection", due)
