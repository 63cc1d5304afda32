"""Which buses hang together, which of them have a source, and which are shed, by priority, 3 first and 1 last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.domains.energy.model import Bools, Floats, Grid, Ints


def connected(count: int, a: Ints, b: Ints) -> Ints:
    """Label of the connected part of each of `count` vertices joined by edges a[i], b[i]; the least member names it.

    Labels spread by hooking to the smaller one and pointer jumping (Shiloach and Vishkin 1982), array-wise.
    """
    label = np.arange(count, dtype=np.int64)
    while True:
        la, lb = label[a], label[b]
        high, low = np.maximum(la, lb), np.minimum(la, lb)
        differ = high != low
        if not differ.any():
            return label
        np.minimum.at(label, high[differ], low[differ])
        while True:
            jumped = label[label]
            if np.array_equal(jumped, label):
                break
            label = jumped


def with_one_of(label: Ints, buses: Ints) -> Bools:
    """Which buses hang together with one of these, by the labels of their parts."""
    marked = np.zeros(len(label), dtype=np.bool_)
    marked[label[buses]] = True
    return marked[label]


@dataclass(frozen=True, slots=True)
class Parts:
    """Connected parts of the grid: `label` per bus, and whether its part has a working infeed."""

    label: Ints
    live: Bools


def find_parts(grid: Grid, end_closed: Bools, infeed_on: Bools) -> Parts:
    """Parts of the grid with these ends closed. `infeed_on` is per site: whether the substation feeds.

    Branches are vertices too, joined to a bus by each closed end, so that transformers with three ends need no
    special case.
    """
    buses = len(grid.bus_ids)
    closed = np.flatnonzero(end_closed)
    label = connected(buses + len(grid.branch_ids), grid.end_bus[closed], buses + grid.end_branch[closed])[:buses]
    feeding = np.array([site.bus for site, on in zip(grid.sites, infeed_on, strict=True) if on], dtype=np.int64)
    return Parts(label, with_one_of(label, feeding))


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
