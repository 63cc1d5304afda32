"""A ferry: under its engine, by oars, or moored."""

from harbour import events
from harbour.catalogue import ENGINE_OUT

from simulator.lifelines.lifeline import Duty, Lifeline


class Ferry(Lifeline):
    """Rowed across while its engine does not run."""

    kind = "ferry"

    def judge(self) -> Duty:
        if not self.runtime.supply.works(self.id):
            return Duty("moored", 0.0, events.MOORED)
        if self.runtime.faults.active(self.id, ENGINE_OUT.name):
            return Duty("by-oars", self.component.number("oars_share"), events.ROWS)
        return Duty("under-engine", 1.0, events.CROSSES)
