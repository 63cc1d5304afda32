"""Roads and trips from GMNS tables of other vendors: other units, links for both ways, cells left empty.

Trips of a day are spread over its hours where tables do not say.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from simulator.city.files import Row
from simulator.city.importers.coordinates import could_be_degrees
from simulator.city.importers.road_units import LENGTHS_M, MILE_M, length_unit_m, speed_unit_m_s
from simulator.city.road_file import (
    HOUR_S,
    KM_H,
    LINK_COLUMNS,
    RoadLink,
    RoadNode,
    Trips,
    read_roads,
    tolerant_table,
    write_roads,
)
from simulator.contracts.city import Assumption
from simulator.contracts.names import suggestion
from simulator.contracts.place import metres_per_degree
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Message, Words, alternatives, percent, quantity

_ = Words("simulator.city")

HOURLY_WEIGHT = (
    *(0.6, 0.4, 0.3, 0.3, 0.5, 1.7, 4.4, 7.4, 6.6, 5.0, 4.9, 5.2),
    *(5.6, 5.6, 5.9, 6.8, 7.9, 8.2, 6.9, 5.3, 3.9, 3.0, 2.0, 1.2),
)
"""Weight of each hour of a working day (assumption: a morning peak at 7, a higher and longer one at 16 to 18)."""

HOURLY_ASSUMPTION = Assumption(
    _("car trips by hour"),
    _(
        "the trip table does not say when people drive: it is taken as one working day and spread over the hours with "
        "a morning peak at 7 ({morning}) and an evening peak at 17 ({evening})",
        morning=percent(HOURLY_WEIGHT[7] / sum(HOURLY_WEIGHT), 1),
        evening=percent(HOURLY_WEIGHT[17] / sum(HOURLY_WEIGHT), 1),
    ),
)


def spread(origin: str, destination: str, trips: float) -> Iterator[Trips]:
    """The trips of a day from one node to another as twenty-four windows of an hour."""
    total = sum(HOURLY_WEIGHT)
    for hour, weight in enumerate(HOURLY_WEIGHT):
        yield Trips(origin, destination, hour * HOUR_S, (hour + 1) * HOUR_S, trips * weight / total)


DEFAULT_SPEED_M_S = 50 * KM_H
"""Speed where the cell is empty: the limit in built-up areas (StVO § 3)."""

DEFAULT_CAPACITY_VEH_S = 1900.0 / HOUR_S
"""Capacity of a lane where the cell is empty: base saturation flow of the Highway Capacity Manual."""

OPTIONAL = LINK_COLUMNS[3:]
DEMAND_NAMES = (("origin", "o_node_id", "o_zone_id"), ("destination", "d_node_id", "d_zone_id"), ("trips", "volume"))


@dataclass
class Lines:
    """From which line each row comes that is written."""

    nodes: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    demand: list[int] = field(default_factory=list)


CARS = ("auto", "car", "cars", "all", "any", "motor", "motor_vehicle", "sov", "hov", "drive", "vehicle", "driving")
"""Uses of a link, as GMNS lists them, that let cars in; a link that names none lets in everybody."""


@dataclass(frozen=True, slots=True)
class GmnsConfig:
    """What `config.csv` says of the other tables; None and empty where it says nothing."""

    length_unit_m: float | None = None
    speed_unit_m_s: float | None = None
    crs: str = ""


def read_config(path: Path) -> GmnsConfig:
    """The units of a GMNS folder, of which all tables are written. Raises `BadInput` for units that nobody knows."""
    if not path.is_file():
        return GmnsConfig()
    rows, problems = tolerant_table(path, (), foreign=True)
    if not rows:
        empty = Problem(str(path), 0, "file", _("has no row"), _("write the units in a row, or remove the file"))
        raise BadInput(problems or [empty])
    row = rows[0]
    length, speed = row.cells.get("long_length", ""), row.cells.get("speed", "")
    length_m, speed_m_s = length_unit_m(length), speed_unit_m_s(speed)
    for column, said, unit, names in (
        ("long_length", length, length_m, "m, km, ft, mi"),
        ("speed", speed, speed_m_s, "km/h, mph, m/s"),
    ):
        if said and unit is None:
            what = _("{unit} is no unit that is known", unit=repr(said))
            problems.append(Problem(str(path), row.line, column, what, _("write one of: {names}", names=names)))
    if problems:
        raise BadInput(problems)
    return GmnsConfig(length_m, speed_m_s, row.cells.get("crs", ""))


@dataclass(frozen=True, slots=True)
class GmnsUnits:
    """Units of the tables: None where lengths have to be compared with the map."""

    length_m: float | None = None
    speed_m_s: float | None = None
    degrees: bool | None = None
    coordinate_m: float | None = None


def import_gmns(
    nodes: Path, links: Path, demand: Path | None, out: Path, units: GmnsUnits = GmnsUnits()
) -> tuple[Assumption, ...]:
    """Write the tables of `road_file` into `out` and tell what was assumed.

    A link with `directed` 0 becomes two roads, the second with `-back` behind its id. Links without lanes, or that no
    car may use, are left out and counted. Empty length, speed, capacity and lanes are filled. The trip table names
    nodes, or zones that `zone_id` of the node table names; without `start_s` and `end_s` it is a day's. Raises
    `BadInput` with every problem.
    """
    notes: list[Assumption] = []
    problems: list[Problem] = []
    rows = _table(nodes, ("node_id", "x_coord", "y_coord"), (), problems)
    places: list[RoadNode] = []
    where: dict[str, RoadNode] = {}
    zones: dict[str, str] = {}
    lines = Lines()
    for row in rows:
        x, y = (_number(nodes, row, name, problems) or 0.0 for name in ("x_coord", "y_coord"))
        node = RoadNode(row.cells["node_id"], x, y)
        places.append(node)
        lines.nodes.append(row.line)
        where.setdefault(node.id, node)
        if zone := row.cells.get("zone_id"):
            zones.setdefault(zone, node.id)
    drawn: list[_Drawn] = []
    filled: dict[str, int] = {}
    for row in _table(links, LINK_COLUMNS, OPTIONAL, problems):
        ends = [row.cells[name] for name in ("from_node_id", "to_node_id")]
        for name, end in zip(("from_node_id", "to_node_id"), ends, strict=True):
            if where and end not in where:  # of a table that cannot be read no node is missed one by one
                what = _("{end} is no node of {name}", end=repr(end), name=nodes.name)
                problems.append(Problem(str(links), row.line, name, what, suggestion(end, where)))
        if any(end not in where for end in ends):
            continue
        numbers = {name: _number(links, row, name, problems) for name in ("length", "free_speed", "capacity", "lanes")}
        uses = [one for one in re.split(r"[^a-z_]+", row.cells.get("allowed_uses", "").lower()) if one]
        barred = (
            "uses" if uses and not any(one in CARS for one in uses) else "no_lanes" if numbers["lanes"] == 0 else ""
        )
        if barred:
            filled[barred] = filled.get(barred, 0) + 1
            continue
        for name, number in numbers.items():
            if number is None:
                filled[name] = filled.get(name, 0) + 1
        drawn.append(_Drawn(row, where[ends[0]], where[ends[1]], *numbers.values()))
    trips = [] if demand is None or not where else _trips(demand, where, zones, notes, lines, problems)
    if problems:
        raise BadInput(problems)
    read = _read_units(links, drawn, units, notes)
    roads: list[RoadLink] = []
    for one in drawn:
        a, b, row = one.start, one.end, one.row
        length_m = read.straight(a, b) if one.length is None else one.length * read.length_m
        speed_m_s = DEFAULT_SPEED_M_S if one.speed is None else one.speed * read.speed_m_s
        capacity_veh_s = DEFAULT_CAPACITY_VEH_S if one.capacity is None else one.capacity / HOUR_S
        whole = 1 if one.lanes is None else int(one.lanes)
        name, shape = row.cells["link_id"], row.cells.get("geometry", "")
        roads.append(RoadLink(name, a.id, b.id, length_m, speed_m_s, capacity_veh_s, whole, shape))
        lines.links.append(row.line)
        if row.cells.get("directed", "1").lower() in ("0", "false"):
            roads.append(RoadLink(f"{name}-back", b.id, a.id, length_m, speed_m_s, capacity_veh_s, whole))
            lines.links.append(row.line)
            filled["directed"] = filled.get("directed", 0) + 1
    notes += [Assumption(_("roads"), TEXTS[name].filled(n=count)) for name, count in filled.items()]
    # What was written must be a road file: read it back, so that impossible values are refused with their line.
    written = write_roads(out, places, roads, trips)
    try:
        read_roads(written)
    except BadInput as bad:
        given = {str(written.nodes): (nodes, lines.nodes), str(written.links): (links, lines.links)}
        given[str(written.demand)] = (demand or nodes, lines.demand)
        raise BadInput(_as_given(problem, *given[problem.file]) for problem in bad.problems) from None
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A link as its row has it; numbers in the table's own units."""

    row: Row
    start: RoadNode
    end: RoadNode
    length: float | None
    speed: float | None
    capacity: float | None
    lanes: float | None


