"""From `power.json` and the city to the grid's arrays."""

from __future__ import annotations

import numpy as np

from simulator.city.power_file import PowerFile
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Text, Words
from simulator.domains.energy.catalogue import POWER, POWER_PLANT, TRANSFORMER
from simulator.domains.energy.engine import Dataset, append_rows, grid_nodes
from simulator.domains.energy.model import BatterySite, Floats, Grid, Ints, PlantSite, RingSwitch, Site
from simulator.domains.water.catalogue import PUMP

_ = Words("simulator.domains.energy")

ISLAND_STIFFNESS = 1e3
"""Short-circuit power of a grid-forming battery over its rating (assumption: its inverter holds the voltage)."""

_SIDES = {
    "line": ("from_node", "to_node"),
    "link": ("from_node", "to_node"),
    "transformer": ("from_node", "to_node"),
    "generic_branch": ("from_node", "to_node"),
    "three_winding_transformer": ("node_1", "node_2", "node_3"),
}
_STATUS = {"node_1": "status_1", "node_2": "status_2", "node_3": "status_3"}


def build_grid(file: PowerFile, data: Dataset, city: City) -> Grid:
    """The grid of a city. Adds rows to `data` for what components draw and for batteries that only the city lists.

    Raises `BadInput` where the town elements and the dataset do not belong together.
    """
    nodes = grid_nodes(data)
    at_node = {int(node): i for i, node in enumerate(nodes)}
    _check(file, data, at_node)
    bus_ids = [""] * len(nodes)
    rated = np.zeros(len(nodes))
    for record in file.buses:
        bus_ids[at_node[record.node]] = f"bus-{record.id}"
        rated[at_node[record.node]] = record.load_w
    bus_at = {name: i for i, name in enumerate(bus_ids)}
    priority = [_number(city.components.get(name), "priority", 3.0) for name in bus_ids]
    titles = {b.pgm: f"{b.kind}-{b.id}" for b in file.branches}
    branch_ids, tables, branch_pgm, ends = _branches(data, at_node, titles)
    batteries = _batteries(file, data, city, bus_at, nodes)
    charging = [battery[1] for battery in batteries]
    loads = [row for row in data["sym_load"] if int(row["id"]) not in charging] if "sym_load" in data else []
    motors = _spoken_for(file, city)
    scale = np.array([0.0 if int(row["id"]) in motors else 1.0 for row in loads])
    feeding = [i for i, name in enumerate(bus_ids) if city.links_out_of(name, POWER)]
    gens, gen_at, pv_ids, pv_gen, pv_rated = _plants(file, data, city, bus_at, nodes)
    source_pgm = np.array(data["source"]["id"], dtype=np.int64)
    source_at = {int(i): place for place, i in enumerate(source_pgm)}
    branch_at = {name: i for i, name in enumerate(branch_ids) if name}
    pgm_at = {int(i): place for place, i in enumerate(branch_pgm)}
    return Grid(
        bus_ids=tuple(bus_ids),
        bus_at=bus_at,
        bus_rated_w=rated,
        bus_priority=np.array(priority, dtype=np.int64),
        branch_ids=tuple(branch_ids),
        branch_at=branch_at,
        branch_table=tuple(tables),
        branch_pgm=branch_pgm,
        end_branch=ends[:, 0],
        end_bus=ends[:, 1],
        end_side=ends[:, 2],
        end_closed=ends[:, 3].astype(np.bool_),
        load_pgm=_ints(row["id"] for row in loads),
        load_bus=_ints(at_node[int(row["node"])] for row in loads),
        load_w=scale * np.array([row["p_specified"] for row in loads]),
        load_var=scale * np.array([row["q_specified"] for row in loads]),
        draw_pgm=_add_draws(data, nodes[feeding]),
        draw_bus=_ints(feeding),
        gen_pgm=gens,
        gen_bus=_ints(at_node[int(node)] for node in gen_at),
        gen_w=np.array(data["sym_gen"]["p_specified"], dtype=np.float64) if len(gens) else np.zeros(0),
        pv_ids=pv_ids,
        pv_gen=pv_gen,
        pv_rated_w=pv_rated,
        charge_pgm=_ints(charging),
        source_pgm=source_pgm,
        source_bus=_ints(at_node[int(node)] for node in data["source"]["node"]),
        sites=tuple(
            Site(
                f"substation-{s.id}",
                source_at[s.source],
                bus_at[f"bus-{s.bus}"],
                bus_at[f"bus-{s.busbar}"],
                tuple(branch_at[f"transformer-{t}"] for t in s.transformers),
            )
            for s in file.substations
        ),
        switches=_switches(file, city, pgm_at, ends),
        batteries=tuple(_site(city, name, source_at[source], bus) for name, _, source, bus in batteries),
        plants=_holders(file, data, bus_at, gens, source_at),
        busbars=_busbars(file, bus_at),
    )


