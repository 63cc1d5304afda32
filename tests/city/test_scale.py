"""Loading stays in proportion to the size of the city: the number of calls is counted, not the time."""

from __future__ import annotations

import cProfile
import pstats
from contextlib import suppress
from pathlib import Path

import pytest

from simulator.city.loader import load_city
from simulator.contracts.problem import BadInput

CITY = """\
schema: stadtwerk/city/1
name: large
title: {en: Large, de: Gross}
place: {latitude_deg: 50, longitude_deg: 8}
components: components.csv
links: links.csv
districts: {file: districts.geojson, coordinates: map}
sensors:
  - {id: up, quantity: working, unit: "1", kind: router, accuracy: 0, period_s: 60}
"""


def _city(folder: Path, count: int, wrong: int = 0) -> Path:
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY, encoding="utf-8")
    rows = ["id,kind,x_m,y_m", "gateway-1,gateway,0,0", "gateway-2,gateway,900,900"]
    rows += [f"router-{i},router,{i * 7 % 1000},{i * 13 % 1000}" for i in range(count)]
    (folder / "components.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["id,kind,source,target"]
    rows += [f"l{i},data,router-{i},router-{(i + 1) % count if i >= wrong else f'no-{i}'}" for i in range(count)]
    (folder / "links.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    features = []
    for i in range(10):
        west = i * 100
        ring = f"[[{west},0],[{west + 100},0],[{west + 100},1000],[{west},1000],[{west},0]]"
        shape = f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}'
        features.append(f'{{"type":"Feature","properties":{{"id":"d{i}","people":1000}},{shape}}}')
    body = ",\n".join(features)
    (folder / "districts.geojson").write_text(f'{{"type":"FeatureCollection","features":[{body}]}}', encoding="utf-8")
    return folder


def _calls(folder: Path) -> int:
    profile = cProfile.Profile()
    with suppress(BadInput):
        profile.runcall(load_city, folder)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_twenty_thousand_components_load(tmp_path: Path) -> None:
    city = load_city(_city(tmp_path / "c", 20_000))
    assert len(city.components) == 20_002 and len(city.links) == 20_000
    assert city.people == 10_000
    assert sum(len(cohort.components) for cohort in city.cohorts) == 20_000


@pytest.mark.parametrize("wrong", [0, 500])
def test_four_times_the_city_takes_four_times_the_calls(tmp_path: Path, wrong: int) -> None:
    load_city(_city(tmp_path / "warm", 10))
    small, large = _calls(_city(tmp_path / "s", 1_000, wrong)), _calls(_city(tmp_path / "l", 4_000, wrong))
    assert small > 10_000
    assert large < 4.5 * small


def test_many_unknown_names_are_all_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_city(_city(tmp_path / "c", 1_000, 300))
    assert sum("there is no component" in problem.what for problem in caught.value.problems) == 300
