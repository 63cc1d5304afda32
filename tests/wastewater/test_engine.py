"""The sewer engine against SWMM alone: pauses, pumps held from outside, forks, and the balance of the water."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.contracts.problem import BadInput
from simulator.domains.wastewater.engine import SewerEngine, Switch, SwmmError, check_inp
from tests.wastewater.networks import FULL_FEATURES, PUMP_SETTING, STORAGE_PUMP, extran_6, lifted, published

ALONE = """
import json, sys
from swmm.toolkit import solver, shared_enum as e
solver.swmm_open(sys.argv[1], sys.argv[2] + "/alone.rpt", sys.argv[2] + "/alone.out")
solver.swmm_start(0)
nodes, links = (range(solver.project_get_count(kind)) for kind in (e.ObjectType.NODE, e.ObjectType.LINK))
node_ids = [solver.project_get_id(e.ObjectType.NODE, i) for i in nodes]
link_ids = [solver.project_get_id(e.ObjectType.LINK, i) for i in links]
at = {float(t) for t in sys.argv[3].split(",")}
rows, t = {}, 0.0
while True:
    days = solver.swmm_step()
    if days <= 0:
        break
    before, t = t, round(days * 86400.0, 6)
    if any(before < wanted <= t for wanted in at):
        rows[t] = ([solver.node_get_result(i, e.NodeResult.DEPTH) for i in nodes],
                   [solver.link_get_result(i, e.LinkResult.FLOW) for i in links])
totals = solver.system_get_routing_totals()
flooded = [solver.node_get_stats(i).volFlooded for i in nodes]
print(json.dumps({"nodes": node_ids, "links": link_ids, "rows": list(rows.items()), "flooded": flooded,
                  "flooding": totals.flooding, "outflow": totals.outflow, "error": totals.pctError}))
solver.swmm_end()
solver.swmm_close()
"""
"""Runs a file through SWMM in a process of its own, never stopped, and tells what it was like at some instants."""


def alone(path: Path, at: list[float], folder: Path) -> dict[str, Any]:
    import json

    times = ",".join(map(str, at))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path), str(folder), times], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def engines() -> Iterator[list[SewerEngine]]:
    opened: list[SewerEngine] = []
    yield opened
    for engine in opened:
        engine.close()


def network(name: str, folder: Path) -> Path:
    return {"extran-6": extran_6, "lifted": lifted}[name](folder) if name in ("extran-6", "lifted") else published(name)


@pytest.mark.parametrize(
    ("name", "hours", "floods"),
    [
        (STORAGE_PUMP, 24.0, True),
        pytest.param(PUMP_SETTING, 12.0, True, marks=pytest.mark.nightly),
        pytest.param(FULL_FEATURES, 24.0, True, marks=pytest.mark.nightly),
        ("extran-6", 8.0, True),
        ("lifted", 24.0, False),
    ],
)
def test_pauses_change_nothing(
    name: str, hours: float, floods: bool, tmp_path: Path, engines: list[SewerEngine]
) -> None:
    """Stepping with pauses at any second is the uninterrupted run of SWMM alone: depths, flows, overflow volumes."""
    path = network(name, tmp_path)
    rng = random.Random(8)
    stops = sorted(rng.randrange(1, int(hours * 3600) - 60) for _ in range(60))
    truth = alone(path, [float(t) for t in stops], tmp_path)
    rows = dict(truth["rows"])

    engine = SewerEngine(path, as_filed=True)
    engines.append(engine)
    length, flow = engine.network.length_m, engine.network.flow_unit_m3_s
    node = [truth["nodes"].index(name) for name in engine.network.nodes]
    link = [truth["links"].index(name) for name in engine.network.links]
    seen = 0
    for stop in stops:
        engine.advance_to(stop)
        depths, flows = rows[engine.t_s]
        np.testing.assert_allclose(engine.depth_m, np.array(depths)[node] * length, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(engine.flow_m3_s, np.array(flows)[link] * flow, rtol=1e-9, atol=1e-12)
        seen += 1
    assert seen == 60
    engine.advance_to(1e9)
    assert engine.ended
    np.testing.assert_allclose(engine.overflow_m3, np.array(truth["flooded"])[node] * length**3, rtol=1e-9, atol=1e-9)
    balance = engine.balance()
    assert balance.overflow_m3 == pytest.approx(truth["flooding"] * length**3, rel=1e-12)
    assert balance.outflow_m3 == pytest.approx(truth["outflow"] * length**3, rel=1e-12)
    assert balance.error * 100 == pytest.approx(truth["error"], abs=1e-3), "SWMM's own continuity error"
    assert bool(engine.overflow_m3.sum() > 1.0) is floods


def test_overflow_is_what_swmm_reports(tmp_path: Path, engines: list[SewerEngine]) -> None:
    """The volumes out of manholes add up to the flooding loss in the report of a plain `swmm_run`."""
    run = "import sys; from swmm.toolkit import solver; solver.swmm_run(*sys.argv[1:4])"
    report = tmp_path / "run.rpt"
    path = extran_6(tmp_path)
    subprocess.run(
        [sys.executable, "-c", run, str(path), str(report), str(tmp_path / "run.out")], check=True, capture_output=True
    )
    loss = next(line for line in report.read_text().splitlines() if "Flooding Loss" in line)
    million_gallons = float(loss.split()[-1])

    engine = SewerEngine(path, as_filed=True)
    engines.append(engine)
    engine.advance_to(1e9)
    assert engine.overflow_m3.sum() / 3785.411784 == pytest.approx(million_gallons, abs=5e-4)


def test_a_pump_that_is_stopped_stays_off_at_every_step(tmp_path: Path, engines: list[SewerEngine]) -> None:
    """Also high above its start level, where SWMM by itself would start it again in the next step."""
    engine = SewerEngine(lifted(tmp_path))
    engines.append(engine)
    pump, well = engine.network.link_index["LIFT"], engine.network.node_index["WELL"]
    engine.advance_to(3600)
    engine.switch(pump, Switch.OFF)
    engine.advance_to(3605)
    ran = []
    for second in range(3605, 3605 + 8 * 3600, 5):
        engine.advance_to(second)
        ran.append(engine.flow_m3_s[pump])
    assert max(ran) == 0.0
    assert engine.depth_m[well] > 5.0, "far above its start level of 2 m, and over the weir"
    spilled = engine.flow_m3_s[engine.network.link_index["SPILL"]]
    assert spilled == pytest.approx(0.01, rel=0.02), "as much as comes"
    engine.switch(pump, Switch.FREE)
    engine.advance_to(second + 30)
    assert engine.flow_m3_s[pump] == pytest.approx(0.04)


def test_swmm_alone_would_start_it_again(tmp_path: Path) -> None:
    """Why the switch is there: a target of 0 that is written from outside before every step does not hold."""
    code = """
