"""What stands behind what a network comes to: what stopped a thing, until it works again."""

from __future__ import annotations

from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.coupling.runtime import Runtime, Standing
from tests.codes import SOMETHING
from tests.ict.town import component, power, run_to, town, world


def last(runtime: Runtime, kind: EventKind) -> int:
    return next(event.id for event in reversed(runtime.log.events) if event.kind is kind)


def test_what_comes_to_a_pump_that_stands_is_not_why_it_stands() -> None:
    runtime = world(town([component("bus", "bus"), component("pump", "pump")], [power("bus", "pump")]))
    standing, offer = Standing(runtime), runtime.supply.offer
    offer("bus", LinkKind("power"), False)
    run_to(runtime, 60)
    stopped = last(runtime, EventKind.STOPPED)
    assert standing.note("pump", stopped)
    assert not standing.note("pump", runtime.log.add(SOMETHING, "pump"))  # its data are lost as well
    found = standing.together(runtime.log.add(SOMETHING, "city"))
    assert runtime.log.others(found) == (stopped,)
    run_to(runtime, 120)
    offer("bus", LinkKind("power"), True)
    run_to(runtime, 180)
    found = standing.together(runtime.log.add(SOMETHING, "city"))
    assert runtime.log.others(found) == ()
    offer("bus", LinkKind("power"), False)
    run_to(runtime, 240)
    again = last(runtime, EventKind.STOPPED)
    standing.note("pump", again)
    assert again != stopped
    assert runtime.log.others(standing.together(runtime.log.add(SOMETHING, "city"))) == (again,)
