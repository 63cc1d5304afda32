"""The grid's network file, `power.json`: a power-grid-model dataset, and which town elements its rows belong to.

Layout of the file (JSON, UTF-8):

    schema         "stadtwerk/power/1"
    frequency_hz   nominal frequency
    coordinates    "lon-lat" (degrees, WGS 84) or "metres" (any plane of the file's own)
    pgm            an input dataset in power-grid-model's own JSON form (SI units, its ids unique over all tables)
    buses, branches, substations, switches, pvs, batteries, plants
                   one object a town element, with the fields of the records below; `id` is the network id

A branch's `ends` are two bus ids, or three for a three-winding transformer. Power-grid-model is not needed to read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from simulator.city.components import NetworkElement
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Words
from simulator.domains.energy.catalogue import BATTERY, BUS, GRID_SWITCH, POWER_PLANT, PV, SUBSTATION, TRANSFORMER

_ = Words("simulator.city")

SCHEMA = "stadtwerk/power/1"
_FIX = _("write the file anew with the importer")
_NUMBERED = re.compile(
    r"(?:bus|line|switch|external grid|(?:\S+ )?transformer|static generator|generator|storage) \d+", re.I
)
"""How power network files number what has no name."""


@dataclass(frozen=True, slots=True)
class BusRecord:
    """A busbar. `loads` and `motors` are rows of `sym_load`; `names` are what the source file called them.

    `load_w` is the rated load at this bus: peak times scaling, motors included.
    """

    id: str
    name: str
    x: float
    y: float
    node: int
    rated_v: float
    load_w: float
    loads: tuple[int, ...]
    motors: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchRecord:
    """A line or transformer. `rated` is in A for a line, in VA for a transformer; `table` is its PGM component."""

    kind: str
    id: str
    name: str
    x: float
    y: float
    ends: tuple[str, ...]
    table: str
    pgm: int
    rated: float


@dataclass(frozen=True, slots=True)
class SubstationRecord:
    """An infeed: the `source` at `bus`, its transformers (network ids), and the first busbar below them."""

    id: str
    name: str
    x: float
    y: float
    bus: str
    busbar: str
    source: int
    transformers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """A switch at an open ring point: it closes `side` (0, 1, 2, or -1 for both) of the branch `pgm`."""

    id: str
    name: str
    x: float
    y: float
    ends: tuple[str, ...]
    table: str
    pgm: int
    side: int


@dataclass(frozen=True, slots=True)
class PvRecord:
    """A photovoltaic plant: row `pgm` of `sym_gen`."""

    id: str
    name: str
    x: float
    y: float
    bus: str
    pgm: int
    rated_w: float


@dataclass(frozen=True, slots=True)
class BatteryRecord:
    """A grid battery: `source` when it forms an island, `load` when it charges."""

    id: str
    name: str
    x: float
    y: float
    bus: str
    source: int
    load: int
    rated_w: float
    energy_j: float
    initial_share: float


@dataclass(frozen=True, slots=True)
class PlantRecord:
    """A power plant that holds the voltage of its bus: `source` while it does, row `gen` of `sym_gen` for its power.

    `q_min_var` and `q_max_var` bound its reactive power (positive: fed in); the voltage gives way beyond them.
    """

    id: str
    name: str
    x: float
    y: float
    bus: str
    source: int
    gen: int
    rated_w: float
    q_min_var: float
    q_max_var: float


@dataclass(frozen=True, slots=True)
class PowerFile:
    """What stands in a `power.json`. `dataset` is the PGM part as JSON text, for power-grid-model to read."""

    frequency_hz: float
    coordinates: str
    dataset: str
    buses: tuple[BusRecord, ...]
    branches: tuple[BranchRecord, ...]
    substations: tuple[SubstationRecord, ...] = ()
    switches: tuple[SwitchRecord, ...] = ()
    pvs: tuple[PvRecord, ...] = ()
    batteries: tuple[BatteryRecord, ...] = ()
    plants: tuple[PlantRecord, ...] = ()


_Record = TypeVar(
    "_Record", BusRecord, BranchRecord, SubstationRecord, SwitchRecord, PvRecord, BatteryRecord, PlantRecord
)

_CHECKS: dict[str, tuple[Callable[[Any], bool], Text]] = {
    "str": (lambda v: isinstance(v, str), _("text")),
    "int": (lambda v: isinstance(v, int) and not isinstance(v, bool), _("a whole number")),
    "float": (lambda v: isinstance(v, int | float) and not isinstance(v, bool), _("a number")),
    "tuple[int, ...]": (
        lambda v: isinstance(v, list) and all(isinstance(i, int) for i in v),
        _("a list of whole numbers"),
    ),
    "tuple[str, ...]": (lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v), _("a list of texts")),
}


def read_power_file(path: Path, shown_as: str | None = None) -> PowerFile:
    """Read and check a `power.json`. Raises `BadInput` with every problem found."""
    name = shown_as or str(path)
    raw = _load(path, name)
    problems: list[Problem] = []
    if raw.get("schema") != SCHEMA:
        problems.append(
            Problem(
                name, 0, "schema", _("is {get}, not {schema}", get=repr(raw.get("schema")), schema=repr(SCHEMA)), _FIX
            )
        )
    frequency = raw.get("frequency_hz")
    if not isinstance(frequency, int | float) or isinstance(frequency, bool) or not frequency > 0:
        problems.append(Problem(name, 0, "frequency_hz", _("is not a number above 0"), _("write 50 or 60")))
        frequency = 0.0
    coordinates = raw.get("coordinates")
    if coordinates not in ("lon-lat", "metres"):
        problems.append(
            Problem(
                name,
                0,
                "coordinates",
                _("is {coordinates}", coordinates=repr(coordinates)),
                _("write lon-lat or metres"),
            )
        )
    pgm = raw.get("pgm")
    if not isinstance(pgm, Mapping) or not isinstance(pgm.get("data"), Mapping):
        problems.append(Problem(name, 0, "pgm", _("is no power-grid-model dataset"), _FIX))
        pgm = {}
    file = PowerFile(
        float(frequency),
        str(coordinates),
        json.dumps(pgm),
        _records(raw, "buses", BusRecord, name, problems),
        _records(raw, "branches", BranchRecord, name, problems),
        _records(raw, "substations", SubstationRecord, name, problems),
        _records(raw, "switches", SwitchRecord, name, problems),
        _records(raw, "pvs", PvRecord, name, problems),
        _records(raw, "batteries", BatteryRecord, name, problems),
        _records(raw, "plants", PlantRecord, name, problems),
    )
    _check_names(file, name, problems)
    if problems:
        raise BadInput(problems)
    return file


def write_power_file(file: PowerFile, path: Path) -> None:
    """Write a `power.json`, one element a line so that two versions can be compared."""
    parts = [
        f'"schema": {json.dumps(SCHEMA)}',
        f'"frequency_hz": {file.frequency_hz:g}',
        f'"coordinates": {json.dumps(file.coordinates)}',
        f'"pgm": {file.dataset}',
    ]
    for section in ("buses", "branches", "substations", "switches", "pvs", "batteries", "plants"):
        rows = ",\n".join(json.dumps(asdict(record), ensure_ascii=False) for record in getattr(file, section))
        parts.append(f'"{section}": [\n{rows}\n]')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def read_power_elements(path: Path) -> tuple[NetworkElement, ...]:
    """The town elements of a `power.json`; a bus weighs its rated load in W. Raises `BadInput`."""
    file = read_power_file(path)
    out = [NetworkElement(SUBSTATION, s.id, s.x, s.y, title=_own(s.name)) for s in file.substations]
    out += [NetworkElement(PV, p.id, p.x, p.y, title=_own(p.name), parameters={"rated_w": p.rated_w}) for p in file.pvs]
    for battery in file.batteries:
        given = {"rated_w": battery.rated_w, "energy_j": battery.energy_j, "initial_share": battery.initial_share}
        out.append(
            NetworkElement(BATTERY, battery.id, battery.x, battery.y, title=_own(battery.name), parameters=given)
        )
    out += [
        NetworkElement(POWER_PLANT, p.id, p.x, p.y, title=_own(p.name), parameters={"rated_w": p.rated_w})
        for p in file.plants
    ]
    # Buses last among the points: they are what the ends below name, should an infeed or plant share a network id.
    out += [NetworkElement(BUS, b.id, b.x, b.y, weight=b.load_w, title=_own(b.name)) for b in file.buses]
    out += [NetworkElement(b.kind, b.id, b.x, b.y, (b.ends[0], b.ends[1]), title=_own(b.name)) for b in file.branches]
    out += [
        NetworkElement(GRID_SWITCH, s.id, s.x, s.y, (s.ends[0], s.ends[1]), title=_own(s.name)) for s in file.switches
    ]
    return tuple(out)


def _own(name: str) -> str:
    """The name that an element has in the file, empty where that is only its kind with a number."""
    return "" if _NUMBERED.fullmatch(name) else name


def named_loads(file: PowerFile) -> dict[str, str]:
    """Name of a load, motor or bus in the planner's file → component id of its bus; the first one wins, loads first."""
    out: dict[str, str] = {}
    for bus in file.buses:
        for name in bus.names:
            out.setdefault(name, f"bus-{bus.id}")
    for bus in file.buses:
        out.setdefault(bus.name, f"bus-{bus.id}")
    return out


