"""Everything that reads what others wrote: the files it begins with, and how it is called."""

from __future__ import annotations

import importlib.util
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from simulator.contracts.registry import registry
from tests.city.towns import FILES, WATER

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Reader:
    """`bases` are folders of files to begin with, `mutable` those that are changed, `call` reads them in a folder."""

    name: str
    bases: Callable[[], tuple[Files, ...]]
    call: Callable[[Path], int]
    mutable: tuple[str, ...]


def command(*arguments: str) -> Callable[[Path], int]:
    """A command line in the folder; names of files in it begin with @."""

    def call(folder: Path) -> int:
        from stadtwerk.__main__ import main

        return main(["--lang", "en", *(str(folder / a[1:]) if a.startswith("@") else a for a in arguments)])

    return call


def _text(text: str) -> bytes:
    return dedent(text).encode()


def _packaged(package: str, inside: str) -> Iterator[bytes]:
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.origin is not None:
        yield (Path(spec.origin).parent / inside).read_bytes()


CONTROLLED = """
[RULES]
RULE 1
IF TANK T LEVEL > 5
THEN PUMP u STATUS IS CLOSED
PRIORITY 1
[CONTROLS]
LINK u OPEN IF NODE T BELOW 2
[PATTERNS]
1 0.5 1.5 1 1
[DEMANDS]
A 2.0 1
B 1.0 1
[STATUS]
p1 Open
[ENERGY]
Global Price 1
[QUALITY]
R 1
[REPORT]
Status No
[VALVES]
v B C 200 PRV 30 0
"""


@cache
def _water() -> tuple[Files, ...]:
    own = dedent(WATER)
    texts = [own.encode(), own.replace("[OPTIONS]", CONTROLLED + "[OPTIONS]").encode()]
    texts += _packaged("wntr", "library/networks/Net1.inp")
    return tuple({"net.inp": text} for text in texts)


@cache
def _power() -> tuple[Files, ...]:
    import pandapower
    import pandapower.networks

    from tests.energy.support import chain, quiet

    nets = [chain([1.0, 0.5, 2.0]), quiet(pandapower.networks.case9), quiet(pandapower.networks.example_simple)]
    return tuple({"grid.json": str(pandapower.to_json(net)).encode()} for net in nets)


NODES = "node_id,x_coord,y_coord,zone_id\n1,-84.2,40.743,1\n2,-84.185,40.744,2\n3,-84.191,40.735,3\n"
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes,allowed_uses\n"
    "1,1,2,0,0.80,30,900,1,auto\n2,2,3,0,0.72,30,900,1,\n3,1,3,0,0.75,30,900,1,all\n"
)
GMNS = {
    "node.csv": NODES,
    "link.csv": LINKS,
    "demand.csv": "o_zone_id,d_zone_id,volume\n1,2,300\n2,3,200\n",
    "config.csv": "dataset_name,long_length,speed,crs\nown,mile,mph,EPSG:4326\n",
}
TNTP = {
    "net.tntp": "<NUMBER OF ZONES> 3\n<NUMBER OF NODES> 4\n<FIRST THRU NODE> 1\n<NUMBER OF LINKS> 4\n"
    "<END OF METADATA>\n"
    "~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;\n"
    "\t1\t4\t1500\t700\t0.9\t0.15\t4\t0\t0\t1\t;\n\t4\t1\t1500\t700\t0.9\t0.15\t4\t0\t0\t1\t;\n"
    "\t2\t4\t1500\t620\t0.8\t0.15\t4\t0\t0\t1\t;\n\t4\t2\t1500\t620\t0.8\t0.15\t4\t0\t0\t1\t;\n",
    "node.tntp": "Node\tX\tY\t;\n1\t9.930\t53.550\t;\n2\t9.945\t53.551\t;\n3\t9.938\t53.541\t;\n4\t9.938\t53.548\t;\n",
    "trips.tntp": "<NUMBER OF ZONES> 3\n<END OF METADATA>\nOrigin 1\n2 : 1000; 3 : 500;\nOrigin 2\n1 : 1000;\n",
}


def _given(files: Mapping[str, str]) -> Callable[[], tuple[Files, ...]]:
    return lambda: ({name: text.encode() for name, text in files.items()},)