import sys
from swmm.toolkit import solver, shared_enum as e
solver.swmm_open(*sys.argv[1:4]); solver.swmm_start(0)
pump = solver.project_get_index(e.ObjectType.LINK, "LIFT")
most = 0.0
for step in range(2880):
    if step > 720: solver.link_set_target_setting(pump, 0.0)
    solver.swmm_step()
    if step > 720: most = max(most, solver.link_get_result(pump, e.LinkResult.FLOW))
print(most)
"""
    path = lifted(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "a.rpt"), str(tmp_path / "a.out")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) == pytest.approx(0.04)


def test_a_rule_of_the_file_does_not_start_it_either(tmp_path: Path, engines: list[SewerEngine]) -> None:
    rules = "RULE MORE\nIF NODE WELL DEPTH > 1\nTHEN PUMP LIFT STATUS = ON\nPRIORITY 9"
    engine = SewerEngine(lifted(tmp_path, rules=rules))
    engines.append(engine)
    pump = engine.network.link_index["LIFT"]
    engine.switch(pump, Switch.OFF)
    for second in range(5, 7200, 5):
        engine.advance_to(second)
        assert engine.flow_m3_s[pump] == 0.0


def test_a_pump_can_be_made_to_run_and_is_left_as_it_was(tmp_path: Path, engines: list[SewerEngine]) -> None:
    engine = SewerEngine(lifted(tmp_path))
    engines.append(engine)
    pump, well = engine.network.link_index["LIFT"], engine.network.node_index["WELL"]
    engine.switch(pump, Switch.ON)
    engine.advance_to(3600)
    assert engine.runs(pump)
    assert engine.depth_m[well] < 0.05, "below the stop level of 0.5 m: whoever forges a command runs it dry"
    engine.switch(pump, Switch.FREE)
    engine.advance_to(3700)
    assert not engine.runs(pump)


def test_a_pump_without_levels_runs_again_when_it_is_let_go(tmp_path: Path, engines: list[SewerEngine]) -> None:
    engine = SewerEngine(lifted(tmp_path, start_depth_m=0.0))
    engines.append(engine)
    pump = engine.network.link_index["LIFT"]
    engine.advance_to(600)
    engine.switch(pump, Switch.OFF)
    engine.advance_to(1200)
    assert not engine.runs(pump)
    engine.switch(pump, Switch.FREE)
    engine.advance_to(1800)
    assert engine.runs(pump)


def test_the_water_balances(tmp_path: Path, engines: list[SewerEngine]) -> None:
    """What came in is out, spilled or still there, through a stopped pump, rain, a blocked sewer and suction trucks."""
    engine = SewerEngine(lifted(tmp_path, weir=False))
    engines.append(engine)
    net = engine.network
    pump, well, down = net.link_index["LIFT"], net.node_index["WELL"], net.link_index["DOWN"]
    engine.advance_to(3600)
    engine.switch(pump, Switch.OFF)
    engine.set_rain(0, 40.0)
    engine.advance_to(3 * 3600)
    engine.set_rain(0, 0.0)
    engine.suck(well, 0.02)
    engine.advance_to(5 * 3600)
    engine.suck(well, 0.0)
    engine.block(down, True)
    engine.advance_to(7 * 3600)
    engine.block(down, False)
    engine.switch(pump, Switch.FREE)
    engine.advance_to(86400)
    balance = engine.balance()
    assert abs(balance.error) < 0.01
    assert balance.dry_weather_m3 == pytest.approx(864.0, rel=1e-3), "10 l/s for a day"
    assert balance.stored_before_m3 == pytest.approx(0.8 * 12, rel=1e-3)
    assert balance.overflow_m3 == pytest.approx(engine.overflow_m3.sum(), rel=1e-3)
    # 2 ha with 60 % sealed, 40 mm/h for two hours: 960 m3 off the sealed part, something more off the gardens
    assert 900 < balance.runoff_m3 < 1600


def test_suction_trucks_take_what_there_is(tmp_path: Path, engines: list[SewerEngine]) -> None:
    engine = SewerEngine(lifted(tmp_path))
    engines.append(engine)
    pump, well = engine.network.link_index["LIFT"], engine.network.node_index["WELL"]
    engine.switch(pump, Switch.OFF)
    engine.advance_to(3600)
    deep = engine.depth_m[well]
    engine.suck(well, 0.02)
    engine.advance_to(3 * 3600)
    assert engine.depth_m[well] < deep
    engine.advance_to(12 * 3600)
    assert engine.depth_m[well] < 0.05
    assert abs(engine.balance().error) < 0.01
    engine.suck(well, 0.0)
    engine.advance_to(13 * 3600)
    assert engine.depth_m[well] == pytest.approx(0.01 * 3600 / 12, rel=0.1), "10 l/s into 12 m2"


def test_rain_waits_for_the_scenario(tmp_path: Path, engines: list[SewerEngine]) -> None:
    """The rain of the file is not the scenario's: it stays away unless the file is run as it is."""
    path = lifted(tmp_path)
    engine = SewerEngine(path, time_of_day_s=5.5 * 3600)
    engines.append(engine)
    engine.advance_to(4 * 3600)
    assert engine.balance().runoff_m3 == 0.0
    engine.close()
    engine = SewerEngine(path, as_filed=True)
    engines.append(engine)
    engine.advance_to(10 * 3600)
    assert engine.balance().runoff_m3 == pytest.approx(2e4 * 0.6 * 0.01, rel=0.2), (
        "10 mm on 1.2 ha sealed, less wetting"
    )


