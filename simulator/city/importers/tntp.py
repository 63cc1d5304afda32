"""Roads and trips from TNTP tables, the format of the TransportationNetworks collection.

Their text has metadata in angle brackets, a header after `~`, and rows that end in `;`.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.city.files import foreign_text
from simulator.city.importers.coordinates import could_be_degrees
from simulator.city.importers.gmns import HOURLY_ASSUMPTION, HOURLY_WEIGHT, spread
from simulator.city.importers.road_units import (
    DEGREES,
    GUESSED,
    HOUR,
    LENGTH_NAMES,
    LENGTHS_M,
    SPEEDS_M_S,
    TIME_NAMES,
    TIMES_S,
    RoadUnits,
)
from simulator.city.road_file import HOUR_S, KM_H, RoadLink, RoadNode, Trips, write_roads
from simulator.contracts.city import Assumption
from simulator.contracts.names import suggestion
from simulator.contracts.place import metres_per_degree
from simulator.contracts.problem import BadInput, Problem
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
    speed: float = 0.0


@dataclass(frozen=True, slots=True)
class TntpNet:
    """The network table; `notes` say where its metadata do not fit its rows.

    Nodes with numbers below `first_through` are zones: trips begin and end there, and nobody drives through.
    """

    links: tuple[TntpLink, ...]
    notes: tuple[Text, ...]
    first_through: int = 1


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
    columns |= {"speed": columns["speed limit"]}
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
            place = columns.get("speed", columns.get("speed limit", len(cells)))
            speed = _number(path, number, "speed", cells[place], problems) if place < len(cells) else 0.0
            links[name] = TntpLink(name, ends[0], ends[1], capacity, length, time, speed)
    if not links:
        problems.append(Problem(str(path), 0, "file", _("has no links"), _("check that this is a TNTP network table")))
    first = said.get("first thru node", "1")
    notes = tuple(_differences(said, len(links), len(where)))
    return TntpNet(tuple(links.values()), notes, int(first) if first.isdigit() else 1), problems


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
    text, _code = foreign_text(path)
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


SATURATION_VEH_H_LANE = 1900.0
"""What a lane passes at most: base saturation flow of the Highway Capacity Manual, pc/h and lane."""

DEFAULT_SPEED_M_S = 50 * KM_H
"""Speed where none can be derived: the limit in built-up areas (StVO § 3)."""

PLAUSIBLE_M_S = (15 * KM_H, 130 * KM_H)
"""Median free-flow speed of a road network that is believed (assumption)."""

SLOWEST_M_S, FASTEST_M_S = 10 * KM_H, 130 * KM_H
"""Speeds beyond these are brought back to them (assumption)."""

CLOSE = 0.05
"""Lengths in a usual unit fit a map in a usual unit if their median is that near to the straight lines."""
DETOUR = (0.95, 1.6)
"""They fit also if they are that many times as long and free-flow times agree with them (assumption: roads wind)."""

ARRIVALS = "-arrivals"


def import_tntp(
    net: Path, nodes: Path, trips: Path | None, out: Path, units: RoadUnits = GUESSED
) -> tuple[Assumption, ...]:
    """Write the GMNS tables of `road_file` into `out` and tell what was assumed.

    Node coordinates are kept as they are. Units that are not named are found where length, time and map agree; where
    length and time agree and the map does not, the map is a drawing. Raises `BadInput` with every problem in the three
    files, and where no reading of the columns makes sense.
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
    links = _links(net, network, where, units, notes)
    links, arrive = _closed_zones(links, network.first_through, where, notes)
    factor = sum(HOURLY_WEIGHT) / max(HOURLY_WEIGHT) if units.period == HOUR else 1.0
    rows: list[Trips] = []
    for origin, destination, volume in table:
        if origin != destination and volume > 0:
            rows.extend(spread(origin, arrive.get(destination, destination), volume * factor))
    if table:
        notes.append(HOURLY_ASSUMPTION)
        inside = sum(volume for origin, destination, volume in table if origin == destination)
        if inside:
            left_out = _("{n} trips within one zone use no road and are left out", n=quantity(inside, "1"))
            notes.append(Assumption(_("car trips"), left_out))
    if table and units.period == HOUR:
        text = _(
            "the trip table is that of the busiest hour: a day has {factor} times as many",
            factor=quantity(factor, "1", 3),
        )
        notes.append(Assumption(_("car trips"), text))
    places = [RoadNode(name, x, y) for name, (x, y) in where.items()]
    places += [RoadNode(name, *where[zone]) for zone, name in arrive.items()]
    write_roads(out, places, links, rows)
    return tuple(notes)


