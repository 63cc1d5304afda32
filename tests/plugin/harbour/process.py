"""A ferry: under its engine, by oars, or moored."""

from harbour import events
from harbour.catalogue import ENGINE_OUT, _

from simulator.contracts.catalogue import Judgement
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


def rowed_at_most(city, history, given) -> Judgement:  # type: ignore[no-untyped-def]
    """A checker: no ferry may take to its oars more often than `times`."""
    times = sum(event.code == events.ROWS.name for event in history.events)
    return Judgement(times <= given["times"], _("{times} times by oars", times=times))
