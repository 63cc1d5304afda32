"""What the page is given to draw and to tell is what the town's files say."""

from __future__ import annotations

import math

import pytest

from simulator.contracts.city import City
from simulator.contracts.words import PSEUDO
from stadtwerk.workbench.mapdata import line_ends, town
from stadtwerk.workbench.page import WORDS
from stadtwerk.workbench.things import thing
from tests.words.test_pseudo import outside
from tests.workbench.conftest import Bench


def test_every_thing_has_its_place_and_every_line_its_ends(demo: City) -> None:
    told = town(demo, "en")
    assert {one["id"] for one in told["things"]} == set(demo.components)
    assert {one["id"] for one in told["districts"]} == set(demo.districts)
    joined = {"pipe", "line", "road", "sewer"}
    lines = {one.id for one in demo.components.values() if one.kind in joined}
    assert lines and lines <= set(told["lines"])
    for name, (a, b) in line_ends(demo):
        if name not in lines:  # a switch lies at the end of its line
            continue
        line, ends = demo.components[name], (demo.components[a], demo.components[b])
        middle = (ends[0].x_m + ends[1].x_m) / 2, (ends[0].y_m + ends[1].y_m) / 2
        assert math.dist(middle, (line.x_m, line.y_m)) < 1.0, f"{name} lies between {a} and {b}"
    for kind in told["kinds"].values():
        assert all(fault in told["faults"] for fault in kind["faults"])
    assert {one["id"] for one in told["links"]} <= set(demo.links) and told["links"]


def test_a_thing_is_told_of_with_its_fallbacks_and_how_long_they_last(demo: City) -> None:
    told = thing(demo, "hospital-1", "en")
    assert told is not None and told["modes"] == ["mains", "battery", "generator", "ventilation by hand", "none"]
    power = next(one for one in told["needs"] if one["id"] == "power-bus-288-hospital-1")
    assert demo.links[power["id"]].autonomy_s == 600 and power["endurance"] == "goes on for 10\u00a0min without it"
    assert any(one["other"] == "generator-hospital-1" for one in told["needs"])
    generator = thing(demo, "generator-hospital-1", "en")
    assert generator is not None and [one["other"] for one in generator["serves"]].count("hospital-1") == 1
    assert thing(demo, "no-such", "en") is None


@pytest.mark.parametrize("name", ["hospital-1", "generator-hospital-1", "pump-~@Pump-1"])
def test_all_that_is_told_is_in_the_language_of_the_reader(demo: City, name: str) -> None:
    told = thing(demo, name, PSEUDO)
    assert told is not None
    heads = [head for head, _value in told["facts"]] + told["modes"] + [one["flow"] for one in told["needs"]]
    said = [*heads, *(one["text"] for one in told["levels"]), *(one["endurance"] for one in told["needs"])]
    assert [one for one in said if outside(one).strip()] == []
    assert [text for text in WORDS.values() if outside(text.of(PSEUDO)).strip()] == []


def test_names_that_are_none_find_nothing(bench: Bench) -> None:
    for name in ("..%2f..%2fcity.yaml", "%00", "<script>", "a" * 3000):
        status, headers, body = bench.ask(f"/api/things/{name}")
        assert status == 404 and headers["content-type"] == "application/json" and b"script" not in body
