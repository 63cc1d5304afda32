"""Elements of a pandapower net as rows of a power-grid-model dataset, and what had to be assumed: lines, transformers,
switches, what feeds the net and what draws from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.contracts.city import ASSUMED, Assumption
from simulator.contracts.problem import Problem
from simulator.contracts.words import NO_TEXT, Numeral, Text, Verbatim, Words, joined
from simulator.domains.energy.catalogue import TRANSFORMER

_ = Words("simulator.city")

Row = dict[str, Any]


def number(row: Row, column: str, default: float = 0.0) -> float:
    """A cell as a float; `default` where the column is missing, empty or not a number."""
    value = row.get(column)
    try:
        out = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return default
    return default if math.isnan(out) else out


def text(row: Row, column: str) -> str:
    """A cell as text, empty where the column is missing or empty."""
    value = row.get(column)
    return "" if value is None or str(value) in ("None", "<NA>", "nan") else str(value)


@dataclass
class Tables:
    """The PGM input tables under way. Ids are unique over all tables, as PGM asks."""

    frequency_hz: float
    rows: dict[str, list[Row]] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    node_of: dict[int, int] = field(default_factory=dict)
    rated_kv: dict[int, float] = field(default_factory=dict)
    inner_bus: dict[int, int] = field(default_factory=dict)
    """Of each extended ward: the bus behind its impedance, which the file does not name."""
    _next: int = 0

    def add(self, table: str, **values: Any) -> int:
        """One more row; returns its id."""
        self.rows.setdefault(table, []).append({"id": self._next, **values})
        self._next += 1
        return self._next - 1

    def assume(self, subject: Text, words: Text, basis: Text = ASSUMED) -> None:
        self.assumptions.append(Assumption(subject, words, basis))

    def assume_of(self, subject: Text, names: list[str], words: Text, basis: Text = ASSUMED) -> None:
        """One assumption about many elements, if there are any: how many, and the first of them by name."""
        if names:
            first = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            self.assume(subject, joined((Verbatim(f"{len(names)} ({first}): "), words), NO_TEXT), basis)

    def dataset(self) -> str:
        """The tables in power-grid-model's JSON form."""
        from power_grid_model import ComponentType, DatasetType, initialize_array
        from power_grid_model.utils import json_serialize

        data = {}
        for table, rows in self.rows.items():
            array = initialize_array(DatasetType.input, ComponentType[table], len(rows))
            for column in rows[0]:
                array[column] = [row[column] for row in rows]
            data[ComponentType[table]] = array
        return str(json_serialize(data, dataset_type=DatasetType.input, use_compact_list=True, indent=-1))


def in_service(net: Any, table: str) -> Iterator[tuple[int, Row]]:
    """The rows of a pandapower table that are in service, as (index, row)."""
    frame = net.get(table)
    if frame is None or not len(frame):
        return
    for index, row in zip(frame.index, frame.to_dict("records"), strict=True):
        if bool(row.get("in_service", True)):
            yield int(index), row


def count(net: Any, table: str) -> int:
    frame = net.get(table)
    return 0 if frame is None or not hasattr(frame, "columns") else len(frame)


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
    length_m: float = 0.0
    prefix: str = ""


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
        *_impedances(net, tables),
        *_inner_impedances(net, tables),
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
        out.append(Branch("line", index, name, buses, "line", pgm, rated, closed, km * 1000.0))
    tables.assume_of(
        _("line"),
        unrated,
        _("no rated current in the file, {current} A taken: never overloaded", current=UNKNOWN_RATING_A),
    )
    tables.assume_of(
        _("line"),
        no_impedance,
        _("no impedance in the file, {impedance} ohm taken", impedance=Numeral(f"{SMALL_OHM:g}")),
    )
    tables.assume_of(_("line"), leaky, _("shunt conductance without capacitance is left out"))
    tables.assume_of(_("line"), dropped, _("left out, they end at a bus that is out of service"))
    return out


