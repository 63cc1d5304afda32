"""Police at dark junctions: so many officers, who stand so long, rest, and are relieved while there are others."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from simulator.contracts.city import City
from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import registry
from simulator.coupling import catalogue, events
from simulator.coupling.calls import Calls
from simulator.coupling.catalogue import POLICE_ELSEWHERE, STAFF_RESERVE
from simulator.coupling.faults import FaultStack
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog

STAFF_ABSENT = catalogue.STAFF_ABSENT.name


def staff_present(faults: FaultStack, component: str) -> float:
    """Share of the staff of a component that is there, 0 to 1.

    Several causes at once take their shares of those who are left, one after the other (assumption: they are
    independent of each other). Those on stand-by fill the gaps, and fall ill as the others do.
    """
    absent = faults.active(component, STAFF_ABSENT)
    if not absent:
        return 1.0
    there = prod(1.0 - fault.number("share") for fault in absent)
    return min(1.0, there * (1.0 + float(faults.component(component).parameters.get(STAFF_RESERVE.name, 0.0))))


Told = Callable[[str, int], None]
"""Called with a signal at which officers have arrived or left, and the event of that."""


class Police:
    """Officers for the junctions on their list.

    A junction is called in when its signal goes dark: by telephone, or by a messenger, who takes his time. `police_s`
    later a team stands there, if one is free, else as
    soon as one is. After `stint_s` it is relieved by a team that is free, or the junction is left alone; the team rests
    for `rest_s`. Teams belong to the traffic control centre; a town without one has as many as it needs, and they
    stay (assumption).
    """

    def __init__(self, city: City, clock: Clock, log: EventLog, faults: FaultStack, calls: Calls) -> None:
        self._city, self._clock, self._log, self._faults, self._calls = city, clock, log, faults, calls
        self._centre = next(iter(city.of_kind(*(name for name, of in registry().types.items() if of.police))), None)
        self._busy = 0  # teams that stand or rest
        self._called: dict[str, tuple[int, int | None]] = {}  # signal -> serial of the call and its cause
        self._standing: dict[str, int] = {}  # signal -> serial of the stint
        self._waiting: list[str] = []
        self._said: set[str] = set()
        self._serial = 0
        self._listeners: list[Told] = []
        if self._centre is not None:
            faults.handle(POLICE_ELSEWHERE.name, self._on_fault)

    def listen(self, told: Told) -> None:
        self._listeners.append(told)

    def at(self, signal: str) -> bool:
        """Whether officers regulate the junction now."""
        return signal in self._standing

    def call(self, signal: str, cause: int | None) -> None:
        """The signal is dark. Calling for one that is waited for changes nothing, nor for one not on the list."""
        component = self._city.components[signal]
        if signal in self._called or not component.parameters["police"]:
            return
        self._serial += 1
        serial = self._serial
        self._called[signal] = (serial, cause)

        def due() -> None:
            if self._called.get(signal, (0, None))[0] == serial:
                self._waiting.append(signal)
                self._assign()

        delay_s = 0.0
        if self._centre is not None and not self._calls.reached(signal, self._centre.id):
            delay_s = self._calls.messenger_s(signal, self._centre.id)
            event = self._log.add(events.POLICE_MESSENGER, signal, cause=cause, value=delay_s)
            self._called[signal] = (serial, event)
        self._clock.after(component.number("police_s") + delay_s, signal, due)

    def release(self, signal: str) -> None:
        """The signal works again: its team is free at once."""
        self._called.pop(signal, None)
        self._said.discard(signal)
        if signal in self._waiting:
            self._waiting.remove(signal)
        if self._standing.pop(signal, None) is not None:
            self._busy -= 1
            self._assign()

    @property
    def free_teams(self) -> int | None:
        """Teams that could go now, None where there is no limit."""
        if self._centre is None:
            return None
        if self._faults.active(self._centre.id, POLICE_ELSEWHERE.name):
            return 0
        teams = int(self._centre.number("officers") // max(1.0, self._centre.number("officers_at_junction")))
        return max(0, teams - self._busy)

    def _assign(self) -> None:
        while self._waiting and self.free_teams != 0:
            signal = self._waiting.pop(0)
            cause = self._called[signal][1]
            self._stand(signal, self._log.add(events.POLICE_ARRIVE, signal, cause=cause))
        for signal in self._waiting:
            if signal not in self._said:
                self._said.add(signal)
                serial, cause = self._called[signal]
                event = self._log.add(events.POLICE_NOT_FREE, signal, cause=cause)
                self._called[signal] = (serial, event)

    def _stand(self, signal: str, event: int) -> None:
        self._said.discard(signal)
        self._busy += 1
        self._serial += 1
        self._standing[signal] = serial = self._serial
        if self._centre is not None:
            self._clock.after(self._centre.number("stint_s"), signal, lambda: self._over(signal, serial))
        self._tell(signal, event)

    def _over(self, signal: str, serial: int) -> None:
        """A team leaves to rest; another takes its place if there is one."""
        if self._standing.get(signal) != serial or self._centre is None:
            return
        cause = self._called[signal][1]
        self._clock.after(self._centre.number("rest_s"), signal, self._rested)
        if self.free_teams:
            del self._standing[signal]
            self._stand(signal, self._log.add(events.POLICE_RELIEVED, signal, cause=cause))
            return
        del self._standing[signal]
        event = self._log.add(events.POLICE_REST, signal, cause=cause)
        self._called[signal] = (self._called[signal][0], event)
        self._waiting.append(signal)
        self._tell(signal, event)

    def _rested(self) -> None:
        self._busy -= 1
        self._assign()

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if self._centre is None or target != self._centre.id:
            return  # teams belong to the first centre
        if not active:
            self._assign()
            return
        for signal in list(self._standing):
            del self._standing[signal]
            self._busy -= 1
            left = self._log.add(events.POLICE_ELSEWHERE, signal, cause=event)
            self._called[signal] = (self._called[signal][0], left)
            self._waiting.append(signal)
            self._tell(signal, left)

    def _tell(self, signal: str, event: int) -> None:
        for told in self._listeners:
            told(signal, event)