def _closed_zones(
    links: list[RoadLink], first: int, where: Mapping[str, tuple[float, float]], notes: list[Assumption]
) -> tuple[list[RoadLink], dict[str, str]]:
    """Zones that may not be driven through, each with a second node at which roads arrive; by the name of the zone.

    One with a single neighbour is no way through as it is.
    """
    near: dict[str, set[str]] = {}
    for link in links:
        near.setdefault(link.start, set()).add(link.end)
        near.setdefault(link.end, set()).add(link.start)
    into = {link.end for link in links}
    closed = [name for name in where if name.isdigit() and int(name) < first and len(near.get(name, ())) > 1]
    arrive = {name: f"{name}{ARRIVALS}" for name in closed if name in into and f"{name}{ARRIVALS}" not in where}
    if not arrive:
        return links, {}
    text = _(
        "{n} zones below node {first} may not be driven through: each has a second node where trips arrive",
        n=len(arrive),
        first=first,
    )
    notes.append(Assumption(_("road zones"), text, _("the file")))
    return [replace(link, end=arrive.get(link.end, link.end)) for link in links], arrive


def _links(
    path: Path,
    network: TntpNet,
    where: dict[str, tuple[float, float]],
    units: RoadUnits,
    notes: list[Assumption],
) -> list[RoadLink]:
    lengths, speeds = _measured(path, network.links, where, units, notes)
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


@dataclass(frozen=True, slots=True)
class _Map:
    """A way to read the node table: straight lengths in metres, and what is said of it."""

    straight: tuple[float, ...]
    text: Text | None
    close: bool
    """Whether only a close fit counts: it is the guess where nothing is said."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the columns, by the names of the units of length and time."""

    length: str
    time: str
    median_m_s: float
    """Median free-flow speed; 0 where no time is usable."""

    @property
    def length_m(self) -> float:
        return LENGTHS_M[self.length]

    @property
    def plausible(self) -> bool:
        return PLAUSIBLE_M_S[0] <= self.median_m_s <= PLAUSIBLE_M_S[1]

    @property
    def odd(self) -> float:
        """How far from the speed of a town."""
        return abs(math.log(max(self.median_m_s, 1e-9) / DEFAULT_SPEED_M_S))


def _maps(where: Mapping[str, tuple[float, float]], links: tuple[TntpLink, ...], units: RoadUnits) -> list[_Map]:
    """The ways to read the node table, the best guess first: as said; degrees if they can be; feet; metres."""
    points = np.array(list(where.values()), dtype=np.float64).reshape(-1, 2)

    def plane(unit_m: float) -> tuple[float, ...]:
        return tuple(math.dist(where[ln.start], where[ln.end]) * unit_m for ln in links)

    def sphere() -> tuple[float, ...]:
        east, north = metres_per_degree(float(np.median(points[:, 1])))
        ends = [(where[ln.start], where[ln.end]) for ln in links]
        return tuple(math.hypot((bx - ax) * east, (by - ay) * north) for (ax, ay), (bx, by) in ends)

    if units.coordinates == DEGREES:
        return [_Map(sphere(), None, False)]
    if units.coordinates:
        return [_Map(plane(LENGTHS_M[units.coordinates]), None, False)]
    found = []
    if could_be_degrees(points):
        found.append(
            _Map(sphere(), _("the node table states no unit: longitude and latitude, which fit the lengths"), False)
        )
    x, y = points[:, 0], points[:, 1]
    if not len(points) or not (_between(y, GERMAN_NORTH_M) and any(_between(x, zone) for zone in GERMAN_EAST_M)):
        found.append(_Map(plane(LENGTHS_M["feet"]), _("the node table states no unit: feet"), True))
    found.append(_Map(plane(1.0), _("the node table states no unit: metres"), False))
    return found


GERMAN_NORTH_M = (5.2e6, 6.15e6)
GERMAN_EAST_M = ((2.5e5, 9.5e5), (2.4e6, 5.7e6), (3.22e7, 3.395e7))
"""Where UTM, Gauss-Krüger and UTM with its zone in front (EPSG:25832, 31467, 4647, their neighbours) have Germany."""


def _between(values: NDArray[np.float64], bounds: tuple[float, float]) -> bool:
    return bool(((values >= bounds[0]) & (values <= bounds[1])).all())


