"""The lifelines of a city in simulated time."""

from __future__ import annotations

import numpy as np

from simulator.contracts.catalogue import ComponentType
from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import named, registry
from simulator.coupling.catalogue import SERVED_LESS
from simulator.coupling.runtime import Quantity, Runtime
from simulator.lifelines.lifeline import Lifeline, Site


def _types() -> list[tuple[ComponentType, type[Lifeline]]]:
    """Every type of component with a state machine, in the order in which these start."""
    found = sorted((one for one in registry().types.values() if one.process), key=lambda one: (one.order, one.name))
    return [(one, named(one.process)) for one in found]


class Lifelines:
    """Every lifeline of a city, running. `solves` counts judgements."""

    name = "lifelines"

    def __init__(self, runtime: Runtime) -> None:
        self.solves = 0
        types = _types()
        self._lifelines = {c.id: of(runtime, c) for kind, of in types for c in runtime.city.of_kind(kind.name)}
        for lifeline in self._lifelines.values():
            lifeline.tie(self._lifelines)
        for lifeline in self._lifelines.values():
            lifeline.start(self._count)
        ids, running = tuple(self._lifelines), tuple(self._lifelines.values())
        if ids:
            served = Quantity(SERVED_LESS.quantity, "1", ids, lambda: np.array([one.share for one in running]))
            runtime.quantities.register(served)
        for name in _faults(types):
            runtime.faults.handle(name, self._on_fault)
        for place in sorted(
            (one for one in registry().types.values() if one.site), key=lambda one: (one.order, one.name)
        ):
            for site in runtime.city.of_kind(place.name):
                Site(runtime, site).start()
        for kind, of in types:
            of.begin(runtime, [self._lifelines[c.id] for c in runtime.city.of_kind(kind.name)])

    def mode(self, lifeline: str) -> str:
        """The mode a lifeline is in now. Raises `KeyError` for what is not a lifeline with modes."""
        return self._lifelines[lifeline].mode

    def close(self) -> None:
        """Nothing is held beyond the run."""

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        for lifeline in self._lifelines.values():
            if target == lifeline.id or target in lifeline.watches():
                lifeline.touch(target, event)

    def _count(self) -> None:
        self.solves += 1


def _faults(types: list[tuple[ComponentType, type[Lifeline]]]) -> list[str]:
    """What can befall a lifeline, or what it watches, and only shows when it is judged; others have other handlers."""
    own = (point for kind, _ in types for point in kind.faults if point.judged and not point.disables)
    watched = (name for _, of in types for name in of.judged_for)
    return list(dict.fromkeys((*(point.name for point in own), *watched)))
