"""Roads from TNTP and GMNS tables that others made."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from simulator.city.importers.gmns import GmnsUnits, import_gmns
from simulator.city.importers.road_units import RoadUnits
from simulator.city.importers.tntp import import_tntp
from simulator.city.road_file import Roads, read_roads
from simulator.contracts.city import RoadFiles
from simulator.contracts.problem import BadInput

CASES = Path(os.environ.get("STADTWERK_CASES", Path(__file__).parents[3] / "shared" / "cases"))
MICROPOLIS = CASES / "micropolis"


def imported(folder: Path) -> Roads:
    demand = folder / "demand.csv"
    return read_roads(RoadFiles(folder / "node.csv", folder / "link.csv", demand if demand.is_file() else None))


@pytest.mark.skipif(not MICROPOLIS.is_dir(), reason=f"no published city at {MICROPOLIS}; set STADTWERK_CASES")
def test_micropolis_is_read_as_it_is(tmp_path: Path) -> None:
    names = [MICROPOLIS / f"transpo_{part}.tntp" for part in ("net", "node", "trips")]
    assumptions = import_tntp(*names, tmp_path)
    roads = imported(tmp_path)
    # Lines that begin with a junction, counted in the files themselves.
    assert len(roads.links) == sum(line.startswith("T_J") for line in names[0].read_text().splitlines())
    assert len(roads.nodes) == 68
    assert sum(t.trips for t in roads.trips) == pytest.approx(27245)
    assert {"T_L1", "T_L72", "T_L210"} <= {link.id for link in roads.links}
    where = {node.id: (node.x * 0.3048, node.y * 0.3048) for node in roads.nodes}
    stretch = sorted(link.length_m / math.dist(where[link.start], where[link.end]) for link in roads.links)
    assert stretch[0] > 0.95 and stretch[-1] < 1.05, "roads are as long as the map says"
    speeds = sorted(link.free_speed_m_s * 3.6 for link in roads.links)
    assert speeds[0] >= 10 and 25 < speeds[len(speeds) // 2] < 40 and speeds[-1] < 90
    said = " ".join(f"{a.subject}: {a.text.of('en')}" for a in assumptions)
    for word in ("feet", "minutes", "miles", "one lane", "morning peak", "210"):
        assert word in said


NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 5
<END OF METADATA>

~ \tInit node \tTerm node \tCapacity \tLength \tFree Flow Time \tB\tPower\tSpeed limit \tToll \tType\t;
\t1\t3\t1000\t2\t2\t0.15\t4\t60\t0\t1\t;
\t1\t4\t2500\t3\t3.6\t0.15\t4\t50\t0\t1\t;
\t3\t4\t4000\t1\t1\t0.15\t4\t60\t0\t1\t;
\t3\t2\t2500\t3\t3.6\t0.15\t4\t50\t0\t1\t;
\t4\t2\t1000\t2\t2\t0.15\t4\t60\t0\t1\t;
"""
NODE = "node\tX\tY\t;\n1\t0\t0\t;\n2\t4000\t1000\t;\n3\t2000\t0\t;\n4\t2000\t1000\t;\n"
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 700.0
<END OF METADATA>


Origin \t1
    1 :      0.0;     2 :    600.0;
Origin 2
    1 :    100.0;     2 :      5.0;
