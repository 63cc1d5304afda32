"""What comes back is put down to what can have brought it back."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.coupling import events
from simulator.domains.water.events import PEAK
from simulator.kernel import Clock, EventLog

LINK = {"link_kind": "water", "source": "junction-1", "target": "hospital-1"}


def log() -> EventLog:
    return EventLog(Clock(datetime(2026, 1, 14), 0.0, 60.0))


def fault(of: EventLog, name: str) -> int:
    return of.add(events.FAULT_APPLIED, "pump-1", {"fault": name}, after="entry")


def test_of_all_that_one_solve_answers_only_what_may_help_is_behind_what_comes_back() -> None:
    of = log()
    stopped, started = of.add(events.STOPPED, "pump-1"), of.add(events.STARTED, "pump-2")
    back = of.event(of.add(events.LINK_UP, "link", LINK, cause=of.together([started, stopped])))
    assert back.causes == (started,)
    lost = of.event(of.add(events.LINK_DOWN, "link", LINK, cause=of.together([started, stopped])))
    assert set(lost.causes) == {started, stopped}  # which of them it was nobody knows


@pytest.mark.parametrize(("name", "counts"), [("burst", False), ("isolated", True)])
def test_a_fault_brings_nothing_back_unless_it_closes_something_off(name: str, counts: bool) -> None:
    of = log()
    cause = fault(of, name)
    assert of.event(of.add(events.LINK_UP, "link", LINK, cause=cause)).causes == ((cause,) if counts else ())


def test_nor_does_what_a_fault_does_at_once() -> None:
    of = log()
    more = of.add(PEAK, "waterworks-1", value=1.5, cause=fault(of, "peak-demand"))
    assert of.event(of.add(events.LINK_UP, "link", LINK, cause=more)).cause is None
    eased = of.add(PEAK, "waterworks-1", value=1.0)
    assert of.event(of.add(events.LINK_UP, "link", LINK, cause=eased)).cause == eased
