"""The pages of docs/model say what the code says, and every part of the town has one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.contracts.city import City
from simulator.contracts.codes import event_codes
from simulator.contracts.registry import registry
from stadtwerk.library import load_named_city
from tools import model
from tools.model_figures import LONG, QUICK

pytest.importorskip("pandapower", reason="the demo extra is not installed")

MEND = "write it anew: python -m tools.model --all"
NO_PAGE = {"lifelines"}
"""Catalogues that declare no thing of their own."""


@pytest.fixture(scope="module")
def city() -> City:
    return load_named_city("demo")


def text(name: str) -> str:
    return (model.DOCS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", model.there())
def test_the_numbers_of_a_page_are_those_of_the_code(name: str, city: City) -> None:
    found = text(name)
    assert model.page(found, model.numbers(model.CHAPTERS[name], city)) == found, MEND


@pytest.mark.parametrize("name", sorted(QUICK.keys() & model.there().keys()))
def test_a_figure_is_what_the_code_draws(name: str, city: City) -> None:
    assert QUICK[name](city) == (model.DOCS / f"{name}.svg").read_text(encoding="utf-8"), MEND


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(LONG))
def test_a_figure_of_a_run_is_what_the_run_shows(name: str, city: City) -> None:
    assert LONG[name](city) == (model.DOCS / f"{name}.svg").read_text(encoding="utf-8"), MEND


def names() -> set[str]:
    """What the code has by now: events, measures, and parameters of types and settings of sub-systems."""
    found = registry()
    parameters = {one.name for of in found.types.values() for one in of.parameters}
    settings = {one.name for of in found.subsystems.values() for one in of.settings}
    return {*event_codes(), *found.measures, *parameters, *settings, *found.types, *found.quantities}


LEFT_OUT = {
    ("energy", "protection against undervoltage"): "undervoltage",
    ("water", "water for fire-fighting is not asked for"): "fire-water",
    ("water", "no sampling, no laboratory"): "sampl",
    ("lifelines", "whether water is clean is known at once"): "sampl",
    ("sensors", "water quality at the tap, and charge"): "turbidity",
}
"""What a page says is left out, and what the name of a parameter, measure or event has in it once it is there."""


@pytest.mark.parametrize(("page", "phrase"), list(LEFT_OUT))
def test_what_is_modelled_by_now_is_not_said_to_be_left_out(page: str, phrase: str) -> None:
    there = sorted(name for name in names() if LEFT_OUT[page, phrase] in name)
    assert not (phrase in text(page) and there), f"docs/model/{page}.md is stale: there is {there}"


@pytest.mark.parametrize(
    ("page", "phrase", "holds"),
    [
        (
            "ict",
            "one mobile site a district stands for all",
            lambda c: len(c.of_kind("mobile-site")) == len(c.districts),
        ),
        ("lifelines", "fire stations stand in the middle of districts", lambda c: not c.of_kind("fire-station")),
        ("people", "cars fill up at their own station", lambda c: bool(c.of_kind("police-station"))),
    ],
)
def test_what_is_said_of_the_demo_city_is_so(page: str, phrase: str, holds: Callable[[City], bool], city: City) -> None:
    assert phrase in text(page) and holds(city)


def test_everything_of_ours_has_a_page() -> None:
    ours = {plugin.name.replace("_", "-") for plugin in registry().plugins if plugin.ours}
    names = {registry_name for registry_name in registry().catalogues if registry_name in ours | {"crews"}}
    told = {name for chapter in model.CHAPTERS.values() for name in chapter.catalogues}
    assert names - told == NO_PAGE & names
    assert QUICK.keys() | LONG.keys() == model.CHAPTERS.keys()


@pytest.mark.parametrize("name", model.there())
def test_a_page_says_what_it_stands_for_what_is_left_out_and_has_a_figure(name: str) -> None:
    found = text(name)
    assert f"]({name}.svg)" in found
    assert [line for line in found.splitlines() if line.startswith("## ")][1:] == [
        "## What is not modelled",
        "## Numbers",
    ]
    for place in model.CHAPTERS[name].places:
        assert (model.ROOT / place).exists()


def test_a_new_parameter_or_a_changed_default_shows(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that would not change could not be wrong: an assumption that is none any more leaves the bold."""
    chapter = model.CHAPTERS["people"]
    before = model.numbers(chapter, city)
    monkeypatch.setattr(model, "is_assumed", lambda source: False)
    assert model.numbers(chapter, city) != before


def test_an_assumption_inside_the_code_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "part.py").write_text(
        'A = 2\n"""Two (assumption)."""\nB = 3\n"""From a norm."""\n_C = 1\n"""assumption"""\n'
    )
    monkeypatch.setattr(model, "ROOT", tmp_path)
    assert model.constants(model.Chapter((), ("part.py",))) == [["`A` in part.py", "`2`", "Two (assumption)."]]