@dataclass(frozen=True, slots=True)
class _Units:
    """How the tables are read: metres in a unit of length and in one of the map, metres a second in one of speed."""

    length_m: float
    speed_m_s: float
    coordinate_m: float
    degrees: tuple[float, float] | None

    def straight(self, a: RoadNode, b: RoadNode) -> float:
        """Metres between two nodes."""
        east, north = self.degrees or (self.coordinate_m, self.coordinate_m)
        return math.hypot((b.x - a.x) * east, (b.y - a.y) * north)


DETOUR = (0.9, 1.6)
"""Lengths agree with a map if they are that many times as long as the straight lines (assumption: roads wind)."""
SPEEDS_KM_H = (15.0, 130.0)
"""Median free speed of a road network that is believed (assumption)."""


def _read_units(path: Path, links: Sequence[_Drawn], units: GmnsUnits, notes: list[Assumption]) -> _Units:
    """The units as they are said, else as lengths and map agree. Raises `BadInput` where no reading makes sense."""
    latitude = statistics.median(one.start.y for one in links) if links else 0.0
    points = np.array([(one.start.x, one.start.y) for one in links], dtype=np.float64).reshape(-1, 2)
    sphere = metres_per_degree(latitude)
    maps: list[tuple[float, tuple[float, float] | None]]
    if units.degrees is not None or units.coordinate_m is not None:
        maps = [(units.coordinate_m or 1.0, sphere if units.degrees else None)]
    else:
        maps = [(1.0, sphere)] if could_be_degrees(points) else []
        maps += [(1.0, None), (LENGTHS_M["feet"], None)]
    lengths = [units.length_m] if units.length_m else [1.0, 1000.0, MILE_M, LENGTHS_M["feet"]]
    some = [one for one in links if one.length]
    ways = [_Units(m, units.speed_m_s or _speed_unit(m), *drawn) for drawn in maps for m in lengths]
    found = next((way for way in ways if _fits(way, some)), None)
    if found is None:
        found = ways[0]
        if some and not units.length_m:
            # Nothing fits the map: metres and kilometres an hour, as GMNS of this project; the map is a drawing.
            text = _("lengths fit the map in no usual unit: metres are taken, and the map is a drawing scaled by them")
            notes.append(Assumption(_("road map"), text))
    speeds = [ln.speed * found.speed_m_s / KM_H for ln in links if ln.speed]
    if speeds and not SPEEDS_KM_H[0] <= statistics.median(speeds) <= SPEEDS_KM_H[1]:
        what = _(
            "the median free speed is {speed} km/h: no road is like that",
            speed=quantity(statistics.median(speeds), "1", 3),
        )
        fix = _("say the unit in config.csv, or with --roads-speed-unit")
        raise BadInput([Problem(str(path), 0, "free_speed", what, fix)])
    length, speed = quantity(found.length_m, "1", 6), quantity(found.speed_m_s, "1", 4)
    if found.degrees:
        text = _(
            "one unit of length is {length} m, one of speed {speed} m/s, coordinates are longitude and latitude",
            length=length,
            speed=speed,
        )
    else:
        text = _(
            "one unit of length is {length} m, one of speed {speed} m/s, one of the coordinates {coordinate} m",
            length=length,
            speed=speed,
            coordinate=quantity(found.coordinate_m, "1", 6),
        )
    notes.append(Assumption(_("road units"), text))
    return found


