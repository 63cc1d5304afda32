"""Settings of the hydraulics: of the city, of one run, and what they cost against a network's file as it is written."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from simulator.city.importing import ImportSources, import_city
from simulator.city.loader import load_city
from simulator.contracts.city import City
from simulator.contracts.problem import BadInput
from simulator.domains import water
from simulator.domains.water.as_written import told
from simulator.domains.water.catalogue import DOMAIN, REQUIRED_PRESSURE, SETTINGS
from stadtwerk.library import load_checked
from stadtwerk.runs.light import light_run
from tests.city.towns import WATER as HAMLET
from tests.water.networks import FINELY, PUMPED, city_of, world, write

WEAK = f"""
[JUNCTIONS]
D  10  10
[RESERVOIRS]
R  20
[PIPES]
P1  R  D  1  2000  140  0  Open
[COORDINATES]
D 300 0
R 0 0
{FINELY}"""
"""A source 10 m above a junction that draws 10 l/s, and a pipe without loss between them: 10 m of pressure, always."""

ASKED_M3 = 0.010 * 86400
SAID = r"by this number alone ([\d,.]+) m³ less"


def delivered(city: City, node: str = "junction-D") -> float:
    """What the junction gets (m3/s) at the beginning of a run."""
    rt = world(city)
    running = water.start(rt)
    assert running is not None
    found = rt.quantities.value(node, "demand_m3_s")
    running.close()
    return found


def set_to(city: City, **given: float) -> City:
    return replace(city, settings={DOMAIN.value: given})


def test_what_is_delivered_follows_wagners_formula_with_the_citys_numbers(tmp_path: Path) -> None:
    """Wagner et al. 1988: the share ((p - p_min) / (p_req - p_min)) ** n is delivered between the two pressures."""
    city = city_of(write(tmp_path, WEAK))
    assert delivered(city) == pytest.approx(0.010 * math.sqrt(10 / 20.4), rel=1e-3)
    assert delivered(set_to(city, required_pressure_m=31.1)) == pytest.approx(0.010 * math.sqrt(10 / 31.1), rel=1e-3)
    assert delivered(set_to(city, minimum_pressure_m=5.0)) == pytest.approx(0.010 * math.sqrt(5 / 15.4), rel=1e-3)
    assert delivered(set_to(city, pressure_exponent=1.0)) == pytest.approx(0.010 * 10 / 20.4, rel=1e-3)


def test_a_file_that_is_driven_by_pressure_keeps_its_own_limits_unless_others_are_given(tmp_path: Path) -> None:
    own = "Demand Model PDA\nMinimum Pressure 0\nRequired Pressure 12\nPressure Exponent 0.5\nAccuracy"
    city = city_of(write(tmp_path, WEAK.replace("Accuracy", own)))
    assert delivered(city) == pytest.approx(0.010 * math.sqrt(10 / 12), rel=1e-3)
    assert delivered(set_to(city, required_pressure_m=20.4)) == pytest.approx(0.010 * math.sqrt(10 / 20.4), rel=1e-3)
    low = own.replace("Required Pressure 12", "Required Pressure 4")
    with pytest.raises(BadInput) as bad:
        water.start(world(set_to(city_of(write(tmp_path, WEAK.replace("Accuracy", low))), minimum_pressure_m=6.0)))
    (problem,) = bad.value.problems
    assert problem.field == "minimum_pressure_m" and "4 m leave nothing between them" in problem.what


def test_a_hole_that_says_nothing_leaks_with_the_citys_coefficient(tmp_path: Path) -> None:
    """Orifice formula, q = Cd A sqrt(2 g h), at the pressure that is left beside the hole."""
    city = set_to(city_of(write(tmp_path, PUMPED)), leak_coefficient=0.6)
    for given, coefficient in (({}, 0.6), ({"discharge_coefficient": 0.9}, 0.9)):
        rt = world(city)
        running = water.start(rt)
        assert running is not None
        rt.faults.apply("junction-D", "burst", "hole", {"area_m2": 0.0005, **given})
        rt.clock.run_until(1000)
        head_m = rt.quantities.value("junction-D", "pressure_m")
        leak = rt.quantities.value("junction-D", "leak_m3_s")
        assert leak == pytest.approx(coefficient * 0.0005 * math.sqrt(2 * 9.81 * head_m), rel=1e-3)
        running.close()


def test_the_step_is_that_of_the_city(tmp_path: Path) -> None:
    city = city_of(write(tmp_path, PUMPED))
    solves = []
    for step_s in (300.0, 900.0):
        rt = world(set_to(city, step_s=step_s))
        running = water.start(rt)
        assert running is not None
        rt.clock.run_until(6 * 3_600_000)
        solves.append(running.solves)
        running.close()
    assert solves[0] >= 72 and 24 <= solves[1] < 40


def test_enough_pressure_is_what_the_city_requires(tmp_path: Path) -> None:
    """Four storeys need 3.05 bar, one needs 2.0 (DVGW W 400-1): 25 m are enough for one."""
    city = city_of(write(tmp_path, WEAK.replace("R  20", "R  35")))
    for required_m, share in ((20.4, 1.0), (31.1, 0.0)):
        rt = world(set_to(city, required_pressure_m=required_m))
        running = water.start(rt)
        assert running is not None
        assert rt.quantities.value("d1", "water_pressure_ratio") == share
        running.close()


def test_an_import_tells_each_number_with_what_it_costs(tmp_path: Path) -> None:
    """The figures are Wagner's formula for the whole day, worked out here."""
    notes = list(told(write(tmp_path, WEAK)))
    assert [note.subject for note in notes] == [one.title for one in SETTINGS]
    assert all(note.basis.en and note.text.de != note.text.en for note in notes)
    required, minimum, exponent, step, leak = (note.text.en for note in notes)
    lost = ASKED_M3 * (1 - math.sqrt(10 / 20.4))
    assert figure(SAID, required) == pytest.approx(lost, rel=0.01) and "of 864 m³" in required
    assert figure(SAID, minimum) == 0
    linear = ASKED_M3 * (math.sqrt(10 / 20.4) - 10 / 20.4)
    assert figure(r"with 1, the other one in use, ([\d,.]+) m³ less", exponent) == pytest.approx(linear, rel=0.01)
    assert "has 3,600 s" in step and " 0 m³ more or less" in step
    assert figure(r"costs ([\d,.]+) m³ an hour", leak) == pytest.approx(
        3600 * 0.75 * 0.001 * math.sqrt(2 * 9.81 * 10), rel=0.02
    )
    city = import_city(ImportSources("hamlet", water=write(tmp_path, dedent(HAMLET))), tmp_path / "hamlet").city
    assert {note.subject.en for note in notes} <= {note.subject.en for note in city.assumptions}
    listed = (tmp_path / "hamlet" / "assumptions.md").read_text(encoding="utf-8")
    assert all(f"| {note.subject.en} | " in listed for note in notes)


