"""Roads and car trips of the demo city, laid over the places where water is used."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.city.layers.partition import middles, nearest_middle
from simulator.city.road_file import RoadLink, RoadNode, Trips
from simulator.contracts.city import Assumption

Floats = NDArray[np.float64]
Edges = dict[tuple[int, int], float]
"""A number for each road, by the numbers of the nodes it leads from and to."""

NODES = 60
DETOUR = 1.3
"""Length of a road over the straight line between its ends (assumption)."""

KM_H = 1 / 3.6
TOWN_M_S = 50 * KM_H
"""Limit on main roads within built-up areas (StVO § 3)."""
SIDE_M_S = 30 * KM_H
"""Limit on all other roads: 30 km/h zones (StVO § 45)."""
MAIN_SHARE = 0.3
"""Share of the roads that are main roads: those that would carry most if all were alike (assumption)."""
COUNTRY_M_S = 70 * KM_H
"""Between parts of the town, on main roads longer than `COUNTRY_M` (assumption)."""
COUNTRY_M = 1500.0

LANE_VEH_S = 1800 / 3600
"""Saturation flow of a lane, 1,800 to 2,000 vehicles an hour of green (HBS)."""
GREEN_SHARE = 0.4
"""Share of the time for which an approach has green (assumption): what a lane passes on average."""
MOST_LANES = 4

TRIPS_PERSON_D = 3.1
CAR_DRIVER_SHARE = 0.43
"""Trips a person and day, and the share made as a car's driver (Mobilität in Deutschland 2017)."""

DETERRENCE_M = 5000.0
"""Trips thin out with exp(-length / DETERRENCE_M) in the gravity model (assumption)."""

TOGETHER = 5
"""Car trips are written in bundles of so many."""

DAY_SHAPE = (
    (0, 5, 0.02),
    (5, 6, 0.02),
    (6, 7, 0.05),
    (7, 8, 0.08),
    (8, 9, 0.065),
    (9, 12, 0.165),
    (12, 15, 0.18),
    (15, 16, 0.075),
    (16, 17, 0.085),
    (17, 18, 0.08),
    (18, 20, 0.105),
    (20, 24, 0.075),
)
"""From hour, to hour, share of the day's trips (assumption: a workday with peaks before 8 and after 16)."""


@dataclass(frozen=True)
class RoadNetwork:
    """Nodes, roads and trips, and the car trips a day that pass or use each node (by its id)."""

    nodes: tuple[RoadNode, ...]
    links: tuple[RoadLink, ...]
    trips: tuple[Trips, ...]
    traffic: dict[str, float]
    assumptions: tuple[Assumption, ...]


def build_roads(x_m: Floats, y_m: Floats, people: Floats) -> RoadNetwork:
    """Roads between clusters of homes: places and people of the homes, arrays of one shape, metres on the map."""
    chosen = middles(x_m, y_m, people, NODES)
    at_node = np.bincount(nearest_middle(np.column_stack([x_m, y_m]), chosen), people, NODES)
    chosen = np.round(chosen, 1)
    pairs = gabriel(chosen)
    edges = [(a, b) for pair in pairs for a, b in (pair, pair[::-1])]
    length = {(a, b): DETOUR * math.dist(chosen[a], chosen[b]) for a, b in edges}
    metres, before = shortest(NODES, length)
    trips = gravity(np.asarray(at_node * TRIPS_PERSON_D * CAR_DRIVER_SHARE), metres)
    speed = limits(length, assign(trips, before)[0])
    _, before = shortest(NODES, {edge: length[edge] / speed[edge] for edge in edges})
    on_edge, at = assign(trips, before)
    peak = max(share / (end - begin) for begin, end, share in DAY_SHAPE)
    names = [f"n{i + 1}" for i in range(NODES)]
    links = tuple(
        RoadLink(
            f"{names[a]}-{names[b]}",
            names[a],
            names[b],
            round(length[a, b], 1),
            speed[a, b],
            LANE_VEH_S,
            lanes(on_edge.get((a, b), 0.0) * peak / 3600),
        )
        for a, b in edges
    )
    nodes = tuple(RoadNode(name, float(x), float(y)) for name, (x, y) in zip(names, chosen, strict=True))
    traffic = {name: float(at[i]) for i, name in enumerate(names)}
    return RoadNetwork(nodes, links, tuple(bundles(trips, names)), traffic, _notes(len(links), float(trips.sum())))


def gabriel(points: Floats) -> list[tuple[int, int]]:
    """Pairs of points whose circle on the line between them holds no other point (Gabriel and Sokal 1969)."""
    square = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    pairs = []
    for a in range(len(points)):
        for b in range(a + 1, len(points)):
            others = square[a] + square[b]
            others[[a, b]] = np.inf
            if (others >= square[a, b]).all():
                pairs.append((a, b))
    return pairs