DISTRICTS = {"net.inp": dedent(WATER), "d.geojson": dedent(FILES["districts.geojson"])}
LINKS_ROWS = {
    "net.inp": dedent(WATER),
    "links.csv": "id,kind,source,target,owner,autonomy_min,latency_ms,loss,fallback\n"
    "w-j,water,junction-B,junction-C,water utility,240,,,\n",
}


@cache
def _sewers() -> tuple[Files, ...]:
    from tests.wastewater import networks

    with tempfile.TemporaryDirectory() as aside:
        texts = [make(Path(aside)).read_bytes() for make in (networks.lifted, networks.extran_6)]
    return tuple({"net.inp": dedent(WATER).encode(), "sewer.inp": text} for text in texts)


@cache
def _city() -> tuple[Files, ...]:
    return ({f"town/{name}": _text(text) for name, text in FILES.items()},)


SCENARIO = """
schema: stadtwerk/scenario/1
id: try
title: {en: Try, de: Versuch}
question: {en: "Does it hold?", de: "Hält es?"}
city: {path: town}
run: {start: "2026-05-12T06:30", warmup: 1h, duration: 3h, heal_by: 2h, seeds: [1]}
steady_state:
  - {id: before, levels: {measure: lifeline}, for: 10min}
timeline:
  - {id: pump, at: 10min, fault: pump-out, target: pump-u, for: 20min}
  - {id: burst, at: 20min, fault: burst, target: junction-B, for: 30min, parameters: {area_m2: 0.001}}
  - {id: some, at: 30min, fault: link-cut, selector: {link_kind: data, random: 1}, for: 1h}
redundancies:
  - {id: water, kind: technical, component: hospital-1, primary: mains, standby: generator, within: 15s}
expect:
  - {id: water, type: invariant, level: water-supply-city}
  - {id: radio, type: recovery, level: hospital-1, within: 1h}
"""
SUITE = """
schema: stadtwerk/suite/1
id: some
title: {de: Kurz, en: Short}
seeds: first
scenarios:
  - scenario.yaml
"""
CAMPAIGN = """
schema: stadtwerk/campaign/1
id: some
title: {de: Kurz, en: Short}
question: {de: "Was hilft?", en: "What helps?"}
scenarios: [scenario.yaml]
runs: 4
sampler: {method: sobol, seed: 1}
vary:
  - {id: whether, entry: pump, chance: 0.5, source: assumption}
  - {id: length, entry: burst, field: for, triangular: [10min, 30min, 1h], source: assumption}
  - {id: hole, entry: burst, field: parameters.area_m2, loguniform: [0.001, 0.01], source: assumption}
measures:
  - id: battery
    title: {de: Batterie, en: Battery}
    source: assumption
    set:
      - {links: {kind: power}, autonomy_min: 4320}
"""


def _shipped(folder: str) -> Iterator[bytes]:
    import scenarios

    for path in sorted(Path(str(scenarios.__file__)).parent.joinpath(folder).glob("*.yaml")):
        yield path.read_bytes()


@cache
def _scenarios() -> tuple[Files, ...]:
    (city,) = _city()
    texts = [SCENARIO.encode(), *list(_shipped("."))[::6]]
    return tuple({**city, "scenario.yaml": text.replace(b"{name: demo}", b"{path: town}")} for text in texts)


@cache
def _suites() -> tuple[Files, ...]:
    (city,) = _city()
    return tuple(
        {**city, "scenario.yaml": SCENARIO.encode(), "suite.yaml": text}
        for text in (SUITE.encode(), *_shipped("suites"))
    )


@cache
def _campaigns() -> tuple[Files, ...]:
    (city,) = _city()
    shipped = [text.replace(b"scenarios/winter-faults.yaml", b"scenario.yaml") for text in _shipped("campaigns")]
    texts = [CAMPAIGN.encode(), *shipped]
    return tuple({**city, "scenario.yaml": SCENARIO.encode(), "campaign.yaml": text} for text in texts)


READINGS = "time,level,flow\n" + "".join(
    f"2026-01-{1 + h // 24:02d} {h % 24:02d}:00,{2 + h % 7},{h % 5 * 1.5}\n" for h in range(400)
)


