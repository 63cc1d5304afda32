"""Faults that overlap: whatever the order of their entries, the door is left in the same state, healed at the end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.inject.injector import build_injector
from resilience.scenario.scenario import Repair, TimelineEntry, Trigger
from simulator.coupling.faults import FaultStack
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from tests.resilience.town import scenario, tiny_city

State = dict[tuple[str, str], set[str]]
"""For each target and fault, the causes in force."""

CITY = tiny_city()
END_S, HEAL_S = 100.0, 90.0
WAYS = (("pump-1", "pump-out"), ("pump-2", "pump-out"), ("junction-1", "burst"), ("power-bus-2-pump-2", "link-cut"))


@st.composite
def timelines(draw: st.DrawFn) -> list[TimelineEntry]:
    found = []
    for i in range(draw(st.integers(0, 7))):
        target, fault = draw(st.sampled_from(WAYS))
        repaired = draw(st.booleans())
        length = None if repaired else draw(st.none() | st.integers(1, 60))
        found.append(
            TimelineEntry(
                f"e{i}",
                float(draw(st.integers(0, 80))),
                fault,
                (target,),
                for_s=None if length is None else float(length),
                repair=Repair(20.0) if repaired else None,
                when=Trigger("pump-3", "working", 0.5, None) if draw(st.booleans()) else None,
            )
        )
    return found


def live_through(timeline: list[TimelineEntry], heal_by_s: float | None) -> list[State]:
    """Which causes are in force at the door after each second."""
    asked_for = scenario(timeline=timeline, heal_by_s=heal_by_s, duration_s=END_S)
    clock = Clock(asked_for.run.start, 0.0, END_S)
    log = EventLog(clock)
    door = FaultStack(CITY, clock, log)
    door.handle("burst", lambda *_: None)
    door.handle("link-cut", lambda *_: None)

    def crew(
        target: str,
        work_s: float | None,
        cause: int | None,
        done: Callable[[int], None],
        depot: str | None = None,
        broken: str | None = None,
        trade: str = "",
        entry: str = "",
    ) -> None:
        assert work_s is not None
        clock.after(work_s, entry, lambda: done(0))

    build_injector(asked_for, CITY, door, clock, lambda *_: float(clock.now_s < 60.0), crew, log.add)
    states: list[State] = []
    for second in range(int(END_S) + 1):
        clock.run_until(second * 1000)
        states.append({way: {act.cause for act in door.active(*way)} for way in WAYS})
    return states


def expected(timeline: list[TimelineEntry], second: int, heal_by_s: float | None) -> State:
    """By hand: an entry is in force from its moment to its end, and nothing is from `heal_by` on."""
    state: State = {way: set() for way in WAYS}
    for one in timeline:
        begin = one.at_s
        if one.when is not None:  # below 0.5 from second 60 on, looked for each minute from `at` on
            begin = one.at_s if one.at_s >= 60.0 else one.at_s + 60.0
        length = 20.0 if one.repair is not None else one.for_s
        over = float("inf") if length is None else begin + length
        last = float("inf") if heal_by_s is None else heal_by_s
        may = begin < (END_S if heal_by_s is None else heal_by_s)
        if may and begin <= second < min(over, last):
            state[one.targets[0], one.fault].add(one.id)
    return state


@settings(max_examples=60, deadline=None)
@given(timelines(), st.randoms(use_true_random=False), st.sampled_from([None, HEAL_S]))
def test_any_order_leaves_the_same_state(
    timeline: list[TimelineEntry], random: Random, heal_by_s: float | None
) -> None:
    states = live_through(timeline, heal_by_s)
    for second, state in enumerate(states):
        assert state == expected(timeline, second, heal_by_s), second
    shuffled = list(timeline)
    random.shuffle(shuffled)
    assert live_through(shuffled, heal_by_s) == states
    if heal_by_s is not None:
        assert not any(states[-1].values())
