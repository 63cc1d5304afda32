"""Finished runs, read back for the charter report."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from pathlib import Path

from resilience.judge.record import read_verdict
from resilience.report.charter.evidence import CharterRun, judged_for_charter
from resilience.scenario.loader import build_scenario
from resilience.scenario.semantics import check_scenario
from simulator.contracts.document import load_document
from simulator.contracts.problem import BadInput, Problem

NEEDED = ("run.json", "scenario.yaml", "verdict.json", "events.jsonl", "levels.parquet", "readings.parquet")


def run_folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The run folders meant: each is one itself, or holds some, as a suite's folder does. Raises `BadInput`."""
    found: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        inside = sorted(file.parent for file in path.glob("*/run.json") if not file.parent.name.startswith("."))
        here = [path] if (path / "run.json").is_file() else inside
        if not here:
            mend = "name a folder that `stadtwerk run` or `stadtwerk test` left"
            problems.append(Problem(str(path), 0, "RUN_FOLDER", "is no run folder and holds none", mend))
        for folder in here:
            lacking = [name for name in NEEDED if not (folder / name).is_file()]
            if lacking:
                what = f"is no whole run folder: {', '.join(lacking)} missing"
                problems.append(Problem(str(folder), 0, "RUN_FOLDER", what, "run the scenario again"))
        found += here
    if problems:
        raise BadInput(problems)
    return tuple(dict.fromkeys(found))


def read_runs(folders: Iterable[Path]) -> tuple[tuple[CharterRun, ...], dict[str, str]]:
    """The runs, and for each city that they played in the name or folder by which it can be loaded.

    Raises `BadInput` for a folder of another version that cannot be read.
    """
    runs: list[CharterRun] = []
    cities: dict[str, str] = {}
    problems: list[Problem] = []
    for folder in folders:
        try:
            document = load_document(folder / "scenario.yaml")
            wrong = check_scenario(document)
            if wrong:
                raise BadInput(wrong)
            scenario = build_scenario(document)
            verdict = read_verdict((folder / "verdict.json").read_text(encoding="utf-8"))
            record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            seed, city = int(record["seed"]), str(record["city"])
        except BadInput as bad:
            problems += bad.problems
            continue
        except (ValueError, KeyError) as error:
            what = f"cannot be read ({error})"
            problems.append(Problem(str(folder), 0, "RUN_FOLDER", what, "run the scenario again with this version"))
            continue
        cities.setdefault(city, scenario.city.name or str(folder / scenario.city.path))
        replay = f"stadtwerk run {shlex.quote(scenario.id)} --seed {seed}"
        judged = judged_for_charter(verdict, scenario.expected)
        runs.append(CharterRun(scenario, seed, str(folder), replay, verdict, judged))
    if problems:
        raise BadInput(problems)
    return tuple(runs), cities
