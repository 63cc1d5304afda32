"""Typical mistakes of a planner in a scenario, and what each says: the place, and the way out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from simulator.contracts.names import near_misses
from simulator.contracts.problem import BadInput, Problem, told
from simulator.contracts.words import Words
from stadtwerk.__main__ import main
from stadtwerk.library import load_checked
from tests.city.towns import FILES

GOOD = """\
schema: stadtwerk/scenario/1
id: dark
title: {en: Dark}
question: {en: "Does it hold?"}
city: {name: demo}
run: {start: "2026-01-14T12:00", warmup: 30min, duration: 4h, heal_by: 3h}
timeline:
  - {id: f, at: 30min, fault: pump-out, selector: {kind: pump, district: d5}, for: 1h}
expect:
  - {id: w, type: invariant, levels: {measure: power-supply}, at_least: 0.8}
"""

MISTAKES = {
    "name from the report": ("district: d5", "district: Auwiesen", "did you mean 'd5' (Auwiesen)?"),
    "name that a rule gave": (
        "selector: {kind: pump, district: d5}",
        "target: Netzleitstelle",
        "did you mean 'network-control-1' (Netzleitstelle)?",
    ),
    "name that a rule gave, misspelt": (
        "selector: {kind: pump, district: d5}",
        "target: netzleitstele",
        "did you mean 'network-control-1' (Netzleitstelle)?",
    ),
    "district in place of a component": (
        "selector: {kind: pump, district: d5}",
        "target: Auwiesen",
        "selector: {kind: pump, district: d5}",
    ),
    "name misspelt": ("district: d5", "district: auwisen", "did you mean 'd5' (Auwiesen)?"),
    "per cent as a text": ("at_least: 0.8", 'at_least: "80%"', "write 0.8"),
    "per cent as a number": ("at_least: 0.8", "at_least: 80", "0.8"),
    "decimal comma": ("at_least: 0.8", "at_least: 0,8", "comma"),
    "quoted number": ("at_least: 0.8", 'at_least: "0.8"', "without quotes"),
    "German date": ('"2026-01-14T12:00"', '"14.01.2026 12:00"', "2026-"),
    "missing brace": ("selector: {kind: pump, district: d5}", "selector: {kind: pump", "closes the {"),
    "wrong indent": ("  - {id: w", " - {id: w", None),
    "tab": ("  - {id: f", "\t- {id: f", "tab"),
    "unknown fault": ("pump-out", "pump-ot", "did you mean 'pump-out'"),
    "unknown measure": ("power-supply", "power-suply", "did you mean 'power-supply'"),
    "unknown kind": ("kind: pump", "kind: pumpp", "did you mean 'pump'"),
    "unknown field": ("at: 30min", "att: 30min", "'at'"),
    "duration without a unit": ("at: 30min", "at: 30", "30"),
    "unit in words": ("at: 30min", "at: 30 Minuten", "duration"),
    "negative time": ("at: 30min", "at: -30min", "-30min"),
    "end before the fault": ("duration: 4h, heal_by: 3h", "duration: 20min", "after the end of the run"),
    "unknown city": ("name: demo", "name: demmo", "demo"),
    "unknown type": ("type: invariant", "type: invariante", "invariant"),
    "id with spaces": ("id: dark", "id: the dark", "id"),
    "missing expectation": ("expect:\n", "expekt:\n", "expect"),
    "missing schema": ("schema: stadtwerk/scenario/1\n", "", "schema"),
    "no target": (", selector: {kind: pump, district: d5}", "", "target"),
    "several targets in one text": (
        "selector: {kind: pump, district: d5}",
        'target: "hospital-1, network-control-1"',
        "[hospital-1, network-control-1]",
    ),
    "time of day in place of a time from zero": ("at: 30min", "at: 08:30", "'08h30m' is so long"),
    "decimal comma in a duration": ("for: 1h", "for: '1,5h'", "write '1.5h'"),
    "sign before a limit": ("at_least: 0.8", "at_least: '≥ 0.8'", "write 0.8"),
    "field by another name": ("for: 1h", "until: 2h", "did you mean 'for'?"),
    "field in German": ("for: 1h", "Dauer: 2h", "did you mean 'for'?"),
    "limit by another name": ("at_least: 0.8", "minimum: 0.8", "did you mean 'at_least'?"),
    "parameter beside its fault": ("for: 1h", "for: 1h, area_m2: 0.01", "parameters: {area_m2: 0.01}"),
    "blank of a word processor": ("kind: pump,", "kind:\u00a0pump,", "no-break space"),
    "no blank behind the colon": ("at: 30min", "at:30min", "at: 30min"),
    "kind in German": ("kind: pump", "kind: Krankenhaus", "did you mean 'hospital' (Krankenhaus)?"),
    "number as a name": ("district: d5", "district: 5", "is not text"),
    "day that there is none": ('"2026-01-14T12:00"', '"2026-02-30T12:00"', "not a date"),
    "time zone": ('"2026-01-14T12:00"', '"2026-01-14T12:00+01:00"', "local time"),
    "question unquoted": ('{en: "Does it hold?"}', "{en: Yes, or no?}", "quot"),
}


def problems(text: str, folder: Path) -> tuple[Problem, ...]:
    file = folder / "dark.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_checked(file, None)
    return caught.value.problems


def test_without_a_mistake_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "dark.yaml").write_text(GOOD, encoding="utf-8")
    load_checked(tmp_path / "dark.yaml", None)


def test_what_is_not_near_is_not_suggested() -> None:
    """Half of the letters in common are no resemblance; a slip, a missing end or words in another order are."""
    fields = ["title", "id", "at", "for", "fault", "target"]
    assert near_misses("until", fields) == ()
    assert near_misses("w9", ["d1", "d2", "d3"]) == ()
    assert "d1" in near_misses("d9", ["d1", "d2", "d3", "x4"])
    assert near_misses("titel", fields) == ("title",)
    assert near_misses("supply-power", ["power-supply", "hospital-1"]) == ("power-supply",)
    assert near_misses("hospital", ["power-supply", "hospital-1"]) == ("hospital-1",)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_way_out(mistake: str, tmp_path: Path) -> None:
    right, wrong, part = MISTAKES[mistake]
    assert GOOD.count(right) == 1
    if part is None:
        (tmp_path / "dark.yaml").write_text(GOOD.replace(right, wrong), encoding="utf-8")
        load_checked(tmp_path / "dark.yaml", None)  # YAML takes it as it is meant
        return
    found = problems(GOOD.replace(right, wrong), tmp_path)
    assert any(part in str(problem) for problem in found), told(found)


def test_the_same_mistake_in_a_hundred_places_is_one_line() -> None:
    _ = Words("simulator.contracts")
    many = [Problem("d.geojson", i + 1, f"features[{i}]", _("is empty"), _("check the path")) for i in range(103)]
    other = Problem("d.geojson", 1, "crs", _("is empty"), _("check the path"))
    lines = told([*many, other]).splitlines()
    assert len(lines) == 2 and lines[0].startswith("d.geojson:1: features[0]") and "103 times" in lines[0]


def test_mistakes_in_one_place_are_all_told_however_alike() -> None:
    """Fields that are missing are as many mistakes; the same two in each of a hundred rows are two lines."""
    _ = Words("simulator.contracts")

    def missing(row: int, name: str) -> Problem:
        return Problem("s.yaml", row, f"rows[{row}]", _("{name} is missing", name=repr(name)), _("check the path"))

    lines = told([missing(1, name) for name in "abcdefgh"]).splitlines()
    assert len(lines) == 8 and not any("times" in line for line in lines)
    lines = told([missing(row, name) for row in range(100) for name in "ab"]).splitlines()
    assert [("'a'" in line, "'b'" in line, "100 times" in line) for line in lines] == [
        (True, False, True),
        (False, True, True),
    ]


def test_the_command_that_lists_all_names_works_for_a_city_in_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = tmp_path / "my town"
    town.mkdir()
    for name, text in FILES.items():
        (town / name).write_text(text, encoding="utf-8")
    wrong = GOOD.replace("{name: demo}", "{path: my town}").replace(
        "selector: {kind: pump, district: d5}", "target: none"
    )
    said = told(problems(wrong, tmp_path), "en")
    command = re.search(r"\(all: (stadtwerk city show .*? --list)\)", said)
    assert command, said
    assert main(shlex.split(command[1])[1:]) == 0
    wrong = GOOD.replace("{name: demo}", "{path: my town}").replace("levels: {measure: power-supply}", "level: none")
    command = re.search(r"\(all: (stadtwerk list levels --city .*?)\)", told(problems(wrong, tmp_path), "en"))
    assert command
    capsys.readouterr()
    assert main(shlex.split(command[1])[1:]) == 0 and "litres-west" in capsys.readouterr().out
