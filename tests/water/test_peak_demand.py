"""Peak demand: everybody takes so many times more, at once, and no longer once it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.coupling import Runtime
from simulator.domains import water
from tests.support.towns import component
from tests.water.networks import GRAVITY, city_of, world, write

MINUTE = 60_000
LEVELS = (ServiceLevel("supply", "water-supply", "city", 0.9, 1000),)
WORKS = (component("centre", "waterworks"), component("second", "waterworks"))


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    rt = world(city_of(write(tmp_path, GRAVITY), (), LEVELS, WORKS))
    water.start(rt)
    rt.clock.run_until(10 * MINUTE)
    return rt


def delivered(rt: Runtime) -> list[float]:
    return [rt.quantities.value(c.id, "demand_m3_s") for c in rt.city.of_kind("junction")]


def at(rt: Runtime, minute: int) -> list[float]:
    rt.clock.run_until(minute * MINUTE)
    return delivered(rt)


def test_each_junction_takes_the_factor_times_its_demand_while_it_lasts(runtime: Runtime) -> None:
    before = delivered(runtime)
    event = runtime.faults.apply("centre", "peak-demand", "heat", {"factor": 1.5})
    assert at(runtime, 11) == pytest.approx([1.5 * flow for flow in before], rel=1e-4)
    assert [e.cause for e in runtime.log.events if e.kind is EventKind.SWITCH and e.subject == "centre"] == [event]
    runtime.faults.clear("centre", "peak-demand", "heat")
    assert at(runtime, 12) == pytest.approx(before, rel=1e-4)


def test_two_at_once_multiply_and_any_order_of_ends_leads_back(runtime: Runtime) -> None:
    before = delivered(runtime)
    runtime.faults.apply("centre", "peak-demand", "heat", {"factor": 1.25})
    runtime.faults.apply("second", "peak-demand", "fair", {"factor": 1.2})
    assert at(runtime, 11) == pytest.approx([1.5 * flow for flow in before], rel=1e-4)
    runtime.faults.clear("centre", "peak-demand", "heat")
    assert at(runtime, 12) == pytest.approx([1.2 * flow for flow in before], rel=1e-4)
    runtime.faults.clear("second", "peak-demand", "fair")
    assert at(runtime, 13) == pytest.approx(before, rel=1e-4)
