"""Alarms are held against what was really broken: which belong to a fault, and which are false."""

from __future__ import annotations

from resilience.judge.control import ControlScores, control_scores
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Executed, History
from tests.ict.town import component, control, town

HOUR = 3_600_000
TOWN = town([component("pump", "pump"), component("station", "substation")], [control("works", "pump")])


def event(number: int, at: int, code: str, subject: str, cause: int | None = None, **params: str) -> Event:
    return Event(number, at, EventKind.NOTE, subject, code, params, cause=cause)


def alarm(number: int, at: int, subject: str, evidence: str) -> Event:
    return event(number, at, "alarm.raised", subject, evidence=evidence, components=subject, districts="-")


def scores(target: str, *events: Event) -> ControlScores:
    broken = Executed("e", target, "broken", HOUR, None, None, False)
    return control_scores(TOWN, History(0, 24 * HOUR, {}, events, (broken,)), "closed-loop")


def test_a_pump_that_does_not_obey_belongs_to_what_keeps_it() -> None:
    fault = event(1, HOUR, "fault.applied", "station")
    stops = event(2, HOUR, "stopped", "pump", cause=1)
    found = scores("station", fault, stops, alarm(3, 2 * HOUR, "pump", "discrepancy"))
    assert (found.false_alarms, found.faults[0].detected_s) == (0, 3600.0)


def test_a_pump_that_does_not_obey_for_another_reason_is_a_false_alarm() -> None:
    fault = event(1, HOUR, "fault.applied", "station")
    stops = event(2, HOUR, "stopped", "pump")
    found = scores("station", fault, stops, alarm(3, 2 * HOUR, "pump", "discrepancy"))
    assert (found.false_alarms, found.faults[0].detected_s) == (1, None)


def test_a_pump_that_does_not_obey_tells_of_the_link_by_which_it_is_ordered() -> None:
    fault = event(1, HOUR, "fault.applied", "control-works-pump")
    found = scores("control-works-pump", fault, alarm(2, 2 * HOUR, "pump", "discrepancy"))
    assert (found.false_alarms, found.recall) == (0, 1.0)


def test_other_evidence_about_what_a_fault_reached_is_none_of_the_fault() -> None:
    fault = event(1, HOUR, "fault.applied", "station")
    stops = event(2, HOUR, "stopped", "pump", cause=1)
    assert scores("station", fault, stops, alarm(3, 2 * HOUR, "pump", "stuck")).recall == 0.0