def shortest(count: int, seconds: Edges) -> tuple[Floats, NDArray[np.int64]]:
    """Shortest times between all nodes and the node before each on the way, both (from, to); -1 at the start."""
    out: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (a, b), cost in seconds.items():
        out[a].append((b, cost))
    time_s = np.full((count, count), np.inf)
    before = np.full((count, count), -1, dtype=np.int64)
    for start in range(count):
        time_s[start, start] = 0.0
        queue = [(0.0, start)]
        while queue:
            at, node = heapq.heappop(queue)
            if at > time_s[start, node]:
                continue
            for other, cost in out[node]:
                if at + cost < time_s[start, other]:
                    time_s[start, other], before[start, other] = at + cost, node
                    heapq.heappush(queue, (at + cost, other))
    return time_s, before


def gravity(produced: Floats, length_m: Floats) -> Floats:
    """Trips a day from node to node: each node's trips go to where people are, the nearer the more.

    T_ij = P_i A_j exp(-d_ij / L) / sum_k A_k exp(-d_ik / L) with A = P; no trips within a node. The mean of the matrix
    and its transpose is taken, since who drives there drives back.
    """
    pull = produced[None] * np.exp(-length_m / DETERRENCE_M)
    np.fill_diagonal(pull, 0.0)
    there = produced[:, None] * pull / pull.sum(axis=1, keepdims=True)
    return np.asarray((there + there.T) / 2, dtype=np.float64)


def assign(trips: Floats, before: NDArray[np.int64]) -> tuple[Edges, Floats]:
    """Trips a day on each road if everybody takes the way that is fastest when roads are empty, and at each node."""
    on_edge: Edges = {}
    at = np.zeros(len(trips))
    for start in range(len(trips)):
        for end in range(len(trips)):
            load, node = float(trips[start, end]), end
            while load and node != start:
                at[node] += load
                on_edge[int(before[start, node]), node] = on_edge.get((int(before[start, node]), node), 0.0) + load
                node = int(before[start, node])
            at[start] += load
    return on_edge, at


def limits(length: Edges, on_edge: Edges) -> Edges:
    """Speed limits in m/s: the roads that most would drive on are main roads, in both directions."""
    both = {(a, b): on_edge.get((a, b), 0.0) + on_edge.get((b, a), 0.0) for a, b in length}
    ranked = sorted(both, key=lambda edge: (-both[edge], min(edge), max(edge)))
    main = set(ranked[: round(MAIN_SHARE * len(ranked) / 2) * 2])
    out_of_town = {edge for edge in main if length[edge] > COUNTRY_M}
    return {e: COUNTRY_M_S if e in out_of_town else TOWN_M_S if e in main else SIDE_M_S for e in length}


def lanes(peak_veh_s: float) -> int:
    """Lanes that carry the peak hour through signals: roads were built for their traffic."""
    return max(1, min(MOST_LANES, math.ceil(peak_veh_s / (LANE_VEH_S * GREEN_SHARE))))


def bundles(trips: Floats, names: Sequence[str]) -> list[Trips]:
    """Trips by time of day in whole bundles: rounding errors of one pair and window are carried on to the next."""
    rows = []
    carried = np.zeros(len(trips))
    for begin, end, share in DAY_SHAPE:
        for start, name in enumerate(names):
            # Beginning at another destination each time, so that rounding favours none.
            order = np.roll(np.arange(len(trips)), -(start + begin) % len(trips))
            exact = trips[start, order] * share / TOGETHER
            steps = np.floor(np.cumsum(exact) + carried[start] + 1e-9)
            whole = np.diff(steps, prepend=0.0)
            carried[start] = carried[start] + exact.sum() - whole.sum()
            rows += [
                Trips(name, names[order[i]], begin * 3600.0, end * 3600.0, float(whole[i] * TOGETHER))
                for i in np.flatnonzero(whole)
                if order[i] != start
            ]
    return rows


def _notes(links: int, trips: float) -> tuple[Assumption, ...]:
    return (
        Assumption(
            "roads",
            f"{NODES} nodes in the middle of clusters of homes, joined as a Gabriel graph: {links} one-way roads, "
            f"{DETOUR:g} times as long as the straight line; the {MAIN_SHARE:.0%} that most would drive on are main "
            f"roads with 50 km/h, or 70 km/h above {COUNTRY_M / 1000:g} km, the others have 30 km/h; "
            f"1,800 veh/h and lane; lanes (at most {MOST_LANES}) as the peak hour needs at {GREEN_SHARE:.0%} green",
        ),
        Assumption(
            "car trips",
            f"{trips:,.0f} a day: {TRIPS_PERSON_D} trips a person and day, {CAR_DRIVER_SHARE:.0%} as a car's driver; "
            f"spread by a gravity model over {DETERRENCE_M / 1000:g} km and an assumed shape of the day; "
            "nobody crosses the town's border",
            "Mobilität in Deutschland 2017; assumption",
        ),
    )
