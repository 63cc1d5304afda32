"""Devices that stand beside each other: one that fails is missed until another one has taken over, and no longer."""

from __future__ import annotations

import pytest

from resilience.judge.losses import failed_spans
from simulator.contracts.event import EventKind
from simulator.contracts.history import History
from simulator.coupling.runtime import Runtime
from tests.ict.town import component, run_to, town, world

GAP_S = 3.0


def router(devices: float) -> Runtime:
    return world(town([component("router", "router", devices=devices)]))


def out_at(runtime: Runtime, *seconds: float) -> list[bool]:
    """Whether the router is out at these moments."""
    found = []
    for at in seconds:
        run_to(runtime, at)
        found.append(not runtime.supply.works("router"))
    return found


def breaks(runtime: Runtime, cause: str, **parameters: bool) -> None:
    runtime.faults.apply("router", "node-out", cause, parameters)


def mended(runtime: Runtime, cause: str) -> None:
    runtime.faults.clear("router", "node-out", cause)


def test_the_second_device_takes_over_after_its_time() -> None:
    runtime = router(2)
    run_to(runtime, 60)
    breaks(runtime, "one")
    assert out_at(runtime, 60 + GAP_S - 0.001, 60 + GAP_S, 600) == [True, False, False]
    (taken,) = (event for event in runtime.log.events if event.code == "fault.taken-over")
    assert runtime.log.trace(taken.id)[0].kind is EventKind.FAULT
    mended(runtime, "one")
    assert out_at(runtime, 660) == [False]


@pytest.mark.parametrize("first", ["one", "two"])
def test_with_both_broken_it_is_out_until_either_is_mended(first: str) -> None:
    runtime = router(2)
    breaks(runtime, "one")
    run_to(runtime, 60)
    breaks(runtime, "two")
    assert out_at(runtime, 61, 120) == [True, True]
    mended(runtime, first)
    assert out_at(runtime, 121) == [False]
    mended(runtime, "two" if first == "one" else "one")
    assert out_at(runtime, 122) == [False]
    assert not runtime.faults.active("router", "node-out")
    breaks(runtime, "three")
    assert out_at(runtime, 200) == [False]


def test_three_devices_bear_two_faults() -> None:
    runtime = router(3)
    breaks(runtime, "one")
    breaks(runtime, "two")
    assert out_at(runtime, 10) == [False]
    breaks(runtime, "three")
    assert out_at(runtime, 20) == [True]


def test_mended_before_the_other_has_taken_over_and_broken_again() -> None:
    """Of the time that the other one takes, none is left over from the fault before."""
    runtime = router(2)
    breaks(runtime, "one")
    run_to(runtime, 2)
    mended(runtime, "one")
    assert out_at(runtime, 2.1) == [False]
    breaks(runtime, "one")
    assert out_at(runtime, 2.1 + GAP_S - 0.001, 2.1 + GAP_S) == [True, False]


def test_water_in_the_room_takes_all_of_them() -> None:
    runtime = router(2)
    breaks(runtime, "flood", all_devices=True)
    assert out_at(runtime, 60) == [True]
    mended(runtime, "flood")
    assert out_at(runtime, 61) == [False]


@pytest.mark.parametrize("after_s", [1.0, 60.0])
def test_what_broke_one_breaks_all_of_them_later(after_s: float) -> None:
    """The same cause again, now at all devices: whether the second one has taken over by then or not, it is out."""
    runtime = router(2)
    breaks(runtime, "flood")
    run_to(runtime, after_s)
    breaks(runtime, "flood", all_devices=True)
    assert out_at(runtime, after_s, 120) == [True, True]
    breaks(runtime, "other")
    mended(runtime, "flood")
    assert out_at(runtime, 200) == [False]
    mended(runtime, "other")
    assert not runtime.faults.active("router", "node-out")


def test_what_broke_all_of_them_breaks_only_one_later() -> None:
    runtime = router(2)
    breaks(runtime, "flood", all_devices=True)
    run_to(runtime, 60)
    breaks(runtime, "flood")
    assert out_at(runtime, 60 + GAP_S - 0.001, 60 + GAP_S) == [True, False]


@pytest.mark.parametrize(("protected", "takes_over"), [(True, True), (False, False)])
def test_a_second_line_carries_only_where_the_first_is_parted_from_it(protected: bool, takes_over: bool) -> None:
    """A short circuit that no protection ends takes what lies beside it as well."""
    runtime = world(town([component("line", "line", devices=2)]))
    for fault in ("line-trip", "protection-fails"):
        runtime.faults.handle(fault, lambda target, fault, active, event: None)
    if not protected:
        runtime.faults.apply("line", "protection-fails", "old", {})
    runtime.faults.apply("line", "line-trip", "digger", {})
    run_to(runtime, 600)
    assert bool(runtime.faults.active("line", "line-trip")) is not takes_over


def test_a_device_counts_as_out_until_the_second_has_taken_over() -> None:
    """As a report tells it, on its map and in its tables."""
    runtime = router(2)
    run_to(runtime, 60)
    breaks(runtime, "one")
    run_to(runtime, 600)
    history = History(0, runtime.clock.now, {}, tuple(runtime.log.events), ())
    assert failed_spans(runtime.city, history) == {"router": ((60.0, 60.0 + GAP_S),)}


def test_one_device_alone_is_as_ever() -> None:
    runtime = router(1)
    breaks(runtime, "one")
    assert out_at(runtime, 60) == [True]
    mended(runtime, "one")
    assert out_at(runtime, 61) == [False]
    assert not [event for event in runtime.log.events if event.code == "fault.taken-over"]
