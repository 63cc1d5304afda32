"""A finished run folder, read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resilience.judge.time_series import TOLERANCE
from resilience.judge.verdict import read_verdict
from resilience.scenario.loader import build_scenario
from simulator.contracts.city import City
from simulator.contracts.document import load_document
from simulator.contracts.event import Event
from simulator.contracts.form import Form
from simulator.contracts.history import Gauges
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.ticks import TICKS_PER_S, to_s, to_ticks
from simulator.contracts.words import Words
from stadtwerk.library import city_beside, load_named_city
from stadtwerk.runs.folder import RUN, read_events

if TYPE_CHECKING:
    from resilience.judge.verdict import Verdict
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City

_ = Words("stadtwerk.runs")

ROBUST = Form("robust", 2, again=_("ask `stadtwerk robust` again"))
ROBUST_FILE = "robust.json"

CURES = Form("cures", 1, again=_("run the suite again"))
CURES_FILE = "cures.json"
"""What a suite leaves in a run folder: which declared cures were tried, and whether they are enough."""

NEEDED = (
    "run.json",
    "scenario.yaml",
    "events.jsonl",
    "levels.parquet",
    "gauges.parquet",
    "readings.parquet",
    "verdict.json",
)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Everything of a run that is told in points. `record` is run.json."""

    path: Path
    record: dict[str, Any]
    scenario: Scenario
    city: City
    verdict: Verdict
    stored: StoredSource

    @property
    def begin(self) -> int:
        return to_ticks(float(self.record["begin_s"]))

    @property
    def end(self) -> int:
        return to_ticks(float(self.record["end_s"]))


