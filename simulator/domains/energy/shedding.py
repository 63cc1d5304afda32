"""Which buses are shed, and how few of them: by priority, 3 first and 1 last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.domains.energy.model import Bools, Floats, Grid, Ints


def shedding_order(grid: Grid, buses: Bools, load_w: Floats) -> Ints:
    """Buses with load in the order in which they are shed: priority 3 before 1, then the larger one, then the index.

    The larger first so that fewer buses lose supply (assumption), by rated load: an order that followed the load of
    the moment would shed one bus for another at every step.
    """
    some = np.flatnonzero(buses & (load_w > 0))
    return some[np.lexsort((some, -grid.bus_rated_w[some], -grid.bus_priority[some]))]


def enough(order: Ints, load_w: Floats, surplus_w: float) -> Ints:
    """The first buses of `order` whose load together covers a surplus; all of them if that is not enough."""
    if surplus_w <= 0:
        return order[:0]
    covered = np.cumsum(load_w[order])
    return order[: int(np.searchsorted(covered, surplus_w)) + 1]


def fewest(count: int, fits: Callable[[int], bool]) -> int:
    """The least k for which `fits(k)` was seen to hold, by bisection; `fits(count)` is taken as true."""
    if fits(0):
        return 0
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        if fits(middle):
            high = middle
        else:
            low = middle
    return high