@cache
def _payloads() -> tuple[Files, ...]:
    found: list[bytes] = []
    golden = Path(__file__).parents[2] / "gateways" / "wire" / "versions" / "golden"
    found += [path.read_bytes() for path in sorted(golden.rglob("*")) if path.is_file() and path.suffix != ".py"]
    return tuple({"payload": one} for one in found)


def _payload(folder: Path) -> int:
    from gateways.wire import cbor, payload, senml
    from gateways.wire.versions.config import read_config
    from gateways.wire.versions.registry import VERSIONS, read_message

    given, said = (folder / "payload").read_bytes(), 64
    readers: list[Callable[[bytes], Any]] = [
        lambda raw, v=version: read_message(f"city/{v}/gateway-1/readings", raw)  # type: ignore[misc]
        for version in VERSIONS
    ]
    for read in (*readers, senml.decode, cbor.decode, payload.decode_batch, read_config):
        try:
            read(given)
            said = 0
        except senml.SenmlError:
            continue
    return said


LINES_SENT = (
    b'{"group":1,"cohorts":[{"id":"c","quantity":"pressure_m","unit":"m","sensors":["s1","s2"],"period_s":60.0,"start_s":0.0}]}\n',
    b'{"n":1,"group":1,"at_unix":1768374000.0,"values":[1.0,2.0]}\n',
    b'{"gateway":"g","restart":1,"seq":4}',
)


def _line_sent(folder: Path) -> int:
    from gateways.gateway.node.batches import read_ack
    from gateways.gateway.node.southbound import BadLine, read_line

    given, said = (folder / "line").read_bytes(), 64
    for read, refuses in ((read_line, BadLine), (lambda raw: read_ack(raw, "g"), ValueError)):
        try:
            read(given)
            said = 0
        except refuses:
            continue
    return said


BROKER = {"host": "127.0.0.1", "port": 8883, "user": "u", "password_file": "secret"}
NODE = {"gateway": "g", "brokers": [BROKER], "outbox": "outbox.db", "batch_size": 100}
INGEST = {"name": "ingest-1", "brokers": [BROKER], "store": {"kind": "embedded", "path": "store.db"}}


def _settings(folder: Path) -> int:
    from gateways.gateway.node import config as node
    from gateways.ingest import config as ingest
    from simulator.contracts.problem import BadInput
    from stadtwerk.live.settings import read_installation

    said = 64
    for read in (node.load, ingest.read_config, read_installation):
        try:
            read(folder / "settings.json")
            said = 0
        except BadInput:
            continue
    return said


def _jsons(*values: Any) -> Callable[[], tuple[Files, ...]]:
    return lambda: tuple({"settings.json": json.dumps(value).encode()} for value in values)


ASSETS = (
    "id,kind,longitude,latitude,title,owner,maker,model,firmware,year,parameters\n"
    "pump-u,,,,main pump,water utility,maker A,P-200,1.2,2011,\n"
    ",hospital,8.4037,49.0069,St. Anna,trust,,,,,beds=300\n"
)


def _lists() -> tuple[Files, ...]:
    return ({"net.inp": _in_karlsruhe(), "assets.csv": ASSETS.encode()},)


@cache
def _workbooks() -> tuple[Files, ...]:
    """The list as Excel writes it, also its parts without the zip around them: a change to that breaks a checksum."""
    import csv
    from io import BytesIO, StringIO

    import openpyxl

    book, out = openpyxl.Workbook(), BytesIO()
    for row in csv.reader(StringIO(ASSETS)):
        book.active.append(row)
    book.save(out)
    base = {"net.inp": _in_karlsruhe()}
    with zipfile.ZipFile(out) as parts:
        inner = {name: parts.read(name) for name in parts.namelist()}
    return tuple({**base, "assets.xlsx": out.getvalue(), "part": inner[name], "name": name.encode()} for name in inner)


