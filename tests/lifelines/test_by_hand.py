"""Pumps that nobody commands: crews drive there and operate them until the control room is back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulator.contracts.city import City
from simulator.contracts.link import Fallback
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Quantity, Runtime
from simulator.lifelines import start
from simulator.lifelines.waterworks import process as waterworks
from tests.ict.town import component, control, course, level, modes, run_to, town, world

LOST_S, BACK_S = 1000.0, 20_000.0
THERE_S = LOST_S + 900.0 + 600.0 + 600.0
"""Fifteen minutes until crews are called, ten to muster, ten on the road (5 km at 30 km/h)."""


def works(crews: float = 2.0) -> City:
    """Four pumps around a depot; two of them keep their last set-point when nobody commands them."""
    parts = [component("works", "waterworks"), component("yard", "depot", crews=0.0, water_crews=crews,
                                                         muster_s=600.0, night_share=1.0)]  # fmt: skip
    corners = ((5000.0, 0.0), (-5000.0, 0.0), (0.0, 5000.0), (0.0, -5000.0))
    parts += [component(f"pump-{i}", "pump", x_m=x_m, y_m=y_m) for i, (x_m, y_m) in enumerate(corners)]
    links = [control("works", f"pump-{i}", Fallback.HOLD if i < 2 else Fallback.LOCAL) for i in range(4)]
    return town(parts, links, levels=[level("lifeline", "works", 0.9)])


def running(city: City, faults: tuple[tuple[float, float, str, str], ...]) -> Runtime:
    runtime = world(city)
    start(runtime)
    for begin_s, end_s, target, fault in faults:
        runtime.clock.at(to_ticks(begin_s), "t", lambda t=target, f=fault: runtime.faults.apply(t, f, f, {}))  # type: ignore[misc]
        runtime.clock.at(to_ticks(end_s), "t", lambda t=target, f=fault: runtime.faults.clear(t, f, f))  # type: ignore[misc]
    return runtime


LOCAL, HELD, HAND = waterworks.LOCAL_SHARE, waterworks.HELD_SHARE, waterworks.BY_HAND_SHARE
OUT = (LOST_S, BACK_S, "works", "site-out")


@pytest.mark.parametrize(
    ("crews", "faults", "expected", "last"),
    [
        (2.0, (OUT,), [(LOST_S, "local"), (THERE_S, "by-hand")], (2 * HAND + 2 * LOCAL) / 4),
        (1.0, (OUT,), [(LOST_S, "local")], (HAND + HELD + 2 * LOCAL) / 4),
        (0.0, (OUT,), [(LOST_S, "local")], (2 * HELD + 2 * LOCAL) / 4),
        (2.0, (OUT, (500.0, BACK_S, "yard", "site-out")), [(LOST_S, "local")], (2 * HELD + 2 * LOCAL) / 4),
        (2.0, (OUT, (500.0, BACK_S, "pump-0", "pump-out")), [(LOST_S, "local"), (THERE_S, "by-hand")],
         (HAND + 2 * LOCAL) / 4),
        (4.0, ((LOST_S, BACK_S, "works", "loss-of-view"),), [(LOST_S, "local"), (THERE_S, "by-hand")], HAND),
        (2.0, ((LOST_S, LOST_S + 600, "works", "site-out"),), [(LOST_S, "local"), (LOST_S + 600, "central")], 1.0),
    ],
)  # fmt: skip
def test_table(
    crews: float, faults: tuple[tuple[float, float, str, str], ...], expected: list[tuple[float, str]], last: float
) -> None:
    runtime = running(works(crews), faults)
    run_to(runtime, 10_000)
    assert modes(runtime, "works") == expected
    assert course(runtime, "lifeline-works")[-1][1] == pytest.approx(last)
    run_to(runtime, 40_000)
    assert runtime.clock.now == to_ticks(40_000)
    assert modes(runtime, "works")[-1][1] == "central"
    assert not any(runtime.supply.by_hand(f"pump-{i}") for i in range(4))


def test_crews_that_operate_pumps_are_missing_elsewhere_until_the_control_room_is_back() -> None:
    runtime = running(works(2.0), (OUT,))
    done: list[float] = []

    def call() -> None:
        runtime.crews.repair("pump-3", 60.0, None, lambda _: done.append(runtime.clock.now_s))

    runtime.clock.at(to_ticks(5000), "t", call)
    run_to(runtime, BACK_S - 1)
    assert not done and runtime.crews.waiting == 1
    run_to(runtime, 40_000)
    assert done == [BACK_S + 600.0 + 600.0 + 600.0 + 60.0]  # home first, then mustered and there


def test_crews_may_be_called_at_once() -> None:
    city = works()
    room = replace(city.components["works"], parameters={"by_hand_after_s": 0.0})
    runtime = running(replace(city, components={**city.components, "works": room}), (OUT,))
    run_to(runtime, 10_000)
    assert modes(runtime, "works") == [(LOST_S, "local"), (LOST_S + 600.0 + 600.0, "by-hand")]


def test_one_crew_a_station_and_nobody_to_a_pump_that_runs() -> None:
    """Six pumps keep their last set-point: three in one station, which stand, one elsewhere, which stands, two that
    run. By need: two crews. Who is sent to a pump that runs is missing where one stands."""
    places = {"a1": 0.0, "a2": 20.0, "a3": 45.0, "b": 3000.0, "c": 6000.0, "d": 9000.0}
    running_now = {"c": 1.0, "d": 1.0}
    parts = [component("works", "waterworks"), component("yard", "depot", crews=9.0, night_share=1.0)]
    parts += [component(name, "pump", x_m=x_m) for name, x_m in places.items()]
    runtime = world(town(parts, [control("works", name, Fallback.HOLD) for name in places]))
    names = tuple(places)
    read = lambda: np.array([running_now.get(name, 0.0) for name in names])  # noqa: E731
    runtime.quantities.register(Quantity("pump_running", "1", names, read))
    start(runtime)
    run_to(runtime, 100)
    runtime.faults.apply("works", "site-out", "x", {})
    run_to(runtime, 10_000)
    assert [e.subject for e in runtime.log.events if e.code == "crew.called"] == ["a1", "b"]
    assert [name for name in names if runtime.supply.by_hand(name)] == ["a1", "a2", "a3", "b"]
    assert modes(runtime, "works")[-1][1] == "by-hand"
