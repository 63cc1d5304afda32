"""Islands that batteries carry: never above their rating, by shedding load and holding back plants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.domains.energy.battery import Battery
from simulator.domains.energy.engine import Solver
from simulator.domains.energy.islands import enough, shedding_order
from simulator.domains.energy.model import Bools, Inputs, Ints, Solution
from simulator.domains.energy.state import GridState

ROUNDS = 40
"""Power flows spent on fitting islands to their batteries before one that still does not fit goes black."""
SPARE = 1e-6
"""Relative excess over a rating that counts as none."""


@dataclass(frozen=True, slots=True)
class Island:
    """A part of the grid without infeed, and the batteries that carry it together."""

    buses: Bools
    batteries: tuple[Battery, ...]

    @property
    def rated_w(self) -> float:
        return sum(battery.site.rated_w for battery in self.batteries)

    @property
    def room_w(self) -> float:
        return sum(battery.room_w for battery in self.batteries)


@dataclass(frozen=True, slots=True)
class Carried:
    """A solved grid: the power flow, what went into it, and the islands that batteries carry."""

    solution: Solution
    inputs: Inputs
    islands: tuple[Island, ...]


def find_islands(state: GridState) -> tuple[Island, ...]:
    if not any(battery.can_form for battery in state.batteries):
        return ()
    parts = state.parts()
    by_label: dict[int, list[Battery]] = {}
    for battery in state.batteries:
        if battery.can_form and not parts.live[battery.site.bus]:
            by_label.setdefault(int(parts.label[battery.site.bus]), []).append(battery)
    return tuple(Island(parts.label == label, tuple(found)) for label, found in by_label.items())


def solve_carried(state: GridState, solver: Solver, on_shed: Callable[[Island, Ints], None]) -> Carried:
    """Solve the grid of now so that no battery gives more than its rating. Tells of every bus it sheds.

    Batteries of one island share its load by their ratings; only their sum is held against the sum of the ratings.
    """
    state.island_shed &= ~state.parts().live
    state.gen_share[:] = 1.0
    for island in find_islands(state):
        _by_balance(state, island, on_shed)
    for _ in range(ROUNDS):
        inputs = state.inputs()
        solution = solver.solve(inputs)
        islands = find_islands(state)
        again = False
        for island in islands:
            given = sum(float(solution.source_w[battery.site.source]) for battery in island.batteries)
            surplus = given - island.rated_w
            if surplus > SPARE * island.rated_w or (solution.approximate and surplus > 0):
                again = True
                _shed(state, island, surplus, on_shed)
        if not again:
            return Carried(solution, inputs, islands)
    for island in find_islands(state):
        for battery in island.batteries:
            battery.overwhelmed = True
    inputs = state.inputs()
    return Carried(solver.solve(inputs), inputs, find_islands(state))


def _by_balance(state: GridState, island: Island, on_shed: Callable[[Island, Ints], None]) -> None:
    """Shed and hold back by the sum of loads and plants alone, so that the power flow starts near its answer."""
    grid = state.grid
    load = float(state.bus_load_w()[island.buses & ~state.shed].sum())
    gen = float(state.inputs().gen_w[island.buses[grid.gen_bus]].sum())
    if gen > load + island.room_w:
        state.gen_share[island.buses] = (load + island.room_w) / gen
    elif load - gen > island.rated_w:
        _shed(state, island, load - gen - island.rated_w, on_shed)


def _shed(state: GridState, island: Island, surplus_w: float, on_shed: Callable[[Island, Ints], None]) -> None:
    load = state.bus_load_w()
    order = shedding_order(state.grid, island.buses & ~state.shed, load)
    if not len(order):
        for battery in island.batteries:
            battery.overwhelmed = True
        return
    buses = enough(order, load, surplus_w)
    state.island_shed[buses] = True
    on_shed(island, np.asarray(buses))
