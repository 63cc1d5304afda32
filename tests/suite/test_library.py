"""The scenarios and suites that ship: every file is sound, and the short suite does what its scenarios expect."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from resilience.scenario.clauses import Need, charter_clauses
from resilience.scenario.scenario import ByPlugin, Delivery, Expectation, LinkContinuity
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from stadtwerk.library import (
    find_scenario,
    load_checked,
    load_named_city,
    load_named_suite,
    scenario_names,
    suite_names,
)

load = cache(load_named_city)


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_that_ships_is_sound_and_called_as_its_file(name: str) -> None:
    _, scenario, _ = load_checked(find_scenario(name), load=load)
    assert scenario.id == name
    assert scenario.charter, "names the clauses that it gives evidence for"
    assert scenario.sources, "says where its story and its numbers come from"


def test_the_nightly_suite_has_them_all() -> None:
    assert set(suite_names()) == {"smoke", "nightly", "charter", "control", "history"}
    nightly = load_named_suite("nightly")
    assert sorted(path.stem for path in nightly.scenarios) == sorted(scenario_names())
    assert nightly.all_seeds


def test_the_library_covers_every_clause_and_every_lifeline() -> None:
    """What no scenario can show (who owns what, open formats) is left to the checks of the charter report."""
    suite = load_named_suite("charter")
    loaded = [load_checked(path, load=load) for path in suite.scenarios]
    scenarios = [scenario for _, scenario, _ in loaded]
    assert len(scenarios) >= 24
    named = {clause for scenario in scenarios for clause in scenario.charter}
    needing = {clause.id for clause in charter_clauses() if set(clause.needs) != {Need.CHECK}}
    assert needing <= named
    kinds = {(clause, item.kind) for s in scenarios for clause in s.charter for item in s.redundancies}
    assert ("3.3/technical-redundancy", "technical") in kinds and ("3.3/analogue-redundancy", "analogue") in kinds
    city = loaded[0][2]
    touched = {
        city.components[name].kind
        for scenario in scenarios
        for name in (
            *(item.component for item in scenario.redundancies),
            *(target for entry in scenario.timeline for target in entry.targets if target in city.components),
            *(city.levels[level].subject for item in scenario.expectations for level in _levels(item)),
        )
        if name in city.components
    }
    lifelines = {"hospital", "rescue-dispatch", "drinking-water", "traffic-control-centre", "town-hall", "waterworks"}
    assert lifelines <= touched


def _levels(item: Expectation) -> tuple[str, ...]:
    return () if isinstance(item, LinkContinuity | Delivery | ByPlugin) else item.levels.ids


FEW = ("road-closed", "server-failover")
"""Of the smoke suite, by default; all of it at night."""


def test_scenarios_of_the_smoke_suite_are_as_expected(tmp_path: Path) -> None:
    assert set(FEW) < {path.stem for path in load_named_suite("smoke").scenarios}
    few = tmp_path / "few.yaml"
    head = "schema: stadtwerk/suite/1\nid: few\ntitle: {de: wenige, en: few}\nseeds: first\n"
    few.write_text(f"{head}scenarios: [{', '.join(FEW)}]\n", encoding="utf-8")
    assert main(["test", str(few), "--out", str(tmp_path / "few")]) == 0


@pytest.mark.nightly
def test_the_smoke_suite_is_as_expected(tmp_path: Path) -> None:
    assert main(["test", "smoke", "--out", str(tmp_path / "smoke")]) == 0


def test_a_city_in_another_form_is_told_together_with_names_that_it_has_not(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    text = find_scenario("road-closed").read_text(encoding="utf-8")
    assert "city: {name: demo}" in text
    more = "\nexpect:\n  - {id: z, type: invariant, level: zz}\n"
    text = text.replace("city: {name: demo}", "city: demo").replace("\nexpect:\n", more)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_checked(file)
    assert [p.field for p in caught.value.problems] == ["city", "expect[0].level"]