def _fits(way: _Units, links: Sequence[_Drawn]) -> bool:
    """Whether lengths read in this way agree with the map."""
    ratios = [(ln.length or 0.0) * way.length_m / s for ln in links if (s := way.straight(ln.start, ln.end)) > 0]
    return bool(ratios) and DETOUR[0] <= statistics.median(ratios) <= DETOUR[1]


def _speed_unit(length_m: float) -> float:
    """Who writes miles or feet writes miles an hour (assumption)."""
    return MILE_M / HOUR_S if length_m in (MILE_M, LENGTHS_M["feet"]) else KM_H


def _as_given(problem: Problem, file: Path, lines: Sequence[int]) -> Problem:
    """A problem of a table that was written, told of the one that it was made from; `lines` are those of its rows."""
    row = problem.line - 2
    line = lines[row] if 0 <= row < len(lines) else 0
    return Problem(str(file), line, problem.field, problem.what, problem.fix)


TEXTS: Mapping[str, Message] = {
    "length": _("{n} links have no length: straight lines"),
    "free_speed": _("{n} links have no speed: {speed} km/h (StVO § 3)", speed=DEFAULT_SPEED_M_S / KM_H),
    "capacity": _(
        "{n} links have no capacity: {capacity} veh/h and lane (Highway Capacity Manual)",
        capacity=DEFAULT_CAPACITY_VEH_S * HOUR_S,
    ),
    "lanes": _("{n} links do not say their lanes: one"),
    "uses": _("{n} links that no car may use (allowed_uses) are left out"),
    "no_lanes": _("{n} links with 0 lanes are left out"),
    "directed": _("{n} links run both ways: two roads each, alike"),
}


