"""A sewer network laid out by rule along the streets of a town that has none: its figures, and the SWMM file of it.

A modified separate system: foul sewers, into which some roofs and yards drain by mistake, fall along the streets to one
treatment plant. Where a sewer would get too deep, a lifting station raises it. Each figure says where it comes from.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.contracts.city import Assumption
from simulator.contracts.level import LITRES_PERSON_D
from simulator.contracts.naming import Given
from simulator.contracts.words import Words, number
from simulator.domains.wastewater.catalogue import MANHOLE, OUTFALL, RAIN_GAUGE, REGULATOR, SEWER
from simulator.domains.wastewater.names import (
    GAUGE_NAME,
    INLET_NAME,
    LAST_SEWER_NAME,
    OUTLET_NAME,
    SPILL_NAME,
    TOP_NAME,
)

_ = Words("simulator.domains.wastewater")

DRY_PEAK_L_S_1000 = 4.0
"""Peak dry-weather flow that sewers and pumps are sized for, l/s for each 1,000 people (DWA-A 118, from memory)."""

DAY_SHAPE = (
    *(0.45, 0.35, 0.30, 0.30, 0.35, 0.55, 1.05, 1.60, 1.70, 1.50, 1.35, 1.25),
    *(1.25, 1.20, 1.05, 1.00, 1.00, 1.10, 1.25, 1.35, 1.30, 1.15, 0.90, 0.70),
)
"""Wastewater by the hour over its mean (assumption: low at night, highest from 7 to 10)."""

SEALED_M2_PERSON = 1.0
"""Roof and yard that drains into the foul sewer by mistake (assumption: about one property in eighty)."""

RAIN_L_S_HA = 120.0
"""r15,1: 15 minutes of rain, once a year (100 to 130 l/(s ha) in Germany, from memory; KOSTRA has each cell)."""

DESIGN_RAINS_A_YEAR = 0.5
"""The network is built for the rain of two years (DWA-A 118 for towns, from memory)."""

INLET_S = 900.0
"""Shortest rain that counts, and the time to the first manhole (15 min, as in r15)."""

DESIGN_M_S = 1.0
"""Velocity with which flow times are estimated (assumption)."""

MANNING_N = 0.013
"""Concrete and vitrified clay, as in SWMM's own tables."""

DIAMETERS_MM = (400, 500, 600, 700, 800, 900, 1000, 1200, 1400, 1600, 1800, 2000)
"""Nominal diameters of trunk sewers; those of single streets, from DN 250, are not laid out (assumption)."""

FLATTEST = 0.0005
"""A sewer falls by one over its diameter in mm, never less than this (rule of thumb; assumption)."""

COVER_M = 2.8
"""Depth at which a sewer begins, so that cellars drain by themselves (assumption)."""

DEEPEST_M = 6.5
"""Where a sewer would lie deeper a lifting station raises it (assumption: open trenches get dear below 6 m)."""

RELIEF_M = 45.0
RELIEF_FROM_PEOPLE = 20_000
"""Relief of the town: 45 m + 25 m log10(people / 20,000) (planning figure, measured on published towns)."""

STEP_IN_M = 1.0
"""The inflow of a wet well lies so far above its bottom; pumps stop and start below it (assumption)."""

PUMP_CYCLE_S = 360.0
"""Ten starts an hour at most: a well holds Q T / 4 between stop and start (pump makers' rule)."""

SMALLEST_WELL_M2 = 6.0

BACKWATER_M = (400.0, 150.0, 50.0)
"""Manholes so far before a wet well: SWMM has one water surface from manhole to manhole, which is none in backwater."""

OUTLET_PEOPLE = 5_000
"""Stations of so many people upstream have an emergency overflow into a ditch (assumption)."""

PLANT_OUTSIDE_M = 400.0
"""How far outside of the town the treatment plant stands (assumption)."""

PLANT_TIMES_DRY = 2.0
"""The plant takes twice the dry-weather peak, as in rain (2 Qs + Qf of DWA-A 198, from memory)."""

ROUTING_STEP_S = 30
"""Longest routing step; SWMM shortens it by the Courant condition (three quarters of it)."""


