"""Brokers of a town: gateways change over and back, readings wait while none can be reached, and none is lost."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.sensor import SensorCohort
from simulator.coupling import Runtime
from simulator.domains import ict
from stadtwerk.runs.feed import Feed
from tests.ict.town import component, course, data, level, run_to, town, world

GATEWAYS = ("g1", "g2")
END_S = 3600.0
LATENCY_S = 0.002
"""Router, server: two links; a broker stands on its server."""


def two_brokers() -> City:
    """Two servers with a broker each, on one router with two gateways. The second is listed first."""
    components = [
        component("server-b", "server", cluster="data", rank=2.0),
        component("server-a", "server", cluster="data"),
        component("broker-b", "broker", rank=2.0),
        component("broker-a", "broker"),
        component("router", "router"),
        *(component(gateway, "gateway") for gateway in GATEWAYS),
    ]
    links = [
        data("server-a", "broker-a", 0.0),
        data("server-b", "broker-b", 0.0),
        data("server-a", "router"),
        data("server-b", "router"),
        *(data("router", gateway) for gateway in GATEWAYS),
    ]
    cohorts = tuple(SensorCohort(f"c-{g}", g, "working", "1", GATEWAYS, 0.0, 60.0) for g in GATEWAYS)
    return town(components, links, levels=[level("telemetry", "city")], cohorts=cohorts)


class Run:
    """An hour of such a town with things that happen in it, and what it left."""

    def __init__(self, folder: Path, *happens: tuple[float, Callable[[Runtime], object]]) -> None:
        self.runtime = runtime = world(two_brokers())
        network = ict.start(runtime)
        telemetry = Feed().connect(runtime, folder / "r.parquet")
        for at_s, call in happens:
            runtime.clock.at(round(at_s * 1000), "test", lambda call=call: call(runtime))
        run_to(runtime, END_S)
        self.summary = telemetry.close()
        network.close()
        table = pq.read_table(folder / "r.parquet").to_pydict()
        self.arrived: dict[str, dict[float, float]] = {gateway: {} for gateway in GATEWAYS}
        for t_s, gateway, at in zip(table["t_s"], table["gateway"], table["delivered_s"], strict=True):
            self.arrived[gateway][t_s] = at
        assert len(table["t_s"]) == self.summary.read == 4 * 61, "each reading is one row"

    def waits(self, gateway: str) -> dict[float, float]:
        """How long each reading was on its way that was later than usual; infinite for those that never arrived."""
        found = {t: math.inf if math.isnan(at) else at - t for t, at in self.arrived[gateway].items()}
        return {t: wait for t, wait in found.items() if wait > 2 * LATENCY_S}

    def told(self, subject: str) -> list[Event]:
        return [e for e in self.runtime.log.events if e.kind is EventKind.TELEMETRY and e.subject == subject]

    def used(self, gateway: str) -> list[tuple[float, str | None]]:
        """When it began to send through which broker, in whole seconds."""
        return [(e.at // 1000, e.after) for e in self.told(gateway)]


def fault(target: str, name: str, **given: float | bool) -> Callable[[Runtime], object]:
    return lambda runtime: runtime.faults.apply(target, name, "test", given)


def clear(target: str, name: str) -> Callable[[Runtime], object]:
    return lambda runtime: runtime.faults.clear(target, name, "test")


def test_without_a_fault_all_goes_through_the_broker_of_lowest_rank(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.waits("g1") == run.waits("g2") == {}
    assert run.told("g1") == []


def test_a_broker_that_is_out_hands_over_without_a_gap_and_gets_its_gateways_back(tmp_path: Path) -> None:
    run = Run(tmp_path, (630.0, fault("broker-a", "broker-out")), (1830.0, clear("broker-a", "broker-out")))
    assert run.waits("g1") == run.waits("g2") == {}, "the other one is there before the next reading"
    for gateway in GATEWAYS:
        (left, other), (back, first) = run.used(gateway)
        assert (left, other, first) == (630, "broker-b", "broker-a")
        assert 1840 <= back <= 1920, "it has to be reachable for 10 s, and is tried every 10 s at the latest"
        out, again = run.told(gateway)
        assert run.runtime.log.trace(out.id)[0].kind is EventKind.FAULT
        assert run.runtime.log.trace(again.id)[0].kind in (EventKind.CLEAR, EventKind.FAULT)
    assert course(run.runtime, "telemetry-city") == [(0.0, 1.0)]


def test_readings_wait_while_both_are_away_and_the_town_is_blind_meanwhile(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        (630.0, fault("broker-a", "broker-out")),
        (930.0, fault("server-b", "node-out")),
        (1830.0, clear("broker-a", "broker-out")),
    )
    for gateway in GATEWAYS:
        waits = run.waits(gateway)
        assert list(waits) == [float(t) for t in range(960, 1830, 60)]
        arrivals = {t + wait for t, wait in waits.items()}
        assert len(arrivals) == 1 and 1830 < arrivals.pop() < 1845
    assert run.summary.lost == run.summary.held == 0
    assert course(run.runtime, "telemetry-city") == [(0.0, 1.0), (930.0, 0.0), (1830.0, 1.0)]


def test_a_host_that_dies_without_a_word_is_noticed_and_nothing_is_lost(tmp_path: Path) -> None:
    """No program is left there that could end a connection: nothing passes, and that takes a while to notice."""
    run = Run(tmp_path, (655.0, fault("server-a", "node-out")))
    for gateway in GATEWAYS:
        assert [other for _, other in run.used(gateway)] == ["broker-b"]
        assert list(run.waits(gateway)) == [660.0]
        assert run.waits(gateway)[660.0] <= 20.0
    assert run.summary.delivered == run.summary.read


@pytest.mark.parametrize("target", ["g1", "broker-a"])
def test_with_an_expired_certificate_no_login_is_taken_until_it_is_renewed(tmp_path: Path, target: str) -> None:
    run = Run(tmp_path, (630.0, fault(target, "certificate-expired")), (1230.0, clear(target, "certificate-expired")))
    said = [event.code for event in run.told(target) if "logins" in event.code]
    assert said == ["telemetry.logins-refused", "telemetry.logins-taken"]
    assert run.waits("g2") == {}
    if target == "g1":
        waits = run.waits("g1")
        assert list(waits) == [float(t) for t in range(660, 1230, 60)]
        assert all(1230 < t + wait < 1245 for t, wait in waits.items())
    else:
        assert run.waits("g1") == {}, "there is another broker"
        assert [name for _, name in run.used("g1")] == ["broker-b", "broker-a"]
    assert run.summary.delivered == run.summary.read


def test_a_certificate_that_ran_out_unnoticed_shows_when_the_broker_is_started_again(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        (330.0, fault("g1", "certificate-expired", reconnect=False)),
        (630.0, fault("broker-a", "broker-out")),
        (640.0, clear("broker-a", "broker-out")),
        (1230.0, clear("g1", "certificate-expired")),
    )
    assert list(run.waits("g1")) == [float(t) for t in range(660, 1230, 60)]
    assert run.waits("g2") == {}


def test_the_same_happens_again_in_another_run(tmp_path: Path) -> None:
    happens = (
        (630.0, fault("broker-a", "broker-out")),
        (655.0, fault("server-b", "node-out")),
        (1230.0, clear("broker-a", "broker-out")),
    )
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = Run(tmp_path / "a", *happens), Run(tmp_path / "b", *happens)
    assert first.summary.digest == second.summary.digest
    np.testing.assert_array_equal(list(first.waits("g1").values()), list(second.waits("g1").values()))
    assert first.waits("g1") != first.waits("g2"), "each gateway draws its own waits"


def test_a_private_group_that_is_too_small_is_withheld_and_that_is_said(tmp_path: Path) -> None:
    cohorts = (
        SensorCohort("few", "g1", "working", "1", GATEWAYS, 0.0, 60.0, group_size=3),
        SensorCohort("two", "g2", "working", "1", GATEWAYS, 0.0, 60.0, group_size=2),
    )
    city = replace(two_brokers(), cohorts=cohorts)
    runtime = world(city)
    network = ict.start(runtime)
    telemetry = Feed().connect(runtime, tmp_path / "r.parquet")
    run_to(runtime, 600)
    summary = telemetry.close()
    network.close()
    (note,) = [event for event in runtime.log.events if event.code == "telemetry.too-few-meters"]
    assert (note.kind, note.subject) == (EventKind.NOTE, "g1")
    assert summary.read == summary.delivered == 2 * 11, "a sum and a number each minute"
    table = pq.read_table(tmp_path / "r.parquet").to_pydict()
    assert set(table["sensor"]) == {"two/working_sum", "two/covered"}
    assert set(table["value"]) == {2.0}
