"""Importer of pandapower nets: what planners have → `power.json`, with a list of everything that was assumed."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.city.importers.pandapower_branches import Branch, OpenSwitch, convert_branches
from simulator.city.importers.pandapower_injections import (
    BusLoads,
    Infeed,
    convert_generation,
    convert_loads,
    convert_sources,
    convert_storages,
)
from simulator.city.importers.pandapower_places import Point, frame, places
from simulator.city.importers.pandapower_rows import Tables, in_service, text
from simulator.city.power_file import (
    BatteryRecord,
    BranchRecord,
    BusRecord,
    PowerFile,
    PvRecord,
    SubstationRecord,
    SwitchRecord,
    write_power_file,
)
from simulator.contracts.city import Assumption
from simulator.contracts.problem import BadInput, Problem


def import_pandapower(source: Path | Any, out: Path) -> tuple[Assumption, ...]:
    """Convert a pandapower JSON file (any format version that pandapower can read) or net into `out`.

    Network ids are pandapower's indices (`bus-12`); a three-winding transformer's carries the prefix `w3-`. Raises
    `BadInput` for a file that pandapower cannot read, and for a net without a bus or without an infeed.
    """
    name = str(source) if isinstance(source, Path) else "net"
    net = _open(source) if isinstance(source, Path) else source
    tables = Tables(float(net.f_hz))
    off = [f"bus {i}" for i, alive in net.bus["in_service"].items() if not alive]
    for index, row in in_service(net, "bus"):
        tables.rated_kv[index] = float(row["vn_kv"])
        tables.node_of[index] = tables.add("node", u_rated=float(row["vn_kv"]) * 1e3)
    tables.assume_of("bus", off, "out of service in the file, left out")
    for table in ("line", "trafo", "trafo3w", "load", "sgen", "gen", "storage"):
        idle = [f"{table} {i}" for i, alive in net[table]["in_service"].items() if not alive] if table in net else []
        tables.assume_of(table, idle, "out of service in the file, left out")
    branches, ring = convert_branches(net, tables)
    infeeds = convert_sources(net, tables)
    if not tables.node_of or not infeeds:
        missing = "bus" if not tables.node_of else "external grid"
        raise BadInput([Problem(name, 0, missing, "there is none in service", "add one in pandapower")])
    loads = convert_loads(net, tables)
    edges = [(branch.buses[0], other) for branch in branches for other in branch.buses[1:]]
    edges += _bus_ties(net, tables)
    at = places(net, tables, edges, [infeed.bus for infeed in infeeds])
    plants = convert_generation(net, tables)
    storages = convert_storages(net, tables)
    coordinates = frame(at.values())
    if coordinates == "metres":
        tables.assume("coordinates", "too large for degrees: taken as metres of a plane")
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


def _open(path: Path) -> Any:
    import pandapower

    mend = "save it with pandapower.to_json"
    if not path.is_file():
        raise BadInput([Problem(str(path), 0, "file", "is not there", "check the path")])
    with quiet_pandapower():
        try:
            net = pandapower.from_json(str(path))
        except Exception as error:  # pandapower raises whatever the broken place happens to trip over
            what = f"pandapower cannot read it ({type(error).__name__}: {str(error)[:120]})"
            raise BadInput([Problem(str(path), 0, "file", what, mend)]) from error
    if not hasattr(net, "bus"):
        raise BadInput([Problem(str(path), 0, "file", "is no pandapower net", mend)])
    return net


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
    own = [b for b in branches if b.kind == "transformer" and b.buses[0] in bar]
    busbar = own[0].buses[1] if own else infeed.bus
    if not own:
        tables.assume("infeed", f"{infeed.name} has no transformer of its own: it feeds bus {infeed.bus} as it is")
    names = tuple(_branch_id(b) for b in own)
    return SubstationRecord(infeed.id, infeed.name, *at[busbar], str(infeed.bus), str(busbar), infeed.source, names)