def _tap(row: Row, side_volts: dict[str, float]) -> tuple[dict[str, Any], Text]:
    """PGM tap columns, and what could not be taken over (`NO_TEXT` if nothing).

    Pandapower moves the rated voltage of the tap's side by `step_percent` of itself a step, PGM by `tap_size` volts.
    """
    side = text(row, "tap_side") or "hv"
    neutral, off = number(row, "tap_neutral"), _tap_off(row)
    kind = text(row, "tap_changer_type")
    lost: Text = NO_TEXT
    if off and kind not in ("Ratio", "Symmetrical"):
        lost = _("tap changer of type {kind} is left out", kind=kind or _("none"))
        off = 0.0
    elif off and number(row, "tap_step_degree"):
        lost = _("phase shift of the tap changer is left out")
    if bool(row.get("tap_dependency_table", False)) and row.get("tap_dependency_table") is True:
        lost = _("impedance that depends on the tap is left out")
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
        lost = _("second tap changer is left out")
    return columns, lost


def _clock(shift_degree: float) -> tuple[int, bool]:
    """Vector-group clock number of a phase shift, and whether it fits (multiples of 30 degrees only)."""
    clock = round(shift_degree / 30.0)
    return clock % 12, abs(shift_degree - 30.0 * clock) < 1e-6


def _winding(clock: int) -> int:
    """PGM's winding type at the other end: delta for an odd clock number, wye with neutral for an even one."""
    return 2 if clock % 2 else 1


def _transformers(net: Any, tables: Tables, switches: dict[tuple[str, int, int], bool]) -> list[Branch]:
    out, charging = [], []
    for index, row in in_service(net, "trafo"):
        buses = (int(row["hv_bus"]), int(row["lv_bus"]))
        name = text(row, "name") or f"transformer {index}"
        if not all(bus in tables.node_of for bus in buses):
            tables.assume_of(_("transformer"), [name], _("left out, it ends at a bus that is out of service"))
            continue
        closed = tuple(switches.get(("t", index, bus), True) for bus in buses)
        rated = number(row, "sn_mva") * 1e6 * number(row, "parallel", 1.0)
        if number(row, "i0_percent") < 0:
            charging.append(name)
        negative = number(row, "vk_percent") < 0  # as equivalents of larger grids have it: no windings are like that
        if _clock(number(row, "shift_degree"))[1] and not _turns(row) and not negative:
            table, pgm = "transformer", _transformer(row, tables, buses, closed, name)
        else:
            table, pgm = "generic_branch", _shifter(row, tables, buses, closed)
        out.append(Branch(TRANSFORMER, index, name, buses, table, pgm, rated, closed))
    words = _("no-load current below zero: its amount is taken")
    tables.assume_of(_("transformer"), charging, words, _("pandapower's power flow does the same"))
    return out


def _transformer(row: Row, tables: Tables, buses: tuple[int, int], closed: tuple[bool, ...], name: str) -> int:
    """A transformer whose windings are of a vector group."""
    parallel = number(row, "parallel", 1.0)
    single_va, iron_w = number(row, "sn_mva") * 1e6, number(row, "pfe_kw") * 1e3
    volts = {"hv": number(row, "vn_hv_kv") * 1e3, "lv": number(row, "vn_lv_kv") * 1e3}
    tap, lost = _tap(row, volts)
    clock, _fits = _clock(number(row, "shift_degree"))
    tables.assume_of(_("transformer"), [] if lost is NO_TEXT else [name], lost)
    return tables.add(
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
        i0=max(abs(number(row, "i0_percent")) / 100.0, iron_w / single_va),
        p0=iron_w * parallel,
        winding_from=_winding(clock),
        winding_to=1,
        clock=clock,
        **tap,
    )


def _turns(row: Row) -> bool:
    """Whether the tap changer, where it stands, turns the phase."""
    kind, off = text(row, "tap_changer_type"), _tap_off(row)
    return bool(off) and (
        kind == "Ideal" or (kind in ("Ratio", "Symmetrical") and bool(number(row, "tap_step_degree")))
    )


def _tap_off(row: Row) -> float:
    """Steps of the tap changer beyond its neutral one."""
    position = number(row, "tap_pos", math.nan)
    return 0.0 if math.isnan(position) else position - number(row, "tap_neutral")


