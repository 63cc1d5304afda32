"""Small files that were once read wrongly (`imports` of STADTWERK_CASES): each is read as its README calls right."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.city.importing import ImportReport, ImportSources, import_city
from simulator.city.road_file import Roads, read_roads
from simulator.contracts.problem import BadInput

pytest.importorskip("pandapower", reason="the demo extra is not installed")
CASES = Path(os.environ.get("STADTWERK_CASES", Path(__file__).parents[3] / "shared" / "cases")) / "imports"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here (set STADTWERK_CASES)")


@pytest.fixture(autouse=True)
def without_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks here whether water stays in balance, or what settings cost: that runs days and weeks."""
    for rule in ("balance.in_balance", "as_written.settings_told"):
        monkeypatch.setattr(f"simulator.domains.water.{rule}", lambda trial: trial.draft)


def sources(case: str) -> ImportSources:
    folder = CASES / case

    def given(name: str) -> Path | None:
        return folder / name if (folder / name).is_file() else None

    return ImportSources(
        "town",
        water=given("net.inp"),
        power=given("grid.json"),
        roads_net=given("net.tntp"),
        roads_nodes=given("node.tntp"),
        roads_trips=given("trips.tntp"),
        gmns=folder if (folder / "node.csv").is_file() else None,
        districts=given("d.geojson"),
    )


def said(report: ImportReport) -> str:
    return " ".join(f"{note.subject.en}: {note.text.en}" for note in report.assumptions)


def width_m(report: ImportReport) -> float:
    x, y = zip(*[(c.x_m, c.y_m) for c in report.city.components.values()], strict=True)
    return max(max(x) - min(x), max(y) - min(y))


def roads(report: ImportReport) -> Roads:
    assert report.city.road_files is not None
    return read_roads(report.city.road_files)


def in_utm(report: ImportReport) -> bool:
    return width_m(report) < 20_000 and "EPSG:25832" in said(report)


def german(report: ImportReport) -> bool:
    found = {(d.title, d.people) for d in report.city.districts.values()}
    return found == {("Süd-Öd", 900), ("Nördlich", 1200)}


def slugs(report: ImportReport) -> bool:
    return set(report.city.districts) == {"sued-oed-1", "ueber-strasse"}


def laid_over(report: ImportReport) -> bool:
    return width_m(report) < 5000 and "laid over it" in said(report)


def without_bikes(report: ImportReport) -> bool:
    return len(roads(report).links) == 6 and "1 links that no car may use" in said(report) and miles(report)


def miles(report: ImportReport) -> bool:
    first, city = roads(report).links[0], report.city
    close = math.isclose(first.length_m, 1013.9, abs_tol=0.1) and math.isclose(
        first.free_speed_m_s * 3.6, 40.2, abs_tol=0.1
    )
    return close and abs(city.longitude_deg + 84.1) < 0.01 and abs(city.latitude_deg - 40.74) < 0.01


def metres(report: ImportReport) -> bool:
    links = roads(report).links
    lengths = [round(link.length_m) for link in links[::2]]
    return lengths == [800, 600, 900, 1000] and abs(links[0].free_speed_m_s * 3.6 - 48) < 0.1 and width_m(report) > 800


def controller(report: ImportReport) -> bool:
    return "1 DiscreteTapControl left out" in said(report)


READ: dict[str, Callable[[ImportReport], bool]] = {
    "districts-epsg25832": in_utm,
    "districts-german": german,
    "districts-id-umlaut-space": slugs,
    "districts-overlap": lambda report: "a and b overlap on" in said(report),
    "map-schematic-water-swallows-degrees": laid_over,
    "power-asym_load": lambda report: "phases are summed" in said(report),
    "power-tap_controller": controller,
    "power-gen_voltage": lambda report: bool(report.city.of_kind("power-plant")),
    "roads-gmns-bike": without_bikes,
    "roads-gmns-lonlat": miles,
    "roads-tntp-unit": metres,
    "run-burst-no-effect": lambda report: report.city.people > 0,
    "water-in-a-line": lambda report: "outlines reach 300 m" in said(report),
    "water-latin1-id": lambda report: "tank-Behälter" in report.city.components,
    "water-no-coordinates": lambda report: "drawn as a tree" in said(report) and width_m(report) > 100,
}
REFUSED = {
    "districts-far": ("d.geojson", "no component lies in any district"),
    "power-nan_load_p": ("grid.json", "p_mw is missing"),
    "water-hidden-temp-path": ("net.inp", "no junction has a demand"),
    "water-two-nodes-no-demand": ("net.inp", "no junction has a demand"),
}


@pytest.mark.parametrize("case", READ)
def test_it_is_read_as_it_is_meant(case: str, tmp_path: Path) -> None:
    report = import_city(sources(case), tmp_path / "out")
    assert READ[case](report), said(report)


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_one_line_that_names_the_file(case: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        import_city(sources(case), tmp_path / "out")
    (problem,) = caught.value.problems
    file, what = REFUSED[case]
    assert problem.file == str(CASES / case / file) and what in problem.what


def test_every_case_is_asked() -> None:
    named = {*READ, *REFUSED, "power-case39"}  # a grid that pandapower brings along: tests/energy
    assert {path.name for path in CASES.iterdir() if path.is_dir()} <= named
