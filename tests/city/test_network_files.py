"""Network files that catalogues declare: read by what the catalogue names, and refused where none declares them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.city.components import NetworkElement
from simulator.city.loader import load_city
from simulator.contracts.catalogue import ComponentType, NetworkFile
from simulator.contracts.component import Domain
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import registry
from simulator.contracts.words import Verbatim

CITY = """schema: stadtwerk/city/1
name: ferry-town
title: {en: Ferry town, de: Fährstadt}
place: {latitude_deg: 50, longitude_deg: 8}
networks:
  %s: {file: ferries.txt, owner: ferry company}
components:
- {id: hut, kind: siren, x_m: 0, y_m: 0}
"""


def read_ferries(path: Path) -> tuple[NetworkElement, ...]:
    return tuple(NetworkElement("ferry", name, 10.0 * i, 0.0) for i, name in enumerate(path.read_text().split()))


@pytest.fixture
def ferries(monkeypatch: pytest.MonkeyPatch) -> None:
    found = registry()
    ferry = ComponentType("ferry", Domain("water"), Verbatim("ferry"), from_file=True)
    file = NetworkFile("ferries", Domain("water"), Verbatim("ferries, one a line"), f"{__name__}:read_ferries")
    monkeypatch.setattr(found, "networks", {"ferries": file})
    monkeypatch.setattr(found, "types", {**found.types, "ferry": ferry})


def town(folder: Path, name: str) -> Path:
    (folder / "city.yaml").write_text(CITY % name)
    (folder / "ferries.txt").write_text("north south")
    return folder


def test_a_declared_network_file_brings_its_components(tmp_path: Path, ferries: None) -> None:
    city = load_city(town(tmp_path, "ferries"))
    assert [component.id for component in city.of_kind("ferry")] == ["ferry-north", "ferry-south"]
    assert city.components["ferry-south"].owner == "ferry company"
    assert city.network_files == {"ferries": tmp_path / "ferries.txt"}


def test_a_network_that_nobody_reads_is_told_with_the_near_miss(tmp_path: Path, ferries: None) -> None:
    with pytest.raises(BadInput) as told:
        load_city(town(tmp_path, "ferrys"))
    problem = told.value.problems[0]
    assert (problem.line, problem.field) == (6, "networks.ferrys")
    assert "ferries" in problem.fix
