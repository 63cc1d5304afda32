"""Roads and trips from TNTP tables, the format of the TransportationNetworks collection.

Their text has metadata in angle brackets, a header after `~`, and rows that end in `;`.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.city.importers.gmns import HOURLY_ASSUMPTION, spread
from simulator.city.road_file import HOUR_S, KM_H, RoadLink, RoadNode, Trips, write_roads
from simulator.contracts.city import Assumption
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Numeral, Text, Verbatim, Words, quantity

_ = Words("simulator.city")

COLUMNS = (
    *("init node", "term node", "capacity", "length", "free flow time"),
    *("b", "power", "speed limit", "toll", "type"),
)
"""The columns of a network table, where its header does not name them."""

Table = list[tuple[str, str, float]]
"""Origin, destination, trips."""


@dataclass(frozen=True, slots=True)
class TntpLink:
    """A row of the network table; capacity, length and free-flow time in the file's own units."""

    id: str
    start: str
    end: str
    capacity: float
    length: float
    time: float


@dataclass(frozen=True, slots=True)
class TntpNet:
    """The network table; `notes` say where its metadata do not fit its rows."""

    links: tuple[TntpLink, ...]
    notes: tuple[Text, ...]


def read_nodes(path: Path) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
    """Node ids with their coordinates."""
    where: dict[str, tuple[float, float]] = {}
    problems: list[Problem] = []
    for number, line in _lines(path):
        cells = line.replace(";", " ").split()
        if not cells or line.startswith(("<", "~")) or cells[0].lower() == "node":
            continue
        if len(cells) < 3:
            problems.append(Problem(str(path), number, "row", _("has less than three cells"), _("write: node, x, y ;")))
            continue
        if cells[0] in where:
            problems.append(
                Problem(
                    str(path),
                    number,
                    "node",
                    _("{cells} is there twice", cells=repr(cells[0])),
                    _("keep one of the two"),
                )
            )
        x, y = (_number(path, number, axis, cell, problems) for axis, cell in zip("xy", cells[1:3], strict=True))
        where[cells[0]] = (x, y)
    return where, problems


def read_net(path: Path, where: Mapping[str, tuple[float, float]]) -> tuple[TntpNet, list[Problem]]:
    """The links between nodes of `where`, in the order of the file."""
    problems: list[Problem] = []
    columns = {name: i for i, name in enumerate(COLUMNS)}
    said: dict[str, str] = {}
    links: dict[str, TntpLink] = {}
    for number, line in _lines(path):
        if line.startswith("<"):
            key, _end, value = line[1:].partition(">")
            said[key.strip().lower()] = value.strip()
        elif line.startswith("~"):
            columns = _header(line) or columns
        else:
            cells = line.replace(";", " ").split()
            if len(cells) < 5:
                what = _("has {n} cells", n=len(cells))
                problems.append(
                    Problem(
                        str(path), number, "row", what, _("write at least: {names} ;", names=", ".join(COLUMNS[:5]))
                    )
                )
                continue
            ends = [cells[columns[name]] for name in COLUMNS[:2]]
            for name, end in zip(COLUMNS[:2], ends, strict=True):
                if end not in where:
                    what = _("{end} is no node of the node table", end=repr(end))
                    problems.append(Problem(str(path), number, name, what, suggestion(end, where)))
            capacity, length, time = (
                _number(path, number, name, cells[columns[name]], problems) for name in COLUMNS[2:5]
            )
            if capacity <= 0:
                what = _("{capacity} is impossible", capacity=Numeral(f"{capacity:g}"))
                problems.append(Problem(str(path), number, "capacity", what, _("give more than 0")))
            name = _link_id(cells, columns, ends, links)
            links[name] = TntpLink(name, ends[0], ends[1], capacity, length, time)
    if not links:
        problems.append(Problem(str(path), 0, "file", _("has no links"), _("check that this is a TNTP network table")))
    return TntpNet(tuple(links.values()), tuple(_differences(said, len(links), len(where)))), problems


def read_trips(path: Path, where: Mapping[str, tuple[float, float]]) -> tuple[Table, list[Problem]]:
    """Trips by origin and destination, in the order of the file."""
    problems: list[Problem] = []
    table: Table = []
    origin = ""
    for number, line in _lines(path):
        if line.startswith(("<", "~")):
            continue
        start = re.fullmatch(r"Origin\s+(\S+)\s*;?", line, re.IGNORECASE)
        names = [start.group(1)] if start else []
        if start:
            origin = start.group(1)
        for pair in [] if start else [text for text in line.split(";") if text.strip()]:
            destination, colon, volume = (part.strip() for part in pair.partition(":"))
            if not colon or not origin:
                what = _("{strip} is no `destination : trips;` below an origin", strip=repr(pair.strip()))
                problems.append(Problem(str(path), number, "trips", what, _("write `Origin A`, then `B : 12;`")))
                continue
            names.append(destination)
            trips = _number(path, number, "trips", volume, problems)
            if trips < 0:
                problems.append(
                    Problem(
                        str(path),
                        number,
                        "trips",
                        _("{trips} is impossible", trips=Numeral(f"{trips:g}")),
                        _("give at least 0"),
                    )
                )
            table.append((origin, destination, trips))
        for name in names:
            if name not in where:
                what = _("{name} is no node of the node table", name=repr(name))
                problems.append(Problem(str(path), number, "node", what, suggestion(name, where)))
    return table, problems


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that say something, stripped, with their numbers. Raises `BadInput` if the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            [Problem(str(path), 0, "file", _("cannot be read ({error})", error=reason_of(error)), _("check the path"))]
        ) from None
    for number, raw in enumerate(text.splitlines(), 1):
        if line := raw.strip():
            yield number, line


