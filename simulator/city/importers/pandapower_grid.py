"""Where the buses of a pandapower net stand on the map."""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.city.importers.pandapower_json import plain_net
from simulator.city.importers.pandapower_rows import (
    Branch,
    BusLoads,
    Infeed,
    OpenSwitch,
    Tables,
    convert_branches,
    convert_generation,
    convert_holders,
    convert_loads,
    convert_sources,
    convert_storages,
    in_service,
    text,
)
from simulator.city.power_file import (
    BatteryRecord,
    BranchRecord,
    BusRecord,
    PlantRecord,
    PowerFile,
    PvRecord,
    SubstationRecord,
    SwitchRecord,
    write_power_file,
)
from simulator.contracts.city import Assumption
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Verbatim, Words
from simulator.domains.energy.catalogue import TRANSFORMER

_ = Words("simulator.city")

Point = tuple[float, float]
STEP_M = 100.0
"""Distance between neighbours in a drawn layout (assumption)."""


def places(net: Any, tables: Tables, edges: Sequence[tuple[int, int]], roots: Iterable[int]) -> dict[int, Point]:
    """A point for every bus: from its GeoJSON, else from the old table `bus_geodata`, else drawn or a neighbour's."""
    known = _from_geojson(net) or _from_table(net)
    known = {bus: point for bus, point in known.items() if bus in tables.node_of}
    buses = list(tables.node_of)
    if not known:
        tables.assume(_("coordinates"), _("the file has none; the grid was drawn as a tree from its infeeds"))
        return _tree(buses, edges, roots)
    missing = [bus for bus in buses if bus not in known]
    if missing:
        words = _("without coordinates, placed at the nearest neighbour along the grid that has some")
        tables.assume_of(_("coordinates"), [f"bus {bus}" for bus in missing], words)
        _borrow(known, buses, edges)
    return known


def frame(points: Iterable[Point]) -> str:
    """`lon-lat` if every point could be degrees, else `metres`. A small plane round its origin would be taken wrong."""
    return "lon-lat" if all(abs(x) <= 180.0 and abs(y) <= 90.0 for x, y in points) else "metres"


def _from_geojson(net: Any) -> dict[int, Point]:
    out: dict[int, Point] = {}
    if "geo" not in net.bus:
        return out
    for bus, geo in net.bus["geo"].items():
        try:
            x, y = json.loads(geo)["coordinates"][:2]
            out[int(bus)] = (float(x), float(y))
        except (TypeError, ValueError, KeyError, IndexError):
            continue
    return {bus: (x, y) for bus, (x, y) in out.items() if math.isfinite(x) and math.isfinite(y)}


def _from_table(net: Any) -> dict[int, Point]:
    frame = net.get("bus_geodata")
    if frame is None or not len(frame):
        return {}
    rows = zip(frame.index, frame["x"], frame["y"], strict=True)
    return {int(bus): (float(x), float(y)) for bus, x, y in rows if math.isfinite(x) and math.isfinite(y)}


