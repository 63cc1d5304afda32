"""The roads of a city folder: GMNS tables of nodes and directed links, and car trips by time of day.

node.csv    node_id, x_coord, y_coord (the file's own coordinates; the city maps them to metres)
link.csv    link_id, from_node_id, to_node_id, length (m), free_speed (km/h), capacity (veh/h and lane), lanes, and
            optionally directed (1: every link is one way) and geometry (WKT, in the coordinates of node.csv)
demand.csv  origin, destination (node ids), start_s, end_s (seconds after midnight), trips (car trips that leave within
            that window, every day)

Other columns of GMNS (General Modeling Network Specification, Zephyr Foundation) may stand there; they are not read.
"""

from __future__ import annotations

import contextlib
import csv
import math
import operator
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from simulator.city.components import NetworkElement
from simulator.city.files import Row, foreign_text, read_table
from simulator.contracts.city import RoadFiles
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Numeral, Text, Words
from simulator.domains.traffic.catalogue import ROAD_NODE, ROAD_TYPE

_ = Words("simulator.city")

NODE_COLUMNS = ("node_id", "x_coord", "y_coord")
LINK_COLUMNS = (
    "link_id",
    "from_node_id",
    "to_node_id",
    "directed",
    "length",
    "free_speed",
    "capacity",
    "lanes",
    "geometry",
)
DEMAND_COLUMNS = ("origin", "destination", "start_s", "end_s", "trips")
OPTIONAL_COLUMNS = ("directed", "geometry")

KM_H = 1 / 3.6
HOUR_S = 3600.0
DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class RoadNode:
    """A junction of roads; `x`, `y` in the file's own coordinates."""

    id: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class RoadLink:
    """A road in one direction. `capacity_veh_s` is that of one lane; `geometry` is WKT or empty."""

    id: str
    start: str
    end: str
    length_m: float
    free_speed_m_s: float
    capacity_veh_s: float
    lanes: int
    geometry: str = ""


class Trips(NamedTuple):
    """Car trips from one node to another that leave between two times of day (s after midnight), every day."""

    origin: str
    destination: str
    start_s: float
    end_s: float
    trips: float


@dataclass(frozen=True, slots=True)
class Roads:
    """What stands in the road files of a city."""

    nodes: tuple[RoadNode, ...]
    links: tuple[RoadLink, ...]
    trips: tuple[Trips, ...]


def read_roads(files: RoadFiles) -> Roads:
    """Read the road tables. Raises `BadInput` with every problem in all of them."""
    return _read(files, tuple(_stamp(path) for path in (files.nodes, files.links, files.demand)))