def _shifter(row: Row, tables: Tables, buses: tuple[int, int], closed: tuple[bool, ...]) -> int:
    """A transformer that turns the phase by any angle: an ideal one before an impedance (pi), as pandapower has it.

    Impedances in ohm are those of the side of the lower voltage.
    """
    volts = {"hv": number(row, "vn_hv_kv") * 1e3, "lv": number(row, "vn_lv_kv") * 1e3}
    shift = math.radians(number(row, "shift_degree"))
    side = text(row, "tap_side") or "hv"
    off, kind = _tap_off(row), text(row, "tap_changer_type")
    step, angle = number(row, "tap_step_percent") / 100.0, math.radians(number(row, "tap_step_degree"))
    way = 1.0 if side == "hv" else -1.0
    if kind == "Ideal":
        shift += way * (off * angle if angle else 2 * math.asin(max(-1.0, min(1.0, off * step / 2))))
    elif kind in ("Ratio", "Symmetrical") and side in volts:
        along, across = 1 + off * step * math.cos(angle), off * step * math.sin(angle)
        volts[side] *= math.hypot(along, across)
        shift += way * math.atan2(across, along)
    rated = number(row, "sn_mva") * 1e6 * number(row, "parallel", 1.0)
    base_ohm = volts["lv"] ** 2 / rated
    r, z = (number(row, column) / 100.0 for column in ("vkr_percent", "vk_percent"))
    x = math.copysign(math.sqrt(max(0.0, z * z - r * r)), z)
    iron = number(row, "pfe_kw") * 1e3 * number(row, "parallel", 1.0) / rated
    no_load = math.sqrt(max(0.0, (number(row, "i0_percent") / 100.0) ** 2 - iron**2))
    nodes = [tables.rated_kv[bus] for bus in buses]
    return tables.add(
        "generic_branch",
        from_node=tables.node_of[buses[0]],
        to_node=tables.node_of[buses[1]],
        from_status=int(closed[0]),
        to_status=int(closed[1]),
        r1=r * base_ohm,
        x1=x * base_ohm,
        g1=iron / base_ohm,
        b1=-no_load / base_ohm,
        k=volts["hv"] / volts["lv"] / (nodes[0] / nodes[1]),
        theta=shift,
        sn=rated,
    )


def _three_winding(net: Any, tables: Tables, switches: dict[tuple[str, int, int], bool]) -> list[Branch]:
    out = []
    for index, row in in_service(net, "trafo3w"):
        buses = (int(row["hv_bus"]), int(row["mv_bus"]), int(row["lv_bus"]))
        name = text(row, "name") or f"three-winding transformer {index}"
        if not all(bus in tables.node_of for bus in buses):
            tables.assume_of(_("transformer"), [name], _("left out, it ends at a bus that is out of service"))
            continue
        closed = tuple(switches.get(("t3", index, bus), True) for bus in buses)
        rated = {s: number(row, f"sn_{s}_mva") * 1e6 for s in ("hv", "mv", "lv")}
        volts = {s: number(row, f"vn_{s}_kv") * 1e3 for s in ("hv", "mv", "lv")}
        tap, lost = _tap(row, volts)
        clock_12, fits_12 = _clock(number(row, "shift_mv_degree"))
        clock_13, fits_13 = _clock(number(row, "shift_lv_degree"))
        tables.assume_of(_("transformer"), [] if lost is NO_TEXT else [name], lost)
        tables.assume_of(
            _("transformer"),
            [] if fits_12 and fits_13 else [name],
            _("phase shift rounded to {degrees} degrees", degrees=30),
        )
        columns: dict[str, Any] = _star(row, rated)
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
        out.append(Branch(TRANSFORMER, index, name, buses, table, pgm, rated["hv"], closed, prefix="w3-"))
        if row.get("tap_at_star_point") is True and tap["tap_pos"]:
            words = _("taps at the star point are taken as at the terminal")
            tables.assume_of(_("transformer"), [name], words)
    return out


