"""The water domain in a town: power, control links, faults and districts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.city.water_file import read_water_elements
from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import LinkKind
from simulator.contracts.problem import BadInput
from simulator.coupling import Runtime
from simulator.domains import water
from simulator.domains.water.process import WaterProcess
from tests.support.towns import component, link, town
from tests.water.networks import GRAVITY, PUMPED, city_of, micropolis, published, world, write

MINUTE = 60_000
LEVELS = (
    ServiceLevel("supply", "water-supply", "city", 0.9, 1000),
    ServiceLevel("supply-d1", "water-supply", "d1", 0.9, 1000),
    ServiceLevel("pressure", "water-pressure", "city", 0.9, 1000),
)
BUS = (component("bus-1", "bus"), component("centre", "waterworks"), component("hospital", "hospital", beds=10.0))
LOW = PUMPED.replace("T  50  3  0.5", "T  50  1.9  0.5")


def pumped(path: Path, text: str = LOW, fallback: str = "hold", autonomy_s: float = 0.0) -> Runtime:
    links = (
        link("power", "bus-1", "pump-U", autonomy_s=autonomy_s),
        link("control", "centre", "pump-U", fallback=fallback),
        link("water", "junction-D", "hospital"),
    )
    return world(city_of(write(path, text), links, LEVELS, BUS))


def runs(rt: Runtime) -> bool:
    return rt.quantities.value("pump-U", "pump_running") == 1.0


def test_a_pump_runs_only_with_power_and_draws_it(tmp_path: Path) -> None:
    rt = pumped(tmp_path)
    running = water.start(rt)
    assert runs(rt)
    flow, power = rt.quantities.value("pump-U", "flow_m3_s"), rt.quantities.value("pump-U", "power_w")
    lift = 50 + rt.quantities.value("tank-T", "level_m") - 10
    assert rt.supply.demand_w("bus-1") == power
    assert power == pytest.approx(1000 * 9.81 * flow * lift / 0.75, rel=0.1)  # EPANET's default efficiency
    rt.clock.run_until(10 * MINUTE + 200)
    rt.supply.offer("bus-1", LinkKind("power"), False)
    rt.clock.run_until(10 * MINUTE + 900)
    assert runs(rt), "the water stands still until the next whole second"
    rt.clock.run_until(10 * MINUTE + 1000)
    assert not runs(rt)
    assert rt.supply.demand_w("bus-1") == 0
    rt.clock.run_until(60 * MINUTE)
    assert not runs(rt)
    rt.supply.offer("bus-1", LinkKind("power"), True)
    rt.clock.run_until(60 * MINUTE)
    assert runs(rt)
    running.close()


def test_a_pump_without_any_power_at_the_start_stands(tmp_path: Path) -> None:
    rt = pumped(tmp_path)
    rt.supply.offer("bus-1", LinkKind("power"), False)
    running = water.start(rt)
    assert not runs(rt)
    running.close()


@pytest.mark.parametrize("order", [("power", "fault", "hold"), ("hold", "fault", "power"), ("fault", "hold", "power")])
def test_with_several_causes_the_pump_waits_for_the_last(tmp_path: Path, order: tuple[str, ...]) -> None:
    rt = pumped(tmp_path)
    running = water.start(rt)
    control = "control-centre-pump-U"
    begin = {
        "power": lambda: rt.supply.offer("bus-1", LinkKind("power"), False),
        "fault": lambda: rt.faults.apply("pump-U", "pump-out", "x", {}),
        "hold": lambda: rt.supply.set_path(control, False),
    }
    end = {
        "power": lambda: rt.supply.offer("bus-1", LinkKind("power"), True),
        "fault": lambda: rt.faults.clear("pump-U", "pump-out", "x"),
        "hold": lambda: rt.supply.set_path(control, True),
    }
    t = 0
    for what in ("power", "fault", "hold"):
        t += 7 * MINUTE
        rt.clock.run_until(t)
        begin[what]()
    for what in order:
        t += 7 * MINUTE
        rt.clock.run_until(t)
        assert not runs(rt), f"before the end of {what}"
        end[what]()
    rt.clock.run_until(t)
    assert runs(rt)
    running.close()


@pytest.mark.parametrize(("fallback", "expected"), [("hold", True), ("local", False)])
def test_a_lost_control_link_holds_or_goes_local(tmp_path: Path, fallback: str, expected: bool) -> None:
    rt = pumped(tmp_path, fallback=fallback)
    running = water.start(rt)
    rt.supply.set_path("control-centre-pump-U", False)
    t = 0
    while rt.quantities.value("tank-T", "level_m") < 3.98 and t < 24 * 60 * MINUTE:
        t += 5 * MINUTE
        rt.clock.run_until(t)
    rt.clock.run_until(t + 60 * MINUTE)
    assert runs(rt) is expected
    rt.supply.set_path("control-centre-pump-U", True)
    rt.clock.run_until(t + 60 * MINUTE)
    assert not runs(rt)
    running.close()


def test_the_level_as_a_share_of_what_is_allowed(tmp_path: Path) -> None:
    """Tank T may stand between 0.5 m and 6 m; a share of 0.2 is 0.2 of the way between the two."""
    rt = pumped(tmp_path)
    running = water.start(rt)
    rt.supply.offer("bus-1", LinkKind("power"), False)
    for hour in range(1, 13):
        level, share = (rt.quantities.value("tank-T", name) for name in ("level_m", "level_share"))
        assert share == pytest.approx((level - 0.5) / (6.0 - 0.5), abs=1e-5)
        rt.clock.run_until(hour * 60 * MINUTE)
    assert share < 0.2
    running.close()


def test_a_control_room_that_sees_nothing_lets_its_pump_run_on(tmp_path: Path) -> None:
    """The link is up, so the pump does not go by its own controls, whatever is declared for a lost link."""
    rt = pumped(tmp_path, fallback="local")
    running = water.start(rt)
    root = rt.faults.apply("centre", "loss-of-view", "x", {})
    rt.clock.run_until(8 * 60 * MINUTE)
    assert runs(rt)
    assert rt.quantities.value("tank-T", "level_m") > 5, "its controls stop it at 4 m"
    assert any(e.cause == root and e.kind is EventKind.SWITCH for e in rt.log.events)
    rt.faults.clear("centre", "loss-of-view", "x")
    rt.clock.run_until(8 * 60 * MINUTE)
    assert not runs(rt)
    running.close()


def test_a_battery_carries_the_pump_for_a_while(tmp_path: Path) -> None:
    rt = pumped(tmp_path, autonomy_s=1200)
    running = water.start(rt)
    rt.supply.offer("bus-1", LinkKind("power"), False)
    rt.clock.run_until(20 * MINUTE - 1)
    assert runs(rt)
    rt.clock.run_until(20 * MINUTE)
    assert not runs(rt)
    running.close()


def test_an_outage_empties_the_tank_and_can_be_traced_to_its_cause(tmp_path: Path) -> None:
    rt = pumped(tmp_path)
    running = water.start(rt)
    rt.clock.run_until(30 * MINUTE)
    root = rt.faults.apply("pump-U", "pump-out", "storm", {})
    stored = [rt.quantities.value("d1", "tank_volume_m3")]
    for hour in range(1, 24):
        rt.clock.run_until(hour * 60 * MINUTE)
        stored.append(rt.quantities.value("d1", "tank_volume_m3"))
    assert stored[3] - stored[4] == pytest.approx(0.004 * 3600, rel=0.01)
    assert stored[-1] == pytest.approx(0.0, abs=0.01)
    assert not rt.supply.link_up("water-junction-D-hospital")
    courses = rt.levels.courses()
    assert courses["supply"].values[0] == pytest.approx(1.0, abs=1e-6)
    assert courses["supply"].values[-1] == pytest.approx(0.0, abs=1e-3)
    assert courses["supply-d1"].values[-1] == courses["supply"].values[-1]
    assert courses["pressure"].values[-1] == 0.0
    low = next(e for e in rt.log.events if e.kind is EventKind.LEVEL_LOW)
    assert rt.log.trace(low.id)[0].id == root
    lost = next(e for e in rt.log.events if e.kind is EventKind.SUPPLY_LOST and e.subject == "hospital")
    assert rt.log.trace(lost.id)[0].id == root
    assert [e.subject for e in rt.log.events if e.code == "water.tank-empty"] == ["tank-T"]
    rt.faults.clear("pump-U", "pump-out", "storm")
    rt.clock.run_until(24 * 60 * MINUTE)
    assert rt.supply.link_up("water-junction-D-hospital")
    assert rt.levels.courses()["supply"].values[-1] == pytest.approx(1.0, abs=1e-6)
    running.close()


FAULTS = [
    ("junction-B", "burst", {"area_m2": 0.002}),
    ("pipe-P2", "burst", {"area_m2": 0.002}),
    ("pipe-P2", "isolated", {}),
    ("junction-B", "isolated", {}),
    ("reservoir-R", "isolated", {}),
]


@pytest.mark.parametrize(("target", "fault", "parameters"), FAULTS)
def test_inject_and_clear_is_the_baseline(
    tmp_path: Path, target: str, fault: str, parameters: dict[str, float]
) -> None:
    """Nothing in this network remembers: after the fault it is as it was, and a fault of no duration is none."""
    rt = world(city_of(write(tmp_path, GRAVITY), levels=LEVELS))
    running = water.start(rt)
    pressure = rt.quantities.find("junction-A", "pressure_m")
    before = pressure.read().copy()
    rt.clock.run_until(4 * MINUTE)
    solves = running.solves
    rt.faults.apply(target, fault, "one", parameters)
    rt.faults.clear(target, fault, "one")
    rt.clock.run_until(4 * MINUTE + 2000)
    assert np.array_equal(pressure.read(), before)
    assert running.solves == solves
    rt.faults.apply(target, fault, "one", parameters)
    rt.faults.apply(target, fault, "two", parameters)
    rt.clock.run_until(10 * MINUTE + 1)
    rt.faults.clear(target, fault, "one")
    rt.clock.run_until(20 * MINUTE)
    assert np.abs(pressure.read() - before).max() > 0.05
    rt.faults.clear(target, fault, "two")
    rt.clock.run_until(21 * MINUTE)
    assert pressure.read() == pytest.approx(before, abs=1e-6)
    assert rt.quantities.find("junction-A", "leak_m3_s").read().sum() == 0.0
    running.close()


def test_a_pump_fault_without_duration_leaves_ky10_as_it_is() -> None:
    path = published("ky10")
    seen = []
    for inject in (False, True):
        rt = world(city_of(path))
        running = water.start(rt)
        rt.clock.run_until(123 * MINUTE + 456)
        if inject:
            for pump in rt.city.of_kind("pump"):
                rt.faults.apply(pump.id, "pump-out", "x", {})
                rt.faults.clear(pump.id, "pump-out", "x")
        rt.clock.run_until(4 * 60 * MINUTE)
        seen.append(rt.quantities.find("tank-T-1", "level_m").read().copy())
        running.close()
    assert np.array_equal(seen[0], seen[1])


def test_isolating_a_broken_pipe_stops_its_leak(tmp_path: Path) -> None:
    rt = world(city_of(write(tmp_path, GRAVITY)))
    running = water.start(rt)
    rt.faults.apply("pipe-P2", "burst", "frost", {"area_m2": 0.001})
    rt.clock.run_until(1000)
    assert rt.quantities.find("junction-A", "leak_m3_s").read().sum() > 0.01
    rt.faults.apply("pipe-P2", "isolated", "crew", {})
    rt.clock.run_until(2000)
    assert rt.quantities.find("junction-A", "leak_m3_s").read().sum() == 0.0
    rt.faults.clear("pipe-P2", "burst", "frost")
    rt.faults.clear("pipe-P2", "isolated", "crew")
    rt.clock.run_until(3000)
    assert rt.quantities.find("junction-A", "leak_m3_s").read().sum() == 0.0
    running.close()


def test_a_stuck_valve_is_counted_by_cause(tmp_path: Path) -> None:
    text = GRAVITY.replace("P2  A  B  500  300  120  0  Open", "").replace(
        "[OPTIONS]", "[VALVES]\nP2 A B 300 PRV 25 0\n[OPTIONS]"
    )
    rt = world(city_of(write(tmp_path, text)))
    running = water.start(rt)
    heads = []
    steps = [
        lambda: rt.faults.apply("valve-P2", "valve-stuck", "a", {"position": "open"}),
        lambda: rt.faults.apply("valve-P2", "valve-stuck", "b", {"position": "closed"}),
        lambda: rt.faults.clear("valve-P2", "valve-stuck", "b"),
        lambda: rt.faults.clear("valve-P2", "valve-stuck", "a"),
    ]
    for i, step in enumerate(steps):
        step()
        rt.clock.run_until(i * MINUTE)
        heads.append(rt.quantities.value("junction-B", "pressure_m"))
    assert heads[0] > 40
    assert heads[1] == 0.0
    assert heads[2] == pytest.approx(heads[0], abs=1e-3)
    assert heads[3] == pytest.approx(25, abs=0.01)
    running.close()


def test_a_city_that_names_what_the_network_has_not_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    path = write(tmp_path, GRAVITY)
    city = town([component("junction-AA", "junction"), component("pump-A", "pump"), component("pipe-P1", "pipe")])
    with pytest.raises(BadInput) as caught:
        water.start(world(replace(city, water_file=path)))
    assert [p.field for p in caught.value.problems] == ["junction-AA", "pump-A"]
    with pytest.raises(BadInput, match="names no water network"):
        WaterProcess(world(city), water_age=False)
    assert water.start(world(city)) is None, "a town without a water network has no water to start"


def test_micropolis_wakes_up_at_once_when_power_is_back_after_all_water_is_gone() -> None:
    path = micropolis()
    pumps = [e.component_id for e in read_water_elements(path) if e.kind == "pump"]
    rt = world(city_of(path, tuple(link("power", "bus-1", p) for p in pumps), LEVELS, BUS), warmup_s=6 * 3600)
    running = water.start(rt)
    rt.clock.run_until(0)
    rt.supply.offer("bus-1", LinkKind("power"), False)
    rt.clock.run_until(12 * 60 * MINUTE)
    course = rt.levels.courses()["supply"]
    assert course.value_at(0) > 0.8
    assert course.values[-1] == 0.0
    assert rt.quantities.value("d1", "tank_volume_m3") == pytest.approx(0.0, abs=0.1)
    rt.supply.offer("bus-1", LinkKind("power"), True)
    rt.clock.run_until(12 * 60 * MINUTE)
    assert rt.levels.courses()["supply"].values[-1] > 0.6
    assert rt.supply.demand_w("bus-1") > 50_000
    assert not any(e.code == "water.unbalanced" for e in rt.log.events)
    running.close()


SHUT = GRAVITY.replace("P2  A  B  500  300  120  0  Open", "P2  A  B  500  300  120  0  Closed")
HIGH = GRAVITY.replace("P2  A  B  500  300  120  0  Open", "P2  A  B  500  300  120  0  CV")
HIGH = HIGH.replace("B  12  10", "B  70  10").replace("C  10  0", "C  72  5")
"""B and C lie above their source, behind a check valve."""


def test_what_no_open_way_reaches_surely_gets_no_water(tmp_path: Path) -> None:
    """Junctions behind a pipe that the file shuts: EPANET gives each a number all the same. Nothing is approximate."""
    runtime = world(city_of(write(tmp_path, SHUT), levels=LEVELS))
    running = water.start(runtime)
    assert runtime.quantities.find("junction-B", "pressure_m").read().tolist()[:3] == pytest.approx([50, 0, 0], abs=0.1)
    assert runtime.levels.courses()["supply"].values.tolist() == pytest.approx([5 / 15], abs=1e-3)
    assert not any(event.code == "water.undetermined" for event in runtime.log.events)
    running.close()


def test_an_empty_tank_is_no_source(tmp_path: Path) -> None:
    """The pump stands, the tank starts at its lowest level: there is no water for D."""
    text = PUMPED.replace("T  50  3  0.5", "T  50  0.5  0.5").split("[CONTROLS]", maxsplit=1)[0]
    text += "[STATUS]\nU CLOSED\n[OPTIONS]\nUnits LPS\nHeadloss H-W\n[TIMES]\nDuration 24:00\n[END]\n"
    runtime = world(city_of(write(tmp_path, text), levels=LEVELS))
    running = water.start(runtime)
    assert runtime.levels.courses()["supply"].values.tolist() == [0.0]
    assert not any(event.code == "water.undetermined" for event in runtime.log.events)
    running.close()


def test_a_pressure_that_epanet_leaves_undetermined_is_counted_and_said(tmp_path: Path) -> None:
    """A check valve lets water through to B as soon as there is enough head: that none comes is EPANET's finding."""

    def said(text: str) -> list[float | None]:
        runtime = world(city_of(write(tmp_path, text)))
        water.start(runtime)
        return [event.value for event in runtime.log.events if event.code == "water.undetermined"]

    assert said(GRAVITY) == []
    assert said(HIGH) == [2.0]
    assert said(HIGH.replace("R  60", "R  90")) == []
    assert said(HIGH.replace("P1  R  A  500  300  120  0  Open", "P1  R  A  500  300  120  0  Closed")) == []


def test_a_pressure_that_is_determined_again_is_said(tmp_path: Path) -> None:
    text = HIGH.replace("[OPTIONS]", "[CONTROLS]\nLINK P1 CLOSED AT TIME 0:10\n[OPTIONS]")
    runtime = world(city_of(write(tmp_path, text)))
    water.start(runtime)
    runtime.clock.run_until(1_200_000)
    noted = [event.code for event in runtime.log.events if event.code.endswith("determined")]
    assert noted == ["water.undetermined", "water.determined"]


def test_a_day_of_too_many_hydraulic_steps_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of 300 s makes at least 288 solves a day, whatever the network does."""
    monkeypatch.setattr("simulator.domains.water.engine.BUSY_STEPS", 287)
    rt = pumped(tmp_path)
    water.start(rt)
    rt.clock.run_until(3 * 24 * 60 * MINUTE)
    (told,) = [event for event in rt.log.events if event.code == "water.busy"]
    assert told.value is not None and told.value >= 288
