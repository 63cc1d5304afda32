"""A city folder as planners write it: loaded, written and loaded again, and refused with every mistake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.city.loader import load_city
from simulator.city.read import read_folder
from simulator.city.write import write_city
from simulator.contracts.link import Fallback, LinkKind
from simulator.contracts.problem import BadInput
from tests.city.towns import CITY, COMPONENTS, DISTRICTS, LINKS, hamlet


def test_a_city_is_loaded_with_defaults_units_and_districts(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    hospital, link = city.components["hospital-1"], city.links["g-h"]
    assert hospital.number("beds") == 200
    assert hospital.number("water_l_bed_d") == 150  # the kind's default
    assert link.autonomy_s == 600 and city.links["s-gw"].latency_s == 0.0015 and city.links["s-gw"].loss == 0.01
    assert city.links["ww-u"].fallback is Fallback.HOLD
    pump, pipe = city.components["pump-u"], city.components["pipe-p1"]
    assert (pump.maker, pump.year, pump.title, pump.owner) == ("maker A", 2005, "main pump", "water utility")
    assert (pipe.year, pipe.network_id, pipe.x_m) == (1990, "p1", 300.0)
    assert city.components["junction-C"].district == "east"
    # The tank stands in neither polygon: the nearer centre decides.
    assert city.components["tank-T"].district == "east"


def test_people_follow_from_demand(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    west, east = 2.0 * 86400 / 126, 1.78 * 86400 / 126
    assert city.people == round(west + east)
    assert abs(city.districts["west"].people - west) < 1 and abs(city.districts["east"].people - east) < 1
    assert any(note.subject.en == "people" and note.basis.en == "Destatis 2022" for note in city.assumptions)
    assert city.levels["water-supply-city"].people == city.people
    assert city.levels["litres-west"].people == city.districts["west"].people


def test_people_that_are_given_stay(tmp_path: Path) -> None:
    given = DISTRICTS.replace('"title": "West"', '"title": "West", "people": 77')
    city = load_city(hamlet(tmp_path, districts=given))
    assert city.districts["west"].people == 77
    assert abs(city.districts["east"].people - 1.78 * 86400 / 126) < 1


def test_each_sensor_reports_once_to_its_districts_gateway(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    assert {cohort.id: cohort.components for cohort in city.cohorts} == {
        "pressure-gateway-west": ("junction-A",),
        "pressure-gateway-east": ("junction-B", "junction-C"),
    }


def test_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    first = read_folder(hamlet(tmp_path)).draft
    out = tmp_path / "out"
    write_city(first, out)
    (out / "water.inp").write_bytes((tmp_path / "water.inp").read_bytes())
    second = read_folder(out)
    assert second.problems == []
    # Outlines go through degrees with seven decimals, a centimetre.
    rings = zip(first.districts, second.draft.districts, strict=True)
    for a, b in rings:
        assert [pytest.approx(point, abs=0.02) for point in a.outlines[0]] == list(b.outlines[0])
    assert replace(second.draft, districts=()) == replace(first, districts=())
    again = tmp_path / "again"
    write_city(second.draft, again)
    for name in ("city.yaml", "components.csv", "links.csv", "districts.geojson"):
        assert (again / name).read_bytes() == (out / name).read_bytes(), name
    loaded, before = load_city(out), load_city(tmp_path)
    assert loaded.components == before.components and loaded.links == before.links
    assert loaded.levels == before.levels and loaded.cohorts == before.cohorts


BROKEN_CITY = (
    CITY.replace("minimum: 0.9}", "minimum: 1.9}")
    .replace("measure: lifeline", "measure: lifline")
    .replace("subject: west", "subject: wets")
    .replace("pump-u: {maker", "pump-v: {maker")
    .replace("period_s: 300", "period_s: 0")
)
BROKEN_COMPONENTS = (
    COMPONENTS.replace("gateway-west,gateway,150", "gateway-west,gatway,150")
    .replace("700,150,east", "nan,150,esat")
    .replace('"beds=200"', "bedz=200")
    .replace("burn_l_h=20", "burn_l_h=-20")
    .replace("cluster=data; rank=2", "cluster=dta; rank=2")
)
BROKEN_LINKS = (
    LINKS.replace("generator-1,hospital-1,trust,10", "server-1,hospital-1,trust,-10")
    .replace("junction-B,hospital-1", "junction-BB,hospital-1")
    .replace("1.5,0.01", "1.5,1.01")
    .replace("s-ge,", "s-gw,")
    .replace("waterworks-1,pump-u,water utility,,,,hold", "waterworks-1,pump-u,water utility,,,,freeze")
)
EXPECTED = {
    ("city.yaml", 12, "levels[0].minimum", "1.9"),
    ("city.yaml", 13, "levels[1].subject", "wets"),
    ("city.yaml", 14, "levels[2].measure", "lifline"),
    ("city.yaml", 16, "sensors[0].period_s", "0 is not above 0"),
    ("city.yaml", 18, "overrides.pump-v", "no element"),
    ("components.csv", 2, "kind", "gatway"),
    ("components.csv", 3, "x_m", "nan"),
    ("components.csv", 3, "district", "esat"),
    ("components.csv", 5, "parameters.cluster", "data"),
    ("components.csv", 6, "parameters.bedz", "no parameter"),
    ("components.csv", 6, "parameters.beds", "needs beds"),
    ("components.csv", 7, "parameters.burn_l_h", "-20"),
    ("links.csv", 2, "source", "server"),
    ("links.csv", 2, "autonomy_min", "-10"),
    ("links.csv", 3, "source", "junction-BB"),
    ("links.csv", 4, "loss", "1.01"),
    ("links.csv", 5, "id", "s-gw"),
    ("links.csv", 8, "fallback", "freeze"),
}


def test_every_mistake_is_told_at_its_line_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, city=BROKEN_CITY, components=BROKEN_COMPONENTS, links=BROKEN_LINKS))
    found = {(Path(p.file).name, p.line, p.field): p for p in caught.value.problems}
    assert set(found) == {expected[:3] for expected in EXPECTED}
    for file, line, field, word in EXPECTED:
        assert word in found[file, line, field].what, found[file, line, field]
        assert found[file, line, field].fix


@pytest.mark.parametrize(
    ("file", "line", "field", "near"),
    [
        ("components.csv", 2, "kind", "gateway"),
        ("components.csv", 3, "district", "east"),
        ("links.csv", 3, "source", "junction-B"),
        ("city.yaml", 13, "levels[1].subject", "west"),
        ("city.yaml", 14, "levels[2].measure", "lifeline"),
        ("city.yaml", 18, "overrides.pump-v", "pump-u"),
    ],
)
def test_unknown_names_come_with_near_misses(tmp_path: Path, file: str, line: int, field: str, near: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, city=BROKEN_CITY, components=BROKEN_COMPONENTS, links=BROKEN_LINKS))
    mends = [p.fix for p in caught.value.problems if (Path(p.file).name, p.line, p.field) == (file, line, field)]
    assert len(mends) == 1 and f"'{near}'" in mends[0]


@pytest.mark.parametrize(
    ("changed", "field", "what"),
    [
        ({"city": CITY.replace("water.inp", "wasser.inp")}, "networks.water.file", "there is no file"),
        ({"city": CITY.replace("water.inp", "package:nosuchpackage/x.inp")}, "networks.water.file", "there is no file"),
        ({"city": CITY.replace("{file: water.inp", "{fil: water.inp")}, "networks.water.fil", "not a field"),
        ({"links": "id,kind,source\n"}, "header", "lacks target"),
        ({"components": "id,kind,x_m\n"}, "header", "lacks y_m"),
        ({"districts": DISTRICTS.replace("]}\n", "")}, "json", "delimiter"),
        ({"water": "[JUNCTIONS]\nA 10\n"}, "", ""),
    ],
)
def test_one_broken_file_is_one_problem_not_a_flood(
    tmp_path: Path, changed: dict[str, str], field: str, what: str
) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, **changed))
    problems = caught.value.problems
    assert len(problems) <= 2, problems
    if field:
        assert any(p.field == field and what in p.what for p in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("gw-u,data,gateway-west,pump-u", "gw-u,data,gateway-west,tank-T", "no data links lead"),
        ("w-h,water,junction-B", "w-h,water,tank-T", "cannot give water"),
        ("s-gw,data,server-1,gateway-west", "s-gw,data,hospital-1,pump-u", "ICT network"),
        ("w-h,water,junction-B,hospital-1", "pump-u,water,junction-B,hospital-1", "also a component"),
        ("w-h,water,junction-B,hospital-1", "w-h,water,junction-B,junction-B", "to itself"),
    ],
)
def test_links_that_do_not_fit_are_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in LINKS
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, links=LINKS.replace(old, new)))
    assert any(what in problem.what for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("beds=200", "beds=two", "parameters.beds", "'two' is not a number"),
        ("hospital=hospital-1", "hospital=hospitl-1", "parameters.hospital", "did you mean 'hospital-1'?"),
        ("hospital=hospital-1", "hospital=server-1", "parameters.hospital", "there is no hospital 'server-1'"),
        ("id,kind,", "id;kind;", "id;kind;x_m", "separate columns by commas"),
    ],
)
def test_parameters_that_cannot_be(tmp_path: Path, old: str, new: str, field: str, said: str) -> None:
    given = COMPONENTS + "    records-1,patient-records,1,1,,trust,,,,,,hospital=hospital-1\n"
    assert old in given
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, components=given.replace(old, new)))
    assert any(p.field == field and said in str(p) for p in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "field", "what", "fix"),
    [
        ("quantity: pressure_m", "quantity: presure_m", "quantity", "'presure_m' is no quantity", "'pressure_m'"),
        (
            "quantity: pressure_m",
            "quantity: heat_w",
            "quantity",
            "nothing measures 'heat_w' at a junction",
            "heated-homes",
        ),
        ("unit: m,", "unit: bar,", "unit", "'pressure_m' is read in 'm'", "unit: m"),
    ],
)
def test_a_sensor_reads_what_is_measured_where_it_sits(
    tmp_path: Path, old: str, new: str, field: str, what: str, fix: str
) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, city=CITY.replace(old, new)))
    assert [(p.line, p.field) for p in caught.value.problems if what in p.what and fix in p.fix] == [
        (16, f"sensors[0].{field}")
    ], caught.value.problems


def test_a_pump_does_not_forward_commands_to_another(tmp_path: Path) -> None:
    """The only data link of the waterworks leads to a leaf: its commands get nowhere."""
    links = LINKS.replace("gw-ww,data,gateway-west,waterworks-1", "gw-ww,data,gateway-east,hospital-1")
    with pytest.raises(BadInput, match="no data links lead from 'waterworks-1'"):
        load_city(hamlet(tmp_path, links=links))


def test_districts_without_people_and_without_demand_are_refused(tmp_path: Path) -> None:
    none = DISTRICTS.replace('"title": "West"', '"title": "West", "people": 0')
    with pytest.raises(BadInput, match="0 people cannot live in 'west'") as caught:
        load_city(hamlet(tmp_path, districts=none))
    assert caught.value.problems[0].line == 2
    (tmp_path / "b").mkdir()
    with pytest.raises(BadInput, match="not said how many people"):
        load_city(hamlet(tmp_path / "b", city=CITY.replace("people: {litres", "#people: {litres")))


@pytest.mark.parametrize("reference", ["../outside.csv", "/etc/hostname", "package:yaml/../../outside.csv"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, reference: str) -> None:
    (tmp_path / "outside.csv").write_text("id,kind,source,target\n", encoding="utf-8")
    inside = tmp_path / "city"
    inside.mkdir()
    hamlet(inside, city=CITY.replace("[links.csv]", f"['{reference}']"))
    with pytest.raises(BadInput) as caught:
        load_city(inside)
    (problem,) = [p for p in caught.value.problems if p.field == "links"]
    assert problem.file.endswith("city.yaml") and "lies outside the city's folder" in problem.what


def test_a_link_on_the_disk_does_not_lead_out_either(tmp_path: Path) -> None:
    inside = tmp_path / "city"
    inside.mkdir()
    hamlet(inside)
    (inside / "links.csv").rename(tmp_path / "links.csv")
    (inside / "links.csv").symlink_to(tmp_path / "links.csv")
    with pytest.raises(BadInput, match="lies outside the city's folder"):
        load_city(inside)


def test_a_wrong_figure_for_people_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, city=CITY.replace("litres_per_person_day: 126", "litres_per_person_day: -126")))
    assert [p.field for p in caught.value.problems] == ["people.litres_per_person_day"]


def test_the_land_whose_rules_count_is_read_written_and_checked(tmp_path: Path) -> None:
    named = CITY.replace("longitude_deg: 8.0}", "longitude_deg: 8.0}\n    land: BY")
    city = load_city(hamlet(tmp_path, city=named))
    assert city.land == "BY" and read_folder(tmp_path).draft.land == "BY"
    write_city(read_folder(tmp_path).draft, tmp_path / "out")
    assert "land: BY" in (tmp_path / "out" / "city.yaml").read_text(encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, city=named.replace("land: BY", "land: BX")))
    assert [(p.field, "'BX'" in str(p.what)) for p in caught.value.problems] == [("land", True)]


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("schema: stadtwerk/city/2", "schema", "is version 2, and this program understands versions up to 1"),
        ("schema: stadtwerk/town/1", "schema", "'stadtwerk/city/1' was expected"),
        ("", "document", "'schema' is missing"),
    ],
)
def test_a_version_that_is_not_understood_is_refused_with_the_reason(
    tmp_path: Path, line: str, field: str, said: str
) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, city=CITY.replace("schema: stadtwerk/city/1", line)))
    (problem,) = caught.value.problems
    assert problem.field == field and said in problem.what and problem.fix


def test_structure_and_names_are_told_in_one_go(tmp_path: Path) -> None:
    """A level and a component with a value that cannot be read are looked at for the names in them all the same."""
    city = CITY.replace("minimum: 15,", "minimum: fifteen,").replace("subject: west", "subject: wets")
    components = COMPONENTS.replace("700,150,east,city", "7OO,150,esat,city")
    with pytest.raises(BadInput) as caught:
        load_city(
            hamlet(tmp_path, city=city.replace("title: {en: Hamlet, ", "titel: {en: Hamlet, "), components=components)
        )
    told = {(Path(p.file).name, p.field) for p in caught.value.problems}
    assert told == {
        *(("city.yaml", field) for field in ("document", "titel", "levels[1].minimum", "levels[1].subject")),
        *(("components.csv", field) for field in ("x_m", "district")),
    }
    with pytest.raises(BadInput, match=r"levels\[0\]\.minimum: '90%' is in per cent; write 0\.9"):
        load_city(hamlet(tmp_path, city=CITY.replace("minimum: 0.9", "minimum: 90%")))
    assert any("did you mean 'title'" in problem.fix for problem in caught.value.problems)


def test_links_keep_their_order_and_kinds(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    assert list(city.links) == ["g-h", "w-h", "s-gw", "s-ge", "gw-u", "gw-ww", "ww-u"]
    assert [link.id for link in city.links_into("pump-u", LinkKind("control"))] == ["ww-u"]


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("scada,service,400,150,,city,,,,,,cluster=data; voting=2", "parameters.voting", "2 of 1 votes"),
        ("scada,service,400,150,,city,,,,,,cluster=data; standby=tepid", "parameters.standby", "'tepid'"),
        ("depot-1,depot,0,0,,city,,,,,,priority_list=pump-w pump-u", "parameters.priority_list", "'pump-w'"),
        ("depot-1,depot,0,0,,city,,,,,,priority=luck", "parameters.priority", "'luck'"),
    ],
)
def test_votes_and_lists_that_cannot_be(tmp_path: Path, line: str, field: str, said: str) -> None:
    kept = [row for row in COMPONENTS.splitlines() if not row.strip().startswith(line.split(",", maxsplit=1)[0])]
    with pytest.raises(BadInput) as caught:
        load_city(hamlet(tmp_path, components="\n".join([*kept, f"    {line}", ""])))
    (problem,) = caught.value.problems
    assert problem.field == field and said in problem.what and problem.fix
