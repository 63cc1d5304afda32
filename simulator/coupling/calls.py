"""How a call for help reaches those who are to come: by telephone, or with somebody who drives or walks there."""

from __future__ import annotations

import math
from collections.abc import Callable

from simulator.contracts.city import City
from simulator.coupling.travel import Travel

Connected = Callable[[str, str], bool]
"""Whether somebody at one component can telephone with somebody at another now."""

SET_OFF_S = 900.0
"""Time until somebody has given up on the telephone and sets off (assumption)."""

ON_FOOT_M_S = 4 / 3.6
"""How fast a messenger walks where no road is open (assumption: 4 km/h)."""

DETOUR = 1.3
"""How much longer his way is than the straight line (assumption)."""


class Calls:
    """Whoever calls stands where help is needed. The telephone network says who can be reached; a town without one has
    telephones that never fail."""

    def __init__(self, city: City, travel: Travel) -> None:
        self._city, self._travel = city, travel
        self._connected: Connected = lambda origin, destination: True
        self._listeners: list[Callable[[], None]] = []

    def provide(self, connected: Connected) -> None:
        self._connected = connected

    def listen(self, changed: Callable[[], None]) -> None:
        """Be told when who can telephone may have changed."""
        self._listeners.append(changed)

    def changed(self) -> None:
        for listener in self._listeners:
            listener()

    def reached(self, origin: str, destination: str) -> bool:
        """Whether a call from `origin` to `destination` gets through by telephone."""
        return self._connected(origin, destination)

    def messenger_s(self, origin: str, destination: str) -> float:
        """Seconds until a messenger from `origin` is at `destination`: he drives, or walks where no road is open."""
        drive_s = self._travel.time_s(origin, destination)
        if drive_s is None:
            a, b = self._city.components[origin], self._city.components[destination]
            drive_s = DETOUR * math.hypot(a.x_m - b.x_m, a.y_m - b.y_m) / ON_FOOT_M_S
        return SET_OFF_S + drive_s
