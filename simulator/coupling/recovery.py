"""What ends by itself after a time: encrypted systems come back from their backup, unless somebody was faster."""

from __future__ import annotations

from functools import partial

from simulator.contracts.fault import ActiveFault, FaultPoint
from simulator.contracts.registry import registry
from simulator.coupling.faults import FaultStack
from simulator.kernel.clock import Clock


class Recovery:
    """Clears each cause of a fault that has a length of its own (`FaultPoint.lasts`), counted from its last coming."""

    def __init__(self, clock: Clock, faults: FaultStack) -> None:
        self._clock, self._faults = clock, faults
        self._since: dict[tuple[str, str, str], int] = {}
        for point in registry().faults.values():
            if point.lasts:
                faults.handle(point.name, partial(self._on_fault, point))

    def _on_fault(
        self, point: FaultPoint, target: str, fault: str, active: tuple[ActiveFault, ...], event: int
    ) -> None:
        causes = {one.cause for one in active}
        for key in [key for key in self._since if key[:2] == (target, fault) and key[2] not in causes]:
            del self._since[key]
        for one in active:
            key = (target, fault, one.cause)
            if key not in self._since:
                self._since[key] = event
                self._clock.after(one.number(point.lasts), target, partial(self._over, key, event))

    def _over(self, key: tuple[str, str, str], event: int) -> None:
        if self._since.get(key) == event:
            self._faults.clear(*key, event)