def _workbook(folder: Path) -> int:
    """The workbook, with one of its parts as the folder has it; and as it is there, where that is broken itself."""
    whole = folder / "assets.xlsx"
    kept = whole.read_bytes()
    name = (folder / "name").read_text(encoding="utf-8")
    try:
        with zipfile.ZipFile(whole) as parts:
            inner = {one: parts.read(one) for one in parts.namelist()}
    except Exception:  # the mutant is the file itself
        inner = {}
    if inner:
        with zipfile.ZipFile(whole, "w") as parts:
            for one, content in {**inner, name: (folder / "part").read_bytes()}.items():
                parts.writestr(one, content)
    code = command(*LAID, "--assets", "@assets.xlsx")(folder)
    whole.write_bytes(kept)
    return code


IMPORT = ("city", "import", "--name", "town", "--out", "@out")
LAID = (*IMPORT, "--crs", "EPSG:25832", "--water", "@net.inp")
KARLSRUHE = 456_000.0, 5_428_000.0
UTM = "EPSG:25832"


def _in_karlsruhe() -> bytes:
    """The water network about the middle of Karlsruhe, in UTM 32."""
    east, north = KARLSRUHE
    head, coordinates = dedent(WATER).split("[COORDINATES]\n")
    rows = [line.split() for line in coordinates.splitlines() if line and not line.startswith("[")]
    moved = "".join(f"{name} {float(x) + east} {float(y) + north}\n" for name, x, y in rows)
    return f"{head}[COORDINATES]\n{moved}[END]\n".encode()


def _layers(suffix: str) -> tuple[Files, ...]:
    """Districts and roads as GDAL writes them, and the water network there."""
    import warnings

    import numpy as np
    import pyogrio
    import shapely

    files = {"net.inp": _in_karlsruhe()}
    east, north = KARLSRUHE
    boxes = [shapely.box(east + x - 600, north - 500, east + x, north + 800) for x in (500, 1100)]
    ways = [shapely.LineString([(east, north), (east + x, north + 300)]) for x in (300.0, 500.0)]
    ways.append(shapely.LineString([(east + 300, north + 300), (east + 500, north + 300)]))
    layers: tuple[tuple[str, str, list[Any], dict[str, list[Any]]], ...] = (
        ("districts", "Polygon", boxes, {"name": ["West", "Ost"], "ew": [1200.0, 800.0]}),
        ("roads", "LineString", ways, {"maxspeed": [50.0, 30.0, 30.0], "lanes": [1.0, 2.0, 1.0]}),
    )
    with tempfile.TemporaryDirectory() as aside, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, kind, shapes, fields in layers:
            columns = [np.array(v, dtype=object if isinstance(v[0], str) else float) for v in fields.values()]
            pyogrio.raw.write(
                str(Path(aside) / f"{name}{suffix}"), shapely.to_wkb(np.array(shapes, dtype=object)), columns,
                np.array(list(fields), dtype=object), layer=name, geometry_type=kind, crs=UTM,
                driver="GPKG" if suffix == ".gpkg" else "ESRI Shapefile",
            )  # fmt: skip
        files |= {path.name: path.read_bytes() for path in sorted(Path(aside).iterdir())}
    return (files,)


@cache
def _packages() -> tuple[Files, ...]:
    return _layers(".gpkg")


@cache
def _shapes() -> tuple[Files, ...]:
    return _layers(".shp")


@cache
def _extracts() -> tuple[Files, ...]:
    import osmium

    from tests.city.test_gis import OSM

    with tempfile.TemporaryDirectory() as aside:
        text, packed = Path(aside) / "town.osm", Path(aside) / "town.osm.pbf"
        text.write_text(OSM, encoding="utf-8")
        with osmium.SimpleWriter(str(packed)) as writer:
            for one in osmium.FileProcessor(str(text)):
                writer.add(one)
        return tuple({path.name: path.read_bytes(), "net.inp": _in_karlsruhe()} for path in (text, packed))


def _extract(folder: Path) -> int:
    (path,) = folder.glob("town.osm*")
    return command(*LAID, "--roads", f"@{path.name}")(folder)


