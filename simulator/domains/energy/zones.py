"""What hangs on a line alone, whose breaker ends a short circuit, and what a protection that does not trip takes."""

from __future__ import annotations

import numpy as np

from simulator.domains.energy.islands import connected, find_parts
from simulator.domains.energy.model import Bools, Grid, Ints


class Zones:
    """Parts of the grid as it is operated on an ordinary day, with its ring points open; found once and kept.

    Whatever is switched or broken besides does not change a zone, so overlapping faults may come in any order.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._whole = np.ones(len(grid.sites), dtype=np.bool_)
        self._live = find_parts(grid, grid.end_closed, self._whole).live
        ties = grid.ties()
        ties = ties[grid.end_closed[ties].all(axis=1)]
        self._bar = connected(len(grid.bus_ids), grid.end_bus[ties[:, 0]], grid.end_bus[ties[:, 1]])
        lines = np.array(["transformer" not in table for table in grid.branch_table], dtype=np.bool_)
        on_lines = np.flatnonzero(lines[grid.end_branch] & grid.end_closed)
        buses = len(grid.bus_ids)
        joined = connected(buses + len(lines), grid.end_bus[on_lines], buses + grid.end_branch[on_lines])
        self._level = joined[:buses]
        self._feeder: dict[int, Bools] = {}
        self._backup: dict[int, Bools] = {}

    def feeder(self, branch: int) -> Bools:
        """The buses that a branch alone feeds, up to the open ring points; none where another way leads to them."""
        if branch not in self._feeder:
            self._feeder[branch] = self._without(self._grid.end_branch != branch)
        return self._feeder[branch]

    def busbar(self, bus: int) -> frozenset[int]:
        """All buses that closed ties join to a bus: the busbar of a substation with its sections."""
        return frozenset(np.flatnonzero(self._bar == self._bar[bus]).tolist())

    def head(self, branch: int) -> int | None:
        """The end at a substation's busbar whose breaker trips for a short circuit on a branch.

        None where no single feeder of a busbar leads to it, over lines alone: there protection of its own takes only
        what is broken.
        """
        return self._head(self._grid.end_bus[self._grid.ends_of(branch)].tolist())

    def head_of_bus(self, bus: int) -> int | None:
        """The same for a short circuit at a local substation; None at the busbar of a substation."""
        return self._head([bus])

    def _head(self, at: list[int]) -> int | None:
        grid = self._grid
        found: list[tuple[int, int]] = []
        for bar in {self.busbar(bus) for bus in grid.busbars}:
            beyond = [bus for bus in at if bus not in bar]
            for end in np.flatnonzero(np.isin(grid.end_bus, list(bar)) & grid.end_closed).tolist():
                feeder = self.feeder(int(grid.end_branch[end]))
                fed = bool(beyond) and bool(feeder[beyond].all()) and not feeder[list(bar)].any()
                if fed and (self._level[beyond] == self._level[grid.end_bus[end]]).all():
                    found.append((int(feeder.sum()), end))
        return min(found)[1] if found else None

    def backup(self, branch: int) -> Bools:
        """The buses that lose supply when the next protection upstream of a branch trips in its place.

        That takes away the bus from which the branch is fed and all that is fed through this bus. A branch that is fed
        from all its ends, as in a closed ring, has a next protection at each of them.
        """
        if branch not in self._backup:
            fed_from = self.fed_from(branch)
            ends = ~np.isin(self._grid.end_bus, fed_from)
            self._backup[branch] = self._without(ends, fed_from)
        return self._backup[branch]

    def fed_from(self, branch: int) -> Ints:
        """The buses at the closed ends of a branch that are fed without it."""
        grid = self._grid
        buses = grid.end_bus[(grid.end_branch == branch) & grid.end_closed]
        return np.asarray(buses[~self.feeder(branch)[buses]])

    def _without(self, ends: Bools, buses: Ints | None = None) -> Bools:
        """The live buses that are not live with these ends only, and with no infeed at `buses`."""
        infeed = self._whole
        if buses is not None:
            infeed = np.array([site.bus not in buses for site in self._grid.sites], dtype=np.bool_)
        return np.asarray(self._live & ~find_parts(self._grid, self._grid.end_closed & ends, infeed).live)
