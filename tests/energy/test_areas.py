"""What carries a substation's area when it fails, and how the area comes back: shares and times by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from simulator.contracts.component import Component
from simulator.contracts.event import EventKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.domains.energy.areas import RING_SHARE
from tests.energy.support import chain, component, run, town, written
from tests.energy.test_faults import SWITCHES, file, started

__all__ = ["file"]

OUT_S, BACK_S = 600.0, 3600.0


def modes(runtime: Runtime, subject: str) -> list[tuple[float, str | None]]:
    return [(e.at / 1000, e.after) for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == subject]


def outage(runtime: Runtime, back_s: float | None = BACK_S) -> None:
    runtime.clock.at(to_ticks(OUT_S), "test", lambda: runtime.faults.apply("substation-0", "substation-out", "x", {}))
    if back_s is not None:
        runtime.clock.at(to_ticks(back_s), "test", lambda: runtime.faults.clear("substation-0", "substation-out", "x"))


def feeder(tmp_path: Path, *store: Component, **substation: float) -> Runtime:
    """Four buses of 0.1 MW behind one substation; the last bus is the one that matters most."""
    city = town(written(chain([0.1] * 4), tmp_path / "p.json"), store, priorities={"bus-5": 1.0})
    given = component("substation-0", "substation", **substation)
    parts = {**city.components, "substation-0": given} if substation else city.components
    runtime, _ = run(replace(city, components=parts))
    return runtime


def star(tmp_path: Path, **substation: float) -> Runtime:
    """Four feeders of one bus each at the busbar of one substation; the last is the one that matters most."""
    net = chain([0.1] * 4)
    net.line["from_bus"] = 1
    city = town(written(net, tmp_path / "p.json"), priorities={"bus-5": 1.0})
    given = component("substation-0", "substation", **substation)
    runtime, _ = run(replace(city, components={**city.components, "substation-0": given}))
    return runtime


def up(runtime: Runtime) -> list[float]:
    """Which of the four buses are supplied."""
    return [float(runtime.quantities.value(f"bus-{i}", "load_w") > 0) for i in range(2, 6)]


def test_without_ring_or_battery_the_area_is_dark_and_back_with_its_infeed(tmp_path: Path) -> None:
    runtime = feeder(tmp_path)
    outage(runtime)
    runtime.clock.run_until(to_ticks(7200))
    assert modes(runtime, "substation-0") == [(OUT_S, "none"), (BACK_S, "infeed")]
    for event in runtime.log.events:
        if event.subject == "substation-0" and event.after == "none":
            assert runtime.log.trace(event.id)[0].kind is EventKind.FAULT


@pytest.mark.parametrize(
    ("black_start_s", "expected"),
    [
        (0.0, [(OUT_S, "island"), (BACK_S, "infeed")]),
        (300.0, [(OUT_S, "none"), (OUT_S + 300.0, "island"), (BACK_S, "infeed")]),
        (4000.0, [(OUT_S, "none"), (BACK_S, "infeed")]),
    ],
)
def test_a_grid_battery_makes_a_black_start(
    tmp_path: Path, black_start_s: float, expected: list[tuple[float, str]]
) -> None:
    store = component("store", "battery", bus="bus-3", rated_w=1e6, energy_j=1e11, black_start_s=black_start_s)
    runtime = feeder(tmp_path, store)
    outage(runtime)
    runtime.clock.run_until(to_ticks(7200))
    assert modes(runtime, "substation-0") == expected
    carried = [(at, "island") for at, mode in expected if mode == "island"]
    assert [m for m in modes(runtime, "store") if m[1] == "island"] == carried


def test_a_battery_that_holds_nothing_carries_nothing(tmp_path: Path) -> None:
    runtime = feeder(tmp_path, component("store", "battery", bus="bus-3", rated_w=1e6, energy_j=0.0))
    outage(runtime)
    runtime.clock.run_until(to_ticks(7200))
    assert modes(runtime, "substation-0") == [(OUT_S, "none"), (BACK_S, "infeed")]
    assert modes(runtime, "store") == []


def test_a_second_outage_needs_a_black_start_of_its_own(tmp_path: Path) -> None:
    store = component("store", "battery", bus="bus-3", rated_w=1e6, energy_j=1e11, black_start_s=300.0)
    runtime = feeder(tmp_path, store)
    outage(runtime, back_s=OUT_S + 200.0)  # over before the island stands
    runtime.clock.run_until(to_ticks(2000))
    assert modes(runtime, "substation-0") == [(OUT_S, "none"), (OUT_S + 200.0, "infeed")]
    runtime.faults.apply("substation-0", "substation-out", "y", {})
    runtime.clock.run_until(to_ticks(3000))
    assert modes(runtime, "substation-0")[2:] == [(2000.0, "none"), (2300.0, "island")]


def test_a_dark_area_comes_back_in_steps_the_most_important_first(tmp_path: Path) -> None:
    runtime = star(tmp_path, restore_steps=4.0, restore_step_s=120.0)
    outage(runtime)
    runtime.clock.run_until(to_ticks(BACK_S))
    assert modes(runtime, "substation-0") == [(OUT_S, "none"), (BACK_S, "infeed")]
    found = []
    for step in range(4):
        runtime.clock.run_until(to_ticks(BACK_S + 120.0 * step))
        found.append(up(runtime))
    assert found == [[0, 0, 0, 1], [1, 0, 0, 1], [1, 1, 0, 1], [1, 1, 1, 1]]
    steps = [e for e in runtime.log.events if e.code == "energy.return-step"]
    assert [e.params for e in steps] == [{"step": step, "steps": 4} for step in (2, 3, 4)]
    assert all(runtime.log.trace(e.id)[0].kind is EventKind.CLEAR for e in steps)


def test_one_feeder_comes_back_as_a_whole(tmp_path: Path) -> None:
    """What can be held back is what has a breaker at the busbar, not a single local substation along a feeder."""
    runtime = feeder(tmp_path, restore_steps=4.0, restore_step_s=120.0)
    outage(runtime)
    runtime.clock.run_until(to_ticks(BACK_S))
    assert up(runtime) == [1, 1, 1, 1]


def test_an_outage_during_the_return_starts_it_anew(tmp_path: Path) -> None:
    runtime = star(tmp_path, restore_steps=2.0, restore_step_s=600.0)
    outage(runtime)
    runtime.clock.run_until(to_ticks(BACK_S + 100))
    runtime.faults.apply("substation-0", "substation-out", "y", {})
    runtime.clock.run_until(to_ticks(BACK_S + 400))
    runtime.faults.clear("substation-0", "substation-out", "y")
    runtime.clock.run_until(to_ticks(BACK_S + 601))  # the first return would have been complete
    assert up(runtime) == [1, 0, 0, 1]
    runtime.clock.run_until(to_ticks(BACK_S + 400 + 600))
    assert up(runtime) == [1, 1, 1, 1]


def test_the_ring_carries_an_area_once_half_of_its_load_is_fed(file: Path) -> None:
    """mv_oberrhein: the second substation takes over by remote control; the mode follows the share that is fed."""
    runtime, domain = started(file, SWITCHES, hours=12, start_at=datetime(2026, 5, 12, 2))
    area = next(domain.areas._area[site.id] for site in domain.state.grid.sites if site.id == "substation-1")
    weight = domain.state.grid.bus_rated_w
    runtime.faults.apply("substation-1", "substation-out", "x", {})

    def shares() -> Iterator[tuple[float, str]]:
        for minute in range(0, 60):
            runtime.clock.run_until(to_ticks(60.0 * minute + 1))
            assert domain.readout.up is not None
            fed = float(weight[area & domain.readout.up].sum() / weight[area].sum())
            yield fed, (modes(runtime, "substation-1") or [(0.0, "infeed")])[-1][1] or ""

    seen = list(shares())
    assert all((mode == "ring") == (fed >= RING_SHARE) for fed, mode in seen)
    assert seen[0][1] == "none" and seen[-1][1] == "ring"
