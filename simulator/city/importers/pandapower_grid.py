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

import numpy as np

from simulator.city.importers.coordinates import Drawing, could_be_degrees
from simulator.city.importers.pandapower_json import plain_net
from simulator.city.importers.pandapower_rows import (
    Branch,
    BusLoads,
    Infeed,
    OpenSwitch,
    Tables,
    convert_branches,
    convert_dc,
    convert_generation,
    convert_holders,
    convert_loads,
    convert_sources,
    convert_storages,
    in_service,
    missing_values,
    text,
)
from simulator.city.layout import Point, neighbours, tree
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
from simulator.contracts.words import Verbatim, Words, quantity
from simulator.domains.energy.catalogue import TRANSFORMER

_ = Words("simulator.city")


def places(net: Any, tables: Tables, edges: Sequence[tuple[int, int]], roots: Iterable[int]) -> dict[int, Point]:
    """A point for every bus: from its GeoJSON, else from the old table `bus_geodata`, else drawn or a neighbour's."""
    known = _from_geojson(net) or _from_table(net)
    known = {bus: point for bus, point in known.items() if bus in tables.node_of}
    for index, inner in tables.inner_bus.items():
        if (bus := int(net.xward.at[index, "bus"])) in known:
            known[inner] = known[bus]
    buses = list(tables.node_of)
    if not known:
        tables.assume(_("coordinates"), _("the file has none; the grid was drawn as a tree from its infeeds"))
        return tree(buses, edges, roots)
    missing = [bus for bus in buses if bus not in known]
    if missing:
        words = _("without coordinates, placed at the nearest neighbour along the grid that has some")
        tables.assume_of(_("coordinates"), [f"bus {bus}" for bus in missing], words)
        _borrow(known, buses, edges)
    return known


def frame(at: dict[int, Point], lines: Sequence[tuple[int, int, float]]) -> tuple[str, float]:
    """`lon-lat` where points could be degrees and lines are as long as that, else `metres`; and metres in one unit.

    `lines` are pairs of buses with their lengths in metres. Lengths that are all alike say nothing.
    """
    points = np.array(list(at.values()), dtype=np.float64)
    ends = np.array([(*at[a], *at[b], length) for a, b, length in lines if length > 0]).reshape(-1, 5)
    if not could_be_degrees(points):
        return "metres", 1.0
    drawing = Drawing(points, ends)
    telling = len(np.unique(ends[:, 4])) > 1
    if drawing.degrees if telling else drawing.as_on_earth:
        return "lon-lat", 1.0
    return "metres", drawing.unit_m or 1.0


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


def _borrow(known: dict[int, Point], buses: Sequence[int], edges: Sequence[tuple[int, int]]) -> None:
    near = neighbours(edges)
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


def import_pandapower(source: Path | Any, out: Path) -> tuple[Assumption, ...]:
    """Convert a pandapower JSON file (any format version that pandapower can read) or net into `out`.

    Network ids are pandapower's indices (`bus-12`); a three-winding transformer's carries the prefix `w3-`, an
    impedance's `impedance-`, what stands for the inside of an extended ward `xward-`.

    Raises `BadInput` for a file that pandapower cannot read, and for a net without a bus or without an infeed.
    """
    name = str(source) if isinstance(source, Path) else "net"
    net, left_out = _open(source) if isinstance(source, Path) else (source, {})
    if problems := missing_values(net, name):
        raise BadInput(problems)
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
    convert_dc(net, tables)
    edges = [(branch.buses[0], other) for branch in branches for other in branch.buses[1:]]
    edges += _bus_ties(net, tables)
    at = places(net, tables, edges, [infeed.bus for infeed in infeeds])
    plants = convert_generation(net, tables)
    holders = convert_holders(net, tables)
    storages = convert_storages(net, tables)
    coordinates, unit_m = frame(at, [(b.buses[0], b.buses[1], b.length_m) for b in branches])
    if unit_m != 1.0:
        at = {bus: (x * unit_m, y * unit_m) for bus, (x, y) in at.items()}
        said = _("a drawing, scaled so that lines are as long as the file says: one unit is {unit} m")
        tables.assume(_("coordinates"), said.filled(unit=quantity(unit_m, "1", 4)))
    elif coordinates == "metres":
        tables.assume(_("coordinates"), _("no degrees: taken as metres of a plane"))
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
            PlantRecord(h.id, h.name, *at[h.bus], str(h.bus), h.source, h.gen, h.rated_w, h.q_min_var, h.q_max_var)
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
        text({"name": net.bus.at[bus, "name"]}, "name") if bus in net.bus.index else "",
        *at[bus],
        tables.node_of[bus],
        tables.rated_kv[bus] * 1e3,
        drawn.rated_w,
        tuple(drawn.loads),
        tuple(drawn.motors),
        tuple(drawn.names),
    )


def _branch_id(branch: Branch) -> str:
    return f"{branch.prefix}{branch.index}"


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