GRID = "ncols 3\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 500\nNODATA_value -1\n1 2 3\n4 -1 6\n"
DAMAGE = "time_stamp,components,fail_perc\n3600,p1,50\n3600,junction-B,100\n4000,pump-u,25\n"
BROKEN = """
schema: stadtwerk/scenario/1
id: try
title: {en: Try, de: Versuch}
question: {en: "Does it hold?", de: "Hält es?"}
city: {path: town}
run: {start: "2026-05-12T06:30", warmup: 1h, duration: 3h, heal_by: 2h, seeds: [1]}
timeline:
  - {id: quake, at: 10min, hazard: {type: earthquake, area: {crs: map, raster: pga.asc}}, for: drawn}
  - {id: file, at: 20min, disruption: damage.csv}
expect:
  - {id: water, type: invariant, level: water-supply-city}
"""


@cache
def _damages() -> tuple[Files, ...]:
    (city,) = _city()
    return ({**city, "scenario.yaml": BROKEN.encode(), "damage.csv": DAMAGE.encode(), "pga.asc": GRID.encode()},)


def _of_extras() -> Iterator[Reader]:
    """Readers of forms whose package is installed."""
    if importlib.util.find_spec("openpyxl"):
        yield Reader("workbook", _workbooks, _workbook, ("part", "assets.xlsx"))
    if importlib.util.find_spec("pyogrio") and importlib.util.find_spec("pyproj"):
        for name, bases, suffix in (("geopackage", _packages, ".gpkg"), ("shapefile", _shapes, ".shp")):
            layers = ("--districts", f"@districts{suffix}", "--roads", f"@roads{suffix}")
            changed = [file for file in bases()[0] if file != "net.inp"]
            yield Reader(name, bases, command(*LAID, *layers), tuple(changed))
    if importlib.util.find_spec("osmium"):
        yield Reader("osm", _extracts, _extract, ("town.osm", "town.osm.pbf"))


def _of_declared_files() -> Iterator[Reader]:
    """Readers of network files that a catalogue declares, as far as it is there."""
    if "wastewater" in registry().networks:
        sewers = command(*IMPORT, "--water", "@net.inp", "--wastewater", "@sewer.inp")
        yield Reader("swmm", _sewers, sewers, ("sewer.inp",))


READERS = {
    reader.name: reader
    for reader in (
        Reader("epanet", _water, command(*IMPORT, "--water", "@net.inp"), ("net.inp",)),
        Reader("pandapower", _power, command(*IMPORT, "--power", "@grid.json"), ("grid.json",)),
        Reader("gmns", _given(GMNS), command(*IMPORT, "--gmns", "@."), tuple(GMNS)),
        Reader(
            "tntp",
            _given(TNTP),
            command(*IMPORT, "--roads-net", "@net.tntp", "--roads-nodes", "@node.tntp", "--roads-trips", "@trips.tntp"),
            tuple(TNTP),
        ),
        Reader(
            "districts",
            _given(DISTRICTS),
            command(*IMPORT, "--water", "@net.inp", "--districts", "@d.geojson"),
            ("d.geojson",),
        ),
        Reader(
            "links",
            _given(LINKS_ROWS),
            command(*IMPORT, "--water", "@net.inp", "--links", "@links.csv"),
            ("links.csv",),
        ),
        Reader("assets", _lists, command(*LAID, "--assets", "@assets.csv"), ("assets.csv",)),
        *_of_extras(),
        *_of_declared_files(),
        Reader("city", _city, command("check", "@town"), tuple(f"town/{name}" for name in FILES)),
        Reader("scenario", _scenarios, command("check", "@scenario.yaml"), ("scenario.yaml",)),
        Reader("damage", _damages, command("check", "@scenario.yaml"), ("damage.csv", "pga.asc")),
        Reader("suite", _suites, command("check", "@suite.yaml"), ("suite.yaml",)),
        Reader("campaign", _campaigns, command("check", "@campaign.yaml"), ("campaign.yaml",)),
        Reader("settings", _jsons(NODE, INGEST), _settings, ("settings.json",)),
        Reader("payload", _payloads, _payload, ("payload",)),
        Reader("line", lambda: tuple({"line": one} for one in LINES_SENT), _line_sent, ("line",)),
        Reader(
            "readings",
            _given({"r.csv": READINGS}),
            command("monitor", "learn", "@r.csv", "--out", "@learned"),
            ("r.csv",),
        ),
    )
}


def written(files: Files, folder: Path, changed: str, content: bytes) -> None:
    """The files of a base in a folder, one of them changed."""
    for name, one in {**files, changed: content}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one)
