"""The files an import starts from, brought into the city's folder each in the form that the city reads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.city.components import NetworkElement
from simulator.city.files import code_note, foreign_text, not_installed
from simulator.city.importers.assets import Asset, read_assets, read_assets_layer
from simulator.city.importers.coordinates import Drawing, swapped
from simulator.city.importers.gis import districts_as_geojson, is_gis, roads_as_gmns
from simulator.city.importers.osm import is_osm, read_osm
from simulator.city.importers.published import POWER, is_published, published
from simulator.city.importers.reference import WGS84, Reference, reference_of
from simulator.city.importers.road_units import DEGREES, GUESSED, LENGTHS_M, SPEEDS_M_S, RoadUnits
from simulator.city.read import CITY_FILE
from simulator.contracts.city import Assumption, RoadFiles
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import named, registry
from simulator.contracts.words import Text, Words, number
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.traffic.catalogue import DOMAIN as TRAFFIC_DOMAIN
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN

_ = Words("simulator.city")

WATER_FILE = "water.inp"
POWER_FILE = "power.json"
ROADS_FOLDER = "roads"


@dataclass(frozen=True, slots=True)
class ImportSources:
    """What a planner has. `place` is (longitude, latitude) of the town's middle where the files do not say.

    `crs` names the reference system of all files that are in no degrees and name none; `district_id` and
    `district_people` are the properties of a district's feature that hold them.
    `road_map` is a layer of roads or an extract of OpenStreetMap, `assets` a list of what the town has.
    `districts_count` is how many districts a town is cut into that gives none, and `sensors_per_gateway` how many
    sensors report to one gateway; 0: as the rules have it. `networks` are files of further sub-systems, by the names
    under which catalogues declare them.
    """

    name: str
    water: Path | None = None
    power: Path | None = None
    roads_net: Path | None = None
    roads_nodes: Path | None = None
    roads_trips: Path | None = None
    gmns: Path | None = None
    links: Path | None = None
    districts: Path | None = None
    title: str = ""
    place: tuple[float, float] | None = None
    crs: str = ""
    district_id: str = ""
    district_people: str = ""
    road_units: RoadUnits = GUESSED
    networks: Mapping[str, Path] = field(default_factory=dict)
    road_map: Path | None = None
    assets: Path | None = None
    districts_count: int = 0
    sensors_per_gateway: int = 0


@dataclass
class Gathered:
    """What lies in the folder now, as the city will name it, and what it holds.

    `feeds` says which bus stands behind the name of a load or motor; `trips` are car trips a day that begin or end at a
    road node (component id). `assets` are those that a list names, `mapped` those of a map that has roads, too.
    """

    water: str = ""
    power: str = ""
    roads: tuple[str, str, str] | None = None
    drawings: dict[str, Drawing] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    elements: dict[str, tuple[NetworkElement, ...]] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)
    trips: dict[str, float] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    assets: tuple[Asset, ...] = ()
    mapped: tuple[Asset, ...] = ()


def gather(sources: ImportSources, folder: Path) -> Gathered:
    """Convert every source into `folder`. Raises `BadInput` with the problems of all of them."""
    problems = _options(sources)
    gathered = Gathered()
    steps: tuple[tuple[object, Callable[[ImportSources, Path, Gathered], None]], ...] = (
        (sources.water, _water),
        (sources.power, _power),
        (sources.roads_net and sources.roads_nodes, _tntp),
        (sources.gmns, _gmns),
        (sources.networks, _declared),
    )
    for given, step in steps:
        if given:
            with _told_in(problems):
                step(sources, folder, gathered)
    if sources.assets is not None:
        with _told_in(problems):
            _assets(sources.assets, sources.crs, gathered)
    for given in (sources.links, sources.districts):
        if given is not None and not given.is_file():
            problems.append(Problem(str(given), 0, "file", _("cannot be read (no such file)"), _("check the path")))
    if problems:
        raise BadInput(problems)
    return gathered


def _assets(given: Path, crs: str, gathered: Gathered) -> None:
    if not is_gis(given):
        gathered.assets = read_assets(given)
        return
    gathered.assets, unread = read_assets_layer(given, crs)
    if unread:
        text = _("fields of {file} that say nothing here: {names}", file=given.name, names=", ".join(unread))
        gathered.assumptions.append(Assumption(_("assets"), text))


def as_given(bad: BadInput, sources: ImportSources, folder: Path, out: Path) -> BadInput:
    """The same problems, told of the files that they come from: those in `folder` are copies that will be gone.

    Of a file that was converted no line is named. What comes from no single file is told of the city that `out` was to
    be.
    """
    roads = folder / ROADS_FOLDER
    copies = {
        folder / WATER_FILE: (sources.water, True),
        folder / POWER_FILE: (sources.power, False),
        **{folder / f"{name}{path.suffix}": (path, True) for name, path in sources.networks.items()},
        roads / "node.csv": ((sources.gmns and sources.gmns / "node.csv") or sources.roads_nodes, False),
        roads / "link.csv": ((sources.gmns and sources.gmns / "link.csv") or sources.roads_net, False),
        roads / "demand.csv": ((sources.gmns and sources.gmns / "demand.csv") or sources.roads_trips, False),
    }

    def told(problem: Problem) -> Problem:
        path = Path(problem.file)
        if not path.is_relative_to(folder):
            return problem
        file, alike = copies.get(path, (None, False))
        if path == folder / CITY_FILE:
            found = (sources.water, sources.power, sources.roads_net, sources.gmns, *sources.networks.values())
            about_people = problem.field.startswith(("people", "districts"))
            file = (sources.districts if about_people else None) or next(filter(None, found), None)
        name = out / path.relative_to(folder) if file is None else file
        return Problem(str(name), problem.line if alike else 0, problem.field, problem.what, problem.fix)

    return BadInput(told(problem) for problem in bad.problems)


def converted(sources: ImportSources, aside: Path) -> tuple[ImportSources, tuple[Asset, ...]]:
    """Layers and extracts of maps as the forms that the import knows, in a folder that nobody keeps; and their sites.

    Raises `BadInput` with the problems of all of them.
    """
    problems: list[Problem] = []
    sites: tuple[Asset, ...] = ()
    roads, districts = aside / ROADS_FOLDER, aside / DISTRICTS
    changed = sources
    with _told_in(problems):
        if sources.water is not None and is_published(sources.water):
            changed = replace(changed, water=published(sources.water, aside))
    with _told_in(problems):
        if sources.power is not None and is_published(sources.power):
            changed = replace(changed, power=published(sources.power, aside))
    with _told_in(problems):
        if sources.road_map is not None:
            sites = _mapped(sources, sources.road_map, roads)
            changed = replace(changed, gmns=roads)
    with _told_in(problems):
        if sources.districts is not None and is_gis(sources.districts):
            districts_as_geojson(sources.districts, sources.crs, districts)
            changed = replace(changed, districts=districts)
    if problems:
        raise BadInput(problems)
    return changed, sites


def _mapped(sources: ImportSources, road_map: Path, out: Path) -> tuple[Asset, ...]:
    """Write the roads of a map as a GMNS folder, and return the sites in it. Raises `BadInput`."""
    if sources.gmns or sources.roads_net:
        what, fix = _("roads are given twice"), _("keep one of --roads, --gmns and --roads-net")
        raise BadInput([Problem("import", 0, "--roads", what, fix)])
    if is_osm(road_map):
        return read_osm(road_map, out)
    if not is_gis(road_map):
        what = _("is of no form that is known")
        fix = _("give a GeoPackage, a shapefile or an extract of OpenStreetMap (.osm.pbf)")
        raise BadInput([Problem(str(road_map), 0, "--roads", what, fix)])
    roads_as_gmns(road_map, sources.crs, out)
    return ()


@contextmanager
def _told_in(problems: list[Problem]) -> Iterator[None]:
    """What a source is refused for is told with what others are."""
    try:
        yield
    except BadInput as bad:
        problems += bad.problems


def told_of_map(problem: Problem, sources: ImportSources, aside: Path) -> Problem:
    """A problem of a file that was made of a layer, told of the layer: its row, the first being 1."""
    path = Path(problem.file)
    if not path.is_relative_to(aside):
        return problem
    given = {DISTRICTS: sources.districts, f"{POWER}.json": sources.power}.get(path.name, sources.road_map)
    row = re.fullmatch(r"features\[(\d+)\](.*)", problem.field)
    field_name = f"row {int(row[1]) + 1}{row[2]}" if row else problem.field
    return Problem(str(given), 0, field_name, problem.what, problem.fix)


DISTRICTS = "districts.geojson"


def swapped_places(sources: ImportSources, drawings: Mapping[str, Drawing]) -> list[Problem]:
    """Files whose latitudes stand where longitudes belong, unless the planner says that they are as they should."""
    if sources.crs:
        return []
    files = {
        WATER_DOMAIN.value: sources.water,
        ENERGY_DOMAIN.value: sources.power,
        TRAFFIC_DOMAIN.value: (sources.gmns and sources.gmns / "node.csv") or sources.roads_nodes,
    }
    fix = _("write longitude first, then latitude; if the town does lie there, say --crs EPSG:4326")
    found = []
    for domain, drawing in drawings.items():
        if swapped(drawing):
            x, y = drawing.points.mean(axis=0)
            what = _(
                "lies at longitude {x}, latitude {y}, by the Horn of Africa: the two of a place in Germany, swapped",
                x=number(float(x), 4),
                y=number(float(y), 4),
            )
            found.append(Problem(str(files.get(domain) or domain), 0, "coordinates", what, fix))
    return found


def _options(sources: ImportSources) -> list[Problem]:
    def problem(option: str, what: Text, fix: Text) -> Problem:
        return Problem("import", 0, option, what, fix)

    found = []
    if not (sources.water or sources.power or sources.roads_net or sources.gmns or sources.networks):
        found.append(
            problem(
                "sources", _("no network is given"), _("name --water, --power, --roads-net, --gmns or another network")
            )
        )
    if (sources.roads_net is None) != (sources.roads_nodes is None):
        found.append(
            problem("--roads-net", _("needs the nodes, and the nodes need it"), _("give --roads-net and --roads-nodes"))
        )
    if sources.roads_net is not None and sources.gmns is not None:
        found.append(problem("--gmns", _("roads are given twice"), _("keep --gmns or --roads-net")))
    if not sources.name or not all(c.isascii() and (c.isalnum() or c == "-") and not c.isupper() for c in sources.name):
        found.append(
            problem(
                "--name", _("{name} is no name", name=repr(sources.name)), _("use small letters, digits and hyphens")
            )
        )
    return found


def _drawing(elements: tuple[NetworkElement, ...], sources: ImportSources) -> Drawing:
    """How a file is drawn that says nothing of it: in the system of the option where it is in no degrees."""
    drawing = Drawing.of(elements)
    if sources.crs and not drawing.degrees:
        return Drawing.of(elements, reference_of(sources.crs, "import", "--crs"))
    return drawing


def _water(sources: ImportSources, folder: Path, gathered: Gathered) -> None:
    from simulator.city.water_file import read_water_elements, without_coordinates

    assert sources.water is not None
    copy = folder / WATER_FILE
    text, code = foreign_text(sources.water)
    copy.write_bytes(text.encode("utf-8"))  # EPANET takes bytes as they come; the city reads UTF-8
    if (note := code_note(sources.water, code)) is not None:
        gathered.assumptions.append(note)
    elements = read_water_elements(copy)
    if lost := without_coordinates(copy):
        total = sum(element.ends is None for element in elements)
        said = (
            _("the file has none: drawn as a tree from its sources, as wide as its pipes are long")
            if lost == total
            else _("{n} nodes without coordinates stand between their neighbours", n=lost)
        )
        gathered.assumptions.append(Assumption(_("coordinates of the water network"), said))
    gathered.elements[WATER_DOMAIN.value] = elements
    gathered.drawings[WATER_DOMAIN.value] = _drawing(elements, sources)
    gathered.water = WATER_FILE


def _power(sources: ImportSources, folder: Path, gathered: Gathered) -> None:
    from simulator.city.power_file import named_loads, read_power_elements, read_power_file

    assert sources.power is not None
    path = folder / POWER_FILE
    try:
        from simulator.city.importers.pandapower_grid import import_pandapower

        notes = import_pandapower(sources.power, path)
    except ModuleNotFoundError as error:
        fix = _("install it with: pip install 'stadtwerk[{name}]'", name="import")
        raise not_installed(sources.power, str(error.name), fix) from None
    file = read_power_file(path)
    gathered.power = POWER_FILE
    elements = read_power_elements(path)
    gathered.elements[ENERGY_DOMAIN.value] = elements
    gathered.drawings[ENERGY_DOMAIN.value] = (
        Drawing.of(elements, WGS84) if file.coordinates == "lon-lat" else _drawing(elements, sources)
    )
    gathered.feeds = named_loads(file)
    gathered.assumptions += [replace(note, subject=_("grid: {what}", what=note.subject)) for note in notes]


def _tntp(sources: ImportSources, folder: Path, gathered: Gathered) -> None:
    from simulator.city.importers.tntp import import_tntp

    assert sources.roads_net is not None and sources.roads_nodes is not None
    out, units = folder / ROADS_FOLDER, sources.road_units
    notes = import_tntp(sources.roads_net, sources.roads_nodes, sources.roads_trips, out, units)
    _roads(sources, folder, gathered, notes, WGS84 if units.coordinates == DEGREES else None)


def _gmns(sources: ImportSources, folder: Path, gathered: Gathered) -> None:
    from simulator.city.importers.gmns import GmnsUnits, import_gmns, read_config

    assert sources.gmns is not None
    demand, config = sources.gmns / "demand.csv", sources.gmns / "config.csv"
    trips = demand if demand.is_file() else None
    said, units = read_config(config), sources.road_units
    reference = WGS84 if units.coordinates == DEGREES else None
    if said.crs and not units.coordinates:
        reference = reference_of(said.crs, config, "crs")
    notes = import_gmns(
        sources.gmns / "node.csv",
        sources.gmns / "link.csv",
        trips,
        folder / ROADS_FOLDER,
        GmnsUnits(
            LENGTHS_M[units.length] if units.length else said.length_unit_m,
            SPEEDS_M_S[units.speed] if units.speed else said.speed_unit_m_s,
            None if reference is None else reference.geographic,
            units.coordinate_m,
        ),
    )
    _roads(sources, folder, gathered, notes, reference)


def _declared(sources: ImportSources, folder: Path, gathered: Gathered) -> None:
    """Files of further sub-systems, read as their catalogues say and taken over as they are."""
    problems: list[Problem] = []
    declared = registry().networks
    for name, path in sources.networks.items():
        if name not in declared:
            what = _("no network file is called {name}", name=repr(name))
            problems.append(Problem("import", 0, name, what, suggestion(name, declared)))
            continue
        if not path.is_file():
            problems.append(Problem(str(path), 0, "file", _("cannot be read (no such file)"), _("check the path")))
            continue
        try:
            elements: tuple[NetworkElement, ...] = tuple(named(declared[name].read)(path))
        except BadInput as bad:
            problems += bad.problems
            continue
        except ModuleNotFoundError as error:
            fix = _("install it with: pip install 'stadtwerk[{name}]'", name=name)
            problems += not_installed(path, str(error.name), fix).problems
            continue
        gathered.networks[name] = f"{name}{path.suffix}"
        gathered.elements[declared[name].domain.value] = elements
        gathered.drawings[declared[name].domain.value] = _drawing(elements, sources)
        shutil.copyfile(path, folder / gathered.networks[name])
    if problems:
        raise BadInput(problems)


def _roads(
    sources: ImportSources,
    folder: Path,
    gathered: Gathered,
    notes: tuple[Assumption, ...],
    reference: Reference | None,
) -> None:
    from simulator.city.road_file import read_road_elements, read_roads

    roads = folder / ROADS_FOLDER
    demand = roads / "demand.csv"
    files = RoadFiles(roads / "node.csv", roads / "link.csv", demand if demand.is_file() else None)
    names = [
        f"{ROADS_FOLDER}/{path.name}" if path is not None else "" for path in (files.nodes, files.links, files.demand)
    ]
    gathered.roads = (names[0], names[1], names[2])
    elements, said_unit_m = read_road_elements(files), sources.road_units.coordinate_m
    gathered.elements[TRAFFIC_DOMAIN.value] = elements
    drawn = Drawing.of(elements, reference, said_unit_m) if reference or said_unit_m else _drawing(elements, sources)
    gathered.drawings[TRAFFIC_DOMAIN.value] = drawn
    for trip in read_roads(files).trips:
        for node in (trip.origin, trip.destination):
            name = f"road-node-{node}"
            gathered.trips[name] = gathered.trips.get(name, 0.0) + trip.trips
    gathered.assumptions += [replace(note, subject=_("roads: {what}", what=note.subject)) for note in notes]
