"""`python -m tests.foreign.agreeing water|power SOURCE TOWN`: an imported town beside the library that knows its file.

The first line that it prints begins with `alike`, `wrong` or `not compared`; the rest of it says how much.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

ALIKE, WRONG, NOT_COMPARED = "alike", "wrong", "not compared"
WATER_M, POWER_PU = 0.01, 1e-4
STEP_S, DAY_S = 300, 86400
BUDGET = 5e6
"""Nodes times steps that are compared at most: a network of 12,000 nodes is followed for a day, a larger one less."""


def water(source: Path, town: Path) -> tuple[str, str]:
    """Heads and tank levels of a day against EPANET alone on the file as it was given, every five minutes.

    Driven by pressure on both sides, and in the same steps. Left out are nodes that no water reaches, where EPANET's
    numbers mean nothing. The comparison ends where a tank comes to its edge: there EPANET alone makes or loses water.
    """
    from epanet import toolkit as tk

    from simulator.city.loader import load_city
    from simulator.domains.water.engine import WaterEngine

    path = load_city(town).water_file
    assert path is not None
    engine = WaterEngine(path)
    alone = tk.createproject()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tk.open(alone, str(source), os.devnull, "")
        _as_ours(alone, engine)
        tk.openH(alone)
        tk.initH(alone, tk.NOSAVE)
        count, now, apart = len(engine.network.nodes), int(tk.runH(alone)), 0.0
        goals = range(0, DAY_S + 1, STEP_S)[: max(1, int(BUDGET / count))]
        ends = 0
        for goal in goals:
            while now < goal:
                tk.settimeparam(alone, tk.HYDSTEP, min(STEP_S, goal - now))
                tk.nextH(alone)
                now = int(tk.runH(alone))
            engine.advance_to(goal)
            if _at_an_edge(engine) and goal:
                break
            heads = np.array([tk.getnodevalue(alone, node + 1, tk.HEAD) for node in range(count)])
            known = np.array([not engine.unfed(node) for node in range(count)])
            known[engine.network.tanks] = True
            off = np.abs(heads * engine.network.units.length_m - engine.head_m)[known]
            apart, ends = max(apart, float(off.max(initial=0.0))), goal
            if apart > WATER_M and engine.balanced:
                return WRONG, f"{apart:.3g} m from EPANET at {goal} s"
    return ALIKE, f"{apart:.1g} m over {ends / 3600:g} h"


def _as_ours(alone: Any, engine: Any) -> None:
    """The settings of the run: demand by pressure, its steps; what a step is solved to stays the file's."""
    from epanet import toolkit as tk

    tk.setstatusreport(alone, tk.NO_REPORT)
    tk.settimeparam(alone, tk.DURATION, DAY_S + STEP_S)
    tk.settimeparam(alone, tk.REPORTSTEP, DAY_S)
    tk.settimeparam(alone, tk.HYDSTEP, STEP_S)
    shift = -int(tk.gettimeparam(alone, tk.STARTTIME)) % DAY_S
    tk.settimeparam(alone, tk.PATTERNSTART, int(tk.gettimeparam(alone, tk.PATTERNSTART)) + shift)
    tk.settimeparam(alone, tk.STARTTIME, 0)
    if tk.getoption(alone, tk.UNBALANCED) < 0:
        tk.setoption(alone, tk.UNBALANCED, 10)
    if tk.getdemandmodel(alone)[0] != tk.PDA:
        per_m = engine.network.units.pressure_per_m
        low, high = engine.minimum_pressure_m * per_m, engine.required_pressure_m * per_m
        tk.setdemandmodel(alone, tk.PDA, low, high, engine.pressure_exponent)


def _at_an_edge(engine: Any) -> bool:
    network = engine.network
    moves = network.tank_max_m - network.tank_min_m > 1e-6
    near = np.minimum(engine.level_m - network.tank_min_m, network.tank_max_m - engine.level_m)
    return bool((moves & (near < WATER_M)).any())


def power(source: Path, town: Path) -> tuple[str, str]:
    """Voltages at the load of the file against pandapower's own power flow, where that has a solution."""
    import pandapower

    from simulator.city.importers.pandapower_grid import quiet_pandapower
    from simulator.city.loader import load_city
    from simulator.city.power_file import read_power_file
    from simulator.domains.energy.build import build_grid
    from simulator.domains.energy.engine import Solver, load_dataset
    from simulator.domains.energy.state import GridState

    city = load_city(town)
    assert city.power_file is not None
    read = read_power_file(city.power_file)
    data = load_dataset(read.dataset)
    grid = build_grid(read, data, city)
    with quiet_pandapower():
        net = pandapower.from_json(str(source))
        if "storage" in net:  # a battery stands by in the town; one without an energy is a load there, too
            net.storage.loc[[int(battery.id) for battery in read.batteries], "in_service"] = False
        known = {}
        for limited in (True, False):
            for init in ("auto", "dc", "flat"):
                try:
                    pandapower.runpp(net, numba=False, trafo_model="pi", enforce_q_lims=limited, init=init)
                except Exception:  # no solution: what pandapower raises depends on where it gave up
                    continue
                known[limited] = {int(bus): float(u) for bus, u in net.res_bus.vm_pu.items()}
                break
    apart = []
    for limited, theirs in known.items():
        inputs = GridState(grid).inputs()
        inputs.gen_w[:] = grid.gen_w
        flow = Solver(grid, data, read.frequency_hz, limited).solve(inputs)
        if flow.approximate:
            apart.append(np.inf)
            continue
        ours = {int(name.removeprefix("bus-")): u for name, u in zip(grid.bus_ids, flow.voltage_pu, strict=True)}
        # the inner bus of an extended ward is in no table of pandapower's
        both = [(u if u > 0 else np.nan, theirs[bus]) for bus, u in ours.items() if bus in theirs]
        a, b = np.array(both).T
        if (np.isnan(a) != np.isnan(b)).any():
            apart.append(np.nan)
            continue
        apart.append(float(np.nanmax(np.abs(a - b), initial=0.0)))
    if not apart:
        return NOT_COMPARED, "pandapower finds no solution"
    least = min(apart, key=lambda one: (not np.isfinite(one), one))
    if np.isnan(least):
        return WRONG, "not the same buses are dead"
    if np.isinf(least):
        return WRONG, "no solution where pandapower has one"
    return (ALIKE if least <= POWER_PU else WRONG), f"{least:.1g} p.u."


def main(arguments: list[str]) -> int:
    what, source, town = arguments
    result, said = {"water": water, "power": power}[what](Path(source), Path(town))
    print(result, said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
