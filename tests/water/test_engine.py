"""The engine against closed forms: orifice, mass balance, closures, and controls that come and go."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from epanet import toolkit as tk
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domains.water.engine import EpanetError, WaterEngine
from simulator.domains.water.overrides import Force
from tests.water.networks import GRAVITY, PUMPED, published, write

TWO_PUMPS_ONE_RULE = (
    PUMPED.split("[CONTROLS]", maxsplit=1)[0].replace("U  R  S  HEAD H", "U  R  S  HEAD H\nV  R  S  HEAD H")
    + """
[RULES]
RULE 1
IF TANK T LEVEL > 4
THEN PUMP U STATUS IS CLOSED
AND PUMP V STATUS IS CLOSED
RULE 2
IF TANK T LEVEL < 3.8
THEN PUMP U STATUS IS OPEN
AND PUMP V STATUS IS OPEN
[OPTIONS]
Units LPS
Headloss H-W
[END]
"""
)
TIDE = PUMPED.replace("D  10  4", "D  10  40  W").replace(
    "[CURVES]", "[PATTERNS]\nW  1  -1  0  0  0  0  0  0\n[CURVES]"
)
"""The town draws 40 l/s for an hour (1.83 m of the tank) and for the next hour gives as much back."""


def test_burst_flow_is_that_of_an_orifice(tmp_path: Path) -> None:
    for units in ("LPS", "GPM"):
        engine = WaterEngine(write(tmp_path, GRAVITY.replace("LPS", units)))
        node = engine.network.node_index["B"]
        engine.set_burst(node, 0.75 * 0.002)
        engine.solve()
        head = engine.pressure_m[node]
        assert engine.leak_m3_s[node] == pytest.approx(0.75 * 0.002 * math.sqrt(2 * 9.81 * head), rel=1e-4)
        assert engine.leak_m3_s[node] > 0.01
        engine.close()


def test_a_mended_burst_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, GRAVITY))
    before = engine.pressure_m.copy()
    engine.set_burst(1, 0.001)
    engine.solve()
    engine.set_burst(1, 0.0)
    engine.solve()
    assert engine.leak_m3_s.sum() == 0.0
    assert engine.pressure_m == pytest.approx(before, abs=1e-6)
    engine.close()


def test_emitters_of_the_file_keep_their_exponent_and_flow(tmp_path: Path) -> None:
    text = GRAVITY.replace("[OPTIONS]", "[EMITTERS]\nC 0.5\n[OPTIONS]\nEmitter Exponent 0.8")
    engine = WaterEngine(write(tmp_path, text))
    c, b = engine.network.node_index["C"], engine.network.node_index["B"]
    assert engine.leak_m3_s[c] == pytest.approx(0.0005 * engine.pressure_m[c] ** 0.8, rel=1e-4)
    head = engine.pressure_m[b]
    engine.set_burst(b, 1e-5)
    engine.solve()
    assert engine.leak_m3_s[b] == pytest.approx(1e-5 * math.sqrt(2 * 9.81 * head), rel=0.01)
    engine.close()


@settings(max_examples=15, deadline=None)
@given(area=st.floats(1e-6, 5e-3), where=st.sampled_from(["A", "B", "C"]))
def test_what_flows_in_flows_out(area: float, where: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = WaterEngine(write(tmp_path_factory.mktemp("net"), GRAVITY))
    engine.set_burst(engine.network.node_index[where], area)
    engine.solve()
    source = engine.flow_m3_s[engine.network.link_index["P1"]]
    assert source == pytest.approx(engine.delivered_m3_s.sum() + engine.leak_m3_s.sum(), rel=1e-4)
    engine.close()


def test_a_day_of_net3_conserves_water_with_a_pump_out_and_a_burst() -> None:
    engine = WaterEngine(published("Net3"))
    network = engine.network
    engine.overrides.force(network.link_index["335"], "test", Force.SHUT)
    engine.set_burst(network.node_index["151"], 0.001)
    engine.solve()
    fixed = set(network.reservoirs.tolist())
    leaks, supply = [], []
    for step in range(1, 289):
        engine.advance_to(300 * step)
        out = sum(
            engine.flow_m3_s[link] * (1 if int(a) in fixed else -1)
            for link, (a, b) in enumerate(network.ends)
            if (int(a) in fixed) != (int(b) in fixed)
        )
        used = engine.delivered_m3_s.sum() + engine.leak_m3_s.sum() + engine.inflow_m3_s.sum()
        assert out == pytest.approx(used, abs=2e-4 * max(1.0, abs(out)))
        leaks.append(engine.leak_m3_s.sum())
        supply.append(engine.delivered_m3_s.sum() / engine.required_m3_s.sum())
    assert max(leaks) > 0.005
    assert min(supply) < 0.9, "the day must be a hard one"
    engine.close()


def test_the_engine_lands_on_any_second(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, PUMPED))
    for t in (1, 2, 299, 300, 301, 4567, 100_003):
        engine.advance_to(t)
        assert engine.t_s == t
    with pytest.raises(ValueError, match="cannot go back"):
        engine.advance_to(5)
    engine.close()


def test_tank_volume_follows_its_inflow(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, PUMPED))
    before, inflow = engine.volume_m3[0], engine.inflow_m3_s[0]
    engine.advance_to(120)
    assert inflow == pytest.approx(engine.flow_m3_s[engine.network.link_index["U"]] - 0.004, rel=1e-2)
    assert engine.volume_m3[0] - before == pytest.approx(120 * inflow, rel=1e-4)
    assert engine.level_m[0] == pytest.approx(engine.volume_m3[0] / (math.pi * 25), rel=1e-6)
    engine.close()


def test_a_shut_pipe_cuts_off_what_lies_behind_it(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, GRAVITY))
    before = engine.pressure_m.copy()
    a, b, c = (engine.network.node_index[n] for n in "ABC")
    pipe = engine.network.link_index["P2"]
    engine.overrides.force(pipe, "dig", Force.SHUT)
    engine.overrides.force(pipe, "error", Force.SHUT)
    engine.solve()
    assert engine.pressure_m[[b, c]].tolist() == [0.0, 0.0]  # C draws nothing, yet it has no water either
    assert engine.delivered_m3_s[b] == 0.0
    assert engine.delivered_m3_s[a] == pytest.approx(0.005, rel=1e-4)
    engine.overrides.release(pipe, "dig")
    engine.solve()
    assert engine.delivered_m3_s[b] == 0.0
    engine.overrides.release(pipe, "error")
    engine.solve()
    assert engine.pressure_m == pytest.approx(before, abs=1e-6)
    engine.close()


def test_a_pipe_with_a_check_valve_can_be_shut_too(tmp_path: Path) -> None:
    engine = WaterEngine(
        write(tmp_path, GRAVITY.replace("P2  A  B  500  300  120  0  Open", "P2 A B 500 300 120 0 CV"))
    )
    before = engine.pressure_m.copy()
    pipe, b = engine.network.link_index["P2"], engine.network.node_index["B"]
    engine.overrides.force(pipe, "dig", Force.SHUT)
    engine.solve()
    assert (engine.delivered_m3_s[b], engine.pressure_m[b]) == (0.0, 0.0)
    engine.overrides.release(pipe, "dig")
    engine.solve()
    assert engine.pressure_m == pytest.approx(before, abs=1e-6)
    engine.close()


@pytest.mark.parametrize("how", [Force.OPEN, Force.SHUT])
def test_a_stuck_valve_gets_its_setting_back(tmp_path: Path, how: Force) -> None:
    text = GRAVITY.replace("P2  A  B  500  300  120  0  Open", "").replace(
        "[OPTIONS]", "[VALVES]\nP2 A B 300 PRV 25 0\n[OPTIONS]"
    )
    engine = WaterEngine(write(tmp_path, text))
    valve, b = engine.network.link_index["P2"], engine.network.node_index["B"]
    assert engine.pressure_m[b] == pytest.approx(25, abs=0.01)
    engine.overrides.force(valve, "stuck", how)
    engine.solve()
    assert engine.pressure_m[b] > 40 if how is Force.OPEN else engine.pressure_m[b] == 0
    engine.overrides.release(valve, "stuck")
    engine.solve()
    assert engine.pressure_m[b] == pytest.approx(25, abs=0.01)
    engine.close()


def test_controls_do_not_reopen_a_failed_pump(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, PUMPED))
    pump = engine.network.link_index["U"]
    engine.overrides.force(pump, "fault", Force.SHUT)
    engine.solve()
    while engine.level_m[0] > 1.0:
        engine.advance_to(engine.t_s + 300)
        assert engine.flow_m3_s[pump] == 0.0
        assert engine.pump_power_w.sum() == 0.0
    engine.overrides.release(pump, "fault")
    engine.solve()
    assert engine.link_open[pump]
    assert engine.pump_power_w[0] > 1000
    engine.close()


def test_a_pump_comes_back_as_its_controls_would_have_it_by_then(tmp_path: Path) -> None:
    """The start level is passed while the pump is out, and is passed again upwards before it is back."""
    levels = []
    engine = WaterEngine(write(tmp_path, TIDE))
    pump = engine.network.link_index["U"]
    assert not engine.overrides.forced(pump)
    engine.overrides.force(pump, "fault", Force.SHUT)
    for minute in range(0, 7200, 300):
        engine.advance_to(minute)
        levels.append(engine.level_m[0])
    assert min(levels) < 2.0 < levels[-1] < 4.0
    engine.overrides.release(pump, "fault")
    engine.solve()
    assert engine.link_open[pump]
    engine.close()


def test_a_pump_that_should_have_stopped_meanwhile_stays_off(tmp_path: Path) -> None:
    text = (
        TIDE.replace("W  1  -1", "W  -1  1")
        .replace("T  50  3  0.5", "T  50  2.6  0.5")
        .replace("[OPTIONS]", "[STATUS]\nU Open\n[OPTIONS]")
    )
    engine = WaterEngine(write(tmp_path, text))
    pump = engine.network.link_index["U"]
    assert engine.link_open[pump]
    engine.overrides.force(pump, "fault", Force.SHUT)
    levels = []
    for t in range(0, 7200, 300):
        engine.advance_to(t)
        levels.append(engine.level_m[0])
    assert max(levels) > 4.0
    assert 2.0 < levels[-1] < 4.0
    engine.overrides.release(pump, "fault")
    engine.solve()
    assert not engine.link_open[pump]
    engine.close()


def test_a_rule_still_moves_its_other_pump(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, TWO_PUMPS_ONE_RULE))
    failed, other = (engine.network.link_index[n] for n in "UV")
    engine.overrides.force(failed, "fault", Force.SHUT)
    engine.solve()
    states = set()
    for step in range(1, 200):
        engine.advance_to(300 * step)
        assert not engine.link_open[failed]
        states.add(bool(engine.link_open[other]))
    assert states == {True, False}
    engine.overrides.release(failed, "fault")
    engine.solve()
    assert engine.link_open[failed] == engine.link_open[other]
    for step in range(200, 300):
        engine.advance_to(300 * step)
        assert engine.link_open[failed] == engine.link_open[other]
    engine.close()


def test_a_speed_pattern_does_not_reopen_a_failed_pump(tmp_path: Path) -> None:
    text = PUMPED.replace("HEAD H", "HEAD H PATTERN S").replace("[CURVES]", "[PATTERNS]\nS 1 0.95\n[CURVES]")
    text = text.split("[CONTROLS]", maxsplit=1)[0] + "[OPTIONS]\nUnits LPS\n[END]\n"
    engine = WaterEngine(write(tmp_path, text))
    pump = engine.network.link_index["U"]
    engine.overrides.force(pump, "fault", Force.SHUT)
    engine.solve()
    engine.advance_to(3600 + 600)
    assert engine.flow_m3_s[pump] == 0.0
    engine.overrides.release(pump, "fault")
    engine.solve()
    assert engine.flow_m3_s[pump] > 0
    assert tk.getlinkvalue(engine._ph, pump + 1, tk.SETTING) == 0.95
    engine.advance_to(7200)
    assert tk.getlinkvalue(engine._ph, pump + 1, tk.SETTING) == 1.0
    engine.close()


def test_a_held_pump_keeps_running_past_its_stop_level(tmp_path: Path) -> None:
    text = PUMPED.replace("T  50  3  0.5", "T  50  1.9  0.5")
    engine = WaterEngine(write(tmp_path, text))
    pump = engine.network.link_index["U"]
    engine.overrides.force(pump, "no control", Force.HOLD)
    while engine.level_m[0] < 4.5:
        engine.advance_to(engine.t_s + 300)
    assert engine.link_open[pump]
    engine.overrides.release(pump, "no control")
    engine.solve()
    assert not engine.link_open[pump]
    engine.close()


def test_a_plan_by_elapsed_time_is_as_old_as_the_day(tmp_path: Path) -> None:
    timed = PUMPED.split("[CONTROLS]", maxsplit=1)[0] + (
        "[STATUS]\nU Closed\n[CONTROLS]\nLINK U OPEN AT TIME 5\nLINK U CLOSED AT TIME 15\n[OPTIONS]\nUnits LPS\n[END]\n"
    )
    path = write(tmp_path, timed)
    for begin_h in (0, 3, 10, 20):
        engine = WaterEngine(path, begin_h * 3600)
        pump = engine.network.link_index["U"]
        for hour in range(begin_h, 24):
            engine.advance_to((hour - begin_h) * 3600 + 60)
            assert engine.link_open[pump] == (5 <= hour < 15), (begin_h, hour)
        engine.close()


def test_age_is_the_time_the_water_took(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, GRAVITY), water_age=True)
    engine.advance_to(86_400)
    a, b = engine.network.node_index["A"], engine.network.node_index["B"]
    volume = math.pi / 4 * 0.3**2 * 500
    assert engine.age_s[a] == pytest.approx(volume / 0.015, rel=0.1)
    assert engine.age_s[b] == pytest.approx(volume / 0.015 + volume / 0.010, rel=0.1)
    engine.close()


def test_a_network_without_its_sources_gives_zero_and_no_nan() -> None:
    engine = WaterEngine(published("Net3"))
    network = engine.network
    for node in (*network.tanks, *network.reservoirs):
        for link in network.links_at[int(node)]:
            engine.overrides.force(link, f"cut {node}", Force.SHUT)
    engine.solve()
    engine.advance_to(7200)
    for array in (engine.pressure_m, engine.delivered_m3_s, engine.flow_m3_s, engine.level_m, engine.pump_power_w):
        assert np.isfinite(array).all()
    assert engine.delivered_m3_s.sum() == 0.0
    engine.close()


def test_other_errors_carry_epanets_text(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, GRAVITY))
    tk.closeH(engine._ph)
    with pytest.raises(EpanetError, match="Error 103"):
        engine.solve()


@settings(max_examples=10, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 1200), st.integers(0, 118), st.sampled_from([*Force, None])), min_size=3, max_size=12
    )
)
def test_whatever_breaks_numbers_stay_finite_and_all_comes_back(
    steps: list[tuple[int, int, Force | None]],
) -> None:
    engine = WaterEngine(published("Net3"))
    network = engine.network
    junctions = [i for i, kind in enumerate(network.node_kind) if kind == "junction"]
    free = [i for i in range(len(network.links)) if network.links[i] not in ("10", "335", "330")]  # not controlled
    at_tanks = {link for tank in network.tanks for link in network.links_at[int(tank)]}
    before = [bool(engine.link_open[i]) for i in free if i not in at_tanks]
    done: list[tuple[int, str]] = []
    for i, (wait, place, how) in enumerate(steps):
        engine.advance_to(engine.t_s + wait)
        if how is None:
            engine.set_burst(junctions[place % len(junctions)], 0.002)
        else:
            engine.overrides.force(place, f"cause {i}", how)
            done.append((place, f"cause {i}"))
        engine.solve()
        for array in (engine.pressure_m, engine.delivered_m3_s, engine.leak_m3_s, engine.flow_m3_s, engine.level_m):
            assert np.isfinite(array).all()
        assert (engine.delivered_m3_s <= engine.required_m3_s + 1e-5).all()
    for link, cause in done:
        engine.overrides.release(link, cause)
    for node in junctions:
        engine.set_burst(node, 0.0)
    engine.solve()
    engine.advance_to(engine.t_s + 600)
    assert [bool(engine.link_open[i]) for i in free if i not in at_tanks] == before
    assert engine.leak_m3_s.sum() == 0.0
    engine.close()
