"""Attacks on control rooms and servers: lost view, lost control, encryption, floods of messages."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from resilience.inject.injector import build_injector
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Value
from resilience.scenario.scenario import TimelineEntry, Trigger
from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.contracts.history import History
from simulator.contracts.link import Fallback
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.domains.ict.process import Ict
from simulator.domains.ict.service import flooded
from simulator.lifelines import start
from simulator.lifelines.traffic_control import process as traffic_control
from simulator.lifelines.waterworks import process as waterworks
from tests.ict.town import component, control, course, data, level, modes, run_to, town, world
from tests.resilience.town import scenario


def running(city: City) -> tuple[Runtime, Ict]:
    runtime = world(city, start=datetime(2024, 1, 10, 12, 0))
    network = ict.start(runtime)
    assert isinstance(network, Ict)
    start(runtime)
    return runtime, network


def offices() -> City:
    """A town hall with its portal on two servers, a traffic centre with a signal, a waterworks with two pumps."""
    parts = [
        component("hall", "town-hall", activate_s=3600.0),
        component("centre", "traffic-control-centre"),
        component("works", "waterworks"),
        component("switch", "switch"),
        *(component(f"signal-{i}", "signal") for i in range(2)),
        *(component(f"pump-{i}", "pump") for i in range(2)),
        component("v1", "server", cluster="office", rank=1),
        component("v2", "server", cluster="office", rank=2),
        component("portal", "service", cluster="office", failback_s=60.0),
    ]
    ends = ("hall", "centre", "works", "signal-0", "signal-1", "pump-0", "pump-1", "v1", "v2")
    links = [*(data("switch", end) for end in ends), control("portal", "hall")]
    links += [control("centre", f"signal-{i}") for i in range(2)]
    links += [control("works", "pump-0"), control("works", "pump-1", Fallback.HOLD)]
    return town(parts, links, levels=[level("lifeline", name) for name in ("hall", "centre", "works")])


@pytest.mark.parametrize("load", [0.0, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("queue", [1, 100])
def test_a_flood_waits_and_loses_as_the_states_of_its_queue_say(load: float, queue: int) -> None:
    """Against the stationary distribution of the birth-death chain, from its balance equations."""
    places, service_s = queue + 1, 0.002
    rates = np.zeros((places + 1, places + 1))
    for n in range(places):
        rates[n, n + 1], rates[n + 1, n] = load / service_s, 1 / service_s
    rates -= np.diag(rates.sum(axis=1))
    balance = np.vstack([rates.T, np.ones(places + 1)])
    p = np.linalg.lstsq(balance, np.r_[np.zeros(places + 1), 1.0], rcond=None)[0]
    wait_s, lost = flooded(load, service_s, queue)
    assert lost == pytest.approx(p[-1] if load else 0.0, abs=1e-9)
    if load:
        inside = float((p * np.arange(places + 1)).sum())
        assert wait_s == pytest.approx(inside / (load / service_s * (1 - p[-1])) - service_s, rel=1e-6, abs=1e-12)


def test_a_flooded_traffic_centre_is_slow_first_and_then_loses_its_signals() -> None:
    runtime, network = running(offices())
    free = network.path("v1", "centre")
    assert free is not None
    runtime.faults.apply("centre", "flooding", "a", {"load": 0.5, "service_s": 0.01})
    run_to(runtime, 10)
    slow = network.path("v1", "centre")
    assert slow is not None and slow.latency_s == pytest.approx(free.latency_s + 0.01, rel=1e-6)
    assert modes(runtime, "centre") == []
    root = runtime.faults.apply("centre", "flooding", "b", {"load": 0.6})
    run_to(runtime, 20)
    assert network.path("v1", "centre") is None
    assert modes(runtime, "centre") == [(10.0, "local")]
    assert course(runtime, "lifeline-centre")[-1][1] == pytest.approx(traffic_control.SHARES["local"])
    assert runtime.log.trace(next(e for e in runtime.log.events if e.after == "local").id)[0].id == root
    runtime.faults.clear("centre", "flooding", "a")
    runtime.faults.clear("centre", "flooding", "b")
    run_to(runtime, 30)
    assert network.path("v1", "centre") == free
    assert modes(runtime, "centre")[-1] == (20.0, "central")


def test_the_standby_takes_over_from_a_flooded_server() -> None:
    runtime, network = running(offices())
    runtime.faults.apply("v1", "flooding", "x", {})
    run_to(runtime, 600)
    assert network.serving("portal") == "v2"
    runtime.faults.clear("v1", "flooding", "x")
    run_to(runtime, 1200)
    assert network.serving("portal") == "v1"


@pytest.mark.parametrize("cleared_at", [None, 1800.0])
def test_encrypted_servers_are_out_until_the_backup_is_restored_or_somebody_was_faster(
    cleared_at: float | None,
) -> None:
    runtime, network = running(offices())
    for server in ("v1", "v2"):
        runtime.faults.apply(server, "ransomware", "gang", {"restore_s": 7200.0})
    run_to(runtime, 1800)
    assert network.serving("portal") is None
    assert modes(runtime, "hall") == [(0.0, "none")]
    if cleared_at is not None:
        for server in ("v1", "v2"):
            runtime.faults.clear(server, "ransomware", "gang")
        run_to(runtime, 1900)
        assert network.serving("portal") == "v1"
        runtime.faults.apply("v1", "ransomware", "gang", {"restore_s": 7200.0})
        run_to(runtime, 7300)
        assert not runtime.supply.works("v1"), "the first attack's restoring ended the second one"
        run_to(runtime, 1900 + 7200 + 100)
    else:
        run_to(runtime, 7199)
        assert network.serving("portal") is None
        assert modes(runtime, "hall")[-1] == (3600.0, "paper")
        run_to(runtime, 7300)
    assert network.serving("portal") == "v1"
    assert modes(runtime, "hall")[-1][1] == "online"
    assert not runtime.faults.active("v1", "ransomware")


def test_an_encrypted_town_hall_still_has_its_paper_counter() -> None:
    runtime, _ = running(offices())
    runtime.faults.apply("hall", "ransomware", "gang", {})
    run_to(runtime, 7200)
    assert modes(runtime, "hall") == [(0.0, "none"), (3600.0, "paper")]
    runtime.faults.clear("hall", "ransomware", "gang")
    run_to(runtime, 7201)
    assert modes(runtime, "hall")[-1] == (7200.0, "online")


def test_commands_that_do_not_arrive_leave_each_pump_to_what_its_link_declares() -> None:
    runtime, _ = running(offices())
    root = runtime.faults.apply("works", "loss-of-control", "x", {})
    run_to(runtime, 10)
    assert runtime.supply.works("works"), "the control room itself works"
    assert not runtime.supply.link_up("control-works-pump-0")
    assert all(e.kind is not EventKind.LINK_DOWN or runtime.log.trace(e.id)[0].id == root for e in runtime.log.events)
    share = (waterworks.LOCAL_SHARE + waterworks.HELD_SHARE) / 2
    assert course(runtime, "lifeline-works")[-1][1] == pytest.approx(share)
    runtime.faults.apply("works", "site-out", "x", {})
    runtime.faults.clear("works", "loss-of-control", "x")
    run_to(runtime, 20)
    assert not runtime.supply.link_up("control-works-pump-0"), "the room itself is out"
    runtime.faults.clear("works", "site-out", "x")
    run_to(runtime, 30)
    assert runtime.supply.link_up("control-works-pump-0")
    assert [mode for _, mode in modes(runtime, "works")] == ["local", "central"]


@pytest.mark.parametrize("centre,share", [("works", waterworks.HELD_SHARE), ("centre", 0.8)])
def test_a_control_room_that_sees_nothing_is_not_in_command(centre: str, share: float) -> None:
    runtime, _ = running(offices())
    runtime.faults.apply(centre, "loss-of-view", "x", {})
    run_to(runtime, 10)
    assert all(link.target == "hall" or runtime.supply.link_up(link.id) for link in runtime.city.links.values())
    assert modes(runtime, centre) == [(0.0, "local")]
    assert course(runtime, f"lifeline-{centre}")[-1][1] == pytest.approx(share)
    runtime.faults.clear(centre, "loss-of-view", "x")
    run_to(runtime, 20)
    assert modes(runtime, centre)[-1] == (10.0, "central")


@pytest.mark.parametrize("waits", [False, True])
def test_a_restored_backup_ends_the_fault_for_the_scenario_too(waits: bool) -> None:
    """What is restored by itself counts as cleared then, though the scenario gives no length and heals later."""
    when = Trigger("hall", "staff_share", None, 0.5) if waits else None
    entry = TimelineEntry("gang", 60.0, "ransomware", ("hall",), parameters={"restore_s": 7200.0}, when=when)
    asked = scenario(timeline=[entry], heal_by_s=18000.0)
    rt, _ = running(offices())
    injector = build_injector(
        asked, rt.city, rt.faults, rt.clock, lambda component, quantity: 1.0, rt.crews.repair, rt.log.add
    )
    run_to(rt, 36000)
    (done,) = injector.executed
    assert (done.applied_at, done.cleared_at) == (60_000, 7_260_000)
    cleared = [e for e in rt.log.events if e.kind is EventKind.CLEAR]
    broken = next(e.id for e in rt.log.events if e.kind is EventKind.FAULT)
    assert [(e.at, e.cause) for e in cleared] == [(7_260_000, broken)]
    assert not rt.faults.active("hall", "ransomware")
    told = History(rt.clock.begin, 36_000_000, {}, rt.log.events, injector.executed, injector.signals)
    found = judge(asked, rt.city, told).of(Category.EXECUTION)
    assert {f.id: f.value for f in found}["gang"] is Value.PASS
