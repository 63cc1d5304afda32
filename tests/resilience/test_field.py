"""Hazards as rasters: read like GDAL reads them, laid over the map, and drawn with the curves of each class."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resilience.scenario.draws.field import MAP, Grid, laid_over, read_grid
from resilience.scenario.loader import build_scenario, executed_text, read_scenario
from resilience.scenario.selector import resolve
from simulator.contracts.document import load_document, parse_document
from simulator.contracts.place import to_degrees, to_metres
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import registry
from simulator.kernel import Streams
from tests.resilience.test_draws import row_of
from tests.resilience.test_scenario_files import EXPECT, HEAD
from tests.resilience.town import tiny_city

GRID = "ncols 3\nnrows 2\nxllcorner 10\nyllcorner 20\ncellsize 100\nNODATA_value -1\n1 2 3\n4 -1 6\n"


def grid(folder: Path, text: str = GRID, crs: str = MAP) -> Grid:
    path = folder / "pga.asc"
    path.write_text(text, encoding="utf-8")
    return read_grid(path, crs)


@pytest.mark.parametrize(
    ("x", "y", "value"),
    [(10, 20, 4.0), (109, 119, 4.0), (110, 120, 2.0), (309, 219, 3.0), (150, 60, None), (9, 20, None), (310, 20, None)],
)
def test_the_first_row_is_the_northernmost(x: float, y: float, value: float | None, tmp_path: Path) -> None:
    assert grid(tmp_path).at(x, y) == value
    centred = GRID.replace("xllcorner 10", "XLLCENTER 60").replace("yllcorner 20", "yllcenter 70")
    assert grid(tmp_path, centred).at(x, y) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GRID.replace("ncols 3\n", ""), "the header lacks ncols"),
        (GRID.replace("4 -1 6", "4 -1"), "holds 5 values, not 6"),
        (GRID.replace("4 -1 6", "4 x 6"), "no number"),
        (GRID.replace("ncols 3", "ncols 99999999"), "cells"),
        (GRID.replace("ncols 3", "ncols three"), "not a number"),
        ("", "the header lacks"),
    ],
)
def test_what_is_no_grid_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=said):
        grid(tmp_path, text)


def test_degrees_and_other_systems_find_the_same_cell(tmp_path: Path) -> None:
    """The same cell of 0.01 degrees: in degrees, and by pyproj in UTM."""
    pyproj = pytest.importorskip("pyproj")
    city = replace(tiny_city(), latitude_deg=49.0, longitude_deg=8.0)
    x, y = to_metres(8.015, 49.005, 8.0, 49.0)
    assert to_degrees(x, y, 8.0, 49.0) == pytest.approx((8.015, 49.005))
    degrees = Grid("d", 8.0, 49.0, 0.01, "EPSG:4326", np.array([[1.0, 2.0]]))
    assert laid_over(degrees, city).intensity(x, y) == 2.0
    east, north = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True).transform(8.015, 49.005)
    utm = Grid("u", east - 5, north - 5, 10.0, "EPSG:25832", np.array([[7.0]]))
    assert laid_over(utm, city).intensity(x, y) == 7.0
    assert laid_over(utm, city).intensity(x + 20, y) is None


def test_mains_break_in_an_earthquake_as_often_as_the_formula_says(tmp_path: Path) -> None:
    """0.0001 v^2.25 repairs a km at v cm/s, 122 cm/s for each g: at 3 m/s2 v is 37.3, and 29 % of 1 km break."""
    expected = -math.expm1(-0.0001 * (122 * 3.0 / 9.81) ** 2.25)
    curve = registry().fragilities["earthquake-main"]
    assert curve.probability(3.0, 1000.0) == pytest.approx(expected, rel=0.02)
    assert 1 - curve.probability(3.0, 2000.0) == pytest.approx((1 - expected) ** 2, rel=0.02)
    count = 500
    town = replace(tiny_city(), components={c.id: c for c in row_of("pipe", count)}, links={}, levels={})
    (tmp_path / "pga.asc").write_text(
        "ncols 2\nnrows 1\nxllcorner -1\nyllcorner -50\ncellsize 4001\n3 0\n", encoding="utf-8"
    )
    path = tmp_path / "s.yaml"
    path.write_text(
        HEAD + "timeline:\n"
        "  - {id: quake, at: 1h, hazard: {type: earthquake, area: {crs: map, raster: pga.asc}}, for: drawn}\n"
        "expect:\n  - {id: all, type: budget, levels: all, person_hours: 1}\n",
        encoding="utf-8",
    )  # fmt: skip
    document = load_document(path)
    assert read_scenario(document, town)[1] == []
    resolved = resolve(build_scenario(document), town, Streams(1).stream)
    hit = resolved.timeline[0].acts
    shaken = 401  # those up to x = 4,000 m; in the other cell the ground is at rest
    assert abs(len(hit) - shaken * expected) < 5 * math.sqrt(shaken * expected * (1 - expected))
    assert {case.fault for case in hit} == {"burst"}
    again, problems = read_scenario(parse_document(executed_text(document, resolved, 1), "run/scenario.yaml"), town)
    assert not problems and again is not None and again.timeline[0].acts == hit


@pytest.mark.parametrize(
    ("hazard", "said"),
    [
        ("{type: earthquake, pga_m_s2: 3, area: {crs: map, raster: pga.asc}}", "means nothing beside a raster"),
        ("{type: storm, area: {crs: map, raster: gone.asc}}", "gone.asc, line 0: cannot be read"),
        ("{type: storm, area: {crs: moon, raster: pga.asc}}", "'moon' is no coordinate reference system"),
        ("{type: storm, area: {district: d1, raster: pga.asc}}", "has both `district` and `raster`"),
        ("{type: earthquake, area: {centre: [0, 0], radius_m: 9}}", "says no `pga_m_s2`"),
    ],
)
def test_mistakes_about_rasters(hazard: str, said: str, tmp_path: Path) -> None:
    pytest.importorskip("pyproj")
    grid(tmp_path)
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + f"timeline:\n  - {{id: q, at: 1h, hazard: {hazard}}}\n" + EXPECT.split("  - {id: back")[0])
    assert said in "".join(str(one) for one in read_scenario(load_document(path), None)[1])
