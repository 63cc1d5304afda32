"""Lines, transformers and switches of a pandapower net as power-grid-model rows.

Formulas: pandapower's manual for lines and transformers ("pi" model: half the magnetising branch at each side), and
power-grid-model's manual, which uses the same model and the same place for the tap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from simulator.city.importers.pandapower_rows import Row, Tables, in_service, number, text

UNKNOWN_RATING_A = 1e5
"""Rated current of a line that has none in the file: never overloaded (assumption)."""
SMALL_OHM = 1e-4
"""Reactance of a line that has no impedance in the file (assumption): a line needs one to be solved."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A converted branch: pandapower table and index, its buses, its PGM row, and which ends are closed."""

    kind: str
    index: int
    name: str
    buses: tuple[int, ...]
    table: str
    pgm: int
    rated: float
    closed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class OpenSwitch:
    """A switch that is open although the rest of its branch is closed: an open ring point."""

    index: int
    name: str
    buses: tuple[int, ...]
    table: str
    pgm: int
    side: int


def convert_branches(net: Any, tables: Tables) -> tuple[list[Branch], list[OpenSwitch]]:
    """Add all branches to the tables; returns them with the open ring points among their switches."""
    switches = _switches(net)
    branches = [
        *_lines(net, tables, switches),
        *_transformers(net, tables, switches),
        *_three_winding(net, tables, switches),
    ]
    ring = [*_ring_points(net, branches, switches, tables), *_bus_switches(net, tables)]
    return branches, ring


def _switches(net: Any) -> dict[tuple[str, int, int], bool]:
    """(element type, element, bus) → closed; several switches at one end all have to be closed."""
    out: dict[tuple[str, int, int], bool] = {}
    for row in net.switch.to_dict("records"):
        key = (str(row["et"]), int(row["element"]), int(row["bus"]))
        out[key] = out.get(key, True) and bool(row["closed"])
    return out


def _lines(net: Any, tables: Tables, switches: dict[tuple[str, int, int], bool]) -> list[Branch]:
    out, unrated, no_impedance, leaky, dropped = [], [], [], [], []
    for index, row in in_service(net, "line"):
        buses = (int(row["from_bus"]), int(row["to_bus"]))
        name = text(row, "name") or f"line {index}"
        if not all(bus in tables.node_of for bus in buses):
            dropped.append(name)
            continue
        closed = tuple(switches.get(("l", index, bus), True) for bus in buses)
        parallel, km = number(row, "parallel", 1.0), number(row, "length_km")
        resistance = number(row, "r_ohm_per_km") * km / parallel
        reactance = number(row, "x_ohm_per_km") * km / parallel
        capacitance = number(row, "c_nf_per_km") * 1e-9 * km * parallel
        conductance = number(row, "g_us_per_km") * 1e-6 * km * parallel
        rated = number(row, "max_i_ka") * 1e3 * number(row, "df", 1.0) * parallel
        if rated <= 0:
            unrated.append(name)
            rated = UNKNOWN_RATING_A
        if resistance == 0 and reactance == 0:
            no_impedance.append(name)
            reactance = SMALL_OHM
        if conductance and not capacitance:
            leaky.append(name)
        omega_c = 2 * math.pi * tables.frequency_hz * capacitance
        pgm = tables.add(
            "line",
            from_node=tables.node_of[buses[0]],
            to_node=tables.node_of[buses[1]],
            from_status=int(closed[0]),
            to_status=int(closed[1]),
            r1=resistance,
            x1=reactance,
            c1=capacitance,
            tan1=conductance / omega_c if omega_c else 0.0,
            i_n=rated,
        )
        out.append(Branch("line", index, name, buses, "line", pgm, rated, closed))
    tables.assume_of("line", unrated, f"no rated current in the file, {UNKNOWN_RATING_A:g} A taken: never overloaded")
    tables.assume_of("line", no_impedance, f"no impedance in the file, {SMALL_OHM:g} ohm taken")
    tables.assume_of("line", leaky, "shunt conductance without capacitance is left out")
    tables.assume_of("line", dropped, "left out, they end at a bus that is out of service")
    return out


