"""N-1: what the loss of each line, transformer and infeed does to the grid, after switching.

Medium-voltage rings are run open, so the loss of a line darkens what lies behind it until an open point is closed. N-1
holds where everybody has supply again after that switching, nothing above its rating and no voltage too low. Outages
that darken nobody are solved in one batch; for the others open points are tried one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.domains.energy.limits import Limits
from simulator.domains.energy.model import Bools, RingSwitch, Solution
from simulator.domains.energy.state import GridState

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.domains.energy.engine import Solver
    from simulator.domains.energy.resupply import Section


@dataclass(frozen=True, slots=True)
class Contingency:
    """The loss of one component: how many local substations it darkens, and what is left of that after switching.

    `lost_w` is the load that no open point brings back, `closed` the ring switches that were closed. `loading` is the
    greatest share of a rating and `voltage_pu` the lowest voltage of a live bus, both after switching. `held` says that
    nobody is left without supply and that the limits are kept; `solved` is False where the power flow has no solution.
    """

    id: str
    dark: int
    left_dark: int
    lost_w: float
    closed: tuple[str, ...]
    loading: float
    voltage_pu: float
    solved: bool
    held: bool


class Contingencies:
    """The N-1 of one grid as it is operated now, at the load of now."""

    def __init__(
        self,
        state: GridState,
        solver: Solver,
        limits: Limits,
        detour: Callable[[Bools, RingSwitch, Bools], tuple[Bools, Section | None] | None],
        doubled: frozenset[str] = frozenset(),
    ) -> None:
        """`detour` says what a ring switch can feed, see `Resupply.detour`. The loss of one of those that are `doubled`
        opens nothing: another one stands beside it.
        """
        self._state, self._solver, self._limits, self._detour = state, solver, limits, detour
        self._doubled = doubled

    def run(self) -> tuple[Contingency, ...]:
        """Every line and transformer that carries, and every infeed, out one at a time, in the order of the file."""
        state, grid = self._state, self._state.grid
        parts = state.parts()
        ends = state.ends(state.closed)
        outages: list[tuple[str, Bools]] = []
        for branch, name in enumerate(grid.branch_ids):
            of = grid.ends_of(branch)
            if name and ends[of].all() and parts.live[grid.end_bus[of]].all():
                outages.append((name, state.closed if name in self._doubled else self._open(of)))
        for i, site in enumerate(grid.sites):
            if state.site_ok[i]:
                of = np.flatnonzero(np.isin(grid.end_branch, site.branches))
                outages.append((site.id, self._open(of if len(of) else np.flatnonzero(grid.end_bus == site.bus))))
        load, found = state.bus_load_w(), {}
        base = self._solver.what_if(state.inputs())
        quiet = []
        for k, (_name, closed) in enumerate(outages):
            dark = parts.live & ~state.parts(closed).live & (load > 0)
            if dark.any():
                found[k] = self._switched(*outages[k], dark, base)
            else:
                quiet.append(k)
        flows = self._solver.batch(state.inputs(), [state.ends(outages[k][1]) for k in quiet])
        for k, flow in zip(quiet, flows, strict=True):
            found[k] = self._told(outages[k][0], 0, np.zeros_like(parts.live), (), flow, self._limits.kept(flow, base))
        return tuple(found[k] for k in range(len(outages)))

    def _open(self, ends: np.ndarray) -> Bools:
        closed = self._state.closed.copy()
        closed[ends] = False
        return closed

    def _switched(self, name: str, closed: Bools, dark: Bools, base: Solution) -> Contingency:
        """Close open points, with sections opened that they do not carry, until no other brings anybody back."""
        state, grid = self._state, self._state.grid
        used = list[RingSwitch]()
        given_up = np.zeros(len(dark), dtype=np.bool_)
        while True:
            parts = state.parts(closed)
            waiting = np.flatnonzero(dark & ~parts.live & ~given_up & state.bus_ok)
            if not len(waiting):
                break
            part = parts.label == parts.label[waiting[0]]
            best: tuple[float, Bools, RingSwitch] | None = None
            for switch in grid.switches:
                buses = np.array(switch.buses, dtype=np.int64)
                if closed[list(switch.ends)].all() or switch.id in state.stuck or not part[buses].any():
                    continue
                if not parts.live[buses].any() or not state.branch_ok[switch.branch] or not state.bus_ok[buses].all():
                    continue
                detour = self._detour(closed, switch, part)
                if detour is None:
                    continue
                after, section = detour
                lost = 0.0 if section is None else section.load_w
                if best is None or lost < best[0]:
                    best = lost, after, switch
            if best is None:
                given_up |= part
                continue
            closed = best[1]
            used.append(best[2])
        left = ~state.parts(closed).live & dark
        flow = self._solver.what_if(state.inputs(closed))
        return self._told(name, int(dark.sum()), left, tuple(s.id for s in used), flow, self._limits.kept(flow, base))

    def _told(
        self, name: str, dark: int, left: Bools, closed: tuple[str, ...], flow: Solution, kept: bool
    ) -> Contingency:
        lost = float(self._state.bus_load_w()[left].sum())
        live = flow.voltage_pu[flow.voltage_pu > 0]
        lowest = float(live.min()) if len(live) else 0.0
        worst = float(flow.loading.max()) if len(flow.loading) else 0.0
        held = not left.any() and kept
        return Contingency(name, dark, int(left.sum()), lost, closed, worst, lowest, not flow.approximate, held)


def secure_share(found: tuple[Contingency, ...]) -> float:
    """Share of the outages after which, with switching, everybody is supplied within the limits."""
    return sum(one.held for one in found) / len(found) if found else 1.0