def _trips(
    path: Path,
    where: Mapping[str, RoadNode],
    zones: Mapping[str, str],
    notes: list[Assumption],
    lines: Lines,
    problems: list[Problem],
) -> list[Trips]:
    rows = _table(path, (), (), problems)
    if not rows:
        return []
    names = []
    for choices in DEMAND_NAMES:
        name = next((choice for choice in choices if choice in rows[0].cells), "")
        if not name:
            what = _("the header lacks {names}", names=alternatives(choices))
            problems.append(Problem(str(path), 1, "header", what, _("name the columns so")))
        names.append(name)
    if not all(names):
        return []
    windows = {"start_s", "end_s"} <= rows[0].cells.keys()
    if not windows:
        notes.append(HOURLY_ASSUMPTION)
    trips: list[Trips] = []
    for row in rows:
        ends = []
        for name in names[:2]:
            end = row.cells[name]
            end = zones.get(end, end) if "zone" in name or end not in where else end
            if where and end not in where:  # of a table that cannot be read no node is missed one by one
                what = _("{end} is neither a node nor a zone", end=repr(end))
                problems.append(Problem(str(path), row.line, name, what, suggestion(end, (*where, *zones))))
            ends.append(end)
        volume = _number(path, row, names[2], problems) or 0.0
        if ends[0] == ends[1] or volume == 0:
            continue
        if windows:
            start_s, end_s = (_number(path, row, name, problems) or 0.0 for name in ("start_s", "end_s"))
            made = [Trips(ends[0], ends[1], start_s, end_s, volume)]
        else:
            made = list(spread(ends[0], ends[1], volume))
        trips += made
        lines.demand += [row.line] * len(made)
    return trips


def _table(path: Path, columns: tuple[str, ...], optional: tuple[str, ...], problems: list[Problem]) -> list[Row]:
    try:
        rows, found = tolerant_table(path, columns, optional, foreign=True)
    except BadInput as bad:
        problems.extend(bad.problems)
        return []
    problems.extend(found)
    return rows


def _number(path: Path, row: Row, column: str, problems: list[Problem]) -> float | None:
    """A finite number, None where the cell is empty or its column missing."""
    text = row.cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    problems.append(
        Problem(
            str(path), row.line, column, _("{text} is not a finite number", text=repr(text)), _("write it like 12.5")
        )
    )
    return None