def _star(row: Row, rated: dict[str, float]) -> dict[str, float]:
    """Short-circuit voltages and losses by pair of windings, as power-grid-model takes them.

    Pandapower makes a star of the reactances of the pairs, power-grid-model one of the amounts of their impedances:
    each pair is given the sum of the amounts that its two arms have in pandapower's star.
    """
    high, medium, small = (rated[side] for side in ("hv", "mv", "lv"))
    low = {"12": min(high, medium), "23": min(medium, small), "13": min(high, small)}
    r, x = {}, {}
    for pair, at in (("12", "hv"), ("23", "mv"), ("13", "lv")):
        amount, along = (number(row, f"{column}_{at}_percent") / 100.0 for column in ("vk", "vkr"))
        r[pair], x[pair] = along / low[pair], math.sqrt(max(0.0, amount**2 - along**2)) / low[pair]

    def arms(of: dict[str, float]) -> tuple[float, float, float]:
        half = sum(of.values()) / 2
        return half - of["23"], half - of["13"], half - of["12"]

    one, two, three = (math.copysign(math.hypot(a, b), b) for a, b in zip(arms(r), arms(x), strict=True))
    both = {"12": one + two, "23": two + three, "13": one + three}
    return {f"uk_{pair}": both[pair] * low[pair] for pair in low} | {f"pk_{p}": r[p] * low[p] ** 2 for p in low}


def _impedances(net: Any, tables: Tables) -> list[Branch]:
    """Impedances in per unit of their own power as lines in ohm; what differs by direction is taken as its mean.

    What leads to earth at an end, in per unit of that power too, is a shunt there.
    """
    out, uneven = [], []
    for index, row in in_service(net, "impedance"):
        buses = (int(row["from_bus"]), int(row["to_bus"]))
        if not all(bus in tables.node_of for bus in buses):
            continue
        name = text(row, "name") or f"impedance {index}"
        ohm = (tables.rated_kv[buses[0]] * 1e3) ** 2 / (number(row, "sn_mva", 1.0) * 1e6)
        there, back = (complex(number(row, f"r{way}_pu"), number(row, f"x{way}_pu")) for way in ("ft", "tf"))
        if there != back or tables.rated_kv[buses[0]] != tables.rated_kv[buses[1]]:
            uneven.append(name)
        out.append(_bare_line(tables, index, name, buses, (there + back) / 2 * ohm, "impedance-"))
        for bus, end in zip(buses, "ft", strict=True):
            volts = tables.rated_kv[bus] * 1e3
            y = complex(number(row, f"g{end}_pu"), number(row, f"b{end}_pu")) * number(row, "sn_mva", 1.0) * 1e6
            if y:
                tables.add("shunt", node=tables.node_of[bus], status=1, g1=y.real / volts**2, b1=y.imag / volts**2)
    tables.assume_of(
        _("impedance"), [b.name for b in out], _("taken as a line without length that is never overloaded")
    )
    words = _("differs by direction or joins two rated voltages: the mean is taken, at the voltage where it begins")
    tables.assume_of(_("impedance"), uneven, words)
    return out


def _bare_line(tables: Tables, index: int, name: str, buses: tuple[int, int], z: complex, prefix: str) -> Branch:
    """An impedance in ohm as a line without length or rated current, closed at both ends."""
    z = z or complex(0, SMALL_OHM)
    pgm = tables.add(
        "line",
        from_node=tables.node_of[buses[0]],
        to_node=tables.node_of[buses[1]],
        from_status=1,
        to_status=1,
        r1=z.real,
        x1=z.imag,
        c1=0.0,
        tan1=0.0,
        i_n=UNKNOWN_RATING_A,
    )
    return Branch("line", index, name, buses, "line", pgm, UNKNOWN_RATING_A, (True, True), prefix=prefix)


def _ring_points(
    net: Any, branches: list[Branch], switches: dict[tuple[str, int, int], bool], tables: Tables
) -> list[OpenSwitch]:
    letter = {"line": "l", "transformer": "t", "generic_branch": "t", "three_winding_transformer": "t3"}
    by_end = {}
    both_open = []
    for branch in branches:
        if branch.closed.count(False) == 1:
            side = branch.closed.index(False)
            by_end[letter[branch.table], branch.index, branch.buses[side]] = (branch, side)
        elif not any(branch.closed):
            both_open.append(branch.name)
    tables.assume_of(_("switch"), both_open, _("open at both ends in the file: out for good, no ring point"))
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
    tables.assume_of(_("switch"), ohmic, _("impedance of the closed switch is left out"))
    return out


