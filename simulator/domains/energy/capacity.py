"""How much each part of the grid carries, for those who ask what is worth most to mend."""

from __future__ import annotations

import math

import numpy as np

from simulator.domains.energy.engine import Dataset
from simulator.domains.energy.model import Grid


def capacities(grid: Grid, data: Dataset) -> dict[str, float]:
    """Rated power by component id, in VA: lines, transformers, buses (their load) and substations (their transformers).

    A line's is sqrt(3) times rated voltage times rated current. What the file gives no rating counts as 0.
    """
    volts = {int(row["id"]): float(row["u_rated"]) for row in data["node"]}
    rated: dict[tuple[str, int], float] = {}
    for row in data.get("line", ()):
        rated["line", int(row["id"])] = math.sqrt(3) * volts[int(row["from_node"])] * float(row["i_n"])
    for table, column in (("transformer", "sn"), ("three_winding_transformer", "sn_1")):
        for row in data.get(table, ()):
            rated[table, int(row["id"])] = float(row[column])
    of_branch = [
        rated.get((table, int(pgm)), 0.0)
        for table, pgm in zip(grid.branch_table, grid.branch_pgm.tolist(), strict=True)
    ]
    found = {name: value for name, value in zip(grid.branch_ids, of_branch, strict=True) if name}
    found |= dict(zip(grid.bus_ids, grid.bus_rated_w.tolist(), strict=True))
    found |= {site.id: sum(of_branch[branch] for branch in site.branches) for site in grid.sites}
    return {name: value if np.isfinite(value) else 0.0 for name, value in found.items()}
