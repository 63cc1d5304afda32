"""Water that may not be drunk, tanks that run out, sources that give nothing."""

from __future__ import annotations

import math
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from epanet import toolkit as tk

from simulator.contracts.event import EventKind
from simulator.contracts.level import ServiceLevel
from simulator.coupling import Runtime
from simulator.domains import water
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.overrides import Force
from simulator.lifelines import start as start_lifelines
from tests.support.towns import component, link
from tests.water.networks import GRAVITY, PUMPED, city_of, published, world, write

HOUR = 3_600_000
LITRES = ServiceLevel("litres", "litres-per-person", "d1", 50.0, 1000)
LIVELY = GRAVITY.replace("C  10  0", "C  10  2")
"""Water stands nowhere."""


def shares_by_epanet(path: Path, source: str, hours: int) -> list[np.ndarray]:
    """The share of water from one source at every node, hour by hour, as EPANET's own source tracing has it."""
    ph = tk.createproject()
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tk.open(ph, str(path), os.devnull, "")
        tk.setqualtype(ph, tk.TRACE, "", "", source)
        for what, value in ((tk.DURATION, hours * 3600), (tk.HYDSTEP, 300), (tk.QUALSTEP, 60)):
            tk.settimeparam(ph, what, value)
        psi = tk.getoption(ph, tk.PRESS_UNITS) == tk.PSI
        tk.setdemandmodel(ph, tk.PDA, 0.0, 20.4 * (0.4333 / 0.3048 if psi else 1.0), 0.5)
        tk.openH(ph)
        tk.initH(ph, tk.NOSAVE)
        tk.openQ(ph)
        tk.initQ(ph, tk.NOSAVE)
        while True:
            t_s = tk.runH(ph)
            tk.runQ(ph)
            if t_s % 3600 == 0:
                nodes = range(1, tk.getcount(ph, tk.NODECOUNT) + 1)
                found.append(np.array([tk.getnodevalue(ph, node, tk.QUALITY) / 100 for node in nodes]))
            left = tk.nextH(ph)
            tk.nextQ(ph)
            if not left:
                break
        tk.close(ph)
        tk.deleteproject(ph)
    return found


def test_contaminated_water_goes_where_epanet_s_tracing_says() -> None:
    """A source contaminated from the first second on, against a run of EPANET alone that traces that source: pumps
    switch, tanks fill and empty, and the second project has the flows of the first."""
    path, hours = published("Net3"), 12
    expected = shares_by_epanet(path, "River", hours)
    engine = WaterEngine(path)
    engine.contaminate(engine.network.node_index["River"], True)
    engine.solve()
    for hour in range(hours + 1):
        engine.advance_to(hour * 3600)
        assert engine._tracer is not None
        theirs = engine._tracer.flow * engine.network.units.flow_m3_s
        assert theirs == pytest.approx(engine.flow_m3_s, abs=2e-4), hour
        wet = engine.delivered_m3_s > 1e-6
        apart = np.abs(engine.contaminated_share - expected[hour])[wet]
        assert apart.mean() < 0.005 and np.quantile(apart, 0.95) < 0.03, hour
    assert 0.2 < engine.contaminated_share.mean() < 0.9, "neither none nor all of the water is from there"
    engine.close()


def test_the_second_project_follows_bursts_stops_and_valves() -> None:
    engine = WaterEngine(published("ky10"), time_of_day_s=7 * 3600.0)
    engine.advance_to(1800)
    engine.contaminate(int(engine.network.tanks[0]), True)
    engine.solve()
    pump, junction = int(engine.network.pumps[0]), 100
    for step in range(24):
        engine.advance_to(1800 + 900 * (step + 1))
        if step == 4:
            engine.set_burst(junction, 0.002)
            engine.overrides.force(pump, "x", Force.SHUT)
            engine.solve()
        if step == 12:
            engine.set_burst(junction, 0.0)
            engine.overrides.release(pump, "x")
            engine.solve()
        assert engine._tracer is not None
        theirs = engine._tracer.flow * engine.network.units.flow_m3_s
        assert np.abs(theirs - engine.flow_m3_s).max() < 5e-4 + 0.01 * np.abs(engine.flow_m3_s).max(), step
    engine.close()


def test_a_tank_is_thinned_by_what_flows_in(tmp_path: Path) -> None:
    """While the pump fills the tank, what is contaminated in it stays the same: share times volume."""
    engine = WaterEngine(write(tmp_path, PUMPED.replace("T  50  3  0.5", "T  50  1.9  0.5")))
    tank = engine.network.node_index["T"]
    engine.contaminate(tank, True)
    engine.advance_to(600)
    assert engine.contaminated_share[tank] == pytest.approx(1.0, abs=0.01)
    engine.contaminate(tank, False)
    engine.solve()
    held = engine.contaminated_share[tank] * engine.volume_m3[0]
    for t_s in range(1200, 6000, 600):
        engine.advance_to(t_s)
        assert engine.contaminated_share[tank] * engine.volume_m3[0] == pytest.approx(held, rel=0.01)
    assert engine.contaminated_share[tank] < 0.8
    engine.close()


