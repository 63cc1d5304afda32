"""Commands and readings that are forged: what they do while the way to the device is up, and what limits them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.contracts.event import EventKind
from simulator.contracts.sensor import SensorCohort
from simulator.coupling import Runtime
from simulator.domains import water
from tests.support.towns import component, link
from tests.water.networks import GRAVITY, PUMPED, city_of, world, write

MINUTE = 60_000
HOUR = 60 * MINUTE
WORKS, CONTROL = component("works", "waterworks"), "control-works-pump-U"


def town(path: Path, fallback: str = "local", interlock: bool = False, gateway: bool = False) -> Runtime:
    others = (WORKS, component("gate", "gateway"))
    city = city_of(path, (link("control", "works", "pump-U", fallback=fallback),), others=others)
    if interlock:
        pump = replace(city.components["pump-U"], parameters={"interlock": True})
        city = replace(city, components={**city.components, "pump-U": pump})
    if gateway:
        city = replace(city, cohorts=(SensorCohort("levels", "gate", "level_m", "m", ("tank-T",), 0.01, 60.0),))
    return world(city, duration_s=4 * 86400.0)


def runs(rt: Runtime) -> bool:
    return rt.quantities.value("pump-U", "pump_running") == 1.0


def level(rt: Runtime) -> float:
    return rt.quantities.value("tank-T", "level_m")


@pytest.mark.parametrize("target", ["pump-U", "works"])
def test_a_pump_does_what_is_written_to_it_while_the_control_path_is_up(tmp_path: Path, target: str) -> None:
    rt = town(write(tmp_path, PUMPED))
    running = water.start(rt)
    rt.clock.run_until(10 * MINUTE)
    assert runs(rt) and level(rt) > 3
    root = rt.faults.apply(target, "set-point-tampered", "x", {"setting": 0.0})
    rt.clock.run_until(24 * HOUR)
    assert not runs(rt)
    assert level(rt) == pytest.approx(0.5, abs=0.01), "its controls would have started it at 2 m"
    said = next(e for e in rt.log.events if e.kind is EventKind.SWITCH and e.code == "water.forged-command")
    assert said.cause == root
    rt.supply.set_path(CONTROL, False)
    rt.clock.run_until(30 * HOUR)
    assert level(rt) > 1.5, "nobody gets through to it: its own controls have it back"
    rt.supply.set_path(CONTROL, True)
    rt.clock.run_until(31 * HOUR)
    assert not runs(rt), "and now somebody gets through again"
    rt.faults.clear(target, "set-point-tampered", "x")
    rt.clock.run_until(40 * HOUR)
    assert 2 <= level(rt) <= 4.1
    running.close()


@pytest.mark.parametrize("interlock", [False, True])
def test_an_interlock_stops_a_pump_where_its_own_controls_do(tmp_path: Path, interlock: bool) -> None:
    rt = town(write(tmp_path, PUMPED), interlock=interlock)
    running = water.start(rt)
    rt.faults.apply("pump-U", "set-point-tampered", "x", {"setting": 1.0})
    highest = 0.0
    for minute in range(10, 12 * 60, 10):
        rt.clock.run_until(minute * MINUTE)
        highest = max(highest, level(rt))
    assert (highest > 5.9) is not interlock
    assert not interlock or highest < 4.3
    rt.faults.clear("pump-U", "set-point-tampered", "x")
    rt.clock.run_until(40 * HOUR)
    assert 2 <= level(rt) <= 4.1
    running.close()


def test_a_pump_out_beats_what_is_written_and_a_held_link_keeps_it(tmp_path: Path) -> None:
    rt = town(write(tmp_path, PUMPED), fallback="hold")
    running = water.start(rt)
    rt.faults.apply("pump-U", "set-point-tampered", "x", {"setting": 1.0})
    rt.faults.apply("pump-U", "pump-out", "y", {})
    rt.clock.run_until(HOUR)
    assert not runs(rt)
    rt.faults.clear("pump-U", "pump-out", "y")
    rt.clock.run_until(2 * HOUR)
    assert runs(rt)
    rt.supply.set_path(CONTROL, False)
    rt.clock.run_until(14 * HOUR)
    assert level(rt) > 5.9, "the last set-point was a forged one"
    rt.faults.clear("pump-U", "set-point-tampered", "x")
    rt.supply.set_path(CONTROL, True)
    rt.clock.run_until(40 * HOUR)
    assert 2 <= level(rt) <= 4.1
    running.close()


def test_without_a_control_path_nothing_is_written(tmp_path: Path) -> None:
    rt = world(city_of(write(tmp_path, PUMPED)))
    running = water.start(rt)
    event = rt.faults.apply("pump-U", "set-point-tampered", "x", {"setting": 0.0})
    rt.clock.run_until(10 * MINUTE)
    assert runs(rt)
    assert [e.code for e in rt.log.events if e.cause == event] == ["water.no-control-path"]
    running.close()


@pytest.mark.parametrize(("kind", "setting", "of"), [("PRV", 15.0, "pressure_m"), ("FCV", 0.004, "flow_m3_s")])
def test_a_valve_holds_what_is_written_in_si(tmp_path: Path, kind: str, setting: float, of: str) -> None:
    for units in ("LPS", "GPM"):
        file_setting = {("PRV", "LPS"): 25, ("PRV", "GPM"): 35, ("FCV", "LPS"): 8, ("FCV", "GPM"): 120}[kind, units]
        text = GRAVITY.replace("P2  A  B  500  300  120  0  Open", "").replace("LPS", units)
        text = text.replace("[OPTIONS]", f"[VALVES]\nP2 A B 300 {kind} {file_setting} 0\n[OPTIONS]")
        if units == "GPM":
            text = text.replace("60", "200").replace("B  12  10", "B  12  150")
        city = city_of(write(tmp_path, text), (link("control", "works", "valve-P2"),), others=(WORKS,))
        rt = world(city)
        running = water.start(rt)
        place = ("junction-B", of) if kind == "PRV" else ("valve-P2", of)
        before = rt.quantities.value(*place)
        rt.faults.apply("valve-P2", "set-point-tampered", "x", {"setting": setting})
        rt.clock.run_until(MINUTE)
        assert rt.quantities.value(*place) == pytest.approx(setting, rel=0.01)
        rt.faults.apply("valve-P2", "set-point-tampered", "y", {"setting": 0.0})
        rt.clock.run_until(2 * MINUTE)
        assert rt.quantities.value("valve-P2", "flow_m3_s") == pytest.approx(0.0, abs=1e-6)
        for cause in ("x", "y"):
            rt.faults.clear("valve-P2", "set-point-tampered", cause)
        rt.clock.run_until(3 * MINUTE)
        assert rt.quantities.value(*place) == pytest.approx(before, rel=1e-4)
        running.close()


def test_replayed_commands_are_those_of_hours_ago(tmp_path: Path) -> None:
    rt = town(write(tmp_path, PUMPED.replace("6  10  0", "6  4  0")))
    running = water.start(rt)
    seen = []
    for step in range(1, 48 * 12):
        rt.clock.run_until(step * 5 * MINUTE)
        seen.append(runs(rt))
        if step == 24 * 12:
            rt.faults.apply("works", "commands-replayed", "x", {"age_s": 6 * 3600.0})
    old, replayed = seen[18 * 12 : 23 * 12], seen[24 * 12 : 29 * 12]
    same = sum(a == b for a, b in zip(old, replayed, strict=True)) / len(old)
    assert same > 0.95 and len(set(old)) == 2
    rt.faults.clear("works", "commands-replayed", "x")
    rt.clock.run_until(60 * HOUR)
    assert 1.9 <= level(rt) <= 4.1
    running.close()


RULES = """
[RULES]
RULE low
IF TANK T LEVEL < 2
THEN PUMP U STATUS IS OPEN
RULE high
IF TANK T LEVEL > 4
THEN PUMP U STATUS IS CLOSED
"""


@pytest.mark.parametrize("rules", [False, True])
def test_controls_act_on_what_the_gateway_passes_on(tmp_path: Path, rules: bool) -> None:
    """It says twice the level and half a metre: the pump stops at 1.75 m and starts below 0.75 m."""
    text = PUMPED.replace("T  50  3", "T  50  1.9")
    if rules:
        head, tail = text.split("[CONTROLS]")
        text = head + RULES + tail[tail.index("[OPTIONS]") :]
    rt = town(write(tmp_path, text), gateway=True)
    running = water.start(rt)
    rt.clock.run_until(MINUTE)
    root = rt.faults.apply("gate", "false-data", "a", {"factor": 2.0, "offset_m": 0.0})
    rt.faults.apply("gate", "false-data", "b", {"factor": 1.0, "offset_m": 0.5})
    assert [e.value for e in rt.log.events if e.cause == root and e.kind is EventKind.SWITCH] == [2.0]
    rt.clock.run_until(12 * HOUR)
    seen = []
    for step in range(24 * 12):
        rt.clock.run_until(12 * HOUR + step * 5 * MINUTE)
        seen.append(level(rt))
    assert max(seen) == pytest.approx(1.75, abs=0.12) and min(seen) == pytest.approx(0.75, abs=0.12)
    rt.faults.apply("pump-U", "pump-out", "z", {})
    rt.faults.clear("gate", "false-data", "a")
    rt.faults.clear("gate", "false-data", "b")
    rt.clock.run_until(37 * HOUR)
    rt.faults.clear("pump-U", "pump-out", "z")
    rt.clock.run_until(44 * HOUR)
    seen = []
    for step in range(24 * 12):
        rt.clock.run_until(44 * HOUR + step * 5 * MINUTE)
        seen.append(level(rt))
    assert max(seen) == pytest.approx(4.0, abs=0.12) and min(seen) == pytest.approx(2.0, abs=0.12)
    running.close()


def test_a_device_is_off_its_command_only_where_that_moves_water(tmp_path: Path) -> None:
    """The pump fills the tank from 3 m to 4 m and then stands."""
    rt = town(write(tmp_path, PUMPED))
    running = water.start(rt)

    def off(fault: str, **parameters: float) -> tuple[float, float]:
        rt.faults.apply("works", fault, "x", parameters)
        rt.clock.run_until(rt.clock.now)
        found = rt.quantities.value("pump-U", "off_command"), rt.quantities.value("works", "off_command")
        rt.faults.clear("works", fault, "x")
        rt.clock.run_until(rt.clock.now)
        return found

    rt.clock.run_until(10 * MINUTE)
    assert runs(rt)
    assert off("set-point-tampered", setting=1.0) == (0.0, 0.0)
    assert off("set-point-tampered", setting=0.9) == (1.0, 1.0)
    assert off("set-point-tampered", setting=0.0) == (1.0, 1.0)
    assert off("loss-of-view") == (0.0, 0.0)
    rt.faults.apply("pump-U", "pump-out", "y", {})
    assert off("set-point-tampered", setting=0.0) == (0.0, 0.0), "it is out"
    rt.faults.clear("pump-U", "pump-out", "y")
    rt.clock.run_until(3 * HOUR)
    assert not runs(rt)
    assert off("set-point-tampered", setting=0.0) == (0.0, 0.0)
    assert off("set-point-tampered", setting=1.0) == (1.0, 1.0)
    running.close()


def test_data_are_false_only_where_controls_see_something_else(tmp_path: Path) -> None:
    rt = town(write(tmp_path, PUMPED), gateway=True)
    running = water.start(rt)

    def error(factor: float, offset_m: float) -> float:
        rt.faults.apply("gate", "false-data", "x", {"factor": factor, "offset_m": offset_m})
        found = rt.quantities.value("gate", "false_reading_m")
        rt.faults.clear("gate", "false-data", "x")
        return found

    assert rt.quantities.value("gate", "false_reading_m") == 0.0
    assert error(1.0, 0.0) == 0.0
    assert error(2.0, 0.5) == pytest.approx(level(rt) + 0.5)
    running.close()


def test_a_peak_is_what_is_delivered_beyond_the_usual(tmp_path: Path) -> None:
    """15 l/s are usual; at the full hour the pattern doubles them, which is no peak."""
    text = GRAVITY.replace("[TIMES]", "Pattern D\n[PATTERNS]\nD 1 2\n[TIMES]\nPattern Timestep 1:00")
    rt = world(city_of(write(tmp_path, text), others=(WORKS,)))
    running = water.start(rt)

    def beyond() -> float:
        return rt.quantities.value("works", "beyond_usual_m3_s")

    assert beyond() < 1e-6
    rt.clock.run_until(HOUR)
    rt.faults.apply("works", "peak-demand", "x", {"factor": 1.0})
    rt.clock.run_until(HOUR + MINUTE)
    assert beyond() < 1e-6 and rt.quantities.value("works", "delivered_m3_s") == pytest.approx(0.030, rel=1e-3)
    rt.faults.apply("works", "peak-demand", "y", {"factor": 1.5})
    rt.clock.run_until(HOUR + 2 * MINUTE)
    assert beyond() == pytest.approx(0.015, rel=1e-2)
    running.close()


def test_of_two_holes_at_one_junction_each_pipe_has_its_own(tmp_path: Path) -> None:
    """Orifices at one pressure: the flows are as the areas. P2 and P3 share junction C, the lowest of theirs."""
    text = GRAVITY.replace("A  10", "A  20").replace("B  12", "B  30").replace("C  10", "C  5")
    text = text.replace("P2  A  B", "P2  A  C")
    rt = world(city_of(write(tmp_path, text)))
    running = water.start(rt)
    rt.faults.apply("pipe-P3", "burst", "x", {"area_m2": 0.001})
    rt.clock.run_until(MINUTE)
    assert rt.quantities.value("pipe-P2", "leak_m3_s") == 0.0
    rt.faults.apply("pipe-P2", "burst", "y", {"area_m2": 0.0005})
    rt.clock.run_until(2 * MINUTE)
    one, other = (rt.quantities.value(pipe, "leak_m3_s") for pipe in ("pipe-P3", "pipe-P2"))
    assert one == pytest.approx(2 * other) and one + other == pytest.approx(
        rt.quantities.value("junction-C", "leak_m3_s")
    )
    running.close()


@pytest.mark.parametrize("order", [("stop", "run"), ("run", "stop")])
@pytest.mark.parametrize("places", [("pump-U", "pump-U"), ("pump-U", "works"), ("works", "pump-U")])
def test_of_several_set_points_the_least_counts_in_whatever_order(
    tmp_path: Path, order: tuple[str, str], places: tuple[str, str]
) -> None:
    """The rule that the fault declares: whoever tells the pump to stop has it stopped until he is gone."""
    rt = town(write(tmp_path, PUMPED))
    running = water.start(rt)
    rt.clock.run_until(10 * MINUTE)
    target, setting = dict(zip(("stop", "run"), places, strict=True)), {"stop": 0.0, "run": 1.0}
    for minute, cause in zip((11, 12), order, strict=True):
        rt.faults.apply(target[cause], "set-point-tampered", cause, {"setting": setting[cause]})
        rt.clock.run_until(minute * MINUTE)
    assert not runs(rt)
    rt.faults.clear(target["stop"], "set-point-tampered", "stop")
    rt.clock.run_until(13 * MINUTE)
    assert runs(rt)
    running.close()
