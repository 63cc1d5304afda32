"""A fault where nothing flows leaves the network as its twin without the fault, to the last bit.

The twin is the oracle: the same network, day and demand, and nothing done to it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.city.loader import load_city
from simulator.contracts.city import City
from simulator.contracts.ticks import to_ticks
from simulator.domains import water
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.overrides import Force, Written
from stadtwerk.library import demo_folder
from tests.support.towns import component, link
from tests.water.networks import city_of, world, write
from tests.water.test_process import LEVELS

NETWORK = """
[JUNCTIONS]
A  10  0
B  12  5
C  10  4
E  10  0
[RESERVOIRS]
R  10
[TANKS]
T  50  3  0.5  6  10  0
[PIPES]
P1  A  B  300  300  120  0  Open
P2  B  T  300  300  120  0  Open
P3  B  C  200  200  120  0  Open
P4  C  E  100  100  120  0  Open
[PUMPS]
U  R  A  HEAD H
V  R  A  HEAD H
[VALVES]
W  E  B  100  TCV  500  0
[STATUS]
V  CLOSED
W  CLOSED
[CURVES]
H  20  60
[PATTERNS]
D  0.3  0.5  1.4  1.8
[CONTROLS]
LINK U CLOSED IF NODE T ABOVE 4
LINK U OPEN IF NODE T BELOW 2
[OPTIONS]
Units LPS
Headloss H-W
Accuracy 0.001
Pattern D
[TIMES]
Duration 24:00
Pattern Timestep 1:00
[END]
"""
"""V stands and W is shut, so nothing flows through P4 either; U fills the tank until it holds 4 m, then T feeds all.
The accuracy is a usual one: any solve more would show in the last digits."""

COMMANDED = ("pump-U", "pump-V", "valve-W")
IDLE = (
    ("pump-V", "pump-out", {}),
    ("pump-V", "set-point-tampered", {"setting": 0.0}),
    ("valve-W", "valve-stuck", {"position": "closed"}),
    ("valve-W", "set-point-tampered", {"setting": 0.0}),
    ("pipe-P4", "isolated", {}),
    ("junction-E", "isolated", {}),
    ("works", "peak-demand", {"factor": 1.0}),
)
"""Faults that touch nothing that flows, and what leaves everything as it is."""
TURNS = st.lists(st.tuples(st.sampled_from(IDLE), st.integers(0, 7200), st.integers(1, 3600)), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    path = write(tmp_path_factory.mktemp("net"), NETWORK)
    links = tuple(link("control", "works", name, fallback="hold") for name in COMMANDED)
    return city_of(path, links, LEVELS, (component("works", "waterworks"),))


Turn = tuple[tuple[str, str, dict[str, float | str]], float, float]


def lived(city: City, turns: list[Turn], until_s: float = 4 * 3600.0) -> dict[str, bytes]:
    """The courses of the levels, and the tank every five minutes, as bytes."""
    rt = world(city)
    running = water.start(rt)
    for n, ((target, fault, parameters), at_s, for_s) in enumerate(turns):
        rt.clock.at(to_ticks(at_s), "on", partial(rt.faults.apply, target, fault, f"{n}", parameters))
        rt.clock.at(to_ticks(at_s + for_s), "off", partial(rt.faults.clear, target, fault, f"{n}"))
    tank = []
    for second in range(0, int(until_s), 300):
        rt.clock.run_until(to_ticks(second))
        tank.append(rt.quantities.value("tank-T", "level_m"))
    found = {name: course.at.tobytes() + course.values.tobytes() for name, course in rt.levels.courses().items()}
    running.close()
    return {**found, "tank": np.array(tank).tobytes()}


@settings(max_examples=15, deadline=None)
@given(turns=TURNS)
def test_faults_where_nothing_flows_change_nothing(city: City, turns: list[Turn]) -> None:
    assert lived(city, turns, 3 * 3600.0) == lived(city, [], 3 * 3600.0)


@pytest.mark.parametrize(
    "turn",
    [
        (("pump-U", "set-point-tampered", {"setting": 1.0}), 600.5, 900.0),  # it runs at its rated speed
        (("pump-U", "pump-out", {}), 2.1 * 3600.0, 300.0),  # it stands since the tank is full
        (("works", "loss-of-view", {}), 2.1 * 3600.0, 900.5),  # and is to stand
    ],
)
def test_what_is_as_it_would_be_anyway_changes_nothing(city: City, turn: Turn) -> None:
    assert lived(city, [turn]) == lived(city, [])


def test_a_fault_on_what_flows_makes_a_difference(city: City) -> None:
    """So that the tests above can fail."""
    assert lived(city, [(("pump-U", "pump-out", {}), 600.5, 900.0)]) != lived(city, [])


def test_an_idle_pump_that_should_start_meanwhile_stands(city: City) -> None:
    """Its fault is none until it is wanted: from then on the network goes another way."""
    turn = (("pump-U", "pump-out", {}), 2.1 * 3600.0, 8 * 3600.0)
    own, twin = lived(city, [turn], 8 * 3600.0), lived(city, [], 8 * 3600.0)
    assert own != twin
    levels, other = (np.frombuffer(of["tank"]) for of in (own, twin))
    apart = int(np.flatnonzero(levels != other)[0])
    assert other[apart - 1] == pytest.approx(2.0, abs=0.05), "where the pump starts"
    assert np.array_equal(levels[:apart], other[:apart])


STATION = """
[JUNCTIONS]
S  10  0
A  10  0
D  10  4
F  10  0
G  10  3
[RESERVOIRS]
R  20
Q  70
[TANKS]
T  50  3  0.5  6  20  0
[PIPES]
P0  R  S  300  300  120  0  Open
P1  A  D  300  300  120  0  Open
P2  D  T  300  300  120  0  Open
P3  Q  F  300  300  120  0  Open
P4  F  G  300  300  120  0  Open
[PUMPS]
U  S  A  POWER 8
[OPTIONS]
Units LPS
Headloss H-W
Accuracy 0.0001
[TIMES]
Duration 24:00
[END]
"""
"""Two networks in one file: a pump of constant power between R and T, and G that hangs on Q alone."""


def test_a_pump_that_was_cut_off_runs_again(tmp_path: object) -> None:
    """EPANET starves a pump of constant power whose suction main is shut, and does not start it again by itself."""
    engine = WaterEngine(write(tmp_path, STATION))  # type: ignore[arg-type]
    pump, main = engine.network.link_index["U"], engine.network.link_index["P0"]
    usual = engine.flow_m3_s[pump]
    assert usual > 0.01
    engine.overrides.force(main, "shut", Force.SHUT)
    engine.solve()
    assert engine.flow_m3_s[pump] == 0.0
    engine.advance_to(900)
    engine.overrides.release(main, "shut")
    engine.solve()
    assert engine.flow_m3_s[pump] == pytest.approx(usual, rel=0.05)
    engine.close()


def test_a_pump_that_is_ordered_to_run_runs_again_when_there_is_water(tmp_path: object) -> None:
    """In the demo city with the loop closed a pump of constant power stood for weeks that was ordered to run."""
    engine = WaterEngine(write(tmp_path, STATION))  # type: ignore[arg-type]
    pump, main = engine.network.link_index["U"], engine.network.link_index["P0"]
    usual = engine.flow_m3_s[pump]
    engine.overrides.force(pump, "ordered", Written(engine.overrides.setpoint(pump, 1.0)))
    engine.overrides.force(main, "shut", Force.SHUT)
    for step in range(1, 4):
        engine.solve()
        assert engine.flow_m3_s[pump] == 0.0
        engine.advance_to(900 * step)
    engine.overrides.release(main, "shut")
    for step in range(4, 7):
        engine.solve()
        engine.advance_to(900 * step)
    assert engine.flow_m3_s[pump] == pytest.approx(usual, rel=0.05)
    engine.close()


def test_a_main_that_is_opened_again_starts_no_pump_elsewhere(tmp_path: object) -> None:
    """The pump stands starved for another reason than the main that is shut and opened: it stays as it is."""
    engine = WaterEngine(write(tmp_path, STATION))  # type: ignore[arg-type]
    network, overrides = engine.network, engine.overrides
    own, other, pump = network.link_index["P0"], network.link_index["P3"], network.link_index["U"]
    overrides.force(own, "shut", Force.SHUT)
    overrides.force(other, "shut", Force.SHUT)
    engine.solve()
    engine.advance_to(900)
    overrides.release(other, "shut")
    engine.solve()
    assert engine.flow_m3_s[pump] == 0.0
    assert not overrides.touches(network.link_index["P4"], "no", None)
    overrides.release(own, "shut")
    engine.solve()
    assert engine.flow_m3_s[pump] > 0.01
    engine.close()


def test_in_the_demo_city_a_fault_on_a_pump_that_stands_changes_nothing() -> None:
    """Each pump that stands for an hour of a morning is broken in that hour, and mended before it is wanted."""
    pytest.importorskip("wntr")
    demo = load_city(demo_folder())
    hour, half = to_ticks(3600), to_ticks(1800)

    def lived_with(broken: dict[str, list[int]]) -> tuple[dict[str, bytes], dict[str, list[int]]]:
        rt = world(demo, datetime(2026, 5, 12, 4), 6 * 3600.0, 14 * 3600.0)
        running = water.start(rt)
        for pump, hours in broken.items():
            for begin in hours:
                rt.clock.at(begin + 600_500, "on", partial(rt.faults.apply, pump, "pump-out", f"{begin}", {}))
                rt.clock.at(begin + half, "off", partial(rt.faults.clear, pump, "pump-out", f"{begin}"))
        pumps, tanks = [one.id for one in demo.of_kind("pump")], [one.id for one in demo.of_kind("tank")]
        stored: list[float] = []
        idle: dict[str, list[int]] = {}
        for begin in range(0, 8 * hour, hour):
            moved = np.zeros(len(pumps))
            for tick in range(begin, begin + hour, to_ticks(300)):
                rt.clock.run_until(tick)
                moved += [abs(rt.quantities.value(pump, "flow_m3_s")) for pump in pumps]
                stored += [rt.quantities.value(tank, "level_m") for tank in tanks]
            for pump in np.array(pumps)[moved == 0.0].tolist():
                idle.setdefault(pump, []).append(begin)
        courses = rt.levels.courses()
        running.close()
        lived = {name: one.at.tobytes() + one.values.tobytes() for name, one in courses.items()}
        return lived | {"tanks": np.array(stored).tobytes()}, idle

    twin, idle = lived_with({})
    assert idle, "no pump of the demo city stands for an hour of this morning"
    assert lived_with(idle)[0] == twin
    busy = next(pump.id for pump in demo.of_kind("pump") if pump.id not in idle)
    assert lived_with({busy: [2 * hour]})[0] != twin