def hospital_town(path: Path) -> Runtime:
    others = (
        component("hospital", "hospital", beds=10.0),
        component("aid", "drinking-water"),
        component("depot", "depot"),
    )
    links = (link("water", "junction-B", "hospital", autonomy_s=600.0),)
    return world(city_of(path, links, (LITRES,), others), duration_s=7 * 86400.0)


def test_contaminated_water_is_no_drinking_water_until_it_is_flushed_out(tmp_path: Path) -> None:
    rt = hospital_town(write(tmp_path, LIVELY))
    running, lifelines = water.start(rt), start_lifelines(rt)
    rt.clock.run_until(HOUR)
    assert rt.quantities.value("d1", "contaminated_share") == 0.0
    root = rt.faults.apply("reservoir-R", "source-contaminated", "spill", {})
    rt.clock.run_until(HOUR + 60_000)
    assert rt.quantities.value("reservoir-R", "contaminated_share") == 1.0
    assert rt.quantities.value("junction-B", "contaminated_share") == 0.0, "it takes its time through 1 km of mains"
    assert rt.supply.link_up("water-junction-B-hospital")
    rt.clock.run_until(5 * HOUR)
    assert rt.quantities.value("d1", "contaminated_share") == pytest.approx(1.0)
    assert rt.quantities.value("d1", "water_supply_ratio") == pytest.approx(1.0), "it is delivered all the same"
    assert not rt.supply.fed("hospital", rt.city.links["water-junction-B-hospital"].kind)
    assert lifelines.mode("aid") == "network", "nobody knows yet"
    litres = rt.levels.courses()["litres"]
    assert litres.people is not None and litres.people.max() == pytest.approx(1000)
    some = [people for people in litres.people.tolist() if 0 < people < 1000]
    assert some == pytest.approx([1000 * 5 / 17, 1000 * 15 / 17]), "A, then B; C comes last"
    assert litres.values[-1] == 0.0
    low = next(e for e in rt.log.events if e.kind is EventKind.LEVEL_LOW and e.subject == "litres")
    rt.clock.run_until(35 * HOUR - 1)
    assert [e.code for e in rt.log.events if e.subject == "d1"] == ["water.bad-arrives"]
    rt.clock.run_until(38 * HOUR)
    notice = [e for e in rt.log.events if e.subject == "d1"][-1]
    assert notice.code == "water.notice-do-not-drink", "sampled at 8:00, three hours to the laboratory, a day there"
    assert notice.at == (8 + 3 + 24) * HOUR and rt.log.trace(notice.id)[0].id == root
    assert lifelines.mode("aid") == "emergency", "tankers bring what may be drunk"
    assert low.at < 2 * HOUR and rt.log.trace(low.id)[0].id == root
    rt.faults.clear("reservoir-R", "source-contaminated", "spill")
    rt.clock.run_until(38 * HOUR + 60_000)
    assert rt.quantities.value("reservoir-R", "contaminated_share") == 0.0
    assert rt.quantities.value("d1", "contaminated_share") > 0.5, "what is in the mains is still to be flushed out"
    rt.clock.run_until(45 * HOUR)
    assert rt.quantities.value("d1", "contaminated_share") == 0.0
    assert not rt.supply.link_up("water-junction-B-hospital") and lifelines.mode("aid") == "emergency", "nobody knows"
    lifted = (24 * 2 + 8 + 2 * 24 + 3 + 24) * HOUR
    rt.clock.run_until(lifted - 1)
    of_d1 = [e.code for e in rt.log.events if e.subject == "d1"]
    assert of_d1 == ["water.bad-arrives", "water.notice-do-not-drink", "water.bad-gone"]
    rt.clock.run_until(lifted + HOUR)
    assert [e.code for e in rt.log.events if e.subject == "d1"][3:] == ["water.notice-lifted"], (
        "after three clean rounds"
    )
    assert rt.supply.link_up("water-junction-B-hospital") and lifelines.mode("aid") == "network"
    assert not running._engine.traced, "nothing is followed any more"
    running.close()


def test_a_contaminated_tank_asks_for_boiling_where_its_water_goes(tmp_path: Path) -> None:
    rt = hospital_town(write(tmp_path, PUMPED.replace("D  10  4", "D  10  4\nB  10  1").replace(
        "[PUMPS]", "P3  D  B  100  200  120  0  Open\n[PUMPS]")))  # fmt: skip
    running = water.start(rt)
    rt.faults.apply("tank-T", "tank-contaminated", "bird", {})
    rt.clock.run_until(36 * HOUR)
    rt.faults.clear("tank-T", "tank-contaminated", "bird")
    assert any(e.code == "water.notice-boil" for e in rt.log.events if e.subject == "d1")
    rt.clock.run_until(100 * HOUR)
    assert rt.quantities.value("tank-T", "contaminated_share") < 0.5
    running.close()