def _inner_impedances(net: Any, tables: Tables) -> list[Branch]:
    """Between an extended ward and its inner source: a bus of its own, numbered after those of the file, and a line."""
    out: list[Branch] = []
    free = max((int(bus) for bus in net.bus.index), default=-1) + 1
    for index, row in in_service(net, "xward"):
        bus = int(row["bus"])
        if bus not in tables.node_of:
            continue
        inner = tables.inner_bus[index] = free + len(out)
        tables.rated_kv[inner] = tables.rated_kv[bus]
        tables.node_of[inner] = tables.add("node", u_rated=tables.rated_kv[bus] * 1e3)
        z = complex(number(row, "r_ohm"), number(row, "x_ohm"))
        out.append(_bare_line(tables, index, _ward_name(index, row), (bus, inner), z, "xward-"))
    words = _("its inner voltage source stands as a power plant of 0 W behind a line of the file's impedance")
    tables.assume_of(_("equivalent network (xward)"), [b.name for b in out], words)
    return out


def _ward_name(index: int, row: Row) -> str:
    return text(row, "name") or f"xward {index}"


INFEED_SK_VA = 1e14
"""Short-circuit power of an infeed: so high that it holds its voltage, as pandapower's external grid does.

At 25 MVA it costs 1e-7 of the voltage; ten times more and large grids no longer reach the solver's tolerance.
"""
LEFT_OUT = ("svc", "tcsc", "ssc", "vsc")
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
class Holder:
    """A generator that holds its voltage: rows of `source` and `sym_gen`, and its reactive power at least and most."""

    id: str
    name: str
    bus: int
    source: int
    gen: int
    rated_w: float
    q_min_var: float
    q_max_var: float


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
    _asymmetric(net, tables, out)
    for _index, row in [*in_service(net, "ward"), *in_service(net, "xward")]:
        if int(row["bus"]) in tables.node_of:
            at = out.setdefault(int(row["bus"]), BusLoads())
            at.power[0] += complex(number(row, "ps_mw"), number(row, "qs_mvar")) * 1e6
            at.power[1] += complex(number(row, "pz_mw"), number(row, "qz_mvar")) * 1e6
            at.rated_w += (number(row, "ps_mw") + number(row, "pz_mw")) * 1e6
    for bus, at in out.items():
        at.loads = [_load(tables, bus, kind, s) for kind, s in enumerate(at.power) if s]
    _motors(net, tables, out)
    tables.assume_of(_("load"), lost, _("left out, their bus is out of service"))
    return out


def _asymmetric(net: Any, tables: Tables, out: dict[int, BusLoads]) -> None:
    """Loads of single phases as the sum of their phases, which pandapower's symmetrical power flow does, too."""
    summed = []
    for index, row in in_service(net, "asymmetric_load"):
        bus = int(row["bus"])
        if bus not in tables.node_of:
            continue
        p, q = _phases(row)
        at = out.setdefault(bus, BusLoads())
        at.power[0] += complex(p, q)
        at.rated_w += p
        name = text(row, "name") or f"asymmetric load {index}"
        at.names.append(name)
        summed.append(name)
    words = _("phases are summed and taken as a load of all three")
    tables.assume_of(Verbatim("asymmetric_load"), summed, words, _("pandapower's power flow does the same"))


def _phases(row: Row) -> tuple[float, float]:
    """W and var of all phases."""
    scaling = number(row, "scaling", 1.0) * 1e6
    p, q = (
        sum(number(row, f"{what}_{phase}_{unit}") for phase in "abc") for what, unit in (("p", "mw"), ("q", "mvar"))
    )
    return p * scaling, q * scaling


def convert_dc(net: Any, tables: Tables) -> None:
    """Direct-current lines: what they take at one end and give at the other, at all times; they hold no voltage."""
    names = []
    for index, row in in_service(net, "dcline"):
        ends = [int(row["from_bus"]), int(row["to_bus"])]
        if not all(bus in tables.node_of for bus in ends):
            continue
        name = text(row, "name") or f"dc line {index}"
        p = number(row, "p_mw") * 1e6
        given = p * (1 - number(row, "loss_percent") / 100) - number(row, "loss_mw") * 1e6
        for bus, power in ((ends[0], -p), (ends[1], given)):
            node = tables.node_of[bus]
            tables.add("sym_gen", node=node, status=1, type=0, p_specified=power, q_specified=0.0)
        names.append(f"{name}: {p / 1e6:g} MW")
    tables.assume_of(
        _("direct current line"), names, _("carries that power at all times, whatever fails; holds no voltage")
    )


