"""A change beside a city's folder gives the same city as the change written into its files, and the same complaints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from simulator.city.amend import Amendment
from simulator.city.loader import load_city
from simulator.contracts.city import City
from simulator.contracts.document import load_document
from simulator.contracts.problem import BadInput
from tests.city.towns import COMPONENTS, LINKS, hamlet


def amended(folder: Path, text: str) -> City:
    file = folder.parent / "change.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    document = load_document(file, "change.yaml")
    data: dict[str, Any] = document.data["change"]
    return load_city(folder, (Amendment(document, ("change",), data),))


def edited(folder: Path, **files: str) -> City:
    folder.mkdir()
    return load_city(hamlet(folder, **files))


CHANGES = {
    "a new generator with its link": (
        """\
        change:
          add:
            components:
              - {id: generator-2, kind: generator, x_m: 5, y_m: 12, district: west, owner: city,
                 parameters: {fuel_l: 100, tank_l: 200, burn_l_h: 5}}
            links: [{id: g2-ww, kind: power, source: generator-2, target: waterworks-1, autonomy_min: 5}]
        """,
        {
            "components": COMPONENTS
            + "    generator-2,generator,5,12,west,city,,,,,,fuel_l=100; tank_l=200; burn_l_h=5\n",
            "links": LINKS + "    g2-ww,power,generator-2,waterworks-1,,5,,,\n",
        },
    ),
    "a longer reserve on one link": (
        "change: {set: [{link: g-h, autonomy_min: 45}]}",
        {"links": LINKS.replace("trust,10,", "trust,45,")},
    ),
    "worse links of a sort": (
        "change: {set: [{links: {kind: data, source_kind: server}, latency_ms: 9, loss: 0.5}]}",
        {"links": LINKS.replace(",city,,1.5,0.01,", ",city,,9,0.5,").replace(",city,,1.5,,", ",city,,9,0.5,")},
    ),
    "links to a network element, by its kind": (
        "change: {set: [{links: {target_kind: pump, kind: control}, autonomy_min: 3}]}",
        {"links": LINKS.replace("pump-u,water utility,,", "pump-u,water utility,3,")},
    ),
    "more fuel, by kind": (
        "change: {set: [{components: {kind: generator}, parameters: {fuel_l: 600}}]}",
        {"components": COMPONENTS.replace("fuel_l=500", "fuel_l=600")},
    ),
    "a component by its id": (
        "change: {set: [{component: hospital-1, parameters: {beds: 20}}]}",
        {"components": COMPONENTS.replace("beds=200", "beds=20")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_an_amended_city_is_the_edited_city(name: str, tmp_path: Path) -> None:
    text, files = CHANGES[name]
    (tmp_path / "plain").mkdir()
    plain = hamlet(tmp_path / "plain")
    one, other = amended(plain, text), edited(tmp_path / "edited", **files)
    assert one != load_city(plain), "the change changes nothing"
    # where the files lie is no part of what the town is
    moved = {"folder": None, "water_file": None}
    assert replace(one, **moved) == replace(other, **moved)


MISTAKES = {
    "{add: {links: [{id: x, kind: power, source: pump-u, target: hospital-1}]}}": "a pump cannot give power",
    "{add: {links: [{id: g-h, kind: power, source: generator-1, target: hospital-1}]}}": "'g-h' already",
    "{add: {components: [{id: hospital-1, kind: hospital, x_m: 0, y_m: 0}]}}": "'hospital-1' already",
    "{add: {components: [{id: y, kind: hospitl, x_m: 0, y_m: 0}]}}": "hospitl",
    "{add: {components: [{id: y, kind: pump, x_m: 0, y_m: 0}]}}": "a pump cannot be listed",
    "{set: [{link: g-hh, autonomy_min: 5}]}": "did you mean 'g-h'",
    "{set: [{links: {kind: road}, autonomy_min: 5}]}": "no link matches",
    "{set: [{components: {kind: pump}, parameters: {x: 1}}]}": "no listed component matches",
    "{set: [{component: generator-1, parameters: {fuel: 5}}]}": "did you mean 'fuel_l'",
    "{set: [{component: pump-v, parameters: {x: 5}}]}": "is no element of a network file",
}


@pytest.mark.parametrize("change", MISTAKES)
def test_a_change_that_does_not_fit_is_refused_at_its_line(change: str, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(BadInput, match=MISTAKES[change]) as caught:
        amended(hamlet(tmp_path / "plain"), f"# a change\nchange: {change}\n")
    assert {(problem.file, problem.line) for problem in caught.value.problems} == {("change.yaml", 2)}
