"""The lifelines of a city in simulated time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from simulator.contracts.fault import ActiveFault
from simulator.contracts.kinds import KINDS
from simulator.contracts.kinds.cyber import COMMAND_FAULTS, FLOODING
from simulator.contracts.kinds.kind import POLICE_ELSEWHERE
from simulator.contracts.kinds.traffic import CONTROLLER_FAILED
from simulator.coupling.quantities import Quantity
from simulator.coupling.runtime import Runtime
from simulator.lifelines.drinking_water import DrinkingWater
from simulator.lifelines.hospital import Hospital
from simulator.lifelines.hospital_water import HospitalWater
from simulator.lifelines.lifeline import Lifeline
from simulator.lifelines.patient_records import PatientRecords
from simulator.lifelines.public_warning import PublicWarning
from simulator.lifelines.rescue import RescueDispatch
from simulator.lifelines.site import KINDS_OF_SITE, Site
from simulator.lifelines.town_hall import TownHall
from simulator.lifelines.traffic_control import TrafficControlCentre
from simulator.lifelines.waterworks import Waterworks

KINDS_OF_LIFELINE: tuple[type[Lifeline], ...] = (
    Hospital,
    RescueDispatch,
    DrinkingWater,
    TrafficControlCentre,
    TownHall,
    Waterworks,
    PatientRecords,
    HospitalWater,
    PublicWarning,
)

_FAULTS = dict.fromkeys(
    point.name
    for of in KINDS_OF_LIFELINE
    for point in KINDS[of.kind].faults
    if not point.disables and point not in (FLOODING, POLICE_ELSEWHERE, *COMMAND_FAULTS)
) | {CONTROLLER_FAILED.name: None}
"""What can befall a lifeline, or a signal it commands, and only shows when it is judged; others have other handlers."""

POLL_S = 300.0
"""How often the drinking-water supply looks at the network (assumption: the usual hydraulic step)."""


class Lifelines:
    """Every lifeline of a city, running. `solves` counts judgements.

    Registers `litres_per_person_d` of the districts that have a drinking-water supply.
    """

    name = "lifelines"

    def __init__(self, runtime: Runtime) -> None:
        self.solves = 0
        self._runtime = runtime
        city = runtime.city
        self._lifelines = {c.id: of(runtime, c) for of in KINDS_OF_LIFELINE for c in city.of_kind(of.kind)}
        self._waters = tuple(lifeline for lifeline in self._lifelines.values() if isinstance(lifeline, DrinkingWater))
        self._tie()
        for lifeline in self._lifelines.values():
            lifeline.start(self._count)
        for name in _FAULTS:
            runtime.faults.handle(name, self._on_fault)
        for site in city.of_kind(*KINDS_OF_SITE):
            Site(runtime, site).start()
        runtime.quantities.register(
            Quantity(
                "litres_per_person_d",
                "l/d",
                tuple(water.component.district for water in self._waters),
                lambda: np.array([water.litres for water in self._waters], dtype=np.float64),
            )
        )
        if self._waters:
            runtime.clock.process(self._poll())

    def _tie(self) -> None:
        """Let lifelines know whom they lean on: a hospital its records and water, a notice those who are warned."""
        for lifeline in self._lifelines.values():
            if isinstance(lifeline, PatientRecords | HospitalWater):
                hospital = self._lifelines.get(lifeline.hospital)
                if isinstance(hospital, Hospital):
                    hospital.lean_on(lifeline)
        warning = next((one for one in self._lifelines.values() if isinstance(one, PublicWarning)), None)
        if warning is not None:
            for water in self._waters:
                water.warned = warning.share_of
                warning.tells.append(water)

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

    def _poll(self) -> Generator[simpy.Event, Any, None]:
        while True:
            self._runtime.clock.soon(self.name, self._look_at_water)  # after the networks' own steps of this instant
            yield self._runtime.clock.timeout(POLL_S)

    def _look_at_water(self) -> None:
        for water in self._waters:
            water.poll()