def _readings(links: tuple[TntpLink, ...], units: RoadUnits) -> list[_Reading]:
    """All ways to read length and time, minutes first, then as a town's speed is best met."""
    lengths = [units.length] if units.length else list(LENGTHS_M)
    times = [units.time] if units.time else list(TIMES_S)
    found = []
    for time in times:
        some = [(ln.length, ln.time * TIMES_S[time]) for ln in links if ln.length > 0 and ln.time > 0]
        ratio = statistics.median(length / seconds for length, seconds in some) if some else 0.0
        each = [_Reading(name, time, ratio * LENGTHS_M[name]) for name in lengths]
        found += sorted(each, key=lambda one: one.odd)
    return found


def _measured(
    path: Path,
    links: tuple[TntpLink, ...],
    where: Mapping[str, tuple[float, float]],
    units: RoadUnits,
    notes: list[Assumption],
) -> tuple[list[float], list[float]]:
    """Lengths in metres and free-flow speeds in m/s of all links."""
    readings, maps = _readings(links, units), _maps(where, links, units)
    for drawn in maps:
        found = _on_map(links, drawn, readings)
        if found is not None:
            other = _on_map(links, maps[-1], readings) if drawn.close else None
            if other is not None and any(one.plausible and one.length == other[0] for one in readings):
                text = _("a map in metres fits as well: if it is one, say --roads-coordinates metres")
                notes.append(Assumption(_("road coordinates"), text))
            return _by_map(links, drawn, *found, readings, units, notes)
    alone = next((one for one in readings if one.plausible), None)
    if alone is not None:
        _say(alone, units, notes)
        text = _("does not fit the lengths: it is taken as a drawing, scaled so that its roads are as long as they say")
        notes.append(Assumption(_("road map"), text))
        drawn = maps[-1]
        scale = alone.length_m / (_ratio(links, drawn) or 1.0)
        straight = tuple(length * scale for length in drawn.straight)
        lengths = _filled(links, straight, alone.length_m, notes)
        return lengths, _said_speeds(links, units, notes) if units.speed else _timed_speeds(links, alone, notes)
    if units.coordinates:
        (drawn,) = maps
        return _by_map(links, drawn, "", _ratio(links, drawn), readings, units, notes)
    if not any(ln.length > 0 for ln in links):  # no usable length: straight lines, if times make sense with them
        seconds = [(i, ln.time * TIMES_S[units.time or "minutes"]) for i, ln in enumerate(links) if ln.time > 0]
        for drawn in maps:
            ratios = [drawn.straight[i] / s for i, s in seconds if drawn.straight[i] > 0]
            if ratios and PLAUSIBLE_M_S[0] <= statistics.median(ratios) <= PLAUSIBLE_M_S[1]:
                return _by_map(links, drawn, "", 0.0, readings, units, notes)
        if not seconds and could_be_degrees(np.array(list(where.values()))):  # nothing but a map, on the earth
            bare = replace(maps[0], text=_("the node table states no unit: longitude and latitude"))
            return _by_map(links, bare, "", 0.0, readings, units, notes)
    what = _("no reading of length and free-flow time, with or without the map, gives the speeds of roads")
    fix = _("name the units: --roads-length-unit, --roads-time-unit, --roads-coordinates")
    raise BadInput([Problem(str(path), 0, "length", what, fix)])


def _ratio(links: tuple[TntpLink, ...], drawn: _Map) -> float:
    """Metres on the map in one unit of length: the median; 0 where nothing is drawn."""
    ratios = [s / ln.length for s, ln in zip(drawn.straight, links, strict=True) if ln.length > 0 and s > 0]
    return statistics.median(ratios) if ratios else 0.0


def _on_map(links: tuple[TntpLink, ...], drawn: _Map, readings: list[_Reading]) -> tuple[str, float] | None:
    """The unit of length that fits a map, and metres on the map in one unit; None where none fits."""
    measured = _ratio(links, drawn)
    if not measured:
        return None
    for one in readings:
        ratio = one.length_m / measured
        if not drawn.close and one.plausible and DETOUR[0] <= ratio <= DETOUR[1]:
            return one.length, measured
    near = min(readings, key=lambda one: abs(math.log(one.length_m / measured)))
    return (near.length, measured) if abs(near.length_m / measured - 1) < CLOSE else None