def _tap(row: Row, side_volts: dict[str, float]) -> tuple[dict[str, Any], str]:
    """PGM tap columns, and what could not be taken over (empty if nothing).

    Pandapower moves the rated voltage of the tap's side by `step_percent` of itself a step, PGM by `tap_size` volts.
    """
    side = text(row, "tap_side") or "hv"
    position, neutral = number(row, "tap_pos"), number(row, "tap_neutral")
    off = position - neutral
    if "tap_pos" in row and row["tap_pos"] != row["tap_pos"]:
        off = 0.0
    kind = text(row, "tap_changer_type")
    lost = ""
    if off and kind != "Ratio":
        lost = f"tap changer of type {kind or 'none'} is left out"
        off = 0.0
    elif off and number(row, "tap_step_degree"):
        lost = "phase shift of the tap changer is left out"
    if bool(row.get("tap_dependency_table", False)) and row.get("tap_dependency_table") is True:
        lost = "impedance that depends on the tap is left out"
    size = side_volts.get(side, 0.0) * number(row, "tap_step_percent") / 100.0
    if off != round(off):  # a tap between two steps becomes one step of that size
        size, off = size * off, 1.0
    columns = {
        "tap_side": list(side_volts).index(side) if side in side_volts else 0,
        "tap_pos": round(off),
        "tap_min": min(round(off), round(number(row, "tap_min") - neutral)),
        "tap_max": max(round(off), round(number(row, "tap_max") - neutral)),
        "tap_nom": 0,
        "tap_size": size,
    }
    if number(row, "tap2_pos") != number(row, "tap2_neutral"):
        lost = "second tap changer is left out"
    return columns, lost


def _clock(shift_degree: float) -> tuple[int, bool]:
    """Vector-group clock number of a phase shift, and whether it fits (multiples of 30 degrees only)."""
    clock = round(shift_degree / 30.0)
    return clock % 12, abs(shift_degree - 30.0 * clock) < 1e-6


def _winding(clock: int) -> int:
    """PGM's winding type at the other end: delta for an odd clock number, wye with neutral for an even one."""
    return 2 if clock % 2 else 1


def _transformers(net: Any, tables: Tables, switches: dict[tuple[str, int, int], bool]) -> list[Branch]:
    out = []
    for index, row in in_service(net, "trafo"):
        buses = (int(row["hv_bus"]), int(row["lv_bus"]))
        name = text(row, "name") or f"transformer {index}"
        if not all(bus in tables.node_of for bus in buses):
            tables.assume_of("transformer", [name], "left out, it ends at a bus that is out of service")
            continue
        closed = tuple(switches.get(("t", index, bus), True) for bus in buses)
        parallel = number(row, "parallel", 1.0)
        single_va = number(row, "sn_mva") * 1e6
        volts = {"hv": number(row, "vn_hv_kv") * 1e3, "lv": number(row, "vn_lv_kv") * 1e3}
        tap, lost = _tap(row, volts)
        clock, fits = _clock(number(row, "shift_degree"))
        tables.assume_of("transformer", [name] if lost else [], lost)
        tables.assume_of("transformer", [] if fits else [name], f"phase shift rounded to {clock * 30} degrees")
        iron_w = number(row, "pfe_kw") * 1e3
        pgm = tables.add(
            "transformer",
            from_node=tables.node_of[buses[0]],
            to_node=tables.node_of[buses[1]],
            from_status=int(closed[0]),
            to_status=int(closed[1]),
            u1=volts["hv"],
            u2=volts["lv"],
            sn=single_va * parallel,
            uk=number(row, "vk_percent") / 100.0,
            pk=number(row, "vkr_percent") / 100.0 * single_va * parallel,
            i0=max(number(row, "i0_percent") / 100.0, iron_w / single_va),
            p0=iron_w * parallel,
            winding_from=_winding(clock),
            winding_to=1,
            clock=clock,
            **tap,
        )
        rated = single_va * parallel
        out.append(Branch("transformer", index, name, buses, "transformer", pgm, rated, closed))
    return out


