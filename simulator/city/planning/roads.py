"""The roads of a town: a graph of its own between clusters of homes, with limits, lanes and the car trips of a day."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.city.generator.bare_town import middles, nearest_middle
from simulator.city.road_file import RoadLink, RoadNode, Trips
from simulator.contracts.city import Assumption
from simulator.contracts.words import Text, Words, number, percent
from simulator.domains.traffic.catalogue import SATURATION_VEH_S

_ = Words("simulator.city")

Floats = NDArray[np.float64]

Edges = dict[tuple[int, int], float]
"""A number for each road, by the numbers of the nodes it leads from and to."""

NODES = 60
"""Of the demo's roads."""
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

GREEN_SHARE = 0.4
"""Share of the time for which an approach has green (assumption)."""
LANE_VEH_S = SATURATION_VEH_S * GREEN_SHARE
"""What a lane of a street passes on average, its junctions included; a signal that the town shows is its own limit."""
MOST_LANES = 4

TRIPS_PERSON_D = 3.1
CAR_DRIVER_SHARE = 0.43
"""Trips a person and day, and the share made as a car's driver (Mobilität in Deutschland 2017)."""

DETERRENCE_M = 5000.0
"""Trips thin out with exp(-length / DETERRENCE_M) in the gravity model (assumption)."""

MEAN_DAY_KM = (744e9 - 228e9) / 81.2e6 / 365
"""Kilometres a head and day on Germany's roads without motorways, 17.4: 744 of which 228 thousand million kilometres on
motorways (BASt, Fahrleistungserhebung 2014), by 81.2 million people (Destatis, end of 2014)."""

WORKDAY = 36.0 / ((5 * 36.0 + 2 * 23.0) / 7)
"""Kilometres of a vehicle on a working day over those of a mean day: 36 km, and 23 km at weekends (KiD 2010)."""

DRIVEN_KM = MEAN_DAY_KM * WORKDAY
"""Kilometres a head that are driven on a working day."""

TOGETHER = 10
"""Car trips are written in bundles of so many."""

NEAR = (8, 5, 4, 3, 4, 12, 45, 74, 66, 52, 50, 50, 52, 53, 56, 67, 84, 86, 74, 50, 39, 30, 21, 16)
FAR = (9, 5, 2, 2, 5, 13, 70, 93, 67, 42, 40, 38, 41, 46, 50, 67, 96, 92, 71, 48, 35, 27, 22, 19)
"""Cars by hour of a working day, of 1,000 or so: as counted on streets at the edge of inner cities, and at the edge of
towns (Schmidt and Thomas 1996, Hochrechnungsfaktoren, Forschung Straßenbau und Straßenverkehrstechnik 732, types TGw2
and TGw3, as quoted by SUMO, which takes the one for near and the other for far traffic)."""

WINDOWS = (0, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 18, 19, 20, 24)
"""Hours at which a window of the trip table begins or ends."""


def day_shape(near: float) -> tuple[tuple[int, int, float], ...]:
    """From hour, to hour, share of the day's trips, of which the share `near` is near traffic, and all others far."""
    hourly = near * np.array(NEAR) / sum(NEAR) + (1 - near) * np.array(FAR) / sum(FAR)
    return tuple((begin, end, float(hourly[begin:end].sum())) for begin, end in pairwise(WINDOWS))


@dataclass(frozen=True)
class RoadNetwork:
    """Nodes, roads and trips, and the car trips a day that pass or use each node (by its id)."""

    nodes: tuple[RoadNode, ...]
    links: tuple[RoadLink, ...]
    trips: tuple[Trips, ...]
    traffic: dict[str, float]
    assumptions: tuple[Assumption, ...]