HIGH_V = 36e3
"""Nominal voltage above which a grid is high voltage (EN 50160)."""


def _busbars(file: PowerFile, bus_at: dict[str, int]) -> tuple[int, ...]:
    """Buses of substations: below each infeed, and below each transformer that hangs on high voltage."""
    rated = {record.id: record.rated_v for record in file.buses}
    low = [s.busbar for s in file.substations]
    for branch in file.branches:
        if branch.kind == TRANSFORMER and rated[branch.ends[0]] > HIGH_V:
            low += [end for end in branch.ends[1:] if rated[end] <= HIGH_V]
    return tuple(sorted({bus_at[f"bus-{one}"] for one in low}))


def _ints(values: object) -> Ints:
    return np.array([int(v) for v in values], dtype=np.int64)  # type: ignore[attr-defined]


def _number(component: Component | None, name: str, default: float) -> float:
    return default if component is None or name not in component.parameters else component.number(name)


def _check(file: PowerFile, data: Dataset, at_node: dict[int, int]) -> None:
    problems = []

    def wrong(where: str, what: Text) -> None:
        problems.append(Problem("power.json", 0, where, what, _("write the file anew with the importer")))

    for record in file.buses:
        if record.node not in at_node:
            wrong(
                "buses",
                _("bus {id} names node {node}, which the dataset does not have", id=repr(record.id), node=record.node),
            )
    if len({record.node for record in file.buses}) != len(at_node):
        wrong("buses", _("not every node of the dataset is one bus"))
    rows = {int(i) for table in data.values() for i in table["id"]}
    used = [("branches", b.pgm) for b in file.branches] + [("substations", s.source) for s in file.substations]
    used += [("switches", s.pgm) for s in file.switches] + [("pvs", p.pgm) for p in file.pvs]
    used += [("batteries", i) for b in file.batteries for i in (b.source, b.load)]
    used += [("plants", i) for p in file.plants for i in (p.source, p.gen)]
    for section, row in used:
        if row not in rows:
            wrong(section, _("names row {row}, which the dataset does not have", row=row))
    if not file.substations:
        wrong("substations", _("there is none"))
    if problems:
        raise BadInput(problems)


def _branches(
    data: Dataset, at_node: dict[int, int], titles: dict[int, str]
) -> tuple[list[str], list[str], Ints, Ints]:
    names: list[str] = []
    tables: list[str] = []
    ids: list[int] = []
    ends: list[tuple[int, int, int, int]] = []
    for table, sides in _SIDES.items():
        for row in data.get(table, ()):
            for side, column in enumerate(sides):
                status = _STATUS.get(column, column.replace("_node", "_status"))
                ends.append((len(names), at_node[int(row[column])], side, int(row[status])))
            names.append(titles.get(int(row["id"]), ""))
            tables.append(table)
            ids.append(int(row["id"]))
    return names, tables, _ints(ids), np.array(ends, dtype=np.int64).reshape(-1, 4)


def _add_draws(data: Dataset, nodes: Ints) -> Ints:
    """A load of active power at every bus that feeds components (assumption: their reactive power is compensated)."""
    if not len(nodes):
        return np.zeros(0, dtype=np.int64)
    zero = np.zeros(len(nodes))
    return append_rows(data, "sym_load", node=nodes, status=zero + 1, type=zero, p_specified=zero, q_specified=zero)


def _spoken_for(file: PowerFile, city: City) -> set[int]:
    """Motors of the file at buses with a linked pump: the pump itself says what it draws."""
    out: set[int] = set()
    for bus in file.buses:
        links = city.links_out_of(f"bus-{bus.id}", POWER)
        if bus.motors and any(city.components[link.target].kind == PUMP for link in links):
            out.update(bus.motors)
    return out


