"""What planners have becomes a city; what is wrong with it is said, and then nothing is written."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from simulator.city.importing import ImportReport, ImportSources, import_city
from simulator.city.loader import load_city
from simulator.contracts.link import LinkKind
from simulator.contracts.problem import BadInput
from tests.city.towns import WATER

CASES = Path(os.environ.get("STADTWERK_CASES", Path(__file__).parents[3] / "shared" / "cases"))
MICROPOLIS = CASES / "micropolis"
needs_micropolis = pytest.mark.skipif(
    not MICROPOLIS.is_dir(), reason="the Micropolis case is not here (set STADTWERK_CASES to its parent folder)"
)

NODES = "node_id,x_coord,y_coord\n1,0,0\n2,1000,0\n3,1000,1000\n4,0,1000\n5,500,500\n"
ENDS = [(1, 2), (2, 3), (3, 4), (4, 1), (1, 5), (2, 5), (3, 5), (4, 5)]


def _water(folder: Path) -> Path:
    path = folder / "town.inp"
    path.write_text(dedent(WATER), encoding="utf-8")
    return path


def _gmns(folder: Path) -> Path:
    out = folder / "gmns"
    out.mkdir()
    (out / "node.csv").write_text(NODES, encoding="utf-8")
    rows = [f"{a}-{b},{a},{b},1,1000,50,1800,1" for ends in ENDS for a, b in (ends, ends[::-1])]
    head = "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes"
    (out / "link.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    demand = "origin,destination,start_s,end_s,trips\n1,3,25200,28800,1200\n2,4,25200,28800,600\n"
    (out / "demand.csv").write_text(demand, encoding="utf-8")
    return out


def test_water_alone_becomes_a_city_that_runs_on_stated_assumptions(tmp_path: Path) -> None:
    report = import_city(ImportSources("hamlet", water=_water(tmp_path)), tmp_path / "out")
    city = report.city
    assert city.people == round(3.78 * 86400 / 126)
    assert city.components["junction-B"].x_m - city.components["junction-A"].x_m == pytest.approx(400.0)
    for kind in ("waterworks", "hospital", "server", "gateway", "rescue-dispatch", "depot"):
        assert city.of_kind(kind), kind
    assert city.links_into("pump-u", LinkKind("control"))
    assert not [link for link in city.links.values() if link.kind in (LinkKind("power"), LinkKind("road"))]
    text = (tmp_path / "out" / "assumptions.md").read_text(encoding="utf-8")
    listed = [note for note in report.assumptions if note.subject.en != "people"]
    assert len(listed) > 10 and all(note.text.en.split("|")[0] in text for note in listed)


def test_a_schematic_drawing_gets_its_scale_from_the_pipes(tmp_path: Path) -> None:
    path = _water(tmp_path)
    drawn = path.read_text().replace("500 100", "4.1 1").replace("100 100", "0.1 1").replace("800 100", "7.1 1")
    path.write_text(drawn.replace("900 300", "8.1 3.83"), encoding="utf-8")
    city = import_city(ImportSources("hamlet", water=path), tmp_path / "out").city
    # Pipes of 400 and 300 m are drawn 4 and 3 units long.
    assert city.components["junction-B"].x_m - city.components["junction-A"].x_m == pytest.approx(400.0)


def test_a_city_that_is_loaded_is_held_to_lengths_speeds_and_trips_of_a_town(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_city(ImportSources("crossing", gmns=_gmns(tmp_path)), out)
    assert not load_city(out).findings
    links, demand = (out / "roads" / name for name in ("link.csv", "demand.csv"))
    sound, asked = links.read_text(encoding="utf-8"), demand.read_text(encoding="utf-8")
    assert ",1000,50," in sound
    for wrong, what in ((",1000000,50,", "median length is 1,000,000 m"), (",1000,1,", "median free speed is 1 km/h")):
        links.write_text(sound.replace(",1000,50,", wrong), encoding="utf-8")
        with pytest.raises(BadInput, match=what):
            load_city(out)
    links.write_text(sound, encoding="utf-8")
    demand.write_text(asked.replace(",1200", ",120000"), encoding="utf-8")
    (finding,) = load_city(out).findings
    assert finding.rule == "road-trips" and "nothing moves" in finding.text.en


def test_a_table_says_what_the_files_call_everything(tmp_path: Path) -> None:
    path = tmp_path / "latin.inp"
    path.write_bytes(_water(tmp_path).read_text(encoding="utf-8").replace("T ", "Behälter ").encode("latin-1"))
    import_city(ImportSources("hamlet", water=path), tmp_path / "out")
    with (tmp_path / "out" / "ids.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"id": "tank-Behälter", "kind": "tank", "in_file": "Behälter", "title": ""} in rows
    assert {"id": "d1", "kind": "district", "in_file": "", "title": "District 1"} in rows


def test_roads_alone_have_people_from_their_trips(tmp_path: Path) -> None:
    city = import_city(ImportSources("crossing", gmns=_gmns(tmp_path)), tmp_path / "out").city
    assert city.people == pytest.approx(1800 / (3.1 * 0.43), abs=6)
    assert {signal.x_m for signal in city.of_kind("signal")} <= {node.x_m for node in city.of_kind("road-node")}
    for component in city.components.values():
        if component.kind not in ("road-node", "service"):
            assert city.links_into(component.id, LinkKind("road")), component.id


def test_networks_drawn_elsewhere_are_laid_over_each_other_and_that_is_said(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    folder = _gmns(far)
    table = folder / "node.csv"
    lines = table.read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    shifted = [f"{n},{float(x) + 50_000},{float(y)}" for n, x, y in rows]
    table.write_text("\n".join([lines[0], *shifted]) + "\n", encoding="utf-8")
    report = import_city(ImportSources("town", water=_water(tmp_path), gmns=folder), tmp_path / "out")
    water = [c for c in report.city.components.values() if c.kind in ("junction", "tank", "reservoir")]
    roads = report.city.of_kind("road-node")
    assert abs(sum(c.x_m for c in water) / len(water) - sum(c.x_m for c in roads) / len(roads)) < 500
    assert any("drawn elsewhere" in note.text.en for note in report.assumptions)


def test_links_and_districts_that_are_given_are_kept(tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    links.write_text("id,kind,source,target,owner,autonomy_min\nroof,water,junction-B,tank-T,us,5\n", encoding="utf-8")
    districts = tmp_path / "d.geojson"
    ring = [[-50, -50], [950, -50], [950, 400], [-50, 400], [-50, -50]]
    feature = {"type": "Feature", "properties": {"id": "all", "title": "All", "people": 500}}
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    import json

    districts.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    sources = ImportSources("hamlet", water=_water(tmp_path), links=links, districts=districts)
    city = import_city(sources, tmp_path / "out").city
    assert city.links["roof"].autonomy_s == 300 and city.links["roof"].owner == "us"
    assert {name: d.people for name, d in city.districts.items()} == {"all": 500}
    outline = city.districts["all"].outline
    assert max(x for x, _ in outline) - min(x for x, _ in outline) == pytest.approx(1000.0, abs=0.1)


@pytest.mark.parametrize(
    ("text", "line", "field", "mend"),
    [
        ("water_id,power_id\nu,nobody\n", 2, "power_id", "power"),
        ("id,kind,source,target\na,water,junction-BB,tank-T\n", 2, "source", "junction-B"),
        ("id,kind,source,target\na,watr,junction-B,tank-T\n", 2, "kind", "water"),
    ],
)
def test_wrong_links_are_told_at_their_line_and_nothing_is_written(
    tmp_path: Path, text: str, line: int, field: str, mend: str
) -> None:
    links = tmp_path / "links.csv"
    links.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_city(ImportSources("hamlet", water=_water(tmp_path), links=links), tmp_path / "out")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field) == (str(links), line, field) and mend in problem.fix
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv", "town.inp"]


@pytest.mark.parametrize(
    ("table", "old", "new", "line", "field"),
    [
        ("link.csv", "1-2,1,2,1,", "1-2,1,1,1,", 2, "to_node_id"),
        ("link.csv", "5-4,5,4,1,1000", "5-4,5,4,1,-1000", 17, "length"),
        ("link.csv", "2-3,2,3,", "1-2,2,3,", 4, "link_id"),
        ("demand.csv", "2,4,25200,28800,600", "2,4,28800,25200,600", 3, "end_s"),
    ],
)
def test_a_broken_gmns_folder_is_told_of_the_folder_that_was_given(
    tmp_path: Path, table: str, old: str, new: str, line: int, field: str
) -> None:
    folder = _gmns(tmp_path)
    path = folder / table
    assert path.read_text(encoding="utf-8").count(old) == 1
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_city(ImportSources("crossing", gmns=folder), tmp_path / "out")
    assert [(problem.file, problem.line, problem.field) for problem in caught.value.problems] == [
        (str(path), line, field)
    ]


def test_what_is_wrong_with_a_road_for_both_ways_is_told_at_its_line(tmp_path: Path) -> None:
    folder = _gmns(tmp_path)
    path = folder / "link.csv"
    rows = path.read_text(encoding="utf-8").replace("1-2,1,2,1,", "1-2,1,2,0,").replace("2-3,2,3,1,1000", "2-3,2,3,1,0")
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_city(ImportSources("crossing", gmns=folder), tmp_path / "out")
    assert {(problem.file, problem.line) for problem in caught.value.problems} == {(str(path), 4)}


def test_no_problem_of_an_import_names_a_copy_that_is_gone(tmp_path: Path) -> None:
    from tests.traffic.test_importers import NET, tables

    net, nodes, trips = tables(tmp_path, net=NET.replace("\t3\t4\t4000", "\t3\t3\t4000"))  # from a node to itself
    sources = ImportSources("crossing", roads_net=net, roads_nodes=nodes, roads_trips=trips)
    with pytest.raises(BadInput) as caught:
        import_city(sources, tmp_path / "out")
    assert [(problem.file, problem.line, problem.field) for problem in caught.value.problems] == [
        (str(net), 0, "to_node_id")
    ]


def test_every_wrong_source_is_told_at_once(tmp_path: Path) -> None:
    sources = ImportSources(
        "Bad Name", water=tmp_path / "no.inp", gmns=tmp_path / "no", links=tmp_path / "no.csv", roads_net=tmp_path / "n"
    )
    with pytest.raises(BadInput) as caught:
        import_city(sources, tmp_path / "out")
    told = "\n".join(str(problem) for problem in caught.value.problems)
    for word in ("--name", "no.inp", "node.csv", "no.csv", "--roads-net", "--gmns"):
        assert word in told, told
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def micropolis(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    pytest.importorskip("pandapower", reason="the import extra is not installed")
    sources = ImportSources(
        "micropolis",
        water=MICROPOLIS / "water.inp",
        power=MICROPOLIS / "power.json",
        roads_net=MICROPOLIS / "transpo_net.tntp",
        roads_nodes=MICROPOLIS / "transpo_node.tntp",
        roads_trips=MICROPOLIS / "transpo_trips.tntp",
        links=MICROPOLIS / "dependencies.csv",
    )
    return import_city(sources, tmp_path_factory.mktemp("case") / "micropolis")


@needs_micropolis
def test_micropolis_is_whole(micropolis: ImportReport) -> None:
    """The numbers are those that its own description names."""
    kinds = Counter(component.kind for component in micropolis.city.components.values())
    assert (kinds["junction"], kinds["pipe"], kinds["pump"]) == (1574, 1574, 8)
    assert (kinds["bus"], kinds["road-node"]) == (1225, 68)


@needs_micropolis
def test_micropolis_pumps_hang_on_the_motors_bus(micropolis: ImportReport) -> None:
    """All three motors of power.json stand at bus 1087."""
    city = micropolis.city
    for pump in city.of_kind("pump"):
        assert [link.source for link in city.links_into(pump.id, LinkKind("power"))] == ["bus-1087"], pump.id
        assert city.links_into(pump.id, LinkKind("control")) and city.links_into(pump.id, LinkKind("road"))


@needs_micropolis
def test_micropolis_lies_on_one_map_in_feet(micropolis: ImportReport) -> None:
    rows = (MICROPOLIS / "transpo_node.tntp").read_text().splitlines()[1:]
    drawn = {cells[0]: (float(cells[1]), float(cells[2])) for row in rows if len(cells := row.split()) > 2}
    nodes = {node.network_id: node for node in micropolis.city.of_kind("road-node")}
    a, b = nodes["T_J1"], nodes["T_J4"]
    feet = math.dist(drawn["T_J1"], drawn["T_J4"])
    assert math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) == pytest.approx(feet * 0.3048)
    # The same shift for all three: a pump station and its bus lie in one town.
    pump, bus = micropolis.city.components["pump-W_WP8"], micropolis.city.components["bus-1087"]
    assert math.dist((pump.x_m, pump.y_m), (bus.x_m, bus.y_m)) < 3000


@needs_micropolis
def test_micropolis_says_what_was_assumed(micropolis: ImportReport) -> None:
    told = " ".join(f"{note.subject.en} {note.text.en}" for note in micropolis.assumptions)
    for word in ("foot", "dependencies.csv", "District", "gateway", "hospital", "road access", "210", "litres"):
        assert word.lower() in told.lower(), word
    assert micropolis.city.people > 1000


def test_pandapower_keeps_its_advice_to_itself(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    from simulator.city.importers.pandapower_grid import quiet_pandapower

    logger = logging.getLogger("pandapower.auxiliary")
    with quiet_pandapower():
        logger.warning("numba cannot be imported")
        logger.error("a real error")
    logger.warning("heard again")
    assert [record.getMessage() for record in caplog.records] == ["a real error", "heard again"]