def _header(line: str) -> dict[str, int]:
    """Place of each column, empty if the header is not one that can be told apart into columns."""
    names = [cell.strip().lower().replace("_", " ") for cell in re.split(r"\t+|\s{2,}", line.strip("~; \t"))]
    columns = {name: i for i, name in enumerate(names)}
    return columns if all(name in columns for name in COLUMNS[:5]) else {}


def _link_id(cells: list[str], columns: Mapping[str, int], ends: list[str], known: Mapping[str, TntpLink]) -> str:
    place = columns.get("id", len(cells))
    base = cells[place] if place < len(cells) else f"{ends[0]}-{ends[1]}"
    name, again = base, 1
    while name in known:
        again += 1
        name = f"{base}-{again}"
    return name


def _differences(said: Mapping[str, str], links: int, nodes: int) -> Iterator[Text]:
    for key, there in (("number of links", links), ("number of nodes", nodes)):
        text = said.get(key, "")
        if text.isdigit() and int(text) != there:
            yield _("says {said} as the {key} but lists {n}: what is listed is taken", said=text, key=key, n=there)
    first = said.get("first thru node", "1")
    if first.isdigit() and int(first) > 1:
        yield _("zones below node {first} may not be driven through: this is not kept", first=first)


def _number(path: Path, line: int, field: str, text: str, problems: list[Problem]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    problems.append(
        Problem(str(path), line, field, _("{text} is not a finite number", text=repr(text)), _("write it like 12.5"))
    )
    return 0.0


FOOT_M = 0.3048
MILE_M = 1609.344
UNIT_NAMES: Mapping[str, Text] = {
    "metres": _("metres"),
    "feet": _("feet"),
    "thousand feet": _("thousand feet"),
    "kilometres": _("kilometres"),
    "miles": _("miles"),
}
LENGTH_UNITS_M = {"metres": 1.0, "feet": FOOT_M, "thousand feet": 1000 * FOOT_M, "kilometres": 1000.0, "miles": MILE_M}

SATURATION_VEH_H_LANE = 1900.0
"""What a lane passes at most: base saturation flow of the Highway Capacity Manual, pc/h and lane."""

DEFAULT_SPEED_M_S = 50 * KM_H
"""Speed where none can be derived: the limit in built-up areas (StVO § 3)."""

PLAUSIBLE_M_S = (15 * KM_H, 130 * KM_H)
"""Median free-flow speed of a road network that is believed (assumption)."""

SLOWEST_M_S, FASTEST_M_S = 10 * KM_H, 130 * KM_H
"""Speeds beyond these are brought back to them (assumption)."""


def import_tntp(
    net: Path,
    nodes: Path,
    trips: Path | None,
    out: Path,
    *,
    coordinate_unit_m: float | None = None,
    length_unit_m: float | None = None,
    time_unit_s: float | None = None,
    day_factor: float = 1.0,
) -> tuple[Assumption, ...]:
    """Write the GMNS tables of `road_file` into `out` and tell what was assumed.

    Node coordinates are kept as they are. `coordinate_unit_m`, `length_unit_m`, `time_unit_s`: metres in one unit of
    the node coordinates and of the length column, seconds in one unit of the free-flow time; assumed where not given.
    `day_factor` turns the trip table into trips of a day. Raises `BadInput` with every problem in the three files.
    """
    problems = []
    where, more = read_nodes(nodes)
    problems += more
    network, more = read_net(net, where)
    problems += more
    table, more = ([], []) if trips is None else read_trips(trips, where)
    problems += more
    if problems:
        raise BadInput(problems)
    notes = [Assumption(Verbatim(net.name), note, _("the file")) for note in network.notes]
    if coordinate_unit_m is None:
        coordinate_unit_m = FOOT_M
        notes.append(Assumption(_("road coordinates"), _("the node table states no unit: feet")))
    links = _links(network, where, coordinate_unit_m, length_unit_m, time_unit_s, notes)
    rows: list[Trips] = []
    for origin, destination, volume in table:
        if origin != destination and volume > 0:
            rows.extend(spread(origin, destination, volume * day_factor))
    if table:
        notes.append(HOURLY_ASSUMPTION)
        inside = sum(volume for origin, destination, volume in table if origin == destination)
        if inside:
            left_out = _("{n} trips within one zone use no road and are left out", n=quantity(inside, "1"))
            notes.append(Assumption(_("car trips"), left_out))
    write_roads(out, [RoadNode(name, x, y) for name, (x, y) in where.items()], links, rows)
    return tuple(notes)


def _links(
    network: TntpNet,
    where: dict[str, tuple[float, float]],
    coordinate_unit_m: float,
    length_unit_m: float | None,
    time_unit_s: float | None,
    notes: list[Assumption],
) -> list[RoadLink]:
    straight = [math.dist(where[ln.start], where[ln.end]) * coordinate_unit_m for ln in network.links]
    lengths = _lengths(network.links, straight, length_unit_m, notes)
    speeds = _speeds(network.links, lengths, time_unit_s, notes)
    notes.append(
        Assumption(
            _("road lanes"),
            _(
                "capacities are taken as veh/h of the whole road, with one lane for every {flow} veh/h begun",
                flow=SATURATION_VEH_H_LANE,
            ),
            _("Highway Capacity Manual, base saturation flow"),
        )
    )
    out = []
    for link, length_m, speed_m_s in zip(network.links, lengths, speeds, strict=True):
        lanes = max(1, math.ceil(link.capacity / SATURATION_VEH_H_LANE))
        capacity_veh_s = link.capacity / lanes / HOUR_S
        out.append(RoadLink(link.id, link.start, link.end, length_m, speed_m_s, capacity_veh_s, lanes))
    return out


def _lengths(
    links: tuple[TntpLink, ...], straight: list[float], unit_m: float | None, notes: list[Assumption]
) -> list[float]:
    """Lengths in metres: the column in its unit, the straight line where the column is empty."""
    if unit_m is None:
        ratios = [s / ln.length for s, ln in zip(straight, links, strict=True) if ln.length > 0 and s > 0]
        if ratios:
            measured = statistics.median(ratios)
            name, unit_m = min(LENGTH_UNITS_M.items(), key=lambda item: abs(math.log(item[1] / measured)))
            if abs(unit_m / measured - 1) < 0.05:
                text = _(
                    "lengths state no unit: {unit}, which fit the distances on the map (median of {measured} m)",
                    unit=UNIT_NAMES[name],
                    measured=quantity(measured, "1", 4),
                )
            else:
                unit_m = measured
                text = _(
                    "lengths state no unit and fit no usual one: one unit is {measured} m, as on the map",
                    measured=quantity(measured, "1", 4),
                )
            notes.append(Assumption(_("road lengths"), text))
    filled = [ln.length * unit_m if unit_m and ln.length > 0 else s for ln, s in zip(links, straight, strict=True)]
    empty = sum(ln.length <= 0 for ln in links)
    if empty:
        text = _("{n} links have no length: straight lines, at least 1 m", n=empty)
        notes.append(Assumption(_("road lengths"), text))
    return [max(1.0, length) for length in filled]


def _speeds(
    links: tuple[TntpLink, ...], lengths: list[float], unit_s: float | None, notes: list[Assumption]
) -> list[float]:
    """Free-flow speeds in m/s from length and free-flow time, if any reading of the two makes sense."""
    if unit_s is None:
        unit_s = 60.0
        notes.append(Assumption(_("road times"), _("free-flow times state no unit: minutes")))
    timed = [(i, ln.time * unit_s) for i, ln in enumerate(links) if ln.time > 0]
    low, high = PLAUSIBLE_M_S
    by_map = {i: lengths[i] / seconds for i, seconds in timed}
    readings = [("", by_map)]
    for name in ("miles", "kilometres"):
        unit_m = LENGTH_UNITS_M[name]
        readings.append((name, {i: links[i].length * unit_m / s for i, s in timed if links[i].length > 0}))
    found: dict[int, float] = {}
    for name, speeds in readings:
        if speeds and low <= statistics.median(speeds.values()) <= high:
            found = speeds
            if name:
                slow, fits = (statistics.median(each.values()) / KM_H for each in (by_map, speeds))
                notes.append(
                    Assumption(
                        _("road speeds"),
                        _(
                            "free-flow times do not fit the lengths on the map (median {slow} km/h) but lengths in "
                            "{unit} (median {fits} km/h): speeds follow the latter, lengths the map",
                            slow=round(slow),
                            unit=UNIT_NAMES[name],
                            fits=round(fits),
                        ),
                    )
                )
            break
    missing = len(links) - len(found)
    if missing:
        text = _("{n} links have no usable free-flow time: {speed} km/h", n=missing, speed=DEFAULT_SPEED_M_S / KM_H)
        notes.append(Assumption(_("road speeds"), text, _("StVO § 3")))
    extreme = sum(not SLOWEST_M_S <= speed <= FASTEST_M_S for speed in found.values())
    if extreme:
        text = _(
            "{n} links beyond {slowest} to {fastest} km/h are brought back to that",
            n=extreme,
            slowest=SLOWEST_M_S / KM_H,
            fastest=FASTEST_M_S / KM_H,
        )
        notes.append(Assumption(_("road speeds"), text))
    return [min(FASTEST_M_S, max(SLOWEST_M_S, found.get(i, DEFAULT_SPEED_M_S))) for i in range(len(links))]
