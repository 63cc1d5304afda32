"""What a pump is made to do from outside: set-points that are written, old commands again, false data."""

from __future__ import annotations

from bisect import bisect_right

from simulator.contracts.component import Component
from simulator.contracts.fault import ActiveFault
from simulator.contracts.link import Link
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import CONTROL, FALSE_DATA
from simulator.domains.water.catalogue import COMMANDS_REPLAYED, SET_POINT_TAMPERED
from simulator.domains.water.controls import Setpoint
from simulator.domains.water.overrides import Overrides, Written


class Commands:
    """Keeps when each pump ran and stood, as a stand-in for the commands that it got, and tells what is forged now.

    Whoever forges needs the control path: a set-point is written while a control link into the device is up. For a
    fault at the control room that must be its own link.
    """

    def __init__(self, runtime: Runtime, overrides: Overrides) -> None:
        self._rt, self._overrides = runtime, overrides
        self._ticks: dict[str, list[int]] = {}
        self._ran: dict[str, list[bool]] = {}

    def devices(self, target: str) -> tuple[str, ...]:
        """The pumps and valves that somebody at `target` writes to: the device itself, or what a room commands."""
        city = self._rt.city
        if city.components[target].kind in ("pump", "valve"):
            return (target,)
        found = (link.target for link in city.links_out_of(target, CONTROL))
        return tuple(name for name in found if city.components[name].kind == "pump")

    def note(self, pump: str, runs: bool) -> None:
        """The pump runs or stands from now on."""
        self._ticks.setdefault(pump, []).append(self._rt.clock.now)
        self._ran.setdefault(pump, []).append(runs)

    def forged(self, component: Component, link: int, live: tuple[Link, ...]) -> Written | None:
        """What is written to a pump or valve now over its live control links, None if nothing is."""
        tampered = self._active(component, live, SET_POINT_TAMPERED.name)
        interlocked = bool(component.parameters.get("interlock", False))
        if tampered:
            return Written(
                self._overrides.setpoint(link, SET_POINT_TAMPERED.together("setting", tampered)), interlocked
            )
        replayed = self._active(component, live, COMMANDS_REPLAYED.name) if component.kind == "pump" else ()
        if not replayed:
            return None
        age_s = COMMANDS_REPLAYED.together("age_s", replayed)
        ran = self._ran_at(component.id, self._rt.clock.now - to_ticks(age_s))
        return Written(Setpoint(ran, 1.0 if ran else 0.0), interlocked)

    def _active(self, component: Component, live: tuple[Link, ...], fault: str) -> tuple[ActiveFault, ...]:
        """The faults on the device itself and on control rooms that reach this pump: all of them write to it."""
        if not live:
            return ()
        active = self._rt.faults.active
        rooms = [ln.source for ln in live] if component.kind == "pump" else []
        return (*active(component.id, fault), *(one for room in rooms for one in active(room, fault)))

    def _ran_at(self, pump: str, tick: int) -> bool:
        """Whether it ran then; before anything is known of it, as in the beginning."""
        place = bisect_right(self._ticks[pump], tick) - 1
        return self._ran[pump][max(place, 0)]


CONTROLLING = ("level_m", "pressure_m")
"""The quantities that EPANET's controls look at."""


class Falsified:
    """Which tanks and junctions report through which gateways, and how these twist it now."""

    def __init__(self, runtime: Runtime) -> None:
        self._rt = runtime
        self._behind: dict[str, list[str]] = {}
        self._gateways: dict[str, list[str]] = {}
        for cohort in runtime.city.cohorts:
            for name in cohort.components if cohort.quantity in CONTROLLING else ():
                if cohort.gateway not in self._gateways.setdefault(name, []):
                    self._gateways[name].append(cohort.gateway)
                    self._behind.setdefault(cohort.gateway, []).append(name)

    @property
    def gateways(self) -> tuple[str, ...]:
        """Those that pass a level or pressure on."""
        return tuple(self._behind)

    def behind(self, gateway: str) -> tuple[str, ...]:
        """The tanks and junctions whose level or pressure goes through this gateway."""
        return tuple(self._behind.get(gateway, ()))

    def reading(self, name: str) -> tuple[float, float]:
        """Gain and offset (m) that the controls see the level or pressure of a tank or junction with."""
        gain, offset = 1.0, 0.0
        for gateway in self._gateways.get(name, ()):
            for fault in self._rt.faults.active(gateway, FALSE_DATA.name):
                gain, offset = gain * fault.number("factor"), offset * fault.number("factor") + fault.number("offset_m")
        return gain, offset
