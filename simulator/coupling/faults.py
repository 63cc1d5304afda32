"""The fault stack: what is broken, counted by cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.event import Value
from simulator.contracts.fault import ActiveFault, FaultPoint
from simulator.contracts.registry import registry
from simulator.coupling.events import FAULT_APPLIED, FAULT_CLEARED, FAULT_CLEARED_IN_PART, FAULT_NOT_IN_FORCE
from simulator.kernel.log import EventLog

Handler = Callable[[str, str, tuple[ActiveFault, ...], int], None]
"""Called with target, fault, all active faults of that name on that target (oldest first; empty when the last cause is
gone), and the event that changed it."""


class FaultStack:
    """The fault door. A target works again when the last cause on it is gone, in whatever order causes come and go."""

    def __init__(self, city: City, log: EventLog) -> None:
        self._city = city
        self._log = log
        self._active: dict[tuple[str, str], dict[str, ActiveFault]] = {}
        self._handlers: dict[str, list[Handler]] = {}
        self._disable_handlers: list[Handler] = []

    def declared(self, target: str) -> tuple[FaultPoint, ...]:
        """The fault points of a component or link. Raises `KeyError` for an unknown id."""
        if target in self._city.components:
            return registry().faults_of_type[self._city.components[target].kind]
        return registry().links[self._city.links[target].kind].faults

    def handle(self, fault: str, handler: Handler) -> None:
        """A domain says that it makes this fault happen."""
        self._handlers.setdefault(fault, []).append(handler)

    @property
    def handled(self) -> frozenset[str]:
        """The faults that somebody makes happen."""
        return frozenset(self._handlers)

    def handle_disabling(self, handler: Handler) -> None:
        """For `Supply`: called for every fault whose point says `disables`."""
        self._disable_handlers.append(handler)

    def apply(
        self,
        target: str,
        fault: str,
        cause: str,
        parameters: Mapping[str, float | str | bool],
        because: int | None = None,
    ) -> int:
        """Break something. Raises `KeyError` for what is not declared, `NotImplementedError` if nobody handles it."""
        point = self._point(target, fault)
        if not point.disables and not self._handlers.get(fault):
            raise NotImplementedError(f"no domain in this city handles {fault!r} on {target!r}")
        at = self._city.components.get(target)
        filled = point.filled(parameters, {} if at is None else self._city.settings.get(at.domain.value, {}))
        event = self._log.add(FAULT_APPLIED, target, {"fault": fault}, cause=because, after=cause)
        stack = self._active.setdefault((target, fault), {})
        stack[cause] = ActiveFault(target, fault, cause, MappingProxyType(filled))
        self._tell(point, target, fault, event)
        return event

    def clear(self, target: str, fault: str, cause: str, because: int | None = None) -> int:
        """Take one cause away. Clearing a cause that is not there changes nothing, but is logged."""
        point = self._point(target, fault)
        stack = self._active.get((target, fault), {})
        there = stack.pop(cause, None) is not None
        params: dict[str, Value] = {"fault": fault}
        code = FAULT_CLEARED if there else FAULT_NOT_IN_FORCE
        if there and stack:
            code, params["left"] = FAULT_CLEARED_IN_PART, len(stack)
        event = self._log.add(code, target, params, cause=because, before=cause)
        if there:
            self._tell(point, target, fault, event)
        return event

    def component(self, name: str) -> Component:
        """A component of the city. Raises `KeyError` for an unknown id."""
        return self._city.components[name]

    def active(self, target: str, fault: str) -> tuple[ActiveFault, ...]:
        return tuple(self._active.get((target, fault), {}).values())

    def disabled(self, target: str) -> bool:
        """Whether any fault that alone stops the target is in force."""
        return any(point.disables and self._active.get((target, point.name)) for point in self.declared(target))

    def _point(self, target: str, fault: str) -> FaultPoint:
        for point in self.declared(target):
            if point.name == fault:
                return point
        raise KeyError(f"{target!r} declares no fault {fault!r}")

    def _tell(self, point: FaultPoint, target: str, fault: str, event: int) -> None:
        active = self.active(target, fault)
        if point.disables:
            for handler in self._disable_handlers:
                handler(target, fault, active, event)
        for handler in self._handlers.get(fault, ()):
            handler(target, fault, active, event)
