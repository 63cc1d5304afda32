"""The power grid of a drawn town: local substations, 20 kV rings that are open in the middle, and 110/20 kV infeeds.

The 0.4 kV cables behind a local substation are not drawn: a station's load is that of its people, as everywhere here.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.generator.bare_town import middles, nearest_middle
from simulator.city.planning.site import Site
from simulator.city.power_file import (
    BranchRecord,
    BusRecord,
    PowerFile,
    PvRecord,
    SubstationRecord,
    SwitchRecord,
)
from simulator.domains.energy.catalogue import TRANSFORMER

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STATION_PEOPLE = 165.0
"""People for each local substation; Wernigerode has 5.9 of its own for 1,000 people (computed from § 23c pages)."""
LOW_W, LARGE_W = 600.0, 150.0
"""Peak at 20 kV busbars a head: by local substations (Husum 630 W), and of large customers beside (computed from what
the operator publishes: 960 W in all)."""
LARGE_KW = (200.0, 500.0)
"""Peak of a large customer: from 200 kW on it has a station of its own (ding0), and few have more than this
(assumption)."""
UNEVEN = 0.35
"""Logarithmic spread of peaks a head from station to station (assumption)."""
POWER_FACTOR = 0.97
"""Of all loads (assumption)."""

SUBSTATION_W = 35e6
"""Peak of a 110/20 kV substation; above 40 MW its pair of transformers does not hold without one (assumption)."""
TRANSFORMERS_MVA = (10.0, 16.0, 25.0, 40.0)
"""Ratings of which the smallest is taken that carries the substation's whole peak (usual ratings; from memory)."""
SHORT_CIRCUIT = {10.0: (0.11, 0.0050), 16.0: (0.11, 0.0045), 25.0: (0.12, 0.0041), 40.0: (0.162, 0.0034)}
"""Short-circuit voltage and its ohmic part: 25 and 40 MVA as in pandapower's standard types, smaller ones assumed."""
NO_LOAD, IRON = 0.0007, 0.00056
"""No-load current and losses over the rating, as of pandapower's 25 MVA (assumption for the others)."""
TABLE = str(TRANSFORMER)
"""Power-grid-model calls a table of transformers as we do each."""
CLOCK, DELTA, STAR_N = 5, 2, 1
TURNS_DOWN = 1.025
"""Busbars are held at so many times 20 kV by the tap changer, which stands still here (assumption)."""
INFEED_VA, INFEED_AT, INFEED_POWER = 3e9, 100_000, 0.9
"""Short-circuit power of the 110 kV grid at so many people, and how it grows (assumption: with less, large towns pull
the voltage down)."""

RING = 16
"""Local substations in a ring at most (assumption; simbench has 12 to 16 on an open line)."""
CABLES = ((319.0, 0.206, 0.116, 250e-9), (421.0, 0.122, 0.112, 304e-9))
"""Rated A, ohm and ohm a km, F a km: NA2XS2Y 150 and 240 mm² as in pandapower's standard types."""
DETOUR = 1.6
"""Length of a cable over the straight line (assumption: along streets, into each station and out of it, and so that
metres a head come near what is published)."""
BESIDE_M = 15.0
"""A station stands so far beside the corner of its streets (assumption)."""
PV_W = 500.0
"""Photovoltaics on roofs a head; Germany has 1,270 W with its fields (106.2 GW, early 2026), large cities 200 to 500
(assumption)."""
NOMINAL_V, HIGH_V = 20e3, 110e3


@dataclass(frozen=True)
class Stations:
    """Local substations: places, peak in W, people, and whether one is a large customer's own."""

    x_m: Floats
    y_m: Floats
    peak_w: Floats
    people: Floats
    large: NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Stations by rings, each in its order from the busbar, and the place in it after which it is open."""

    stations: Stations
    substations: tuple[tuple[float, float], ...]
    rings: tuple[tuple[int, Ints, int], ...]
    """Of each ring: its substation, its stations in order, and how many of them hang on its first half."""
    rated_mva: tuple[float, ...]
    cable_m: float
    loading: Floats
    """Current at the head of each half ring at the peak over the cable's rating; then of each ring fed whole."""
    whole: Floats
    file: PowerFile


def plan_grid(site: Site, random: np.random.Generator) -> Grid:
    """The grid of a site."""
    stations = _stations(site, random)
    wanted = max(1, math.ceil(float(stations.peak_w.sum()) / SUBSTATION_W))
    chosen = np.round(middles(stations.x_m, stations.y_m, stations.peak_w, wanted), 1)
    home = nearest_middle(np.column_stack([stations.x_m, stations.y_m]), chosen)
    rings: list[tuple[int, Ints, int]] = []
    for number, (x, y) in enumerate(chosen.tolist()):
        own = np.flatnonzero(home == number)
        angle = np.arctan2(stations.y_m[own] - y, stations.x_m[own] - x)
        own = own[np.argsort(angle, kind="stable")]
        for part in np.array_split(own, math.ceil(len(own) / RING)):
            order = _round(part, stations, x, y)
            rings.append((number, order, _opened(stations.peak_w[order])))
    peaks = [float(stations.peak_w[home == n].sum()) for n in range(wanted)]
    rated = tuple(
        next((r for r in TRANSFORMERS_MVA if r * 1e6 * POWER_FACTOR >= p), TRANSFORMERS_MVA[-1]) for p in peaks
    )
    return _written(stations, chosen, tuple(rings), rated, site)