@pytest.mark.parametrize("order", [("reservoir-R", "tank-T"), ("tank-T", "reservoir-R")])
def test_the_stricter_of_two_notices_counts_whichever_contamination_came_first(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    rt = hospital_town(write(tmp_path, PUMPED.replace("D  10  4", "D  10  4\nB  10  1").replace(
        "[PUMPS]", "P3  D  B  100  200  120  0  Open\n[PUMPS]")))  # fmt: skip
    running = water.start(rt)
    for place in order:
        rt.faults.apply(place, "tank-contaminated" if place == "tank-T" else "source-contaminated", "spill", {})
    rt.clock.run_until(36 * HOUR)
    given = [e.code for e in rt.log.events if e.subject == "d1" and e.kind is EventKind.SWITCH]
    assert given == ["water.notice-do-not-drink"]
    running.close()


@pytest.mark.parametrize("units", ["LPS", "GPM"])
@pytest.mark.parametrize("curve", [False, True])
def test_an_open_drain_empties_a_tank_as_torricelli_says(tmp_path: Path, units: str, curve: bool) -> None:
    """Closed off and drained: the root of the level falls in proportion to time, down to the network's bottom."""
    text = PUMPED.replace("LPS", units)
    if curve:  # the same upright tank, told as a curve
        section = math.pi / 4 * 10**2
        text = text.replace("T  50  3  0.5  6  10  0", "T  50  3  0.5  6  10  0  V")
        text = text.replace("[CURVES]", f"[CURVES]\nV 0 0\nV 2 {2 * section}\nV 7 {7 * section}")
    engine = WaterEngine(write(tmp_path, text))
    tank = engine.network.node_index["T"]
    for of_tank in engine.network.links_at[tank]:
        engine.overrides.force(of_tank, "x", Force.SHUT)
    engine.solve()
    level, unit = float(engine.level_m[0]), engine.network.units.length_m
    assert level == pytest.approx(3 * unit)
    section_m2 = math.pi / 4 * (10 * unit) ** 2
    hole_m2 = 0.02 * unit**2.5 / math.sqrt(unit) * 0.75
    engine.drains.set(0, hole_m2)
    assert engine.drains.rate_m3_s[0] == pytest.approx(hole_m2 * math.sqrt(2 * 9.81 * level))
    fall = hole_m2 * math.sqrt(2 * 9.81) / (2 * section_m2)
    for t_s in range(300, 6001, 300):
        engine.advance_to(t_s)
        expected = max((math.sqrt(level) - fall * t_s) ** 2 if math.sqrt(level) > fall * t_s else 0.0, 0.5 * unit)
        assert engine.level_m[0] == pytest.approx(expected, abs=2e-3 * unit), t_s
    assert engine.level_m[0] == pytest.approx(0.5 * unit, abs=1e-6)
    engine.close()


def test_a_drained_tank_is_empty_until_its_drain_is_shut(tmp_path: Path) -> None:
    rt = world(city_of(write(tmp_path, PUMPED)))
    running = water.start(rt)
    rt.clock.run_until(HOUR)
    root = rt.faults.apply("tank-T", "tank-drained", "a", {"area_m2": 0.05})
    rt.faults.apply("tank-T", "tank-drained", "b", {"area_m2": 0.05})
    rt.clock.run_until(HOUR + 1000)
    level = rt.quantities.value("tank-T", "level_m")
    assert rt.quantities.value("tank-T", "drain_m3_s") == pytest.approx(
        0.1 * 0.75 * math.sqrt(2 * 9.81 * level), rel=0.01
    )
    rt.clock.run_until(4 * HOUR)
    assert rt.quantities.value("tank-T", "level_m") == pytest.approx(0.5, abs=1e-3)
    assert rt.quantities.value("tank-T", "drain_m3_s") > 0, "it lets out what the pump brings"
    assert next(e.cause for e in rt.log.events if e.code == "water.tank-empty") in (root, root + 1)
    rt.faults.clear("tank-T", "tank-drained", "a")
    rt.clock.run_until(5 * HOUR)
    assert rt.quantities.value("tank-T", "level_m") == pytest.approx(0.5, abs=1e-3)
    rt.faults.clear("tank-T", "tank-drained", "b")
    rt.clock.run_until(12 * HOUR)
    assert rt.quantities.value("tank-T", "level_m") > 2
    assert rt.quantities.value("tank-T", "drain_m3_s") == 0.0
    running.close()