@dataclass(frozen=True, slots=True)
class Street:
    """A street between two crossings, by their names."""

    start: str
    end: str
    length_m: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing of streets with the people who live around it."""

    x_m: float
    y_m: float
    people: float


@dataclass(frozen=True, slots=True)
class Station:
    """A lifting station of the layout: its well, how much one of its two pumps lifts, and for how many people."""

    name: str
    crossing: str
    pump_m3_s: float
    lift_m: float
    people: float
    overflow: bool


@dataclass(frozen=True)
class Sewers:
    """The layout: the text of its SWMM file, its stations, the plant, and how it was laid."""

    text: str
    stations: tuple[Station, ...]
    plant: str
    plant_m3_s: float
    plant_at: tuple[float, float]
    length_m: float
    assumptions: tuple[Assumption, ...]
    given: Mapping[str, Given]


@dataclass
class _Node:
    down: str
    away_m: float
    street_m: float
    people: float = 0.0
    invert_m: float = math.inf
    flow_s: float = INLET_S
    incoming: list[str] = field(default_factory=list)


def lay_sewers(crossings: Mapping[str, Crossing], streets: Sequence[Street]) -> Sewers:
    """Lay sewers under the streets. The plant stands at the lower end of the town, beyond its north-western corner.

    The same input gives the same text. Raises `ValueError` where no street leads to the plant from some crossing.
    """
    outlet = min(crossings, key=lambda name: (crossings[name].x_m - crossings[name].y_m, name))
    length, before = _ways(outlet, crossings, streets)
    if missing := [name for name in crossings if name not in before]:
        raise ValueError(f"no street leads from {missing[0]} to {outlet}")
    plant_at = _beyond(outlet, crossings)
    highest = _relief_m(sum(one.people for one in crossings.values()))
    away = {name: math.dist((one.x_m, one.y_m), plant_at) for name, one in crossings.items()}
    longest = max(away.values())
    nodes = {
        name: _Node(before[name], length[name], highest * (away[name] / longest) ** 2, crossings[name].people)
        for name in sorted(crossings, key=lambda name: (-length[name], name))
    }
    return _Layout(nodes, crossings, outlet, plant_at).build()


class _Layout:
    """Goes down the tree from the far ends to the plant and writes down what is needed on the way."""

    def __init__(
        self, nodes: dict[str, _Node], crossings: Mapping[str, Crossing], outlet: str, plant_at: tuple[float, float]
    ) -> None:
        self._nodes, self._crossings, self._outlet, self._plant_at = nodes, crossings, outlet, plant_at
        self._rows: dict[str, list[str]] = {}
        self._stations: list[Station] = []
        self._metres = 0.0
        self._given: dict[str, Given] = {f"{RAIN_GAUGE}-town": GAUGE_NAME(), f"{OUTFALL}-PLANT": INLET_NAME()}
        self._bottoms: dict[str, float] = {}
        self._pipes: list[tuple[str, str, str, float, float, float]] = []
        self._places: dict[str, tuple[float, float, float]] = {"PLANT": (*plant_at, 0.0)}
        for name, node in nodes.items():
            spot = (crossings[name].x_m, crossings[name].y_m, node.street_m)
            self._places[name] = self._places[f"{name}-top"] = spot
        self._upstream = {name: node.people for name, node in nodes.items()}

    def build(self) -> Sewers:
        nodes = self._nodes
        for name, node in nodes.items():  # far ends first: whatever flows in is known
            if name != self._outlet:
                self._upstream[node.down] += self._upstream[name]
        for name, node in nodes.items():
            node.invert_m = min(node.invert_m, node.street_m - COVER_M)
            self._manhole(name, node)
            if name == self._outlet:
                self._given[f"{SEWER}-{name}-PLANT"] = LAST_SEWER_NAME(name)
                self._sewer(name, node, "PLANT", PLANT_OUTSIDE_M, 0.0)
            else:
                self._sewer(name, node, node.down, node.away_m - nodes[node.down].away_m, nodes[node.down].street_m)
        people = self._upstream[self._outlet]
        return Sewers(
            self._text(),
            tuple(self._stations),
            "PLANT",
            PLANT_TIMES_DRY * DRY_PEAK_L_S_1000 / 1000 * people / 1000,
            self._plant_at,
            self._metres,
            self._notes(people),
            self._given,
        )

    def _manhole(self, name: str, node: _Node) -> None:
        crossing = self._crossings[name]
        at = f"{crossing.x_m:.1f} {crossing.y_m:.1f}"
        self._row("COORDINATES", f"{name} {at}")
        if node.people > 0:
            mean = node.people * LITRES_PERSON_D / 1000 / 86400
            self._row("DWF", f'{name} FLOW {mean:.8f} "DAY"')
            sealed_ha = node.people * SEALED_M2_PERSON / 1e4
            width_m = math.sqrt(sealed_ha * 1e4)
            self._row("SUBCATCHMENTS", f"roofs-{name} town {name} {sealed_ha:.5f} 100 {width_m:.2f} 1 0")
            self._row("SUBAREAS", f"roofs-{name} 0.015 0.1 0.5 2 0 OUTLET")
            self._row("INFILTRATION", f"roofs-{name} 50 5 4 7 0")

    def _sewer(self, name: str, node: _Node, down: str, length_m: float, street_m: float) -> None:
        """The sewer from a crossing to the next, behind a lifting station where it would get too deep."""
        flow = self._design_m3_s(name, node)
        diameter_m, slope = _pipe(flow)
        start = name
        depth = node.street_m - node.invert_m
        arrives = node.invert_m - slope * length_m
        if street_m - arrives > DEEPEST_M and depth > COVER_M + 0.5:
            start = self._lift(name, node, flow)
            top = node.street_m - COVER_M
        else:
            top = node.invert_m
            self._bottoms[name] = node.invert_m
            self._row("JUNCTIONS", f"{name} {node.invert_m:.3f} {depth:.3f} 0 0 0")
        # where the street falls faster than the sewer has to, the sewer goes with it
        end = min(top - slope * length_m, street_m - COVER_M if down != "PLANT" else math.inf)
        self._pipes.append((f"{name}-{down}", start, down, length_m, end, diameter_m))
        self._metres += length_m
        if down == "PLANT":
            x, y = self._plant_at
            self._bottoms["PLANT"] = end
            self._row("OUTFALLS", f"PLANT {end:.3f} FREE NO")
            self._row("COORDINATES", f"PLANT {x:.1f} {y:.1f}")
            return
        below = self._nodes[down]
        below.invert_m = min(below.invert_m, end)
        below.flow_s = max(below.flow_s, node.flow_s + length_m / DESIGN_M_S)

    def _lift(self, name: str, node: _Node, flow_m3_s: float) -> str:
        """A wet well in the place of the manhole, two pumps of which one is enough, and a shallow manhole behind.

        The second pump starts when the first does not keep up: two at once are more than the sewer behind them takes.
        """
        crossing, people = self._crossings[name], self._upstream[name]
        bottom = self._bottoms[name] = node.invert_m - STEP_IN_M
        depth = node.street_m - bottom
        pump = math.ceil(flow_m3_s * 1000) / 1000
        band = STEP_IN_M - 0.4
        area = max(SMALLEST_WELL_M2, pump * PUMP_CYCLE_S / 4 / band)
        self._row("STORAGE", f"{name} {bottom:.3f} {depth:.3f} 0.5 FUNCTIONAL 0 0 {area:.2f} 0 0")
        high = f"{name}-top"
        self._bottoms[high] = node.street_m - COVER_M
        self._given[f"{MANHOLE}-{high}"] = TOP_NAME(name)
        self._row("JUNCTIONS", f"{high} {node.street_m - COVER_M:.3f} {COVER_M:.3f} 0 0 0")
        self._row("COORDINATES", f"{high} {crossing.x_m + 8:.1f} {crossing.y_m:.1f}")
        spare = depth - COVER_M + 0.1  # below the crest of the overflow, where cellars are not reached yet
        for letter, start, stop in (("a", 0.3 + band, 0.3), ("b", spare, spare - 0.4)):
            self._row("PUMPS", f"{name}-{letter} {name} {high} lift-{name} OFF {start:.2f} {stop:.2f}")
        self._row("CURVES", f"lift-{name} PUMP4 0 {pump:.4f}")
        self._row("CURVES", f"lift-{name} 30 {pump:.4f}")
        overflow = people >= OUTLET_PEOPLE
        if overflow:
            # the crest lies where cellars are not reached yet
            crest = depth - COVER_M + 0.2
            self._row("OUTFALLS", f"{name}-ditch {bottom + crest - 0.5:.3f} FREE NO")
            self._row("COORDINATES", f"{name}-ditch {crossing.x_m:.1f} {crossing.y_m + 60:.1f}")
            self._given[f"{OUTFALL}-{name}-ditch"] = OUTLET_NAME(name)
            self._given[f"{REGULATOR}-{name}-spill"] = SPILL_NAME(name)
            self._row("WEIRS", f"{name}-spill {name} {name}-ditch TRANSVERSE {crest:.2f} 1.8 YES")
            self._row("XSECTIONS", f"{name}-spill RECT_OPEN {depth - crest:.2f} {max(1.0, 5 * pump):.2f} 0 0")
        lift = node.street_m - COVER_M - bottom
        self._stations.append(Station(name, name, pump, lift, people, overflow))
        return high

    def _design_m3_s(self, name: str, node: _Node) -> float:
        people = self._upstream[name]
        sealed_ha = people * SEALED_M2_PERSON / 1e4
        return DRY_PEAK_L_S_1000 / 1000 * people / 1000 + rain_l_s_ha(node.flow_s) / 1000 * sealed_ha

    def _row(self, section: str, row: str) -> None:
        self._rows.setdefault(section, []).append(row)

    def _text(self) -> str:
        options = (
            *("FLOW_UNITS CMS", "INFILTRATION HORTON", "FLOW_ROUTING DYNWAVE", "LINK_OFFSETS DEPTH"),
            *("START_DATE 01/01/2001", "END_DATE 01/02/2001", "WET_STEP 00:01:00", "DRY_STEP 00:05:00"),
            *(f"ROUTING_STEP {ROUTING_STEP_S}", "VARIABLE_STEP 0.75", "THREADS 1", "ALLOW_PONDING NO"),
            *("INERTIAL_DAMPING PARTIAL", "NORMAL_FLOW_LIMITED BOTH", "MIN_SURFAREA 1.167"),
            *("MAX_TRIALS 20", "HEAD_TOLERANCE 0.0005"),
        )
        mean = sum(DAY_SHAPE) / len(DAY_SHAPE)
        hours = [f"{value / mean:.4f}" for value in DAY_SHAPE]
        self._rows["PATTERNS"] = [f"DAY {'HOURLY ' * (i == 0)}{' '.join(hours[i : i + 6])}" for i in range(0, 24, 6)]
        self._rows["RAINGAGES"] = ["town INTENSITY 0:05 1.0 TIMESERIES dry"]
        self._rows["TIMESERIES"] = ["dry 0:00 0", "dry 0:05 0"]
        x = [one.x_m for one in self._crossings.values()]
        y = [one.y_m for one in self._crossings.values()]
        self._rows["SYMBOLS"] = [f"town {sum(x) / len(x):.1f} {sum(y) / len(y):.1f}"]
        self._conduits()
        sections = {"OPTIONS": list(options), **self._rows}
        return "\n".join(f"[{name}]\n" + "\n".join(sections[name]) + "\n" for name in _ORDER if name in sections)

    def _conduits(self) -> None:
        """Write the sewers; one that leads into a wet well gets manholes before it, where backwater is to be seen."""
        wells = {station.name for station in self._stations}
        for pipe, above, below, length, end, bore in self._pipes:
            at, top = above, self._bottoms[above]
            cuts = [cut for cut in BACKWATER_M if cut < length - 50.0] if below in wells else []
            marks = [length - cut for cut in cuts]
            a, b = self._places[above], self._places[below]
            done = 0.0
            for i, mark in enumerate([*marks, length]):
                last = mark == length
                to = below if last else f"{pipe}.{i + 1}"
                height = end + (top - end) * (1 - mark / length)
                if not last:
                    street = a[2] + (b[2] - a[2]) * mark / length
                    self._bottoms[to] = height
                    self._row("JUNCTIONS", f"{to} {height:.3f} {max(street - height, COVER_M):.3f} 0 0 0")
                    x, y = (a[k] + (b[k] - a[k]) * mark / length for k in (0, 1))
                    self._row("COORDINATES", f"{to} {x:.1f} {y:.1f}")
                name = f"{pipe}.{i + 1}" if marks else pipe
                drop = max(0.0, height - self._bottoms[to])  # what arrives higher falls into the manhole or well
                self._row("CONDUITS", f"{name} {at} {to} {mark - done:.1f} {MANNING_N} 0 {drop:.3f} 0 0")
                self._row("XSECTIONS", f"{name} CIRCULAR {bore:g} 0 0 0 1")
                at, done = to, mark

    def _notes(self, people: float) -> tuple[Assumption, ...]:
        drained = _(
            "{people} people bring {litres} l a day each in an assumed shape of the day; {sealed} m² of roof and yard "
            "a person drains into the foul sewer by mistake; one street crossing stands for all houses around it",
            people=number(people),
            litres=LITRES_PERSON_D,
            sealed=SEALED_M2_PERSON,
        )
        laid = _(
            "{length} km of trunk sewers under the streets, the shortest way to one plant beyond the north-western "
            "corner; the town falls to it by {fall} m, the flatter the nearer; sewers begin {cover} m deep and fall by "
            "1 over their diameter in mm; lifting stations raise them before they get deeper than {deepest} m: "
            "{stations} stations",
            length=round(self._metres / 1000),
            fall=round(_relief_m(people)),
            cover=COVER_M,
            deepest=DEEPEST_M,
            stations=len(self._stations),
        )
        sized = _(
            "sewers and each of two pumps a station carry {dry} l/s per 1,000 people and what the rain of two years "
            "brings by mistake: r15,1 {rain} l/(s ha), by Reinhold's formula for longer flow times; stations of "
            "{people} people and more have an emergency overflow",
            dry=DRY_PEAK_L_S_1000,
            rain=RAIN_L_S_HA,
            people=number(OUTLET_PEOPLE),
        )
        return (
            Assumption(_("wastewater"), drained, LITRES_NOTE),
            Assumption(_("sewers"), laid),
            Assumption(_("sizes of sewers and pumps"), sized, _("DWA-A 118, from memory; assumption")),
        )


_ORDER = (
    *("OPTIONS", "RAINGAGES", "SUBCATCHMENTS", "SUBAREAS", "INFILTRATION", "JUNCTIONS", "OUTFALLS", "STORAGE"),
    *("CONDUITS", "PUMPS", "WEIRS", "XSECTIONS", "CURVES", "TIMESERIES", "PATTERNS", "DWF", "COORDINATES", "SYMBOLS"),
)
"""SWMM reads rows of one section over those of another, so that what is named has to stand before who names it."""

LITRES_NOTE = _("UBA (126 l a person and day); assumption")


def rain_l_s_ha(seconds: float, a_year: float = DESIGN_RAINS_A_YEAR) -> float:
    """Rain in l/(s ha) of a duration that is exceeded so many times a year (Reinhold 1940).

    r(T, n) = r15,1 · 38 / (T + 9) · (n^(-1/4) - 0.369), T in minutes, at least 15.
    """
    minutes = max(seconds, INLET_S) / 60
    return float(RAIN_L_S_HA * 38 / (minutes + 9) * (a_year**-0.25 - 0.369))


def full_flow_m3_s(diameter_m: float, slope: float) -> float:
    """What a circular sewer carries when it is just full (Manning-Strickler)."""
    area = math.pi / 4 * diameter_m**2
    return float(area * (diameter_m / 4) ** (2 / 3) * math.sqrt(slope) / MANNING_N)


def _pipe(flow_m3_s: float) -> tuple[float, float]:
    """Diameter in m and slope of the smallest sewer that carries a flow; the largest one where none does."""
    for millimetres in DIAMETERS_MM:
        slope = max(1.0 / millimetres, FLATTEST)
        if full_flow_m3_s(millimetres / 1000, slope) >= flow_m3_s:
            break
    return millimetres / 1000, slope


def _relief_m(people: float) -> float:
    return RELIEF_M + 25.0 * math.log10(max(people, RELIEF_FROM_PEOPLE) / RELIEF_FROM_PEOPLE)


def _beyond(outlet: str, crossings: Mapping[str, Crossing]) -> tuple[float, float]:
    """The plant's place: further out than the outlet, as seen from the middle of the town."""
    total = sum(one.people for one in crossings.values())
    x = sum(one.x_m * one.people for one in crossings.values()) / total
    y = sum(one.y_m * one.people for one in crossings.values()) / total
    end = crossings[outlet]
    away = math.dist((x, y), (end.x_m, end.y_m))
    return (
        round(end.x_m + (end.x_m - x) / away * PLANT_OUTSIDE_M, 1),
        round(end.y_m + (end.y_m - y) / away * PLANT_OUTSIDE_M, 1),
    )


def _ways(
    outlet: str, crossings: Mapping[str, Crossing], streets: Sequence[Street]
) -> tuple[dict[str, float], dict[str, str]]:
    """Length of the shortest way from each crossing to the outlet, and the next crossing on it (Dijkstra)."""
    beside: dict[str, list[tuple[float, str]]] = {}
    for street in streets:
        beside.setdefault(street.start, []).append((street.length_m, street.end))
        beside.setdefault(street.end, []).append((street.length_m, street.start))
    length, before = {outlet: 0.0}, {outlet: outlet}
    queue = [(0.0, outlet)]
    while queue:
        at, name = heapq.heappop(queue)
        if at > length[name]:
            continue
        for step, other in sorted(beside.get(name, ())):
            if other in crossings and at + step < length.get(other, math.inf):
                length[other], before[other] = at + step, name
                heapq.heappush(queue, (at + step, other))
    return length, before
