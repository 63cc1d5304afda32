"""The standby of a service against the closed form of heartbeats and takeover."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.ict import start
from simulator.domains.ict.election import missed_at
from simulator.domains.ict.process import Ict
from tests.ict.town import component, control, data, modes, power, run_to, town, world


def twins(heartbeat_s: float = 1.0, missed: float = 3.0, takeover_s: float = 10.0) -> City:
    """Servers a, b, c of one cluster on router r, and a pump on switch s; the service commands the pump."""
    servers = [component(name, "server", cluster="scada", rank=rank) for name, rank in (("a", 1), ("b", 2), ("c", 3))]
    others = [component("r", "router"), component("s", "switch"), component("p", "pump"), component("bus", "bus")]
    duty = component("duty", "service", cluster="scada", heartbeat_s=heartbeat_s, missed=missed, takeover_s=takeover_s)
    links = [data(x, "r") for x in "abc"] + [
        data("r", "s"),
        data("s", "p"),
        control("duty", "p"),
        power("bus", "a", 60.0),
    ]
    return town([*servers, *others, duty], links)


def running(city: City) -> tuple[Runtime, Ict]:
    runtime = world(city)
    return runtime, start(runtime)


def out(runtime: Runtime, target: str, at_s: float, for_s: float | None = None, fault: str = "node-out") -> None:
    cause = f"{target}@{at_s}"

    def break_it() -> None:
        runtime.faults.apply(target, fault, cause, {})

    def mend() -> None:
        runtime.faults.clear(target, fault, cause)

    runtime.clock.at(to_ticks(at_s), "test", break_it)
    if for_s is not None:
        runtime.clock.at(to_ticks(at_s + for_s), "test", mend)


@settings(max_examples=200, deadline=None)
@given(
    lost=st.integers(0, 10**7), begin=st.integers(-(10**6), 0), beat_ms=st.integers(1, 10_000), missed=st.integers(1, 9)
)
def test_missed_at_counts_beats(lost: int, begin: int, beat_ms: int, missed: int) -> None:
    """Against counting: beats come at begin + k * beat; those after the loss are missed."""
    next_beat = begin + (math.floor((lost - begin) / beat_ms) + 1) * beat_ms
    assert missed_at(lost, begin, beat_ms / 1000, missed) == next_beat + (missed - 1) * beat_ms


@pytest.mark.parametrize(
    ("heartbeat_s", "missed", "takeover_s", "lost_s"),
    [(1.0, 3.0, 10.0, 100.0), (2.0, 5.0, 0.5, 100.0), (0.5, 2.0, 30.0, 77.2)],
)
def test_standby_takes_over_in_the_closed_form(
    heartbeat_s: float, missed: float, takeover_s: float, lost_s: float
) -> None:
    runtime, ict = running(twins(heartbeat_s, missed, takeover_s))
    out(runtime, "a", lost_s)
    served = math.floor(lost_s / heartbeat_s) * heartbeat_s + missed * heartbeat_s + takeover_s
    run_to(runtime, served - 0.001)
    assert ict.serving("duty") is None
    assert not runtime.supply.link_up("control-duty-p")
    run_to(runtime, served)
    assert ict.serving("duty") == "b"
    assert runtime.supply.link_up("control-duty-p")
    assert modes(runtime, "duty") == [(lost_s, "none"), (pytest.approx(served), "standby")]


def test_the_cascade_can_be_traced_to_the_dead_bus() -> None:
    runtime, _ = running(twins())
    runtime.clock.at(to_ticks(40), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))
    run_to(runtime, 200)
    assert modes(runtime, "duty") == [(100.0, "none"), (113.0, "standby")]
    up = [e for e in runtime.log.events if e.kind is EventKind.LINK_UP and e.subject == "control-duty-p"]
    told = [(e.kind, e.subject) for e in runtime.log.trace(up[-1].id)]
    assert told == [
        (EventKind.LINK_DOWN, "power-bus-a"),
        (EventKind.SUPPLY_LOST, "a"),
        (EventKind.AUTONOMY_USED, "a"),
        (EventKind.STOPPED, "a"),
        (EventKind.MODE, "duty"),
        (EventKind.MODE, "duty"),
        (EventKind.LINK_UP, "control-duty-p"),
    ]


def test_primary_takes_the_duty_back_when_it_has_been_well_for_a_minute() -> None:
    runtime, ict = running(twins())
    out(runtime, "a", 100, for_s=50)
    out(runtime, "a", 180, for_s=5)  # a relapse before the minute is over: the minute starts again
    run_to(runtime, 1000)
    assert modes(runtime, "duty") == [(100.0, "none"), (113.0, "standby"), (245.0, "primary")]
    assert ict.serving("duty") == "a"
    downs = [e.at for e in runtime.log.events if e.kind is EventKind.LINK_DOWN and e.subject == "control-duty-p"]
    assert downs == [100_000], "the way back leaves no gap"


def test_back_before_it_was_missed_is_no_election() -> None:
    runtime, ict = running(twins())
    out(runtime, "a", 100, for_s=2.5)
    run_to(runtime, 1000)
    assert modes(runtime, "duty") == [(100.0, "none"), (102.5, "primary")]
    assert ict.serving("duty") == "a"


def test_back_after_it_was_missed_waits_for_its_minute() -> None:
    runtime, ict = running(twins())
    out(runtime, "a", 100, for_s=8)  # missed at 103: the standby is starting already
    run_to(runtime, 1000)
    assert modes(runtime, "duty") == [(100.0, "none"), (113.0, "standby"), (168.0, "primary")]
    assert ict.serving("duty") == "a"


def test_standby_lost_while_it_starts_hands_on_to_the_next() -> None:
    runtime, ict = running(twins())
    out(runtime, "a", 100)
    out(runtime, "b", 105)  # missed at 108, so c serves at 118
    run_to(runtime, 300)
    assert modes(runtime, "duty") == [(100.0, "none"), (118.0, "standby")]
    assert ict.serving("duty") == "c"


def test_nobody_left_and_the_first_back_serves_after_its_takeover() -> None:
    runtime, ict = running(twins())
    for name in "abc":
        out(runtime, name, 100, for_s=100 if name == "b" else None)
    run_to(runtime, 300)
    assert modes(runtime, "duty") == [(100.0, "none"), (210.0, "standby")]
    assert ict.serving("duty") == "b"


def test_a_server_behind_its_cut_uplink_is_missed_though_it_runs() -> None:
    runtime, ict = running(twins())
    out(runtime, "data-a-r", 100, for_s=500, fault="link-cut")
    run_to(runtime, 300)
    assert runtime.supply.works("a")
    assert ict.serving("duty") == "b"
    assert runtime.supply.link_up("control-duty-p")
    run_to(runtime, 1000)
    assert modes(runtime, "duty") == [(100.0, "none"), (113.0, "standby"), (660.0, "primary")]


def test_without_a_member_at_the_begin_the_service_says_so() -> None:
    runtime = world(twins())
    for name in "abc":
        runtime.faults.apply(name, "node-out", "before", {})
    ict = start(runtime)
    assert ict.serving("duty") is None
    assert not runtime.supply.link_up("control-duty-p")
    runtime.faults.clear("c", "node-out", "before")
    run_to(runtime, 60)
    assert modes(runtime, "duty") == [(0.0, "none"), (10.0, "standby")]