def _load(path: Path, name: str) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            [Problem(name, 0, "file", _("cannot be read ({reason})", reason=reason_of(error)), _("check the path"))]
        ) from None
    except UnicodeDecodeError as error:
        raise BadInput(
            [Problem(name, 0, "file", _("is not UTF-8 text ({reason})", reason=error.reason), _FIX)]
        ) from None
    except json.JSONDecodeError as error:
        raise BadInput([Problem(name, error.lineno, "file", _("is not JSON ({msg})", msg=error.msg), _FIX)]) from None
    if not isinstance(raw, dict):
        raise BadInput([Problem(name, 1, "file", _("is not a JSON object"), _FIX)])
    return raw


def _records(
    raw: Mapping[str, Any], section: str, record: type[_Record], name: str, problems: list[Problem]
) -> tuple[_Record, ...]:
    rows = raw.get(section, [])
    if not isinstance(rows, list):
        problems.append(Problem(name, 0, section, _("is not a list"), _FIX))
        return ()
    expected = [(f.name, _CHECKS[str(f.type)]) for f in fields(record)]
    out = []
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            problems.append(Problem(name, 0, f"{section}[{i}]", _("is not an object"), _FIX))
            continue
        wrong = [(key, what) for key, (good, what) in expected if key not in row or not good(row[key])]
        if wrong:
            problems += [
                Problem(name, 0, f"{section}[{i}].{key}", _("is not {what}", what=what), _FIX) for key, what in wrong
            ]
            continue
        values: dict[str, Any] = {k: tuple(row[k]) if isinstance(row[k], list) else row[k] for k, _ in expected}
        out.append(record(**values))
    return tuple(out)


