"""`stadtwerk audit` on whole cities, over the command line: the demo city, and one that nobody here made."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from resilience.judge.verdict import Value
from resilience.scenario.loader import load_scenario
from resilience.scenario.scenario import CityReference
from resilience.study.audit import AuditSettings
from resilience.study.audit.cases import (
    BASELINE,
    access_cases,
    component_cases,
    lifeline_cases,
    link_cases,
    maker_cases,
    scenario_of,
)
from resilience.study.audit.outcome import LevelLoss, Method, Outcome, file_name, observe, scenario_text
from simulator.city.loader import load_city
from simulator.contracts.words import NO_TEXT as SAME
from stadtwerk.__main__ import main
from stadtwerk.library import demo_folder
from stadtwerk.runs.branching import run_cases
from tests.run.test_micropolis import MICROPOLIS, imported

LEVEL = "water-supply-city"
SHORT = ("--warmup", "10min", "--at", "10min", "--for", "20min", "--until", "40min", "--limit", "8")
"""A short day and a sample: that every link is covered does not depend on how many cases are run."""


def links_in_files(folder: Path) -> Counter[str]:
    """The ids of all links, counted in the tables that the city's own file names, without any of our loaders."""
    import yaml

    named = yaml.safe_load((folder / "city.yaml").read_text(encoding="utf-8"))["links"]
    found: Counter[str] = Counter()
    for name in named:
        with (folder / name).open(encoding="utf-8", newline="") as table:
            found.update(row["id"] for row in csv.DictReader(table))
    return found


def audited(folder: Path, out: Path, *more: str) -> tuple[int, dict[str, Any]]:
    code = main(["audit", str(folder), "--out", str(out), *SHORT, *more])
    assert {path.name for path in out.iterdir()} - {"cases"} == {"audit.html", "audit.csv", "audit.json"}
    return code, json.loads((out / "audit.json").read_text(encoding="utf-8"))


def check(folder: Path, code: int, found: dict[str, Any]) -> None:
    links = Counter(case["subject"] for case in found["cases"] if case["group"] == "link")
    assert links == links_in_files(folder) and max(links.values()) == 1
    city = load_city(folder)
    core = {c.id for c in city.of_kind("server", "router", "switch", "network-control")}
    assert {case["subject"] for case in found["cases"] if case["group"] == "component"} == core
    methods = Counter(case["method"] for case in found["cases"])
    assert methods["simulated"] == 8 and methods["unasked"] > 100
    assert code == found["exit_code"] == (1 if any(case["value"] == "fail" for case in found["cases"]) else 2)
    assert all(case["owner"] for case in found["cases"] if case["group"] == "link")


def test_the_demo_city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = audited(demo_folder(), tmp_path / "audit", "--lang", "de")
    check(demo_folder(), code, found)
    assert len(found["cases"]) > 3000
    said = capsys.readouterr()
    assert "Was geprüft wurde" in said.out and "Fälle: 8 von 8" in said.err
    assert "audit.html" in said.out


def test_unasked_cuts_of_the_demo_city_are_nothing_in_full(tmp_path: Path) -> None:
    """A sample of the cuts that the audit takes as proved to be harmless, lived through."""
    city = load_city(demo_folder())
    settings = AuditSettings(warmup_s=600.0, at_s=600.0, for_s=1200.0, until_s=2400.0)
    roads = [case for case in link_cases(city) if case.kind == "road"]
    asked = [BASELINE, *roads[5 :: len(roads) // 7]]
    scenarios = [scenario_of(case, settings, CityReference("demo")) for case in asked]
    seen = dict(run_cases(city, scenarios, 1, lambda o: observe(o.scenario, o.history, o.indifferent, city, settings)))
    quiet = [i for i, case in enumerate(asked) if i and case.subject in seen[0].indifferent]
    assert len(quiet) >= 5
    assert all(seen[i].courses == seen[0].courses and not seen[i].refused for i in quiet)


@pytest.mark.skipif(
    not MICROPOLIS.is_dir(),
    reason="the Micropolis files are not here; set STADTWERK_CASES to the folder that holds them",
)
def test_micropolis(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = imported(tmp_path_factory)
    code, found = audited(folder, tmp_path / "audit")
    check(folder, code, found)
    pumps = {row.split(",")[0] for row in (MICROPOLIS / "dependencies.csv").read_text().splitlines()[1:]}
    fed = {case["subject"] for case in found["cases"] if case["kind"] == "power" and "pump" in case["subject"]}
    assert len(fed) == len(pumps) == 8


def test_a_case_as_a_scenario_file_breaks_the_same(tmp_path: Path) -> None:
    """Written, checked and read again, on the demo city: one case of each group, and one of each need."""
    city, settings, reference = load_city(demo_folder()), AuditSettings(), CityReference("demo")
    cases = [*link_cases(city), *component_cases(city, every=True), *lifeline_cases(city), *access_cases(city)]
    cases += list(maker_cases(city))
    chosen = {(case.group, case.kind, case.note.en): case for case in cases}.values()
    assert len(chosen) > 60
    for case in chosen:
        outcome = Outcome(
            case, Value.FAIL, Method.SIMULATED, (LevelLoss(LEVEL, 0, 1, 1, 1, 0, 1),), 1, frozenset(), SAME
        )
        file = tmp_path / f"{file_name(case)}.yaml"
        file.write_text(scenario_text(outcome, settings, reference), encoding="utf-8")
        scenario = load_scenario(file, city)
        asked = scenario_of(case, settings, reference)
        assert (scenario.timeline, scenario.run) == (asked.timeline, asked.run)


def test_bad_options_are_told_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["audit", "demo", "--kinds", "power,dota", "--for", "6", "--limit", "0", "--start", "noon"])
    said = capsys.readouterr().err
    assert code == 64
    assert "--kinds: 'dota' is no kind of link; did you mean 'data'" in said
    assert "--for: '6' is not a duration" in said and "--limit: 0 is below 1" in said and "--start: 'noon'" in said
    assert main(["audit", "demo", "--for", "8h"]) == 64
    assert "--until: is not after the end at 9 h" in capsys.readouterr().err
    assert main(["audit", "dmeo"]) == 64
