"""Lists of assets, in Excel and CSV: what is known of pumps and pipes, and where hospitals and sirens stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.city.importers.assets import COLUMNS, read_assets, write_template
from simulator.city.importing import ImportSources, import_city
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from tests.city.test_importing import _water

LIST = """\
id;kind;title;longitude;latitude;owner;maker;model;firmware;year;parameters
pump-u;;Hauptpumpe;;;Wasserwerk;Alpha;P 200;;2011;
p1;pipe;;;;;;;;1962;
;hospital;St. Anna;8,0030;50,0010;;;;;;beds=300
;hospital;Klinikum;8,0060;50,0020;;;;;;
;siren;;8,0040;50,0000;;;;;;
"""


@pytest.fixture(autouse=True)
def without_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in ("balance.in_balance", "as_written.settings_told"):
        monkeypatch.setattr(f"simulator.domains.water.{rule}", lambda trial: trial.draft)


def sources(folder: Path, assets: Path | None, **more: Any) -> ImportSources:
    return ImportSources("hamlet", water=_water(folder), assets=assets, place=(8.004, 50.001), **more)


def excel(path: Path, rows: list[list[object]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl", reason="the excel extra is not installed")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_city_is_as_the_list_says(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"assets.{form}"
    if form == "csv":
        path.write_text(LIST, encoding="utf-8")
    else:
        rows = [line.split(";") for line in LIST.splitlines()]
        excel(path, [[float(c.replace(",", ".")) if c[:2] in ("8,", "50") else c or None for c in r] for r in rows])
    city = import_city(sources(tmp_path, path), tmp_path / "out").city
    pump, pipe = city.components["pump-u"], city.components["pipe-p1"]
    assert (pump.title, pump.owner, pump.maker, pump.model, pump.year) == (
        "Hauptpumpe", "Wasserwerk", "Alpha", "P 200", 2011,
    )  # fmt: skip
    assert pipe.year == 1962
    first, second = city.of_kind("hospital")
    assert (first.title, second.title, first.number("beds")) == ("St. Anna", "Klinikum", 300.0)
    assert second.x_m - first.x_m == pytest.approx(0.003 * 111_195 * 0.643, rel=0.01)  # cos 50° = 0.643
    assert {level.subject for level in city.levels.values() if level.subject.startswith("hospital")} == {
        "hospital-1", "hospital-2",
    }  # fmt: skip
    assert len(city.of_kind("siren")) == 1
    assert any("2 elements and 3 sites" in one.text.en for one in city.assumptions)


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        (";hospital;x;eight;50;;;;;;", "longitude", "'eight' is not a number"),
        (";hospital;x;;;;;;;;", "longitude", "says not where it stands"),
        (";hospitl;x;8;50;;;;;;", "kind", "did you mean 'hospital'"),
        (";;x;8;50;;;;;;", "id", "names neither an element nor a kind"),
        (";hospital;x;8;50;;;;;;bedz=3", "parameters", "did you mean 'beds'"),
        (";hospital;x;8;50;;;;;;beds", "parameters", "is not name=value"),
        (";hospital;x;8;50;;;;;;beds=0x10", "parameters.beds", "'0x10'"),
        (";hospital;x;8;50;;;;;;beds=-3", "parameters.beds", "-3"),
        ("pump-v;;x;;;;;;;;", "id", "no network file has 'pump-v'; did you mean 'pump-u'"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_column(row: str, field: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(LIST + row + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_city(sources(tmp_path, path), tmp_path / "out")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field) == (str(path), 7, field) and said in str(problem)


def test_a_list_with_german_heads_and_titles_of_kinds_is_read(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    text = LIST.replace("id;kind;title;longitude;latitude;owner;maker", "Kennung;Art;Name;lon;lat;Betreiber;Hersteller")
    text = text.replace(";year;parameters", ";Baujahr;parameter").replace(";hospital;", ";Krankenhaus;")
    path.write_text(text, encoding="utf-8")
    (tmp_path / "same.csv").write_text(LIST, encoding="utf-8")
    assert read_assets(path) == read_assets(tmp_path / "same.csv")


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (";hospital;x;50;8;;;;;;", (8.004, 50.001), "swapped"),
        (";hospital;x;8.4;50.001;;;;;;", (8.004, 50.001), "27.9 km away from all networks"),  # 28.3 from the middle
        (";hospital;x;8.004;50.001;;;;;;", None, "--place"),
    ],
)
def test_what_stands_far_away_is_told_with_its_row(
    row: str, place: tuple[float, float] | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(LIST.splitlines()[0] + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        import_city(ImportSources("hamlet", water=_water(tmp_path), assets=path, place=place), tmp_path / "out")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field) == (str(path), 2, "longitude") and said in str(problem)
    path.write_text(f"{LIST.splitlines()[0]}\n;hospital;x;8.1;50.001;;;;;;\n", encoding="utf-8")  # 7 km away
    near = ImportSources("hamlet", water=_water(tmp_path), assets=path, place=(8.004, 50.001))
    assert len(import_city(near, tmp_path / "near").city.of_kind("hospital")) == 1


def test_columns_that_nobody_knows_and_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,yeer\npump-u,3\n", encoding="utf-8")
    with pytest.raises(BadInput, match="yeer: is not a column here; did you mean 'year'"):
        read_assets(path)
    pytest.importorskip("openpyxl", reason="the excel extra is not installed")
    broken = tmp_path / "a.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(BadInput, match="is no workbook"):
        read_assets(broken)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_is_read_as_it_is(form: str, tmp_path: Path) -> None:
    if form == "xlsx":
        pytest.importorskip("openpyxl", reason="the excel extra is not installed")
    path = tmp_path / f"list.{form}"
    assert main(["city", "template", "--out", str(path)]) == 0
    one, other = read_assets(path)
    assert (one.id, other.kind) == ("pump-P1", "hospital") or other.kind
    assert len(COLUMNS) == 11
    with pytest.raises(OSError, match="No such file"):
        write_template(tmp_path / "gone" / "x.csv")


def test_a_town_is_cut_into_as_many_districts_and_gateways_as_asked(tmp_path: Path) -> None:
    few = import_city(sources(tmp_path, None, districts_count=3), tmp_path / "few").city
    assert len(few.districts) == 3 and len(few.of_kind("gateway")) == 3
    many = import_city(sources(tmp_path, None, districts_count=1, sensors_per_gateway=2), tmp_path / "many").city
    behind: dict[str, int] = {}
    for cohort in many.cohorts:
        behind[cohort.gateway] = behind.get(cohort.gateway, 0) + len(cohort.components)
    assert len(many.of_kind("gateway")) > 1 and sum(behind.values()) > 2
    assert len(behind) >= 2
    per_gateway = sum(behind.values()) / len(many.of_kind("gateway"))
    assert per_gateway <= 2, "one for two of its district"
    told = next(note.text.en for note in many.assumptions if note.subject.en == "telemetry gateways")
    assert told.endswith(f"the fullest of {len(many.of_kind('gateway'))} has {max(behind.values())}")