"""


def tables(folder: Path, net: str = NET, node: str = NODE, trips: str = TRIPS) -> tuple[Path, Path, Path]:
    paths = folder / "net.tntp", folder / "node.tntp", folder / "trips.tntp"
    for path, text in zip(paths, (net, node, trips), strict=True):
        path.write_text(text)
    return paths


def test_the_standard_format_with_its_units_given(tmp_path: Path) -> None:
    net, node, trips = tables(tmp_path)
    assumptions = import_tntp(
        net, node, trips, tmp_path / "out", RoadUnits("kilometres", "minutes", coordinates="metres")
    )
    roads = imported(tmp_path / "out")
    first, second, third = roads.links[:3]
    assert (first.id, first.start, first.end, first.length_m, first.lanes) == ("1-3", "1", "3", 2000.0, 1)
    assert first.free_speed_m_s == pytest.approx(60 / 3.6)
    assert second.free_speed_m_s == pytest.approx(50 / 3.6)
    assert (second.lanes, third.lanes) == (2, 3)
    assert third.capacity_veh_s * third.lanes * 3600 == pytest.approx(4000)
    by_pair = {
        pair: sum(t.trips for t in roads.trips if (t.origin, t.destination) == pair)
        for pair in [("1", "2"), ("2", "1")]
    }
    assert by_pair == {("1", "2"): pytest.approx(600), ("2", "1"): pytest.approx(100)}
    assert {(t.start_s, t.end_s) for t in roads.trips} == {(h * 3600.0, h * 3600.0 + 3600) for h in range(24)}
    said = " ".join(a.text.of("en") for a in assumptions)
    assert "5 trips within one zone" in said
    assert "unit" not in said, "nothing is assumed about units that were given"


def test_units_are_found_on_the_map_where_they_are_not_given(tmp_path: Path) -> None:
    net, node, _ = tables(tmp_path)
    assumptions = import_tntp(net, node, None, tmp_path / "out", RoadUnits(coordinates="metres"))
    roads = imported(tmp_path / "out")
    assert [link.length_m for link in roads.links] == [2000, 3000, 1000, 3000, 2000]
    assert roads.links[0].free_speed_m_s == pytest.approx(60 / 3.6)
    assert not roads.trips
    assert any("kilometres" in a.text.of("en") for a in assumptions)


def test_times_that_make_no_sense_give_the_speed_of_a_town(tmp_path: Path) -> None:
    net, node, _ = tables(tmp_path, net=NET.replace("\t2\t2\t0", "\t2\t900\t0").replace("\t3.6\t", "\t900\t"))
    assumptions = import_tntp(net, node, None, tmp_path / "out", RoadUnits(coordinates="metres"))
    assert [link.free_speed_m_s * 3.6 for link in imported(tmp_path / "out").links] == pytest.approx([50] * 5)
    assert any("StVO" in a.basis.of("en") for a in assumptions)


def test_mistakes_in_all_three_tables_are_told_at_once(tmp_path: Path) -> None:
    paths = tables(
        tmp_path,
        net=NET.replace("\t3\t4\t4000", "\t3\t9\t0"),
        node=NODE.replace("3\t2000\t0", "3\t2000\tnorth"),
        trips=TRIPS.replace("Origin 2", "Origin 8").replace("600.0", "many"),
    )
    with pytest.raises(BadInput) as refused:
        import_tntp(*paths, tmp_path / "out")
    assert [(Path(p.file).name, p.line, p.field) for p in refused.value.problems] == [
        ("net.tntp", 10, "capacity"),
        ("net.tntp", 10, "term node"),
        ("node.tntp", 4, "y"),
        ("trips.tntp", 7, "trips"),
        ("trips.tntp", 8, "node"),
    ]
    assert not (tmp_path / "out").exists()


def test_gmns_of_another_maker(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("node_id,x_coord,y_coord,zone_id\n10,0,0,A\n11,3,4,B\n12,3,0,\n")
    (tmp_path / "l.csv").write_text(
        "link_id,name,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes\n"
        "1,Main,10,11,0,0.5,30,1200,2\n"
        "2,Side,11,12,1,,,,\n"
    )
    (tmp_path / "d.csv").write_text("o_zone_id,d_zone_id,volume\nA,B,240\nB,A,120\n")
    assumptions = import_gmns(
        *(tmp_path / name for name in ("n.csv", "l.csv", "d.csv")),
        tmp_path / "out",
        GmnsUnits(length_m=1609.344, speed_m_s=0.44704, degrees=False, coordinate_m=100.0),
    )
    roads = imported(tmp_path / "out")
    assert [(ln.id, ln.start, ln.end, ln.lanes) for ln in roads.links] == [
        ("1", "10", "11", 2),
        ("1-back", "11", "10", 2),
        ("2", "11", "12", 1),
    ]
    assert roads.links[0].length_m == pytest.approx(804.672)
    assert roads.links[0].free_speed_m_s == pytest.approx(13.4112)
    assert roads.links[2].length_m == pytest.approx(400)
    assert roads.links[2].free_speed_m_s == pytest.approx(50 / 3.6)
    assert sum(t.trips for t in roads.trips) == pytest.approx(360)
    assert {(t.origin, t.destination) for t in roads.trips} == {("10", "11"), ("11", "10")}
    said = [a.text.of("en") for a in assumptions]
    assert sum("1 links" in text for text in said) == 5


def test_gmns_mistakes_are_told_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("node_id,x_coord,y_coord\na,0,0\nb,x,0\n")
    (tmp_path / "l.csv").write_text(
        "link_id,from_node_id,to_node_id,length,free_speed,capacity,lanes\n1,a,c,1,1,1,1\n2,a,b,?,1,1,1\n"
    )
    (tmp_path / "d.csv").write_text("origin,destination,trips\na,z,1\n")
    with pytest.raises(BadInput) as refused:
        import_gmns(*(tmp_path / name for name in ("n.csv", "l.csv", "d.csv")), tmp_path / "out")
    assert [(Path(p.file).name, p.line, p.field) for p in refused.value.problems] == [
        ("d.csv", 2, "destination"),
        ("l.csv", 2, "to_node_id"),
        ("l.csv", 3, "length"),
        ("n.csv", 3, "x_coord"),
    ]
    assert not (tmp_path / "out").exists()
