"""What the coupling costs: a simulated day of the demo city beside its bare engines doing the same solves.

Run with `make bench`. All figures come from one run on one machine; only the ratios mean anything.
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
from typing import Any

import numpy as np

from simulator.contracts.city import City
from simulator.contracts.ticks import to_s
from simulator.coupling import Runtime
from simulator.kernel import Clock
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.run import simulate
from stadtwerk.telemetry import Feed
from stadtwerk.terminal import Terminal

DAY_S = 86_400.0
REPEATS = 3
"""Each figure is the least of so many runs: noise on a shared machine only ever adds."""

WATER_STEP_S, TRAFFIC_STEP_S = 300, 300.0


@dataclass(frozen=True)
class Solves:
    """How often each engine was asked during the coupled day."""

    water: int
    energy: int
    traffic: int


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def coupled_day() -> tuple[float, Solves, City, int]:
    """The quiet day without warm-up, sensors, gateways and checks included; loading the city is not."""
    _, scenario, city = load_checked(find_scenario("quiet-day"))
    scenario = replace(scenario, run=replace(scenario.run, warmup_s=0.0, duration_s=DAY_S))
    clock = Clock(scenario.run.start, 0.0, DAY_S)
    began = 0.0
    kept: list[Any] = []

    def started(runtime: Runtime, running: tuple[Any, ...]) -> None:
        nonlocal began
        kept.extend(running)
        began = time.perf_counter()

    with tempfile.TemporaryDirectory() as place:
        readings = Path(place) / "readings.parquet"
        _, telemetry = simulate(scenario, city, clock, 1, Feed(), readings, None, Terminal(), started)
        took = time.perf_counter() - began
    by_name = {domain.name: domain.solves for domain in kept}
    return took, Solves(by_name["water"], by_name["energy"], by_name["traffic"]), city, telemetry.read


def bare_water(city: City) -> float:
    """EPANET alone, stepwise: hydraulics, and all pressures, demands and flows read at each step."""
    from epanet import toolkit as tk

    ph = tk.createproject()
    with tempfile.TemporaryDirectory() as place:
        tk.open(ph, str(city.water_file), str(Path(place) / "report"), "")
        tk.settimeparam(ph, tk.DURATION, 2**31 - 1)
        tk.settimeparam(ph, tk.HYDSTEP, WATER_STEP_S)
        tk.setstatusreport(ph, tk.NO_REPORT)
        tk.setqualtype(ph, tk.NONE, "", "", "")
        tk.setdemandmodel(ph, tk.PDA, 0.0, 29.0, 0.5)  # 20.4 m in psi
        tk.openH(ph)
        tk.initH(ph, tk.NOSAVE)
        nodes, links = tk.getcount(ph, tk.NODECOUNT), tk.getcount(ph, tk.LINKCOUNT)
        buffers = [(tk.doubleArray(n), n) for n in (nodes, nodes, links)]
        views = [np.ctypeslib.as_array((ctypes.c_double * n).from_address(int(b.cast()))) for b, n in buffers]

        def work() -> None:
            t = tk.runH(ph)
            while t < DAY_S:
                tk.getnodevalues(ph, tk.PRESSURE, buffers[0][0])
                tk.getnodevalues(ph, tk.DEMAND, buffers[1][0])
                tk.getlinkvalues(ph, tk.FLOW, buffers[2][0])
                views[0].sum()
                tk.nextH(ph)
                t = tk.runH(ph)

        took = seconds(work)
        tk.closeH(ph)
        tk.close(ph)
        tk.deleteproject(ph)
    return took


def bare_energy(city: City, solves: int) -> float:
    """power-grid-model alone: new loads and a power flow, as often as the coupled day asked."""
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
            model.calculate_power_flow(output_component_types=wanted)

    return seconds(work)


def bare_traffic(city: City) -> float:
    """UXsim alone on the same world with the same platoons, run in steps of 300 s."""
    from simulator.domains.traffic.process import Traffic

    clock = Clock(find_start(), 0.0, DAY_S)
    traffic = Traffic(Runtime.build(city, clock, 1))
    world = traffic.engine._world

    def work() -> None:
        while to_s(clock.begin) + world.TIME < DAY_S - TRAFFIC_STEP_S:
            world.exec_simulation(duration_t2=TRAFFIC_STEP_S)

    took = seconds(work)
    traffic.close()
    return took


def find_start() -> Any:
    _, scenario, _ = load_checked(find_scenario("quiet-day"))
    return scenario.run.start


def command(*arguments: str) -> float:
    return seconds(lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL))


def main() -> None:
    coupled, solves, city, readings = min((coupled_day() for _ in range(REPEATS)), key=lambda row: row[0])
    water = min(bare_water(city) for _ in range(REPEATS))
    energy = min(bare_energy(city, solves.energy) for _ in range(REPEATS))
    traffic = min(bare_traffic(city) for _ in range(REPEATS))
    bare = water + energy + traffic
    print(f"one simulated day of the demo city: {city.people:,} people, {len(city.components):,} components")
    print(f"  EPANET alone           {water:7.3f} s   ({solves.water} solves when coupled)")
    print(f"  power-grid-model alone {energy:7.3f} s   ({solves.energy} solves)")
    print(f"  UXsim alone            {traffic:7.3f} s   ({solves.traffic} steps)")
    print(f"  sum of bare engines    {bare:7.3f} s")
    print(f"  coupled                {coupled:7.3f} s   with {readings:,} sensor readings taken and stored")
    print(f"  ratio                  {coupled / bare:7.2f}     (start below 1.5)")
    empty = min(command("-c", "pass") for _ in range(2 * REPEATS))
    helped = min(command("-m", "stadtwerk", "--help") for _ in range(2 * REPEATS))
    print("start of the command line")
    print(f"  python -c pass         {empty:7.3f} s")
    print(f"  stadtwerk --help       {helped:7.3f} s")
    print(f"  ratio                  {helped / empty:7.2f}")


if __name__ == "__main__":
    main()