def _three_winding(net: Any, tables: Tables, switches: dict[tuple[str, int, int], bool]) -> list[Branch]:
    out = []
    for index, row in in_service(net, "trafo3w"):
        buses = (int(row["hv_bus"]), int(row["mv_bus"]), int(row["lv_bus"]))
        name = text(row, "name") or f"three-winding transformer {index}"
        if not all(bus in tables.node_of for bus in buses):
            tables.assume_of("transformer", [name], "left out, it ends at a bus that is out of service")
            continue
        closed = tuple(switches.get(("t3", index, bus), True) for bus in buses)
        rated = {s: number(row, f"sn_{s}_mva") * 1e6 for s in ("hv", "mv", "lv")}
        volts = {s: number(row, f"vn_{s}_kv") * 1e3 for s in ("hv", "mv", "lv")}
        tap, lost = _tap(row, volts)
        clock_12, fits_12 = _clock(number(row, "shift_mv_degree"))
        clock_13, fits_13 = _clock(number(row, "shift_lv_degree"))
        tables.assume_of("transformer", [name] if lost else [], lost)
        tables.assume_of("transformer", [] if fits_12 and fits_13 else [name], "phase shift rounded to 30 degrees")
        columns: dict[str, Any] = {}
        for pair, a, b, at in (("12", "hv", "mv", "hv"), ("23", "mv", "lv", "mv"), ("13", "hv", "lv", "lv")):
            columns[f"uk_{pair}"] = number(row, f"vk_{at}_percent") / 100.0
            columns[f"pk_{pair}"] = number(row, f"vkr_{at}_percent") / 100.0 * min(rated[a], rated[b])
        for i, s in enumerate(("hv", "mv", "lv"), start=1):
            columns |= {f"node_{i}": tables.node_of[buses[i - 1]], f"status_{i}": int(closed[i - 1])}
            columns |= {f"u{i}": volts[s], f"sn_{i}": rated[s]}
        iron_w = number(row, "pfe_kw") * 1e3
        pgm = tables.add(
            "three_winding_transformer",
            **columns,
            i0=max(number(row, "i0_percent") / 100.0, iron_w / rated["hv"]),
            p0=iron_w,
            winding_1=1,
            winding_2=_winding(clock_12),
            winding_3=_winding(clock_13),
            clock_12=clock_12,
            clock_13=clock_13,
            **tap,
        )
        table = "three_winding_transformer"
        out.append(Branch("transformer", index, name, buses, table, pgm, rated["hv"], closed))
    return out


def _ring_points(
    net: Any, branches: list[Branch], switches: dict[tuple[str, int, int], bool], tables: Tables
) -> list[OpenSwitch]:
    letter = {"line": "l", "transformer": "t", "three_winding_transformer": "t3"}
    by_end = {}
    both_open = []
    for branch in branches:
        if branch.closed.count(False) == 1:
            side = branch.closed.index(False)
            by_end[letter[branch.table], branch.index, branch.buses[side]] = (branch, side)
        elif not any(branch.closed):
            both_open.append(branch.name)
    tables.assume_of("switch", both_open, "open at both ends in the file: out for good, no ring point")
    out, seen = [], set()
    for index, row in zip(net.switch.index, net.switch.to_dict("records"), strict=True):
        key = (str(row["et"]), int(row["element"]), int(row["bus"]))
        if key in by_end and not bool(row["closed"]) and key not in seen:
            seen.add(key)
            branch, side = by_end[key]
            name = text(row, "name") or f"switch {index}"
            others = tuple(bus for bus in branch.buses if bus != branch.buses[side])
            buses = (branch.buses[side], *others)
            out.append(OpenSwitch(int(index), name, buses, branch.table, branch.pgm, side))
    return out


def _bus_switches(net: Any, tables: Tables) -> list[OpenSwitch]:
    out, ohmic = [], []
    for index, row in zip(net.switch.index, net.switch.to_dict("records"), strict=True):
        buses = (int(row["bus"]), int(row["element"]))
        if str(row["et"]) != "b" or not all(bus in tables.node_of for bus in buses):
            continue
        name = text(row, "name") or f"switch {index}"
        closed = int(bool(row["closed"]))
        pgm = tables.add(
            "link",
            from_node=tables.node_of[buses[0]],
            to_node=tables.node_of[buses[1]],
            from_status=closed,
            to_status=closed,
        )
        if number(row, "z_ohm"):
            ohmic.append(name)
        if not closed:
            out.append(OpenSwitch(int(index), name, buses, "link", pgm, -1))
    tables.assume_of("switch", ohmic, "impedance of the closed switch is left out")
    return out
