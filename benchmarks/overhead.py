"""What the coupling costs: a simulated day of the demo city beside its bare engines doing the same solves.

Run with `make bench`. All figures come from one run on one machine; only the ratios mean anything.

The day is that of the scenario `quiet-day`, 24 h from midnight without warm-up. The first ratio has on one side the
coupled city without sensors: four domains and the lifelines on one clock, couplings, service levels, travel times,
events. On the other side are the engines alone, each doing what it was asked during that day:

- EPANET: the same network, settings and hydraulic steps, with pressures, demands and flows read at each;
- power-grid-model: as many power flows on the same grid, new loads before and results after each;
- UXsim: the same world with the same platoons, in as many calls. That world leaves out UXsim's own bookkeeping of
  vehicles and diagrams, which nobody here reads; stock UXsim would make the ratio look better.

The second ratio has the same day with all sensors, gateways and the file of readings on the coupled side, and the same
bare engines. The broker is off in both. What is done once before the clock moves, reading the city and building the
engines, is in neither ratio and printed by itself; so is a whole `stadtwerk run`, with warm-up, verdict and report.
"""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.kernel import Clock
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.feed import Feed
from stadtwerk.runs.light import NoSensors
from stadtwerk.runs.simulate import simulate
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.coupling import Runtime
    from simulator.coupling.runtime import Running

DAY_S = 86_400.0
WATER_STEP_S = 300
REPEATS = 9
"""Each figure is the least of so many runs: noise on a shared machine only ever adds. Both sides take turns, so that
they meet the same machine."""

SEED = 1
ENGINES = ("water", "energy", "traffic")


@dataclass(frozen=True, slots=True)
class Day:
    """Seconds that a coupled day took, and those to build its engines before; `solves` is what each was asked."""

    took_s: float
    building_s: float
    solves: dict[str, int]
    readings: int


@dataclass(frozen=True, slots=True)
class Bare:
    """Seconds that an engine alone took for so many solves."""

    took_s: float
    solves: int


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def coupled_day(scenario: Scenario, city: City) -> Day:
    """From the clock's first tick to the history, the file of readings included."""
    clock = Clock(scenario.run.start, 0.0, DAY_S)
    engines: list[Running] = []
    before: dict[str, int] = {}
    moved = 0.0

    def started(runtime: Runtime, running: tuple[Running, ...]) -> None:
        nonlocal moved
        engines.extend(domain for domain in running if domain.name in ENGINES)
        before.update((domain.name, domain.solves) for domain in engines)
        moved = time.perf_counter()

    gc.collect()
    with tempfile.TemporaryDirectory() as place:
        readings = Path(place) / "readings.parquet"
        began = time.perf_counter()
        feed = Feed() if city.cohorts else NoSensors()
        _, telemetry = simulate(scenario, city, clock, SEED, feed, readings, None, Terminal(), started)
        ended = time.perf_counter()
    solves = {domain.name: domain.solves - before[domain.name] for domain in engines}
    return Day(ended - moved, moved - began, solves, telemetry.read)


def bare_water(city: City) -> Bare:
    """EPANET alone, stepwise: hydraulics, and all pressures, demands and flows read at each step."""
    from epanet import toolkit as tk

    ph = tk.createproject()
    solves = 0
    with tempfile.TemporaryDirectory() as place:
        tk.open(ph, str(city.water_file), str(Path(place) / "report"), "")
        tk.settimeparam(ph, tk.DURATION, 2**31 - 1)
        tk.settimeparam(ph, tk.REPORTSTEP, 2**31 - 1)  # else a step of its own for each report
        tk.settimeparam(ph, tk.HYDSTEP, WATER_STEP_S)
        tk.setstatusreport(ph, tk.NO_REPORT)
        tk.setqualtype(ph, tk.NONE, "", "", "")
        tk.setdemandmodel(ph, tk.PDA, 0.0, 29.0, 0.5)  # 20.4 m in psi
        tk.openH(ph)
        tk.initH(ph, tk.NOSAVE)
        nodes, links = tk.getcount(ph, tk.NODECOUNT), tk.getcount(ph, tk.LINKCOUNT)
        buffers = [(tk.doubleArray(n), n) for n in (nodes, nodes, links)]
        views = [np.ctypeslib.as_array((ctypes.c_double * n).from_address(int(b.cast()))) for b, n in buffers]
        tk.runH(ph)  # midnight, which the coupled city solves before its clock moves

        def work() -> None:
            nonlocal solves
            t = 0
            while t < DAY_S:
                tk.nextH(ph)
                t = tk.runH(ph)
                solves += 1
                tk.getnodevalues(ph, tk.PRESSURE, buffers[0][0])
                tk.getnodevalues(ph, tk.DEMAND, buffers[1][0])
                tk.getlinkvalues(ph, tk.FLOW, buffers[2][0])
                views[0].sum()

        took = seconds(work)
        tk.closeH(ph)
        tk.close(ph)
        tk.deleteproject(ph)
    return Bare(took, solves)


