"""What feeds a pandapower net and what draws from it, as power-grid-model rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from simulator.city.importers.pandapower_rows import Row, Tables, count, in_service, number, text

INFEED_SK_VA = 1e14
"""Short-circuit power of an infeed: so high that it holds its voltage, as pandapower's external grid does.

At 25 MVA it costs 1e-7 of the voltage; ten times more and large grids no longer reach the solver's tolerance.
"""
LEFT_OUT = ("impedance", "xward", "dcline", "asymmetric_load", "asymmetric_sgen", "svc", "tcsc", "ssc", "vsc")
"""Pandapower tables that power-grid-model's symmetrical power flow has no like for here."""


@dataclass
class BusLoads:
    """Loads of one bus in W and var by how they follow the voltage (constant power, impedance, current)."""

    power: list[complex] = field(default_factory=lambda: [0j, 0j, 0j])
    names: list[str] = field(default_factory=list)
    loads: list[int] = field(default_factory=list)
    motors: list[int] = field(default_factory=list)
    rated_w: float = 0.0


@dataclass(frozen=True, slots=True)
class Plant:
    """A PV plant: `index` and `name` from pandapower, row `pgm` of `sym_gen`."""

    index: int
    name: str
    bus: int
    pgm: int
    rated_w: float


@dataclass(frozen=True, slots=True)
class Storage:
    """A battery: rows of `source` and `sym_load`."""

    index: int
    name: str
    bus: int
    source: int
    load: int
    rated_w: float
    energy_j: float
    initial_share: float


@dataclass(frozen=True, slots=True)
class Infeed:
    """An external grid, or a generator that pandapower was told to balance the net with."""

    id: str
    name: str
    bus: int
    source: int


def convert_loads(net: Any, tables: Tables) -> dict[int, BusLoads]:
    """Add loads, motors and wards, summed by bus and voltage dependence; returns them by bus."""
    out: dict[int, BusLoads] = {}
    lost = []
    for index, row in in_service(net, "load"):
        bus = int(row["bus"])
        name = text(row, "name") or f"load {index}"
        if bus not in tables.node_of:
            lost.append(name)
            continue
        at = out.setdefault(bus, BusLoads())
        scaling = number(row, "scaling", 1.0) * 1e6
        p, q = number(row, "p_mw") * scaling, number(row, "q_mvar") * scaling
        shares = [(_share(row, "z", which), _share(row, "i", which)) for which in "pq"]
        (zp, ip), (zq, iq) = shares
        for i, (a, b) in enumerate(((1 - zp - ip, 1 - zq - iq), (zp, zq), (ip, iq))):
            at.power[i] += complex(p * a, q * b)
        at.rated_w += p
        at.names.append(name)
    for _, row in in_service(net, "ward"):
        if int(row["bus"]) in tables.node_of:
            at = out.setdefault(int(row["bus"]), BusLoads())
            at.power[0] += complex(number(row, "ps_mw"), number(row, "qs_mvar")) * 1e6
            at.power[1] += complex(number(row, "pz_mw"), number(row, "qz_mvar")) * 1e6
            at.rated_w += (number(row, "ps_mw") + number(row, "pz_mw")) * 1e6
    for bus, at in out.items():
        at.loads = [_load(tables, bus, kind, s) for kind, s in enumerate(at.power) if s]
    _motors(net, tables, out)
    tables.assume_of("load", lost, "left out, their bus is out of service")
    return out


def _share(row: Row, kind: str, which: str) -> float:
    return number(row, f"const_{kind}_{which}_percent", number(row, f"const_{kind}_percent")) / 100.0


def _load(tables: Tables, bus: int, kind: int, s: complex) -> int:
    node = tables.node_of[bus]
    return tables.add("sym_load", node=node, status=1, type=kind, p_specified=s.real, q_specified=s.imag)


def _motors(net: Any, tables: Tables, out: dict[int, BusLoads]) -> None:
    names = []
    for index, row in in_service(net, "motor"):
        bus = int(row["bus"])
        if bus not in tables.node_of:
            continue
        share = number(row, "loading_percent", 100.0) / 100.0 * number(row, "scaling", 1.0)
        p = number(row, "pn_mech_mw") * 1e6 / (number(row, "efficiency_percent", 100.0) / 100.0) * share
        cos_phi = number(row, "cos_phi", 1.0) or 1.0
        at = out.setdefault(bus, BusLoads())
        at.motors.append(_load(tables, bus, 0, complex(p, p * math.tan(math.acos(min(1.0, cos_phi))))))
        at.rated_w += p
        name = text(row, "name") or f"motor {index}"
        at.names.append(name)
        names.append(name)
    tables.assume_of("motor", names, "taken as loads of constant power; off where a linked pump says what it draws")