def _by_map(
    links: tuple[TntpLink, ...],
    drawn: _Map,
    length: str,
    measured: float,
    readings: list[_Reading],
    units: RoadUnits,
    notes: list[Assumption],
) -> tuple[list[float], list[float]]:
    """Lengths as they fit the map; speeds by them, or by lengths in another unit where only those make sense."""
    if drawn.text is not None:
        notes.append(Assumption(_("road coordinates"), drawn.text))
    if length and not units.length:
        text = _(
            "lengths state no unit: {unit}, which fit the distances on the map (median of {measured} m)",
            unit=LENGTH_NAMES[length],
            measured=quantity(measured, "1", 4),
        )
        notes.append(Assumption(_("road lengths"), text))
    elif measured and not length:
        text = _(
            "lengths state no unit and fit no usual one: one unit is {measured} m, as on the map",
            measured=quantity(measured, "1", 4),
        )
        notes.append(Assumption(_("road lengths"), text))
    unit_m = LENGTHS_M[length] if length else measured
    lengths = _filled(links, drawn.straight, unit_m, notes)
    if units.speed:
        return lengths, _said_speeds(links, units, notes)
    time = units.time or next((one.time for one in readings if one.length == length and one.plausible), "minutes")
    if not units.time:
        notes.append(Assumption(_("road times"), _("free-flow times state no unit: {unit}", unit=TIME_NAMES[time])))
    timed = [(i, ln.time * TIMES_S[time]) for i, ln in enumerate(links) if ln.time > 0]
    by_map = {i: lengths[i] / seconds for i, seconds in timed}
    others: list[tuple[str, dict[int, float]]] = [("", by_map)]
    for name in [] if units.length else ["miles", "kilometres"]:
        others.append((name, {i: links[i].length * LENGTHS_M[name] / s for i, s in timed if links[i].length > 0}))
    for name, speeds in others:
        if speeds and PLAUSIBLE_M_S[0] <= statistics.median(speeds.values()) <= PLAUSIBLE_M_S[1]:
            if name:
                slow, fits = (statistics.median(each.values()) / KM_H for each in (by_map, speeds))
                notes.append(
                    Assumption(
                        _("road speeds"),
                        _(
                            "free-flow times do not fit the lengths on the map (median {slow} km/h) but lengths in "
                            "{unit} (median {fits} km/h): speeds follow the latter, lengths the map",
                            slow=round(slow),
                            unit=LENGTH_NAMES[name],
                            fits=round(fits),
                        ),
                    )
                )
            return lengths, _bounded(links, speeds, notes)
    return lengths, _bounded(links, {}, notes)


def _say(one: _Reading, units: RoadUnits, notes: list[Assumption]) -> None:
    if not (units.length and units.time):
        text = _(
            "columns state no unit: lengths in {length} and free-flow times in {time}, which agree on {speed} km/h",
            length=LENGTH_NAMES[one.length],
            time=TIME_NAMES[one.time],
            speed=round(one.median_m_s / KM_H),
        )
        notes.append(Assumption(_("road units"), text))


def _filled(
    links: tuple[TntpLink, ...], straight: tuple[float, ...], unit_m: float, notes: list[Assumption]
) -> list[float]:
    """Lengths in metres: the column in its unit, the straight line where the column or the unit is empty."""
    filled = [ln.length * unit_m if unit_m and ln.length > 0 else s for ln, s in zip(links, straight, strict=True)]
    empty = sum(ln.length <= 0 for ln in links)
    if empty:
        text = _("{n} links have no length: straight lines, at least 1 m", n=empty)
        notes.append(Assumption(_("road lengths"), text))
    return [max(1.0, length) for length in filled]


def _said_speeds(links: tuple[TntpLink, ...], units: RoadUnits, notes: list[Assumption]) -> list[float]:
    """Free-flow speeds in m/s from the column of speeds, whose unit is named."""
    unit = SPEEDS_M_S[units.speed]
    return _bounded(links, {i: ln.speed * unit for i, ln in enumerate(links) if ln.speed > 0}, notes)


def _timed_speeds(links: tuple[TntpLink, ...], one: _Reading, notes: list[Assumption]) -> list[float]:
    """Free-flow speeds in m/s from length over time."""
    unit_m, unit_s = one.length_m, TIMES_S[one.time]
    timed = {i: ln.length * unit_m / (ln.time * unit_s) for i, ln in enumerate(links) if ln.time > 0 and ln.length > 0}
    return _bounded(links, timed, notes)


def _bounded(links: tuple[TntpLink, ...], found: Mapping[int, float], notes: list[Assumption]) -> list[float]:
    """A speed for every link: that found, within bounds, else the limit in a town."""
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