def test_without_pressure_the_file_as_written_delivers_all_the_same(tmp_path: Path) -> None:
    required, minimum, *_ = told(write(tmp_path, WEAK.replace("R  20", "R  8")))
    assert figure(SAID, minimum.text.en) == pytest.approx(ASKED_M3, rel=0.01) and figure(SAID, required.text.en) == 0


def test_of_a_file_that_is_driven_by_pressure_only_step_and_leak_are_ours(tmp_path: Path) -> None:
    text = WEAK.replace("Accuracy", "Demand Model PDA\nRequired Pressure 12\nAccuracy")
    subjects = [note.subject.en for note in told(write(tmp_path, text))]
    assert subjects == [one.title.en for one in SETTINGS[3:] if one.title is not None]


def figure(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found is not None, text
    return float(found[1].replace(",", ""))


def test_settings_stand_in_the_city_file_and_among_its_assumptions(tmp_path: Path) -> None:
    folder = town(tmp_path, "settings: {water: {required_pressure_m: 27.5}}")
    city = load_city(folder)
    assert city.setting(DOMAIN, REQUIRED_PRESSURE) == 27.5
    (note,) = [one for one in city.assumptions if one.basis.en == "set by the city"]
    assert "27.5 m in place of 20.4 m (DVGW W 400-1" in note.text.en


def test_each_mistake_is_told_once_at_its_line(tmp_path: Path) -> None:
    lines = ["settings:", "  water:", "    required_presure_m: 20", "    pressure_exponent: 7", "    step_s: 300 s"]
    folder = town(tmp_path, "\n".join([*lines, "  energy: {step_s: 5}"]))
    with pytest.raises(BadInput) as bad:
        load_city(folder)
    first = (folder / "city.yaml").read_text(encoding="utf-8").splitlines().index("settings:") + 1
    told_of = [(p.line - first, p.field, p.what) for p in bad.value.problems]
    assert told_of == [
        (2, "settings.water.required_presure_m", "no setting of water is called 'required_presure_m'"),
        (3, "settings.water.pressure_exponent", "7 lies outside what is possible"),
        (4, "settings.water.step_s", "'300 s' is not a number"),
        (5, "settings.energy", "no sub-system with settings is called 'energy'"),
    ]
    assert "required_pressure_m" in bad.value.problems[0].fix
    assert bad.value.problems[1].fix == "write a number from 0.1 to 2"


SCENARIO = """
    schema: stadtwerk/scenario/1
    id: storeys
    title: {{en: Four storeys}}
    question: {{en: "Is there enough pressure?"}}
    city: {{path: town}}
    run: {{start: "2026-05-12T00:00", duration: 1h{settings}}}
    timeline: []
    expect:
      - {{id: pressure, type: invariant, level: pressure}}
"""


@pytest.mark.parametrize(
    ("given", "code"), [("", 0), (", settings: {water: {required_pressure_m: 31.1}}", 1)], ids=["own", "run"]
)
def test_a_run_may_have_other_numbers_than_its_city_and_the_verdict_hangs_on_it(
    tmp_path: Path, given: str, code: int
) -> None:
    """25 m of pressure: enough for one storey, not for four (DVGW W 400-1)."""
    town(tmp_path, "", WEAK.replace("R  20", "R  35"))
    file = tmp_path / "storeys.yaml"
    file.write_text(dedent(SCENARIO).format(settings=given), encoding="utf-8")
    _document, scenario, city = load_checked(file)
    _resolved, _history, verdict = light_run(scenario, city, 1)
    assert verdict.exit_code == code, [(f.id, f.value, f.reason.en) for f in verdict.findings]


def town(folder: Path, settings: str, network: str = WEAK) -> Path:
    """A city folder of one junction, with something in its city.yaml."""
    home = folder / "town"
    home.mkdir()
    write(home, network, "water.inp")
    write(home, '{"type": "FeatureCollection", "features": [' + DISTRICT + "]}", "districts.geojson")
    lines = [
        "schema: stadtwerk/city/1",
        "name: town",
        "title: {en: Town, de: Stadt}",
        "place: {latitude_deg: 50.0, longitude_deg: 8.0}",
        "networks: {water: {file: water.inp}}",
        "districts: {file: districts.geojson, coordinates: map}",
        "levels:",
        "- {id: pressure, measure: water-pressure, subject: city, minimum: 0.95}",
        settings,
    ]
    write(home, "\n".join(lines), "city.yaml")
    return home


DISTRICT = (
    '{"type": "Feature", "properties": {"id": "d1", "title": "D", "people": 1000}, "geometry": {"type": "Polygon", '
    '"coordinates": [[[-1000, -1000], [1000, -1000], [1000, 1000], [-1000, 1000], [-1000, -1000]]]}}'
)
