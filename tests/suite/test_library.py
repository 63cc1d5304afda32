"""The scenarios and suites that ship: every file is sound, and the short suite does what its scenarios expect."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

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
    assert set(suite_names()) == {"smoke", "nightly", "charter"}
    nightly = load_named_suite("nightly")
    assert sorted(path.stem for path in nightly.scenarios) == sorted(scenario_names())
    assert nightly.all_seeds


def test_the_smoke_suite_is_as_expected(tmp_path: Path) -> None:
    assert main(["test", "smoke", "--out", str(tmp_path / "smoke")]) == 0
