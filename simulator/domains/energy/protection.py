"""Protection that trips on lasting overload, by the inverse-time curve of IEC 60255-151; cascades follow from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.contracts.ticks import to_s, to_ticks
from simulator.domains.energy.model import Floats
from simulator.kernel import Clock

PICKUP = 1.2
"""Current above which a relay counts, over the rating (assumption; 1.2 to 1.5 is usual), or over what the intact grid
carries at its rated load where that is more."""
TMS = 1.0
"""Time multiplier of the relays (assumption)."""
K, ALPHA = 0.14, 0.02
"""Standard inverse curve of IEC 60255-151: t = TMS k / ((I/Is)^alpha - 1)."""


def trip_s(ratio: Floats) -> Floats:
    """Time to trip in s at a current over the setting; infinite up to 1."""
    over = np.maximum(ratio, 1.0) ** ALPHA - 1.0
    return np.where(over > 0, TMS * K / np.where(over > 0, over, 1.0), np.inf)


class Protection:
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