NEEDED = {
    "bus": ("vn_kv",),
    "load": ("p_mw",),
    "asymmetric_load": ("p_a_mw", "p_b_mw", "p_c_mw"),
    "sgen": ("p_mw",),
    "gen": ("p_mw", "vm_pu"),
    "ext_grid": ("vm_pu",),
    "storage": ("p_mw",),
    "line": ("length_km", "r_ohm_per_km", "x_ohm_per_km"),
    "trafo": ("sn_mva", "vn_hv_kv", "vn_lv_kv", "vk_percent", "vkr_percent"),
    "trafo3w": ("sn_hv_mva", "vn_hv_kv", "vn_mv_kv", "vn_lv_kv", "vk_hv_percent"),
    "impedance": ("sn_mva", "rft_pu", "xft_pu"),
    "dcline": ("p_mw",),
    "shunt": ("q_mvar",),
    "xward": ("r_ohm", "x_ohm", "vm_pu"),
}
"""Values without which an element of pandapower is none: its power flow does not converge without them."""


BUS_COLUMNS = ("bus", "from_bus", "to_bus", "hv_bus", "mv_bus", "lv_bus")


def missing_values(net: Any, file: str) -> list[Problem]:
    """Elements in service that lack a value they need, each named; none of them may count as 0."""
    found, buses = [], {int(bus) for bus in net.bus.index}
    for table, columns in NEEDED.items():
        if net.get(table) is not None and not hasattr(net[table], "columns"):
            found.append(Problem(file, 0, table, _("is no table"), _("save it with pandapower.to_json")))
            continue
        for index, row in in_service(net, table):
            for column in BUS_COLUMNS:
                if column in row and number(row, column, -1.0) not in buses:
                    what = _("{column} {bus} is no bus of the grid", column=column, bus=repr(row[column]))
                    field = f"{table}.{index}"
                    found.append(Problem(file, 0, field, what, _("name a bus that there is, or remove the element")))
            for column in columns:
                if math.isnan(number(row, column, math.nan)):
                    name = text(row, "name")
                    field = f"{table}.{index}" + (f" ({name})" if name else "")
                    what = _("{column} is missing or no number", column=column)
                    fix = _("give it in pandapower, or take the element out of service")
                    found.append(Problem(file, 0, field, what, fix))
    return found


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
    tables.assume_of(
        _("motor"), names, _("taken as loads of constant power; off where a linked pump says what it draws")
    )


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
    held = _("holds its voltage whatever flows; short-circuit power in the file is for short circuits")
    tables.assume_of(_("infeed"), [i.name for i in infeeds], held, _("pandapower's power flow does the same"))
    return infeeds


STIFFER = 1e5
"""Short-circuit power of a generator over its power, at least: so it holds its voltage to 1e-5 also where one stands
for those of a whole country, as in test cases of transmission."""
NO_LIMIT_VAR = 1e15
"""Reactive power of a generator that has no limits in the file: never reached."""


