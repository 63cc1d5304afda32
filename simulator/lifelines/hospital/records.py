"""The records of a hospital: online, else on paper."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.contracts.component import Component
from simulator.contracts.ticks import to_ticks
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL, DATA
from simulator.lifelines.hospital import events
from simulator.lifelines.hospital.process import Hospital
from simulator.lifelines.lifeline import Duty, Lifeline

NO_RECORDS_SHARE = 0.4
"""Share of care that goes on without any records (assumption: emergencies only)."""


class PatientRecords(Lifeline):
    """*online* while the hospital has power and the information system reaches it over control and data links.

    Without, wards go over to paper, which takes `activate_s`; paper needs people, forms and a house, but no power.
    """

    kind = "patient-records"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self.hospital = component.text("hospital")
        self._offline_since: int | None = None

    def tie(self, lifelines: Mapping[str, Lifeline]) -> None:
        hospital = lifelines.get(self.hospital)
        if isinstance(hospital, Hospital):
            hospital.lean_on(self)

    def watches(self) -> tuple[str, ...]:
        return (self.hospital,)

    def judge(self) -> Duty:
        runtime, supply, now = self.runtime, self.runtime.supply, self.runtime.clock.now
        missing = [
            what
            for what, there in (
                ("power", supply.fed(self.hospital, POWER)),
                ("records-out", not runtime.faults.active(self.id, "records-out")),
                ("way", supply.mains(self.id, CONTROL)),
                ("data-link", supply.mains(self.id, DATA)),
            )
            if not there
        ]
        if not missing:
            self._offline_since = None
            return Duty("online", 1.0, events.RECORDS_ONLINE)
        if self._offline_since is None:
            self._offline_since = now
            self.wake(now + to_ticks(self.component.number("activate_s")))
        missed = {"missing": " ".join(missing)}
        if runtime.faults.active(self.id, "forms-missing"):
            return Duty("none", NO_RECORDS_SHARE, events.RECORDS_NO_FORMS, missed)
        if runtime.faults.disabled(self.hospital) or not staff_present(runtime.faults, self.hospital):
            return Duty("none", NO_RECORDS_SHARE, events.RECORDS_NOBODY, missed)
        if now < self._offline_since + to_ticks(self.component.number("activate_s")):
            return Duty("none", NO_RECORDS_SHARE, events.RECORDS_CHANGING, missed)
        return Duty("paper", self.component.number("paper_share"), events.RECORDS_PAPER, missed)