def convert_sources(net: Any, tables: Tables) -> list[Infeed]:
    """Add external grids as voltage sources."""
    out = []
    for index, row in in_service(net, "ext_grid"):
        out.append((str(index), text(row, "name") or f"infeed {index}", row))
    for index, row in in_service(net, "gen"):
        if row.get("slack") is True:
            out.append((f"gen-{index}", text(row, "name") or f"slack generator {index}", row))
    infeeds = []
    for ident, name, row in out:
        bus = int(row["bus"])
        if bus not in tables.node_of:
            continue
        source = tables.add(
            "source",
            node=tables.node_of[bus],
            status=1,
            u_ref=number(row, "vm_pu", 1.0),
            u_ref_angle=math.radians(number(row, "va_degree")),
            sk=INFEED_SK_VA,
        )
        infeeds.append(Infeed(ident, name, bus, source))
    held = "holds its voltage whatever flows; short-circuit power in the file is for short circuits"
    tables.assume_of("infeed", [i.name for i in infeeds], held, "pandapower's power flow does the same")
    return infeeds


def convert_generation(net: Any, tables: Tables) -> list[Plant]:
    """Add static generators, generators (as given power) and shunts; returns the PV plants among them."""
    plants, steady, held = [], [], []
    for table in ("sgen", "gen"):
        for index, row in in_service(net, table):
            bus = int(row["bus"])
            if bus not in tables.node_of or row.get("slack") is True:
                continue
            name = text(row, "name") or f"{table} {index}"
            scaling = number(row, "scaling", 1.0) * 1e6
            p, q = number(row, "p_mw") * scaling, number(row, "q_mvar") * scaling
            node = tables.node_of[bus]
            pgm = tables.add("sym_gen", node=node, status=1, type=0, p_specified=p, q_specified=q)
            if table == "gen":
                held.append(name)
            elif text(row, "type").upper().startswith(("PV", "SOLAR")):
                rated = number(row, "p_mw") or number(row, "sn_mva")
                plants.append(Plant(index, name, bus, pgm, rated * 1e6))
            else:
                steady.append(name)
    for _, row in in_service(net, "shunt"):
        bus = int(row["bus"])
        if bus in tables.node_of:
            volts = number(row, "vn_kv", tables.rated_kv[bus]) * 1e3
            s = complex(number(row, "p_mw"), number(row, "q_mvar")) * 1e6 * number(row, "step", 1.0)
            tables.add("shunt", node=tables.node_of[bus], status=1, g1=s.real / volts**2, b1=-s.imag / volts**2)
    tables.assume_of("generation", [p.name for p in plants], "PV: the sun decides, not the scaling in the file")
    tables.assume_of("generation", steady, "not PV: feeds the power in the file at all times")
    tables.assume_of("generation", held, "voltage control left out: feeds the file's power without reactive power")
    for table in LEFT_OUT:
        if found := count(net, table):
            tables.assume(table, f"{found} left out: not supported")
    return plants


def convert_storages(net: Any, tables: Tables) -> list[Storage]:
    """Add storages: a voltage source (off) for the island, a load for what they take in the file."""
    out = []
    for index, row in in_service(net, "storage"):
        bus = int(row["bus"])
        if bus not in tables.node_of:
            continue
        name = text(row, "name") or f"storage {index}"
        drawn = complex(number(row, "p_mw"), number(row, "q_mvar")) * number(row, "scaling", 1.0) * 1e6
        rated = abs(number(row, "sn_mva") or number(row, "max_p_mw") or number(row, "p_mw")) * 1e6
        full = number(row, "max_e_mwh") * 3.6e9
        if not rated or not full:
            tables.assume_of("storage", [name], "no rated power or energy in the file: taken as a load, no battery")
            _load(tables, bus, 0, drawn)
            continue
        node = tables.node_of[bus]
        source = tables.add("source", node=node, status=0, u_ref=1.0, u_ref_angle=0.0, sk=1e3 * rated)
        load = _load(tables, bus, 0, drawn)
        share = min(1.0, max(0.0, number(row, "soc_percent", 80.0) / 100.0))
        out.append(Storage(index, name, bus, source, load, rated, full, share))
    words = "stands by at 0 W while its part of the grid has an infeed, whatever power the file names"
    tables.assume_of("storage", [s.name for s in out], words)
    return out
