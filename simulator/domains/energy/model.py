"""The grid as typed arrays: buses, branches with their ends, loads, plants, sources, ring switches, batteries.

Indices run through a grid: `bus` counts its nodes, `branch` its lines, transformers and busbar ties, `end` the ends of
those. An end is closed or open; a branch carries current from bus to bus only if both its ends are closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Site:
    """A substation: index of its source, of the bus it feeds into, and of its own transformers."""

    id: str
    source: int
    bus: int
    busbar: int
    branches: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RingSwitch:
    """A switch at an open ring point, with the ends that it closes and the buses that it joins."""

    id: str
    branch: int
    ends: tuple[int, ...]
    buses: tuple[int, ...]
    remote_s: float
    manual_s: float


@dataclass(frozen=True, slots=True)
class BatterySite:
    """A battery: index of its source (when it forms an island) and of its bus."""

    id: str
    bus: int
    source: int
    rated_w: float
    energy_j: float
    initial_share: float
    grid_forming: bool
    black_start_s: float


@dataclass(frozen=True, slots=True)
class PlantSite:
    """A power plant that holds its voltage: index of its source, of its row of generation, and of its bus.

    It holds `held_pu` (p.u.) as long as that takes reactive power between `q_min_var` and `q_max_var` (fed in).
    """

    id: str
    bus: int
    source: int
    gen: int
    held_pu: float
    q_min_var: float
    q_max_var: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid as built, before anything is operated or broken. Powers in W, voltages in V.

    `*_ids` are component ids; a busbar tie has none (`""`). `*_pgm` are row ids in the solver's tables. `busbars` are
    buses of substations, below an infeed or below a transformer from high voltage.
    """

    bus_ids: tuple[str, ...]
    bus_at: dict[str, int]
    bus_rated_w: Floats
    bus_priority: Ints
    branch_ids: tuple[str, ...]
    branch_at: dict[str, int]
    branch_table: tuple[str, ...]
    branch_pgm: Ints
    end_branch: Ints
    end_bus: Ints
    end_side: Ints
    end_closed: Bools
    load_pgm: Ints
    load_bus: Ints
    load_w: Floats
    load_var: Floats
    draw_pgm: Ints
    draw_bus: Ints
    gen_pgm: Ints
    gen_bus: Ints
    gen_w: Floats
    pv_ids: tuple[str, ...]
    pv_gen: Ints
    pv_rated_w: Floats
    charge_pgm: Ints
    source_pgm: Ints
    source_bus: Ints
    sites: tuple[Site, ...]
    switches: tuple[RingSwitch, ...]
    batteries: tuple[BatterySite, ...]
    plants: tuple[PlantSite, ...] = ()
    busbars: tuple[int, ...] = ()

    def ends_of(self, branch: int) -> Ints:
        return np.flatnonzero(self.end_branch == branch)

    def ties(self) -> Ints:
        """Both ends of each tie (N, 2) that joins sections of a busbar."""
        ends = [self.ends_of(i) for i, table in enumerate(self.branch_table) if table == "link"]
        return np.array(ends, dtype=np.int64).reshape(-1, 2)


NAMED = 8
"""Buses that an event names; it counts all."""


def named(grid: Grid, buses: Ints) -> str:
    """The ids of the first of these buses, as an event has them."""
    return " ".join(grid.bus_ids[i] for i in buses[:NAMED])


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a power flow depends on: state of every end, every load, plant, battery and source.

    `source_on` is about infeeds and batteries; `plant_on` says which of the plants that hold their voltage run.
    """

    end_closed: Bools
    load_w: Floats
    load_var: Floats
    draw_w: Floats
    gen_w: Floats
    charge_w: Floats
    source_on: Bools
    plant_on: Bools

    def same_loads(self, other: Inputs) -> bool:
        """Whether all loads are those of the other, whatever else differs."""
        return (
            np.array_equal(self.load_w, other.load_w)
            and np.array_equal(self.load_var, other.load_var)
            and np.array_equal(self.draw_w, other.draw_w)
            and np.array_equal(self.charge_w, other.charge_w)
        )

    def with_loads(self, grid: Grid, served: Bools) -> Inputs:
        """The same with the load of all other buses at zero."""
        share = served[grid.load_bus]
        drawn = self.draw_w * served[grid.draw_bus]
        return replace(self, load_w=self.load_w * share, load_var=self.load_var * share, draw_w=drawn)


@dataclass(frozen=True, slots=True)
class Solution:
    """A solved power flow. `loading` is a share of the rating (1 = 100 %); dead buses have voltage 0. `through` is what
    of the loading passes on: none of a line that is open at its far end, which only charges itself.

    `approximate` says that the iteration diverged (voltage collapse) and a linearised solution stands in.
    """

    voltage_pu: Floats
    loading: Floats
    through: Floats
    source_w: Floats
    approximate: bool
