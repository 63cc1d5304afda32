"""A city as GeoJSON, held against what RFC 7946 asks of it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.city.loader import load_city
from simulator.contracts.city import City
from stadtwerk.__main__ import main
from tests.city.towns import hamlet


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return load_city(hamlet(tmp_path_factory.mktemp("hamlet")))


@pytest.fixture(scope="module")
def exported(city: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    out = tmp_path_factory.mktemp("out") / "city.geojson"
    assert main(["city", "export", str(city.folder), "--out", str(out)]) == 0
    data = json.loads(out.read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection"
    return {feature["id"]: feature for feature in data["features"]}


def test_everything_of_the_city_is_there_once_with_its_properties(city: City, exported: dict[str, dict]) -> None:
    assert set(exported) == {*city.districts, *city.components, *city.links}
    pump = exported["pump-u"]["properties"]
    assert (pump["kind"], pump["maker"], pump["year"], pump["owner"]) == ("pump", "maker A", 2005, "water utility")
    link = exported["ww-u"]
    assert (link["properties"]["source"], link["properties"]["target"]) == ("waterworks-1", "pump-u")
    assert link["geometry"]["coordinates"][1] == exported["pump-u"]["geometry"]["coordinates"]


def test_places_are_longitude_and_latitude_of_the_citys_place(exported: dict[str, dict]) -> None:
    """The hamlet stands at 50 N 8 E: a degree of latitude is 111.2 km, one of longitude cos 50 of that."""
    longitude, latitude = exported["hospital-1"]["geometry"]["coordinates"]
    assert latitude == pytest.approx(50 + 200 / 111_195, abs=1e-6)
    assert longitude == pytest.approx(8 + 500 / (111_195 * 0.6427876), abs=1e-6)


def test_rings_are_closed_and_run_counter_clockwise(exported: dict[str, dict]) -> None:
    """RFC 7946, section 3.1.6."""
    rings = [r for f in exported.values() if f["geometry"]["type"] == "Polygon" for r in f["geometry"]["coordinates"]]
    assert len(rings) == 2
    for ring in rings:
        assert ring[0] == ring[-1] and len(ring) >= 4
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
        assert area > 0


def test_a_run_adds_what_it_did(city: City, tmp_path: Path) -> None:
    from tests.suite.support import CLOSED, scenario, town

    place = town(tmp_path)
    file, out = scenario(place, "closed", CLOSED), tmp_path / "run"
    assert main(["run", str(file), "--out", str(out), "--mqtt", "off"]) == 1
    path = tmp_path / "with.geojson"
    assert main(["city", "export", str(place / "city"), "--out", str(path), "--run", str(out)]) == 0
    features = {f["id"]: f["properties"] for f in json.loads(path.read_text(encoding="utf-8"))["features"]}
    hospital = features["hospital-1"]
    assert hospital["worst_lifeline"] == 0.5 and hospital["low_s_lifeline"] == 0.0, "on its minimum is not below it"
    assert not any(name.startswith("worst_") for name in features["pump-u"]), "nothing is owed to a pump"


def test_a_folder_that_is_not_there_is_bad_input(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["city", "export", str(city.folder), "--out", str(tmp_path / "no" / "x.geojson")]) == 64
    assert "--out: cannot be written" in capsys.readouterr().err