def _neighbours(edges: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    out: dict[int, list[int]] = {}
    for a, b in edges:
        out.setdefault(a, []).append(b)
        out.setdefault(b, []).append(a)
    return out


def _borrow(known: dict[int, Point], buses: Sequence[int], edges: Sequence[tuple[int, int]]) -> None:
    near = _neighbours(edges)
    queue = deque(known)
    while queue:
        bus = queue.popleft()
        for other in near.get(bus, ()):
            if other not in known:
                known[other] = known[bus]
                queue.append(other)
    xs, ys = zip(*known.values(), strict=True)
    middle = (sum(xs) / len(xs), sum(ys) / len(ys))
    for bus in buses:
        known.setdefault(bus, middle)


def _tree(buses: Sequence[int], edges: Sequence[tuple[int, int]], roots: Iterable[int]) -> dict[int, Point]:
    """Rings round each infeed: the depth gives the radius, the order of discovery the angle."""
    near = _neighbours(edges)
    depth: dict[int, int] = {}
    for root in [*roots, *buses]:
        if root in depth:
            continue
        depth[root] = 0
        queue = deque([root])
        while queue:
            bus = queue.popleft()
            for other in near.get(bus, ()):
                if other not in depth:
                    depth[other] = depth[bus] + 1
                    queue.append(other)
    rings: dict[int, list[int]] = {}
    for bus, d in depth.items():
        rings.setdefault(d, []).append(bus)
    out = {}
    for d, ring in rings.items():
        radius = STEP_M * max(d, len(ring) / (2 * math.pi) if len(ring) > 1 else d)
        for i, bus in enumerate(ring):
            angle = 2 * math.pi * i / len(ring)
            out[bus] = (radius * math.cos(angle), radius * math.sin(angle))
    return out


def import_pandapower(source: Path | Any, out: Path) -> tuple[Assumption, ...]:
    """Convert a pandapower JSON file (any format version that pandapower can read) or net into `out`.

    Network ids are pandapower's indices (`bus-12`); a three-winding transformer's carries the prefix `w3-`. Raises
    `BadInput` for a file that pandapower cannot read, and for a net without a bus or without an infeed.
    """
    name = str(source) if isinstance(source, Path) else "net"
    net, left_out = _open(source) if isinstance(source, Path) else (source, {})
    tables = Tables(float(net.f_hz))
    for kind, number in left_out.items():
        tables.assume(
            _("control"),
            _("{number} {name} left out: taps and set-points stay as the tables have them", number=number, name=kind),
        )
    off = [f"bus {i}" for i, alive in net.bus["in_service"].items() if not alive]
    for index, row in in_service(net, "bus"):
        tables.rated_kv[index] = float(row["vn_kv"])
        tables.node_of[index] = tables.add("node", u_rated=float(row["vn_kv"]) * 1e3)
    tables.assume_of(_("bus"), off, _("out of service in the file, left out"))
    for table in ("line", "trafo", "trafo3w", "load", "sgen", "gen", "storage"):
        idle = [f"{table} {i}" for i, alive in net[table]["in_service"].items() if not alive] if table in net else []
        tables.assume_of(Verbatim(table), idle, _("out of service in the file, left out"))
    branches, ring = convert_branches(net, tables)
    infeeds = convert_sources(net, tables)
    if not tables.node_of or not infeeds:
        missing = "bus" if not tables.node_of else "external grid"
        raise BadInput([Problem(name, 0, missing, _("there is none in service"), _("add one in pandapower"))])
    loads = convert_loads(net, tables)
    edges = [(branch.buses[0], other) for branch in branches for other in branch.buses[1:]]
    edges += _bus_ties(net, tables)
    at = places(net, tables, edges, [infeed.bus for infeed in infeeds])
    plants = convert_generation(net, tables)
    holders = convert_holders(net, tables)
    storages = convert_storages(net, tables)
    coordinates = frame(at.values())
    if coordinates == "metres":
        tables.assume(_("coordinates"), _("too large for degrees: taken as metres of a plane"))
    file = PowerFile(
        tables.frequency_hz,
        coordinates,
        tables.dataset(),
        tuple(_bus(net, tables, at, bus, loads.get(bus)) for bus in tables.node_of),
        tuple(_branch(branch, at) for branch in branches),
        tuple(_substation(net, tables, infeed, branches, at) for infeed in infeeds),
        tuple(_switch(switch, at) for switch in ring),
        tuple(PvRecord(str(p.index), p.name, *at[p.bus], str(p.bus), p.pgm, p.rated_w) for p in plants),
        tuple(
            BatteryRecord(
                str(s.index), s.name, *at[s.bus], str(s.bus), s.source, s.load, s.rated_w, s.energy_j, s.initial_share
            )
            for s in storages
        ),
        tuple(
            PlantRecord(
                str(h.index), h.name, *at[h.bus], str(h.bus), h.source, h.gen, h.rated_w, h.q_min_var, h.q_max_var
            )
            for h in holders
        ),
    )
    write_power_file(file, out)
    return tuple(tables.assumptions)


@contextmanager
def quiet_pandapower() -> Iterator[None]:
    """Without pandapower's advice to install numba: nothing here solves a power flow with it."""
    logger = logging.getLogger("pandapower")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def _open(path: Path) -> tuple[Any, dict[str, int]]:
    """The net in a file, and how many objects were not read, by class."""
    import pandapower

    fix = _("save it with pandapower.to_json")
    if not path.is_file():
        raise BadInput([Problem(str(path), 0, "file", _("is not there"), _("check the path"))])
    content, left_out = plain_net(path)
    with quiet_pandapower():
        try:
            net = pandapower.from_json_string(content, convert=True)
        except Exception as error:  # pandapower raises whatever the broken place happens to trip over
            what = _("pandapower cannot read it ({name}: {error})", name=type(error).__name__, error=str(error)[:120])
            raise BadInput([Problem(str(path), 0, "file", what, fix)]) from error
    if not hasattr(net, "bus"):
        raise BadInput([Problem(str(path), 0, "file", _("is no pandapower net"), fix)])
    return net, left_out


def _bus_ties(net: Any, tables: Tables) -> list[tuple[int, int]]:
    rows = net.switch[net.switch["et"] == "b"]
    pairs = zip(rows["bus"], rows["element"], strict=True)
    return [(int(a), int(b)) for a, b in pairs if int(a) in tables.node_of and int(b) in tables.node_of]


def _bus(net: Any, tables: Tables, at: dict[int, Point], bus: int, loads: BusLoads | None) -> BusRecord:
    drawn = loads or BusLoads()
    return BusRecord(
        str(bus),
        text({"name": net.bus.at[bus, "name"]}, "name"),
        *at[bus],
        tables.node_of[bus],
        tables.rated_kv[bus] * 1e3,
        drawn.rated_w,
        tuple(drawn.loads),
        tuple(drawn.motors),
        tuple(drawn.names),
    )


def _branch_id(branch: Branch) -> str:
    return f"w3-{branch.index}" if branch.table == "three_winding_transformer" else str(branch.index)


def _middle(points: list[Point]) -> Point:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def _branch(branch: Branch, at: dict[int, Point]) -> BranchRecord:
    ends = tuple(str(bus) for bus in branch.buses)
    x, y = _middle([at[bus] for bus in branch.buses])
    return BranchRecord(
        branch.kind, _branch_id(branch), branch.name, x, y, ends, branch.table, branch.pgm, branch.rated
    )


def _switch(switch: OpenSwitch, at: dict[int, Point]) -> SwitchRecord:
    ends = tuple(str(bus) for bus in switch.buses)
    x, y = at[switch.buses[0]]
    return SwitchRecord(str(switch.index), switch.name, x, y, ends, switch.table, switch.pgm, switch.side)


def _substation(
    net: Any, tables: Tables, infeed: Infeed, branches: list[Branch], at: dict[int, Point]
) -> SubstationRecord:
    """The infeed with the transformers that hang on its busbar, closed busbar switches included."""
    near: dict[int, list[int]] = {}
    closed = net.switch[(net.switch["et"] == "b") & net.switch["closed"]]
    for a, b in zip(closed["bus"], closed["element"], strict=True):
        near.setdefault(int(a), []).append(int(b))
        near.setdefault(int(b), []).append(int(a))
    bar, stack = {infeed.bus}, [infeed.bus]
    while stack:
        for other in near.get(stack.pop(), ()):
            if other in tables.node_of and other not in bar:
                bar.add(other)
                stack.append(other)
    own = [b for b in branches if b.kind == TRANSFORMER and b.buses[0] in bar]
    busbar = own[0].buses[1] if own else infeed.bus
    if not own:
        words = _(
            "{name} has no transformer of its own: it feeds bus {bus} as it is", name=infeed.name, bus=str(infeed.bus)
        )
        tables.assume(_("infeed"), words)
    names = tuple(_branch_id(b) for b in own)
    return SubstationRecord(infeed.id, infeed.name, *at[busbar], str(infeed.bus), str(busbar), infeed.source, names)
