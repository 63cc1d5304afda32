"""The text of TNTP tables: metadata in angle brackets, a header after `~`, rows that end in `;`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem

COLUMNS = (
    *("init node", "term node", "capacity", "length", "free flow time"),
    *("b", "power", "speed limit", "toll", "type"),
)
"""The columns of a network table, where its header does not name them."""

Table = list[tuple[str, str, float]]
"""Origin, destination, trips."""


@dataclass(frozen=True, slots=True)
class TntpLink:
    """A row of the network table; capacity, length and free-flow time in the file's own units."""

    id: str
    start: str
    end: str
    capacity: float
    length: float
    time: float


@dataclass(frozen=True, slots=True)
class TntpNet:
    """The network table; `notes` say where its metadata do not fit its rows."""

    links: tuple[TntpLink, ...]
    notes: tuple[str, ...]


def read_nodes(path: Path) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
    """Node ids with their coordinates."""
    where: dict[str, tuple[float, float]] = {}
    problems: list[Problem] = []
    for number, line in _lines(path):
        cells = line.replace(";", " ").split()
        if not cells or line.startswith(("<", "~")) or cells[0].lower() == "node":
            continue
        if len(cells) < 3:
            problems.append(Problem(str(path), number, "row", "has less than three cells", "write: node, x, y ;"))
            continue
        if cells[0] in where:
            problems.append(Problem(str(path), number, "node", f"{cells[0]!r} is there twice", "keep one of the two"))
        x, y = (_number(path, number, axis, cell, problems) for axis, cell in zip("xy", cells[1:3], strict=True))
        where[cells[0]] = (x, y)
    return where, problems


def read_net(path: Path, where: Mapping[str, tuple[float, float]]) -> tuple[TntpNet, list[Problem]]:
    """The links between nodes of `where`, in the order of the file."""
    problems: list[Problem] = []
    columns = {name: i for i, name in enumerate(COLUMNS)}
    said: dict[str, str] = {}
    links: dict[str, TntpLink] = {}
    for number, line in _lines(path):
        if line.startswith("<"):
            key, _, value = line[1:].partition(">")
            said[key.strip().lower()] = value.strip()
        elif line.startswith("~"):
            columns = _header(line) or columns
        else:
            cells = line.replace(";", " ").split()
            if len(cells) < 5:
                what = f"has {len(cells)} cells"
                problems.append(Problem(str(path), number, "row", what, f"write at least: {', '.join(COLUMNS[:5])} ;"))
                continue
            ends = [cells[columns[name]] for name in COLUMNS[:2]]
            for name, end in zip(COLUMNS[:2], ends, strict=True):
                if end not in where:
                    what = f"{end!r} is no node of the node table"
                    problems.append(Problem(str(path), number, name, what, suggestion(end, where)))
            capacity, length, time = (
                _number(path, number, name, cells[columns[name]], problems) for name in COLUMNS[2:5]
            )
            if capacity <= 0:
                what = f"{capacity:g} is impossible"
                problems.append(Problem(str(path), number, "capacity", what, "give more than 0"))
            name = _link_id(cells, columns, ends, links)
            links[name] = TntpLink(name, ends[0], ends[1], capacity, length, time)
    if not links:
        problems.append(Problem(str(path), 0, "file", "has no links", "check that this is a TNTP network table"))
    return TntpNet(tuple(links.values()), tuple(_differences(said, len(links), len(where)))), problems


def read_trips(path: Path, where: Mapping[str, tuple[float, float]]) -> tuple[Table, list[Problem]]:
    """Trips by origin and destination, in the order of the file."""
    problems: list[Problem] = []
    table: Table = []
    origin = ""
    for number, line in _lines(path):
        if line.startswith(("<", "~")):
            continue
        start = re.fullmatch(r"Origin\s+(\S+)\s*;?", line, re.IGNORECASE)
        names = [start.group(1)] if start else []
        if start:
            origin = start.group(1)
        for pair in [] if start else [text for text in line.split(";") if text.strip()]:
            destination, colon, volume = (part.strip() for part in pair.partition(":"))
            if not colon or not origin:
                what = f"{pair.strip()!r} is no `destination : trips;` below an origin"
                problems.append(Problem(str(path), number, "trips", what, "write `Origin A`, then `B : 12;`"))
                continue
            names.append(destination)
            trips = _number(path, number, "trips", volume, problems)
            if trips < 0:
                problems.append(Problem(str(path), number, "trips", f"{trips:g} is impossible", "give at least 0"))
            table.append((origin, destination, trips))
        for name in names:
            if name not in where:
                what = f"{name!r} is no node of the node table"
                problems.append(Problem(str(path), number, "node", what, suggestion(name, where)))
    return table, problems


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that say something, stripped, with their numbers. Raises `BadInput` if the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput([Problem(str(path), 0, "file", f"cannot be read ({error})", "check the path")]) from None
    for number, raw in enumerate(text.splitlines(), 1):
        if line := raw.strip():
            yield number, line


def _header(line: str) -> dict[str, int]:
    """Place of each column, empty if the header is not one that can be told apart into columns."""
    names = [cell.strip().lower().replace("_", " ") for cell in re.split(r"\t+|\s{2,}", line.strip("~; \t"))]
    columns = {name: i for i, name in enumerate(names)}
    return columns if all(name in columns for name in COLUMNS[:5]) else {}


def _link_id(cells: list[str], columns: Mapping[str, int], ends: list[str], known: Mapping[str, TntpLink]) -> str:
    place = columns.get("id", len(cells))
    base = cells[place] if place < len(cells) else f"{ends[0]}-{ends[1]}"
    name, again = base, 1
    while name in known:
        again += 1
        name = f"{base}-{again}"
    return name


def _differences(said: Mapping[str, str], links: int, nodes: int) -> Iterator[str]:
    for key, there in (("number of links", links), ("number of nodes", nodes)):
        text = said.get(key, "")
        if text.isdigit() and int(text) != there:
            yield f"says {text} as the {key} but lists {there}: what is listed is taken"
    first = said.get("first thru node", "1")
    if first.isdigit() and int(first) > 1:
        yield f"zones below node {first} may not be driven through: this is not kept"


def _number(path: Path, line: int, field: str, text: str, problems: list[Problem]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    problems.append(Problem(str(path), line, field, f"{text!r} is not a finite number", "write it like 12.5"))
    return 0.0
