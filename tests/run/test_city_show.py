"""What a planner finds in a town by the name that reports show, and by the id that scenarios take."""

from __future__ import annotations

import pytest

from stadtwerk.__main__ import main
from stadtwerk.library import load_named_city


def shown(capsys: pytest.CaptureFixture[str], *options: str, code: int = 0) -> str:
    assert main(["city", "show", "demo", *options]) == code
    told = capsys.readouterr()
    return told.out + told.err


def ids(text: str) -> set[str]:
    return {line.split()[0] for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize("text", ["krankenhaus", "Hospital"])
def test_a_name_of_either_language_leads_to_the_id(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "hospital-1" in ids(shown(capsys, "--find", text, "--lang", "en"))


def test_a_kind_and_a_district_go_by_id_and_by_name_and_narrow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    city = load_named_city("demo")
    pumps = {one.id for one in city.components.values() if one.kind == "pump" and one.district == "d5"}
    by_name = ids(shown(capsys, "--kind", "Pumpe", "--district", "auwiesen", "--lang", "en"))
    assert pumps
    assert by_name & city.components.keys() == pumps
    assert ids(shown(capsys, "--kind", "pump", "--district", "d5", "--lang", "en")) == by_name


def test_the_list_has_everything_that_a_scenario_can_name(capsys: pytest.CaptureFixture[str]) -> None:
    city = load_named_city("demo")
    there = ids(shown(capsys, "--list", "--lang", "en"))
    assert there >= {*city.components, *city.links, *city.districts}
    assert there >= {name for part in (city.components, city.links) for one in part.values() for name in one.trenches}


def test_what_is_not_there_is_told_at_once_with_all_that_is(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, "--kind", "pumpp", "--district", "d99", "--lang", "en", code=64)
    assert "--kind: nothing in this town is 'pumpp'; did you mean 'pump'" in told
    assert "--district: nothing in this town is 'd99'" in told
    assert "Nothing in this town is called so." in shown(capsys, "--find", "xyzzy", "--lang", "en")
