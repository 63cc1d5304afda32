"""Notices to boil the water or not to drink it, district by district: what is known of bad water, and since when.

A notice stands on a measurement: a sample that the laboratory found bad, or a sensor on line whose readings arrive.
What is bad and not measured, nobody knows of.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np

from simulator.contracts.fault import ActiveFault
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.water.catalogue import (
    NO_NOTICE,
    NOT_TO_DRINK,
    NOTHING,
    SHOWS,
    SOURCE_CONTAMINATED,
    TANK_CONTAMINATED,
    TO_BOIL,
    WATER_NOTICE,
)
from simulator.domains.water.events import BAD_ARRIVES, BAD_GONE, BOIL, DO_NOT_DRINK, NOTICE_LIFTED
from simulator.domains.water.quality import CLEAN_ROUNDS

CONTAMINATIONS = (TANK_CONTAMINATED.name, SOURCE_CONTAMINATED.name)


class Notices:
    """The notices in force. Who measured bad water tells the zone; `CLEAN_ROUNDS` clean rounds of samples lift all.

    Assumption: whoever decides (the health authority) asks at once for what the contamination takes, and people keep
    to the notice. The stricter of the notices that the contaminations of these days ask for counts in every district.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._districts = tuple(runtime.city.districts)
        self._strict = False
        self._clean = 0
        self._bad: dict[str, int] = {}
        self.cause: int | None = None
        """The last contamination: what a measurement finds."""
        self.shown: set[str] = set()
        """What sensors on line see of the contaminations of these days."""
        self.given: dict[str, float] = {}
        """What is in force, by district in the order in which it was told."""
        self._kind = np.zeros(len(self._districts))
        runtime.quantities.register(Quantity(WATER_NOTICE, "1", self._districts, self._kind.view))
        for fault in CONTAMINATIONS:
            runtime.faults.handle(fault, self._on_fault)

    def bad(self, zone: Container[str], cause: int | None) -> None:
        """Bad water was measured whose water goes to the districts of a zone."""
        self._clean = 0
        kind, code = (NOT_TO_DRINK, DO_NOT_DRINK) if self._strict else (TO_BOIL, BOIL)
        for place, district in enumerate(self._districts):
            if district in zone and self._kind[place] < kind:
                self._runtime.log.add(code, district, cause=cause)
                self.given[district] = self._kind[place] = kind

    def clean(self, cause: int | None) -> None:
        """A whole round of samples was clean."""
        self._clean += 1
        if self._clean >= CLEAN_ROUNDS:
            for district in self.given:
                self._runtime.log.add(NOTICE_LIFTED, district, cause=cause)
            self.given, self._strict = {}, self._asked_strictly()
            self._kind[:] = NO_NOTICE

    def truth(self, undrinkable: Mapping[str, float]) -> None:
        """Take down where bad water comes out of taps; `undrinkable` is its share in each district."""
        for district, share in undrinkable.items():
            if share > 0 and district not in self._bad:
                self._bad[district] = self._runtime.log.add(BAD_ARRIVES, district, cause=self.cause)
            elif share <= 0 and district in self._bad:
                self._runtime.log.add(BAD_GONE, district, cause=self._bad.pop(district))

    def over(self, district: str) -> bool:
        """Whether a notice is in force there."""
        return district in self.given

    def forget(self) -> None:
        """All bad water is flushed out."""
        if not self._active():
            self.shown.clear()

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if active:
            self.cause = event
            self._strict = self._asked_strictly() or (self._strict and bool(self.given))
            self.shown |= {str(one.parameters[SHOWS]) for one in active} - {NOTHING}

    def _active(self) -> list[ActiveFault]:
        city, faults = self._runtime.city, self._runtime.faults
        places = city.of_kind("tank", "reservoir")
        return [one for place in places for fault in CONTAMINATIONS for one in faults.active(place.id, fault)]

    def _asked_strictly(self) -> bool:
        """Whether any contamination in force, wherever it is, asks for more than boiling."""
        return any(one.parameters["notice"] == "do-not-drink" for one in self._active())