def _place(component: Component, bus_at: dict[str, int]) -> int:
    bus = str(component.parameters.get("bus", ""))
    if bus not in bus_at:
        what = _("{id} stands at {bus}, which is no bus of the power file", id=component.id, bus=repr(bus))
        raise BadInput([Problem("city.yaml", 0, f"{component.id}.bus", what, _("name a bus, such as bus-12"))])
    return bus_at[bus]


def _batteries(
    file: PowerFile, data: Dataset, city: City, bus_at: dict[str, int], nodes: Ints
) -> list[tuple[str, int, int, int]]:
    """Every battery as (component id, charging load, source, bus)."""
    found = [(f"battery-{b.id}", b.load, b.source, bus_at[f"bus-{b.bus}"]) for b in file.batteries]
    known = {name for name, *_ in found}
    for component in city.of_kind("battery"):
        if component.id in known:
            continue
        bus = _place(component, bus_at)
        one = np.array([nodes[bus]])
        stiff = [ISLAND_STIFFNESS * component.number("rated_w")]
        source = append_rows(data, "source", node=one, status=[0], u_ref=[1.0], u_ref_angle=[0.0], sk=stiff)
        load = append_rows(data, "sym_load", node=one, status=[1], type=[0], p_specified=[0.0], q_specified=[0.0])
        found.append((component.id, int(load[0]), int(source[0]), bus))
    return [entry for entry in found if entry[0] in city.components]


def _site(city: City, name: str, source: int, bus: int) -> BatterySite:
    component = city.components[name]
    return BatterySite(
        name,
        bus,
        source,
        component.number("rated_w"),
        component.number("energy_j"),
        component.number("initial_share"),
        bool(component.parameters["grid_forming"]),
        component.number("black_start_s"),
    )


def _plants(
    file: PowerFile, data: Dataset, city: City, bus_at: dict[str, int], nodes: Ints
) -> tuple[Ints, Ints, tuple[str, ...], Ints, Floats]:
    """Rows and nodes of all generation, and which of it are PV plants, with their ratings."""
    plants = [(f"pv-{p.id}", p.pgm, p.rated_w) for p in file.pvs]
    known = {name for name, *_ in plants}
    for component in city.of_kind("pv"):
        if component.id not in known:
            node = np.array([nodes[_place(component, bus_at)]])
            row = append_rows(data, "sym_gen", node=node, status=[1], type=[0], p_specified=[0.0], q_specified=[0.0])
            plants.append((component.id, int(row[0]), component.number("rated_w")))
    gens = np.array(data["sym_gen"]["id"] if "sym_gen" in data else [], dtype=np.int64)
    where = np.array(data["sym_gen"]["node"] if "sym_gen" in data else [], dtype=np.int64)
    at = {int(row): i for i, row in enumerate(gens)}
    return (
        gens,
        where,
        tuple(name for name, *_ in plants),
        _ints(at[row] for _, row, _ in plants),
        np.array([rated for *_, rated in plants], dtype=np.float64),
    )


def _holders(
    file: PowerFile, data: Dataset, bus_at: dict[str, int], gens: Ints, source_at: dict[int, int]
) -> tuple[PlantSite, ...]:
    gen_at = {int(row): i for i, row in enumerate(gens)}
    held = data["source"]["u_ref"]
    return tuple(
        PlantSite(
            f"{POWER_PLANT}-{p.id}",
            bus_at[f"bus-{p.bus}"],
            source_at[p.source],
            gen_at[p.gen],
            float(held[source_at[p.source]]),
            p.q_min_var,
            p.q_max_var,
        )
        for p in file.plants
    )


def _switches(file: PowerFile, city: City, pgm_at: dict[int, int], ends: Ints) -> tuple[RingSwitch, ...]:
    out = []
    for record in file.switches:
        branch = pgm_at[record.pgm]
        of_branch = np.flatnonzero(ends[:, 0] == branch)
        own = tuple(int(e) for e in of_branch if record.side in (-1, ends[e, 2]))
        buses = tuple(int(bus) for bus in ends[of_branch, 1])
        component = city.components.get(f"grid-switch-{record.id}")
        if component is not None:
            remote, manual = component.number("remote_s"), component.number("manual_s")
            out.append(RingSwitch(component.id, branch, own, buses, remote, manual))
    return tuple(out)