def bare_energy(city: City, solves: int) -> Bare:
    """power-grid-model alone: new loads, a power flow and its results, as often as the coupled day asked."""
    import power_grid_model as pgm

    from simulator.city.power_file import read_power_file
    from simulator.domains.energy.engine import load_dataset

    assert city.power_file is not None
    file = read_power_file(city.power_file)
    data = load_dataset(file.dataset)
    model = pgm.PowerGridModel(
        {pgm.ComponentType[name]: rows for name, rows in data.items()}, system_frequency=file.frequency_hz
    )
    loads = data["sym_load"]
    update = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType.sym_load, len(loads))
    update["id"] = loads["id"]
    wanted = [pgm.ComponentType.node, pgm.ComponentType.source, pgm.ComponentType.line, pgm.ComponentType.transformer]

    def work() -> None:
        for i in range(solves):
            update["p_specified"] = loads["p_specified"] * (0.6 + 0.3 * (i % 7) / 7)
            model.update(update_data={pgm.ComponentType.sym_load: update})
            out = model.calculate_power_flow(output_component_types=wanted)
            out[pgm.ComponentType.node]["u_pu"].sum()

    return Bare(seconds(work), solves)


def bare_traffic(scenario: Scenario, city: City, solves: int) -> Bare:
    """UXsim alone on the same world with the same platoons, in as many calls."""
    from simulator.coupling import Runtime
    from simulator.domains.traffic.process import Traffic

    traffic = Traffic(Runtime.build(city, Clock(scenario.run.start, 0.0, DAY_S), SEED))
    world, step_s = traffic.engine._world, DAY_S / solves

    def work() -> None:
        for i in range(solves):
            world.exec_simulation(until_t=(i + 1) * step_s - world.DELTAT)

    took = seconds(work)
    assert world.TIME == DAY_S
    traffic.close()
    return Bare(took, solves)


def command(*arguments: str) -> float:
    """A command's time from start to end, its output thrown away; the verdict behind its exit code is no matter."""
    return seconds(lambda: subprocess.run([sys.executable, *arguments], check=False, capture_output=True))


def whole_run(scenario: str) -> float:
    with tempfile.TemporaryDirectory() as place:
        return command("-m", "stadtwerk", "run", scenario, "--mqtt", "off", "--out", str(Path(place) / "run"))


def least(*work: Callable[[], Day | Bare]) -> list[Any]:
    """The quickest run of each, in turns."""
    rounds = [[one() for one in work] for _ in range(REPEATS)]
    return [min(runs, key=lambda measured: measured.took_s) for runs in zip(*rounds, strict=True)]


def main() -> None:
    began = time.perf_counter()
    _, scenario, city = load_checked(find_scenario("quiet-day"))
    loading_s = time.perf_counter() - began
    scenario = replace(scenario, run=replace(scenario.run, warmup_s=0.0, duration_s=DAY_S))
    first = coupled_day(scenario, city)
    unsensed = replace(city, cohorts=())
    coupled: Day
    sensed: Day
    water: Bare
    energy: Bare
    traffic: Bare
    coupled, sensed, water, energy, traffic = least(
        lambda: coupled_day(scenario, unsensed),
        lambda: coupled_day(scenario, city),
        lambda: bare_water(city),
        lambda: bare_energy(city, first.solves["energy"]),
        lambda: bare_traffic(scenario, city, first.solves["traffic"]),
    )
    bare_s = water.took_s + energy.took_s + traffic.took_s
    sensors = sum(len(cohort.components) for cohort in city.cohorts)
    print(f"one simulated day of the demo city: {city.people:,} people, {len(city.components):,} components")
    for title, engine, alone in zip(
        ("EPANET alone", "power-grid-model alone", "UXsim alone"), ENGINES, (water, energy, traffic), strict=True
    ):
        print(f"  {title:<24}{alone.took_s:7.3f} s   {alone.solves} solves; coupled {coupled.solves[engine]}")
    print(f"  sum of bare engines     {bare_s:7.3f} s")
    print(f"  coupled                 {coupled.took_s:7.3f} s   domains, lifelines, levels, events; nothing sampled")
    print(f"  ratio                   {coupled.took_s / bare_s:7.2f}     (start below 1.5)")
    print(
        f"  coupled, with sensors   {sensed.took_s:7.3f} s   {sensors:,} sensors, {sensed.readings:,} readings stored"
    )
    print(f"  ratio with sensors      {sensed.took_s / bare_s:7.2f}")
    print("once before the day")
    print(f"  reading the city        {loading_s:7.3f} s   the first time in this process")
    print(f"  building the engines    {first.building_s:7.3f} s   the first time too: most of it is importing UXsim")
    print("the command line")
    empty = min(command("-c", "pass") for _ in range(2 * REPEATS))
    helped = min(command("-m", "stadtwerk", "--help") for _ in range(2 * REPEATS))
    print(f"  python -c pass          {empty:7.3f} s")
    print(f"  stadtwerk --help        {helped:7.3f} s")
    print(f"  ratio                   {helped / empty:7.2f}")
    print(f"  stadtwerk run quiet-day {whole_run('quiet-day'):7.3f} s   all of it: 2 h warm-up, a day, verdict, report")


if __name__ == "__main__":
    main()
