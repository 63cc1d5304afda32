"""The water supply of a drawn town: zones of pressure, each with a tank, pumps, a main and pipes under the streets.

Supply districts are closed against each other, since two tanks in one open zone fight: one empties the other. Every
district has one tank above it, filled by a main of its own from the waterworks, and pipes sized for the peak hour of
the peak day by a gradient. There are no boosters and no reducing valves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.city.generator.bare_town import middles
from simulator.city.planning.graph import Graph
from simulator.city.planning.site import Site

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUSEHOLD_L, TRADE_L = 126.0, 27.0
"""Litres a head and day: households (UBA, by way of the press), and trade and small businesses (assumption)."""
LOST = 0.07
"""Of what is fed in, lost (assumption)."""
DRAWN_L = (HOUSEHOLD_L + TRADE_L) / (1 - LOST)
"""Litres a head and day that the network has to give, 165; Hamm has 215 with its industry (computed from its pages)."""

PEAK_DAY = 1.5
"""Peak day over mean day; Hamm 1.46 in 2017, elsewhere 1.3 to 2 (computed from its pages; TZW, Uni Oldenburg)."""

DAY_SHAPE = (
    *(0.34, 0.28, 0.25, 0.25, 0.33, 0.62, 1.28, 1.68, 1.55, 1.32, 1.22, 1.22),
    *(1.26, 1.16, 1.02, 0.98, 1.08, 1.30, 1.56, 1.62, 1.42, 1.08, 0.78, 0.50),
)
"""Demand by the hour over its mean (assumption: peaks at 7 and at 19 o'clock)."""

BAND_M = 45.0
"""Highest ground over lowest within one zone, at most (assumption: taps need 30 m and should not have more than 80)."""
HIGHEST_TAP_M, MOST_TAPS_M = 31.0, 35.0
"""The tank's middle level stands so far above the highest corner, and above all but `LEFT_OUT` of them: 2.0 bar and
0.35 bar for each upper storey ask for 3.05 bar at four floors (DVGW W 400-1, as told by LfU Bayern)."""
LEFT_OUT = 0.005
PRESSURE_MOST_M = 82.0
"""A small piece of a zone joins its neighbour if no tap then stands higher; houses stand 10 bar (LfU Bayern)."""
SMALL = 0.02
"""Of the people: smaller pieces of a zone join a neighbour where they can (assumption)."""
DISTRICT_PEOPLE = 70_000
"""A supply district has no more people (assumption)."""

STORED_D = 0.8
"""Mean days in a tank; Hamm 0.70 (computed from its pages)."""
DEPTH_M, FULL_AT_START = 5.0, 0.75
"""Usable depth of a tank, and how full it is at first (assumption)."""
LIFTED_IN_H = 20.0
"""Hours in which the pumps of a district together lift the peak day (assumption)."""
SWITCHED = ((0.62, 0.92), (0.50, 0.85), (0.38, 0.75))
"""Shares of a tank's depth at which its pumps start and stop, one after the other (assumption)."""
WELL_PEOPLE = 9_000
"""People for each well; Rosenheim has 7 wells for 64,000 (computed from its pages)."""
DRAWDOWN_M = 12.0
"""The wells' water stands so far below the lowest corner (assumption)."""

DIAMETERS_MM = (100, 125, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1000)
"""Nominal diameters; none below DN 100, for fire-fighting (DVGW W 400-1, from memory)."""
ROUGHNESS = 110.0
"""Hazen-Williams coefficient of pipes of all ages (assumption)."""
MOST_M_S, MAIN_M_S = 1.5, 1.0
"""Velocity at the peak, and in mains between waterworks and tanks (assumption)."""
FALL_M, FLATTEST, STEEPEST = 7.0, 0.0012, 0.005
"""Loss of head over the longest way at the peak, and the gradients between which it is held (assumption)."""
OTHER_WAYS = 0.75
"""Pipes carry so much of what they would if it came by other ways, so that loops can stand in (assumption)."""
DETOUR = 1.2
"""Length of a main over the straight line (assumption)."""
OUTSIDE_M = 300.0
"""The waterworks stands so far outside of the town, where the ground is low (assumption)."""
APART_M = 100.0
"""Two mains lead from a tank into the town, at least so far apart (assumption)."""


@dataclass(frozen=True)
class SupplyDistrict:
    """Corners that one tank supplies, where it stands, and its mean draw; of its main the length and diameter, of each
    of its pumps the rated flow and head. `entries` are the corners that mains lead to from the tank.
    """

    corners: Ints
    entries: tuple[int, int]
    x_m: float
    y_m: float
    bottom_m: float
    diameter_m: float
    drawn_m3_s: float
    main_m: float
    main_mm: int
    pump_m3_s: float
    pump_m: float
    outlet_mm: int


@dataclass(frozen=True)
class Supply:
    """Districts; the diameter (mm) of the pipe in each street, 0 where a closed valve parts two districts; wells."""

    site: Site
    districts: tuple[SupplyDistrict, ...]
    label: Ints
    pipe_mm: Ints
    works_m: tuple[float, float]
    wells: tuple[tuple[float, float], ...]
    water_m: float

    @property
    def drawn_m3_s(self) -> float:
        return sum(one.drawn_m3_s for one in self.districts)

    @property
    def rest_m(self) -> Floats:
        """Pressure at each corner when nothing flows and tanks stand at half."""
        middle = np.array([one.bottom_m + DEPTH_M / 2 for one in self.districts])
        return np.asarray(middle[self.label] - self.site.height_m)


def plan_supply(site: Site, random: np.random.Generator) -> Supply:
    """The supply of a site."""
    graph = Graph(len(site.x_m), site.streets)
    label = _districts(site, graph)
    a, b = label[site.streets[:, 0]], label[site.streets[:, 1]]
    low = int(np.argmin(site.height_m))
    out = max(math.hypot(site.x_m[low], site.y_m[low]), 1.0)
    away = float(np.hypot(site.x_m, site.y_m).max()) + OUTSIDE_M
    works = (round(site.x_m[low] / out * away, 1), round(site.y_m[low] / out * away, 1))
    water_m = float(site.height_m.min()) - DRAWDOWN_M
    pipe_mm = np.zeros(len(site.streets), dtype=np.int64)
    districts = []
    for number in range(int(label.max()) + 1):
        own = np.flatnonzero((a == number) & (b == number))
        district = _district(site, np.flatnonzero(label == number), own, works, water_m)
        pipe_mm[own] = _sized(site, graph, district, own, random)
        districts.append(district)
    count = max(2, round(site.inhabitants / WELL_PEOPLE))
    ring = np.arange(count) * 2 * math.pi / count + random.uniform(0.0, math.pi)
    wells = tuple(
        (round(works[0] + 150.0 * math.cos(t), 1), round(works[1] + 150.0 * math.sin(t), 1)) for t in ring.tolist()
    )
    return Supply(site, tuple(districts), label, pipe_mm, works, wells, water_m)


def _level(height_m: Floats) -> float:
    """Where the middle of a tank stands above the sea, for corners so high."""
    return max(float(height_m.max()) + HIGHEST_TAP_M, float(np.quantile(height_m, 1 - LEFT_OUT)) + MOST_TAPS_M)


def _districts(site: Site, graph: Graph) -> Ints:
    """The number of the supply district of each corner."""
    height = site.height_m
    bands = max(1, math.ceil((float(np.ptp(height)) - 1e-6) / BAND_M))
    band = np.minimum(((height - height.min()) / (np.ptp(height) + 1e-9) * bands).astype(np.int64), bands - 1)
    piece = graph.pieces(band)
    people = np.bincount(piece, site.people)
    for small in np.argsort(people, kind="stable").tolist():
        own = piece == small
        if not own.any() or site.people[own].sum() >= SMALL * site.inhabitants:
            continue
        ends = piece[site.streets]
        beside = np.concatenate([ends[ends[:, 0] == small, 1], ends[ends[:, 1] == small, 0]])
        beside = beside[beside != small]
        for other in sorted(set(beside.tolist()), key=lambda one: (-int((beside == one).sum()), one)):
            both = height[own | (piece == other)]
            if _level(both) + DEPTH_M / 2 - float(both.min()) <= PRESSURE_MOST_M:
                piece[own] = other
                break
    return _split(site, graph, np.unique(piece, return_inverse=True)[1].astype(np.int64))


def _split(site: Site, graph: Graph, piece: Ints) -> Ints:
    """Pieces of too many people as parts in which every corner hangs on the nearest of some middles."""
    out, found = np.full(len(piece), -1, dtype=np.int64), 0
    for number in range(int(piece.max()) + 1):
        corners = np.flatnonzero(piece == number)
        parts = math.ceil(site.people[corners].sum() / DISTRICT_PEOPLE)
        x, y = site.x_m[corners], site.y_m[corners]
        chosen = middles(x, y, site.people[corners].astype(np.float64), parts)
        starts = [int(corners[np.argmin((x - cx) ** 2 + (y - cy) ** 2)]) for cx, cy in chosen.tolist()]
        within = (piece[site.streets] == number).all(axis=1)
        tree = graph.tree(starts, np.where(within, site.length_m, np.inf))
        out[corners] = found + tree.start[corners]
        found += parts
    return out


def _district(site: Site, corners: Ints, own: Ints, works: tuple[float, float], water_m: float) -> SupplyDistrict:
    """A tank at the highest crossing of a district, its main and its pumps."""
    height = site.height_m[corners]
    drawn = float(site.people[corners].sum()) * DRAWN_L / 1000 / 86400
    first, second = _entries(site, corners, own)
    x, y = round(float(site.x_m[first]) + 25.0, 1), round(float(site.y_m[first]) + 25.0, 1)
    bottom = round(_level(height) - DEPTH_M / 2, 2)
    pump = drawn * PEAK_DAY * 24.0 / LIFTED_IN_H / len(SWITCHED)
    main_m = round(DETOUR * math.hypot(x - works[0], y - works[1]), 1)
    main_mm = _diameter(len(SWITCHED) * pump, STEEPEST, MAIN_M_S)
    head = bottom + DEPTH_M - water_m + main_m * gradient(len(SWITCHED) * pump, main_mm) + 2.0
    peak = drawn * PEAK_DAY * max(day_shape())
    return SupplyDistrict(
        corners,
        (first, second),
        x,
        y,
        bottom,
        round(math.sqrt(4 * drawn * 86400 * STORED_D / (math.pi * DEPTH_M)), 2),
        drawn,
        main_m,
        main_mm,
        round(pump, 6),
        round(head, 1),
        _diameter(peak, STEEPEST, MAIN_M_S),
    )


def _entries(site: Site, corners: Ints, own: Ints) -> tuple[int, int]:
    """Where mains lead from the tank into the town: the highest crossing of three streets and the nearest other."""
    degree = np.bincount(site.streets[own].ravel(), minlength=len(site.x_m))[corners]
    crossings = corners[degree >= 3] if (degree >= 3).sum() > 1 else corners
    first = int(crossings[np.argmax(site.height_m[crossings])])
    away = np.hypot(site.x_m[crossings] - site.x_m[first], site.y_m[crossings] - site.y_m[first])
    far = crossings[away >= APART_M]
    return first, int(far[np.argmin(away[away >= APART_M])]) if len(far) else first


def _sized(site: Site, graph: Graph, district: SupplyDistrict, own: Ints, random: np.random.Generator) -> Ints:
    """Diameters of a district's pipes: the most that each carries at the peak on three trees from the tank."""
    if not len(own):
        return np.zeros(0, dtype=np.int64)
    peak = np.zeros(len(site.x_m))
    peak[district.corners] = site.people[district.corners] * DRAWN_L / 1000 / 86400 * PEAK_DAY * max(day_shape())
    cost = np.full(len(site.streets), np.inf)
    flow, longest = np.zeros(len(own)), 0.0
    starts = list(dict.fromkeys(district.entries))
    for way, share in enumerate((1.0, OTHER_WAYS, OTHER_WAYS)):
        uneven = random.lognormal(0.0, 0.3 if way else 0.05, len(own))
        cost[own] = site.length_m[own] * uneven
        tree = graph.tree(starts[way % len(starts) :] if way else starts, cost)
        reached = np.isfinite(tree.far)
        longest = max(longest, float(tree.far[reached].max()))
        flow = np.maximum(flow, share * tree.flows(peak, len(site.streets))[own])
    fall = min(STEEPEST, max(FLATTEST, FALL_M / max(longest, 1.0)))
    return np.array([_diameter(one, fall, MOST_M_S) for one in flow.tolist()], dtype=np.int64)


def day_shape() -> tuple[float, ...]:
    """Demand by the hour, its mean 1."""
    mean = sum(DAY_SHAPE) / len(DAY_SHAPE)
    return tuple(round(one / mean, 4) for one in DAY_SHAPE)


def gradient(flow_m3_s: float, diameter_mm: float) -> float:
    """Loss of head in metres for a metre of pipe (Hazen-Williams)."""
    return float(10.67 * flow_m3_s**1.852 / (ROUGHNESS**1.852 * (diameter_mm / 1000) ** 4.871))


def _diameter(flow_m3_s: float, fall: float, most_m_s: float) -> int:
    """The smallest nominal diameter in mm that carries a flow at a gradient and a velocity."""
    for one in DIAMETERS_MM:
        speed = flow_m3_s / (math.pi / 4 * (one / 1000) ** 2)
        if gradient(flow_m3_s, one) <= fall and speed <= most_m_s:
            return one
    return DIAMETERS_MM[-1]


def water_file(supply: Supply) -> str:
    """The supply as an EPANET input file in litres a second, places in metres of the town's map."""
    return "\n".join((*_sections(supply), "[END]")) + "\n"


def _sections(supply: Supply) -> Iterator[str]:
    site = supply.site
    (works_x, works_y), suction = supply.works_m, supply.water_m - 5.0
    junctions = [f"J{i + 1} {h:.1f} {p * DRAWN_L / 86400:.5f} day" for i, (h, p) in _numbered(site)]
    links, tanks, pumps, curves, controls, status = [], [], [], [], [], []
    places = [f"J{i + 1} {x:.1f} {y:.1f}" for i, (x, y) in enumerate(zip(site.x_m, site.y_m, strict=True))]
    reservoirs = []
    for i, (x, y) in enumerate(supply.wells, start=1):
        reservoirs.append(f"W{i} {supply.water_m:.1f}")
        places.append(f"W{i} {x:.1f} {y:.1f}")
        width = _diameter(supply.drawn_m3_s * PEAK_DAY * 24 / LIFTED_IN_H / len(supply.wells), FLATTEST, MAIN_M_S)
        links.append(f"WP{i} W{i} S1 150.0 {width} {ROUGHNESS:g} 0 OPEN")
    junctions.append(f"S1 {suction:.1f} 0")
    places.append(f"S1 {works_x:.1f} {works_y:.1f}")
    for i, (pair, length, width) in enumerate(zip(site.streets, site.length_m, supply.pipe_mm, strict=True), start=1):
        a, b = (int(one) + 1 for one in pair)
        open_ = "OPEN" if width else "CLOSED"
        links.append(f"P{i} J{a} J{b} {max(length, 1.0):.1f} {width or DIAMETERS_MM[0]} {ROUGHNESS:g} 0 {open_}")
    turn = 0
    for k, one in enumerate(supply.districts, start=1):
        tanks.append(f"T{k} {one.bottom_m:.2f} {DEPTH_M * FULL_AT_START:.2f} 0 {DEPTH_M:.2f} {one.diameter_m:.2f} 0")
        junctions.append(f"D{k} {supply.water_m + DRAWDOWN_M:.1f} 0")
        places += [f"T{k} {one.x_m:.1f} {one.y_m:.1f}", f"D{k} {works_x + 20.0:.1f} {works_y + 20.0 * k:.1f}"]
        links.append(f"M{k} D{k} T{k} {one.main_m:.1f} {one.main_mm} {ROUGHNESS:g} 0 OPEN")
        for n, entry in enumerate(dict.fromkeys(one.entries), start=1):
            away = max(30.0, math.hypot(one.x_m - site.x_m[entry], one.y_m - site.y_m[entry]))
            links.append(f"O{k}-{n} T{k} J{entry + 1} {away:.1f} {one.outlet_mm} {ROUGHNESS:g} 0 OPEN")
        curves.append(f"C{k} {one.pump_m3_s * 1000:.3f} {one.pump_m:.1f}")
        for n, (starts, stops) in enumerate(SWITCHED):
            turn += 1
            pumps.append(f"PU{turn} S1 D{k} HEAD C{k}")
            status.append(f"PU{turn} {'OPEN' if n == 0 else 'CLOSED'}")
            controls.append(f"LINK PU{turn} OPEN IF NODE T{k} BELOW {starts * DEPTH_M:.3f}")
            controls.append(f"LINK PU{turn} CLOSED IF NODE T{k} ABOVE {stops * DEPTH_M:.3f}")
    hours = day_shape()
    pattern = [f"day {' '.join(f'{one:.4f}' for one in hours[i : i + 6])}" for i in range(0, 24, 6)]
    for name, rows in (
        ("JUNCTIONS", junctions),
        ("RESERVOIRS", reservoirs),
        ("TANKS", tanks),
        ("PIPES", links),
        ("PUMPS", pumps),
        ("STATUS", status),
        ("CURVES", curves),
        ("PATTERNS", pattern),
        ("CONTROLS", controls),
        ("COORDINATES", places),
        ("TIMES", ["Duration 24:00", "Hydraulic Timestep 0:05", "Pattern Timestep 1:00"]),
        ("OPTIONS", ["Units LPS", "Headloss H-W", "Accuracy 0.0001", "Trials 100"]),
    ):
        yield f"[{name}]"
        yield from rows
        yield ""


def _numbered(site: Site) -> Iterator[tuple[int, tuple[float, int]]]:
    return enumerate(zip(site.height_m.tolist(), site.people.tolist(), strict=True))