def convert_holders(net: Any, tables: Tables) -> list[Holder]:
    """Add what holds the voltage of its bus: generators that are not slack and inner sources of extended wards."""
    out, unlimited = [], []
    for index, row in in_service(net, "gen"):
        bus = int(row["bus"])
        if bus not in tables.node_of or row.get("slack") is True:
            continue
        name = text(row, "name") or f"generator {index}"
        p = number(row, "p_mw") * number(row, "scaling", 1.0) * 1e6
        low, high = number(row, "min_q_mvar", -math.inf) * 1e6, number(row, "max_q_mvar", math.inf) * 1e6
        if math.isinf(low) or math.isinf(high):
            unlimited.append(name)
        source, gen = _holding(tables, bus, number(row, "vm_pu", 1.0), p)
        rated = number(row, "sn_mva") or number(row, "max_p_mw") or number(row, "p_mw")
        limits = max(-NO_LIMIT_VAR, low), min(NO_LIMIT_VAR, high)
        out.append(Holder(str(index), name, bus, source, gen, abs(rated) * 1e6, *limits))
    words = _("holds its voltage within its reactive power; its power follows the load of the day")
    tables.assume_of(_("generation"), [holder.name for holder in out], words)
    tables.assume_of(_("generation"), unlimited, _("no limit of reactive power in the file: none is kept"))
    for index, row in in_service(net, "xward"):
        if index in tables.inner_bus:
            bus, name = tables.inner_bus[index], _ward_name(index, row)
            source, gen = _holding(tables, bus, number(row, "vm_pu", 1.0), 0.0)
            out.append(Holder(f"xward-{index}", name, bus, source, gen, 0.0, -NO_LIMIT_VAR, NO_LIMIT_VAR))
    return out


def _holding(tables: Tables, bus: int, held_pu: float, power_w: float) -> tuple[int, int]:
    """Rows of a source (off) and of a plant at the same bus."""
    node, stiff_va = tables.node_of[bus], max(INFEED_SK_VA, STIFFER * abs(power_w))
    source = tables.add("source", node=node, status=0, u_ref=held_pu, u_ref_angle=0.0, sk=stiff_va)
    return source, tables.add("sym_gen", node=node, status=1, type=0, p_specified=power_w, q_specified=0.0)


def convert_generation(net: Any, tables: Tables) -> list[Plant]:
    """Add static generators and shunts; returns the PV plants among them."""
    plants, steady = [], []
    for index, row in in_service(net, "sgen"):
        bus = int(row["bus"])
        if bus not in tables.node_of:
            continue
        name = text(row, "name") or f"sgen {index}"
        scaling = number(row, "scaling", 1.0) * 1e6
        p, q = number(row, "p_mw") * scaling, number(row, "q_mvar") * scaling
        node = tables.node_of[bus]
        pgm = tables.add("sym_gen", node=node, status=1, type=0, p_specified=p, q_specified=q)
        if text(row, "type").upper().startswith(("PV", "SOLAR")):
            rated = number(row, "p_mw") or number(row, "sn_mva")
            plants.append(Plant(index, name, bus, pgm, rated * 1e6))
        else:
            steady.append(name)
    for index, row in in_service(net, "asymmetric_sgen"):
        bus = int(row["bus"])
        if bus in tables.node_of:
            p, q = _phases(row)
            tables.add("sym_gen", node=tables.node_of[bus], status=1, type=0, p_specified=p, q_specified=q)
            steady.append(text(row, "name") or f"asymmetric sgen {index}")
    for _index, row in in_service(net, "shunt"):
        bus = int(row["bus"])
        if bus in tables.node_of:
            volts = number(row, "vn_kv", tables.rated_kv[bus]) * 1e3
            s = complex(number(row, "p_mw"), number(row, "q_mvar")) * 1e6 * number(row, "step", 1.0)
            tables.add("shunt", node=tables.node_of[bus], status=1, g1=s.real / volts**2, b1=-s.imag / volts**2)
    tables.assume_of(_("generation"), [p.name for p in plants], _("PV: the sun decides, not the scaling in the file"))
    tables.assume_of(_("generation"), steady, _("not PV: feeds the power in the file at all times"))
    for table in LEFT_OUT:
        if found := count(net, table):
            tables.assume(Verbatim(table), _("{n} left out: not supported", n=found))
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
            tables.assume_of(
                _("storage"), [name], _("no rated power or energy in the file: taken as a load, no battery")
            )
            _load(tables, bus, 0, drawn)
            continue
        node = tables.node_of[bus]
        source = tables.add("source", node=node, status=0, u_ref=1.0, u_ref_angle=0.0, sk=1e3 * rated)
        load = _load(tables, bus, 0, drawn)
        share = min(1.0, max(0.0, number(row, "soc_percent", 80.0) / 100.0))
        out.append(Storage(index, name, bus, source, load, rated, full, share))
    words = _("stands by at 0 W while its part of the grid has an infeed, whatever power the file names")
    tables.assume_of(_("storage"), [s.name for s in out], words)
    return out
