"""The tree of causes is the event log's, with depth and delay."""

from __future__ import annotations

from resilience.judge.losses import level_courses
from resilience.report.run.cascade import cascade
from simulator.contracts.event import EventKind
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
