"""False data: what a gateway passes on to the network's controls is not what the sensors behind it read."""

from __future__ import annotations

from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import FALSE_DATA

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
