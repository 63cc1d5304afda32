"""Roads and trips from TNTP tables, the format of the TransportationNetworks collection.

The format states no units. Lengths are measured against the map, times are taken as minutes, and what had to be
assumed is handed back.
"""

from __future__ import annotations

import math
import statistics
from pathlib import Path

from simulator.city.importers.hours import HOURLY_ASSUMPTION, spread
from simulator.city.importers.tntp_text import TntpLink, TntpNet, read_net, read_nodes, read_trips
from simulator.city.road_file import HOUR_S, KM_H, RoadLink, RoadNode, Trips, write_roads
from simulator.contracts.city import Assumption
from simulator.contracts.problem import BadInput

FOOT_M = 0.3048
MILE_M = 1609.344
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
    notes = [Assumption(net.name, note, "the file") for note in network.notes]
    if coordinate_unit_m is None:
        coordinate_unit_m = FOOT_M
        notes.append(Assumption("road coordinates", "the node table states no unit: feet"))
    links = _links(network, where, coordinate_unit_m, length_unit_m, time_unit_s, notes)
    rows: list[Trips] = []
    for origin, destination, volume in table:
        if origin != destination and volume > 0:
            rows.extend(spread(origin, destination, volume * day_factor))
    if table:
        notes.append(HOURLY_ASSUMPTION)
        inside = sum(volume for origin, destination, volume in table if origin == destination)
        if inside:
            notes.append(Assumption("car trips", f"{inside:g} trips within one zone use no road and are left out"))
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
            "road lanes",
            f"capacities are taken as veh/h of the whole road, with one lane for every {SATURATION_VEH_H_LANE:g} veh/h "
            "begun",
            "Highway Capacity Manual, base saturation flow",
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
                text = f"lengths state no unit: {name}, which fit the distances on the map (median of {measured:.4g} m)"
            else:
                unit_m = measured
                text = f"lengths state no unit and fit no usual one: one unit is {measured:.4g} m, as on the map"
            notes.append(Assumption("road lengths", text))
    filled = [ln.length * unit_m if unit_m and ln.length > 0 else s for ln, s in zip(links, straight, strict=True)]
    empty = sum(ln.length <= 0 for ln in links)
    if empty:
        notes.append(Assumption("road lengths", f"{empty} links have no length: straight lines, at least 1 m"))
    return [max(1.0, length) for length in filled]


def _speeds(
    links: tuple[TntpLink, ...], lengths: list[float], unit_s: float | None, notes: list[Assumption]
) -> list[float]:
    """Free-flow speeds in m/s from length and free-flow time, if any reading of the two makes sense."""
    if unit_s is None:
        unit_s = 60.0
        notes.append(Assumption("road times", "free-flow times state no unit: minutes"))
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
                        "road speeds",
                        f"free-flow times do not fit the lengths on the map (median {slow:.0f} km/h) but lengths in "
                        f"{name} (median {fits:.0f} km/h): speeds follow the latter, lengths the map",
                    )
                )
            break
    missing = len(links) - len(found)
    if missing:
        text = f"{missing} links have no usable free-flow time: {DEFAULT_SPEED_M_S / KM_H:g} km/h"
        notes.append(Assumption("road speeds", text, "StVO § 3"))
    extreme = sum(not SLOWEST_M_S <= speed <= FASTEST_M_S for speed in found.values())
    if extreme:
        text = f"{extreme} links beyond {SLOWEST_M_S / KM_H:g} to {FASTEST_M_S / KM_H:g} km/h are brought back to that"
        notes.append(Assumption("road speeds", text))
    return [min(FASTEST_M_S, max(SLOWEST_M_S, found.get(i, DEFAULT_SPEED_M_S))) for i in range(len(links))]