def test_a_fork_goes_on_in_both(tmp_path: Path, engines: list[SewerEngine]) -> None:
    """An audit forks in mid-run: one branch stops the pump, the other goes on as if nothing had happened."""
    path = lifted(tmp_path)

    def rest(engine: SewerEngine) -> str:
        engine.advance_to(8 * 3600)
        return f"{engine.depth_m.tolist()!r} {engine.balance().outflow_m3!r}"

    whole = SewerEngine(path)
    pump = whole.network.link_index["LIFT"]
    undisturbed = rest(whole)
    whole.close()
    stopped = SewerEngine(path)
    stopped.advance_to(2 * 3600)
    stopped.switch(pump, Switch.OFF)
    disturbed = rest(stopped)
    stopped.close()

    engine = SewerEngine(path)
    engines.append(engine)
    engine.advance_to(2 * 3600)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        engine.switch(pump, Switch.OFF)
        os.write(writing, rest(engine).encode())
        engine.close()
        os._exit(0)
    here = rest(engine)
    os.waitpid(child, 0)
    there = os.read(reading, 65536).decode()
    assert here == undisturbed
    assert there == disturbed
    assert here != there


def test_one_project_a_process(tmp_path: Path, engines: list[SewerEngine]) -> None:
    path = lifted(tmp_path)
    engines.append(SewerEngine(path))
    with pytest.raises(SwmmError, match="one project a process"):
        SewerEngine(path)
    engines[0].close()
    engines.append(SewerEngine(path))
    engines[0].close()
    engines[1].advance_to(600)
    assert engines[1].t_s >= 600, "what was closed before closes nothing else"


def test_a_file_that_swmm_refuses_is_told_with_its_lines(tmp_path: Path) -> None:
    path = lifted(tmp_path)
    text = path.read_text().replace("LIFT WELL HIGH", "LIFT WELL NOWHERE").replace("AWAY HIGH PLANT", "AWAY HIGH SEA")
    path.write_text(text)
    for ask in (check_inp, SewerEngine):
        with pytest.raises(BadInput) as told:
            ask(path)
        lines = text.splitlines()
        found = {(lines[problem.line - 1].split()[0], problem.file) for problem in told.value.problems}
        assert found == {("LIFT", str(path)), ("AWAY", str(path))}
        assert all("undefined object" in problem.what for problem in told.value.problems)
