"""Systems that were encrypted come back from their backup after a time, unless somebody was faster."""

from __future__ import annotations

from functools import partial

from simulator.contracts.fault import ActiveFault
from simulator.coupling.catalogue import RANSOMWARE
from simulator.coupling.faults import FaultStack
from simulator.kernel.clock import Clock


class Recovery:
    """Clears each cause of `ransomware` `restore_s` after it came, counted from its last coming."""

    def __init__(self, clock: Clock, faults: FaultStack) -> None:
        self._clock, self._faults = clock, faults
        self._since: dict[tuple[str, str], int] = {}
        faults.handle(RANSOMWARE.name, self._on_fault)

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        causes = {one.cause for one in active}
        for key in [key for key in self._since if key[0] == target and key[1] not in causes]:
            del self._since[key]
        for one in active:
            if (target, one.cause) not in self._since:
                self._since[target, one.cause] = event
                self._clock.after(one.number("restore_s"), target, partial(self._restored, target, one.cause, event))

    def _restored(self, target: str, cause: str, event: int) -> None:
        if self._since.get((target, cause)) == event:
            self._faults.clear(target, RANSOMWARE.name, cause, event)