def held_under_changes(folder: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """In how many small changes each finding held, of how many, by category and id; empty if nobody has asked.

    Raises `BadInput` for a `robust.json` that is none.
    """
    if not (folder / ROBUST_FILE).is_file():
        return {}
    record, _version = ROBUST.load(folder / ROBUST_FILE)
    return {(row["category"], row["finding"]): (int(row["holds"]), int(row["tried"])) for row in record["findings"]}


def cured_findings(folder: Path) -> frozenset[str]:
    """The findings of a run that are kept with the cure that its scenario declares, as far as a suite has tried it.

    Raises `BadInput` for a `cures.json` that is none.
    """
    if not (folder / CURES_FILE).is_file():
        return frozenset()
    record, _version = CURES.load(folder / CURES_FILE)
    return frozenset(name for row in record["cures"] if row["enough"] for name in row["findings"])


class StoredSource:
    """A `Source` of a finished run: everything at the first call, nothing afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder: Path | None = folder
        self._given: set[str] = set()

    def events(self) -> Sequence[Event]:
        return [] if self._once("events") else read_events(self._path / "events.jsonl")

    def levels(self) -> Sequence[tuple[int, str, float, float | None]]:
        return [] if self._once("levels") else _levels(self._path / "levels.parquet")

    def gauges(self) -> Gauges:
        return Gauges.none() if self._once("gauges") else _gauges(self._path / "gauges.parquet")

    @property
    def _path(self) -> Path:
        assert self._folder is not None
        return self._folder

    def _once(self, what: str) -> bool:
        given = what in self._given
        self._given.add(what)
        return given


def read_folder(path: Path, city: str | None) -> RunFolder:
    """Read a run folder. `city` names its city where the scenario does not, or where that has moved.

    Raises `BadInput` with what is missing, or where the city is not the one of the run.
    """

    missing = [name for name in NEEDED if not (path / name).is_file()]
    if missing:
        what = _("is no run folder: {names} missing", names=", ".join(missing))
        fix = _("name a folder that `stadtwerk run` or `live` of this version left")
        raise BadInput([Problem(str(path), 0, "RUN", what, fix)])
    record, _version = RUN.load(path / "run.json")
    scenario = build_scenario(load_document(path / "scenario.yaml"))
    town = load_named_city(city or scenario.city.name or city_beside(scenario.city.path, path))
    if town.name != record["city"]:
        what = _("the run played in {city}, this is {name}", city=repr(record["city"]), name=repr(town.name))
        raise BadInput([Problem(str(path), 0, "--city", what, _("name the city of the run"))])
    verdict = read_verdict((path / "verdict.json").read_text(encoding="utf-8"))
    return RunFolder(path, record, scenario, town, verdict, StoredSource(path))


def _levels(path: Path) -> list[tuple[int, str, float, float | None]]:
    """Of a run from before people were counted one by one there is no column for them."""
    import pyarrow.parquet as pq

    table = pq.read_table(path).to_pydict()
    people = table.get("people") or [None] * len(table["t_s"])
    rows = [
        (to_ticks(t_s), level, value, count)
        for t_s, level, value, count in zip(table["t_s"], table["level"], table["value"], people, strict=True)
    ]
    return sorted(rows, key=lambda row: row[0])


def _gauges(path: Path) -> Gauges:
    import pyarrow.parquet as pq

    table = pq.read_table(path).to_pydict()
    pairs = list(zip(table["subject"], table["quantity"], strict=True))
    names = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
    at = np.rint(np.array(table["t_s"], dtype=np.float64) * TICKS_PER_S).astype(np.int64)
    place = np.array([names[pair] for pair in pairs], dtype=np.int32)
    return Gauges(tuple(names), at, place, np.array(table["value"], dtype=np.float64))


JUDGED_BY = ("run.json", "scenario.yaml", "verdict.json", "events.jsonl", "levels.parquet", "readings.parquet")


def run_folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The run folders meant: each is one itself, or holds some, as a suite's folder does. Raises `BadInput`."""
    found: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        inside = sorted(file.parent for file in path.glob("*/run.json") if not file.parent.name.startswith("."))
        here = [path] if (path / "run.json").is_file() else inside
        if not here:
            fix = _("name a folder that `stadtwerk run` or `stadtwerk test` left")
            problems.append(Problem(str(path), 0, "RUN_FOLDER", _("is no run folder and holds none"), fix))
        for folder in here:
            lacking = [name for name in JUDGED_BY if not (folder / name).is_file()]
            if lacking:
                what = _("is no whole run folder: {names} missing", names=", ".join(lacking))
                problems.append(Problem(str(folder), 0, "RUN_FOLDER", what, _("run the scenario again")))
        found += here
    if problems:
        raise BadInput(problems)
    return tuple(dict.fromkeys(found))


Results = dict[str, dict[str, float | str | None]]


def results_of(folder: Path, city: City) -> Results:
    """For each district and facility, by measure of its service levels: worst value, and seconds below the minimum.

    Only from the scenario's zero on. Properties are called `worst_MEASURE` and `low_s_MEASURE`.
    """
    record, _ = RUN.load(folder / "run.json")
    end_s = float(record["end_s"])
    courses: dict[str, list[tuple[float, float]]] = {}
    for tick, name, worth, _people in StoredSource(folder).levels():
        courses.setdefault(name, []).append((to_s(tick), worth))
    found: Results = {}
    for level in city.levels.values():
        if level.id not in courses or level.subject not in (*city.districts, *city.components):
            continue
        higher = registry().measures[level.measure].higher_is_better
        rows = courses[level.id]
        ends = [at_s for at_s, _ in rows[1:]] + [end_s]
        # what is over before the scenario's zero does not count
        held = [(max(0.0, since), until, value) for (since, value), until in zip(rows, ends, strict=True) if until > 0]
        if not held:
            continue
        values = [value for _, _, value in held]
        low_s = sum(
            until - since
            for since, until, value in held
            if (value < level.minimum - TOLERANCE if higher else value > level.minimum + TOLERANCE)
        )
        measure = level.measure.replace("-", "_")
        found.setdefault(level.subject, {}).update(
            {f"worst_{measure}": min(values) if higher else max(values), f"low_s_{measure}": round(low_s, 3)}
        )
    return found
