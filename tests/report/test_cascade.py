"""The tree of causes is the event log's, with depth and delay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resilience.judge.losses import level_courses
from resilience.report.run.cascade import cascade, for_the_better, returns
from resilience.words.events import line
from resilience.words.terms import name_of
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Course, History
from tests.report import sample


def test_the_tree_follows_the_log() -> None:
    town = sample.city()
    history = sample.history(town)
    steps = cascade(town, history, level_courses(town, history))
    assert steps[0].kind == EventKind.FAULT and steps[0].depth == 0 and steps[0].after_s is None
    assert steps[0].text.de == "Umspannwerk Nord: Umspannwerk ausgefallen"
    path = []
    for step in steps:
        del path[step.depth :]
        path.append(step)
        assert len(path) == step.depth + 1, "a step lies deeper than its cause allows"
        if step.depth:
            assert step.after_s == step.at_s - path[-2].at_s
        if step.kind == EventKind.LEVEL_LOW and "water demand" in step.text.en:
            kinds = [s.kind for s in path]
            # The failed link is told by the supply that was lost over it.
            assert kinds == [EventKind.FAULT, EventKind.SUPPLY_LOST, EventKind.STOPPED, EventKind.LEVEL_LOW]
            assert path[1].via == "power-bus-0-pump-0"
            assert path[1].text.de == "Pumpwerk 1: Strom fehlt, keine Reserve"


def test_like_events_at_one_time_are_told_once() -> None:
    town = sample.city()
    history = sample.history(town)
    steps = cascade(town, history, level_courses(town, history))
    dark = [s for s in steps if s.text.en.endswith("central → dark")]
    assert len(dark) == 1 and dark[0].alike == 8
    power = [s for s in steps if "electric load" in s.text.en]
    assert len(power) == 1 and power[0].alike == len(sample.DARK) - 1


def test_nothing_lost_has_no_cascade() -> None:
    town = sample.city()
    history = sample.history(town)
    calm = type(history)(history.begin, history.end, {}, (), ())
    assert cascade(town, calm, level_courses(town, calm)) == ()


def test_a_pump_that_started_is_no_cause_of_a_loss() -> None:
    """The log may name whatever changed last; what was for the better is not told as a cause, what was not is."""
    town = sample.city()
    history = sample.history(town)
    low = next(e for e in history.events if e.kind is EventKind.LEVEL_LOW and "water" in e.subject)
    for code, is_cause in (("water.controls-start", False), ("water.controls-stop", True)):
        number = len(history.events)
        switched = Event(number, low.at - 1, EventKind.SWITCH, "pump-0", code)
        events = (*(replace(e, cause=number) if e is low else e for e in history.events), switched)
        told = cascade(town, replace(history, events=events), level_courses(town, history))
        (step,) = [s for s in told if s.kind == EventKind.LEVEL_LOW and s.subject == name_of(low.subject, town).en]
        assert (step.depth > 0) is is_cause, code
        assert any("controls" in s.text.en for s in told) is is_cause, code


def test_after_each_switching_step_the_report_says_what_still_lacks() -> None:
    """Three districts are dark; one comes back with the first step, the others with the second. A pump that its own
    controls start in between is no step, though a level is better by a trace then."""
    town = sample.city()
    dark = [level for level in town.levels.values() if level.measure == "power-supply" and level.subject != "city"][:3]
    assert len(dark) == 3
    back = {dark[0].id: 60_000, dark[1].id: 120_000, dark[2].id: 120_000}
    courses = {name: Course(np.array([0, at]), np.array([0.0, 1.0])) for name, at in back.items()}
    courses[dark[1].id] = Course(np.array([0, 90_000, 120_000]), np.array([0.0, 1e-4, 1.0]))
    steps = (("energy.closed-remotely", 60_000), ("energy.closed-by-hand", 120_000), ("energy.opened", 180_000))
    fault = Event(0, 0, EventKind.FAULT, "bus-0", "fault.applied", {"fault": "bus-out"}, after="out")
    events = (
        fault,
        *(
            Event(number, at, EventKind.SWITCH, "switch-0", code, {"buses": 1} if "closed" in code else {}, cause=0)
            for number, (code, at) in enumerate(steps, 1)
        ),
        Event(len(steps) + 1, 90_000, EventKind.SWITCH, "pump-0", "water.controls-start"),
    )
    found = returns(town, History(0, 240_000, courses, events, ()))
    assert [(step.at_s, [one.id for one in step.lacking]) for step in found] == [
        (60.0, [dark[1].id, dark[2].id]),
        (120.0, []),
    ]
    assert "closed by remote control" in found[0].text.en


def test_other_causes_of_one_solve_are_named() -> None:
    town = sample.city()
    history = sample.history(town)
    events = list(history.events)
    second = Event(len(events), 0, EventKind.FAULT, "bus-0", "injected", after="second")
    lost = next(event for event in events if event.kind is EventKind.LINK_DOWN and event.cause is not None)
    events[lost.id] = replace(lost, also=(second.id,))
    both = replace(history, events=(*events, second))
    steps = cascade(town, both, level_courses(town, both))
    (shown,) = [step for step in steps if step.also]
    assert shown.depth and [cause.en for cause in shown.also] == [line(second, town).en]


def test_of_a_chain_of_causes_that_are_all_named_only_its_begin_is() -> None:
    """A cable is cut, so a pump has no data: the loss that both stand behind names the cable alone beside its own."""
    town = sample.city()
    history = sample.history(town)
    events = list(history.events)
    second = Event(len(events), 0, EventKind.FAULT, "bus-0", "injected", after="second")
    after = Event(second.id + 1, 0, EventKind.NOTE, "bus-0", "injected", cause=second.id)
    lost = next(event for event in events if event.kind is EventKind.LINK_DOWN and event.cause is not None)
    events[lost.id] = replace(lost, also=(second.id, after.id))
    all_ = replace(history, events=(*events, second, after))
    (shown,) = [step for step in cascade(town, all_, level_courses(town, all_)) if step.also]
    assert [cause.en for cause in shown.also] == [line(second, town).en]


def test_what_is_left_of_several_causes_is_what_was_not_for_the_better() -> None:
    """A pump started and a main broke before one solve: the loss hangs under what broke, and the start is not told."""
    town = sample.city()
    history = sample.history(town)
    number = len(history.events)
    low = next(e for e in history.events if e.kind is EventKind.LEVEL_LOW and "water" in e.subject)
    assert low.cause is not None
    started = Event(number, low.at - 1, EventKind.SWITCH, "pump-0", "water.controls-start")
    events = (*(replace(e, cause=number, also=(low.cause,)) if e is low else e for e in history.events), started)
    plain = cascade(town, history, level_courses(town, history))
    assert cascade(town, replace(history, events=events), level_courses(town, history)) == plain


def test_makeshift_is_no_cause_but_what_it_stands_in_for() -> None:
    """Police come to a dark signal, then the level falls: it hangs under the signal that went dark."""
    town = sample.city()
    history = sample.history(town)
    assert town.components["signal-1"].kind == "signal"
    number, events = len(history.events), history.events
    low = next(e for e in events if e.kind is EventKind.LEVEL_LOW and "travel" in e.subject)
    fault = next(e for e in events if e.kind is EventKind.FAULT)
    dark = Event(
        number, low.at - 2, EventKind.MODE, "signal-1", "signal.dark", cause=fault.id, before="central", after="dark"
    )
    police = replace(dark, id=number + 1, at=low.at - 1, cause=number, before="dark", after="police")
    assert for_the_better(police, town) and not for_the_better(dark, town)
    changed = (*(replace(e, cause=number + 1) if e is low else e for e in events), dark, police)
    steps = cascade(town, replace(history, events=changed), level_courses(town, history))
    place = next(i for i, step in enumerate(steps) if step.kind == EventKind.LEVEL_LOW and step.at_s == low.at / 1000)
    above = next(step for step in reversed(steps[:place]) if step.depth < steps[place].depth)
    assert (above.kind, above.at_s) == (EventKind.MODE, dark.at / 1000)


def test_officers_who_arrive_are_no_cause_either() -> None:
    """The traffic control centre is touched by officers who arrive and by signals that go dark in the same instant."""
    town = sample.city()
    history = sample.history(town)
    number, events = len(history.events), history.events
    low = next(e for e in events if e.kind is EventKind.LEVEL_LOW and "travel" in e.subject)
    fault = next(e for e in events if e.kind is EventKind.FAULT)
    dark, other = (Event(number + i, low.at - 2, EventKind.NOTE, "signal-1", "", cause=fault.id) for i in (0, 1))
    arrive = Event(number + 2, low.at - 1, EventKind.CREW, "signal-1", "police.arrive", cause=dark.id)
    police = Event(
        number + 3, low.at, EventKind.MODE, "signal-1", "", cause=arrive.id, also=(other.id,), before="dark",
        after="police",
    )  # fmt: skip
    more = (dark, other, arrive, police)
    assert for_the_better(arrive, town) and for_the_better(police, town)
    made = replace(history, events=(*(replace(e, cause=police.id) if e is low else e for e in events), *more))
    both = replace(
        history, events=(*(replace(e, cause=dark.id, also=(other.id,)) if e is low else e for e in events), *more)
    )
    told, plain = (cascade(town, one, level_courses(town, one)) for one in (made, both))
    assert [step for step in told if step.subject != "signal-1"] == [
        step for step in plain if step.subject != "signal-1"
    ]
    assert not any("police" in step.text.en for step in told)


def test_a_redundancy_that_takes_over_keeps_what_it_took_over_for() -> None:
    """From battery to generator nothing is lost: it hangs under the mains that failed, by way of what started."""
    town = sample.city()
    history = sample.history(town)
    number, events = len(history.events), history.events
    mode = next(e for e in events if e.code == "hospital.generator")
    fault = next(e for e in events if e.kind is EventKind.FAULT)
    back = Event(number, mode.at, EventKind.SUPPLY_BACK, "hospital-1", "", cause=fault.id)
    first = next(e for e in events if e.kind is EventKind.MODE and e.subject == "hospital-1")
    kept = tuple(replace(e, cause=None) if e is first else replace(e, cause=number) if e is mode else e for e in events)
    steps = cascade(town, replace(history, events=(*kept, back)), level_courses(town, history))
    (taken,) = [step for step in steps if "battery → generator" in step.text.en]
    assert taken.depth > 0


def test_a_mode_that_no_fault_led_to_is_not_told() -> None:
    town = sample.city()
    history = sample.history(town)
    number = len(history.events)
    first = Event(number, 1, EventKind.MODE, "hospital-2", "", before="mains", after="battery")
    second = Event(number + 1, 2, EventKind.MODE, "hospital-2", "", cause=number, before="battery", after="mains")
    more = replace(history, events=(*(e for e in history.events), first, second))
    assert cascade(town, more, level_courses(town, more)) == cascade(town, history, level_courses(town, history))


def test_what_a_fault_that_is_over_has_left_hangs_under_it() -> None:
    """Tanks are low when the fault ends: what is lost from then on is its doing, and not that of its end."""
    town = sample.city()
    history = sample.history(town)
    number, events = len(history.events), history.events
    low = next(e for e in events if e.kind is EventKind.LEVEL_LOW and "water" in e.subject)
    began = Event(number, low.at - 2, EventKind.FAULT, "pump-0", "fault.applied", {"fault": "pump-out"}, after="x")
    over = Event(number + 1, low.at, EventKind.CLEAR, "pump-0", "fault.cleared", {"fault": "pump-out"}, before="x")
    again = Event(number + 2, low.at, EventKind.STARTED, "pump-0", "", cause=over.id)
    for cause in (over, again):
        changed = (*(replace(e, cause=cause.id, also=()) if e is low else e for e in events), began, over, again)
        steps = cascade(town, replace(history, events=changed), level_courses(town, history))
        subject = name_of(low.subject, town).en
        place = next(i for i, step in enumerate(steps) if step.kind == EventKind.LEVEL_LOW and step.subject == subject)
        assert (steps[place - 1].kind, steps[place - 1].at_s) == (EventKind.FAULT, began.at / 1000)
        assert steps[place].depth == 1


def test_what_a_reserve_bridges_is_behind_nothing_where_there_is_anything_else() -> None:
    town = sample.city()
    history = sample.history(town)
    number, events = len(history.events), history.events
    low = next(e for e in events if e.kind is EventKind.LEVEL_LOW and "water" in e.subject)
    bridged = Event(number, low.at, EventKind.SUPPLY_LOST, "signal-1", "supply.lost-with-reserve", value=1800.0)
    changed = (*(replace(e, also=(*e.also, number)) if e is low else e for e in events), bridged)
    plain = cascade(town, history, level_courses(town, history))
    assert cascade(town, replace(history, events=changed), level_courses(town, history)) == plain
