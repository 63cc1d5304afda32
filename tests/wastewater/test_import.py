"""A SWMM file becomes part of a city, as the files of the other networks do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simulator.city.importing import ImportSources, import_city
from simulator.city.loader import load_city
from simulator.contracts.link import Fallback, LinkKind
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from tests.city.test_importing import _water
from tests.wastewater.networks import lifted

CONTROL = LinkKind("control")


def test_a_file_brings_its_network_and_what_belongs_to_it_is_assumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sewers").mkdir()
    sewers, out = lifted(tmp_path / "sewers"), tmp_path / "out"
    said = ["city", "import", "--water", str(_water(tmp_path)), "--wastewater", str(sewers), "--out", str(out)]
    assert main(said) == 0
    assert "assumptions" in capsys.readouterr().out
    assert (out / "wastewater.inp").read_bytes() == sewers.read_bytes()
    city = load_city(out)
    (station,) = city.of_kind("lifting-station")
    assert city.of_kind("manhole") and city.of_kind("sewage-pump") and city.of_kind("outfall")
    (command,) = city.links_into(station.id, CONTROL)
    assert (command.source, command.fallback) == ("scada", Fallback.LOCAL)
    assert city.links_into(station.id, LinkKind("data"))
    owed = {(level.measure, level.subject) for level in city.levels.values()}
    drained = {manhole.district for manhole in (*city.of_kind("manhole"), station)}
    assert 0 < len(drained) < len(city.districts), "some district has no sewers"
    assert {place for measure, place in owed if measure == "sewage-disposal"} == {*drained, "city"}
    assert not [measure for measure, _subject in owed if measure == "sewage-treatment"], "the file names no plant"
    assert {"sewage_level_m", "sewage_flow_m3_s", "rain_mm_h"} <= {cohort.quantity for cohort in city.cohorts}
    told = {note.subject.en for note in city.assumptions}
    assert {"wastewater control", "levels of wastewater", "treatment plant"} <= told


def test_alone_it_needs_to_be_told_where_people_live_and_its_sewers_give_the_scale(tmp_path: Path) -> None:
    (tmp_path / "sewers").mkdir()
    sewers = lifted(tmp_path / "sewers")
    with pytest.raises(BadInput, match="nothing tells how many people live in the town; give --districts"):
        import_city(ImportSources("hamlet", networks={"wastewater": sewers}), tmp_path / "out")
    rings = [[[-5000, -5000], [5000, -5000], [5000, 5000], [-5000, 5000], [-5000, -5000]]]
    feature = {"type": "Feature", "properties": {"id": "all", "title": "All", "people": 500}}
    feature["geometry"] = {"type": "Polygon", "coordinates": rings}
    districts = tmp_path / "d.geojson"
    districts.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    sources = ImportSources("hamlet", networks={"wastewater": sewers}, districts=districts)
    city = import_city(sources, tmp_path / "out").city
    assert city.people == 500
    assert city.of_kind("lifting-station")


def test_what_is_wrong_is_told_of_the_file_that_was_given_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sewers").mkdir()
    sewers, out = lifted(tmp_path / "sewers"), tmp_path / "out"
    sewers.write_text(sewers.read_text(encoding="utf-8") + "\n[CONDUITS]\nLOST NOWHERE STREET 10 0.01\n", "utf-8")
    said = ["city", "import", "--water", str(tmp_path / "no.inp"), "--wastewater", str(sewers), "--out", str(out)]
    assert main(said) == 64
    told = capsys.readouterr().err
    assert f"{sewers}:" in told and "no.inp" in told
    assert main(["city", "import", "--wastewater", str(tmp_path / "none.inp"), "--out", str(out)]) == 64
    assert f"{tmp_path / 'none.inp'}:0: file: cannot be read" in capsys.readouterr().err
    assert not out.exists()
    with pytest.raises(BadInput, match="no network file is called 'wastewatr'; did you mean 'wastewater'"):
        import_city(ImportSources("hamlet", networks={"wastewatr": sewers}), out)


@pytest.mark.parametrize(("lang", "words"), [("en", "input file of EPA SWMM 5"), ("de", "Eingabedatei von EPA SWMM 5")])
def test_help_names_the_option(lang: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["city", "import", "--help", "--lang", lang])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(rf"--wastewater (FILE|DATEI) {re.escape(words)}", said)