def _stations(site: Site, random: np.random.Generator) -> Stations:
    """Stations of so many people each along a curve through all corners, and those of large customers."""
    order = hilbert(site.x_m, site.y_m)
    people = site.people[order].astype(np.float64)
    group = np.minimum((np.cumsum(people) - people / 2) / STATION_PEOPLE, 1e9).astype(np.int64)
    group = np.unique(group, return_inverse=True)[1]
    total = np.bincount(group, people)
    at = np.array([order[group == g][np.argmax(people[group == g])] for g in range(len(total))])
    turn = random.uniform(0.0, 2 * math.pi, len(total))
    x, y = site.x_m[at] + BESIDE_M * np.cos(turn), site.y_m[at] + BESIDE_M * np.sin(turn)
    weight = total * random.lognormal(0.0, UNEVEN, len(total))
    peak = weight / weight.sum() * site.inhabitants * LOW_W
    sizes: list[float] = []
    while sum(sizes) < site.inhabitants * LARGE_W / 1e3:
        sizes.append(float(random.uniform(*LARGE_KW)))
    large = np.array(sizes) / sum(sizes) * site.inhabitants * LARGE_W
    out = np.hypot(site.x_m, site.y_m)
    edge = np.flatnonzero(out > np.quantile(out, 0.5))
    where = random.choice(edge, len(large), replace=len(large) > len(edge))
    turn = random.uniform(0.0, 2 * math.pi, len(large))
    return Stations(
        np.round(np.concatenate([x, site.x_m[where] + 3 * BESIDE_M * np.cos(turn)]), 1),
        np.round(np.concatenate([y, site.y_m[where] + 3 * BESIDE_M * np.sin(turn)]), 1),
        np.round(np.concatenate([peak, large]), 0),
        np.concatenate([total, np.zeros(len(large))]),
        np.concatenate([np.zeros(len(total), dtype=np.bool_), np.ones(len(large), dtype=np.bool_)]),
    )


def hilbert(x: Floats, y: Floats, bits: int = 10) -> Ints:
    """Points in the order of a Hilbert curve over their extent (Hilbert 1891): neighbours stay near each other."""
    side = 1 << bits
    extent = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    px = np.minimum((x - x.min()) / extent * side, side - 1).astype(np.int64)
    py = np.minimum((y - y.min()) / extent * side, side - 1).astype(np.int64)
    along = np.zeros(len(x), dtype=np.int64)
    s = side // 2
    while s:
        rx, ry = ((px & s) > 0).astype(np.int64), ((py & s) > 0).astype(np.int64)
        along += s * s * ((3 * rx) ^ ry)
        flip = ry == 0
        mirrored = flip & (rx == 1)
        px, py = np.where(mirrored, side - 1 - px, px), np.where(mirrored, side - 1 - py, py)
        px, py = np.where(flip, py, px), np.where(flip, px, py)
        s //= 2
    return np.argsort(along, kind="stable")


def _round(part: Ints, stations: Stations, x: float, y: float) -> Ints:
    """The stations of a ring in the order of a short round trip from the substation: nearest next, then 2-opt."""
    px = np.concatenate([[x], stations.x_m[part]])
    py = np.concatenate([[y], stations.y_m[part]])
    far = np.hypot(px[:, None] - px, py[:, None] - py)
    tour, left = [0], list(range(1, len(px)))
    while left:
        nearest = min(left, key=lambda i: (far[tour[-1], i], i))
        left.remove(nearest)
        tour.append(nearest)
    tour.append(0)
    better = True
    while better:
        better = False
        for i in range(1, len(tour) - 2):
            for j in range(i + 1, len(tour) - 1):
                a, b, c, d = tour[i - 1], tour[i], tour[j], tour[j + 1]
                if far[a, c] + far[b, d] < far[a, b] + far[c, d] - 1e-6:
                    tour[i : j + 1] = tour[i : j + 1][::-1]
                    better = True
    return np.asarray(part[np.array(tour[1:-1]) - 1], dtype=np.int64)


def _opened(peak_w: Floats) -> int:
    """After how many stations a ring is open, so that both halves carry alike."""
    carried = np.concatenate([[0.0], np.cumsum(peak_w)])
    return int(np.argmin(np.abs(carried - carried[-1] / 2)))


def _amperes(watts: float) -> float:
    return watts / POWER_FACTOR / (math.sqrt(3) * NOMINAL_V)


