"""The fault stack: what is broken, counted by cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.event import Value
from simulator.contracts.fault import ActiveFault, FaultPoint
from simulator.contracts.registry import registry
from simulator.coupling.catalogue import ALL_DEVICES, DEVICES, SPARE_AFTER
from simulator.coupling.events import (
    FAULT_APPLIED,
    FAULT_CLEARED,
    FAULT_CLEARED_IN_PART,
    FAULT_NOT_IN_FORCE,
    TAKEN_OVER,
)
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog

Handler = Callable[[str, str, tuple[ActiveFault, ...], int], None]
"""Called with target, fault, all active faults of that name on that target (oldest first; empty when the last cause is
gone), and the event that changed it."""


class FaultStack:
    """The fault door. A target works again when the last cause on it is gone, in whatever order causes come and go.

    Where several like devices stand beside each other, a fault of one of them is not in force any more once another one
    has taken over; each of the others does so once, until what was broken is mended.
    """

    def __init__(self, city: City, clock: Clock, log: EventLog) -> None:
        self._city = city
        self._clock = clock
        self._log = log
        self._spares: dict[str, dict[tuple[str, str], int]] = {}
        self._borne: set[tuple[str, str, str]] = set()
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
        before = stack.get(cause)
        broken = stack[cause] = ActiveFault(target, fault, cause, MappingProxyType(filled))
        if before is not None and _all_devices(before) == _all_devices(broken):
            borne = False
        elif before is not None and _all_devices(broken):
            borne = False
            self._break_spare(broken, event)
        else:
            borne = self._spare(point, broken, event)
        if not borne:
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
            spare = self._spares.get(target, {}).pop((fault, cause), None)
            borne = (target, fault, cause) in self._borne
            self._borne.discard((target, fault, cause))
            if not borne:
                self._tell(point, target, fault, event)
            if spare is not None:
                self._free(target, event)
        return event

    def component(self, name: str) -> Component:
        """A component of the city. Raises `KeyError` for an unknown id."""
        return self._city.components[name]

    def active(self, target: str, fault: str) -> tuple[ActiveFault, ...]:
        """The causes in force, oldest first; not those for which another device has taken over."""
        stack = self._active.get((target, fault), {})
        if not self._borne:
            return tuple(stack.values())
        return tuple(one for cause, one in stack.items() if (target, fault, cause) not in self._borne)

    def disabled(self, target: str) -> bool:
        """Whether any fault that alone stops the target is in force."""
        return self.broken(target, lambda point: point.disables)

    def broken(self, target: str, such: Callable[[FaultPoint], bool] = lambda point: True) -> bool:
        """Whether any fault of the target is in force, or any such one."""
        return any(such(point) and self.active(target, point.name) for point in self.declared(target))

    # devices beside each other

    def _spare(self, point: FaultPoint, broken: ActiveFault, event: int) -> bool:
        """Let another device take over, where one is left. Whether it has done so at once: then nothing is in force."""
        component = self._city.components.get(broken.target)
        if not point.one_device or component is None or _all_devices(broken):
            return False
        if self.broken(broken.target, lambda point: point.spreads):
            return False
        spares = self._spares.setdefault(broken.target, {})
        if len(spares) + 1 >= float(component.parameters.get(DEVICES, 1.0)):
            return False
        key = (broken.fault, broken.cause)
        spares[key] = event
        after_s = component.number(SPARE_AFTER)
        if after_s > 0:
            self._clock.after(after_s, broken.target, lambda: self._take_over(point, broken.target, key, event))
            return False
        self._borne.add((broken.target, *key))
        self._log.add(TAKEN_OVER, broken.target, {"fault": broken.fault}, cause=event, before=broken.cause)
        return True

    def _break_spare(self, broken: ActiveFault, event: int) -> None:
        """What broke one device breaks all of them now: the one that took over, or was about to, is out as well.

        It stays set aside, so that it is free again once this is mended.
        """
        key = (broken.fault, broken.cause)
        self._borne.discard((broken.target, *key))
        spares = self._spares.get(broken.target, {})
        if key in spares:
            spares[key] = event

    def _take_over(self, point: FaultPoint, target: str, key: tuple[str, str], since: int) -> None:
        if self._spares.get(target, {}).get(key) != since:  # mended before
            return
        self._borne.add((target, *key))
        event = self._log.add(TAKEN_OVER, target, {"fault": key[0]}, cause=since, before=key[1])
        self._tell(point, target, key[0], event)

    def _free(self, target: str, event: int) -> None:
        """A device is mended: it does the work of one that nobody stands in for, if there is one."""
        spares = self._spares[target]
        for point in self.declared(target):
            for one in self.active(target, point.name) if point.one_device else ():
                key = (one.fault, one.cause)
                if key not in spares and not _all_devices(one):
                    spares[key] = event
                    self._take_over(point, target, key, event)
                    return

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


def _all_devices(broken: ActiveFault) -> bool:
    """Whether it breaks every device that stands there, and not one of them."""
    return bool(broken.parameters.get(ALL_DEVICES.name))