def _stamp(path: Path | None) -> tuple[int, int]:
    """By what a file that was written again is known."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return 0, 0
    return (found.st_mtime_ns, found.st_size) if found else (0, 0)


@lru_cache(maxsize=2)
def _read(files: RoadFiles, _stamps: tuple[tuple[int, int], ...]) -> Roads:
    """A city is loaded, looked at and driven through: its tables are read once."""
    return _Reader().read(files)


def read_road_elements(files: RoadFiles) -> tuple[NetworkElement, ...]:
    """Junctions (`road-node`) and roads (`road`, at the middle between their ends). Raises `BadInput`."""
    roads = read_roads(files)
    where = {node.id: node for node in roads.nodes}
    nodes = [NetworkElement(ROAD_NODE, node.id, node.x, node.y) for node in roads.nodes]
    links = [
        NetworkElement(ROAD_TYPE, ln.id, (a.x + b.x) / 2, (a.y + b.y) / 2, (ln.start, ln.end), length_m=ln.length_m)
        for ln in roads.links
        for a, b in [(where[ln.start], where[ln.end])]
    ]
    return (*nodes, *links)


def write_roads(
    folder: Path, nodes: Iterable[RoadNode], links: Iterable[RoadLink], trips: Iterable[Trips] = ()
) -> RoadFiles:
    """Write `node.csv`, `link.csv` and, if there are trips, `demand.csv` into `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    files = RoadFiles(folder / "node.csv", folder / "link.csv", folder / "demand.csv")
    _write(files.nodes, NODE_COLUMNS, ((n.id, _text(n.x), _text(n.y)) for n in nodes))
    _write(
        files.links,
        LINK_COLUMNS,
        (
            (
                ln.id,
                ln.start,
                ln.end,
                "1",
                _text(ln.length_m),
                _text(ln.free_speed_m_s / KM_H),
                _text(ln.capacity_veh_s * HOUR_S),
                str(ln.lanes),
                ln.geometry,
            )
            for ln in links
        ),
    )
    rows = [(t.origin, t.destination, _text(t.start_s), _text(t.end_s), _text(t.trips)) for t in trips]
    if not rows:
        return RoadFiles(files.nodes, files.links, None)
    _write(folder / "demand.csv", DEMAND_COLUMNS, rows)
    return files


def tolerant_table(
    path: Path, columns: Sequence[str], optional: Sequence[str] = (), foreign: bool = False
) -> tuple[list[Row], list[Problem]]:
    """Rows of a table that may have more columns than those named. Raises `BadInput` like `read_table`."""
    header: list[str] = []
    if path.is_file():
        text = foreign_text(path)[0] if foreign else path.read_text(encoding="utf-8-sig", errors="replace")
        with contextlib.suppress(csv.Error):  # told by `read_table`
            header = [cell.strip() for cell in next(csv.reader(text.splitlines(keepends=True)), [])]
    known = (*columns, *(name for name in header if name not in columns))
    return read_table(path, known, [name for name in columns if name not in optional], foreign)


class _Reader:
    """Reads the three tables and keeps every problem."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._nodes: dict[str, RoadNode] = {}
        self._links: dict[str, RoadLink] = {}
        self._file = ""
        self._row = Row(0, {})

    def read(self, files: RoadFiles) -> Roads:
        for _row in self._rows(files.nodes, NODE_COLUMNS):
            node = RoadNode(self._cell("node_id"), self._number("x_coord"), self._number("y_coord"))
            self._once("node_id", node.id, self._nodes)
            self._nodes.setdefault(node.id, node)
        for _row in self._rows(files.links, LINK_COLUMNS):
            link = self._link()
            self._once("link_id", link.id, self._links)
            self._links.setdefault(link.id, link)
        trips = () if files.demand is None else self._trips(files.demand)
        if not self._problems and not self._links:
            self._problems.append(Problem(str(files.links), 0, "file", _("has no links"), _("list at least one road")))
        if self._problems:
            raise BadInput(self._problems)
        return Roads(tuple(self._nodes.values()), tuple(self._links.values()), tuple(trips))

    def _rows(self, path: Path, columns: Sequence[str]) -> Iterator[None]:
        try:
            rows, problems = tolerant_table(path, columns, OPTIONAL_COLUMNS)
        except BadInput as bad:
            self._problems.extend(bad.problems)
            return
        self._problems.extend(problems)
        self._file = str(path)
        for self._row in rows:
            yield

    def _link(self) -> RoadLink:
        link = RoadLink(
            self._cell("link_id"),
            self._node("from_node_id"),
            self._node("to_node_id"),
            self._number("length", above=0.0),
            self._number("free_speed", above=0.0) * KM_H,
            self._number("capacity", above=0.0) / HOUR_S,
            self._lanes(),
            self._row.cells.get("geometry", ""),
        )
        if link.start and link.start == link.end:
            self._wrong("to_node_id", _("is the node the link starts from"), _("name the node it leads to"))
        if self._row.cells.get("directed", "1").lower() not in ("1", "true", ""):
            self._wrong(
                "directed", _("the link runs both ways"), _("write each direction as a link, or use `city import`")
            )
        return link

    def _trips(self, path: Path) -> Iterable[Trips]:
        sound = self._sound_trips(path)
        return [self._checked_trips() for _ in self._rows(path, DEMAND_COLUMNS)] if sound is None else sound

    def _sound_trips(self, path: Path) -> Iterable[Trips] | None:
        """A table with which all is well, column by column: a city has tens of thousands of rows. None for others."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file)
                cells = dict(zip(next(reader), zip(*reader, strict=True), strict=True))
            origins, destinations = cells["origin"], cells["destination"]
            start_s, end_s, trips = ([float(cell) for cell in cells[name]] for name in ("start_s", "end_s", "trips"))
        except (OSError, StopIteration, KeyError, ValueError, csv.Error):
            return None
        right = (
            self._nodes.keys() >= {*origins, *destinations}
            and all(map(operator.ne, origins, destinations))
            and all(0 <= start < end <= DAY_S for start, end in zip(start_s, end_s, strict=True))
            and all(0 <= count < math.inf for count in trips)
        )
        return map(Trips, origins, destinations, start_s, end_s, trips) if right else None

    def _checked_trips(self) -> Trips:
        trips = Trips(
            self._node("origin"),
            self._node("destination"),
            self._number("start_s"),
            self._number("end_s"),
            self._number("trips"),
        )
        if not 0 <= trips.start_s < trips.end_s <= DAY_S:
            what = _(
                "{start_s} to {end_s} s is no window within a day",
                start_s=Numeral(f"{trips.start_s:g}"),
                end_s=Numeral(f"{trips.end_s:g}"),
            )
            self._wrong("end_s", what, _("give 0 <= start_s < end_s <= 86400; split a window at midnight"))
        if trips.trips < 0:
            self._wrong(
                "trips", _("{trips} trips are impossible", trips=Numeral(f"{trips.trips:g}")), _("give at least 0")
            )
        if trips.origin and trips.origin == trips.destination:
            self._wrong("destination", _("is the origin"), _("leave out trips that use no road"))
        return trips

    def _lanes(self) -> int:
        lanes = self._number("lanes", above=0.0)
        if lanes and lanes != int(lanes):
            self._wrong(
                "lanes", _("{lanes} is not a whole number", lanes=Numeral(f"{lanes:g}")), _("give the number of lanes")
            )
        return int(lanes)

    def _cell(self, column: str) -> str:
        text = self._row.cells.get(column, "")
        if not text:
            self._wrong(column, _("is missing"), _("fill the cell"))
        return text

    def _node(self, column: str) -> str:
        name = self._cell(column)
        if name and name not in self._nodes:
            self._wrong(column, _("{name} is no node of node.csv", name=repr(name)), suggestion(name, self._nodes))
        return name

    def _number(self, column: str, above: float | None = None) -> float:
        text = self._cell(column)
        if not text:
            return 0.0
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._wrong(
                column, _("{text} is not a finite number", text=repr(text)), _("write it like 12.5, without unit")
            )
            return 0.0
        if above is not None and value <= above:
            self._wrong(
                column,
                _("{value} is impossible", value=Numeral(f"{value:g}")),
                _("give more than {above}", above=Numeral(f"{above:g}")),
            )
        return value

    def _once(self, column: str, name: str, known: Container[str]) -> None:
        if name and name in known:
            self._wrong(column, _("{name} is there twice", name=repr(name)), _("give every row its own id"))

    def _wrong(self, column: str, what: Text, fix: Text) -> None:
        self._problems.append(Problem(self._file, self._row.line, column, what, fix))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _text(value: float) -> str:
    """A number as a table shows it: ten digits are a tenth of a millimetre in a thousand kilometres."""
    return f"{value:.10g}"
