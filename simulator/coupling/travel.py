"""How long it takes to get from one component to another over the roads as they are now."""

from __future__ import annotations

from collections.abc import Callable

from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.coupling.supply import Supply

RoadTime = Callable[[str, str], float | None]
"""Seconds from one road node (component id) to another now, None if no open road leads there."""


class Travel:
    """Travel times between components, through the road links that give them access.

    The traffic domain provides times between road nodes. Without a road network the town has no roads to block, and
    times are straight lines at `FALLBACK_M_S` (assumption: 30 km/h with detours).
    """

    FALLBACK_M_S = 30 / 3.6

    def __init__(self, city: City, supply: Supply) -> None:
        self._city, self._supply = city, supply
        self._provider: RoadTime | None = None

    def provide(self, road_time: RoadTime) -> None:
        self._provider = road_time

    def time_s(self, origin: str, destination: str) -> float | None:
        """Seconds from `origin` to `destination`, None if there is no way: no road link, all cut, or no route."""
        if self._provider is None:
            a, b = self._city.components[origin], self._city.components[destination]
            return float(((a.x_m - b.x_m) ** 2 + (a.y_m - b.y_m) ** 2) ** 0.5 / self.FALLBACK_M_S)
        best: float | None = None
        for start in self._gates(origin):
            for end in self._gates(destination):
                seconds = 0.0 if start == end else self._provider(start, end)
                if seconds is not None and (best is None or seconds < best):
                    best = seconds
        return best

    def _gates(self, component: str) -> tuple[str, ...]:
        found = registry()
        access = [name for name, of in found.links.items() if of.access]
        if set(access) & set(found.types[self._city.components[component].kind].gives):
            return (component,)
        return tuple(link.source for kind in access for link in self._supply.live_links(component, kind))
