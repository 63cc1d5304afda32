"""Notices to boil the water or not to drink it, district by district."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.contracts.fault import ActiveFault
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.water.catalogue import SOURCE_CONTAMINATED, TANK_CONTAMINATED
from simulator.domains.water.events import BOIL, DO_NOT_DRINK, NOTICE_LIFTED

CONTAMINATIONS = (TANK_CONTAMINATED.name, SOURCE_CONTAMINATED.name)

LIFTED_S = 86_400.0
"""Time for which all water delivered must have been drinkable before a notice is lifted (assumption: two clean samples
on two days)."""


class Notices:
    """Gives a district notice with the first water that may not be drunk, and lifts it `LIFTED_S` after the last.

    Assumption: the waterworks know of it at once, and people keep to the notice. The stricter of the notices that the
    contaminations of these days ask for counts in every district.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._strict = False
        self._cause: int | None = None
        self.given: dict[str, int] = {}
        self._clean_since: dict[str, int] = {}
        for fault in CONTAMINATIONS:
            runtime.faults.handle(fault, self._on_fault)

    def look(self, undrinkable: Mapping[str, float]) -> None:
        """`undrinkable` is the share of the water delivered in each district that may not be drunk."""
        log, now = self._runtime.log, self._runtime.clock.now
        for district, share in undrinkable.items():
            if share > 0:
                self._clean_since.pop(district, None)
                if district not in self.given:
                    code = DO_NOT_DRINK if self._strict else BOIL
                    self.given[district] = log.add(code, district, cause=self._cause, value=share)
            elif district in self.given and now - self._clean_since.setdefault(district, now) >= to_ticks(LIFTED_S):
                why = self.given.pop(district)
                log.add(NOTICE_LIFTED, district, cause=why)

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if active:
            self._cause = event
            self._strict = self._asked_strictly() or (self._strict and bool(self.given))

    def _asked_strictly(self) -> bool:
        """Whether any contamination in force, wherever it is, asks for more than boiling."""
        city, faults = self._runtime.city, self._runtime.faults
        return any(
            one.parameters["notice"] == "do-not-drink"
            for place in city.of_kind("tank", "reservoir")
            for fault in CONTAMINATIONS
            for one in faults.active(place.id, fault)
        )