def _check_names(file: PowerFile, name: str, problems: list[Problem]) -> None:
    buses = {bus.id for bus in file.buses}
    _twice(name, "buses", [b.id for b in file.buses], problems)
    _twice(name, "branches", [f"{b.kind}-{b.id}" for b in file.branches], problems)
    _twice(name, "switches", [s.id for s in file.switches], problems)
    transformers = {b.id for b in file.branches if b.kind == TRANSFORMER}
    for i, branch in enumerate(file.branches):
        if branch.kind not in ("line", TRANSFORMER):
            problems.append(
                Problem(
                    name,
                    0,
                    f"branches[{i}].kind",
                    _("is {kind}", kind=repr(branch.kind)),
                    _("write line or transformer"),
                )
            )
        if len(branch.ends) < 2:
            problems.append(Problem(name, 0, f"branches[{i}].ends", _("has fewer than two buses"), _FIX))
        _known(name, f"branches[{i}].ends", branch.ends, buses, problems)
    for i, substation in enumerate(file.substations):
        _known(name, f"substations[{i}].bus", (substation.bus, substation.busbar), buses, problems)
        _known(name, f"substations[{i}].transformers", substation.transformers, transformers, problems)
    for i, switch in enumerate(file.switches):
        if len(switch.ends) < 2:
            problems.append(Problem(name, 0, f"switches[{i}].ends", _("has fewer than two buses"), _FIX))
        _known(name, f"switches[{i}].ends", switch.ends, buses, problems)
    for i, pv in enumerate(file.pvs):
        _known(name, f"pvs[{i}].bus", (pv.bus,), buses, problems)
    for i, battery in enumerate(file.batteries):
        _known(name, f"batteries[{i}].bus", (battery.bus,), buses, problems)
    for i, plant in enumerate(file.plants):
        _known(name, f"plants[{i}].bus", (plant.bus,), buses, problems)


def _twice(name: str, section: str, ids: Sequence[str], problems: list[Problem]) -> None:
    seen: set[str] = set()
    for i, one in enumerate(ids):
        if one in seen:
            problems.append(Problem(name, 0, f"{section}[{i}].id", _("{one} is there twice", one=repr(one)), _FIX))
        seen.add(one)


def _known(name: str, where: str, used: Iterable[str], known: set[str], problems: list[Problem]) -> None:
    for one in used:
        if one not in known:
            problems.append(Problem(name, 0, where, _("names {one}, which is not in the file", one=repr(one)), _FIX))
