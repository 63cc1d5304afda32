"""A place or thing that works or does not, without a fallback of its own: depot, well, rescue station, siren, van."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.coupling.runtime import Runtime


class Site:
    """Records the levels owed of such a place: 1 while it works, else 0."""

    def __init__(self, runtime: Runtime, component: Component) -> None:
        self._runtime, self.id = runtime, component.id
        self._levels = tuple(
            level.id
            for level in runtime.city.levels.values()
            if level.measure == "lifeline" and level.subject == self.id
        )

    def start(self) -> None:
        if self._levels:
            self._runtime.supply.watch(self.id, self._record)
            self._record(self.id, None)

    def _record(self, subject: str, cause: int | None) -> None:
        for level in self._levels:
            self._runtime.levels.record(level, float(self._runtime.supply.works(self.id)), cause)
