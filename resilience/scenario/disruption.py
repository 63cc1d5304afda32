"""Disruption files: which components are damaged, when and how far, in the columns that InfraRisk has.

    time_stamp,components,fail_perc        or        time,component,fail_perc
    6000,W_PMA732,50

Times are seconds from the scenario's zero. A component is named by its id, by its name in the network file that it
came from, or by its title. What damage of a share is, its type says (`ComponentType.damaged`): of a main the hole, as
a share of its cross-section; of a road the capacity that is gone; what knows no share is out.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from resilience.scenario.entry import Case, Disruption, Hit, TimelineEntry
from resilience.scenario.names import all_of
from resilience.scenario.scenario import SCHEMA
from simulator.contracts.city import City
from simulator.contracts.names import slug, suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Words, alternatives

_ = Words("resilience")

COLUMNS = {"time_stamp": "time", "time": "time", "components": "component", "component": "component"}
SHARE = "fail_perc"
MOST = 20
"""So many rows are told one by one; of the others, how many there are."""


def read_disruption(path: Path) -> Disruption:
    """A disruption file. Raises `BadInput` with every row that cannot be read."""
    problems: list[Problem] = []
    hits: list[Hit] = []
    name = str(path)
    for line, (time, component, percent) in _table(path, ("time", "component", SHARE), problems):
        at_s = _number(name, line, "time", time, math.inf, problems)
        share = _number(name, line, SHARE, percent, 100.0, problems)
        if at_s is not None and share is not None:
            hits.append(Hit(line, at_s, component, share / 100.0))
    if not problems and not hits:
        problems.append(Problem(name, 0, "file", _("names no component"), _("add a row: 6000,pipe-1,50")))
    if problems:
        raise BadInput(problems)
    return Disruption(path.name, tuple(hits))


def read_valves(path: Path) -> tuple[tuple[int, str, str], ...]:
    """A layer of shut-off valves, as WNTR has it: line, main and node of each row. Raises `BadInput`."""
    problems: list[Problem] = []
    rows = tuple((line, link, node) for line, (link, node) in _table(path, ("link", "node"), problems))
    if problems:
        raise BadInput(problems)
    return rows


def _table(path: Path, wanted: Sequence[str], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The wanted columns of a CSV file, with the line of each row. Raises `BadInput` for what is none."""
    name = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = _("cannot be read ({reason})", reason=reason_of(error))
        raise BadInput([Problem(name, 0, "file", what, _("check the path"))]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    lines = text.splitlines(keepends=True)
    delimiter = max(",;\t", key=(lines[0] if lines else "").count)
    try:
        rows = list(_rows(csv.reader(lines, delimiter=delimiter)))
    except csv.Error as error:
        what = _("is no CSV ({error})", error=reason_of(error))
        raise BadInput([Problem(name, 0, "row", what, _("save it as CSV again"))]) from None
    header = [COLUMNS.get(cell.casefold(), cell.casefold()) for cell in rows[0][1]] if rows else []
    lacking = [one for one in wanted if one not in header]
    if lacking:
        what = _("the header lacks {names}", names=", ".join(lacking))
        raise BadInput([Problem(name, 1, "header", what, _("start the file with {names}", names=",".join(wanted)))])
    for line, cells in rows[1:]:
        if len(cells) == len(header):
            yield line, [cells[header.index(one)] for one in wanted]
            continue
        what = _("has {n} cells where the header has {columns}", n=len(cells), columns=len(header))
        problems.append(Problem(name, line, "row", what, _("add or remove commas, quote cells that contain one")))


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with something in them, each with its line."""
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield reader.line_num, cells


def _number(name: str, line: int, field: str, cell: str, most: float, problems: list[Problem]) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= most or math.isinf(value):
        what = _("{value} is not a number of 0 or more", value=repr(cell[:80]))
        fix = _("write the seconds from zero") if math.isinf(most) else _("write per cent, from 0 to 100")
        problems.append(Problem(name, line, field, what, fix))
        return None
    return value


class Names:
    """Finds a component by its id, its name in a network file, or its title."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._by_name: dict[str, list[str]] = {}
        self._by_title: dict[str, list[str]] = {}
        for component in city.components.values():
            if component.network_id:
                self._by_name.setdefault(component.network_id, []).append(component.id)
            if component.title:
                self._by_title.setdefault(component.title, []).append(component.id)

    def ids(self, name: str) -> list[str]:
        """Those that are called so: by id, else by the name in a network file, else by title."""
        if name in self._city.components:
            return [name]
        return self._by_name.get(name) or self._by_title.get(name) or []

    def fix(self, name: str) -> Text:
        """What to write in place of a name that nothing bears."""
        known = (*self._city.components, *self._by_name, *self._by_title)
        return suggestion(name, known, all_of(self._city))


@dataclass(frozen=True, slots=True)
class Found:
    """What a disruption file comes to in a city.

    `left_out` are the names that the city does not have, `wrong` what is wrong with rows: line, what, how to fix it;
    of names only for the first `MOST`, as it takes a look at all that the city has.
    """

    cases: tuple[Case, ...]
    left_out: tuple[str, ...]
    wrong: tuple[tuple[int, Text, Text], ...]


def found_in(entry: TimelineEntry, city: City) -> Found:
    """What the entry's file comes to in a city.

    Files are written for another state of the networks than the one at hand: a name that the city does not have is left
    out, as long as it has at least half of them (assumption: else the file belongs to another city).
    """
    disruption = entry.disruption
    assert disruption is not None
    names, found, unknown = Names(city), dict[str, Case](), dict[str, int]()
    wrong: list[tuple[int, Text, Text]] = []
    work_s = None if entry.repair is None else entry.repair.work_s
    for hit in disruption.hits:
        ids = names.ids(hit.name)
        if not ids:
            unknown[hit.name] = hit.line
            continue
        if len(ids) > 1:
            what = _("{name} may be {ids}", name=repr(hit.name), ids=alternatives(ids))
            wrong.append((hit.line, what, _("write the id that is meant")))
            continue
        component = city.components[ids[0]]
        damage = registry().types[component.kind].damaged(hit.share)
        if damage is None:
            what = _("nobody knows what damage of a {kind} is", kind=component.kind)
            wrong.append((hit.line, what, _("break it by an entry of its own, see `stadtwerk list faults`")))
        elif component.id in found:
            what = _("{target} is named twice", target=repr(hit.name))
            wrong.append((hit.line, what, _("name it once, or use two files")))
        elif hit.share > 0.0:
            fault, parameters = damage
            at_s = entry.at_s + hit.at_s
            found[component.id] = Case(component.id, fault, at_s, entry.for_s, work_s, MappingProxyType(parameters))
    if len(unknown) * 2 > len(disruption.hits):
        for number, name in enumerate(sorted(unknown, key=unknown.__getitem__)):
            what = _("no {noun} is called {name}", noun=_("component"), name=repr(name))
            wrong.append((unknown[name], what, names.fix(name) if number < MOST else NO_TEXT))
    return Found(tuple(found.values()), tuple(unknown), tuple(wrong))


def as_scenario(path: Path) -> Mapping[str, object]:
    """The scenario that a disruption file alone asks for, as data: does the town keep what it owes, with its crews?

    The day begins at midnight of a Tuesday in May and goes on for a day after the last damage (assumption).
    """
    disruption = read_disruption(path)
    last_s = math.ceil(max(hit.at_s for hit in disruption.hits))
    return {
        "schema": SCHEMA,
        "id": slug(path.stem) or "disruption",
        "title": {"en": f"What {path.name} damages", "de": f"Was {path.name} beschädigt"},
        "question": {
            "en": "Does the town keep what it owes while its crews mend the damage?",
            "de": "Hält die Stadt, was gefordert ist, während ihre Trupps die Schäden beheben?",
        },
        "city": {"path": "."},
        "run": {"start": "2026-05-12T00:00", "warmup": "1h", "duration": f"{last_s + 86400} s"},
        "timeline": [{"id": "disruption", "disruption": path.name, "repair": {}}],
        "expect": [
            {
                "id": "kept",
                "title": {"en": "The town keeps what it owes", "de": "Die Stadt hält, was gefordert ist"},
                "type": "invariant",
                "levels": "all",
            }
        ],
    }