class _Rows:
    """Rows of power-grid-model's tables under way, with ids that are unique over all of them."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self._next = 0

    def add(self, table: str, **values: Any) -> int:
        self.tables.setdefault(table, []).append({"id": self._next, **values})
        self._next += 1
        return self._next - 1


def _written(
    stations: Stations,
    chosen: Floats,
    rings: tuple[tuple[int, Ints, int], ...],
    rated: tuple[float, ...],
    site: Site,
) -> Grid:
    rows = _Rows()
    buses: list[BusRecord] = []
    branches: list[BranchRecord] = []
    substations: list[SubstationRecord] = []
    switches: list[SwitchRecord] = []
    pvs: list[PvRecord] = []
    node: dict[str, int] = {}
    place: dict[str, tuple[float, float]] = {}

    def bus(name: str, x: float, y: float, volts: float, watts: float = 0.0) -> None:
        place[name], node[name] = (x, y), rows.add("node", u_rated=volts)
        loads: tuple[int, ...] = ()
        if watts:
            var = round(watts * math.tan(math.acos(POWER_FACTOR)), 1)
            loads = (rows.add("sym_load", node=node[name], status=1, type=0, p_specified=watts, q_specified=var),)
        buses.append(BusRecord(name, "", x, y, node[name], volts, watts, loads, (), ()))

    infeed_va = INFEED_VA * (site.inhabitants / INFEED_AT) ** INFEED_POWER
    for k, (x, y) in enumerate(chosen.tolist(), start=1):
        high, low = f"hv{k}", f"bb{k}"
        bus(high, x, round(y + 20.0, 1), HIGH_V)
        bus(low, x, y, NOMINAL_V)
        source = rows.add(
            "source", node=node[high], status=1, u_ref=TURNS_DOWN, u_ref_angle=0.0, sk=max(infeed_va, INFEED_VA)
        )
        names = []
        for letter in "ab":
            name, va = f"{k}{letter}", rated[k - 1] * 1e6
            uk, ohmic = SHORT_CIRCUIT[rated[k - 1]]
            pgm = rows.add(
                TABLE,
                from_node=node[high],
                to_node=node[low],
                from_status=1,
                to_status=1,
                u1=HIGH_V,
                u2=NOMINAL_V,
                sn=va,
                uk=uk,
                pk=ohmic * va,
                i0=NO_LOAD,
                p0=IRON * va,
                winding_from=STAR_N,
                winding_to=DELTA,
                clock=CLOCK,
                tap_side=0,
                tap_pos=0,
                tap_min=-9,
                tap_max=9,
                tap_nom=0,
                tap_size=HIGH_V * 0.015,
            )
            names.append(name)
            branches.append(BranchRecord(TRANSFORMER, name, "", x, round(y + 10.0, 1), (high, low), TABLE, pgm, va))
        substations.append(SubstationRecord(str(k), "", x, y, high, low, source, tuple(names)))
    for i in range(len(stations.x_m)):
        name = f"s{i + 1}"
        bus(name, float(stations.x_m[i]), float(stations.y_m[i]), NOMINAL_V, float(stations.peak_w[i]))
        if stations.people[i]:
            watts = round(float(stations.people[i]) * PV_W, 0)
            pgm = rows.add("sym_gen", node=node[name], status=1, type=0, p_specified=0.0, q_specified=0.0)
            pvs.append(PvRecord(f"{i + 1}", "", *place[name], name, pgm, watts))
    halves, wholes, metres = [], [], 0.0
    for r, (k, order, first) in enumerate(rings, start=1):
        peak = stations.peak_w[order]
        whole = _amperes(float(peak.sum()))
        rated_a, ohm, reactance, farad = next((c for c in CABLES if c[0] >= whole), CABLES[-1])
        halves += [_amperes(float(peak[:first].sum())) / rated_a, _amperes(float(peak[first:].sum())) / rated_a]
        wholes.append(whole / rated_a)
        stops = [f"bb{k + 1}", *(f"s{i + 1}" for i in order.tolist()), f"bb{k + 1}"]
        for n, (a, b) in enumerate(pairwise(stops)):
            open_here = n == first
            km = max(DETOUR * math.dist(place[a], place[b]), 10.0) / 1000
            metres += km * 1000
            x, y = ((place[a][i] + place[b][i]) / 2 for i in (0, 1))
            pgm = rows.add(
                "line",
                from_node=node[a],
                to_node=node[b],
                from_status=1,
                to_status=0 if open_here else 1,
                r1=round(ohm * km, 6),
                x1=round(reactance * km, 6),
                c1=float(f"{farad * km:.6g}"),
                tan1=0.0,
                i_n=rated_a,
            )
            name = f"r{r}-{n + 1}"
            branches.append(BranchRecord("line", name, "", round(x, 1), round(y, 1), (a, b), "line", pgm, rated_a))
            if open_here:
                switches.append(SwitchRecord(f"r{r}", "", *place[b], (a, b), "line", pgm, 1))
    tables = json.dumps(rows.tables, separators=(",", ":"))
    text = '{"version": "1.0", "type": "input", "is_batch": false, "attributes": {}, "data": ' + tables + "}"
    file = PowerFile(
        50.0, "metres", text, tuple(buses), tuple(branches), tuple(substations), tuple(switches), tuple(pvs)
    )
    return Grid(
        stations,
        tuple((x, y) for x, y in chosen.tolist()),
        rings,
        rated,
        metres,
        np.array(halves),
        np.array(wholes),
        file,
    )