def build_roads(
    x_m: Floats, y_m: Floats, people: Floats, count: int = NODES, driven_km: float | None = DRIVEN_KM
) -> RoadNetwork:
    """Roads between `count` clusters of homes: places and people of the homes, arrays of one shape, metres on the map.

    There are so many more trips than residents make that `driven_km` a head and day are driven; with None there are
    those of the residents.
    """
    chosen = middles(x_m, y_m, people, count)
    at_node = np.bincount(nearest_middle(np.column_stack([x_m, y_m]), chosen), people, count)
    chosen = np.round(chosen, 1)
    pairs = gabriel(chosen)
    edges = [(a, b) for pair in pairs for a, b in (pair, pair[::-1])]
    length = {(a, b): DETOUR * math.dist(chosen[a], chosen[b]) for a, b in edges}
    metres, before = shortest(count, length)
    trips = gravity(np.asarray(at_node * TRIPS_PERSON_D * CAR_DRIVER_SHARE), metres)
    speed = limits(length, assign(trips, before)[0])
    _arrived, before = shortest(count, {edge: length[edge] / speed[edge] for edge in edges})
    on_edge, at = assign(trips, before)
    peak = max(share / (end - begin) for begin, end, share in day_shape(1.0))
    names = [f"n{i + 1}" for i in range(count)]
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
    driven_m = sum(on_edge[edge] * length[edge] for edge in on_edge)
    more = 1.0 if driven_km is None else driven_km * 1000.0 * float(people.sum()) / driven_m
    traffic = {name: float(at[i]) * more for i, name in enumerate(names)}
    notes = (_roads_note(count, len(links)), _trips_note(float(trips.sum()), more, driven_km))
    # Those who live here drive near; whoever comes from elsewhere or drives for business drives far (assumption).
    return RoadNetwork(nodes, links, tuple(bundles(trips * more, names, day_shape(1 / more))), traffic, notes)


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
    """Lanes that carry the peak hour through signals: roads were built for the town's own traffic."""
    return max(1, min(MOST_LANES, math.ceil(peak_veh_s / LANE_VEH_S)))


def bundles(trips: Floats, names: Sequence[str], shape: Iterable[tuple[int, int, float]]) -> list[Trips]:
    """Trips by time of day, as `day_shape` says, in whole bundles: rounding errors are carried on to the next pair."""
    rows = []
    carried = np.zeros(len(trips))
    for begin, end, share in shape:
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


def _roads_note(nodes: int, links: int) -> Assumption:
    text = _(
        "{nodes} nodes in the middle of clusters of homes, joined as a Gabriel graph: {links} one-way roads, "
        "{detour} times as long as the straight line; the {main} that most would drive on are main roads with "
        "50 km/h, or 70 km/h above {country} km, the others have 30 km/h; {lane} veh/h and lane, which is "
        "{saturation} at {green} green; lanes (at most {lanes}) as the peak hour of those who live here needs",
        nodes=nodes,
        links=links,
        detour=DETOUR,
        main=percent(MAIN_SHARE),
        country=COUNTRY_M / 1000,
        lane=number(LANE_VEH_S * 3600),
        saturation=number(SATURATION_VEH_S * 3600),
        lanes=MOST_LANES,
        green=percent(GREEN_SHARE),
    )
    return Assumption(_("roads"), text)


def _trips_note(trips: float, more: float, driven_km: float | None) -> Assumption:
    given: dict[str, int | float | Text] = {
        "trips": number(trips),
        "each": TRIPS_PERSON_D,
        "car": percent(CAR_DRIVER_SHARE),
        "deterrence": DETERRENCE_M / 1000,
    }
    if driven_km is None:
        text = _(
            "{trips} a day by the people who live here: {each} trips a person and day, {car} as a car's driver; "
            "spread by a gravity model over {deterrence} km. Over the day as counted on town streets; nobody crosses "
            "the town's border",
            **given,
        )
        basis = _("Mobilität in Deutschland 2017; Schmidt and Thomas 1996; assumption")
        return Assumption(_("car trips"), text, basis)
    text = _(
        "{trips} a day by the people who live here: {each} trips a person and day, {car} as a car's driver; "
        "spread by a gravity model over {deterrence} km. For business and for those who come from elsewhere "
        "there are {more} times as many in all, so that {km} km a head and day are driven, as on Germany's "
        "roads without motorways on a working day. Over the day as counted on streets at the edge of inner "
        "cities, and those more as at the edge of towns; nobody crosses the town's border",
        more=number(round(more, 2)),
        km=number(round(driven_km, 1)),
        **given,
    )
    basis = _(
        "Mobilität in Deutschland 2017; BASt, Fahrleistungserhebung 2014; KiD 2010; Schmidt and Thomas 1996; assumption"
    )
    return Assumption(_("car trips"), text, basis)
