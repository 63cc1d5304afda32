"""Which buses hang together, and which of them have a source. Asked before any solver sees the grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.domains.energy.model import Bools, Grid, Ints


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
